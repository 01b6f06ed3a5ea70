import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Spools } from '#gateway/jobs/spool';

const key = randomBytes(32);
const CHUNKS = [['张', { a: 1 }], ['𠮷'], ['last']];

async function written(directory: string, job = 'job-a'): Promise<Spools> {
  const spools = new Spools(directory);
  const writer = await spools.write(job, key);
  for (const chunk of CHUNKS) await writer.add(chunk);
  await writer.finish();
  return spools;
}

async function all(spools: Spools, job: string, skip?: (number: number) => boolean): Promise<{ number: number; chunk: unknown }[]> {
  const chunks: { number: number; chunk: unknown }[] = [];
  for await (const each of spools.read(job, key, skip)) chunks.push(each);
  return chunks;
}

t.test('chunks come back in order, and those not wanted are left unread', async (t) => {
  const spools = await written(t.testdir());
  t.strictSame(await all(spools, 'job-a'), CHUNKS.map((chunk, number) => ({ number, chunk })));
  t.strictSame(await all(spools, 'job-a', (number) => number === 1), [{ number: 0, chunk: CHUNKS[0] }, { number: 2, chunk: CHUNKS[2] }]);
});

t.test('nothing of a row can be read from the file', async (t) => {
  const directory = t.testdir();
  await written(directory);
  t.notOk(readFileSync(join(directory, 'job-a.spool')).includes('last'));
});

t.test('a damaged, shortened, foreign or missing file is refused', async (t) => {
  const directory = t.testdir();
  const spools = await written(directory);
  const path = join(directory, 'job-a.spool');
  const whole = readFileSync(path);
  const refused = (job = 'job-a') => t.rejects(all(spools, job), { code: 'JOB_DAMAGED' });
  for (const at of [0, 10, whole.length - 1]) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(path, damaged);
    await refused();
  }
  writeFileSync(path, whole);
  truncateSync(path, whole.length - 5);
  await refused();
  writeFileSync(join(directory, 'job-b.spool'), whole);
  await refused('job-b');
  await refused('job-c');
});

t.test('what no unfinished job needs is swept away', async (t) => {
  const directory = t.testdir();
  const spools = await written(directory);
  await written(directory, 'job-b');
  writeFileSync(join(directory, 'other.upload'), '');
  await spools.sweep(new Set(['job-b']));
  t.strictSame(['job-a.spool', 'job-b.spool', 'other.upload'].map((name) => existsSync(join(directory, name))), [false, true, true]);
});
