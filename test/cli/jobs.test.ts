/** Tables at the command line: found by whoever has to sign them, read before they are signed, stopped and resumed. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { cosigned } from '#cli/client';
import type { Invocation } from '#cli/command';
import { bulkCommands } from '#cli/commands/bulk';
import { licenceCommands } from '#cli/commands/licence';
import { CliError, EXIT } from '#cli/exit';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-jobs-'));
t.teardown(() => { rmSync(directory, { recursive: true }); });
const TABLE = '许可编号\n1\n';
const table = join(directory, 'published.csv');
writeFileSync(table, TABLE);
const NAME = `${createHash('sha256').update(TABLE).digest('hex').slice(0, 32)} published.csv`;
const JOB = { id: 'job1', staff: 'first', name: NAME, type: 'import', state: 'waiting', dryRun: false, total: 102, prepared: 100, done: 0, already: 0, refused: 2, acts: 100, digest: 'x', signed: ['first'], persons: 2 };
const REFUSED = [2, 9].map((row) => JSON.stringify({ row, result: 'refused', code: 'CELL_DATE', column: '有效期至', value: '2030-02-30', zh: '日期不存在', en: 'no such day' })).join('\n');

async function run(command: { run: (invocation: Invocation) => Promise<number> } | undefined, given: { args?: string[]; values?: object; job?: object } = {}) {
  const [out, words, asked]: [string[], string[], string[]] = [[], [], []];
  const job = { ...JOB, ...given.job };
  const client = {
    key: { staff: 'second', agency: 'x' },
    get: (path: string) => { asked.push(`GET ${path}`); return Promise.resolve(path === '/api/jobs' ? { jobs: [job, { ...job, id: 'job2', dryRun: true, state: 'done', name: 'old.csv' }] } : path === '/api/proposals' ? { proposals: [] } : job); },
    post: (path: string) => { asked.push(`POST ${path}`); return Promise.resolve({ ...job, state: path.endsWith('stop') ? 'stopped' : 'waiting' }); },
    send: (method: string, path: string) => { asked.push(`${method} ${path}`); return Promise.resolve(new Response(REFUSED)); },
  };
  const exit = await command?.run({ client, args: given.args ?? [], values: given.values ?? {}, print: (_value: unknown, text: string) => out.push(text), say: (line: string) => words.push(line), signal: new AbortController().signal } as unknown as Invocation);
  return { exit, out: out.join('\n'), words: words.join('\n'), asked };
}

void t.test('when somebody looks for what he has to sign', async (t) => {
  const { out } = await run(licenceCommands['proposals']);
  t.match(out, /^job job1 {2}import .*100 acts of published\.csv {2}signed by 1 of 2\n {2}yizheng jobs show job1/, 'tables wait as jobs');
  t.notMatch(out, /job2|nothing waits/);
});

void t.test('when jobs are listed, shown, stopped and resumed', async (t) => {
  const { out } = await run(bulkCommands['jobs']);
  t.match(out, /job1 .* published\.csv {2}signed by 1 of 2\njob2 .* old\.csv {2}\(dry run\)$/);
  const shown = await run(bulkCommands['jobs'], { args: ['show', 'job1'] });
  t.match(shown.words, /row 2 {2}CELL_DATE {2}有效期至 "2030-02-30": no such day\n.*row 9/);
  t.strictSame((await run(bulkCommands['jobs'], { args: ['stop', 'job1'] })).asked, ['POST /api/jobs/job1/stop']);
  t.strictSame((await run(bulkCommands['jobs'], { args: ['resume', 'job1'] })).asked, ['POST /api/jobs/job1/resume']);
  for (const args of [['stop'], ['burn', 'job1']]) await t.rejects(run(bulkCommands['jobs'], { args }), { message: /^usage: yizheng jobs/ });
});

void t.test('when a table has refused rows and waits for a signature', async (t) => {
  const { exit, out, words, asked } = await run(bulkCommands['import'], { args: [table], values: { report: join(directory, 'report.csv') } });
  t.equal(exit, EXIT.someRefused);
  t.match(words, /row 2 {2}CELL_DATE/, 'the words are read before the signature');
  t.match(out, /prepared, not signed: 2 rows are refused.*yizheng jobs stop job1.*--yes/s);
  t.notOk(asked.some((each) => each.includes('signatures') || each.includes('manifest')), 'and nothing was signed');
});

void t.test('when the person who cosigns is the one who signs', async (t) => {
  const path = join(directory, 'second.key.json');
  const file = { format: 'yizheng-key/1', staff: 'second', key: 'k', agency: 'x', privateKey: 'p' } as const;
  writeFileSync(path, JSON.stringify(file));
  const third = join(directory, 'third.key.json');
  writeFileSync(third, JSON.stringify({ ...file, staff: 'third' }));
  t.throws(() => cosigned(file, [path]), { message: /another person must cosign/ });
  t.throws(() => cosigned(file, [third, third]), { message: /another person must cosign/ });
  t.strictSame(cosigned(file, [third]).map(({ staff }) => staff), ['second', 'third']);
  const error: unknown = await run(bulkCommands['import'], { args: [table], values: { cosign: [path], yes: true } }).catch((each: unknown) => each);
  t.ok(error instanceof CliError && error.message.includes('another person must cosign'), 'of a table too');
});
