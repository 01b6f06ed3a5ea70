/** Roots on their way to the ledger: in seconds, again after trouble, and never over what the ledger knows better. The rules run on a ledger in memory. */
import t, { type Test } from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { GatewayFault } from '#gateway/fault';
import type { Done, Work } from '#gateway/ledger/lanes';
import { Anchoring } from '#gateway/uses/anchoring';
import { BUREAU, newLedger, type TestLedger } from '#test/support/ledger';
import { logPlace, noteUse } from '#test/support/uses';

const base = await newLedger();

/** What befalls a submission: it never arrives, or its answer is lost. */
type Trouble = 'away' | 'answer lost';

async function desk(t: Test, ledger: TestLedger = base.fork(), place = logPlace()) {
  const { log, close } = await place.open();
  t.teardown(() => { place.remove(); });
  const state = { trouble: undefined as Trouble | undefined, sent: 0 };
  const told: unknown[] = [];
  const submit = async ({ request }: Work): Promise<Done> => {
    if (state.trouble === 'away') throw new GatewayFault('LEDGER_UNAVAILABLE');
    state.sent++;
    const results = await ledger.send(request.agency, request.commands, [], { requestId: request.requestId });
    if (state.trouble === 'answer lost') throw new GatewayFault('COMMIT_UNKNOWN', { outcome: 'unknown' });
    return { results, txId: `tx ${String(state.sent)}` };
  };
  const projection = { get: (noun: 'log', id: string) => ledger.read(noun, id) } as never;
  ledger.now = new Date(place.clock.at).toISOString() as Instant;
  const anchoring = new Anchoring({ log, lanes: { submit }, projection, keyring: place.keyring, clock: place.clock });
  anchoring.onFailure = (error) => told.push(error);
  return { place, ledger, log, close, state, told, anchoring };
}

void t.test('when uses come in', async (t) => {
  const { ledger, log, close, state, place, anchoring } = await desk(t);
  await anchoring.anchor();
  t.equal(state.sent, 0, 'an empty log has no root');
  for (const count of [3, 1, 5]) {
    for (let i = 0; i < count; i++) await noteUse(log);
    await Promise.all([anchoring.anchor(), anchoring.anchor()]);
    t.match(ledger.read('log', log.id), { agency: BUREAU, size: log.size, root: log.root() });
  }
  t.equal(state.sent, 3);
  await anchoring.anchor();
  t.equal(state.sent, 3, 'nothing new, nothing sent');
  t.match(await log.anchors.of(3), { size: 4, txId: 'tx 2', root: log.root(4) });
  t.strictSame(anchoring.state, { log: log.id, records: 9, anchored: 9, lagSeconds: 0, late: false });
  await noteUse(log);
  place.clock.at += 4_000;
  t.match(anchoring.state, { records: 10, anchored: 9, lagSeconds: 4, late: false });
  await anchoring.close();
  t.match(anchoring.state, { anchored: 10, lagSeconds: 0 }, 'a stop brings the last root');
  await close();
});

void t.test('when the ledger is away', async (t) => {
  const { ledger, log, close, state, told, place, anchoring } = await desk(t);
  await noteUse(log);
  await anchoring.anchor();
  state.trouble = 'away';
  await noteUse(log);
  for (let i = 0; i < 3; i++) await anchoring.anchor();
  place.clock.at += 6_000;
  t.match(anchoring.state, { records: 2, anchored: 1, lagSeconds: 6, late: true, failure: 'LEDGER_UNAVAILABLE' }, 'flagged');
  t.equal(told.length, 1, 'said once');
  t.equal((await noteUse(log)).record.seq, 2, 'the counter stays open');
  state.trouble = undefined;
  await anchoring.anchor();
  t.strictSame(anchoring.state, { log: log.id, records: 3, anchored: 3, lagSeconds: 0, late: false });
  t.match(ledger.read('log', log.id), { size: 3 });
  await close();
});

void t.test('when an answer is lost', async (t) => {
  const { ledger, log, close, state, place, anchoring } = await desk(t);
  await noteUse(log);
  state.trouble = 'answer lost';
  await anchoring.anchor();
  t.match(anchoring.state, { anchored: 0, failure: 'COMMIT_UNKNOWN' });
  state.trouble = undefined;
  await noteUse(log);
  await anchoring.anchor();
  t.match(anchoring.state, { anchored: 2, failure: undefined });
  t.match(await log.anchors.of(0), { size: 1, root: log.root(1) }, 'found where it had gone');
  await close();
  const next = await desk(t, ledger, place);
  await next.anchoring.anchor();
  t.match(next.anchoring.state, { anchored: 2 }, 'and after a start nothing is sent again');
  t.equal(next.state.sent, 0);
  await next.close();
});

void t.test('when the ledger knows more, or other records', async (t) => {
  const first = await desk(t);
  for (let i = 0; i < 5; i++) await noteUse(first.log);
  await first.anchoring.anchor();
  await first.close();
  await first.place.edit((store) => store.batch(['r/000000000004', 't/00/000000000004'].map((key) => ({ type: 'del', key }))));
  const shorter = await desk(t, first.ledger, first.place);
  await shorter.anchoring.anchor();
  t.match(shorter.anchoring.state, { records: 4, anchored: 0, failure: 'LOG_SHRINKS' }, 'an older copy of the log');
  await noteUse(shorter.log);
  await noteUse(shorter.log);
  shorter.place.clock.at += 60_000;
  await shorter.anchoring.anchor();
  t.match(shorter.anchoring.state, { records: 6, failure: 'LOG_INCONSISTENT', late: true }, 'other records in the places of known ones');
  t.equal(shorter.state.sent, 0, 'nothing is sent over it');
  t.match(first.ledger.read('log', first.log.id), { size: 5 });
  await shorter.close();
});
