/** Acts on the register as they are read from transactions: each that was carried out once, with whoever signed it, and nothing that was only asked for. */
import t from 'tap';
import { Command } from '#chaincode/facts/commands';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { sha256Text } from '#chaincode/facts/hash';
import { TRACE_OUTCOMES } from '#chaincode/facts/trace';
import { newKeyPair } from '#gateway/keyring';
import { actNames } from '#gateway/ledger/act-names';
import { RegisterActs, type RegisterReads } from '#gateway/ledger/register-acts';
import { BUREAU, KIND, MARKET } from '#test/support/ledger';

const CHAINCODE = 'yizheng';
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const idOf = (name: string): string => name.padEnd(22, 'A');
const EXPIRES = '2026-03-01T00:00:00.000Z';
const staff = (name: string, change: object = {}) => ({ id: idOf(name), agency: MARKET, person: idOf('person'), roles: ['clerk'], active: true, keys: [], ...change });
const put = (id: string, change: object = {}) => ({ op: 'staff.put', ...staff(id, change) });
const request = (requestId: string, acts: readonly object[], change: object = {}) => ({ agency: BUREAU, requestId: idOf(requestId), content: sha256Text('content'), actors: [{ staff: idOf('registrar'), method: 'gateway' }], commands: acts.map((act) => ({ act, expiresAt: EXPIRES })), ...change });
const ok = (id: string, more: object = {}) => ({ ok: true, id, ...more });
let last = 0;
const transaction = (requests: unknown, answers: unknown, writes: Readonly<Record<string, unknown>>) => ({
  txId: `tx${String(++last)}`, timestamp: `2026-01-01T00:00:0${String(last % 10)}.000Z`, args: [bytes(requests)], response: bytes(answers),
  writes: Object.entries(writes).map(([key, value]) => ({ namespace: CHAINCODE, key, isDelete: false, value: bytes(value) })),
});
const nothing: RegisterReads = { get: () => undefined, count: () => 0 };
const before = (records: Readonly<Record<string, unknown>>): RegisterReads => ({ ...nothing, get: ((noun: string, id: string) => records[`${noun}/${id}`]) as RegisterReads['get'] });
function actsOf(transactions: readonly ReturnType<typeof transaction>[], reads: RegisterReads = nothing) {
  const register = new RegisterActs(reads, CHAINCODE);
  for (const each of transactions) register.take(each);
  return register.acts;
}
const names = (acts: readonly { act: string; id: string }[]) => acts.map(({ act, id }) => `${act} ${id.replace(/A+$/, '')}`);

void t.test('when staff are put, changed and leave', async (t) => {
  const reads = before(Object.fromEntries([staff('b'), staff('c'), staff('d', { active: false }), staff('e')].map((record) => [`staff/${record.id}`, record])));
  const acts = [put('a'), put('b', { roles: ['clerk', 'approver'] }), put('c', { active: false, roles: ['auditor'] }), put('d'), put('e'), put('a', { active: false })];
  const found = actsOf([transaction([request('r', acts)], [{ requestId: 'r', results: acts.map(({ id }) => ok(id)) }], { 'staff/a': {}, 'staff/b': {} })], { ...reads, count: (_noun, id) => (id === idOf('b') ? 4 : 0) });
  t.strictSame(names(found), ['staff.put a', 'staff.roles b', 'staff.leave c', 'staff.return d', 'staff.keys e', 'staff.leave a'], 'each against what was so before it');
  t.match(found[1], { noun: 'staff', seq: 5, by: BUREAU, manager: MARKET, actors: [idOf('registrar')], told: { actors: [{ staff: idOf('registrar'), method: 'gateway' }], details: ['clerk', 'approver'] } });
  t.strictSame(found[2]?.told.details, ['auditor', 'inactive'], 'a change of roles does not hide behind it');
  t.strictSame(found.filter(({ id }) => id === idOf('a')).map(({ seq }) => seq), [1, 2]);
});

void t.test('when a command was refused', async (t) => {
  const asked = [request('r', [put('a'), put('b')]), request('s', [put('c')])];
  const found = actsOf([transaction(asked, [{ requestId: 'r', results: [{ ok: false, code: 'ACTOR_ROLE' }, ok('b')] }, { requestId: 's', results: [{ ok: false, code: 'REQUEST_ID_REUSED' }] }], { 'staff/b': {} })]);
  t.strictSame(names(found), ['staff.put b']);
});

void t.test('when a request is sent again', async (t) => {
  const asked = request('r', [put('a'), put('b')]);
  const first = transaction([asked], [{ requestId: 'r', results: [ok('a'), { ok: false, code: 'STALE_RECORD' }] }], { 'staff/a': {}, [`request/${BUREAU}/${idOf('r')}`]: { content: 'c', txId: 'x', done: { 0: { id: 'a' } } } });
  const again = transaction([asked, asked], [{ requestId: 'r', results: [ok('a'), ok('b')] }, { requestId: 'r', recordedIn: 'x', results: [ok('a'), ok('b')] }], { 'staff/b': {}, [`request/${BUREAU}/${idOf('r')}`]: {} });
  t.strictSame(names(actsOf([first, again])), ['staff.put a', 'staff.put b'], 'each was done once, in one block');
  t.strictSame(names(actsOf([again], before({ [`request/${BUREAU}/${idOf('r')}`]: { done: { 0: { id: 'a' } } } }))), ['staff.put b'], 'and over two blocks');
});

void t.test('when persons sign a proposal one after the other', async (t) => {
  const act = { op: 'right.move', kind: KIND.food, right: 'issue', from: BUREAU, to: MARKET, on: '2026-02-01' };
  const proposal = { id: idOf('p'), agency: BUREAU, act, status: 'open', actors: [{ staff: 'one', person: '1', key: 'k', method: 'key-file' }] };
  const approve = request('r', [{ op: 'proposal.approve', id: idOf('p') }], { actors: [{ staff: idOf('two'), method: 'gateway' }] });
  t.strictSame(names(actsOf([transaction([approve], [{ requestId: 'r', results: [{ ok: true, proposal: 'p', status: 'open' }] }], { [`proposal/${idOf('p')}`]: proposal, 'agency/x': {} })])), ['proposal.approve p'], 'as long as one is missing nothing moved');
  const done = { ...proposal, status: 'done', actors: [...proposal.actors, { staff: 'two', person: '2', key: 'l', method: 'webauthn' }] };
  const [signed, moved] = actsOf([transaction([approve], [{ requestId: 'r', results: [ok(MARKET, { proposal: 'p' })] }], { [`proposal/${idOf('p')}`]: done, [`agency/${BUREAU}`]: {} })]);
  t.match(signed, { act: 'proposal.approve', actors: [idOf('two')] });
  t.match(moved, { act: 'right.move', noun: 'right', id: `${KIND.food}:issue:${BUREAU}:${MARKET}`, kind: KIND.food, actors: ['one', 'two'], told: { effectiveOn: '2026-02-01', details: ['issue'], actors: [{ staff: 'one', method: 'key-file' }, { staff: 'two', method: 'webauthn' }] } });
});

void t.test('when rights of an agency change with its record', async (t) => {
  const right = (kind: string, change: object = {}) => ({ kind, right: 'issue', from: '2026-01-01', ...change });
  const agency = (rights: readonly object[]) => ({ op: 'agency.put', code: MARKET, name: 'n', mspId: 'm', active: true, rights });
  const reads = before({ [`agency/${MARKET}`]: agency([right(KIND.food), right(KIND.drug)]) });
  const changed = agency([right(KIND.drug), right(KIND.food, { until: '2026-03-01' }), { ...right(KIND.person), right: 'import' }]);
  t.strictSame(actsOf([transaction([request('r', [changed])], [{ requestId: 'r', results: [ok(MARKET)] }], { [`agency/${MARKET}`]: changed })], reads)[0]?.told.details, [`+import:${KIND.person}`, `-issue:${KIND.food}`]);
});

void t.test('when what called the contract cannot be read', async (t) => {
  const written = { 'staff/a': staff('a') };
  const strange = { ...transaction([], [], written), args: [Buffer.from('{"no":')] };
  t.strictSame(actsOf([strange, { ...strange, args: [] }, transaction({ neither: 1 }, 'x', written), transaction('administrator', 'x', written), transaction([null, 7, {}], [null, { results: 3 }, { results: [{ ok: true }] }], written)]), [], 'it stops no index');
});

void t.test('when an agency sends garbage beside a good request', async (t) => {
  const refused = { requestId: '', results: [{ ok: false, code: 'COMMAND_MALFORMED' }] };
  const asked = [null, 'text', { requestId: idOf('r'), commands: [{}] }, { ...request('s', [put('b')]), commands: 5 }, request('t', [put('a')])];
  t.strictSame(names(actsOf([transaction(asked, [refused, refused, refused, refused, { requestId: idOf('t'), results: [ok('a')] }], { 'staff/a': {} })])), ['staff.put a'], 'the good one is found, and the index goes on');
});

void t.test('when the ledger begins', async (t) => {
  const setup = { ledger: sha256Text('ledger'), demo: true, zone: SHANGHAI, origins: ['http://localhost:8080'], rpId: 'localhost', agency: { code: BUREAU, name: '示例', mspId: 'M' }, administrator: { id: idOf('first'), person: idOf('person'), key: { id: idOf('key'), method: 'key-file', alg: 'ES256', spki: newKeyPair().spki, active: true } } };
  t.match(actsOf([transaction(setup, { registrar: BUREAU }, { 'ledger/settings': {}, 'staff/first': {} })]), [{ act: 'ledger.begin', noun: 'setting', by: BUREAU, actors: [], told: { details: [idOf('first')] } }]);
});

/** Ops of the contract, as its schema has them. */
const opsIn = (schema: { anyOf?: readonly object[]; enum?: readonly string[]; const?: string; properties?: { op?: object } }): readonly string[] =>
  schema.anyOf?.flatMap(opsIn) ?? schema.enum ?? (schema.const === undefined ? opsIn(schema.properties?.op ?? {}) : [schema.const]);
/** Ops whose acts are called otherwise. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'seal.status': ['seal.stop', 'seal.resume', 'seal.cancel'], 'agency-key.status': ['agency-key.retire', 'agency-key.stop'], 'device.status': ['device.lost', 'device.revoke'],
  'objection.answer': ['accepted', 'rejected'], 'trace.close': TRACE_OUTCOMES,
};
/** Ops that no search of acts finds, and why. */
const NOBODYS: Readonly<Record<string, string>> = {
  'log.anchor': 'a gateway does it by itself, for the uses that the search of uses finds', 'erasure.confirm': 'a gateway does it by itself, once nothing is left that could be read',
  'objection.put': "a holder's device does it alone; the answer, which is somebody's act, is found",
};

void t.test('when the contract has an act', async (t) => {
  const ops = opsIn(Command.properties.act);
  t.ok(ops.length > 70);
  for (const op of ops) {
    const names = CALLED[op] ?? [op.replace(/^(licence|application)\./, '')];
    t.equal(names.every((name) => actNames().includes(name)), !Object.hasOwn(NOBODYS, op), `${op}: it has a name by which auditors find it, or a reason why not`);
  }
  for (const op of [...Object.keys(CALLED), ...Object.keys(NOBODYS)]) t.ok(ops.includes(op), `${op} is still one of them`);
});

const DEVICE = { device: idOf('phone'), signature: 'A'.repeat(86) };
const digest = sha256Text('d');
const holder = 'uscc:91370303MA99TXT04C';

void t.test('when staff act for a holder at the counter', async (t) => {
  const terms = { id: idOf('g'), subject: holder, grantee: MARKET, notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2026-02-01T00:00:00.000Z', uses: 1, details: digest };
  const acts = [
    { op: 'device.put', id: idOf('d'), subject: holder, alg: 'ES256', spki: newKeyPair().spki, evidence: digest }, { op: 'device.status', id: idOf('e'), status: 'lost' }, { op: 'grant.put', grant: terms, evidence: digest },
    { op: 'grant.revoke', id: idOf('h') }, { op: 'identity.put', id: idOf('i'), subject: holder, method: 'counter', document: 'E_BUSINESS_LICENCE', digest, until: '2026-03-01', evidence: digest }, { op: 'erasure.begin', subject: 'person:abcdefghijklmnopqrstuv', reason: 'TERM_ENDED' },
    { op: 'hold.put', id: idOf('k'), subject: 'person:abcdefghijklmnopqrstuv', case: digest }, { op: 'delegation.revoke', id: idOf('l') },
  ];
  const found = actsOf([transaction([request('r', acts)], [{ requestId: idOf('r'), results: acts.map(() => ok('x')) }], { 'device/d': {}, [`device/${idOf('e')}`]: { agency: MARKET } })]);
  t.strictSame(names(found), ['device.put d', 'device.lost e', 'grant.put g', 'grant.revoke h', 'identity.put i', 'erasure.begin person:abcdefghijklmnopqrstuv', 'hold.put k', 'delegation.revoke l']);
  t.ok(found.every(({ actors }) => actors.join() === idOf('registrar')));
  t.match(found[0], { by: BUREAU, manager: BUREAU, told: { details: ['counter'] } });
  t.equal(found[1]?.manager, MARKET, 'the agency that had carried it here has it among its own');
  t.notMatch(JSON.stringify(found), /91370303MA99TXT04C/, 'no holder is named');
});

void t.test("when a holder's device acts alone", async (t) => {
  const act = { op: 'device.status', id: idOf('e'), status: 'revoked', by: DEVICE };
  t.match(actsOf([transaction([request('r', [act], { actors: [] })], [{ requestId: idOf('r'), results: [ok('e')] }], { 'device/e': {} })]), [{ act: 'device.revoke', by: BUREAU, actors: [], told: { actors: [], details: ['device'] } }], 'it is nobody of the staff');
});

void t.test('when a document of a licence is registered', async (t) => {
  const licence = `${KIND.food}.${BUREAU}.${'0'.repeat(20)}`;
  const asked = (method: object) => request('r', [{ op: 'document.add', licence, version: 1 }], { actors: [{ staff: idOf('one'), ...method }] });
  const found = (asking: object, answer: object) => actsOf([transaction([asking], [{ requestId: idOf('r'), results: [answer] }], { [`licence/${licence}`]: {} })]);
  const done = { ok: true, licence, version: 1 };
  t.match(found(asked({ method: 'key-file', key: idOf('k'), signature: DEVICE.signature }), done), [{ act: 'document.add', id: `${licence}:1`, actors: [idOf('one')] }]);
  t.strictSame(found(asked({ method: 'gateway' }), done), [], 'what the gateway drew is no act of whoever had approved the version');
  t.strictSame(found(asked({ method: 'gateway' }), { ...done, status: 'VALID' }), [], 'transactions with acts on licences alone are not read');
});

void t.test('when a proposal is opened, signed and withdrawn', async (t) => {
  const act = { op: 'right.move', kind: KIND.food, right: 'issue', from: BUREAU, to: MARKET, on: '2026-02-01' };
  const record = { id: idOf('p'), agency: BUREAU, act, status: 'open', actors: [{ staff: 'one', person: '1', key: 'k', method: 'key-file' }] };
  const step = (said: object, result: object) => actsOf([transaction([request('r', [{ id: idOf('p'), ...said }])], [{ requestId: idOf('r'), results: [{ ok: true, proposal: idOf('p'), ...result }] }], { [`proposal/${idOf('p')}`]: record })]);
  const drafted = { command: { act, expiresAt: EXPIRES, requestId: idOf('q') } };
  for (const [said, result] of [[{ op: 'proposal.open', ...drafted }, { status: 'open' }], [{ op: 'proposal.approve' }, { status: 'open' }], [{ op: 'proposal.withdraw' }, { status: 'withdrawn' }]] as const)
    t.match(step(said, result), [{ act: said.op, noun: 'proposal', id: idOf('p'), actors: [idOf('registrar')], told: { details: ['right.move'] } }], said.op);
  t.strictSame(step({ op: 'proposal.approve' }, { status: 'open' }).length, 1, 'nothing has moved yet');
});
