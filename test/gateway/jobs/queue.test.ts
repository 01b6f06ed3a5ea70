/** The queue on a real store whose writes a test can hold back or let fail. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { Level } from 'level';
import t, { type Test } from 'tap';
import { AGENCIES_AT_ONCE, Queue, type Handler, type Job } from '#gateway/jobs/queue';
import { faults } from '#test/support/matchers';

type Store = Level<string, string>;
type Batch = Store['batch'];
const KEY = randomBytes(32);
interface Params { readonly name: string }
interface Plan { finished: number[] }
type TestJob = Job<Params, Plan>;

/** Settles when told to. */
function gate(): { open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  return { open, opened };
}

async function until(when: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await when())) await delay(2);
}

async function begin(t: Test, handler: Handler<Params, Plan>, finished: () => Promise<void> = async () => Promise.resolve()) {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-queue-'));
  const store: Store = new Level(directory);
  await store.open();
  let now = Date.parse('2026-03-15T02:00:00.000Z');
  const queue = new Queue<Params, Plan>(store, KEY, { now: () => now++ }, handler, finished);
  const failures: unknown[] = [];
  queue.onFailure = (error) => { failures.push(error); };
  t.teardown(async () => {
    await queue.close();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  const batch = store.batch.bind(store) as (...args: unknown[]) => Promise<void>;
  /** Runs before each write of the store, with its number from 0; what it throws is the store's failure. */
  const beforeWrites = (hook: (write: number) => Promise<void>) => {
    let write = 0;
    store.batch = (async (...args: unknown[]) => { await hook(write++); await batch(...args); }) as unknown as Batch;
  };
  const kept = async (job: TestJob) => JSON.parse((await store.get(`job/${job.id}`)) ?? '') as TestJob;
  const rowsOf = async (job: TestJob) => { const rows: number[] = []; for await (const { row } of queue.rows(job.id)) rows.push(row); return rows; };
  return { queue, store, directory, failures, beforeWrites, kept, rowsOf };
}

const broken = Object.assign(new Error('no space'), { code: 'ENOSPC' });

t.test('when the report is asked for as soon as the job is seen to be done', async (t) => {
  const { queue, beforeWrites, rowsOf } = await begin(t, async ({ job, save }) => {
    job.state = 'done';
    await save([{ row: 1, result: 'done' }]);
  });
  beforeWrites(async (write) => { if (write === 1) await delay(100); });
  const job = await queue.add('A', 'staff', { name: 'table' });
  while (job.state !== 'done') await delay(1);
  t.strictSame(await rowsOf(job), [1], 'the last rows are in it');
});

t.test('when two chunks are saved at once and the first write is slow', async (t) => {
  const { queue, store, beforeWrites, kept, rowsOf } = await begin(t, async ({ job, save }) => {
    job.plan = { finished: [] };
    const chunk = (number: number) => { job.plan?.finished.push(number); job.done++; return save([{ row: number, result: 'done' }]); };
    await Promise.all([chunk(1), chunk(2), chunk(3)]);
    job.state = 'done';
    await save();
  });
  const slow = gate();
  beforeWrites(async (write) => { if (write === 1) await slow.opened; });
  const job = await queue.add('A', 'staff', { name: 'table' });
  await delay(30);
  t.strictSame(await store.keys({ gt: `row/${job.id}/`, lt: `row/${job.id}0` }).all(), [], 'the later ones wait for the first');
  t.notOk((await kept(job)).plan, 'and so does what they say of the job');
  slow.open();
  await until(() => job.state === 'done');
  await turn();
  await until(() => queue.list('A').every(({ state }) => state === 'done'));
  t.strictSame(await rowsOf(job), [1, 2, 3]);
  await until(async () => (await kept(job)).state === 'done'); // said in memory first, then written
  t.match(await kept(job), { state: 'done', done: 3, plan: { finished: [1, 2, 3] } });
});

t.test('when the write of one chunk fails', async (t) => {
  const { queue, beforeWrites, kept, rowsOf } = await begin(t, async ({ job, save }) => {
    job.done++;
    await save([{ row: 1, result: 'done' }]);
  });
  beforeWrites((write) => (write === 1 ? Promise.reject(broken) : Promise.resolve()));
  const job = await queue.add('A', 'staff', { name: 'table' });
  await until(() => job.state === 'failed');
  await until(() => job.code !== undefined);
  await queue.close();
  await until(async () => (await kept(job)).state === 'failed'); // said in memory first, then written
  t.match(await kept(job), { state: 'failed', code: 'ENOSPC', before: 'preparing', done: 1 });
  t.strictSame(await rowsOf(job), [1], 'the row goes with the progress that counts it');
});

t.test('when jobs of several agencies wait', async (t) => {
  const gates = new Map<string, ReturnType<typeof gate>>();
  const order: string[] = [];
  const { queue } = await begin(t, async ({ job, signal, save }) => {
    order.push(job.params.name);
    const own = gate();
    gates.set(job.params.name, own);
    signal.addEventListener('abort', own.open);
    await own.opened;
    signal.throwIfAborted();
    job.state = 'done';
    await save();
  });
  const agencies = Array.from({ length: AGENCIES_AT_ONCE + 1 }, (_, i) => `agency ${String(i)}`);
  const jobs = new Map<string, TestJob>();
  for (const name of ['a0', 'a1', 'a2']) jobs.set(name, await queue.add(agencies[0] ?? '', 'staff', { name }));
  for (const [i, agency] of agencies.entries()) if (i > 0) jobs.set(`b${String(i)}`, await queue.add(agency, 'staff', { name: `b${String(i)}` }));
  await until(() => order.length === AGENCIES_AT_ONCE);
  await delay(20);
  t.strictSame(order, ['a0', 'b1', 'b2', 'b3'], 'one an agency, and no more than the limit');
  gates.get('b2')?.open();
  await until(() => order.length === AGENCIES_AT_ONCE + 1);
  t.equal(order.at(-1), 'b4', 'the next agency takes the free place: the first one still has its own');
  gates.get('a0')?.open();
  await until(() => order.length === AGENCIES_AT_ONCE + 2);
  t.equal(order.at(-1), 'a1', 'in the order in which they were made');
  await queue.stop(jobs.get('b3') as TestJob);
  await until(() => jobs.get('b3')?.state === 'stopped');
  t.strictSame(['a1', 'b1', 'b4'].map((name) => jobs.get(name)?.state), ['preparing', 'preparing', 'preparing'], 'stopping one stops no other');
});

t.test('when a job is stopped in the last moment of preparing', async (t) => {
  const inSave = gate();
  const slow = gate();
  const { queue, beforeWrites, kept } = await begin(t, async ({ job, save }) => {
    job.state = 'waiting';
    await save();
  });
  beforeWrites(async (write) => { if (write === 1) { inSave.open(); await slow.opened; } });
  const job = await queue.add('A', 'staff', { name: 'table' });
  await inSave.opened;
  await queue.stop(job);
  slow.open();
  await until(() => job.state === 'stopped');
  await until(() => job.before !== undefined);
  await queue.close();
  await until(async () => (await kept(job)).state === 'stopped'); // said in memory first, then written
  t.match(await kept(job), { state: 'stopped', before: 'waiting' }, 'it stopped, and goes on from there');
});

t.test('when the state of a job cannot be written', async (t) => {
  for (const [what, act] of [['failed', 'fail'], ['stopped', 'stop']] as const) {
    const reached = gate();
    const runs: string[] = [];
    const { queue, beforeWrites, failures, kept } = await begin(t, async ({ job, signal }) => {
      runs.push(job.params.name);
      reached.open();
      if (act === 'fail') throw Object.assign(new Error('gone'), { code: 'LEDGER_UNAVAILABLE' });
      while (!signal.aborted) await delay(2);
      signal.throwIfAborted();
    });
    beforeWrites((write) => (write === 1 ? Promise.reject(broken) : Promise.resolve()));
    const job = await queue.add('A', 'staff', { name: 'table' });
    const heard: string[] = [];
    queue.onChange(job.id, ({ state }) => heard.push(state));
    await reached.opened;
    if (act === 'stop') await queue.stop(job);
    await until(() => failures.length > 0);
    t.strictSame(failures, [broken], 'the operator hears of it');
    t.equal(job.state, what);
    t.strictSame(heard, [what], 'and so does whoever follows the job');
    t.equal((await kept(job)).state, 'preparing', 'the disk has what it had: the next start goes on from there');
    await queue.add('A', 'staff', { name: 'next' });
    await until(() => runs.length > 1);
    t.strictSame(runs, ['table', 'next'], 'the queue goes on with the next');
  }
});

t.test('when cleaning up after a job fails', async (t) => {
  const { queue, failures, kept } = await begin(t, async ({ job, save }) => { job.state = 'done'; await save(); }, () => Promise.reject(broken));
  const job = await queue.add('A', 'staff', { name: 'table' });
  await until(() => failures.length > 0);
  t.strictSame(failures, [broken]);
  await until(async () => (await kept(job)).state === 'done'); // said in memory first, then written
  t.equal((await kept(job)).state, 'done', 'the job is done all the same');
});

t.test('when a report holds the cells that were refused', async (t) => {
  const { queue, store, directory } = await begin(t, async ({ job, save }) => {
    await save([{ row: 1, result: 'refused', code: 'FIELD_TOO_LONG', column: '负责人', value: '测试甲乙丙丁' }, { row: 2, result: 'done', licence: 'x' }, { row: 3, result: 'refused', value: '' }]);
    job.state = 'done';
    await save();
  });
  const job = await queue.add('A', 'staff', { name: 'table' });
  await until(() => job.state === 'done');
  await queue.close();
  const report = async () => { const rows = []; for await (const row of queue.rows(job.id)) rows.push(row); return rows; };
  t.match(await report(), [{ row: 1, code: 'FIELD_TOO_LONG', column: '负责人', value: '测试甲乙丙丁' }, { row: 2, result: 'done', licence: 'x' }, { row: 3, value: '' }]);
  const bytes = Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))));
  t.ok(bytes.includes('FIELD_TOO_LONG'), 'the rows are on the disk');
  t.notOk(bytes.includes('测试甲乙丙丁'), 'the cell is not, in clear');
  // One row's cell in another row's place, as somebody with the disk could put it.
  const [first, third] = [`row/${job.id}/000000001`, `row/${job.id}/000000003`];
  const swapped = { ...(JSON.parse((await store.get(third)) ?? '') as object), value: (JSON.parse((await store.get(first)) ?? '') as { value: string }).value };
  await store.put(third, JSON.stringify(swapped));
  await faults(t, report, 'REPORT_DAMAGED');
});
