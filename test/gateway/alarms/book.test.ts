/** The book of alarms: raised once, told again when worse or after a day, over by themselves, and all of it on the disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { instantOf, SHANGHAI, type Day } from '#chaincode/facts/calendar';
import { DAY_MS, type Alarm, type AlarmKind, type Found, type Moment, type Telling } from '#gateway/alarms/alarm';
import { Book, CLOSED_MAX } from '#gateway/alarms/book';
import { faults } from '#test/support/matchers';

const START = Date.parse('2026-06-01T02:00:00.000Z');
const directory = mkdtempSync(join(tmpdir(), 'yizheng-alarms-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
let stores = 0;

async function house(path = join(directory, String(stores++))) {
  const desk = new Level<string, string>(path);
  await desk.open();
  t.teardown(() => desk.close());
  const clock = { at: START, now: () => clock.at };
  const told: string[] = [];
  const book = new Book({ desk, clock, tell: async (_messages, rows) => { await desk.batch([...rows]); }, messages: ({ id, severity }: Alarm, telling: Telling) => { told.push(`${telling} ${id} ${severity}`); return []; } });
  const settle = (found: readonly Found[], { kinds = ['head-late', 'seal-ends'], mayClose = true }: { kinds?: readonly AlarmKind[]; mayClose?: boolean } = {}) => book.settle(found, new Set(kinds), { ms: clock.at, now: instantOf(clock.at), today: '2026-06-01' as Day, zone: SHANGHAI } satisfies Moment, mayClose);
  const news = (): string[] => told.splice(0);
  return { desk, clock, book, settle, news, path };
}
const late = (change: Partial<Found> = {}): Found => ({ kind: 'head-late', subject: 'heads', severity: 'warning', since: '2026-05-30T00:00:00.000Z', ...change });

void t.test('when something is found again and again', async (t) => {
  const { clock, book, settle, news } = await house();
  await settle([late()]);
  t.strictSame(news(), ['raised head-late:heads warning']);
  for (let minute = 0; minute < 30; minute++) {
    clock.at += 60_000;
    await settle([late()]);
  }
  t.strictSame(news(), [], 'said once');
  t.match(await book.open(), [{ id: 'head-late:heads', since: '2026-05-30T00:00:00.000Z', raisedAt: instantOf(START), told: 1 }]);
  clock.at = START + DAY_MS - 1;
  await settle([late()]);
  t.strictSame(news(), []);
  clock.at = START + DAY_MS;
  await settle([late()]);
  await settle([late()]);
  t.strictSame(news(), ['still head-late:heads warning'], 'again after a day, once');
});

void t.test('when it gets worse', async (t) => {
  const { settle, news, book } = await house();
  await settle([late({ severity: 'notice', count: 10 })]);
  news();
  await settle([late({ severity: 'notice', count: 19 })]);
  t.strictSame(news(), [], 'a little more is no news');
  t.match(await book.open(), [{ count: 19 }], 'and is shown');
  await settle([late({ severity: 'notice', count: 20 })]);
  t.strictSame(news(), ['worse head-late:heads notice'], 'twice as much is');
  await settle([late({ severity: 'critical', count: 20 })]);
  t.strictSame(news(), ['worse head-late:heads critical']);
  await settle([late({ severity: 'warning', count: 20 })]);
  await settle([late({ severity: 'critical', count: 21 })]);
  t.strictSame(news(), [], 'to and fro below what was told is none');
});

void t.test('when its cause is gone', async (t) => {
  const { clock, settle, news, book } = await house();
  await settle([late(), { kind: 'seal-ends', subject: 'seal', severity: 'notice' }]);
  news();
  await settle([], { kinds: ['head-late'] });
  t.strictSame(news(), ['closed head-late:heads warning'], 'told too; the other one was not looked for, and stays');
  t.match(await book.closed(10), [{ id: 'head-late:heads', closedAt: instantOf(START) }]);
  t.strictSame((await book.open()).map(({ id }) => id), ['seal-ends:seal']);
  clock.at += 1000;
  await settle([late()], { kinds: ['head-late'] });
  t.strictSame(news(), ['raised head-late:heads warning'], 'when it comes back it is another one');
  t.match(await book.open(), [{ raisedAt: instantOf(START + 1000) }, {}]);
});

void t.test('when somebody has seen it', async (t) => {
  const { clock, settle, book, news } = await house();
  await settle([late()]);
  news();
  t.match((await book.see('head-late:heads', 'one', () => true)).seen, [{ staff: 'one', at: instantOf(START) }]);
  clock.at += 1000;
  await book.see('head-late:heads', 'two', () => true);
  await book.see('head-late:heads', 'one', () => true);
  t.strictSame((await book.open())[0]?.seen, [{ staff: 'two', at: instantOf(START + 1000) }, { staff: 'one', at: instantOf(START + 1000) }], 'each with his time');
  clock.at += DAY_MS;
  await settle([late({ severity: 'critical' })]);
  t.strictSame(news(), ['worse head-late:heads critical'], 'it goes on being told');
  t.equal((await book.open())[0]?.seen.length, 2);
  await faults(t, () => book.see('head-late:heads', 'three', () => false), 'NOT_FOUND');
  await faults(t, () => book.see('seal-ends:x', 'one', () => true), 'NOT_FOUND');
  await settle([]);
  t.equal((await book.closed(1))[0]?.seen.length, 2, 'and is kept when it is over');
});

void t.test('when the clock is put back', async (t) => {
  const { clock, settle, news, book } = await house();
  await settle([late()]);
  news();
  clock.at -= 10 * DAY_MS;
  await settle([], { mayClose: false });
  t.strictSame([news(), (await book.open()).length], [[], 1], 'what is not late by it any more is not over');
  await settle([late()]);
  clock.at += DAY_MS - 1;
  await settle([late()]);
  t.strictSame(news(), []);
  clock.at += 1;
  await settle([late()]);
  t.strictSame(news(), ['still head-late:heads warning'], 'a day counts from then');
});

void t.test('when the gateway was gone', async (t) => {
  const before = await house();
  await before.settle([late()]);
  await before.book.see('head-late:heads', 'one', () => true);
  await before.desk.close();
  const after = await house(before.path);
  after.clock.at = START + 3 * DAY_MS;
  await after.settle([late({ severity: 'critical' })]);
  t.strictSame(after.news(), ['worse head-late:heads critical'], 'it is the same one');
  t.match(await after.book.open(), [{ raisedAt: instantOf(START), seen: [{ staff: 'one' }], told: 2 }]);
});

void t.test('when very many are over', async (t) => {
  const { clock, settle, book } = await house();
  for (let i = 0; i < 3; i++) {
    await settle(Array.from({ length: 300 }, (_, n) => ({ kind: 'seal-ends' as const, subject: `s${String(n)}`, severity: 'notice' as const })));
    clock.at += 1000;
    await settle([]);
  }
  t.equal((await book.closed(10_000)).length, CLOSED_MAX, 'the last of them are kept');
});
