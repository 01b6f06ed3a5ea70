/** (u) Every use is there, signed and unchanged, and under the root on the ledger; no log has gone. */
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import { keyName } from '../documents/jws.js';
import { profileOf } from '../ledger/open.js';
import { checkUses, type UseFinding } from '../uses/check.js';
import type { Check } from './check.js';
import type { Seen } from './finding.js';

/** Records between two tellings of how far it is, and, beside a gateway at work, between two rests. */
const RECORDS = 50;
/** Held in memory until the end tells which of them follow from others. */
const SEEN_MAX = 100_000;

/** @returns records */
export async function checkUseLog(check: Check): Promise<number> {
  const { useLog, projection, data } = check.services;
  const { state } = check.scratch;
  let keys = new Map<string, AgencyKeyRecord>();
  // A key may come into use while its first records are looked at.
  const keyOf = (kid: string) => keys.get(kid) ?? (keys = new Map(projection.keysOfUse('use-record').map((key) => [keyName(key.spki), key]))).get(kid);
  check.begin('uses', state.uses?.next);
  // A mark goes no further than the first record with something amiss: all that was found is found again.
  check.takeBack();
  const progress = async (done: number, mark: () => typeof state.uses) => {
    if (done % RECORDS !== 0) return;
    state.uses = mark() ?? state.uses;
    await check.turn(done, useLog.size);
  };
  const seen = await check.twice(async () => {
    const from = state.uses && state.uses.next <= useLog.size ? state.uses : undefined;
    const all: UseFinding[] = [];
    for await (const each of checkUses(useLog, { onLedger: projection.get('log', useLog.id), keyOf, from, progress })) if (all.length < SEEN_MAX) all.push(each);
    return all;
  });
  for (const { code, where, mend } of seen) {
    const repaired = check.repair && mend !== undefined;
    if (repaired) {
      check.trace([{ code, where }]);
      await mend();
    }
    check.found({ code, where }, { repaired });
  }
  // An embedded ledger has one gateway, and that one log.
  if (profileOf(data) === undefined) for await (const [id] of projection.records('log')) if (id !== useLog.id) check.found({ code: 'USE_LOG_MISSING', where: `log ${id}` });
  await checkAnchors(check);
  return useLog.size;
}

/** Where roots are said to lie on the ledger, and do not: proofs would name a transaction that nobody finds. The next root takes the place of one that is taken away. */
async function checkAnchors(check: Check): Promise<void> {
  const { useLog, projection } = check.services;
  const wrong = async () => (await useLog.anchors.all()).filter(({ size, root, txId }) => projection.blockOf(txId) === undefined || size > useLog.size || root !== rootOr(size));
  const rootOr = (size: number): string | undefined => {
    try {
      return useLog.root(size);
    } catch {
      return undefined;
    }
  };
  const seen = await check.twice(async () => (await wrong()).map(({ size }): Seen => ({ code: 'USE_ANCHOR_UNKNOWN', where: `root of ${String(size)}` })));
  const places = new Map((await useLog.anchors.all()).map((anchor) => [`root of ${String(anchor.size)}`, anchor]));
  for (const each of seen) {
    const anchor = places.get(each.where);
    // A root that the hashes of now do not lead to says more of them than of itself.
    const repaired = check.repair && anchor !== undefined && projection.blockOf(anchor.txId) === undefined;
    if (repaired) {
      check.trace([{ ...each, before: JSON.stringify(anchor) }]);
      await useLog.anchors.forget(anchor.size);
    }
    check.found(each, { repaired });
  }
}
