/** Work that is late, in numbers: a hundred thousand papers overdue are a few alarms, and looking costs the same again and again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { addDays, instantOf, SHANGHAI, type Day } from '#chaincode/facts/calendar';
import { Managers } from '#gateway/ledger/managers';
import type { Moment } from '#gateway/alarms/alarm';
import { Book } from '#gateway/alarms/book';
import { COUNT_MAX, LateSupervision, OverdueConditions } from '#gateway/alarms/overdue';
import { messagesFor } from '#gateway/alarms/telling';
import { Listings } from '#gateway/ledger/listings';
import { awaitedOf, workRows } from '#gateway/ledger/work-rows';
import { Hooks } from '#gateway/notices/hooks';
import { TOLD } from '#gateway/notices/settings';
import { BUREAU, KIND, MARKET } from '#test/support/ledger';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-overdue-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
const today = '2026-06-01' as Day;
const ms = Date.parse('2026-06-01T02:00:00.000Z');
const moment: Moment = { ms, now: instantOf(ms), today, zone: SHANGHAI };

/** The lists of an index, over rows that a test writes. */
class Rows extends Listings {
  read = 0;
  records = new Map<string, unknown>();
  all(): Promise<never[]> { return Promise.resolve([...this.records].map(([key, record]) => ({ code: key.slice('agency/'.length), ...(record as object) })) as never[]); }
  get(noun: string, id: string): never { return this.records.get(`${noun}/${id}`) as never; }
  override async keysUnder(...asked: Parameters<Listings['keysUnder']>): Promise<string[]> {
    const keys = await super.keysUnder(...asked);
    this.read += keys.length;
    return keys;
  }
}
const managersOf = (rows: Rows) => new Managers({ projection: rows, drafter: { today } });
let stores = 0;
async function index(): Promise<{ rows: Rows; store: Level<string, string> }> {
  const store = new Level<string, string>(join(directory, String(stores++)));
  await store.open();
  t.teardown(() => store.close());
  return { rows: new Rows(store), store };
}
const licence = (kind: string, n: number, agency = BUREAU): string => `${kind}.${agency}.${String(n).padStart(20, '0')}`;
const conditioned = (id: string, change: object = {}, manager = BUREAU) => ({ id, manager, origin: 'imported', versions: [{ version: 1 }], events: [], conditions: [{ material: 'LAYOUT', dueOn: addDays(today, -3), consequence: 'reminder', status: 'open', steps: [], ...change }] });
const rowsOf = (record: ReturnType<typeof conditioned>, before?: ReturnType<typeof conditioned>) => workRows(`licence/${record.id}`, record, () => undefined, () => undefined, before as never);

void t.test('when a hundred thousand papers are overdue', async (t) => {
  const { rows, store } = await index();
  const kinds = [KIND.food, KIND.drug];
  for (let from = 0; from < 100_000; from += 10_000) await store.batch(Array.from({ length: 10_000 }, (_, i) => from + i).flatMap((n) => rowsOf(conditioned(licence(kinds[n % 2] ?? '', n), { dueOn: addDays(today, -1 - (n % 40)) })).put.map((key) => ({ type: 'put' as const, key, value: '' }))));
  await store.put(`${awaitedOf(BUREAU)}application:FOOD/${addDays(today, -8)}/application/app/FOOD/LAYOUT`, '');
  await store.put(`${awaitedOf(BUREAU)}application:DRUG/${today}/application/app/DRUG/LAYOUT`, '');
  const source = new OverdueConditions({ projection: rows, managers: managersOf(rows), hosted: () => [BUREAU, MARKET] });
  const found = await source.find(moment);
  t.strictSame(found.map(({ subject, severity, count, atLeast, since }) => ({ subject, severity, count, atLeast, since })), [
    { subject: `${BUREAU}:application:FOOD`, severity: 'warning', count: 1, atLeast: undefined, since: '2026-05-24T16:00:00.000Z' },
    ...[KIND.food, KIND.drug].sort().map((kind) => ({ subject: `${BUREAU}:licence:${kind}`, severity: 'critical', count: COUNT_MAX, atLeast: true, since: found.find(({ subject }) => subject.endsWith(kind))?.since })),
  ], 'one for each kind, by what is oldest; what is due today is not late');
  t.ok(rows.read < 2 * COUNT_MAX + 20, `${String(rows.read)} rows read`);
  const begun = performance.now();
  for (let i = 0; i < 10; i++) await source.find(moment);
  t.comment(`${((performance.now() - begun) / 10).toFixed(1)} ms for a look at 100,000 overdue`);

  const desk = new Level<string, string>(join(directory, 'desk'));
  await desk.open();
  t.teardown(() => desk.close());
  const hook = { id: 'hook', agency: BUREAU, url: 'http://127.0.0.1:9/', secret: `whsec_${Buffer.alloc(24).toString('base64')}`, tells: TOLD };
  const clock = { now: () => ms };
  const hooks = new Hooks({ desk, clock, hooks: [hook] });
  hooks.goOn = () => undefined;
  const book = new Book({ desk, clock, tell: (messages, more) => hooks.putInOrder(messages, more), messages: messagesFor([hook], 'https://licence.example.cn') });
  for (let i = 0; i < 3; i++) await book.settle(await source.find(moment), new Set(source.kinds), moment, true);
  t.equal(await hooks.waiting(), 3, 'three messages, with a count and a link');
  const bodies = (await desk.values({ gt: 'notice-line/', lt: 'notice-line0' }).all()).map((text) => JSON.parse((JSON.parse(text) as { body: string }).body) as object);
  t.match(bodies.at(-1), { type: 'alarm.raised', data: { count: COUNT_MAX, atLeast: true, url: 'https://licence.example.cn/issue/alarms' } });
});

void t.test('when a paper has come, gets another day, or its licence another agency', (t) => {
  const before = conditioned(licence(KIND.food, 1));
  const { put } = rowsOf(before);
  t.equal(put.length, 2, 'in its group, among reminders');
  for (const status of ['met', 'missed', 'closed']) t.strictSame(rowsOf(conditioned(before.id, { status }), before), { put: [], del: put }, status);
  const extended = rowsOf(conditioned(before.id, { dueOn: addDays(today, 9), steps: [{ act: 'open', dueOn: addDays(today, -3) }, { act: 'extend', dueOn: addDays(today, 9) }] }), before);
  t.strictSame([extended.put.length, extended.del], [2, put]);
  const moved = rowsOf(conditioned(before.id, {}, MARKET), before);
  t.strictSame(moved.put.every((row) => row.includes(MARKET)), true);
  for (const row of put) t.ok(moved.del.includes(row), 'nobody is left with what is another agency\'s');
  t.equal(rowsOf(conditioned(before.id, { consequence: 'flag' })).put.length, 1);
  t.end();
});

void t.test('when new versions wait to be taken over', async (t) => {
  const { rows, store } = await index();
  const untaken = (kind: string, manager: string, at: string, n: number): string => `untaken/${kind}/${manager}/${at}/${licence(kind, n, manager)}`;
  const [late, older, intime] = ['2026-05-26T15:59:59.999Z', '2026-05-10T03:00:00.000Z', '2026-05-26T16:00:00.000Z'];
  for (const key of [untaken(KIND.food, BUREAU, late, 1), untaken(KIND.food, MARKET, older, 2), untaken(KIND.food, BUREAU, intime, 3), untaken(KIND.drug, MARKET, older, 4), untaken(KIND.shop, MARKET, older, 5)]) await store.put(key, '');
  const right = (kind: string, change: object = {}) => ({ right: 'supervise', kind, from: '2020-01-01', ...change });
  rows.records.set(`agency/${MARKET}`, { rights: [right(KIND.food), right(KIND.drug, { over: BUREAU }), right(KIND.shop, { until: '2026-05-31' }), { ...right(KIND.shop), right: 'issue' }] });
  const find = () => new LateSupervision({ projection: rows, managers: managersOf(rows), hosted: () => [BUREAU, MARKET] }).find(moment);
  t.strictSame(await find(), [{
    kind: 'supervision-late', subject: `${MARKET}:${KIND.food}`, agency: MARKET, severity: 'warning', count: 2, since: '2026-05-15T16:00:00.000Z', of: { noun: 'kind', code: KIND.food }, oldest: { noun: 'licence', id: licence(KIND.food, 2, MARKET) },
  }], 'five days are over; of kinds and agencies that it supervises today');
  rows.records.set(`agency/${MARKET}`, { rights: [right(KIND.drug, { over: BUREAU }), right(KIND.drug, { over: MARKET })] });
  t.match(await find(), [{ subject: `${MARKET}:${KIND.drug}`, count: 1 }]);
});

void t.test('when the right to issue has moved', async (t) => {
  const { rows, store } = await index();
  for (const key of [...rowsOf(conditioned(licence(KIND.food, 1))).put, ...rowsOf(conditioned(licence(KIND.drug, 2))).put, `untaken/${KIND.food}/${BUREAU}/2026-05-10T03:00:00.000Z/${licence(KIND.food, 1)}`]) await store.put(key, '');
  rows.records.set(`agency/${BUREAU}`, { rights: [{ right: 'issue', kind: KIND.food, from: '2020-01-01', until: '2026-05-31', to: MARKET }, { right: 'supervise', kind: KIND.food, from: '2020-01-01', over: MARKET }] });
  rows.records.set(`agency/${MARKET}`, { rights: [{ right: 'issue', kind: KIND.food, from: today }, { right: 'supervise', kind: KIND.food, from: '2020-01-01', over: BUREAU }] });
  const parts = { projection: rows, managers: managersOf(rows), hosted: () => [BUREAU, MARKET] };
  t.strictSame((await new OverdueConditions(parts).find(moment)).map(({ subject }) => subject), [`${BUREAU}:licence:${KIND.drug}`, `${MARKET}:licence:${KIND.food}`], 'papers are awaited by whoever manages the licence now');
  t.strictSame((await new LateSupervision(parts).find(moment)).map(({ subject }) => subject), [`${BUREAU}:${KIND.food}`], 'and it is he who is supervised');
});
