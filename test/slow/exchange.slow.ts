/** Two gateways, two vaults, one ledger: what one asks of the other is decided at both, recorded at both, and compared with the ledger before anybody sees it. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { base64url } from '#chaincode/facts/hash';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import type { SceneRecord } from '#chaincode/facts/scene';
import { AGENCY_MISSES_MAX } from '#gateway/acts/use/source';
import type { Used } from '#gateway/acts/use/use';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { askedDigest, type ExchangeAsked, type FieldsAnswer } from '#gateway/documents/exchange';
import { keyName } from '#gateway/documents/jws';
import { parseUse, personalCommitment, readUse, releaseOf, useDigest, useIn, type Use } from '#gateway/documents/use-record';
import { GatewayFault } from '#gateway/fault';
import { randomId } from '#gateway/keyring';
import type { KeptUse } from '#gateway/uses/log';
import { altered, bothHeard, ELSEWHERE, findings, granted, instead, listed, said, twoGateways } from '#test/support/gateways';
import { permit, signed } from '#test/support/installation';

const gateways = await twoGateways();
t.teardown(() => gateways.close());
const { source, other } = gateways;
const [bureau, A, B] = [source.acting('clerk'), source.services, other.services];
const HOLDER = '91370303MA99TXT04C';
const FACE = /住宿|鲁卫公证字|测试丙/;

const heard = () => bothHeard(gateways);
const issued = await A.acts.perform(bureau, randomId(), permit());
const [licence, identifier] = [issued.licence ?? '', String(issued.identifier)];
const opening = async (change: object = {}, approver = 'approver'): Promise<string> => {
  const id = randomId();
  await signed(source, [approver], { op: 'register', act: { op: 'scene.put', id, name: { zh: '文旅检查复用', en: 'reuse for inspection' }, owner: bureau.agency, grantee: ELSEWHERE.code, kinds: [{ kind: KIND.hygiene, fields: ['number', 'scope', 'holderName'] }], purpose: 'INSPECTION', from: '2020-01-01', statute: false, ...change } });
  await heard();
  return id;
};
const scene = await opening();

const body = (change: object = {}) => ({ requestId: randomId(), licence: identifier, purpose: 'INSPECTION', caseNo: '示例检字〔2026〕1号', fields: ['number', 'scope'], ...change });
const use = (payload: object) => other.app.inject({ method: 'POST', url: '/api/uses', headers: other.headers(), payload });
const keyOf = (agency: string) => (kid: string) => A.projection.agencyKeys('use-record', agency).find(({ spki }) => keyName(spki) === kid);

/** A record of ours, and the request that carries it, as if our own gateway had decided nothing. */
async function written(change: Partial<Use> = {}, part: object = { subject: `uscc:${HOLDER}`, caseNo: '1' }, transaction?: string): Promise<KeptUse> {
  return B.useLog.append(B.useLog.prepare({ ...other.acting, act: 'use', authority: { by: 'scene', id: scene }, purpose: 'INSPECTION', licence, version: 1, source: bureau.agency, fields: ['number'], ...change } as Parameters<typeof B.useLog.prepare>[0], part), { transaction });
}
const carrying = ({ token, random, personal }: KeptUse, more: object = {}): ExchangeAsked => ({ record: token, random: random ?? '', personal: personal ?? {}, ...more });
const way = () => B.transport.way(ELSEWHERE.code, bureau.agency);
const asked = (payload: object, { assertion = B.transport.assert(way(), askedDigest(payload as ExchangeAsked)).assertion, at = source.app, url = '/exchange/fields' } = {}) => at.inject({ method: 'POST', url, headers: { authorization: `Bearer ${assertion}` }, payload });

void t.test("when another agency's gateway has the licence", async (t) => {
  const before = [A.useLog.size, B.useLog.size] as const;
  const answer = await use(body());
  t.equal(answer.statusCode, 201, answer.body);
  const used = answer.json<Used>();
  t.match(used, { identifier, status: 'VALID', replayed: false, fields: [{ name: 'number', label: { zh: '编号' }, value: /^（演示）/ }, { name: 'scope', value: '住宿' }], from: { code: bureau.agency, name: /审批/, proof: 'ledger' }, record: { seq: before[1], authority: { by: 'scene', id: scene } } });
  t.strictSame([A.useLog.size, B.useLog.size], [before[0] + 1, before[1] + 1], 'recorded on both sides');
  const [own, released] = [B.useLog.read(before[1]), A.useLog.read(before[0])];
  t.match(await readUse(own?.token ?? '', keyOf(ELSEWHERE.code)), { ...other.acting, act: 'use', purpose: 'INSPECTION', licence, source: bureau.agency, fields: ['number', 'scope'] });
  t.match(await readUse(used.from?.record ?? '', keyOf(bureau.agency)), { ...other.acting, source: bureau.agency, release: own && releaseOf(own.record), personal: own?.record.personal }, 'signed by the source, which names our record');
  t.equal(released?.asked, own?.token, 'and keeps it');
  t.match(await A.uses.ofHolder(`uscc:${HOLDER}`, { limit: 1 }), [{ agency: ELSEWHERE.code, purpose: 'INSPECTION', caseNo: '示例检字〔2026〕1号', seq: before[0] }], 'the holder sees it where his licences are kept');
  t.match(await A.uses.page(bureau.agency, { side: 'source', limit: 1 }), [{ agency: ELSEWHERE.code, caseNo: undefined, release: { seq: before[1] } }], 'so does the auditor of the source, without the case number');
  t.strictSame(await A.uses.page(ELSEWHERE.code, { side: 'agency', limit: 5 }), [], 'as the use of another, not as one of its own staff');
  await A.anchoring.anchor();
  t.equal((await A.uses.proof(bureau.agency, before[0])).record, released?.token, 'and it can be proven');
  t.notMatch(JSON.stringify(await B.uses.page(ELSEWHERE.code, { side: 'agency', limit: 5 })), FACE, 'no value is kept here');
  t.match((await source.app.inject('/health/ready')).json<object>(), { exchange: [{ agency: bureau.agency, address: source.address }] });
});

void t.test('when the holder is an organisation, known by its code everywhere', async (t) => {
  const answer = await use({ ...body({ kind: KIND.hygiene, holder: HOLDER }), licence: undefined });
  t.match(answer.json<Used>(), { fields: [{}, { value: '住宿' }], from: { proof: 'ledger' } }, answer.body);
});

void t.test('when a form is filled in', async (t) => {
  const publications = (requestId = randomId()) => B.materials.fill(other.acting, { requestId, caseNo: 'case 1' }, HOLDER, { matters: [{ matter: 'PUBLICATION_NEW' }] });
  const before = await publications();
  t.strictSame(before.form.filter(({ value }) => value !== undefined), [], 'nothing is open');
  await opening({ purpose: 'PUBLICATION_PERMIT', kinds: [{ kind: KIND.business, fields: ['holderName', 'premises'] }] });
  const { form } = await publications();
  t.strictSame(Object.fromEntries(form.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))), { holderName: '示例浮云餐饮有限公司', premises: '示例市张店区示例路1号' }, 'from the licence that another agency keeps');
  let times = 0;
  instead(t, A.source, 'fields', () => () => { times++; throw new Error('the disk is full'); });
  await opening({ purpose: 'FOOD_PERMIT', kinds: [{ kind: KIND.business, fields: ['holderName', 'premises'] }] });
  const { form: empty } = await B.materials.fill(other.acting, { requestId: randomId(), caseNo: 'case 1' }, HOLDER, { trade: 'BOOKSHOP' });
  t.strictSame(empty.filter(({ value }) => value !== undefined), [], 'while that gateway is away it is filled in by hand');
  t.equal(times, 1, 'and nobody waits for it twice');
});

void t.test('when the same request comes again', async (t) => {
  const request = body();
  const [first, twice] = (await Promise.all([use(request), use(request)])).map((each) => each.json<Used>());
  const again = await use(request);
  t.equal(again.statusCode, 200);
  t.strictSame(again.json<Used>(), { ...first, replayed: true }, 'the same use, the same record of the source');
  t.equal(twice?.record.seq, first?.record.seq);
  t.equal(said(await use({ ...request, fields: ['scope'] })), 'REQUEST_ID_REUSED');
  source.clock.aheadMs = 3601_000;
  t.equal(said(await use(request)), 'REQUEST_ID_REUSED', 'not for ever');
  source.clock.aheadMs = 0;
});

void t.test('when our own gateway lets everything pass', async (t) => {
  const size = A.useLog.size;
  const opened = (change: Partial<SceneRecord>) => (t: Test) => { instead(t, B.projection, 'scenes', (scenes) => () => scenes().map((each) => ({ ...each, ...change }))); };
  const cases: readonly (readonly [string, string, object, (t: Test) => void])[] = [
    ['another purpose', 'SOURCE_REFUSED USE_PURPOSE', { purpose: 'CREDIT' }, opened({ purpose: 'CREDIT' })],
    ['other fields', 'SOURCE_REFUSED USE_FIELDS', { fields: ['personInCharge'] }, opened({ kinds: [{ kind: KIND.hygiene, fields: ['personInCharge'] }] })],
  ];
  for (const [name, code, change, patch] of cases) await t.test(`to ${name}`, async (t) => {
    patch(t);
    const answer = await use(body(change));
    t.strictSame([answer.statusCode, said(answer)], [403, code]);
    t.match(answer.json<{ detail: string }>().detail, /^source: .*审批/, 'and says whose gateway it was');
    t.notMatch(answer.body, FACE);
  });
  t.equal(A.useLog.size, size, 'nothing left, and no record says so');
});

void t.test('when a record is not what it should be', async (t) => {
  const stranger = await written({ agency: bureau.agency, staff: bureau.staff }).catch((error: unknown) => (error as { code: string }).code);
  t.equal(stranger, 'USE_KEY_NOT_HERE', 'nobody writes a record of another agency');
  const good = await written();
  const strangers = { subject: 'uscc:91370303MA99TXT202', caseNo: '1' };
  const market = source.acting('market');
  const [auditor, dismissed] = await Promise.all((['auditor', 'clerk'] as const).map(async (role) => (await other.registrar.staff({ agency: ELSEWHERE.code, roles: [role], withKey: false })).id));
  await other.registrar.register({ op: 'staff.put', id: dismissed ?? '', agency: ELSEWHERE.code, person: B.projection.get('staff', dismissed ?? '')?.person ?? '', roles: ['clerk'], active: false, keys: [] });
  await heard();
  const theirs = await A.useLog.append(A.useLog.prepare({ ...market, act: 'use', authority: { by: 'scene', id: scene }, purpose: 'INSPECTION', licence, version: 1, source: bureau.agency, fields: ['number'] }, good.personal ?? {}));
  const size = A.useLog.size;
  const cases: readonly (readonly [string, Promise<ExchangeAsked> | ExchangeAsked])[] = [
    ['EXCHANGE_RECORD USE_FORM', { ...carrying(good), record: 'x' }],
    ['EXCHANGE_RECORD USE_SIGNATURE', { ...carrying(good), record: `${good.token.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}` }],
    ['EXCHANGE_RECORD USE_FORM', written({ act: 'verify' }).then(carrying)], ['EXCHANGE_RECORD USE_FORM', written({ fields: [] }).then(carrying)],
    ['EXCHANGE_RECORD IDENTITY_NOT_OF_AGENCY', carrying(theirs)], ['EXCHANGE_RECORD EXCHANGE_TIME', carrying(altered(gateways, good, { at: new Date(Date.now() + 600_000).toISOString() }))],
    ['EXCHANGE_RECORD ACTOR_ROLE', written({ staff: auditor ?? '' }).then(carrying)], ['EXCHANGE_RECORD ACTOR_INACTIVE', written({ staff: dismissed ?? '' }).then(carrying)],
    ['EXCHANGE_RECORD ACTOR_UNKNOWN', written({ staff: randomId() }).then(carrying)], ['EXCHANGE_RECORD PURPOSE_UNKNOWN', written({ purpose: 'CURIOSITY' }).then(carrying)],
    ['EXCHANGE_RECORD EXCHANGE_OPENING', carrying({ ...good, random: 'A'.repeat(43) })], ['EXCHANGE_RECORD EXCHANGE_OPENING', carrying({ ...good, personal: { ...good.personal, caseNo: '2' } })],
    ['EXCHANGE_RECORD EXCHANGE_OPENING', carrying(altered(gateways, { ...good, personal: strangers }, { personal: personalCommitment(Buffer.from(good.random ?? '', 'base64url'), strangers) }))],
    ['USE_NOT_AUTHORISED', written({ authority: { by: 'own' } }).then(carrying)], ['USE_NOT_AUTHORISED', written({ authority: { by: 'scene', id: randomId() } }).then(carrying)],
    ['USE_PURPOSE PURPOSE_NOT_OPENED', written({ purpose: 'CREDIT' }).then(carrying)], ['USE_FIELDS FIELD_NOT_OPENED', written({ fields: ['number', 'personInCharge'] }).then(carrying)], ['FACE_INVALID FIELD_UNKNOWN', written({ fields: ['shoeSize'] }).then(carrying)],
    ['LICENCE_CHANGED', written({ version: 2 }).then(carrying)], ['LICENCE_CHANGED', written({ source: market.agency }).then(carrying)], ['LICENCE_UNKNOWN', written({ licence: `${KIND.hygiene}.${bureau.agency}.${'7'.repeat(20)}` }).then(carrying)],
    ['FACE_NOT_HERE', written({ source: ELSEWHERE.code }).then(carrying)], ['GRANT_UNKNOWN GRANT_UNKNOWN', written({ authority: { by: 'grant', id: randomId() } }).then(carrying)],
  ];
  // All at once: what the source has not read yet, it waits for.
  await Promise.all(cases.map(async ([code, payload]) => {
    const answer = await asked(await payload);
    t.equal(said(answer), code, answer.body);
    t.notMatch(answer.body, FACE);
  }));
  source.clock.aheadMs = 3601_000;
  t.equal(said(await asked(carrying(good))), 'EXCHANGE_RECORD EXCHANGE_TIME', 'of an hour ago');
  source.clock.aheadMs = 0;
  t.equal(A.useLog.size, size);
  const [first, twice] = await Promise.all([asked(carrying(good)), asked(carrying(good))]);
  t.equal(twice.statusCode, 200);
  t.equal(first.statusCode, 200, 'and the good one is good');
  t.match(first.headers, { 'cache-control': 'no-store', 'x-ratelimit-limit': '1200' }, 'kept nowhere, and not at any pace');
  t.equal((await asked(carrying(good))).statusCode, 200, 'again, newly signed');
  t.equal(A.useLog.size, size + 1, 'once');
  const random = Buffer.from(good.random ?? '', 'base64url');
  const twin = await B.useLog.append({ use: useIn(good.record), part: good.personal ?? {}, random });
  t.equal(said(await asked(carrying(twin))), 'REQUEST_ID_REUSED', 'the same use under another record');
  t.equal((await asked(carrying(await written({}, undefined, 'f'.repeat(64))))).statusCode, 200);
  t.equal(A.useLog.read(A.useLog.size - 1)?.record.transaction, undefined, 'a transaction that counted nothing is not taken over');
});

void t.test('when an assertion is not for this', async (t) => {
  const payload = carrying(await written());
  const digest = askedDigest(payload);
  const { own, to } = way();
  const refused = async (code: string, assertion: string, more: object = {}) => {
    const answer = await asked({ ...payload, ...more }, { assertion });
    t.strictSame([answer.statusCode, said(answer)], [401, `ASSERTION_REFUSED ${code}`]);
  };
  const fresh = (change: Parameters<typeof B.transport.assert>[0] = { own, to }) => B.transport.assert(change, digest).assertion;
  for (const nothing of ['', 'x', 'a.b.c', fresh().slice(0, -1), other.headers().authorization.slice(7)]) await refused('ASSERTION_FORM', nothing);
  const stolen = fresh();
  t.equal((await asked(payload, { assertion: stolen })).statusCode, 200);
  await refused('ASSERTION_USED', stolen);
  await refused('ASSERTION_REQUEST', fresh(), { counted: randomId() });
  t.equal(said(await asked(payload, { assertion: fresh(), at: other.app })), 'ASSERTION_REFUSED ASSERTION_AUDIENCE', 'a thief brings it to another gateway');
  await refused('ASSERTION_AUDIENCE', fresh({ own, to: { ...to, address: 'https://licence.example.cn' } }));
  const useKey = A.projection.agencyKeys('use-record', ELSEWHERE.code)[0];
  await refused('ASSERTION_KEY', fresh({ own: { ...own, spki: useKey?.spki ?? '' }, to }));
  await refused('ASSERTION_KEY', fresh({ own: { ...own, agency: bureau.agency }, to }));
  await refused('ASSERTION_SIGNATURE', fresh({ own: { ...own, signer: { alg: 'ES256', sign: () => new Uint8Array(64) } }, to }));
  for (const ms of [-95_000, 40_000]) {
    source.clock.aheadMs = ms;
    const early = fresh();
    source.clock.aheadMs = 0;
    await refused('ASSERTION_TIME', early);
  }
});

void t.test('when the holder has granted it', async (t) => {
  const authority = await granted(gateways, HOLDER, 4, { licences: [{ licence, fields: ['number', 'personInCharge'] }], purpose: 'CREDIT' });
  await heard();
  const left = () => B.projection.get('grant', authority.grant)?.left;
  const granting = (change: object = {}) => body({ authority, purpose: 'CREDIT', fields: ['personInCharge'], ...change });
  const request = granting();
  const used = await use(request);
  t.equal(used.statusCode, 201, used.body);
  t.match(used.json<Used>(), { fields: [{ name: 'personInCharge', value: '测试丙丁戊' }], record: { authority: { by: 'grant', id: authority.grant } }, from: { proof: 'ledger' } });
  t.equal(left(), 3, 'counted on the ledger');
  await use(request);
  t.equal(left(), 3, 'once');
  const { transaction } = used.json<Used>().record;
  const parsed = parseUse(used.json<Used>().record.token)?.record;
  t.match(A.projection.get('request', `${ELSEWHERE.code}/${request.requestId}`), { txId: transaction, done: { 0: { grant: authority.grant, leaf: parsed && useDigest(useIn(parsed)) } } }, 'for this very use');

  await t.test('and nobody has counted it', async (t) => {
    const act = { authority: { by: 'grant', id: authority.grant }, purpose: 'CREDIT', fields: ['number'] } as const;
    const more = { details: authority.details, opening: authority.opening };
    t.equal(said(await asked(carrying(await written(act), more))), 'EXCHANGE_NOT_COUNTED');
    t.equal(said(await asked(carrying(await written(act, undefined, transaction), { ...more, counted: request.requestId }))), 'EXCHANGE_NOT_COUNTED', 'another use than the one that was');
    const [requestId, prepared] = [randomId(), B.useLog.prepare({ ...other.acting, act: 'use', licence, version: 1, source: bureau.agency, ...act }, { subject: `uscc:${HOLDER}`, caseNo: '1' })];
    const counted = await B.acts.perform(other.acting, requestId, { op: 'register', act: { op: 'grant.use', grant: authority.grant, leaf: useDigest(prepared.use) } });
    for (const [named, code] of [[transaction, 'EXCHANGE_NOT_COUNTED'], [counted.transaction, '']] as const) t.equal(said(await asked(carrying(await B.useLog.append(prepared, { transaction: named }), { ...more, counted: requestId }))), code, 'in the transaction that it names');
  });
  await t.test('and the source knows better what for', async (t) => {
    instead(t, B.grants, 'details', () => () => ({ v: 1, licences: [{ licence, fields: ['scope'] }], purpose: 'CREDIT', text: { zh: 'x', en: 'x' } }));
    t.equal(said(await use(granting({ authority: { grant: authority.grant }, fields: ['scope'] }))), 'SOURCE_REFUSED USE_FIELDS');
    t.equal(left(), 1);
  });
  await t.test('and the source is away when it has been counted', async (t) => {
    const last = granting();
    instead(t, A.source, 'fields', () => () => { throw new Error('the disk is full'); });
    const lost = await use(last);
    t.strictSame([lost.statusCode, said(lost), lost.headers['retry-after']], [503, 'SOURCE_UNREACHABLE', '2']);
    t.equal(left(), 0);
    Reflect.deleteProperty(A.source, 'fields');
    t.equal((await use(last)).statusCode, 200, 'the same request goes on');
    t.equal(left(), 0, 'and counts nothing twice');
    t.equal(said(await use(granting())), 'GRANT_USED_UP GRANT_USED_UP');
  });
});

void t.test('when the source lies', async (t) => {
  const next = await A.acts.perform(bureau, randomId(), permit());
  await heard();
  const credentialOf = (id: string) => { const record = A.projection.get('licence', id); return (record && A.lookup.kept(record, 1)?.credential) ?? ''; };
  const [mine, foreign] = [credentialOf(licence), credentialOf(next.licence ?? '')];
  const [jwt = '', ...disclosures] = mine.split('~');
  const forged = `${jwt.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`;
  const earlier = await use(body());
  const lies: readonly (readonly [string, (content: FieldsAnswer) => object])[] = [
    ['SOURCE_OTHER_LICENCE', (content) => ({ ...content, credential: foreign })], ['SOURCE_OTHER_FIELDS', (content) => ({ ...content, credential: mine })],
    ['SOURCE_OTHER_FIELDS', (content) => ({ ...content, credential: `${jwt}~${disclosures[0] ?? ''}~` })], ['SOURCE_OTHER_FIELDS', (content) => ({ ...content, credential: `${jwt}~` })],
    ['SIGNATURE_WRONG', ({ credential = '', ...content }) => ({ ...content, credential: [forged, ...credential.split('~').slice(1)].join('~') })],
    ['DISCLOSURE_FOREIGN', ({ credential = '', ...content }) => ({ ...content, credential: `${credential}${base64url(JSON.stringify(['AAECAwQFBgcICQoLDA0ODw', 'number', 'x']))}~` })],
    ['SOURCE_UNPROVEN', ({ record }) => ({ record, face: { number: 'x', scope: 'x' } })], ['SOURCE_FORM', ({ record }) => ({ record })], ['SOURCE_FORM', (content) => ({ ...content, face: {} })],
    ['SOURCE_RECORD', (content) => ({ ...content, record: earlier.json<Used>().from?.record ?? '' })], ['USE_KEY_UNKNOWN', (content) => ({ ...content, record: earlier.json<Used>().record.token })], ['USE_FORM', (content) => ({ ...content, record: 'x' })],
  ];
  for (const [code, lie] of lies) await t.test(code, async (t) => {
    instead(t, A.transport, 'answer', (answer) => (asker, content) => answer(asker, lie(content as FieldsAnswer)));
    const answer = await use(body());
    t.strictSame([answer.statusCode, said(answer)], [502, `SOURCE_ANSWER_WRONG ${code}`], answer.body);
    t.notMatch(answer.body, FACE);
  });
  const envelopes: readonly (readonly [string, Parameters<typeof A.transport.answer>[0]])[] = [['another request', { ...way(), agency: ELSEWHERE.code, jti: randomId(), request: 'x' } as never], ['another agency', { agency: bureau.agency } as never]];
  for (const [name, change] of envelopes) await t.test(`in an answer to ${name}`, async (t) => {
    instead(t, A.transport, 'answer', (answer) => (asker, content) => answer({ ...asker, ...change, own: asker.own }, content));
    t.equal(said(await use(body())), 'SOURCE_ANSWER_WRONG SOURCE_FORM');
  });
  await t.test('in an answer that another key has signed', async (t) => {
    const { signer } = way().own;
    instead(t, A.transport, 'answer', (answer) => (asker, content) => answer({ ...asker, own: { ...asker.own, signer } }, content));
    t.equal(said(await use(body())), 'SOURCE_ANSWER_WRONG SOURCE_FORM');
  });
  const recorded: readonly (readonly [string, (use: Use) => object])[] = [
    ['SOURCE_OTHER_FIELDS', (use) => ({ fields: [...use.fields, 'holderName'] })], ['SOURCE_RECORD', () => ({ purpose: 'AUDIT' })], ['SOURCE_RECORD', () => ({ staff: bureau.staff })], ['SOURCE_RECORD', () => ({ licence: next.licence })],
  ];
  for (const [code, lie] of recorded) await t.test(`in its record: ${code}`, async (t) => {
    instead(t, A.useLog, 'prepare', (prepare) => (made, ...rest) => prepare({ ...made, ...lie(made as Use) }, ...rest));
    t.equal(said(await use(body())), `SOURCE_ANSWER_WRONG ${code}`);
  });
  await t.test('and is somebody else', async (t) => {
    let [status, text] = [200, ''];
    const stranger = createServer((_request, answer) => { answer.writeHead(status, { 'content-type': 'application/json' }).end(text); }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    t.teardown(() => { stranger.closeAllConnections(); stranger.close(); });
    instead(t, B.transport, 'way', (asking) => (...args) => { const { own, to } = asking(...args); return { own, to: { ...to, address: `http://localhost:${String((stranger.address() as AddressInfo).port)}` } }; });
    for (const [code, answer, expected] of [[200, '', 'WRONG SOURCE_FORM'], [200, '{"answer":"a.b.c"}', 'WRONG SOURCE_FORM'], [200, '[]', 'WRONG SOURCE_FORM'], [307, '{}', 'WRONG SOURCE_FORM'], [403, '{"code":"Call this number"}', 'WRONG SOURCE_FORM'], [404, '<html>', 'WRONG SOURCE_FORM']] as const) {
      [status, text] = [code, answer];
      const seen = await use(body());
      t.equal(said(seen), `SOURCE_ANSWER_${expected}`, text);
      t.notMatch(seen.body, /this number/);
    }
  });
  await t.test('in words of its own', async (t) => {
    instead(t, A.source, 'fields', () => () => Promise.reject(Object.assign(new Error(), { statusCode: 400 })));
    t.equal(said(await use(body())), 'SOURCE_REFUSED REQUEST_MALFORMED');
  });
});

void t.test('when operators look', async (t) => {
  const { body: metrics } = await other.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' });
  for (const outcome of ['answered', 'SOURCE_REFUSED', 'SOURCE_UNREACHABLE', 'SOURCE_ANSWER_WRONG']) t.match(metrics, new RegExp(`yizheng_source_seconds_count\\{agency="${bureau.agency}",outcome="${outcome}"\\} [1-9]`));
});

void t.test('when the licence has moved on', async (t) => {
  const { licence: id = '', identifier: first = '' } = await A.acts.perform(bureau, randomId(), permit());
  await heard();
  const [before] = [await written({ licence: id }), await A.acts.perform(bureau, randomId(), { op: 'change', licence: id, face: { scope: '沐浴' } } as never)];
  await heard();
  t.equal((await asked(carrying(before))).statusCode, 200, 'what was current when it was asked for');
  t.equal(said(await asked(carrying(await written({ licence: id })))), 'LICENCE_CHANGED', 'not what was over by then');
  t.match((await use(body({ licence: first }))).json<Used>(), { version: 2, identifier: identifierOf(id as LicenceId, 2), fields: [{}, { value: '沐浴' }], from: { proof: 'ledger' } });
  instead(t, A.lookup, 'kept', () => () => undefined);
  instead(t, A.vault, 'isErased', () => () => true);
  t.equal(said(await asked(carrying(await written()))), 'FACE_ERASED', 'and a face that was erased is not merely missing');
});

void t.test('when a record was collected, and has no document', async (t) => {
  const upload = await A.uploads.keep(createReadStream('docs/samples/published-decisions.csv'));
  const job = await A.queue.add(bureau.agency, bureau.staff, { upload, name: 'table.csv', type: 'import', dryRun: false });
  while (['preparing', 'running'].includes(job.state)) await delay(20);
  await heard();
  const collected = (await listed(A.queue.rows(job.id))).find(({ kind }) => kind === KIND.hygiene);
  const answer = await use(body({ licence: collected?.licence }));
  t.match(answer.json<Used>(), { fields: [{ value: /演示/ }, { value: '住宿' }], from: { proof: 'agency', code: bureau.agency } }, answer.body);
});

void t.test('when a natural person is looked for', async (t) => {
  const kind = '11370000000000000T980';
  const base = KINDS.find(({ type }) => type === KIND.hygiene);
  const record = A.projection.get('agency', bureau.agency);
  await source.registrar.register({ op: 'kind.put', ...structuredClone(base), type: kind, holder: 'person', name: { zh: '样例个人证', en: 'sample personal licence' }, aliases: [], fields: base?.fields.map((each) => (each.name === 'holderCode' ? { ...each, type: 'citizen-id', disclosure: 'restricted' } : each)) } as never);
  await source.registrar.register({ op: 'agency.put', ...structuredClone(record), rights: [...(record?.rights ?? []), { kind, right: 'issue', from: '2020-01-01' }] } as never, source.file('approver'));
  const person = '370303190001010016';
  const made = await A.acts.perform(bureau, randomId(), { ...permit({ kind }, { holderCode: person, holderName: '测试甲' }) });
  const find = (holder: string, change: object = {}) => use({ ...body({ kind, holder, ...change }), licence: undefined });
  t.equal(said(await find(person)), 'USE_NOT_AUTHORISED', 'without a scene nobody is asked');
  const opened = await opening({ kinds: [{ kind, fields: ['number', 'scope'] }] });
  await opening({ kinds: [{ kind, fields: ['holderName'] }] });
  const before = [A.useLog.size, B.useLog.size] as const;
  const answer = await find(person);
  t.match(answer.json<Used>(), { licence: made.licence, fields: [{ value: /演示/ }, { value: '住宿' }], from: { proof: 'ledger' } }, answer.body);
  t.match([A.useLog.read(before[0]), B.useLog.read(before[1])], [{ record: { act: 'look-up', licence: made.licence, authority: { id: opened }, fields: [], release: { seq: before[1] } } }, { record: { act: 'look-up', source: bureau.agency, licence: undefined } }], 'recorded on both sides before the use');
  t.notMatch(JSON.stringify([A.useLog.read(before[0]), B.useLog.read(before[1])]), new RegExp(person));
  const nobody = '370303190001010024';
  t.equal((await find(nobody)).statusCode, 404);
  t.match(B.useLog.read(B.useLog.size - 1)?.record, { act: 'look-up', source: undefined, licence: undefined }, 'that nothing was found is on record here');
  t.match(A.useLog.read(A.useLog.size - 1)?.record, { act: 'look-up', licence: undefined, source: bureau.agency, release: {} }, 'and there');
  t.equal(said(await find(person, { fields: ['holderName', 'scope'] })), 'USE_FIELDS FIELD_NOT_OPENED');

  await t.test('under a statute', async (t) => {
    const statute = await opening({ statute: true, basis: 'GWY-716', purpose: 'AUDIT', kinds: [{ kind, fields: ['number', 'scope'] }], owner: source.acting('market').agency }, 'market-approver');
    t.equal(said(await find(person, { purpose: 'AUDIT', fields: ['number'] })), 'USE_PURPOSE PURPOSE_NOT_OPENED', 'not before another agency stands for it');
    await signed(source, ['approver'], { op: 'register', act: { op: 'scene.approve', id: statute } });
    await heard();
    t.match((await find(person, { purpose: 'AUDIT', fields: ['number'] })).json<Used>(), { licence: made.licence, record: { authority: { id: statute } }, from: { code: bureau.agency } }, 'whoever issues the kind is asked');
    t.match((await find(person)).json<Used>(), { record: { authority: { id: opened } } }, 'each by the scene for its purpose and its fields');
    const size = B.useLog.size;
    instead(t, B.transport, 'way', () => () => { throw new GatewayFault('FACE_NOT_HERE'); });
    t.equal((await find(person)).statusCode, 404, 'who cannot be asked is not');
    t.equal(B.useLog.size, size + 1);
  });
  t.strictSame(await findings(gateways), [], 'both logs hold');
  await t.test('by a gateway that counts nothing', async (t) => {
    const look = async (holder: string, change: object = {}) => {
      const kept = await written({ act: 'look-up', licence: undefined, version: undefined, authority: { by: 'scene', id: opened }, fields: [], ...change } as never, { caseNo: '1' });
      return asked(carrying(kept, { kind, holder, fields: ['number'] }), { url: '/exchange/licence' });
    };
    t.equal((await look(nobody)).statusCode, 200);
    const once = await written({ act: 'look-up', licence: undefined, version: undefined, authority: { by: 'scene', id: opened }, fields: [] } as never, { caseNo: '1' });
    const under = async (holder: string) => said(await asked(carrying(once, { kind, holder, fields: ['number'] }), { url: '/exchange/licence' }));
    t.strictSame([await under(nobody), await under(nobody), await under(person)], ['', '', 'REQUEST_ID_REUSED'], 'one person under one record');
    t.equal(said(await look('37030319000101001X')), 'FACE_INVALID CITIZEN_ID_CHECK_DIGIT');
    t.equal(said(await look(person, { authority: { by: 'scene', id: scene } })), 'USE_NOT_AUTHORISED', 'without leave nobody learns whether there is one');
    t.equal((await look(person, { source: source.acting('market').agency })).statusCode, 200);
    t.equal(A.useLog.read(A.useLog.size - 1)?.record.licence, undefined, 'nor from whom does not manage it');
    instead(t, A.useLog, 'misses', () => (who, _since, limit) => Promise.resolve(who === ELSEWHERE.code ? limit : 0));
    t.equal(said(await look(person)), 'TOO_MANY_MISSES', `after ${String(AGENCY_MISSES_MAX)} of all its staff`);
  });
  await t.test('and the source names somebody else', async (t) => {
    instead(t, A.transport, 'answer', (sent) => (asker, content) => sent(asker, { ...content, licence }));
    t.equal(said(await find(person)), 'SOURCE_ANSWER_WRONG SOURCE_RECORD');
  });
  await t.test('and another licence is on record too', async (t) => {
    instead(t, A.useLog, 'prepare', (prepare) => (made, ...rest) => prepare({ ...made, licence }, ...rest));
    t.equal(said(await find(person)), 'SOURCE_ANSWER_WRONG SOURCE_OTHER_LICENCE');
  });
  await t.test('and the licence is not managed there', async (t) => {
    instead(t, B.projection, 'get', (get) => ((noun: 'licence', id: string) => { const found = get(noun, id); return noun === 'licence' && found ? { ...found, manager: source.acting('market').agency } : found; }) as typeof get);
    t.equal(said(await find(person)), 'SOURCE_ANSWER_WRONG SOURCE_OTHER_LICENCE');
  });
});

void t.test('when the key of a record was laid aside', async (t) => {
  const kept = await written();
  const [key] = B.projection.agencyKeys('use-record', ELSEWHERE.code);
  await other.registrar.agencyKey(ELSEWHERE.code, 'use-record');
  await other.registrar.register({ op: 'agency-key.status', id: key?.id ?? '', status: 'stopped' });
  await heard();
  t.equal(said(await asked(carrying(kept))), 'EXCHANGE_RECORD USE_KEY_UNKNOWN');
  t.equal((await use(body())).statusCode, 201, 'the next key signs');
});

void t.test('when there is no way', async (t) => {
  const gone = other.services.transport.own()[0];
  await other.registrar.register({ op: 'agency-key.status', id: gone?.id ?? '', status: 'retired' });
  await heard();
  const size = B.useLog.size;
  t.equal(said(await use(body())), 'FACE_NOT_HERE TRANSPORT_KEY_NOT_HERE', 'no key of ours');
  t.equal(B.useLog.size, size, 'found out before anything is counted or written');
  await other.registrar.agencyKey(ELSEWHERE.code, 'transport', 'http://localhost:10');
  await heard();
  t.equal((await use(body())).statusCode, 201, 'a new key takes over');
  await source.app.close();
  const before = B.useLog.size;
  const request = body();
  t.equal(said(await use(request)), 'SOURCE_UNREACHABLE');
  t.equal(said(await use(request)), 'SOURCE_UNREACHABLE');
  t.equal(B.useLog.size, before + 1, 'one record, and no data');
  const [key] = A.projection.agencyKeys('transport', bureau.agency);
  await source.registrar.register({ op: 'agency-key.status', id: key?.id ?? '', status: 'stopped' });
  await heard();
  t.equal(said(await use(body())), 'FACE_NOT_HERE TRANSPORT_ADDRESS_NONE', 'no address of theirs');
});
