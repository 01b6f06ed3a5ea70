/** The life of a seal through the doors: applied for, made, filed, used, stopped, restarted, renewed with overlap, cancelled; and what was sealed stays good. */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { createAuthority, issueIdentity } from '#network/ca/authority';
import { signAct, type KeyFile, type Signable } from '#gateway/acts/licence/sign';
import { buildApp, type App } from '#gateway/app';
import { BUREAU } from '#gateway/demo';
import { randomId } from '#gateway/keyring';
import type { EndingSeal } from '#gateway/seals/ending';
import type { SealView } from '#gateway/seals/seals';
import { SealKeyFault } from '#gateway/seals/signer';
import { Registrar } from '#gateway/setup';
import { install, permit } from '#test/support/installation';
import { faults } from '#test/support/matchers';

x509.cryptoProvider.set(webcrypto as unknown as Crypto);
const installation = await install();
const { administrator, clock } = installation;
let app: App = await buildApp({ services: installation.services, rateLimits: false });
t.teardown(async () => {
  await app.close();
  await installation.remove();
});

const DAY_MS = 86_400_000;
const authorized = ({ staff, agency }: { staff: string; agency: string }) => ({ authorization: `Bearer ${app.jwt.sign({ staff, agency, displayName: '', method: 'password', ...installation.services.sessions.begin(staff) })}` });
const file = (name: string) => installation.file(name);
const send = (who: KeyFile, options: InjectOptions) => app.inject({ ...options, headers: authorized(who) });
interface Answer { readonly code?: string; readonly fields?: readonly { readonly field: string; readonly code: string }[] }
const said = (response: { json: () => unknown }) => response.json() as Answer;

const registrar = file('registrar');
const apply = (wish: object, who = registrar) => send(who, { method: 'POST', url: '/api/seals', payload: wish });
const step = (id: string, what: 'key' | 'request', who = registrar) => send(who, { method: 'POST', url: `/api/seals/${id}/${what}` });
const certify = (id: string, certificate: string) => send(registrar, { method: 'PUT', url: `/api/seals/${id}/certificate`, payload: { certificate } });
const list = async (who = registrar) => (await send(who, { url: '/api/seals' })).json<{ seals: SealView[] }>().seals;
const view = async (id: string) => (await send(registrar, { url: `/api/seals/${id}` })).json<SealView>();

/** Drafts an act of the register, has it signed with key files, hands it in. */
async function signed(act: unknown, signers: readonly KeyFile[], how: 'signatures' | 'proposal' = 'signatures') {
  const [first = registrar] = signers;
  const requestId = randomId();
  const draft = (await send(first, { method: 'POST', url: '/api/drafts', payload: { requestId, act: { op: 'register', act } } })).json<Signable>();
  return send(first, { method: 'POST', url: `/api/drafts/${requestId}/${how}`, payload: { actors: signers.map((signer) => signAct(signer, draft)) } });
}
const status = (id: string, to: SealView['state'], signers = [registrar]) => signed({ op: 'seal.status', id, status: to }, signers);
async function filed(wish: object): Promise<SealView> {
  const { id } = (await apply(wish)).json<SealView>();
  await step(id, 'key');
  await signed((await view(id)).filing, [registrar]);
  return view(id);
}
const issue = (who = 'clerk') => installation.services.acts.perform(installation.acting(who), randomId(), permit());
async function document(identifier: string) {
  const { credential, qr } = (await send(file('clerk'), { url: `/api/licences/${identifier}/credential` })).json<{ credential: string; qr: string }>();
  const verdicts = await Promise.all([{ credential }, { qr }].map(async (payload) => (await app.inject({ method: 'POST', url: '/api/verify', payload })).json<{ verdict: { outcome: string } }>().verdict.outcome));
  const [header = ''] = credential.split('.');
  const { x5c: [certificate = ''] } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { x5c: string[] };
  return { verdicts, certificate: Buffer.from(certificate, 'base64').toString('base64url') };
}
const VALID = ['valid', 'valid'];

t.test('when a seal is applied for, made and filed', async (t) => {
  const applied = await apply({ name: '测试业务专用章', years: 3, triggers: ['approver'] });
  t.equal(applied.statusCode, 201);
  const { id } = applied.json<SealView>();
  t.match(applied.json(), { state: 'applied', agency: BUREAU.code, agencyName: BUREAU.name, here: false, triggers: ['approver'], alg: 'ES256' });
  t.equal((await step(id, 'key')).statusCode, 201);
  const made = await view(id);
  t.match(made, { state: 'made', here: true, filing: { op: 'seal.put', id, name: '测试业务专用章', triggers: ['approver'] } });
  t.equal(Math.round((Date.parse(made.validUntil ?? '') - Date.parse(made.validFrom ?? '')) / DAY_MS), 3 * 365);
  t.match(readFileSync(join(installation.data, 'keys', 'agencies', BUREAU.code, `seal-${id}.key`), 'utf8'), /ENCRYPTED/);
  t.equal(said(await step(id, 'key')).code, 'SEAL_STATE', 'made once');
  t.equal(said(await signed(made.filing, [file('clerk')])).code, 'ACTOR_ROLE', 'a clerk files nothing');
  t.equal((await signed(made.filing, [registrar])).statusCode, 201);
  t.match(await view(id), { state: 'in-use', here: true, history: [{ status: 'in-use' }] });
  t.equal((await list()).filter((each) => each.id === id).length, 1, 'it waits no more');
  t.equal(said(await send(registrar, { method: 'DELETE', url: `/api/seals/${id}` })).code, 'SEAL_STATE', 'nor can it be taken back');
  await status(id, 'cancelled');
});

t.test('when the agency has no key for its status lists yet', async (t) => {
  const police = '11370303009999914X';
  const { id } = (await apply({ agency: police, name: '首枚专用章', years: 1 })).json<SealView>();
  await step(id, 'key');
  const { listKey, filing } = await view(id);
  t.match(listKey, { op: 'agency-key.put', agency: police, use: 'status-list' });
  t.equal((await signed(listKey, [registrar])).statusCode, 201);
  t.equal((await view(id)).listKey, undefined, 'once');
  t.ok(installation.services.keyring.signer('status-list', police, listKey?.id ?? ''), 'and it is here');
  t.equal((await signed(filing, [registrar])).statusCode, 201);
  await status(id, 'cancelled');
});

t.test('when two registrars file it', async (t) => {
  const second = await new Registrar(installation.services, administrator).staff({ agency: BUREAU.code, roles: ['registrar'], withKey: true });
  const { id } = (await apply({ name: '双人备案专用章', years: 1 })).json<SealView>();
  await step(id, 'key');
  const proposed = (await signed((await view(id)).filing, [registrar], 'proposal')).json<{ proposal: string; status: string }>();
  t.match(proposed, { status: 'open' });
  t.equal((await view(id)).state, 'made', 'one signature files nothing');
  t.equal(said(await send(registrar, { method: 'DELETE', url: `/api/seals/${id}` })).code, 'SEAL_STATE', 'what waits for a second signature is not pulled away');
  if (!second.file) throw new Error('no key file');
  const [proposal] = (await send(second.file, { url: '/api/proposals' })).json<{ proposals: Signable[] }>().proposals;
  const approved = await send(second.file, { method: 'POST', url: `/api/proposals/${proposed.proposal}/approvals`, payload: { requestId: randomId(), actors: [signAct(second.file, proposal as Signable)] } });
  t.equal(approved.statusCode, 201);
  t.equal((await view(id)).state, 'in-use');
  await status(id, 'cancelled');
});

t.test('when what is applied for cannot be', async (t) => {
  const market = file('market').agency;
  t.equal(said(await apply({ name: '章', years: 11 })).code, 'REQUEST_MALFORMED');
  t.equal(said(await apply({ name: '章', years: 1, triggers: ['registrar'] })).code, 'REQUEST_MALFORMED');
  t.strictSame(said(await apply({ years: 1 })).fields?.map(({ field, code }) => [field, code]), [['name', 'FIELD_MISSING']]);
  t.equal(said(await apply({ renews: randomId(), years: 1 })).code, 'NOT_FOUND');
  t.equal(said(await apply({ name: '章', years: 1, agency: '91370303MA99TXT202' })).code, 'AGENCY_NOT_HOSTED');
  for (const name of ['clerk', 'auditor']) t.equal((await apply({ name: '章', years: 1 }, file(name))).statusCode, 403, name);
  const theirs = await new Registrar(installation.services, administrator).staff({ agency: market, roles: ['registrar'], withKey: true });
  if (!theirs.file) throw new Error('no key file');
  t.equal(said(await apply({ name: '章', years: 1, agency: BUREAU.code }, theirs.file)).code, 'FORBIDDEN');
  const own = (await apply({ name: '市场监管专用章', years: 1 }, theirs.file)).json<SealView>();
  t.strictSame((await list(theirs.file)).map(({ agency }) => agency), [market], 'a registrar of another agency sees its own alone');
  const { id } = (await apply({ name: '未办结专用章', years: 1 })).json<SealView>();
  t.equal((await step(id, 'key', theirs.file)).statusCode, 404);
  t.equal((await step(id, 'key', file('approver'))).statusCode, 403, 'an approver may apply, and make nothing');
  t.equal((await send(registrar, { method: 'DELETE', url: `/api/seals/${id}` })).statusCode, 204);
  t.equal((await send(registrar, { method: 'DELETE', url: `/api/seals/${own.id}` })).statusCode, 204, 'the agency that keeps the register reaches all');
  t.equal((await send(registrar, { url: `/api/seals/${id}` })).statusCode, 404);
});

t.test('when a filing that was signed before arrives after the application was taken back', async (t) => {
  const { seals, sealKeys } = installation.services;
  const applied = async (name: string) => {
    const { id } = (await apply({ name, years: 1 })).json<SealView>();
    await step(id, 'key');
    return { id, filing: (await view(id)).filing };
  };
  const [late, dropped] = [await applied('迟到备案专用章'), await applied('撤回专用章')];
  for (const { id } of [late, dropped]) t.equal((await send(registrar, { method: 'DELETE', url: `/api/seals/${id}` })).statusCode, 204);
  t.equal((await signed(late.filing, [registrar])).statusCode, 201);
  t.match(await view(late.id), { state: 'in-use', here: true }, 'a seal on the ledger has its key');
  await seals.sweep();
  t.ok(sealKeys.holds(BUREAU.code, dropped.id));
  clock.aheadMs = 33 * DAY_MS;
  await seals.sweep();
  clock.aheadMs = 0;
  t.notOk(sealKeys.holds(BUREAU.code, dropped.id), 'no filing of it can come any more');
  t.ok(sealKeys.holds(BUREAU.code, late.id));
  await status(late.id, 'cancelled');
});

t.test('when an outside authority certifies the key', async (t) => {
  const { id } = (await apply({ name: '外部签发专用章', years: 2 })).json<SealView>();
  t.equal(said(await certify(id, 'x')).code, 'SEAL_STATE', 'there is no key yet');
  await step(id, 'request');
  const { request = '', state, here, filing } = await view(id);
  t.match({ state, here, filing }, { state: 'requested', here: true, filing: undefined });
  const csr = new x509.Pkcs10CertificateRequest(request);
  t.ok(await csr.verify(), 'the request is signed by its key');
  const uri = `urn:uscc:${BUREAU.code}`;
  t.match(csr.extensions.find((each) => each instanceof x509.SubjectAlternativeNameExtension)?.names.toJSON(), [{ type: 'url', value: uri }]);
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const now = clock.now();
  const certified = async (change: { uris?: readonly string[]; publicKey?: x509.PublicKey; ca?: boolean; from?: number; days?: number; usage?: number; more?: readonly x509.Extension[] } = {}) => (await x509.X509CertificateGenerator.create({
    subject: 'CN=seal', issuer: 'CN=Outside authority', publicKey: change.publicKey ?? csr.publicKey, signingKey: keys.privateKey, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(change.from ?? now - DAY_MS), notAfter: new Date(now + (change.days ?? 400) * DAY_MS),
    extensions: [new x509.BasicConstraintsExtension(change.ca ?? false), new x509.KeyUsagesExtension(change.usage ?? x509.KeyUsageFlags.digitalSignature), ...(change.more ?? []), new x509.SubjectAlternativeNameExtension((change.uris ?? [uri]).map((value) => ({ type: 'url' as const, value })))],
  })).toString('pem');
  const foreign = await createAuthority({ commonName: 'x', organization: 'x' });
  const faulty: readonly (readonly [string, string])[] = [
    ['no certificate', 'CERTIFICATE_FORM'], [await certified({ uris: ['urn:uscc:11370303009999228K'] }), 'CERTIFICATE_AGENCY'], [await certified({ uris: [uri, uri] }), 'CERTIFICATE_AGENCY'], [await certified({ ca: true }), 'CERTIFICATE_AUTHORITY'],
    [await certified({ usage: x509.KeyUsageFlags.keyAgreement }), 'CERTIFICATE_USE'], [await certified({ more: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.emailProtection])] }), 'CERTIFICATE_USE'],
    [await certified({ more: [new x509.Extension('2.5.29.16', false, Buffer.alloc(1_500))] }), 'CERTIFICATE_LONG'],
    [await certified({ days: -0.5 }), 'CERTIFICATE_ENDED'], [await certified({ from: now + DAY_MS }), 'CERTIFICATE_NOT_YET'],
    [(await issueIdentity(foreign, { commonName: 'x', role: 'client', uris: [uri] })).certificate, 'CERTIFICATE_OTHER_KEY'],
  ];
  for (const [certificate, code] of faulty) {
    const answer = await certify(id, certificate);
    t.match(said(answer), { code: 'SEAL_CERTIFICATE', fields: [{ field: 'certificate', code }] }, code);
  }
  t.equal((await certify(id, await certified())).statusCode, 200);
  const made = await view(id);
  t.equal(Date.parse(made.validUntil ?? ''), Math.floor((now + 400 * DAY_MS) / 1000) * 1000, 'it ends with its certificate');
  t.equal((await signed(made.filing, [registrar])).statusCode, 201, 'and the contract takes it');
  t.equal((await status(id, 'cancelled')).statusCode, 201);
});

t.test('when a seal is renewed, and the old one stopped and cancelled', async (t) => {
  const [old] = (await list()).filter(({ agency, state }) => agency === BUREAU.code && state === 'in-use');
  if (!old?.certificate) throw new Error('no seal');
  const earlier = (await issue()).identifier ?? '';
  const good = { verdicts: VALID, certificate: old.certificate };
  t.strictSame(await document(earlier), good);
  t.match(said(await apply({ renews: old.id, years: 5 - 1 })), { code: 'FACE_INVALID', fields: [{ field: 'years', code: 'DATES_REVERSED' }] }, 'a renewal lasts longer');
  const wish = (await apply({ renews: old.id, years: 6 })).json<SealView>();
  t.match(wish, { name: old.name, renews: old.id });
  t.equal(said(await apply({ renews: old.id, years: 7 })).code, 'SEALS_WAITING', 'one renewal at a time');
  await step(wish.id, 'key');
  t.strictSame((await document((await issue()).identifier ?? '')).certificate, old.certificate, 'until it is filed the old one seals');
  await signed((await view(wish.id)).filing, [registrar]);
  const successor = await view(wish.id);
  t.match(await view(old.id), { state: 'in-use', renewedBy: successor.id });

  const issued = (await issue()).identifier ?? '';
  t.strictSame(await document(issued), { verdicts: VALID, certificate: successor.certificate }, 'new documents take the new one');
  t.strictSame(await document(earlier), good, 'both verify');
  t.equal(said(await status(old.id, 'stopped', [file('clerk')])).code, 'ACTOR_ROLE');
  t.equal((await status(old.id, 'stopped', [file('approver')])).statusCode, 201, 'one person stops');
  t.strictSame(await document(earlier), good, 'what was sealed before is still good');
  t.strictSame((await document((await issue()).identifier ?? '')).certificate, successor.certificate);
  t.equal(said(await status(old.id, 'in-use')).code, 'ACTORS_TOO_FEW', 'two restart');
  const proposal = (await signed({ op: 'seal.status', id: old.id, status: 'in-use' }, [registrar], 'proposal')).json<{ proposal: string }>().proposal;
  t.equal((await view(old.id)).state, 'stopped');
  const [waiting] = (await send(file('approver'), { url: '/api/proposals' })).json<{ proposals: (Signable & { id: string })[] }>().proposals.filter(({ id }) => id === proposal);
  t.equal((await send(file('approver'), { method: 'POST', url: `/api/proposals/${proposal}/approvals`, payload: { requestId: randomId(), actors: [signAct(file('approver'), waiting as Signable)] } })).statusCode, 201);
  t.equal((await view(old.id)).state, 'in-use');
  t.equal((await status(old.id, 'cancelled')).statusCode, 201);
  t.equal(said(await status(old.id, 'in-use', [registrar, file('approver')])).code, 'STATUS_FORBIDS', 'cancelled is final');
  t.strictSame(await document(earlier), good, 'and what it sealed stays good');
  t.strictSame((await view(old.id)).history?.map((each) => each.status), ['in-use', 'stopped', 'in-use', 'cancelled']);
});

t.test('when only some may trigger a seal', async (t) => {
  const open = (await list()).filter(({ agency, state }) => agency === BUREAU.code && state === 'in-use');
  for (const { id } of open) await status(id, 'stopped');
  await faults(t, () => issue(), 'SEAL_NOT_HERE');
  const seal = await filed({ name: '批准人专用章', years: 1, triggers: ['approver'] });
  await faults(t, () => issue('clerk'), 'REFUSED', 'SEAL_NOT_YOURS');
  t.match(await issue('approver'), { status: 'VALID' });
  for (const { id } of open) await status(id, 'in-use', [registrar, file('approver')]);
  t.match(await issue('clerk'), { status: 'VALID' }, 'of two seals the one that the person may trigger');
  await status(seal.id, 'cancelled');
});

t.test('when the days of a seal are counted', async (t) => {
  const seal = await filed({ agency: file('market').agency, name: '将到期专用章', years: 1 });
  const asked = async () => {
    const { seals } = (await app.inject('/health/ready')).json<{ seals: EndingSeal[] }>();
    const gauge = new RegExp(`^yizheng_seal_days_left\\{agency="${seal.agency}",seal="${seal.id}"\\} (-?\\d+)$`, 'm').exec((await app.inject('/metrics')).body)?.[1];
    return { said: seals.find((each) => each.seal === seal.id), gauge };
  };
  t.match(await asked(), { said: { daysLeft: 364 }, gauge: '364' });
  for (const [days, warning] of [[31, undefined], [30, 'SEAL_ENDS_SOON'], [0, 'SEAL_ENDS_SOON'], [-1, 'SEAL_ENDED']] as const) {
    clock.aheadMs = (364 - days) * DAY_MS;
    const { said: told, gauge } = await asked();
    t.match({ told, gauge }, { told: { daysLeft: days, warning }, gauge: String(days) }, `${String(days)} days before the end`);
    t.equal((await view(seal.id)).warning, warning);
  }
  clock.aheadMs = 0;
  const successor = await filed({ renews: seal.id, years: 2 });
  t.strictSame(await asked(), { said: undefined, gauge: undefined }, 'renewed, it needs no warning');
  await status(successor.id, 'stopped');
  t.match(await asked(), { said: { daysLeft: 364 } }, 'unless what took over is stopped');
});

t.test('when the files of keys are not the right ones', async (t) => {
  const keys = join(installation.data, 'keys');
  const passphrase = join(keys, 'seal.passphrase');
  const right = readFileSync(passphrase);
  const inUse = await Promise.all([BUREAU.code, installation.file('branch').agency].map(async (agency) => (await list()).filter((each) => each.agency === agency && each.state === 'in-use')));
  const [own = [], [branch] = []] = inUse;
  const path = ({ agency, id }: SealView): string => join(keys, 'agencies', agency, `seal-${id}.key`);
  if (!branch) throw new Error('no seal');
  await app.close();
  await installation.restart(() => {
    writeFileSync(passphrase, 'not the passphrase\n');
    for (const seal of own) writeFileSync(path(seal), readFileSync(path(branch)));
  });
  app = await buildApp({ services: installation.services, rateLimits: false });
  const licences = (await installation.services.projection.all('licence')).length;
  const attempt = () => send(file('clerk'), { method: 'POST', url: '/api/acts', payload: { requestId: randomId(), act: permit() } });
  const locked = await attempt();
  t.match({ status: locked.statusCode, code: said(locked).code }, { status: 500, code: 'SEAL_LOCKED' });
  t.notMatch(locked.body, /keys|seal-|not the passphrase/, 'no path, no secret');
  const faulty = await installation.services.seals.tryKeys();
  t.ok(faulty.length > 1 && faulty.every(({ error }) => error instanceof SealKeyFault && error.code === 'SEAL_KEY_LOCKED'), 'known before somebody wants to seal');
  writeFileSync(passphrase, right);
  t.strictSame(await installation.services.seals.tryKeys(), [], 'the right passphrase opens them, and no start was needed');
  t.equal(said(await attempt()).code, 'SEAL_LOCKED', 'but the key of another seal signs nothing');
  t.equal((await installation.services.projection.all('licence')).length, licences, 'nothing was issued');
});
