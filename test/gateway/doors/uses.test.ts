/** Uses over HTTP: nothing leaves without leave, nothing leaves without a record, and every record can be proven. */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { grantDigest } from '#chaincode/facts/grant';
import { base64url, sha256Text } from '#chaincode/facts/hash';
import { MISSES_MAX } from '#gateway/acts/use/guesses';
import type { Used, UseView } from '#gateway/acts/use/use';
import { KIND } from '#gateway/catalogue/kinds';
import { grantDetailsCommitment, grantDetailsText } from '#gateway/documents/grant';
import { keyName } from '#gateway/documents/jws';
import { personalCommitment, readUse, readUseProof, useDigest, type UseProof } from '#gateway/documents/use-record';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit, signed } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const staff = (name: string) => authorized(installation.acting(name));
const [bureau, market] = [installation.acting('clerk'), installation.acting('market')];
const HOLDER = '91370303MA99TXT04C';

const issued = await services.acts.perform(bureau, randomId(), permit());
const identifier: string = issued.identifier ?? '';
const scene = randomId();
await signed(installation, ['approver'], { op: 'register', act: { op: 'scene.put', id: scene, name: { zh: '卫生监督复用', en: 'reuse for inspection' }, owner: bureau.agency, grantee: market.agency, kinds: [{ kind: KIND.hygiene, fields: ['number', 'scope', 'holderName'] }], purpose: 'INSPECTION', from: '2020-01-01', statute: false } });

const body = (change: object = {}) => ({ requestId: randomId(), licence: identifier, purpose: 'INSPECTION', caseNo: '示例检字〔2026〕1号', fields: ['number', 'scope'], ...change });
const use = (payload: object, name = 'market') => app.inject({ method: 'POST', url: '/api/uses', headers: staff(name), payload });
const codeOf = (answer: { json(): unknown }): string => (answer.json() as { code: string }).code;
const records = (): number => services.useLog.size;
const keyOf = (kid: string) => ['use-record', 'receipt'].flatMap((of) => [bureau, market].flatMap(({ agency }) => services.projection.agencyKeys(of as 'receipt', agency))).find(({ spki }) => keyName(spki) === kid);
const list = async (query: string, name = 'auditor') => (await app.inject({ url: `/api/uses?${query}`, headers: staff(name) })).json<{ uses: UseView[] }>().uses;

void t.test('when a scene opens a licence to a counter', async (t) => {
  const before = records();
  const answer = await use(body());
  t.equal(answer.statusCode, 201, answer.body);
  const used = answer.json<Used>();
  t.strictSame(used.fields.map(({ name }) => name), ['number', 'scope']);
  t.match(used, { identifier, status: 'VALID', replayed: false, fields: [{ label: { zh: '编号' }, value: /^（演示）/ }, { value: '住宿' }], record: { seq: before, authority: { by: 'scene', id: scene } } });
  t.equal(records(), before + 1);
  t.match(await readUse(used.record.token, keyOf), { agency: market.agency, staff: market.staff, act: 'use', authority: { by: 'scene', id: scene }, purpose: 'INSPECTION', case: 'given', licence: issued.licence, version: 1, source: bureau.agency, fields: ['number', 'scope'] });
  t.match(await services.uses.ofHolder(`uscc:${HOLDER}`, { limit: 1 }), [{ seq: before, agency: market.agency, purpose: 'INSPECTION', caseNo: '示例检字〔2026〕1号' }], 'the holder sees it, though nobody asked for his consent');
  t.match(await list('side=source&limit=1'), [{ seq: before, agency: market.agency, caseNo: undefined }], 'the agency that manages the licence sees it, without the case number');
});

void t.test('when the same request comes again', async (t) => {
  const request = body();
  const [first, twice] = (await Promise.all([use(request), use(request)])).map((each) => each.json<Used>());
  const again = await use(request);
  t.equal(again.statusCode, 200);
  t.strictSame(again.json<Used>(), { ...first, replayed: true });
  t.equal(twice?.record.seq, first?.record.seq, 'at once or later, it is one use');
  t.equal(codeOf(await use({ ...request, fields: ['scope'] })), 'REQUEST_ID_REUSED');
  installation.clock.aheadMs = 3601_000;
  t.equal(codeOf(await use(request)), 'REQUEST_ID_REUSED', 'what a scene opened then is not given again for ever');
  installation.clock.aheadMs = 0;
});

void t.test('when something else is asked for', async (t) => {
  const before = records();
  const refused: readonly (readonly [string, object, string?])[] = [
    ['USE_PURPOSE', { purpose: 'CREDIT' }], ['PURPOSE_UNKNOWN', { purpose: 'CURIOSITY' }], ['USE_FIELDS', { fields: ['number', 'personInCharge'] }], ['FIELD_UNKNOWN', { fields: ['shoeSize'] }], ['FIELD_UNKNOWN', { fields: ['scope', 'scope'] }],
    ['USE_NOT_AUTHORISED', { authority: { scene: randomId() } }], ['GRANT_UNKNOWN', { authority: { grant: randomId(), details: '{}', opening: 'A'.repeat(43) } }],
    ['USE_NOT_AUTHORISED', {}, 'branch'], ['IDENTIFIER_CHECK', { licence: `${identifier.slice(0, -1)}${identifier.endsWith('A') ? 'B' : 'A'}` }], ['REQUEST_MALFORMED', { caseNo: '' }], ['REQUEST_MALFORMED', { caseNo: undefined }], ['REQUEST_MALFORMED', { fields: [] }], ['FORBIDDEN', {}, 'auditor'],
  ];
  for (const [code, change, name] of refused) {
    const answer = await use(body(change), name);
    t.ok(answer.statusCode >= 400 && answer.body.includes(code), `${code}: ${answer.body}`);
    t.notMatch(answer.body, /住宿|鲁卫公证字|测试丙/, 'nothing of the licence');
  }
  t.equal(records(), before, 'no use, no record of one');
});

void t.test('when an agency uses what it manages itself', async (t) => {
  const used = (await use(body({ fields: ['personInCharge'], purpose: 'ENFORCEMENT' }), 'clerk')).json<Used>();
  t.match(used, { fields: [{ name: 'personInCharge', value: '测试丙丁戊' }], record: { authority: { by: 'own' } } });
});

void t.test('when codes of holders are tried out', async (t) => {
  const byHolder = (holder: string, change: object = {}, name = 'market') => use({ ...body({ kind: KIND.hygiene, holder, ...change }), licence: undefined }, name);
  const found = await byHolder(HOLDER);
  t.equal(found.statusCode, 201, found.body);
  t.match(found.json<Used>(), { licence: /./, record: { authority: { by: 'scene', id: scene } } });
  t.equal(codeOf(await byHolder(HOLDER, { kind: KIND.business })), 'USE_NOT_AUTHORISED', 'who may see nothing of a kind learns nothing of its holders');
  t.equal(codeOf(await byHolder(HOLDER, { purpose: 'CREDIT' })), 'USE_PURPOSE');
  t.match((await byHolder('91370303MA99TXT04D')).body, /USCC_CHECK_DIGIT/);
  const before = records();
  const strangers = ['91370303MA99TXT202', '92370303MA99TXT39U'];
  const tried = await Promise.all(Array.from({ length: MISSES_MAX + 10 }, (_, i) => byHolder(strangers[i % 2] ?? '')));
  t.strictSame([...new Set(tried.map(codeOf))].sort(), ['NOT_FOUND', 'TOO_MANY_MISSES']);
  const missed = tried.filter((each) => each.statusCode === 404).length;
  t.ok(missed <= MISSES_MAX, `${String(missed)} at once`);
  for (let i = missed; i < MISSES_MAX; i++) await byHolder(strangers[0] ?? '');
  t.equal(records() - before, MISSES_MAX, 'every one that was tried is on record');
  t.equal(codeOf(await byHolder(strangers[0] ?? '')), 'TOO_MANY_MISSES');
  t.equal(codeOf(await byHolder(HOLDER)), 'TOO_MANY_MISSES', 'nor those that there are');
  t.equal((await use(body())).statusCode, 201, 'who knows the licence goes on');
  installation.clock.aheadMs = 3601_000;
  t.equal((await byHolder(HOLDER)).statusCode, 201, 'after an hour');
  installation.clock.aheadMs = 0;
  t.match(services.useLog.read(before), { record: { act: 'look-up', staff: market.staff, fields: [] } });
});

/** A device of the holder, and what it grants. */
async function granted(uses: number) {
  const [subject, ledger] = [`uscc:${HOLDER}`, services.projection.get('ledger', 'settings')?.ledger ?? ''];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const device = { id: randomId(), subject, alg: 'ES256' as const, spki: base64url(publicKey.export({ format: 'der', type: 'spki' })) };
  const byKey = (digest: Uint8Array) => base64url(sign('sha256', digest, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  await signed(installation, ['clerk', 'approver'], { op: 'register', act: { op: 'device.put', ...device, evidence: sha256Text('seen at the counter') } });
  const opening = Buffer.alloc(32, 9);
  const details = grantDetailsText({ v: 1, licences: [{ licence: issued.licence ?? '', fields: ['number', 'personInCharge'] }], purpose: 'CREDIT', text: { zh: '同意贷款审查使用', en: 'for the examination of a credit' } });
  const now = Date.now();
  const grant = { id: randomId(), subject, grantee: market.agency, notBefore: new Date(now - 60_000).toISOString(), notAfter: new Date(now + 3600_000).toISOString(), uses, details: grantDetailsCommitment(opening, details) };
  await services.acts.carry(bureau.agency, randomId(), { op: 'grant.put', grant, by: { device: device.id, signature: byKey(grantDigest(ledger, grant)) } });
  return { grant: grant.id, details, opening: base64url(opening) };
}

void t.test('when the holder has granted two uses', async (t) => {
  const authority = await granted(2);
  const granting = (change: object = {}) => body({ authority, purpose: 'CREDIT', fields: ['personInCharge'], ...change });
  const left = () => services.projection.get('grant', authority.grant)?.left;
  t.equal(codeOf(await use(granting({ purpose: 'INSPECTION' }))), 'USE_PURPOSE');
  t.equal(codeOf(await use(granting({ fields: ['scope'] }))), 'USE_FIELDS');
  t.equal(codeOf(await use(granting({ authority: { ...authority, opening: 'A'.repeat(43) } }))), 'USE_DETAILS');
  t.equal(codeOf(await use(granting(), 'branch')), 'GRANTEE_DIFFERS');
  t.equal(left(), 2, 'what is refused costs no use');
  const request = granting();
  const used = (await use(request)).json<Used>();
  t.match(used, { fields: [{ name: 'personInCharge', value: '测试丙丁戊' }], record: { authority: { by: 'grant', id: authority.grant } } });
  t.equal(left(), 1, 'counted on the ledger');
  const record = await readUse(used.record.token, keyOf);
  t.ok(typeof record !== 'string');
  if (typeof record !== 'string') {
    const { format: _f, log: _l, seq: _s, at: _a, transaction, ...said } = record;
    t.ok(services.projection.blockOf(transaction ?? '') !== undefined, 'under the transaction that the record names');
    t.equal(useDigest(said).length, 43);
  }
  t.strictSame((await use(request)).json<Used>().record.seq, used.record.seq);
  t.equal(left(), 1, 'the same request counts once');
  // The gateway ends between the count and the record: the request is sent again, and finds itself counted.
  const last = granting();
  const append = services.useLog.append.bind(services.useLog);
  services.useLog.append = () => Promise.reject(new Error('the disk is full'));
  t.equal((await use(last)).statusCode, 500);
  services.useLog.append = append;
  t.equal(left(), 0);
  t.equal((await use(last)).statusCode, 201, 'the use that was counted is given');
  t.equal(codeOf(await use(granting())), 'GRANT_USED_UP');
});

void t.test('when somebody signed in looks up or verifies', async (t) => {
  const { credential, qr } = (await app.inject({ url: `/api/licences/${identifier}/credential`, headers: staff('clerk') })).json<{ credential: string; qr: string }>();
  const asked: readonly (readonly [string, InjectOptions, object])[] = [
    ['an identifier', { url: `/api/licences/${identifier}` }, { act: 'look-up', authority: { by: 'public' } }],
    ['a question with its case', { method: 'POST', url: '/api/verify', payload: { identifier, purpose: 'INSPECTION', caseNo: '2' } }, { act: 'look-up', purpose: 'INSPECTION', case: 'given' }],
    ['a credential', { method: 'POST', url: '/api/verify', payload: { credential } }, { act: 'verify', authority: { by: 'shown' }, case: 'none' }],
    ['a code', { method: 'POST', url: '/api/verify', payload: { qr } }, { act: 'verify', authority: { by: 'shown' } }],
    ['a forgery', { method: 'POST', url: '/api/verify', payload: { credential: 'x~' } }, { act: 'verify', licence: undefined }],
    ['a receipt', { method: 'POST', url: '/api/receipts', payload: { by: 'identifier', identifier } }, { act: 'verify' }],
    ['a number that is none', { url: '/api/numbers/no-such-number' }, { act: 'look-up', licence: undefined, fields: [] }],
  ];
  for (const [what, request, record] of asked) {
    const before = records();
    const answer = await app.inject({ ...request, headers: staff('market') });
    t.equal(records(), before + 1, `${what}: ${String(answer.statusCode)}`);
    t.match(services.useLog.read(before)?.record, { agency: market.agency, staff: market.staff, ...record }, what);
    await app.inject(request);
    t.equal(records(), before + 1, `${what}: nobody is followed without an account`);
  }
  const own = records();
  t.equal((await app.inject({ url: `/api/licences/${identifier}`, headers: staff('clerk') })).statusCode, 200);
  t.match(services.useLog.read(own)?.record, { authority: { by: 'own' }, fields: ['holderName', 'holderCode', 'personInCharge', 'premises', 'scope', 'number'] });
  t.equal((await app.inject({ url: `/api/licences/${identifier}/credential`, headers: staff('clerk') })).statusCode, 200);
  t.match(services.useLog.read(own + 1)?.record, { act: 'copy' });
  t.match((await app.inject({ method: 'POST', url: '/api/verify', headers: staff('market'), payload: { identifier, purpose: 'NONE_OF_OURS' } })).body, /PURPOSE_UNKNOWN/);
});

void t.test('when permits of a holder are looked for, to be put together', async (t) => {
  const found = async (holder: string) => (await app.inject({ url: `/api/members?kind=${KIND.hotel}&holder=${holder}`, headers: staff('clerk') })).json<{ members: { licence: string }[] }>().members;
  const before = records();
  const members = await found(HOLDER);
  t.ok(members.some(({ licence }) => licence === issued.licence));
  t.strictSame(members.map((_, i) => services.useLog.read(before + i)?.record.licence).sort(), members.map(({ licence }) => licence).sort(), 'each is on record');
  t.match(services.useLog.read(before)?.record, { act: 'look-up', agency: bureau.agency, staff: bureau.staff, authority: { by: 'own' } });
  t.strictSame(await found('92370303MA99TXT124'), []);
  t.equal(records(), before + members.length + 1, 'also that there is nothing');
});

void t.test('when a record cannot be written', async (t) => {
  const append = services.useLog.append.bind(services.useLog);
  t.teardown(() => { services.useLog.append = append; });
  services.useLog.append = () => Promise.reject(new Error('the disk is full'));
  for (const request of [{ method: 'POST', url: '/api/uses', payload: body() }, { url: `/api/licences/${identifier}` }] as const) {
    const answer = await app.inject({ ...request, headers: staff('market') });
    t.equal(answer.statusCode, 500);
    t.notMatch(answer.body, /住宿|鲁卫公证字/, 'nothing leaves');
  }
});

void t.test('when records are audited', async (t) => {
  await services.anchoring.anchor();
  const page = await list('limit=5');
  t.ok(page.length > 0 && page.every(({ agency }) => agency === bureau.agency), "its own agency's");
  const others = await list('side=source&limit=200');
  t.ok(others.every(({ agency, source }) => agency === market.agency && source === bureau.agency));
  t.strictSame((await list(`side=source&limit=2&before=${String(others[0]?.seq)}`)).map(({ seq }) => seq), others.slice(1, 3).map(({ seq }) => seq), 'page by page');
  t.strictSame(await list(`staff=${market.staff}`), [], "another agency's staff");
  t.equal((await app.inject({ url: '/api/uses', headers: staff('market') })).statusCode, 403);
  const seq = (await use(body())).json<Used>().record.seq;
  const proofOf = (name: string, of = seq) => app.inject({ url: `/api/uses/${String(of)}/proof`, headers: staff(name) });
  t.equal(codeOf(await proofOf('market')), 'USE_NOT_ANCHORED', 'not yet');
  await services.anchoring.anchor();
  const proof = (await proofOf('market')).json<UseProof & { opening: { random: string; personal: { subject: string; caseNo: string } } }>();
  const record = await readUseProof(proof, keyOf);
  t.match(record, { seq, agency: market.agency });
  t.match(services.projection.get('log', services.useLog.id), { size: proof.size, root: proof.root, txId: proof.transaction }, 'the root is on the ledger');
  t.equal(personalCommitment(Buffer.from(proof.opening.random, 'base64url'), proof.opening.personal), typeof record === 'string' ? '' : record.personal, 'and whose case it was, for whoever may know');
  t.match(await readUseProof((await proofOf('auditor')).json<UseProof>(), keyOf), { seq }, 'the other side proves it too');
  t.equal((await proofOf('auditor')).json<{ opening?: object }>().opening, undefined);
  t.equal((await proofOf('branch')).statusCode, 404, 'nobody else');
  t.equal((await proofOf('market', 999_999)).statusCode, 404);
  t.match((await app.inject({ url: '/health/ready' })).json<{ uses: object }>().uses, { records: records(), anchored: records(), late: false });
  t.match((await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })).body, /yizheng_use_records\{state="anchored"\} \d+\n/);
});
