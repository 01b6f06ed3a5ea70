/** The wallet over HTTP: from the counter to what a holder sees, and everybody who tries to get in between. */
import { sign } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { deviceFingerprint, devicePairingDigest, deviceSessionDigest, deviceStatusDigest } from '#chaincode/facts/device';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import type { AskedGrant } from '#gateway/acts/use/grant-request';
import type { GrantView } from '#gateway/acts/use/grant';
import type { DraftView } from '#gateway/acts/licence/licence';
import type { Answer } from '#gateway/acts/verify/lookup';
import type { OpenedPairing, PairingView } from '#gateway/acts/holder/pairing';
import { signAct } from '#gateway/acts/licence/sign';
import type { OwnUse } from '#gateway/acts/wallet/wallet';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { newDevice, signedBy, takenUp, type TestDevice } from '#test/support/holders';
import { permit, PUBLIC_NAME } from '#test/support/installation';
import { HOLDER, MARKET } from '#test/support/ledger';

const { installation, app, authorized } = await installApp();
const { services, clock } = installation;
const ledger = services.ledger.ledgerId;
const MINUTE = 60_000;
const OTHER = '92370303MA99TXT124';

interface Reply<T> { readonly status: number; readonly code?: string; readonly body: T }
type Who = string | { readonly token: string } | undefined;
const headersOf = (who: Who) => (who === undefined ? {} : typeof who === 'string' ? authorized(installation.acting(who)) : { authorization: `Bearer ${who.token}` });
async function call<T = Record<string, unknown>>(method: NonNullable<InjectOptions['method']>, url: string, who?: Who, payload?: object): Promise<Reply<T>> {
  const response = await app.inject({ method, url, headers: headersOf(who), ...(payload ? { payload } : {}) });
  const body = String(response.headers['content-type']).includes('json') ? response.json<{ code?: string }>() : undefined;
  return { status: response.statusCode, ...(body?.code === undefined ? {} : { code: body.code }), body: (body ?? response.body) as T };
}
const challenge = async () => (await call<{ challenge: string; ledger: string; gateway: string }>('GET', '/api/wallet/challenge')).body;
const rawBy = ({ privateKey }: TestDevice, digest: Uint8Array) => sign('sha256', digest, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
const open = (who = 'clerk', whom: object = { organisation: HOLDER.slice(5) }) => call<OpenedPairing>('POST', '/api/pairings', who, whom);
const view = async (id: string, who = 'clerk') => (await call<PairingView>('GET', `/api/pairings/${id}`, who)).body;
/** @param signer whose key signs, where it is not the device's own */
async function bring(code: string, device: TestDevice, signer = device) {
  const at = await challenge();
  return call<{ fingerprint: string }>('POST', '/api/wallet/pairings', undefined, { code, device: { id: device.id, spki: device.spki }, challenge: at.challenge, signature: rawBy(signer, devicePairingDigest(at, device)) });
}
async function signIn(device: TestDevice, { signer = device, change = {} }: { signer?: TestDevice; change?: object } = {}) {
  const at = await challenge();
  return call<{ token: string; subject: string }>('POST', '/api/wallet/session', undefined, { device: device.id, challenge: at.challenge, signature: rawBy(signer, deviceSessionDigest({ ...at, ...change }, device.id)) });
}
/** The same code with another last character. */
const otherThan = (code: string): string => code.slice(0, -1) + (code.endsWith('2') ? '3' : '2');

const { identifier = '', licence } = await services.acts.perform(installation.acting('clerk'), randomId(), permit());
const foreign = await services.acts.perform(installation.acting('clerk'), randomId(), permit({}, { holderName: '样例书屋', holderCode: OTHER }));
const phone = newDevice();

await t.test('when a holder comes to a counter', async (t) => {
  const opened = await open();
  t.match(opened, { status: 201, body: { code: /^[2-9A-HJKMNP-Z]{11}$/, further: false } });
  t.notMatch((await services.desk.iterator().all()).map(([, value]) => value).join(), opened.body.code, 'the code itself lies nowhere');
  t.strictSame(await view(opened.body.id), { state: 'waiting' });
  t.equal((await signIn(phone)).code, 'DEVICE_REFUSED', 'a key that nobody registered');
  const brought = await bring(opened.body.code, phone);
  t.match(brought, { status: 201, body: { agency: { name: /./ }, fingerprint: deviceFingerprint(phone.spki) } });
  t.match(brought.body.fingerprint, /^(\d{4} ){3}\d{4}$/);
  t.equal((await signIn(phone)).code, 'DEVICE_REFUSED', 'the code alone registers nothing');
  t.equal((await call('GET', `/api/pairings/${opened.body.id}`, 'market')).status, 404, "another agency's");
  const { state, device } = await view(opened.body.id);
  t.strictSame([state, device?.fingerprint], ['brought', brought.body.fingerprint], 'both see the same digits');
  const draft = await call<DraftView>('POST', '/api/devices', 'clerk', { requestId: randomId(), organisation: HOLDER.slice(5), device: { id: device?.id, spki: device?.spki }, seen: ['BUSINESS_LICENCE', 'ONE_TIME_CODE'] });
  t.match(await call('POST', `/api/drafts/${draft.body.requestId}/signatures`, 'clerk', { actors: [signAct(installation.file('clerk'), draft.body)] }), { status: 201 });
  t.equal((await view(opened.body.id)).state, 'done');
  t.match(await signIn(phone), { status: 201, body: { subject: HOLDER } });
  t.equal((await open()).body.further, true, 'the next device needs two persons');
});

await t.test('when a code is guessed, used again or late', async (t) => {
  const { body: { code, id } } = await open();
  const guesses = await Promise.all(Array.from({ length: 5 }, () => bring(otherThan(code), newDevice())));
  t.ok(guesses.every((guess) => guess.status === 403 && guess.code === 'PAIRING_CODE'), 'side by side too');
  t.equal((await bring(code, newDevice())).code, 'PAIRING_CODE', 'the right one is void after five wrong ones');
  t.strictSame(await view(id), { state: 'over' });
  const second = await open();
  t.equal((await bring(second.body.code, newDevice(), newDevice())).code, 'DEVICE_REFUSED', 'a key that is not his own');
  t.equal((await bring(second.body.code, newDevice())).status, 201);
  t.equal((await bring(second.body.code, newDevice())).code, 'PAIRING_CODE', 'good once');
  const third = await open();
  clock.aheadMs = 10 * MINUTE;
  t.equal((await bring(third.body.code, newDevice())).code, 'PAIRING_CODE', 'ten minutes');
  t.strictSame(await view(third.body.id), { state: 'over' });
  clock.aheadMs = 61 * MINUTE;
  await services.pairings.sweep();
  clock.aheadMs = 0;
  t.strictSame(await services.desk.keys({ gt: 'pairing', lt: 'pairing~' }).all(), [], 'nothing of it stays');
  t.equal((await bring('ABCDEFGHJK2', newDevice())).code, 'PAIRING_CODE', 'no such code');
  t.equal((await bring('abcdefghjk2', newDevice())).status, 400);
  t.equal((await open('market', { licence: identifier })).status, 404, "another agency's licence");
  t.match(await open('clerk', { licence: identifier }), { status: 201 }, "one's own agency's");
  t.equal((await open('auditor')).status, 403);
});

await t.test('when a device signs in', async (t) => {
  const other = newDevice(`uscc:${OTHER}`);
  t.equal((await signIn(phone, { signer: other })).code, 'DEVICE_REFUSED', "another device's signature");
  t.equal((await signIn(phone, { change: { gateway: 'https://evil.example' } })).code, 'DEVICE_REFUSED', 'signed for another gateway');
  t.equal((await signIn(phone, { change: { challenge: randomId() } })).code, 'DEVICE_REFUSED');
  t.equal((await challenge()).gateway, PUBLIC_NAME);
  const at = await challenge();
  const body = { device: phone.id, challenge: at.challenge, signature: rawBy(phone, deviceSessionDigest(at, phone.id)) };
  const response = await app.inject({ method: 'POST', url: '/api/wallet/session', payload: body });
  t.match(response.headers['set-cookie'], /^yizheng-holder=.*Path=\/api\/wallet; HttpOnly; SameSite=Strict/);
  t.equal((await call('POST', '/api/wallet/session', undefined, body)).code, 'CHALLENGE_STALE', 'good once');
  const pairing = await challenge();
  t.equal((await call('POST', '/api/wallet/session', undefined, { device: phone.id, challenge: pairing.challenge, signature: rawBy(phone, devicePairingDigest(pairing, phone)) })).code, 'DEVICE_REFUSED', 'what was signed at the counter');
  const cookie = `yizheng-holder=${response.json<{ token: string }>().token}`;
  const deleted = async (headers: Record<string, string>) => (await app.inject({ method: 'DELETE', url: '/api/wallet/session', headers: { cookie, host: 'yizheng.example', ...headers } })).statusCode;
  t.equal(await deleted({ origin: 'https://evil.example' }), 403, 'a page of another site');
  t.equal(await deleted({ origin: PUBLIC_NAME }), 204);
  t.equal(await deleted({ origin: PUBLIC_NAME }), 401, 'the token ended, not only the cookie');
});

await t.test('when a session is of the other kind', async (t) => {
  const { body: { token } } = await signIn(phone);
  t.equal((await call('GET', '/api/wallet/session', { token })).status, 200);
  for (const url of ['/api/session', '/api/licences', '/api/grants']) t.equal((await call('GET', url, { token })).status, 401, url);
  for (const url of ['/api/wallet/session', '/api/wallet/licences', '/api/wallet/uses']) t.match(await call('GET', url, 'clerk'), { status: 401, code: 'HOLDER_NOT_SIGNED_IN' }, url);
  const clerk = { ...installation.acting('clerk'), displayName: '', method: 'password', ...services.sessions.begin(installation.acting('clerk').staff) } as const;
  t.equal((await call('GET', '/api/session', { token: app.jwt.sign(clerk) })).status, 200);
  t.equal((await call('GET', '/api/session', { token: app.jwt.holder.sign(clerk as never) })).status, 401, 'the audience alone decides');
  t.equal((await call('GET', '/api/wallet/session', { token: app.jwt.sign({ device: phone.id, ...services.sessions.begin(phone.id) } as never) })).status, 401);
  const asStaff = await app.inject({ url: '/api/wallet/licences', headers: { cookie: `yizheng=${token}` } });
  t.equal(asStaff.statusCode, 401);
  const answer = await call<Answer>('GET', `/api/licences/${identifier}`, { token });
  t.equal(answer.body.licence?.audience, 'public', 'at the verify door a holder is anybody');
});

await t.test('when a holder looks at his own', async (t) => {
  const { body: { token } } = await signIn(phone);
  const own = async () => (await call<{ licences: Answer[] }>('GET', '/api/wallet/licences', { token })).body.licences;
  const shown = (await own()).find((each) => each.licence?.identifier === identifier);
  t.match(shown, { verdict: { outcome: 'valid' }, licence: { audience: 'holder' } });
  t.ok(shown?.licence?.face.some(({ name }) => name === 'personInCharge'), 'his own face');
  t.ok((await own()).every((each) => services.projection.get('licence', each.licence?.licence ?? '')?.subject === HOLDER), 'and nobody else\'s');
  t.match(await call('GET', `/api/wallet/licences/${identifier}/qr.svg`, { token }), { status: 200, body: /^<svg/ });
  for (const what of ['qr.svg', 'pdf']) t.equal((await call('GET', `/api/wallet/licences/${foreign.identifier ?? ''}/${what}`, { token })).status, 404, `another's ${what}`);
  t.match(await call('GET', `/api/wallet/licences/${identifier}/pdf`, { token }), { status: 404, code: 'PAPER_NOT_HERE' }, 'no press is running here');
  await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'suspend', licence: licence ?? '', reason: 'RECTIFICATION' });
  t.match((await own()).find((each) => each.licence?.identifier === identifier), { verdict: { outcome: 'not-in-force' } }, 'as it stands now');
});

await t.test('when agencies ask and look', async (t) => {
  const { body: { token } } = await signIn(phone);
  const wish = { licences: [{ identifier, fields: ['number'] }], purpose: 'INSPECTION', notAfter: new Date(clock.now() + 86_400_000).toISOString(), uses: 2 };
  const { body: asked } = await call<AskedGrant>('POST', '/api/grant-requests', 'market', wish);
  await call('POST', '/api/grant-requests', 'market', { ...wish, licences: [{ identifier: foreign.identifier, fields: ['number'] }] });
  const requests = async () => (await call<{ requests: AskedGrant[] }>('GET', '/api/wallet/requests', { token })).body.requests;
  const [request, ...more] = await requests();
  t.match(request, { grant: { id: asked.grant.id, grantee: MARKET, uses: 2 }, grantee: { name: /./ } });
  t.strictSame(more, [], "nobody else's");
  const { grant, text, opening } = asked;
  const other = await takenUp(installation, newDevice(`uscc:${OTHER}`));
  t.equal((await call('PUT', `/api/grants/${grant.id}`, undefined, { grant, text, opening, by: signedBy(other, grantDigest(ledger, grant)) })).code, 'DEVICE_OF_OTHER_HOLDER');
  t.equal((await call('PUT', `/api/grants/${grant.id}`, undefined, { grant, text, opening, by: signedBy(phone, grantDigest(ledger, grant)) })).status, 201);
  t.strictSame(await requests(), []);
  t.equal((await call('POST', '/api/uses', 'market', { requestId: randomId(), licence: identifier, purpose: 'INSPECTION', caseNo: '演示受理〔2026〕1', fields: ['number'], authority: { grant: grant.id } })).status, 201);
  await call('GET', `/api/licences/${identifier}`, 'market');
  const grants = async () => (await call<{ grants: GrantView[] }>('GET', '/api/wallet/grants', { token })).body.grants;
  t.match(await grants(), [{ id: grant.id, state: 'in-force', left: 1 }]);
  t.equal((await call('POST', `/api/grants/${grant.id}/revocation`, undefined, { requestId: randomId(), by: signedBy(phone, grantRevokeDigest(ledger, grant.id)) })).status, 201);
  t.match(await grants(), [{ state: 'revoked' }]);
  const uses = async (query = '', who: { token: string } = { token }) => (await call<{ uses: OwnUse[] }>('GET', `/api/wallet/uses${query}`, who)).body.uses;
  const [look, use] = await uses();
  t.match(look, { act: 'look-up', agency: { code: MARKET, name: /./ }, authority: { by: 'public' } });
  t.match(use, { act: 'use', purpose: { zh: '监督检查' }, authority: { by: 'grant', id: grant.id }, caseNo: '演示受理〔2026〕1', kind: { zh: /./ }, fields: [{ zh: /./ }] });
  t.notOk('staff' in (use ?? {}), 'the agency answers, no person is named');
  t.strictSame(await uses(`?limit=1&before=${String(look?.seq)}`), [use]);
  const { body: stranger } = await signIn(other);
  t.strictSame(await uses('', stranger), [], 'another holder');
});

await t.test('when the device is lost', async (t) => {
  const { body: { token } } = await signIn(phone);
  t.equal((await call('POST', `/api/devices/${phone.id}/status`, undefined, { requestId: randomId(), status: 'lost', by: signedBy(phone, deviceStatusDigest(ledger, phone.id, 'lost')) })).status, 201);
  t.equal((await call('GET', '/api/wallet/licences', { token })).code, 'HOLDER_NOT_SIGNED_IN', 'its sessions are over');
  t.equal((await signIn(phone)).code, 'DEVICE_REFUSED');
});
