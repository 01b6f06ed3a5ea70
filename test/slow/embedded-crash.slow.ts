import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { checkLedger } from '#network/embedded/check';
import { createEmbeddedLedger } from '#network/embedded/ledger';
import { newDirectory, reopenLedger, text } from '#test/network/embedded/support';

const LOAD = fileURLToPath(new URL('./load.js', import.meta.url));

/** Runs the load in a child until `stop` says so or it ends by itself; gives what it printed. */
function load(directory: string, options: { killAfter?: number; maxFileBlocks?: number }): Promise<string[]> {
  const limit = options.maxFileBlocks === undefined ? 'unlimited' : String(options.maxFileBlocks);
  const child = spawn('sh', ['-c', `trap "" XFSZ; ulimit -f ${limit}; exec "$@"`, 'sh', process.execPath, LOAD, directory], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
  let output = '';
  let isKilled = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (options.killAfter === undefined || isKilled || output.split('\n').length <= options.killAfter) return;
    isKilled = true;
    child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve([...output.split('\n').slice(0, -1), ...(isKilled ? [] : [`end ${signal ?? code}`])])));
}

async function missingOf(directory: string, keys: readonly string[]): Promise<string[]> {
  const { contract, close } = await reopenLedger(directory);
  const found = new Set(JSON.parse(text(await contract.evaluateTransaction('list', 'load-', 'load.'))) as string[]);
  await close();
  return keys.filter((key) => !found.has(key));
}

t.test('when the process is killed under load', async (t) => {
  const directory = await newDirectory(t);
  await createEmbeddedLedger({ directory });
  const acknowledged: string[] = [];
  for (const killAfter of [40, 150, 300]) {
    acknowledged.push(...(await load(directory, { killAfter })));
    t.same(await missingOf(directory, acknowledged), [], `nothing of ${acknowledged.length} acknowledged is lost`);
  }
  t.ok(acknowledged.length >= 490);
  t.same((await checkLedger(directory)).problems, []);
});

t.test('when the disk refuses a write', async (t) => {
  const directory = await newDirectory(t);
  await createEmbeddedLedger({ directory });
  // A file size limit: the write-ahead log hits it in the middle of a block.
  const lines = await load(directory, { maxFileBlocks: 1024 });
  const acknowledged = lines.filter((line) => line.startsWith('load-'));
  // Some systems send a signal at the limit that ends the process before the ledger can speak: as good a stop.
  if (lines.at(-1) !== 'end SIGXFSZ') t.same(lines.slice(-2), ['fault LEDGER_IO', 'end 0'], 'the ledger stops at the first error and says so');
  t.ok(acknowledged.length > 0);
  t.same(await missingOf(directory, acknowledged), [], `nothing of ${acknowledged.length} acknowledged is lost`);
  t.same((await checkLedger(directory)).problems, []);
});
