/** Acts on the register as they are read from transactions: each that was carried out once, with whoever signed it, and nothing that was only asked for. */
import t from 'tap';
import { RegisterActs, type RegisterReads } from '#gateway/ledger/register-acts';
import { BUREAU, KIND, MARKET } from '#test/support/ledger';

const CHAINCODE = 'yizheng';
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const staff = (id: string, change: object = {}) => ({ id, agency: MARKET, person: `p-${id}`, roles: ['clerk'], active: true, keys: [], ...change });
const put = (id: string, change: object = {}) => ({ op: 'staff.put', ...staff(id, change) });
const request = (requestId: string, acts: readonly object[], change: object = {}) => ({ agency: BUREAU, requestId, content: 'c', actors: [{ staff: 'registrar', method: 'key-file', key: 'k', signature: 's' }], commands: acts.map((act) => ({ act, expiresAt: '' })), ...change });
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
const names = (acts: readonly { act: string; id: string }[]) => acts.map(({ act, id }) => `${act} ${id}`);

void t.test('when staff are put, changed and leave', async (t) => {
  const reads = before({ 'staff/b': staff('b'), 'staff/c': staff('c'), 'staff/d': staff('d', { active: false }), 'staff/e': staff('e') });
  const acts = [put('a'), put('b', { roles: ['clerk', 'approver'] }), put('c', { active: false, roles: ['auditor'] }), put('d'), put('e'), put('a', { active: false })];
  const found = actsOf([transaction([request('r', acts)], [{ requestId: 'r', results: acts.map(({ id }) => ok(id)) }], { 'staff/a': {}, 'staff/b': {} })], { ...reads, count: (_noun, id) => (id === 'b' ? 4 : 0) });
  t.strictSame(names(found), ['staff.put a', 'staff.roles b', 'staff.leave c', 'staff.return d', 'staff.keys e', 'staff.leave a'], 'each against what was so before it');
  t.match(found[1], { noun: 'staff', seq: 5, by: BUREAU, manager: MARKET, actors: ['registrar'], told: { actors: [{ staff: 'registrar', method: 'key-file' }], details: ['clerk', 'approver'] } });
  t.strictSame(found[2]?.told.details, ['auditor', 'inactive'], 'a change of roles does not hide behind it');
  t.strictSame(found.filter(({ id }) => id === 'a').map(({ seq }) => seq), [1, 2]);
});

void t.test('when a command was refused', async (t) => {
  const asked = [request('r', [put('a'), put('b')]), request('s', [put('c')])];
  const found = actsOf([transaction(asked, [{ requestId: 'r', results: [{ ok: false, code: 'ACTOR_ROLE' }, ok('b')] }, { requestId: 's', results: [{ ok: false, code: 'REQUEST_ID_REUSED' }] }], { 'staff/b': {} })]);
  t.strictSame(names(found), ['staff.put b']);
});

void t.test('when a request is sent again', async (t) => {
  const asked = request('r', [put('a'), put('b')]);
  const first = transaction([asked], [{ requestId: 'r', results: [ok('a'), { ok: false, code: 'STALE_RECORD' }] }], { 'staff/a': {}, [`request/${BUREAU}/r`]: { content: 'c', txId: 'x', done: { 0: { id: 'a' } } } });
  const again = transaction([asked, asked], [{ requestId: 'r', results: [ok('a'), ok('b')] }, { requestId: 'r', recordedIn: 'x', results: [ok('a'), ok('b')] }], { 'staff/b': {}, [`request/${BUREAU}/r`]: {} });
  t.strictSame(names(actsOf([first, again])), ['staff.put a', 'staff.put b'], 'each was done once, in one block');
  t.strictSame(names(actsOf([again], before({ [`request/${BUREAU}/r`]: { done: { 0: { id: 'a' } } } }))), ['staff.put b'], 'and over two blocks');
});

void t.test('when persons sign a proposal one after the other', async (t) => {
  const act = { op: 'right.move', kind: KIND.food, right: 'issue', from: BUREAU, to: MARKET, on: '2026-02-01' };
  const proposal = { id: 'p', agency: BUREAU, act, status: 'open', actors: [{ staff: 'one', person: '1', key: 'k', method: 'key-file' }] };
  const approve = request('r', [{ op: 'proposal.approve', id: 'p' }], { actors: [{ staff: 'two', method: 'webauthn' }] });
  t.strictSame(actsOf([transaction([approve], [{ requestId: 'r', results: [{ ok: true, proposal: 'p', status: 'open' }] }], { 'proposal/p': proposal, 'agency/x': {} })]), [], 'as long as one is missing nothing moved');
  const done = { ...proposal, status: 'done', actors: [...proposal.actors, { staff: 'two', person: '2', key: 'l', method: 'webauthn' }] };
  const [moved] = actsOf([transaction([approve], [{ requestId: 'r', results: [ok(MARKET, { proposal: 'p' })] }], { 'proposal/p': done, [`agency/${BUREAU}`]: {} })]);
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
  const strange = { ...transaction([], [], { 'staff/a': staff('a') }), args: [Buffer.from('{"no":')] };
  t.strictSame(actsOf([strange, { ...strange, args: [] }, { ...transaction({ neither: 1 }, 'x', { 'staff/a': {} }) }]), [], 'it stops no index');
});

void t.test('when the ledger begins', async (t) => {
  t.match(actsOf([transaction({ agency: { code: BUREAU }, administrator: { id: 'first' } }, { registrar: BUREAU }, { 'ledger/settings': {}, 'staff/first': {} })]), [{ act: 'ledger.begin', noun: 'setting', by: BUREAU, actors: [], told: { details: ['first'] } }]);
});
