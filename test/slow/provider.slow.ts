/** Signing in at an identity provider, with a real one: what it opens, what it does not, and who comes in between. */
import { createHash, sign } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { deviceFingerprint, devicePairingDigest } from '#chaincode/facts/device';
import { buildApp } from '#gateway/app';
import type { DraftView } from '#gateway/acts/licence/licence';
import type { Answer } from '#gateway/acts/verify/lookup';
import type { ProvidedView } from '#gateway/acts/holder/provider';
import { signAct } from '#gateway/acts/licence/sign';
import { IdentityProvider, type ProviderSettings } from '#gateway/identity/provider';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { newDevice, type TestDevice } from '#test/support/holders';
import { permit, PUBLIC_NAME } from '#test/support/installation';
import { BUREAU, HOLDER } from '#test/support/ledger';
import { CLIENT, startProvider } from '#test/support/provider';

const CALLBACK = '/api/wallet/provider/callback';
const provider = await startProvider([PUBLIC_NAME + CALLBACK]);
t.teardown(() => provider.close());
const secretFile = join(mkdtempSync(join(tmpdir(), 'yizheng-oidc-')), 'secret');
writeFileSync(secretFile, `${provider.secret}\n`);
const settings: ProviderSettings = { issuer: provider.issuer, clientId: CLIENT, secretFile, codeClaim: 'holder_code', nameClaim: 'name', scope: 'openid profile' };

const { installation, app: without, authorized } = await installApp();
const appWith = async (change: Partial<ProviderSettings> = {}) => {
  const app = await buildApp({ services: { ...installation.services, provider: new IdentityProvider({ ...settings, ...change }, PUBLIC_NAME) }, rateLimits: false });
  t.teardown(() => app.close());
  return app;
};
const app = await appWith();
const { services } = installation;
await services.acts.perform(installation.acting('clerk'), randomId(), permit());

type Who = string | { readonly cookie: string } | undefined;
async function call<T = Record<string, unknown>>(method: NonNullable<InjectOptions['method']>, url: string, who?: Who, payload?: object) {
  const headers = who === undefined ? {} : typeof who === 'string' ? authorized(installation.acting(who)) : { cookie: who.cookie };
  const response = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
  const body = String(response.headers['content-type']).includes('json') ? response.json<T & { code?: string }>() : ({} as T & { code?: string });
  return { status: response.statusCode, body, code: response.statusCode >= 400 ? body.code : undefined, location: String(response.headers.location), cookies: [response.headers['set-cookie'] ?? []].flat() };
}
const cookieOf = (cookies: readonly string[], name: string): string => cookies.find((each) => each.startsWith(`${name}=`))?.split(';')[0] ?? '';
/** The phone begins, with its key or without. */
async function begin(device?: TestDevice, signer = device) {
  const at = (await call<{ challenge: string; ledger: string; gateway: string }>('GET', '/api/wallet/challenge')).body;
  const brought = device && signer ? { device: { id: device.id, spki: device.spki, challenge: at.challenge, signature: sign('sha256', devicePairingDigest(at, device), { key: signer.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url') } } : {};
  const begun = await call<{ url: string }>('POST', '/api/wallet/provider', undefined, brought);
  return { ...begun, url: begun.body.url, flow: cookieOf(begun.cookies, 'yizheng-provider') };
}
const back = (address: string, flow: string) => call('GET', address.slice(PUBLIC_NAME.length), { cookie: flow });
async function signIn(device?: TestDevice) {
  const { url, flow } = await begin(device);
  const returned = await back(await provider.visit(url), flow);
  return { ...returned, cookie: cookieOf(returned.cookies, 'yizheng-holder') };
}
const waiting = async (who = 'clerk') => (await call<{ signIns: ProvidedView[] }>('GET', '/api/provider-sign-ins', who)).body.signIns;
const sign2 = (names: readonly string[], draft: DraftView) => call('POST', `/api/drafts/${draft.requestId}/signatures`, names[0] ?? '', { actors: names.map((name) => signAct(installation.file(name), draft)) });

await t.test('when no provider is connected', async (t) => {
  t.strictSame((await without.inject({ url: '/api/wallet/provider' })).json(), { offered: false });
  t.match((await without.inject({ method: 'POST', url: '/api/wallet/provider', payload: {} })).json(), { code: 'PROVIDER_NONE' });
  t.strictSame((await call('GET', '/api/wallet/provider')).body, { offered: true });
});

await t.test('when a holder signs in to read', async (t) => {
  const { status, location, cookie, cookies } = await signIn();
  t.strictSame([status, location], [303, '/wallet']);
  t.match(cookies.find((each) => each.startsWith('yizheng-holder')), /Path=\/api\/wallet; HttpOnly; SameSite=Strict/);
  const me = { cookie };
  t.match((await call('GET', '/api/wallet/session', me)).body, { subject: HOLDER, device: undefined });
  const { body: { licences } } = await call<{ licences: Answer[] }>('GET', '/api/wallet/licences', me);
  t.ok(licences.length > 0 && licences.every(({ licence }) => licence?.audience === 'holder'), 'his own licences');
  for (const url of ['/api/wallet/uses', '/api/wallet/grants', '/api/wallet/requests', '/api/wallet/identities']) t.equal((await call('GET', url, me)).status, 200, url);
  const identifier = licences[0]?.licence?.identifier ?? '';
  for (const [method, url] of [['GET', `/api/wallet/licences/${identifier}/credential`], ['POST', '/api/wallet/presentations'], ['GET', '/api/wallet/challenges/22222222']] as const) t.match(await call(method, url, me, method === 'POST' ? { presentation: 'x' } : undefined), { status: 401, code: 'HOLDER_NOT_SIGNED_IN' }, `${url}: only by a device`);
  t.equal((await call('GET', '/api/session', me)).status, 401, 'nothing of staff');
  t.equal((await call('DELETE', '/api/wallet/session', me)).status, 204);
  t.equal((await call('GET', '/api/wallet/session', me)).status, 401, 'signed out');
});

await t.test('when somebody comes in between', async (t) => {
  const mine = await begin();
  const address = await provider.visit(mine.url);
  const stranger = await begin();
  t.equal((await back(address, stranger.flow)).location, '/wallet#PROVIDER_FLOW', 'a link sent to another browser signs nobody in');
  t.equal((await back(address, '')).location, '/wallet#PROVIDER_FLOW', 'nor one without the cookie');
  t.equal((await back(address, mine.flow)).location, '/wallet', 'wrong browsers have not used it up');
  t.equal((await back(address, mine.flow)).location, '/wallet#PROVIDER_FLOW', 'good once');
  const changed = await begin();
  const other = new URL(await provider.visit(changed.url));
  other.searchParams.set('code', new URL(address).searchParams.get('code') ?? '');
  t.equal((await back(other.href, changed.flow)).location, '/wallet#PROVIDER_REFUSED', "another flow's code: PKCE and nonce");
  const denied = await begin();
  const state = new URL(await provider.visit(denied.url)).searchParams.get('state') ?? '';
  t.equal((await call('GET', `${CALLBACK}?error=access_denied&state=${state}`, { cookie: denied.flow })).location, '/wallet#PROVIDER_REFUSED', 'the person said no');
});

await t.test('when the provider says something else', async (t) => {
  provider.account = { code: '123', name: 'nobody' };
  t.equal((await signIn()).location, '/wallet#PROVIDER_CLAIMS', 'no code of anybody');
  provider.account = { code: '110101190001011236', name: '测试甲' };
  t.equal((await signIn()).location, '/wallet#PROVIDER_HOLDER', 'a person of whom nobody here has a licence');
  const subject = await services.vault.person(BUREAU, provider.account.code);
  const { location, cookie } = await signIn();
  t.equal(location, '/wallet', 'one whom an agency knows');
  t.match((await call('GET', '/api/wallet/session', { cookie })).body, { subject });
  const [row] = await waiting();
  t.match(row, { name: '测试甲', code: /^110101\*{8}\d{3}[\dX]$/ }, 'masked');
  const { body: drafted } = await call<DraftView>('POST', `/api/provider-sign-ins/${row?.id ?? ''}/identity`, 'clerk', { requestId: randomId() });
  t.match(await sign2(['clerk'], drafted), { status: 409, code: 'SUBJECT_NOT_YOURS' }, 'but without a licence of his nobody vouches for him');
  provider.account = { code: HOLDER.slice(5), name: '示例浮云餐饮有限公司' };
});

await t.test('when the provider is away', async (t) => {
  const away = await appWith({ issuer: 'http://127.0.0.1:9' });
  t.match((await away.inject({ method: 'POST', url: '/api/wallet/provider', payload: {} })).json(), { code: 'PROVIDER_UNAVAILABLE', status: 503 });
  t.equal((await away.inject({ url: '/api/wallet/challenge' })).statusCode, 200, 'the rest works on');
  const wrong = await appWith({ clientId: 'another' });
  const begun = await wrong.inject({ method: 'POST', url: '/api/wallet/provider', payload: {} });
  t.equal(begun.statusCode, 201);
});

await t.test('when a clerk puts it on the ledger', async (t) => {
  const phone = newDevice();
  t.match(await begin(phone, newDevice()), { status: 401, code: 'DEVICE_REFUSED' }, 'a key that is not his own');
  t.equal((await signIn(phone)).location, '/wallet');
  const [row, ...more] = await waiting();
  t.match(row, { issuer: provider.issuer, code: HOLDER.slice(5), name: '示例浮云餐饮有限公司', attested: false, further: false, device: { id: phone.id, fingerprint: deviceFingerprint(phone.spki), registered: false } });
  t.strictSame(more.filter(({ code }) => code === HOLDER.slice(5)), [], 'one for each holder, the latest');
  t.strictSame(await waiting('market'), [], 'an agency that issues nothing vouches for nobody');
  const requestId = randomId();
  const { body: drafted } = await call<DraftView>('POST', `/api/provider-sign-ins/${row?.id ?? ''}/identity`, 'clerk', { requestId });
  t.match(drafted, { act: { op: 'identity.put', method: 'provider', subject: HOLDER } });
  t.equal((await call('POST', '/api/acts', 'clerk', { requestId, act: { op: 'register', act: drafted.act } })).status, 400, 'not on the word of the gateway');
  t.equal((await sign2(['clerk'], drafted)).status, 201);
  const { body: device } = await call<DraftView>('POST', `/api/provider-sign-ins/${row?.id ?? ''}/device`, 'clerk', { requestId: randomId() });
  t.equal((await sign2(['clerk'], device)).status, 201);
  t.match(services.projection.get('device', phone.id), { status: 'in-use', subject: HOLDER, staff: [installation.acting('clerk').staff], agency: BUREAU });
  t.match((await waiting())[0], { attested: true, further: true, device: { registered: true } });
  const kept = services.vault.kept(`identity/${requestId}`, HOLDER) as { provider: { idToken: string } };
  const claims = JSON.parse(Buffer.from(kept.provider.idToken.split('.')[1] ?? '', 'base64url').toString()) as { nonce: string };
  t.equal(claims.nonce, createHash('sha256').update(Buffer.from(phone.spki, 'base64url')).digest('base64url'), 'the token is about this very key');
  t.equal((await call('POST', `/api/provider-sign-ins/${randomId()}/device`, 'clerk', { requestId: randomId() })).code, 'PROVIDED_UNKNOWN');
  t.equal((await call('GET', '/api/provider-sign-ins', 'auditor')).status, 403);
  installation.clock.aheadMs = 8 * 86_400_000;
  t.strictSame(await waiting(), [], 'a week');
  await services.provided.sweep();
  installation.clock.aheadMs = 0;
  t.strictSame(await services.desk.keys({ gt: 'provided', lt: 'provided~' }).all(), [], 'nothing of it stays');
});
