/** Uploads on the disk: unreadable, and refused where somebody has written to them. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { Uploads } from '#gateway/jobs/uploads';
import { paths } from '#gateway/services';
import { install } from '#test/support/installation';
import { faults } from '#test/support/matchers';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-uploads-'));
t.teardown(() => { rmSync(directory, { recursive: true }); });
const uploads = new Uploads(directory, randomBytes(32));
const pathOf = (id: string): string => join(directory, `${id}.upload`);
const read = async (id: string) => buffer(await uploads.read(id));
const flip = (path: string, at: number) => {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

t.test('when a table waits on the disk', async (t) => {
  const plain = Buffer.concat([Buffer.from('测试甲'), randomBytes(200_000)]);
  const id = await uploads.keep(Readable.from([plain.subarray(0, 70_000), plain.subarray(70_000)]));
  t.ok((await read(id)).equals(plain));
  t.notOk(readFileSync(pathOf(id)).includes('测试甲'), 'not in clear');
  t.equal(statSync(pathOf(id)).mode & 0o777, 0o600);
  const empty = await uploads.keep(Readable.from([]));
  t.equal((await read(empty)).length, 0, 'an empty one is kept too');
  await uploads.forget(id);
  await faults(t, () => uploads.read(id), 'NOT_FOUND');
});

t.test('when somebody has written to it', async (t) => {
  const plain = randomBytes(200_000);
  const keep = () => uploads.keep(Readable.from([plain]));
  const other = await keep();
  const wrong: Record<string, (path: string) => void> = {
    'a bit of the salt': (path) => { flip(path, 0); }, 'a bit': (path) => { flip(path, 100_000); }, 'the last bit': (path) => { flip(path, statSync(path).size - 1); },
    'cut off': (path) => { truncateSync(path, 150_000); }, 'cut off after a chunk': (path) => { truncateSync(path, 16 + 2 * (64 * 1024 + 16)); }, 'cut off in the salt': (path) => { truncateSync(path, 5); }, 'emptied': (path) => { truncateSync(path, 0); },
    'another upload in its place': (path) => { copyFileSync(pathOf(other), path); },
  };
  for (const [what, write] of Object.entries(wrong)) {
    const id = await keep();
    write(pathOf(id));
    await t.rejects(read(id), { name: 'GatewayFault', code: 'UPLOAD_DAMAGED' }, what);
  }
});

t.test('when a job reads such an upload', async (t) => {
  const installation = await install();
  t.teardown(() => installation.remove());
  const { services, data } = installation;
  const { agency, staff } = installation.acting('clerk');
  const rows = Array.from({ length: 2_000 }, (_, i) => `示例浮云餐饮有限公司,91370303MA99TXT04C,测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(80_000 + i)}号`);
  const upload = await services.uploads.keep(Readable.from([`holderName,holderCode,personInCharge,premises,scope,number\n${rows.join('\n')}\n`]));
  flip(join(paths(data).jobs, `${upload}.upload`), 100_000);
  const job = await services.queue.add(agency, staff, { upload, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, term: { validUntil: '2029-03-14' } });
  while (job.state === 'preparing' || job.state === 'running') await delay(10);
  t.match(job, { state: 'failed', code: 'UPLOAD_DAMAGED', done: 0 }, 'it says so, and issues nothing');
});
