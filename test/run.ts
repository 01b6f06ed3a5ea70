/**
 * Runs test files with tap, in processes of their own, and holds them to their word: a file without an assertion fails. What failed and tap's own totals
 * are printed last. Not by tap's command, whose loader of TypeScript costs every compiled file a second.
 */
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import t from 'tap';

const RECORD = 'dist/test-record.tap';
const { values, positionals } = parseArgs({ allowPositionals: true, options: { jobs: { type: 'string', default: '2' }, timeout: { type: 'string', default: '120' } } });
const quick = positionals.length === 0;
const files = quick ? readdirSync('dist/test', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.js')).sort().map((path) => join('dist/test', path)) : positionals;
/** Of these directories the files of one run in one process: they compute, and keep nothing that another would find. */
const TOGETHER = ['chaincode/facts', 'chaincode/rules', 'gateway/documents', 'gateway/documents/pdf', 'gateway/tables', 'network/embedded', 'network/ca', 'gateway/ledger', 'gateway/uses', 'gateway/seals'].map((path) => join('dist/test', path));
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
  const shared = TOGETHER.map((folder) => files.filter((file) => dirname(file) === folder));
  return [...shared, ...files.filter((file) => !TOGETHER.includes(dirname(file))).map((file) => [file])];
}

const directory = mkdtempSync(join(tmpdir(), 'yizheng-tests-'));
const env = { ...process.env, ...(quick ? await demoIn(directory) : {}), TAP_TIMEOUT: values.timeout };
t.pipe(createWriteStream(RECORD));
t.setTimeout(0);
t.jobs = Number(values.jobs);
await Promise.all(runs.map(async (run) => {
  const [first = ''] = run;
  await t.spawn(process.execPath, ['--enable-source-maps', ...(run.length > 1 ? ['dist/test/together.js'] : []), ...run], { name: run.length > 1 ? dirname(first) : first, buffered: true, timeout: Number(values.timeout) * 1000, env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (process.stdout.isTTY) process.stdout.write('.');
}));
t.end();
rmSync(directory, { recursive: true });

const { counts: { pass, fail, skip, todo }, lists } = t;
const empty = lists.skip.filter((result) => result.skip === 'no tests found');
for (const { fullname, diag } of lists.fail) {
  const { diff, ...rest } = (diag ?? {}) as { readonly diff?: string };
  say(`\nnot ok ${fullname}\n${diff ?? ''}${JSON.stringify(rest, undefined, 2)}`);
}
for (const { fullname } of empty) say(`no assertion ran: ${fullname}`);
say(`\n${String(pass)} passed, ${String(fail)} failed, ${String(skip + todo)} skipped`);
process.exitCode = fail > 0 || !t.passing() || empty.length > 0 || pass + skip === 0 ? 1 : 0;
