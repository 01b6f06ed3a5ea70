/** The contract between the ledgers: each of these holds on every one of them. */
import type { Test } from 'tap';
import { randomId } from '#gateway/keyring';
import { calls, errors } from '#test/conformance/calls';
import { chain, wholeChain } from '#test/conformance/chain';
import { conflicts } from '#test/conformance/conflicts';
import { events } from '#test/conformance/events';
import { grants } from '#test/conformance/grants';
import { licences } from '#test/conformance/licences';
import { enter, submit, text, type Place } from '#test/conformance/place';
import { history, limits, reads } from '#test/conformance/state';
import { install, permit } from '#test/support/installation';

const CASES = { calls, errors, conflicts, reads, history, limits, events, chain, restart } as const;

/** @param make a new ledger, under the test contract or the product's own */
export async function conformance(t: Test, make: (contract: 'test' | 'product') => Promise<Place>): Promise<void> {
  const place = await make('test');
  try {
    for (const [name, run] of Object.entries(CASES)) await t.test(name, (t) => run(t, place));
  } finally {
    await place.remove();
  }
  await t.test('licences', async (t) => product(t, await make('product')));
}

async function restart(t: Test, place: Place): Promise<void> {
  const before = await place.ledger.head();
  await place.restart();
  const after = await place.ledger.head();
  t.same(after, before, 'no block is lost, none is new');
  const { contract } = await enter(place);
  t.equal(text(await contract.evaluateTransaction('get', 'batch2499')), 'value', 'nor any state');
  t.equal((await submit(contract, 'put', 'restarted', '1')).code, 0);
  await wholeChain(t, place);
}

async function product(t: Test, place: Place): Promise<void> {
  try {
    const installation = await install(place.choice);
    try {
      await licences(t, installation);
      await t.test('grants', async (t) => grants(t, installation));
      await t.test('when everything is started again', async (t) => {
        const clerk = installation.acting('clerk');
        const { identifier = '', licence = '' } = await installation.services.acts.perform(clerk, randomId(), permit());
        await installation.restart(() => place.restart());
        t.equal(installation.services.projection.get('licence', licence)?.events.at(-1)?.status, 'VALID', 'the licence is there');
        t.match(await installation.services.acts.perform(clerk, randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION' }), { status: 'SUSPENDED' }, 'and can be acted on');
        t.equal(installation.services.lookup.byIdentifier(identifier).verdict.status, 'SUSPENDED');
      });
    } finally {
      await installation.remove();
    }
  } finally {
    await place.remove();
  }
}
