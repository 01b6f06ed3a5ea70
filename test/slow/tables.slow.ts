import t from 'tap';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const ROWS = 200_000;
/** Enough for the program and what it holds at a time, far too little for all rows. */
const HEAP_MIB_MAX = 40;

function read(hold: boolean): Worker {
  return new Worker(new URL('./tables.worker.js', import.meta.url), {
    workerData: { rows: ROWS, hold }, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  });
}

void t.test('when a table has 200,000 rows, they are not held', async (t) => {
  const [streamed, held] = await Promise.allSettled([once(read(false), 'message'), once(read(true), 'message')]);
  t.same(streamed, { status: 'fulfilled', value: [{ rows: ROWS, last: ROWS + 1 }] });
  t.match(held, { status: 'rejected', reason: { code: 'ERR_WORKER_OUT_OF_MEMORY' } }, 'whoever does hold them passes the bound');
});
