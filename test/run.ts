/**
 * Runs test files with tap, in processes of their own, and holds them to their word: a file without an assertion fails. What failed and tap's own totals
 * are printed last. Not by tap's command, whose loader of TypeScript costs every compiled file a second.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import t, { TapFile } from 'tap';

const RECORD = 'dist/test-record.tap';
const { values, positionals } = parseArgs({ allowPositionals: true, options: { jobs: { type: 'string', default: '2' }, timeout: { type: 'string', default: '120' } } });
const quick = positionals.length === 0;
const files = quick ? readdirSync('dist/test', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.js')).sort().map((path) => join('dist/test', path)) : positionals;
/** Of these directories the files of one run in one process: they compute, and keep nothing that another would find. */
const TOGETHER = ['chaincode/facts', 'chaincode/rules', 'gateway/documents', 'gateway/documents/pdf', 'gateway/tables', 'network/embedded', 'network/ca', 'gateway/ledger', 'gateway/uses', 'gateway/seals', 'gateway/web', 'gateway/alarms', 'gateway/notices', 'gateway/identity', 'gateway/documents/evidence-bundle'].map((path) => join('dist/test', path));
/** Of every other directory: what they load is loaded once for so many, and each works on an installation of its own. */
const FEW = 4;
const runs = quick ? together() : files.map((file) => [file]);
const say = (line: string): unknown => process.stdout.write(`${line}\n`);

/** The quick tests share the cost of one demo; each works on a copy of its own. */
async function demoIn(directory: string): Promise<NodeJS.ProcessEnv> {
  const { FRESH_DEMO, makeDemo } = await import('#test/support/installation');
  const demo = join(directory, 'data');
  await makeDemo(demo);
  return { [FRESH_DEMO]: demo };
}

/** The longest first, so that none is left over at the end. */
function together(): string[][] {
  const folders = [...new Set(files.map(dirname))].map((folder) => ({ folder, own: files.filter((file) => dirname(file) === folder) }));
  const whole = folders.filter(({ folder }) => TOGETHER.includes(folder)).map(({ own }) => own);
  const few = folders.filter(({ folder }) => !TOGETHER.includes(folder)).flatMap(({ own }) => Array.from({ length: Math.ceil(own.length / FEW) }, (_, i) => own.slice(i * FEW, (i + 1) * FEW)));
  return [...whole, ...few.sort((a, b) => b.length - a.length)];
}

const directory = mkdtempSync(join(tmpdir(), 'yizheng-tests-'));
const env = { ...process.env, ...(quick ? await demoIn(directory) : {}), TAP: '1', TAP_TIMEOUT: values.timeout };
t.pipe(createWriteStream(RECORD));
t.setTimeout(0);
t.jobs = Number(values.jobs);
const waiting = [...runs];

/** Not by tap's `spawn`, which has every process note what it loads, for a coverage that nobody asked for: that is a third of the whole time. */
async function work(): Promise<void> {
  for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
    const [first = ''] = run;
    const name = run.length === 1 ? first : TOGETHER.includes(dirname(first)) ? dirname(first) : `${dirname(first)}/{${run.map((file) => basename(file, '.test.js')).join(',')}}`;
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/test/together.js', first], { env: { ...env, TEST_FILES: run.join(' ') }, stdio: ['ignore', 'pipe', 'inherit'], timeout: Number(values.timeout) * 1000, killSignal: 'SIGKILL' });
    const told = t.sub(TapFile, { name, tapStream: child.stdout, buffered: true });
    const [[code, signal]] = await Promise.all([once(child, 'close'), told]) as [[number | null, string | null], unknown];
    if (code !== 0) t.fail(`${name} ended with ${String(signal ?? code)}`);
    else if (!told.subtest?.counts.total) t.fail(`no assertion ran: ${name}`);
    if (process.stdout.isTTY) process.stdout.write('.');
  }
}
await Promise.all(Array.from({ length: t.jobs }, work));
t.end();
rmSync(directory, { recursive: true });

const { counts: { pass, fail, skip, todo }, lists } = t;
for (const { fullname, diag } of lists.fail) {
  const { diff, ...rest } = (diag ?? {}) as { readonly diff?: string };
  say(`\nnot ok ${fullname}\n${diff ?? ''}${JSON.stringify(rest, undefined, 2)}`);
}
say(`\n${String(pass)} passed, ${String(fail)} failed, ${String(skip + todo)} skipped`);
process.exitCode = fail > 0 || !t.passing() || pass + skip === 0 ? 1 : 0;
