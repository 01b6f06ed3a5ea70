/** Acts on the register as they are read from transactions: each that was carried out once, with whoever signed it, and nothing that was only asked for. */
import t from 'tap';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { sha256Text } from '#chaincode/facts/hash';
import { newKeyPair } from '#gateway/keyring';
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
  t.strictSame(actsOf([transaction([approve], [{ requestId: 'r', results: [{ ok: true, proposal: 'p', status: 'open' }] }], { [`proposal/${idOf('p')}`]: proposal, 'agency/x': {} })]), [], 'as long as one is missing nothing moved');
  const done = { ...proposal, status: 'done', actors: [...proposal.actors, { staff: 'two', person: '2', key: 'l', method: 'webauthn' }] };
  const [moved] = actsOf([transaction([approve], [{ requestId: 'r', results: [ok(MARKET, { proposal: 'p' })] }], { [`proposal/${idOf('p')}`]: done, [`agency/${BUREAU}`]: {} })]);
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
