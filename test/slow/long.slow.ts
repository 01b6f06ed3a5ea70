/** A district's whole register in one file, from the command line to the ledger and back. */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import t from 'tap';
import { foodTable } from '#test/support/samples';
import { signIn, startGateway } from '#test/support/process';

const ROWS = 200_000;
/** What the process may hold at its peak, far below what 200,000 drafts take (about 1 GB of text alone). */
const MEMORY_MB = 1_200;
/** What may live on its heap: beyond it the process ends. Without it the peak would tell how lazily garbage is collected on a machine with much memory. */
const HEAP_MB = 512;

const data = mkdtempSync(join(tmpdir(), 'yizheng-long-'));
t.teardown(() => rm(data, { recursive: true, force: true }));

t.test('when a file of 200,000 rows is issued from', { timeout: 580_000 }, async (t) => {
  const gateway = await startGateway(data, ['--demo'], { NODE_OPTIONS: `--max-old-space-size=${String(HEAP_MB)}` });
  t.teardown(() => gateway.end('SIGTERM'));
  const path = join(data, 'permits.csv');
  await pipeline(Readable.from(foodTable(ROWS)), createWriteStream(path));

  const env = { ...process.env, NODE_OPTIONS: '', HOME: data, YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', 'clerk.key.json') };
  const ran = await new Promise<{ exit: number | null; words: string }>((done) => {
    const child = execFile(process.execPath, [resolve('dist/cli/main.js'), 'issue', '--from', path, '--kind', 'food', '--yes', '--cosign', join(data, 'demo', 'approver.key.json'), '--report', join(data, 'report.ndjson'), '--json'], { env, maxBuffer: 1 << 26 }, (_error, out, words) => { done({ exit: child.exitCode, words: words + out }); });
  });
  t.equal(ran.exit, 0, ran.words.slice(-400));
  t.match(ran.words, /200000 acts compared/, 'every act was compared before it was signed');

  const [rows, licences] = [new Set<number>(), new Set<string>()];
  for await (const line of createInterface({ input: createReadStream(join(data, 'report.ndjson')) })) {
    const row = JSON.parse(line) as { row: number; result: string; licence?: string };
    if (row.result !== 'done') continue;
    rows.add(row.row);
    licences.add(row.licence ?? '');
  }
  t.equal(rows.size, ROWS, 'one result a row');
  t.equal(licences.size, ROWS, 'no licence twice');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(gateway.child.pid)}/status`, 'utf8'))?.[1]) / 1024;
  t.ok(peak < MEMORY_MB, `${peak.toFixed(0)} MB at its peak`);

  t.equal(await gateway.end('SIGTERM'), 0);
  const again = await startGateway(data);
  t.teardown(() => again.end('SIGTERM'));
  const headers = await signIn(again.base, data, 'clerk');
  for (const licence of [...licences].slice(-3)) t.match(await (await fetch(`${again.base}/api/licences/${licence}`, { headers })).json(), { verdict: { outcome: 'valid' } });
});
