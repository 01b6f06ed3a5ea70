/** Dynamic codes over HTTP: shown by a phone, fetched once; and everybody who comes twice, late, with a picture, or in another's place. */
import { randomBytes } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { delegationDigest, delegationRevokeDigest } from '#chaincode/facts/delegation';
import { deviceDigest } from '#chaincode/facts/device';
import { sha256Text } from '#chaincode/facts/hash';
import { identityEndDigest } from '#chaincode/facts/identity';
import { signAct } from '#gateway/acts/licence/sign';
import { Presentations, type AskedChallenge, type Challenge, type PresentationState, type ShownLicence } from '#gateway/acts/holder/presentation';
import type { OwnUse } from '#gateway/acts/wallet/wallet';
import { withhold } from '#gateway/documents/credential';
import { identityShown } from '#gateway/documents/identity';
import { bindingFinding, draftBinding, parsePresentation, type BindingFacts } from '#gateway/documents/presentation';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { newDevice, signedBy, takenUp, type TestDevice } from '#test/support/holders';
import { permit, PUBLIC_NAME } from '#test/support/installation';
import { delegationOf } from '#test/support/delegations';
import { BUREAU, HOLDER, MARKET } from '#test/support/ledger';

const { installation, app, authorized } = await installApp();
const { services, clock } = installation;
const ledger = services.ledger.ledgerId;
const OTHER = 'uscc:92370303MA99TXT124';

type Who = string | TestDevice | undefined;
const headersOf = (who: Who) => (who === undefined ? {} : typeof who === 'string' ? authorized(installation.acting(who)) : { authorization: `Bearer ${app.jwt.holder.sign({ device: who.id, ...services.sessions.begin(who.id) })}` });
interface Reply<T> { readonly status: number; readonly code?: string; readonly fields?: string; readonly body: T }
async function call<T = Record<string, unknown>>(method: NonNullable<InjectOptions['method']>, url: string, who?: Who, payload?: object): Promise<Reply<T>> {
  const response = await app.inject({ method, url, headers: headersOf(who), ...(payload ? { payload } : {}) });
  const body = String(response.headers['content-type']).includes('json') ? response.json<{ code?: string; fields?: { code: string }[] }>() : undefined;
  return { status: response.statusCode, ...(body?.code === undefined ? {} : { code: body.code }), ...(body?.fields?.[0] ? { fields: body.fields[0].code } : {}), body: body as T };
}

const { identifier = '', licence = '' } = await services.acts.perform(installation.acting('clerk'), randomId(), permit());
const phone = await takenUp(installation, newDevice());
const stranger = await takenUp(installation, newDevice(OTHER));
const url = `/api/wallet/licences/${identifier}/credential`;
const { body: { credential } } = await call<{ credential: string }>('GET', url, phone);
const HIDDEN = new Set(['personInCharge', 'holderCode']);
const nowSeconds = () => Math.floor(clock.now() / 1000);

interface Options { readonly as?: TestDevice; readonly signer?: TestDevice; readonly change?: Partial<BindingFacts>; readonly offer?: object }
const textOf = ({ as = phone, signer = as, change = {} }: Options = {}): string => {
  const shown = withhold(credential, HIDDEN);
  const input = draftBinding(shown, as.id, { ledger, aud: PUBLIC_NAME, nonce: randomId(), iat: nowSeconds(), ...change });
  return `${shown}${input}.${signedBy(signer, Buffer.from(input)).signature}`;
};
/** The phone shows a code. */
async function show(options: Options = {}) {
  const secret = randomBytes(16).toString('base64url');
  const reply = await call<{ id: string; expiresAt: string }>('POST', '/api/wallet/presentations', options.as ?? phone, { presentation: textOf(options), secret: sha256Text(Buffer.from(secret, 'base64url')), ...options.offer });
  return { ...reply, secret, id: reply.body.id };
}
const redeem = (id: string, secret: string, who?: Who) => call<ShownLicence>('POST', `/api/presentations/${id}/redemption`, who, { secret });
const state = async (id: string, who: Who = phone) => (await call<PresentationState>('GET', `/api/wallet/presentations/${id}`, who)).body;
const ask = async (who?: Who) => (await call<Challenge>('POST', '/api/presentation-challenges', who, {})).body;
const answer = ({ code, secret }: Pick<Challenge, 'code' | 'secret'>) => call<ShownLicence>('POST', `/api/presentation-challenges/${code}/answer`, undefined, { secret });
const answerTo = ({ code, nonce, aud }: Challenge, options: Options = {}) => call<{ id: string }>('POST', '/api/wallet/presentations', options.as ?? phone, { presentation: textOf({ ...options, change: { nonce, aud, ...options.change } }), challenge: code });

await t.test('when a verifier scans a code', async (t) => {
  const { status, id, secret } = await show();
  t.equal(status, 201);
  t.strictSame(await state(id), { state: 'waiting' });
  const { status: found, body } = await redeem(id, secret);
  t.equal(found, 200);
  t.match(body, { by: 'presentation', verdict: { outcome: 'valid', parts: [...Array.from({ length: 8 }, () => ({ result: 'pass' })), { check: 'device', code: 'DEVICE_BOUND' }] }, licence: { audience: 'holder' }, registered: { version: { version: 1 } } });
  t.notOk(body.licence?.face.some(({ name }) => HIDDEN.has(name)), 'no field that was not chosen');
  t.notMatch(JSON.stringify(body), '测试丙丁戊');
  const parsed = parsePresentation(body.presentation);
  t.match(parsed && (await bindingFinding(parsed, { ledger, aud: PUBLIC_NAME, nonce: id, now: new Date(clock.now()).toISOString() as never }, body.device)), { code: 'DEVICE_BOUND' }, 'the verifier checks it by himself');
  t.match(await state(id), { state: 'used', usedAt: /Z$/, by: undefined });
});

await t.test('when a code is used twice, late, or guessed', async (t) => {
  const first = await show();
  const both = await Promise.all([redeem(first.id, first.secret), redeem(first.id, first.secret)]);
  t.strictSame(both.map(({ status }) => status).sort(), [200, 410], 'of two at once, one gets it');
  t.match(await redeem(first.id, first.secret), { status: 410, code: 'PRESENTATION_USED' }, 'a picture of it');
  t.match(await redeem(first.id, randomBytes(16).toString('base64url')), { status: 410, code: 'PRESENTATION_OVER' }, 'whoever has not the secret does not learn that it was used');
  const late = await show();
  clock.aheadMs = 60_000;
  t.match(await redeem(late.id, late.secret), { status: 410, code: 'PRESENTATION_OVER' }, '60 seconds');
  t.match(await state(late.id), { state: 'over' });
  clock.aheadMs = 0;
  t.match(await redeem(randomId(), late.secret), { status: 410, code: 'PRESENTATION_OVER' }, 'no such code: answered alike');
  const guessed = await show();
  t.match(await redeem(guessed.id, late.secret), { code: 'PRESENTATION_OVER' });
  t.match(await redeem(guessed.id, guessed.secret), { status: 200 }, 'a wrong guess takes nothing away');
  const [old, fresh] = [await show(), await show()];
  t.match(await redeem(old.id, old.secret), { code: 'PRESENTATION_OVER' }, 'the screen shows another one now');
  t.equal((await call('DELETE', `/api/wallet/presentations/${fresh.id}`, stranger)).status, 204);
  await call('DELETE', `/api/wallet/presentations/${old.id}`, phone);
  t.match(await state(fresh.id), { state: 'waiting' }, 'nobody else takes it back, nor does the end of an earlier one');
  t.equal((await call('DELETE', `/api/wallet/presentations/${fresh.id}`, phone)).status, 204);
  t.match(await redeem(fresh.id, fresh.secret), { code: 'PRESENTATION_OVER' }, 'taken back');
  t.equal((await call('GET', `/api/wallet/presentations/${first.id}`, stranger)).status, 404);
});

await t.test('when a verifier asks for it', async (t) => {
  const challenge = await ask('market');
  t.match(challenge, { code: /^[2-9A-HJKMNP-Z]{8}$/, aud: `urn:uscc:${MARKET}` });
  t.match((await call<AskedChallenge>('GET', `/api/wallet/challenges/${challenge.code}`, phone)).body, { nonce: challenge.nonce, verifier: { code: MARKET, name: /./ } }, 'the holder reads who asks');
  t.equal((await answer(challenge)).status, 204, 'nothing yet');
  t.match(await answerTo(challenge, { change: { aud: PUBLIC_NAME } }), { status: 422, fields: 'BINDING_OTHER_VERIFIER' });
  t.match(await answerTo(challenge, { change: { nonce: randomId() } }), { status: 422, fields: 'BINDING_OTHER_VERIFIER' }, 'signed for another challenge');
  const { status, body: { id } } = await answerTo(challenge);
  t.equal(status, 201);
  t.match(await answer({ ...challenge, secret: randomId() }), { status: 410, code: 'PRESENTATION_OVER' }, 'the eight characters are not enough');
  for (const secret of [randomId(), challenge.secret]) t.match(await redeem(id, secret), { code: 'PRESENTATION_OVER' }, 'it is no code');
  t.match(await answerTo(challenge, { as: stranger }), { status: 404, code: 'PRESENTATION_CHALLENGE' }, 'answered already');
  t.match(await answer(challenge), { status: 200, body: { verdict: { outcome: 'valid' } } });
  t.match(await state(id), { state: 'used', by: { code: MARKET } }, 'the holder sees by whom');
  t.match(await answer(challenge), { status: 410, code: 'PRESENTATION_USED' });
  const [use] = (await call<{ uses: OwnUse[] }>('GET', '/api/wallet/uses', phone)).body.uses;
  t.match(use, { act: 'verify', agency: { code: MARKET }, authority: { by: 'shown' }, licence }, 'recorded before it was answered');
  t.notOk(use?.fields.some(({ en }) => /charge/i.test(en)), 'with the fields that were shown');
  const late = await ask();
  t.equal(late.aud, PUBLIC_NAME);
  t.notOk((await call<AskedChallenge>('GET', `/api/wallet/challenges/${late.code}`, phone)).body.verifier);
  clock.aheadMs = 5 * 60_000;
  t.match(await answerTo(late, { change: { iat: nowSeconds() } }), { code: 'PRESENTATION_CHALLENGE' });
  t.match(await answer(late), { code: 'PRESENTATION_OVER' });
  clock.aheadMs = 0;
  t.match(await call('GET', '/api/wallet/challenges/22222222', phone), { code: 'PRESENTATION_CHALLENGE' });
});

await t.test('when one of the holder\'s people shows', async (t) => {
  const carry = (id: string, act: object) => services.acts.carry(BUREAU, id, act as never);
  const clerkWith = async (change: object): Promise<TestDevice> => {
    const [delegation, device] = [delegationOf({ acts: ['show'], notBefore: new Date(clock.now() - 1000).toISOString(), notAfter: new Date(clock.now() + 86_400_000).toISOString(), ...change }), newDevice()];
    await carry(delegation.id, { op: 'delegation.put', delegation, by: signedBy(phone, delegationDigest(ledger, delegation)) });
    await carry(device.id, { op: 'device.put', id: device.id, subject: device.subject, alg: 'ES256', spki: device.spki, delegation: delegation.id, by: signedBy(phone, deviceDigest(ledger, { ...device, alg: 'ES256', delegation: delegation.id })) });
    mandates.set(device.id, delegation.id);
    return device;
  };
  const mandates = new Map<string, string>();
  const [his, narrow, silent] = [await clerkWith({}), await clerkWith({ kinds: [KIND.food] }), await clerkWith({ acts: ['grant'] })];
  const shown = await show({ as: his });
  t.equal(shown.status, 201, 'within what he was given');
  t.match(await show({ as: narrow }), { status: 404 }, 'not another kind');
  t.match(await call('GET', url, narrow), { status: 404 });
  t.match(await show({ as: silent }), { status: 409, code: 'DELEGATION_SCOPE' }, 'nor without leave to show');
  t.match(await call('GET', '/api/wallet/identities', his), { status: 409, code: 'DELEGATION_SCOPE' }, 'who the holder is, only himself');
  const id = mandates.get(his.id) ?? '';
  await carry(randomId(), { op: 'delegation.revoke', id, by: signedBy(phone, delegationRevokeDigest(ledger, id)) });
  t.match((await redeem(shown.id, shown.secret)).body.verdict, { outcome: 'untrusted' }, 'taken back while the code was on the screen');
});

await t.test('when a holder shows who he is', async (t) => {
  const [requestId, name] = [randomId(), '示例浮云餐饮有限公司'];
  const drafted = await services.identities.atCounter(installation.acting('clerk'), requestId, { organisation: HOLDER.slice(5) }, { code: HOLDER.slice(5), name }, ['BUSINESS_LICENCE']);
  await services.acts.sign(installation.acting('clerk'), requestId, [signAct(installation.file('clerk'), drafted)]);
  t.equal((await call('GET', `/api/wallet/identities/${requestId}/opening`, stranger)).status, 404);
  const { body: { text, opening } } = await call<{ text: string; opening: string }>('GET', `/api/wallet/identities/${requestId}/opening`, phone);
  const boundTo = ({ nonce, aud }: Pick<Challenge, 'nonce' | 'aud'>, shown = identityShown(text, opening)): string => {
    const input = draftBinding(shown, phone.id, { ledger, aud, nonce, iat: nowSeconds() });
    return `${shown}${input}.${signedBy(phone, Buffer.from(input)).signature}`;
  };
  const offer = (challenge: Challenge, presentation = boundTo(challenge)) => call<{ id: string }>('POST', '/api/wallet/presentations', phone, { presentation, challenge: challenge.code });
  t.match(await call('POST', '/api/wallet/presentations', phone, { presentation: boundTo({ nonce: randomId(), aud: PUBLIC_NAME }), secret: sha256Text('x') }), { status: 403, code: 'IDENTITY_TO_AGENCIES' }, 'by no code');
  t.match(await offer(await ask()), { status: 403, code: 'IDENTITY_TO_AGENCIES' }, 'to nobody who is not signed in');
  const challenge = await ask('market');
  t.match(await offer(challenge, boundTo(challenge, identityShown(text.replace(name, '样例书屋'), opening))), { status: 404 }, 'other words open no record');
  t.match(await offer(challenge, boundTo(challenge, identityShown(`${text} `, opening))), { status: 422, fields: 'BINDING_FORM' });
  t.equal((await offer(challenge)).status, 201);
  t.match(await answer(challenge), { status: 200, body: { by: 'identity', facts: { code: HOLDER.slice(5), name }, identity: { id: requestId, status: 'in-use' } } });
  t.match((await call<{ uses: OwnUse[] }>('GET', '/api/wallet/uses', phone)).body.uses[0], { act: 'verify', authority: { by: 'identity', id: requestId }, agency: { code: MARKET } });
  const second = await ask('market');
  t.equal((await offer(second)).status, 201);
  await services.identities.end(randomId(), requestId, signedBy(phone, identityEndDigest(ledger, requestId)));
  t.match(await answer(second), { code: 'PRESENTATION_OVER' }, 'ended while it was shown');
  t.match(await offer(await ask('market')), { status: 404 }, 'an ended one is not shown');
});

await t.test('when somebody else shows it', async (t) => {
  t.match(await call('GET', url, stranger), { status: 404, code: 'NOT_FOUND' }, "another's credential");
  t.match(await show({ as: stranger }), { status: 404, code: 'NOT_FOUND' }, "another's licence, by whoever has seen it");
  t.match(await show({ signer: stranger }), { status: 422, fields: 'BINDING_SIGNATURE' }, "the gateway's session without the phone's key");
  t.match(await call('POST', '/api/wallet/presentations', stranger, { presentation: textOf(), secret: sha256Text('x') }), { status: 401, code: 'DEVICE_REFUSED' }, "another device's signature");
  t.match(await show({ change: { iat: nowSeconds() - 61 } }), { status: 422, fields: 'BINDING_LATE' }, 'kept for later');
  t.match(await show({ change: { ledger: 'x' } }), { fields: 'BINDING_OTHER_VERIFIER' });
  const nonce = randomId();
  t.equal((await show({ change: { nonce } })).status, 201);
  t.match(await show({ change: { nonce } }), { status: 409, code: 'CONFLICT' }, 'the same again');
  t.match(await show({ offer: { challenge: '22222222' } }), { status: 422, fields: 'FIELD_UNEXPECTED' });
  t.equal((await call('POST', '/api/wallet/presentations', undefined, {})).status, 401);
  t.equal((await call('POST', '/api/wallet/presentations', 'clerk', {})).status, 401);
});

await t.test('when the gateway begins anew', async (t) => {
  const again = new Presentations({ ...services, gateway: PUBLIC_NAME });
  const { code, secret } = await ask();
  t.match(await answer({ code, secret }), { status: 204 });
  await t.rejects(again.answer(code, secret), { code: 'PRESENTATION_OVER' });
  const shown = await show();
  await t.rejects(again.redeem(shown.id, shown.secret), { code: 'PRESENTATION_OVER' }, 'no code outlives it, so none is good twice');
});

await t.test('when the licence or the device ends while a code is on the screen', async (t) => {
  const one = await show();
  await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION' });
  t.match((await redeem(one.id, one.secret)).body, { verdict: { outcome: 'not-in-force', status: 'SUSPENDED' } }, 'as it stands now');
  const two = await show();
  const drafted = await services.acts.draft(installation.acting('clerk'), randomId(), { op: 'register', act: { op: 'device.status', id: phone.id, status: 'lost' } });
  await services.acts.sign(installation.acting('clerk'), drafted.requestId, [signAct(installation.file('clerk'), drafted)]);
  t.match((await redeem(two.id, two.secret)).body.verdict, { outcome: 'untrusted', parts: [...Array.from({ length: 8 }, () => ({})), { code: 'BINDING_DEVICE_ENDED' }] });
});
