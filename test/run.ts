/** Runs tap and holds it to its word: a file without an assertion fails, and the totals are printed from tap's own record. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';


const RECORD = 'dist/test-record.tap';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  readonly empty: string[];
}

/** TAP's two directives for what did not count (TAP 14, "Directives"). */
const LEFT_OUT = /# (?:skip|to-?do)\b/i;

/** Counts the innermost assertions of a TAP record; a subtest's own line sums up what stands above it. */
export function count(record: string): Totals {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0, empty: [] };
  const lines = record.split('\n');
  let deepest = 0;
  for (const line of lines) {
    const match = /^( *)(not ok|ok) \d+(.*)$/.exec(line);
    if (!match) continue;
    const [, indent = '', verdict = '', rest = ''] = match;
    const depth = indent.length;
    const sum = depth < deepest;
    deepest = depth;
    if (sum && !(verdict === 'not ok' && /no tests found|timeout/i.test(rest))) {
      if (depth === 0 && /# skip no tests/i.test(rest)) totals.empty.push(rest);
      continue;
    }
    if (LEFT_OUT.test(rest)) {
      totals.skipped++;
      if (/no tests found/i.test(rest)) totals.empty.push(rest.trim());
    } else totals[verdict === 'ok' ? 'passed' : 'failed']++;
  }
  return totals;
}

/** Has the quick tests share the cost of one demo; each works on a copy of its own. */
async function withDemo<T>(work: (environment: NodeJS.ProcessEnv) => T): Promise<T> {
  const { FRESH_DEMO, makeDemo } = await import('#test/support/installation');
  const parent = mkdtempSync(join(tmpdir(), 'yizheng-demo-'));
  try {
    const demo = join(parent, 'data');
    await makeDemo(demo);
    return work({ ...process.env, [FRESH_DEMO]: demo });
  } finally {
    rmSync(parent, { recursive: true });
  }
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): number {
  mkdirSync('dist', { recursive: true });
  const { status } = spawnSync(process.execPath, ['node_modules/tap/dist/esm/run.mjs', '--reporter=terse', `--output-file=${RECORD}`, ...args], { stdio: 'inherit', env });
  const totals = count(readFileSync(RECORD, 'utf8'));
  for (const file of totals.empty) process.stdout.write(`no assertion ran:${file}\n`);
  // On a line of its own: tap's reporter ends with a sequence that shows the cursor again.
  process.stdout.write(`\n${String(totals.passed)} passed, ${String(totals.failed)} failed, ${String(totals.skipped)} skipped\n`);
  return status !== 0 || totals.failed > 0 || totals.empty.length > 0 || totals.passed + totals.skipped === 0 ? 1 : 0;
}

const main = async (args: readonly string[]): Promise<number> => (args.length === 0 ? withDemo((env) => run(args, env)) : run(args, process.env));

if (process.argv[1]?.endsWith('run.js') === true) process.exitCode = await main(process.argv.slice(2));
