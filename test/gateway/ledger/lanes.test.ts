/** A lane behind a ledger that takes its time: every request is answered in the time given. */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { laneOf, laneOfAct, Lanes, type Work } from '#gateway/ledger/lanes';
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

t.test('when acts go to lanes', async (t) => {
  const [id, grant, subject, leaf] = [randomId(), randomId(), 'uscc:91370303MA99TXT04C', 'A'.repeat(43)];
  const one = laneOfAct({ op: 'grant.use', grant, leaf });
  t.equal(laneOfAct({ op: 'grant.revoke', id: grant }), one, 'a grant and its end');
  t.equal(laneOfAct({ op: 'grant.put', grant: { id: grant, subject, grantee: '11370303009999228K', notBefore: '', notAfter: '', uses: 1, details: leaf } }), one, 'and its beginning');
  t.not(laneOfAct({ op: 'grant.use', grant: id, leaf }), one, 'another one goes beside it');
  t.equal(laneOfAct({ op: 'device.put', id, subject, alg: 'ES256', spki: '' }), laneOfAct({ op: 'device.put', id: grant, subject, alg: 'ES256', spki: '' }), 'devices of one holder');
  t.equal(laneOfAct({ op: 'document.add', licence: subject, version: 1 }), laneOf(subject));
  t.equal(laneOfAct({ op: 'setting.put', origins: [], rpId: '' }), 0, 'the register has one lane');
});
