/** Histories of one licence as two gateways tell them. Both read the same ledger: what one leaves out, the other has. */
import type { EventRecord } from '#chaincode/facts/records';

/** What anybody is told of an event. */
export type PublicEvent = Omit<EventRecord, 'actors'>;

export interface HistoryDifference {
  readonly seq: number;
  /** missing: the other has it. differs: both have it and do not say the same. gap: neither has it, though later ones are there. */
  readonly found: 'missing-here' | 'missing-there' | 'differs' | 'gap';
}

const saidBy = ({ seq, version, act, status, reason, basis = '', decidedBy, docNo = '', effectiveOn, recordedAt, txId }: PublicEvent): string => JSON.stringify([seq, version, act, status, reason, basis, decidedBy, docNo, effectiveOn, recordedAt, txId]);

/** Events are numbered from 1 without a gap. @returns nothing where both tell the same whole history */
export function compareHistories(here: readonly PublicEvent[], there: readonly PublicEvent[]): HistoryDifference[] {
  const [ours, theirs] = [here, there].map((events) => new Map(events.map((event) => [event.seq, saidBy(event)]))) as [Map<number, string>, Map<number, string>];
  const last = Math.max(0, ...ours.keys(), ...theirs.keys());
  return Array.from({ length: last }, (_, i) => i + 1).flatMap((seq): HistoryDifference[] => {
    const [a, b] = [ours.get(seq), theirs.get(seq)];
    if (a === b) return a === undefined ? [{ seq, found: 'gap' }] : [];
    return [{ seq, found: a === undefined ? 'missing-here' : b === undefined ? 'missing-there' : 'differs' }];
  });
}
