/** Roots of use logs on the ledger: a log only grows, and belongs to one agency. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { base64url } from '#chaincode/facts/hash';
import { consistencyPath, leafHash, rangeRoot, rootOf, type Subtrees } from '#chaincode/facts/merkle';
import { BUREAU, MARKET, newLedger, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byGateway, randomId } from '#test/support/persons';

const base = await newLedger();

/** A log of so many records; `changed` is another record in place of one. */
function grown(size: number, changed = -1): { root: string; proofFrom(before: number): string[] } {
  const leaves = Array.from({ length: size }, (_, i) => leafHash(Buffer.from(i === changed ? 'another' : `record ${String(i)}`)));
  const subtrees: Subtrees = (level, index) => rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
  return { root: base64url(rangeRoot(subtrees, 0, size)), proofFrom: (before) => consistencyPath(subtrees, before, size).map(base64url) };
}
const anchor = (log: string, size: number, before = 0, change: object = {}) => ({ op: 'log.anchor', log, size, root: grown(size).root, proof: grown(size).proofFrom(before), ...change });
const send = (ledger: TestLedger, act: object, agency = BUREAU) => ledger.act(agency, act, []);

void t.test('when a log grows', async (t) => {
  const [ledger, log] = [base.fork(), randomId()];
  carried(t, await send(ledger, anchor(log, 3)), { id: log });
  t.match(ledger.read('log', log), { id: log, agency: BUREAU, size: 3, root: grown(3).root, at: ledger.now, anchors: 1 });
  ledger.now = '2026-03-15T02:00:05.000Z' as Instant;
  carried(t, await send(ledger, anchor(log, 3, 3)), { id: log });
  carried(t, await send(ledger, anchor(log, 11, 3)), { id: log });
  t.match(ledger.read('log', log), { size: 11, root: grown(11).root, at: ledger.now, anchors: 3 });
  carried(t, await send(ledger, anchor(randomId(), 2), MARKET));
});

void t.test('when a record was changed or taken away', async (t) => {
  const [ledger, log] = [base.fork(), randomId()];
  carried(t, await send(ledger, anchor(log, 6)));
  const forged = grown(9, 4);
  refuses(t, await send(ledger, anchor(log, 9, 6, { root: forged.root })), 'LOG_INCONSISTENT', 'proof');
  refuses(t, await send(ledger, { op: 'log.anchor', log, size: 9, root: forged.root, proof: forged.proofFrom(6) }), 'LOG_INCONSISTENT', 'proof');
  refuses(t, await send(ledger, anchor(log, 6, 6, { root: grown(6, 4).root })), 'LOG_INCONSISTENT', 'proof');
  refuses(t, await send(ledger, anchor(log, 5)), 'LOG_SHRINKS', 'size');
  refuses(t, await send(ledger, anchor(log, 9)), 'LOG_INCONSISTENT', 'proof');
  refuses(t, await send(ledger, anchor(log, 9, 5)), 'LOG_INCONSISTENT', 'proof');
  t.match(ledger.read('log', log), { size: 6, anchors: 1 }, 'the last root stands');
  carried(t, await send(ledger, anchor(log, 9, 6)));
});

void t.test('when a root is not of the form, or of another gateway', async (t) => {
  const [ledger, log] = [base.fork(), randomId()];
  refuses(t, await send(ledger, anchor(log, 3, 2)), 'LOG_INCONSISTENT', 'proof');
  refuses(t, await send(ledger, anchor(log, 1, 0, { size: 0 })), 'COMMAND_MALFORMED');
  refuses(t, await send(ledger, anchor(log, 3, 0, { root: `${'A'.repeat(42)}B` })), 'COMMAND_MALFORMED', 'root');
  carried(t, await send(ledger, anchor(log, 3)));
  refuses(t, await send(ledger, anchor(log, 4, 3, { proof: [`${'A'.repeat(42)}B`] })), 'COMMAND_MALFORMED', 'proof');
  refuses(t, await send(ledger, anchor(log, 4, 3), MARKET), 'LOG_NOT_YOURS', 'log');
  carried(t, await send(ledger, anchor(log, 4, 3)));
});

void t.test('when nobody signs anything else', async (t) => {
  const ledger = base.fork();
  refuses(t, await send(ledger, ledger.issueAct()), 'ACTORS_TOO_FEW', 'actors');
  const results = await ledger.send(BUREAU, [ledger.command(anchor(randomId(), 1)), ledger.command(ledger.issueAct())], []);
  for (const result of results) refuses(t, result, 'ACTORS_TOO_FEW', 'actors');
  const licence = await ledger.issued();
  refuses(t, await ledger.act(BUREAU, { op: 'document.add', licence, version: 1 }, [], { command: { documents: [{ type: 'pdf', alg: 'sha-256', digest: 'A'.repeat(43) }] } }), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await ledger.act(BUREAU, anchor(randomId(), 1), [byGateway(ledger.of(BUREAU).clerk)]), {});
});
