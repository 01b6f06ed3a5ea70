/** One look at everything: what fails says nothing, and a clock that was put back calls nothing done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { DAY_MS, type Found, type Source } from '#gateway/alarms/alarm';
import { Book } from '#gateway/alarms/book';
import { Endings, type Broken, type Ending } from '#gateway/alarms/endings';
import { HeadsForked, HeadsSent, HooksDown, ProjectionLag, type Fork, type LastHead } from '#gateway/alarms/standing';
import { Watch } from '#gateway/alarms/watch';
import { instantOf } from '#chaincode/facts/calendar';

const START = Date.parse('2026-06-01T02:00:00.000Z');
const directory = mkdtempSync(join(tmpdir(), 'yizheng-watch-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
let stores = 0;

async function house(...sources: Source[]) {
  const desk = new Level<string, string>(join(directory, String(stores++)));
  await desk.open();
  t.teardown(() => desk.close());
  const clock = { at: START, now: () => clock.at };
  const told: string[] = [];
  const book = new Book({ desk, clock, tell: async (_messages, rows) => { await desk.batch([...rows]); }, messages: ({ id, severity }, telling) => { told.push(`${telling} ${id} ${severity}`); return []; } });
  const watchOn = () => { const made = new Watch({ sources, book, desk, clock, zone: () => SHANGHAI }); made.onFailure = (error) => { failures.push(error); }; return made; };
  const failures: unknown[] = [];
  const watch = watchOn();
  const check = async (at = clock.at, by = watch): Promise<string[]> => { clock.at = at; await by.check(); return told.splice(0); };
  return { clock, book, check, failures, watch, watchOn };
}

void t.test('when certificates come to their end', async (t) => {
  const endsAt = instantOf(START + 100 * DAY_MS);
  const all: (Ending | Broken)[] = [
    { kind: 'identity-ends', subject: 'A', agency: 'A', endsAt }, { kind: 'seal-ends', subject: 'S', agency: 'A', endsAt }, { kind: 'authority-ends', subject: 'gateway', endsAt }, { kind: 'connection-ends', subject: 'reader', endsAt }, { kind: 'tls-ends', subject: 'gateway', endsAt },
  ];
  const { check } = await house(new Endings(async () => all));
  const names = ['identity-ends:A', 'seal-ends:S', 'authority-ends:gateway', 'connection-ends:reader', 'tls-ends:gateway'];
  const lines: string[][] = [];
  for (let day = 0; day <= 101; day++) lines.push((await check(START + day * DAY_MS)).filter((line) => !line.startsWith('still')));
  const at = (day: number) => lines[day]?.map((line) => line.split(' ')[0] ?? '');
  t.strictSame(lines[70], names.map((name) => `raised ${name} notice`), 'thirty days before');
  t.strictSame(lines[93], names.map((name) => `worse ${name} warning`), 'seven');
  t.strictSame(lines[100], names.map((name) => `worse ${name} critical`), 'and on the day');
  t.equal(lines.flat().length, 15, 'and nothing else but a word a day');
  t.strictSame(at(69), []);
  all.splice(0, all.length, { kind: 'identity-broken', agency: 'A' });
  t.strictSame((await check()).sort(), [...names.map((name) => `closed ${name} critical`), 'raised identity-broken:A critical'].sort(), 'renewed: over');
});

void t.test('when the index falls behind, and when no head leaves', async (t) => {
  let [knownAt, last, nowhere]: [string, LastHead | undefined, boolean] = [instantOf(START), undefined, true];
  const { check, book } = await house(new ProjectionLag(() => knownAt), new HeadsSent({ leadsNowhere: () => nowhere, last: async () => last }));
  t.strictSame(await check(), ['raised head-nowhere:heads notice']);
  nowhere = false;
  t.strictSame(await check(), ['raised head-late:heads warning', 'closed head-nowhere:heads notice'], 'none ever left');
  last = { at: instantOf(START), agencies: [{ agency: 'B', outcome: 'kept' }, { agency: 'C', outcome: 'SOURCE_UNREACHABLE' }] };
  t.strictSame(await check(), ['raised head-refused:C warning', 'closed head-late:heads warning']);
  t.strictSame(await check(START + 60_000), ['raised projection-lag:index warning']);
  t.match((await book.open()).find(({ kind }) => kind === 'projection-lag'), { since: instantOf(START) });
  t.strictSame(await check(START + 600_000), ['worse projection-lag:index critical']);
  const hour = 3600_000;
  knownAt = instantOf(START + 25 * hour);
  t.strictSame((await check(START + 25 * hour)).sort(), ['closed projection-lag:index critical', 'raised head-late:heads warning', 'still head-refused:C warning']);
  t.match((await book.open()).find(({ kind }) => kind === 'head-late'), { since: instantOf(START) }, 'since the last one left');
  knownAt = instantOf(START + 72 * hour);
  t.ok((await check(START + 72 * hour)).includes('worse head-late:heads critical'));
});

void t.test('when a web hook takes nothing', async (t) => {
  let since: number | undefined = START;
  const { check, book } = await house(new HooksDown(async () => (since === undefined ? [] : [{ hook: 'H', agency: 'A', since, waiting: 7 }])));
  t.strictSame(await check(START + 3599_000), [], 'within an hour it is tried again');
  t.strictSame(await check(START + 3600_000), ['raised hook-down:H warning']);
  t.match(await book.open(), [{ agency: 'A', since: instantOf(START) }]);
  t.strictSame((await check(START + DAY_MS)).filter((told) => !told.startsWith('still')), ['worse hook-down:H critical']);
  since = undefined;
  t.strictSame(await check(), ['closed hook-down:H critical']);
});

void t.test('when heads of another agency contradict', async (t) => {
  const fork = (agency: string, hour: number): Fork => ({ agency, receivedAt: instantOf(START + hour * 3600_000), heads: [{ agency, height: 42, hash: `theirs ${String(hour)}`, at: instantOf(START) }, { height: 42, hash: 'ours' }] });
  let forks = [fork('B', 1), fork('C', 2), fork('B', 3)];
  const { check, book } = await house(new HeadsForked(async () => forks));
  t.strictSame(await check(), ['raised head-forked:B critical', 'raised head-forked:C critical']);
  t.match(await book.open(), [{ subject: 'B', count: 2, since: instantOf(START + 3600_000), heads: [{ agency: 'B', height: 42, hash: 'theirs 1' }, { height: 42, hash: 'ours' }] }, { subject: 'C', count: 1 }], 'both heads are named');
  forks = [fork('C', 2)];
  t.strictSame(await check(), ['closed head-forked:B critical']);
});

void t.test('when a source fails', async (t) => {
  let broken = false;
  const { check, failures } = await house({ kinds: ['use-gap'], find: async () => { if (broken) throw new Error('the disk'); return [{ kind: 'use-gap', subject: 'log', severity: 'critical' }]; } }, new ProjectionLag(() => instantOf(START - DAY_MS)));
  await check();
  broken = true;
  t.strictSame(await check(START + 60_000), [], 'its alarm is not over');
  t.match(failures, [/the disk/]);
});

void t.test('when the clock is put back', async (t) => {
  let found: Found[] = [{ kind: 'seal-ends', subject: 'S', severity: 'warning' }];
  const { check, book, watchOn } = await house({ kinds: ['seal-ends'], find: async () => found });
  await check();
  found = [];
  const back = START - 40 * DAY_MS;
  t.strictSame(await check(back), ['raised clock-behind:clock critical'], 'it is told, and nothing is called done');
  t.match(await book.open(), [{ kind: 'clock-behind', since: instantOf(START) }, { kind: 'seal-ends' }]);
  t.strictSame(await check(back + 60_000, watchOn()), [], 'a start does not forget it');
  t.strictSame(await check(START + 60_000), ['closed clock-behind:clock critical', 'closed seal-ends:S warning'], 'put right: over');
  await check(START + 10 * DAY_MS);
  t.strictSame(await check(START + 60_000), ['raised clock-behind:clock critical']);
  t.strictSame(await check(START + 60_000 + DAY_MS - 1), []);
  t.strictSame(await check(START + 60_000 + DAY_MS), ['closed clock-behind:clock critical'], 'a clock that ran on for a day from there is believed');
  t.strictSame(await check(START + 60_000 + DAY_MS - 200_000), [], 'a few minutes are the time service at work');
});
