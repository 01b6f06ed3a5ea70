/** Somebody who reads ten times as much as he does, or more than anybody may: found in the use records. */
import t, { type Test } from 'tap';
import { dayOf, instantOf, SHANGHAI } from '#chaincode/facts/calendar';
import { DAY_MS, type Found } from '#gateway/alarms/alarm';
import { Reading } from '#gateway/alarms/reading';
import { judgeReading, READING_RULE, usualOf, type ReadingRule } from '#gateway/alarms/reading-rule';
import { Level } from 'level';
import { join } from 'node:path';
import { logPlace, noteUse } from '#test/support/uses';

const HOUR_MS = 3600_000;
const MORNING = Date.parse('2026-06-01T01:00:00.000Z'); // nine o'clock in Shanghai
const [ANN, BOB] = ['Anna_Anna_Anna_Anna_An', 'Bobo_Bobo_Bobo_Bobo_Bo'];

async function office(t: Test, rules: Readonly<Record<string, ReadingRule>> = {}) {
  const place = logPlace();
  let opened = await place.open();
  const desk = new Level<string, string>(join(place.directory, 'desk'));
  await desk.open();
  t.teardown(async () => { await opened.close(); await desk.close(); place.remove(); });
  const reading = () => new Reading({ log: opened.log, desk, ruleFor: (staff) => rules[staff] ?? READING_RULE });
  const reads = async (staff: string, count: number, act: 'look-up' | 'verify' = 'look-up') => { await Promise.all(Array.from({ length: count }, () => noteUse(opened.log, undefined, { staff, act }))); };
  const find = async (source = reading()): Promise<Found[]> => source.find({ ms: place.clock.at, now: instantOf(place.clock.at), today: dayOf(instantOf(place.clock.at), SHANGHAI), zone: SHANGHAI });
  /** Ten working days of four hours, so much in each. */
  const usually = async (staff: string, each: number) => {
    for (let day = 0; day < 10; day++) for (let hour = 0; hour < 4; hour++) {
      place.clock.at = MORNING + day * DAY_MS + hour * HOUR_MS;
      await reads(staff, each);
    }
    place.clock.at = MORNING + 10 * DAY_MS;
  };
  return { place, reads, find, usually, reading, reopen: async (after?: () => void) => { await opened.close(); after?.(); opened = await place.open(); } };
}

void t.test('when a clerk reads ten times as much', async (t) => {
  const { place, reads, find, usually } = await office(t);
  await usually(ANN, 5);
  await usually(BOB, 5);
  t.strictSame(await find(), [], 'what they always do is nothing to tell');
  await reads(BOB, 5);
  await reads(ANN, 25);
  t.strictSame(await find(), [], 'a busy hour neither');
  await reads(ANN, 25);
  t.strictSame(await find(), [{ kind: 'reading-unusual', subject: ANN, agency: '11370303009999228K', severity: 'warning', count: 50, within: 'hour', usual: 5, since: instantOf(place.clock.at) }]);
  await reads(ANN, 20);
  t.match(await find(), [{ subject: ANN, count: 70 }], 'it goes on');
  place.clock.at += DAY_MS - 1;
  t.equal((await find()).length, 1, 'it stands until somebody comes to work');
  place.clock.at += 1;
  t.strictSame(await find(), [], 'and no longer');
});

void t.test('when she spreads it over the day', async (t) => {
  const { place, reads, find, usually } = await office(t);
  await usually(ANN, 5);
  for (let hour = 0; hour < 8; hour++) {
    place.clock.at = MORNING + 10 * DAY_MS + hour * HOUR_MS;
    await reads(ANN, 24);
  }
  t.match(await find(), [{ subject: ANN, within: 'day', count: 192, usual: 20, since: instantOf(MORNING + 10 * DAY_MS), severity: 'warning' }]);
});

void t.test('when nobody knows yet what is usual', async (t) => {
  const { reads, find } = await office(t);
  await reads(ANN, 300);
  t.strictSame(await find(), [], 'up to the ceiling anybody may');
  await reads(ANN, 1);
  t.match(await find(), [{ subject: ANN, severity: 'critical', count: 301, within: 'hour' }]);
  t.notOk('usual' in ((await find())[0] ?? {}));
});

void t.test('when the operator has set another rule for somebody', async (t) => {
  const { reads, find } = await office(t, { [BOB]: { hour: { least: 1, times: 2, most: 10 }, day: READING_RULE.day } });
  await reads(ANN, 11);
  await reads(BOB, 11);
  t.match(await find(), [{ subject: BOB, severity: 'critical' }]);
});

void t.test('when documents that holders show are checked', async (t) => {
  const { reads, find } = await office(t);
  await reads(ANN, 400, 'verify');
  t.strictSame(await find(), [], 'that is no reading: it tells nothing that was not shown');
});

void t.test('when the gateway was gone before anybody looked', async (t) => {
  const { place, reads, find, usually, reopen } = await office(t);
  await usually(ANN, 5);
  await find();
  await reads(ANN, 60);
  await reopen(() => { place.clock.at += 20 * DAY_MS; });
  t.match(await find(), [{ subject: ANN, count: 60, since: instantOf(MORNING + 10 * DAY_MS) }], 'it is found when it is back');
  t.equal((await find())[0]?.count, 60, 'and counted once');
});

void t.test('when nobody had watched before', async (t) => {
  const { place, reads, find } = await office(t);
  for (let day = 0; day < 3; day++) {
    place.clock.at = MORNING + 2 * day * DAY_MS;
    await reads(ANN, day < 2 ? 400 : 10);
  }
  t.strictSame(await find(), [], 'what was long ago is no news on the first day');
  await reads(BOB, 301);
  t.match(await find(), [{ subject: BOB }]);
});

void t.test('when everything is counted anew, or the clock is put back', async (t) => {
  const { place, reads, find, usually } = await office(t);
  await usually(ANN, 5);
  await reads(ANN, 50);
  place.clock.at -= 5 * DAY_MS;
  await reads(ANN, 1);
  t.match(await find(), [{ subject: ANN, count: 51 }], 'times of the records never step back, so no hour is split');
});

void t.test('when reading is judged', (t) => {
  const bound = { least: 30, times: 5, most: 300 };
  for (const [count, usual, verdict] of [[29, 1, undefined], [30, 6, undefined], [31, 6, 'warning'], [30, 5, 'warning'], [300, undefined, undefined], [301, undefined, 'critical'], [301, 300, 'critical']] as const) t.equal(judgeReading(count, usual, bound), verdict, `${String(count)} of ${String(usual)}`);
  t.equal(usualOf([5, 5, 5, 5, 900], 5), 5, 'a few wild days do not move it');
  t.equal(usualOf([5, 5, 5, 5], 5), undefined);
  t.end();
});
