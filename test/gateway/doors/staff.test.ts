/** The registrar's desk: passkeys that wait are approved or rejected, sessions of others are ended, and nobody else may. */
import { once } from 'node:events';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { signAct, signDigest, type KeyFile, type Signable } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { Authenticator } from '#test/support/authenticator';
import { installApp } from '#test/support/app';
import { PUBLIC_NAME } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services, administrator } = installation;

const registrars = new Registrar(services, administrator);
const market = installation.file('market').agency;
const inject = (options: InjectOptions) => app.inject(options);
const codeOf = (response: { json: () => unknown }) => (response.json() as { code?: string }).code;
/** Registrar of the other agency, from the first test on. */
let theirs: KeyFile | undefined;
function theirRegistrar(): KeyFile {
  if (!theirs) throw new Error('none yet');
  return theirs;
}
const registrar = () => authorized(installation.file('registrar'));

interface Waiting { readonly passkey: { readonly key: string; readonly registeredAt: string }; readonly who: { readonly name?: string; readonly agencyName: string }; readonly act: { readonly keys: readonly unknown[] } }
const pending = async (headers = registrar()) => (await inject({ url: '/api/passkeys/pending', headers })).json<{ pending: Waiting[] }>().pending;
const mine = async (file: KeyFile) => (await inject({ url: '/api/passkeys', headers: authorized(file) })).json<{ key: string; state: string }[]>();

async function registered(name: string): Promise<{ device: Authenticator; key: string; statusCode: number; code: string | undefined }> {
  const headers = authorized(installation.file(name));
  const device = new Authenticator(PUBLIC_NAME);
  const options = (await inject({ method: 'POST', url: '/api/passkeys/options', headers })).json<Parameters<Authenticator['create']>[0]>();
  const answer = await inject({ method: 'POST', url: '/api/passkeys', headers, payload: { response: device.create(options) } });
  return { device, key: answer.json<{ key: string }>().key, statusCode: answer.statusCode, code: codeOf(answer) };
}
async function drafted(act: unknown): Promise<{ digest: string; requestId: string } & Signable> {
  const requestId = randomId();
  return (await inject({ method: 'POST', url: '/api/drafts', headers: registrar(), payload: { requestId, act: { op: 'register', act } } })).json<{ digest: string; requestId: string } & Signable>();
}
const sign = (requestId: string, actor: unknown) => inject({ method: 'POST', url: `/api/drafts/${requestId}/signatures`, headers: registrar(), payload: { actors: [actor] } });
const reject = (key: string, headers = registrar()) => inject({ method: 'DELETE', url: `/api/passkeys/pending/${key}`, headers });

void t.test('when a passkey waits for the registrar', async (t) => {
  const { key, statusCode } = await registered('market');
  t.equal(statusCode, 201);
  const waiting = (await pending()).find(({ passkey }) => passkey.key === key);
  t.match(waiting, { who: { name: 'market', agencyName: /市场监督管理局/ }, passkey: { registeredAt: /^20.*Z$/ } }, 'the agency that keeps the register sees those of agencies without a registrar');
  const branch = await registrars.staff({ agency: market, roles: ['registrar'], withKey: true });
  if (!branch.file) throw new Error('no key file');
  theirs = branch.file;
  t.notOk((await pending()).some(({ passkey }) => passkey.key === key), 'and no more when it has one');
  t.ok((await pending(authorized(branch.file))).some(({ passkey }) => passkey.key === key), 'which sees them');
  const own = await registered('clerk');
  t.notOk((await pending(authorized(branch.file))).some(({ passkey }) => passkey.key === own.key), 'but not of another one');
  t.equal((await reject(own.key, authorized(branch.file))).statusCode, 404, 'nor may they reject it');
  for (const name of ['clerk', 'approver', 'auditor']) t.equal((await reject(own.key, authorized(installation.file(name)))).statusCode, 403, name);
  t.ok((await pending()).some(({ passkey }) => passkey.key === own.key), 'it still waits');
});

void t.test("when the registrar approves with a passkey of the registrar's own", async (t) => {
  const own = await registered('registrar');
  const another = await registered('branch');
  const act = async (key: string) => (await pending()).find(({ passkey }) => passkey.key === key)?.act;
  const asserted = ({ device, key }: { device: Authenticator; key: string }, digest: string) => device.actor(installation.file('registrar').staff, key, Buffer.from(digest, 'base64url'));
  const early = await drafted(await act(another.key));
  t.equal(codeOf(await sign(early.requestId, asserted(own, early.digest))), 'ACTOR_KEY_UNKNOWN', 'a passkey that waits itself approves nothing');
  const first = await drafted(await act(own.key));
  t.equal((await sign(first.requestId, signAct(installation.file('registrar'), first))).statusCode, 201, 'the first is approved with the key file');
  const draft = await drafted(await act(another.key));
  t.equal(codeOf(await sign(draft.requestId, signDigest(installation.file('clerk'), Buffer.from(draft.digest, 'base64url')))), 'ACTOR_ROLE', 'a clerk approves nothing');
  t.equal(codeOf(await sign(draft.requestId, asserted(own, first.digest))), 'ACTOR_SIGNATURE', 'the signature of another act');
  t.equal((await sign(draft.requestId, asserted(own, draft.digest))).statusCode, 201);
  t.match((await mine(installation.file('branch'))).find(({ key }) => key === another.key), { state: 'active' });
  t.equal(await act(another.key), undefined, 'it waits no more');
});

void t.test('when the registrar rejects', async (t) => {
  const { device, key } = await registered('approver');
  t.equal((await reject(key)).statusCode, 204);
  t.match(await mine(installation.file('approver')), [{ key, state: 'rejected' }], 'its owner sees it');
  t.notOk((await pending()).some(({ passkey }) => passkey.key === key));
  t.equal((await reject(key)).statusCode, 404, 'twice');
  const given = (await inject({ url: '/api/session/challenge' })).json<{ challenge: string; ledger: string }>();
  t.equal(codeOf(await inject({ method: 'POST', url: '/api/session', payload: { challenge: given.challenge, passkey: device.signIn(given) } })), 'KEY_REFUSED');
  const options = (await inject({ method: 'POST', url: '/api/passkeys/options', headers: authorized(installation.file('approver')) })).json<{ excludeCredentials: unknown[]; authenticatorSelection: unknown }>();
  t.strictSame(options.excludeCredentials, [], 'the device may be registered anew');
  t.match(options.authenticatorSelection, { residentKey: 'required', userVerification: 'required' });
});

void t.test('when somebody registers passkey after passkey', async (t) => {
  for (let i = 0; i < 5; i++) t.equal((await registered('auditor')).statusCode, 201);
  t.equal((await registered('auditor')).code, 'PASSKEYS_TOO_MANY');
  // Sent side by side: each is answered before any of them is kept.
  const { staff, agency } = installation.file('market');
  const sent: Promise<unknown>[] = [];
  for (let i = 0; i < 20; i++) {
    const options = await services.passkeys.options(staff, 'market');
    sent.push(services.passkeys.register(staff, agency, new Authenticator(PUBLIC_NAME).create(options)).catch(() => undefined));
  }
  await Promise.all(sent);
  t.ok((await mine(installation.file('market'))).filter(({ state }) => state === 'pending').length <= 5, 'also side by side');
});

void t.test('when a passkey is registered under the id of another', async (t) => {
  const { key, device } = await registered('approver');
  const headers = authorized(installation.file('approver'));
  const options = (await inject({ method: 'POST', url: '/api/passkeys/options', headers })).json<Parameters<Authenticator['create']>[0]>();
  const answer = await inject({ method: 'POST', url: '/api/passkeys', headers, payload: { response: new Authenticator(PUBLIC_NAME, device.credentialId).create(options) } });
  t.equal(codeOf(answer), 'PASSKEY_NOT_MADE', 'it would be looked at in place of the other');
  await reject(key);
});

void t.test('when the person has been dismissed meanwhile', async (t) => {
  const { key } = await registered('market-approver');
  const record = services.projection.get('staff', installation.file('market-approver').staff);
  if (!record) throw new Error('no such record');
  const put = { op: 'staff.put' as const, ...record, roles: [...record.roles], keys: [...record.keys] };
  await registrars.register({ ...put, active: false });
  const waiting = () => pending(authorized(theirRegistrar()));
  t.notOk((await waiting()).some(({ passkey }) => passkey.key === key), 'nothing to approve');
  t.match(await registrars.register(put).catch((error: unknown) => error), { refusal: 'ACTORS_TOO_FEW' }, 'one of the agency that keeps the register only dismisses');
  await new Registrar(services, theirRegistrar()).register(put);
  t.ok((await waiting()).some(({ passkey }) => passkey.key === key));
});

void t.test('when staff are listed', async (t) => {
  const list = async (query = '', headers = registrar()) => (await inject({ url: `/api/staff${query}`, headers })).json<{ staff: { staff: string; agency: string; name?: string; active: boolean }[]; more: boolean }>();
  const all = await list();
  t.match(all, { more: false });
  for (const name of ['clerk', 'branch', 'registrar']) t.ok(all.staff.some((each) => each.name === name), name);
  t.ok(all.staff.some(({ staff, name }) => staff === administrator.staff && name === undefined), 'who signs in by key only has no name');
  t.equal(all.staff[0]?.agency, administrator.agency, 'one\'s own agency first');
  t.ok(all.staff.every(({ agency }) => agency !== market), 'another that has a registrar keeps its own');
  t.strictSame((await list('?find=MARKET-', authorized(theirRegistrar()))).staff.map(({ name }) => name), ['market-approver']);
  t.strictSame((await list('?find=nobody-at-all')).staff, []);
  t.ok((await list('', authorized(theirRegistrar()))).staff.every(({ agency }) => agency === market), 'a registrar of another agency sees only its own');
});

void t.test('when somebody new is to have a sign-in', async (t) => {
  const { id: staff } = await registrars.staff({ agency: administrator.agency, roles: ['clerk'], withKey: false });
  const invite = (of: string, headers: Record<string, string>, payload: object = { name: 'x1', displayName: 'x' }) => inject({ method: 'POST', url: `/api/staff/${of}/account`, headers, payload });
  t.equal((await invite(randomId(), registrar())).statusCode, 404);
  t.equal((await invite(staff, authorized(theirRegistrar()))).statusCode, 404, 'of another agency');
  t.equal((await invite(staff, authorized(installation.file('approver')))).statusCode, 403);
  t.match((await invite(staff, registrar(), { name: 'x1', displayName: '  ' })).json(), { fields: [{ field: 'displayName', code: 'FIELD_MISSING' }] });
  t.match((await inject({ url: `/api/staff/${staff}/record`, headers: registrar() })).json(), { id: staff, roles: ['clerk'], active: true });
  t.equal((await inject({ url: `/api/staff/${staff}/record`, headers: authorized(theirRegistrar()) })).statusCode, 404);
  t.notOk((await inject({ url: '/api/staff', headers: registrar() })).json<{ agencies: { code: string }[] }>().agencies.some(({ code }) => code === market), 'an agency that has a registrar enters its own');
});

void t.test("when all of a person's sessions are ended", async (t) => {
  const [one, two, other] = [authorized(installation.file('clerk')), authorized(installation.file('clerk')), authorized(installation.file('approver'))];
  const status = async (headers: Record<string, string>) => (await inject({ url: '/api/session', headers })).statusCode;
  const end = (staff: string, headers = registrar()) => inject({ method: 'DELETE', url: `/api/staff/${staff}/sessions`, headers });
  const { staff } = installation.file('clerk');
  t.equal((await end(staff, other)).statusCode, 403, 'an approver may not');
  t.equal((await end(staff, authorized(theirRegistrar()))).statusCode, 404, 'nor a registrar of another agency');
  t.equal((await end(randomId())).statusCode, 404);
  t.equal((await end('x')).statusCode, 400);
  t.strictSame([await status(one), await status(two)], [200, 200]);
  t.equal((await end(staff)).statusCode, 204);
  t.strictSame([await status(one), await status(two), await status(other)], [401, 401, 200]);
  t.equal(await status(authorized(installation.file('clerk'))), 200, 'who signs in again is in');
});

void t.test('when a session ends while a job is watched', { timeout: 60_000 }, async (t) => {
  const file = installation.file('clerk');
  const job = await services.queue.add(file.agency, file.staff, { upload: randomId(), name: 'x.csv', type: 'issue', dryRun: true });
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const response = await fetch(`${base}/api/jobs/${job.id}/events`, { headers: authorized(file) });
  const reader = response.body?.getReader();
  t.match(Buffer.from((await reader?.read())?.value ?? []).toString(), /event: job/);
  await services.sessions.endAll(file.staff);
  await services.queue.advance(services.queue.get(job.id, file.agency), 'stopped');
  let rest = '';
  for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) rest += Buffer.from(chunk.value).toString();
  t.notMatch(rest, /"stopped"/, 'nothing of what came after');
  t.ok(app.server.listening, 'and the stream has ended');
  app.server.closeAllConnections();
  await once(app.server.close(), 'close');
});
