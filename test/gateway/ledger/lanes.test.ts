/** A lane behind a ledger that takes its time: every request is answered in the time given. */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { Lanes, type Work } from '#gateway/ledger/lanes';
import type { Submitted, Submitter } from '#gateway/ledger/submit';
import { randomId } from '#gateway/keyring';
import type { Vault } from '#gateway/vault/vault';
import { BUREAU } from '#test/support/ledger';
import { faults } from '#test/support/matchers';

const work = (commands = 1): Work => ({ request: { agency: BUREAU, requestId: randomId(), content: '', actors: [], commands: Array.from({ length: commands }, () => ({ act: { op: 'proposal.withdraw', id: '' }, expiresAt: '' })) } as unknown as Work['request'], entries: [] });

t.test('when the ledger takes longer than a client waits', async (t) => {
  const sent: number[] = [];
  let finish = (): void => undefined;
  const ledger = {
    submit(_agency: string, requests: readonly unknown[]): Promise<Submitted> {
      sent.push(requests.length);
      return new Promise((resolve) => { finish = () => { resolve({ results: requests.map(() => ({ results: [{ ok: true }] })) as never, txId: 'tx', block: 7n }); }; });
    },
  } as unknown as Submitter;
  const lanes = new Lanes(ledger, {} as Vault, 4, 150);
  const first = lanes.submit(work(), 0);
  await delay(20);
  const second = lanes.submit(work(), 0);
  await Promise.all([faults(t, () => first, 'COMMIT_UNKNOWN'), faults(t, () => second, 'BUSY')]);
  t.strictSame(sent, [1], 'what had no turn was never sent');
  finish();
  await delay(0);
  const third = lanes.submit(work(), 0);
  await delay(20);
  finish();
  t.match(await third, { txId: 'tx', block: 7n }, 'the lane goes on');
  await lanes.drain();
});
