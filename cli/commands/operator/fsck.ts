/** Reconciliation: asks the gateway for it where one is at work on the data directory, and opens the directory itself where none is. */
import { setTimeout as delay } from 'node:timers/promises';
import { operatorKeyOf, operatorPass } from '#gateway/operator-pass';
import { reconcile, Stopped, type Reconciled } from '#gateway/reconcile';
import type { CheckView } from '#gateway/reconcile/live';
import { isSetUp } from '#gateway/services';
import { flag, type Command, type Invocation } from '../../command.js';
import { CliError, EXIT, type Exit } from '../../exit.js';
import { DATA, dataOf, tombstones } from './data.js';
import { stepLine, wordsOfCheck } from './fsck-words.js';

const ROUTE = '/api/check';
const POLL_MS = 250;

export const fsck: Command = {
  summary: 'check ledger, index, vault, PDFs, use records and outbox against each other, beside a gateway at work or with it stopped', usage: '[--repair] [--data DIR]', takes: [0, 0],
  options: { ...DATA, repair: { type: 'boolean', help: 'put right what follows from something that is whole; what is taken away or written over is kept in set-aside/ of the data directory' } },
  examples: ['fsck', 'fsck --repair', 'fsck --json'],
  run: async (invocation) => {
    const { values, print, say, signal } = invocation;
    const data = dataOf(values);
    if (!isSetUp(data)) throw new CliError(EXIT.notFound, `${data} is not set up: name the data directory with --data or YIZHENG_DATA`);
    const [repair, show] = [flag(values, 'repair'), stepLine()];
    try {
      const result = (await besideGateway(invocation, data, repair, show)) ?? (await reconcile(data, show, { tombstones: tombstones(), repair, signal }));
      show.end();
      print(result, wordsOfCheck(result));
      return exitOf(result);
    } catch (error) {
      show.end();
      if (!(error instanceof Stopped)) throw error;
      say('stopped; the same command goes on');
      return EXIT.stopped;
    }
  },
};

/** A finding that was put right is none any more. */
const exitOf = ({ total, findings }: Reconciled): Exit => (total === findings.filter(({ repaired }) => repaired).length ? EXIT.ok : EXIT.refused);

/** @returns undefined where no gateway at work is of this directory @throws Stopped */
async function besideGateway({ client, signal }: Invocation, data: string, repair: boolean, show: ReturnType<typeof stepLine>): Promise<Reconciled | undefined> {
  const key = operatorKeyOf(data);
  if (!key) return undefined;
  const ask = (method: 'GET' | 'POST' | 'DELETE', body?: object) => client.operate<CheckView>(method, ROUTE, operatorPass(key, method, ROUTE, Date.now()), body);
  try {
    await ask('GET');
  } catch (error) {
    // Nobody there, or the gateway of another directory: the disk itself says whether somebody else has this one open.
    if (error instanceof CliError) return undefined;
    throw error;
  }
  let view = await ask('POST', { repair });
  // Begun by somebody else, in another manner: that one is not ours to show as what was asked for.
  if (view.repair !== repair) throw new CliError(EXIT.unavailable, `a check ${repair ? 'without' : 'with'} --repair is under way; wait for its end`);
  while (view.state === 'running') {
    if (signal.aborted) {
      await ask('DELETE');
      throw new Stopped();
    }
    if (view.step) show(view.step);
    await delay(POLL_MS);
    view = await ask('GET');
  }
  if (view.state === 'stopped') throw new Stopped();
  if (!view.result) throw new CliError(EXIT.internal, 'the check failed; the log of the gateway says why');
  return view.result;
}
