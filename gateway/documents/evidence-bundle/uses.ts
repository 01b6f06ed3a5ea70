/** Use records in a bundle: signed, about this licence, in their order, each in its place under a root that is on the ledger. */
import type { LogRecord } from '#chaincode/facts/log';
import { parseUse, readUseProof, USE_PROOF_FORMAT, type UseRecord } from '../use-record.js';
import type { EvidenceUse } from './format.js';
import type { Findings } from './part.js';
import type { Facts } from './records.js';

/** @returns those that hold */
export async function checkUses(facts: Facts, ledger: string, licence: string, uses: readonly EvidenceUse[], findings: Findings): Promise<UseRecord[]> {
  const held: UseRecord[] = [];
  for (const [i, use] of uses.entries()) {
    const record = await readUseProof({ format: USE_PROOF_FORMAT, ledger, ...use }, (kid) => facts.agencyKey(kid));
    const where = `use record ${typeof record === 'string' ? `at ${String(i)}` : String(record.seq)}`;
    if (typeof record === 'string') {
      findings.fail('uses', record, where);
      continue;
    }
    const before = held.at(-1);
    if (record.licence !== licence) findings.fail('uses', 'EVIDENCE_USE_OTHER_LICENCE', where);
    if (before && (before.log > record.log || (before.log === record.log && before.seq >= record.seq))) findings.fail('uses', 'EVIDENCE_USE_ORDER', where);
    const onLedger = facts.all(`log/${record.log}`).find(({ transaction }) => transaction.parts.txId === use.transaction)?.value as LogRecord | undefined;
    if (onLedger?.size !== use.size || onLedger.root !== use.root) findings.fail('uses', 'EVIDENCE_USE_ROOT', where);
    if (facts.speaker(parseUse(use.record)?.kid ?? '') === undefined) findings.unchecked('uses', 'EVIDENCE_USE_KEY_UNSAID', where);
    held.push(record);
  }
  return held;
}
