/** Scenes, devices and grants over HTTP: a story at two agencies and on a phone, and everybody who tries to get round the holder. */
import { createHash, sign } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { deviceDigest, deviceStatusDigest } from '#chaincode/facts/device';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import { MISSES_MAX } from '#gateway/acts/use/guesses';
import type { AskedGrant } from '#gateway/acts/use/grant-request';
import type { GrantView } from '#gateway/acts/use/grant';
import type { DraftView } from '#gateway/acts/licence/licence';
import type { SceneView } from '#gateway/acts/use/scene';
import { signAct } from '#gateway/acts/licence/sign';
import { KIND } from '#gateway/catalogue/kinds';
import { grantDetailsCommitment, grantDetailsText, parseGrantDetails } from '#gateway/documents/grant';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';
import { BUREAU, HOLDER, MARKET, POLICE } from '#test/support/ledger';
import { newKey, type TestKey } from '#test/support/persons';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const ledger = services.ledger.ledgerId;
const headers = (name: string) => authorized(installation.acting(name));
interface Answer<T> { readonly status: number; readonly code?: string; readonly fields?: readonly { field: string; code: string }[]; readonly body: T }
async function call<T = Record<string, unknown>>(method: InjectOptions['method'], url: string, who?: string, payload?: object): Promise<Answer<T>> {
  const response = await app.inject({ method: method!, url, headers: who === undefined ? {} : headers(who), ...(payload ? { payload } : {}) });
  const body = response.body === '' ? undefined : response.json<{ code?: string; fields?: { field: string; code: string }[] }>();
  return { status: response.statusCode, ...(body?.code === undefined ? {} : { code: body.code }), ...(body?.fields ? { fields: body.fields } : {}), body: body as T };
}
/** Signs a draft that somebody got, with the key files of these persons. */
const signDraft = (names: readonly string[], { body }: Answer<DraftView>) => call('POST', `/api/drafts/${body.requestId}/signatures`, names[0], { actors: names.map((name) => signAct(installation.file(name), body)) });
const draft = (who: string, act: object) => call<DraftView>('POST', '/api/drafts', who, { requestId: randomId(), act: { op: 'register', act } });

/** A phone: a key that is nowhere else. */
interface Phone { readonly id: string; readonly key: TestKey }
const newPhone = (): Phone => ({ id: randomId(), key: newKey('key-file') });
const by = ({ id, key }: Phone, digest: Uint8Array) => ({ device: id, signature: sign('sha256', digest, { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url') });
const registration = ({ id, key }: Phone, change: object = {}) => ({ requestId: randomId(), organisation: HOLDER.slice(5), device: { id, spki: key.spki }, seen: ['BUSINESS_LICENCE', 'ID_CARD'], ...change });
const day = (days: number) => new Date(services.clock.now() + days * 86_400_000).toISOString();

const { identifier = '', licence = '' } = await services.acts.perform(installation.acting('clerk'), randomId(), permit());
const wish = (change: object = {}) => ({ licences: [{ identifier, fields: ['number', 'scope'] }], purpose: 'INSPECTION', notAfter: day(30), uses: 3, ...change });
const ask = (change: object = {}, who = 'market') => call<AskedGrant & { code: string; link: string }>('POST', '/api/grant-requests', who, wish(change));
const yes = (phone: Phone, { grant, text, opening }: Pick<AskedGrant, 'grant' | 'text' | 'opening'>, signed: Grant = grant) => call('PUT', `/api/grants/${grant.id}`, undefined, { grant, text, opening, by: by(phone, grantDigest(ledger, signed)) });
const use = (grant: string, who = 'market') => services.acts.perform(installation.acting(who), randomId(), { op: 'register', act: { op: 'grant.use', grant, leaf: createHash('sha256').update(grant).digest('base64url') } });

const phone = newPhone();

await t.test('when an agency opens its licences to another', async (t) => {
  const scene = { op: 'scene.put', id: randomId(), name: { zh: '卫生许可复用', en: 'reuse of hygiene permits' }, owner: BUREAU, grantee: MARKET, kinds: [{ kind: KIND.hygiene, fields: ['number', 'scope'] }], purpose: 'INSPECTION', from: services.drafter.today, statute: false };
  t.match(await signDraft(['clerk'], await draft('clerk', scene)), { status: 409, code: 'ACTOR_ROLE' });
  t.match(await signDraft(['approver'], await draft('approver', { ...scene, purpose: 'CURIOSITY' })), { status: 409, code: 'PURPOSE_UNKNOWN' });
  t.match(await signDraft(['approver'], await draft('approver', scene)), { status: 201, body: { id: scene.id, status: 'in-force' } });
  const seen = await call<{ scenes: SceneView[] }>('GET', '/api/scenes?as=grantee&state=in-force', 'market');
  t.match(seen.body.scenes, [{ id: scene.id, state: 'in-force', owner: { code: BUREAU }, grantee: { code: MARKET }, purpose: { code: 'INSPECTION', zh: '监督检查' }, kinds: [{ type: KIND.hygiene, fields: [{ name: 'number', label: { zh: /./ } }, { name: 'scope' }] }], may: [] }]);
  t.match((await call<SceneView>('GET', `/api/scenes/${scene.id}`, 'approver')).body.may, ['end']);
  t.strictSame((await call<{ scenes: SceneView[] }>('GET', `/api/scenes?kind=${KIND.food}`, 'market')).body.scenes, []);
  t.match(await signDraft(['market-approver'], await draft('market-approver', { op: 'scene.end', id: scene.id })), { status: 409, code: 'SCENE_NOT_YOURS' });
  t.match(await signDraft(['approver'], await draft('approver', { op: 'scene.end', id: scene.id })), { status: 201, body: { status: 'ended' } });
  t.match((await call<SceneView>('GET', `/api/scenes/${scene.id}`, 'market')).body, { state: 'ended', may: [] });
  t.match(await call('GET', `/api/scenes/${randomId()}`, 'market'), { status: 404 });
  t.match((await call('GET', '/api/purposes')).body, { CREDIT: { zh: '信贷审查' } });
});

await t.test('when a device is registered', async (t) => {
  t.match(await call('POST', '/api/devices', 'clerk', registration(phone, { organisation: '91370303MA99TXT04D' })), { status: 422, fields: [{ field: 'organisation', code: 'USCC_CHECK_DIGIT' }] });
  t.match(await call('POST', '/api/devices', 'clerk', registration(phone, { organisation: undefined })), { status: 422, fields: [{ field: 'licence', code: 'FIELD_MISSING' }] });
  t.match(await signDraft(['market'], await call('POST', '/api/devices', 'market', registration(phone))), { status: 409, code: 'RIGHT_MISSING' }, 'whoever issues nothing vouches for nobody');
  const wanted = registration(phone);
  const shown = await call<DraftView>('POST', '/api/devices', 'clerk', wanted);
  t.strictSame((await call<DraftView>('POST', '/api/devices', 'clerk', wanted)).body, shown.body, 'asked again it is the same draft');
  t.match(shown, { status: 201, body: { act: { op: 'device.put', subject: HOLDER, evidence: /^[\w-]{43}$/ } } });
  t.match(await signDraft(['clerk'], shown), { status: 201, body: { id: phone.id, status: 'in-use' } });
  const second = newPhone();
  t.match(await signDraft(['clerk'], await call('POST', '/api/devices', 'clerk', registration(second))), { status: 409, code: 'ACTORS_TOO_FEW' });
  const further = { subject: HOLDER, spki: second.key.spki, by: by(phone, deviceDigest(ledger, { id: second.id, subject: HOLDER, alg: 'ES256', spki: second.key.spki })) };
  t.match(await call('PUT', `/api/devices/${second.id}`, undefined, further), { status: 201, body: { id: second.id } });
  t.match(await call('PUT', `/api/devices/${second.id}`, undefined, further), { status: 200 }, 'the same again');
  t.match(await call('PUT', `/api/devices/${randomId()}`, undefined, further), { status: 409, code: 'DEVICE_SIGNATURE' });
  t.match(await call('POST', `/api/devices/${second.id}/status`, undefined, { requestId: randomId(), status: 'revoked', by: by(phone, deviceStatusDigest(ledger, second.id, 'lost')) }), { status: 409, code: 'DEVICE_SIGNATURE' });
  t.match(await call('POST', `/api/devices/${second.id}/status`, undefined, { requestId: randomId(), status: 'lost', by: by(phone, deviceStatusDigest(ledger, second.id, 'lost')) }), { status: 201 });
  t.match((await call('GET', `/api/devices?licence=${encodeURIComponent(identifier)}`, 'clerk')).body, { devices: [{ id: phone.id, status: 'in-use', method: 'counter' }, { id: second.id, status: 'lost', method: 'device' }] });
  t.match(await call('GET', '/api/devices', 'auditor'), { status: 403 });
});

await t.test('when a holder is asked and says yes', async (t) => {
  const request = await ask();
  t.match(request, { status: 201, body: { grant: { grantee: MARKET, subject: HOLDER, uses: 3 }, code: /^\d{12}$/, link: /#[\w-]{22}$/, grantee: { code: MARKET } } });
  const { grant, text } = request.body;
  t.match(parseGrantDetails(text), { purpose: 'INSPECTION', licences: [{ licence, fields: ['number', 'scope'] }], text: { zh: /用途：监督检查/, en: /For: inspection/ } });
  const onPhone = (await call<AskedGrant>('GET', `/api/grant-requests/${grant.id}`)).body;
  t.equal(grantDetailsCommitment(Buffer.from(onPhone.opening, 'base64url'), onPhone.text), onPhone.grant.details, 'the phone computes what it signs');
  t.match(await yes(newPhone(), onPhone), { status: 409, code: 'DEVICE_UNKNOWN' });
  t.match(await yes(phone, onPhone, { ...grant, uses: 4 }), { status: 409, code: 'DEVICE_SIGNATURE' });
  t.match(await yes(phone, { ...onPhone, text: text.replace('INSPECTION', 'TELECOM') }), { status: 422, fields: [{ field: 'details', code: 'DETAILS_DIFFER' }] });
  const signedYes = { grant, text, opening: onPhone.opening, by: by(phone, grantDigest(ledger, grant)) };
  t.match(await call('PUT', `/api/grants/${grant.id}`, undefined, signedYes), { status: 201, body: { id: grant.id, status: 'in-force', left: 3 } });
  t.match(await call('PUT', `/api/grants/${grant.id}`, undefined, signedYes), { status: 200 }, 'the same again');
  t.match(await yes(phone, onPhone), { status: 409, code: 'REQUEST_ID_REUSED' }, 'another signature of it is another request');
  t.equal((await call('GET', `/api/grant-requests/${grant.id}`)).status, 404, 'its id is on the ledger: no secret any more');
  t.match(services.grants.details(grant.id), { purpose: 'INSPECTION' });
  const mine = (await call<{ grants: GrantView[] }>('GET', '/api/grants', 'market')).body.grants;
  t.match(mine, [{ id: grant.id, state: 'in-force', assurance: 'device', left: 3, broughtBy: { code: MARKET }, details: { text: { zh: /./ } } }]);
  t.match((await call<{ grants: GrantView[] }>('GET', `/api/grants?licence=${encodeURIComponent(identifier)}`, 'clerk')).body.grants, [{ id: grant.id }]);
  t.equal((await call('GET', `/api/grants?licence=${encodeURIComponent(identifier)}`, 'market')).status, 404, "who granted what to whom is the holder's and his agency's");
  t.match(await use(grant.id), { grant: grant.id, left: 2 });
  await t.rejects(use(grant.id, 'clerk'), { code: 'REFUSED', refusal: 'GRANTEE_DIFFERS' });
  t.match(await call('POST', `/api/grants/${grant.id}/revocation`, undefined, { requestId: randomId(), by: by(phone, grantRevokeDigest(ledger, randomId())) }), { status: 409, code: 'DEVICE_SIGNATURE' });
  t.match(await call('POST', `/api/grants/${grant.id}/revocation`, undefined, { requestId: randomId(), by: by(phone, grantRevokeDigest(ledger, grant.id)) }), { status: 201, body: { status: 'revoked' } });
  await t.rejects(use(grant.id), { code: 'REFUSED', refusal: 'GRANT_REVOKED' });
  t.match((await call<{ grants: GrantView[] }>('GET', '/api/grants', 'market')).body.grants, [{ state: 'revoked', left: 2, used: 1 }]);
});

await t.test('when a holder grants without being asked', async (t) => {
  const text = grantDetailsText({ v: 1, kinds: [{ kind: KIND.hygiene, fields: ['number'] }], purpose: 'TELECOM', text: { zh: '电信业务', en: 'telecommunications' } });
  const opening = Buffer.alloc(32, 7);
  const grant: Grant = { id: randomId(), subject: HOLDER, grantee: POLICE, notBefore: day(0), notAfter: day(1), uses: 1, details: grantDetailsCommitment(opening, text) };
  t.match(await call('PUT', `/api/grants/${randomId()}`, undefined, { grant, text, opening: opening.toString('base64url'), by: by(phone, grantDigest(ledger, grant)) }), { status: 400 });
  t.match(await yes(phone, { grant, text, opening: opening.toString('base64url') }), { status: 201 });
  t.match(services.projection.get('grant', grant.id), { agency: BUREAU, assurance: 'device' }, 'carried by the agency that keeps the register');
  const nonsense = (change: object) => {
    const other = grantDetailsText({ ...parseGrantDetails(text)!, ...change });
    const changed = { ...grant, id: randomId(), details: grantDetailsCommitment(opening, other) };
    return yes(phone, { grant: changed, text: other, opening: opening.toString('base64url') });
  };
  t.match(await nonsense({ purpose: 'CURIOSITY' }), { status: 422, fields: [{ code: 'PURPOSE_UNKNOWN' }] });
  t.match(await nonsense({ kinds: [{ kind: KIND.hygiene, fields: ['idNumber'] }] }), { status: 422, fields: [{ field: 'kinds', code: 'FIELD_UNKNOWN' }] });
  t.match(await nonsense({ kinds: undefined, licences: [{ licence: licence.replace(/.$/, '!').replace('!', licence.endsWith('0') ? '1' : '0'), fields: ['number'] }] }), { status: 422, fields: [{ field: 'licences', code: 'LICENCE_UNKNOWN' }] });
});

await t.test('when what is asked for cannot be', async (t) => {
  t.match(await ask({ purpose: 'CURIOSITY' }), { status: 422, fields: [{ code: 'PURPOSE_UNKNOWN' }] });
  t.match(await ask({ notAfter: day(-1) }), { status: 422, fields: [{ field: 'notAfter' }] });
  t.match(await ask({ notAfter: day(3 * 366) }), { status: 422, fields: [{ field: 'notAfter', code: 'GRANT_TOO_LONG' }] }, 'nobody is asked for what the contract refuses');
  t.match(await ask({ notAfter: '2090-02-30T00:00:00.000Z' }), { status: 422, fields: [{ field: 'notAfter', code: 'DATE_UNREAL' }] });
  t.match(await ask({ licences: [{ identifier, fields: ['idNumber'] }] }), { status: 422, fields: [{ field: 'licences', code: 'FIELD_UNKNOWN' }] });
  t.match(await ask({ organisation: HOLDER.slice(5) }), { status: 422, fields: [{ field: 'organisation', code: 'FIELD_UNEXPECTED' }] });
  t.match(await ask({ licences: undefined }), { status: 422, fields: [{ field: 'organisation', code: 'FIELD_MISSING' }] });
  t.match(await ask({ licences: undefined, organisation: HOLDER.slice(5) }), { status: 422, fields: [{ field: 'details' }] }, 'nothing is asked for');
  t.match(await ask({ uses: 0 }), { status: 400 });
  t.equal((await ask({}, 'auditor')).status, 403);
  const foreign = await services.acts.perform(installation.acting('clerk'), randomId(), permit({}, { holderName: '样例书屋', holderCode: '92370303MA99TXT124' }));
  t.match(await ask({ licences: [identifier, foreign.identifier ?? ''].map((each) => ({ identifier: each, fields: ['number'] })) }), { status: 422, fields: [{ field: 'licences', code: 'LICENCE_UNKNOWN' }] }, 'licences of two holders');
});

await t.test('when a holder has no phone', async (t) => {
  const { body: { code, grant } } = await ask({ uses: 50 });
  const counter = (who: string, change: object = {}) => call<DraftView>('POST', '/api/grants', who, { requestId: randomId(), code, seen: ['ID_CARD'], ...change });
  t.equal((await counter('clerk', { code: code === '000000000000' ? '000000000001' : '000000000000' })).status, 404);
  t.match(await signDraft(['market'], await counter('market')), { status: 409, code: 'RIGHT_MISSING' }, 'who asks does not answer');
  const requestId = randomId();
  const shown = await counter('clerk', { requestId });
  t.strictSame((await counter('clerk', { requestId })).body, shown.body, 'asked again it is the same draft');
  t.match(shown.body.act, { op: 'grant.put', grant: { id: grant.id, uses: 10, details: grant.details, grantee: MARKET } });
  t.match(await signDraft(['clerk'], shown), { status: 201, body: { left: 10 } });
  t.match((await call<{ grants: GrantView[] }>('GET', '/api/grants', 'market')).body.grants[0], { id: grant.id, assurance: 'counter', details: { purpose: 'INSPECTION' } });
  t.equal((await counter('clerk')).status, 404, 'a code is good once');
  t.match(await signDraft(['approver'], await draft('approver', { op: 'grant.revoke', id: grant.id })), { status: 201, body: { status: 'revoked' } });
  const late = await ask();
  installation.clock.aheadMs += 3_600_001;
  t.equal((await counter('clerk', { code: late.body.code })).status, 404, 'and for an hour');
  installation.clock.aheadMs = 0;
});

await t.test('when one-time codes are guessed at a counter', async (t) => {
  const { body: { code } } = await ask();
  const tried = (who: string, said: string) => call('POST', '/api/grants', who, { requestId: randomId(), code: said, seen: ['ID_CARD'] });
  await Promise.all(Array.from({ length: MISSES_MAX - 1 }, () => services.uses.note(installation.acting('approver'), 'look-up', {})));
  t.equal((await tried('approver', code.replace(/^./, (digit) => String((Number(digit) + 1) % 10)))).status, 404);
  t.match(await tried('approver', code), { status: 429, code: 'TOO_MANY_MISSES' }, 'also the right one is of no use to whoever guessed');
  t.equal((await tried('clerk', code)).status, 201, 'others go on');
});

await t.test('when a holder does not answer, or says no', async (t) => {
  const [no, silent, answered] = [await ask(), await ask(), await ask()];
  t.equal((await call('DELETE', `/api/grant-requests/${no.body.grant.id}`, 'market')).status, 204);
  t.equal((await call('GET', `/api/grant-requests/${no.body.grant.id}`)).status, 404);
  t.match(await yes(phone, answered.body), { status: 201 });
  installation.clock.aheadMs += 8 * 86_400_000;
  t.equal((await call('GET', `/api/grant-requests/${silent.body.grant.id}`)).status, 404);
  await services.grantRequests.sweep();
  installation.clock.aheadMs = 0;
  t.equal(services.vault.grant(silent.body.grant.id, HOLDER), undefined, 'nothing of it stays');
  t.ok(services.grants.details(answered.body.grant.id), 'what was granted is still known');
  t.strictSame(await services.desk.keys({ gt: 'grant-', lt: 'grant-~' }).all(), []);
});
