/**
 * What the record of a seal says of a time that nobody but the sealer vouches for. A thief with the key dates back as he likes, so under a seal that was
 * stopped since, nobody can tell; only what claims a time at which the seal was not in force is surely wrong.
 */
import { fail, pass, unchecked, type Finding, type Source } from './evidence.js';
import type { SealRecord } from '#chaincode/facts/records';

/** Clocks of agencies and of their ledger may differ by that much. */
const APART_MS = 15 * 60_000;

type Dated = Pick<SealRecord, 'validFrom' | 'validUntil' | 'history'>;

/** @param at milliseconds since 1970 */
export function sealAtClaimed(seal: Dated, at: number, source?: Source): Finding {
  const [before, after] = [statusAt(seal, at - APART_MS), statusAt(seal, at + APART_MS)];
  const outside = at < Date.parse(seal.validFrom) - APART_MS || at > Date.parse(seal.validUntil) + APART_MS;
  if (outside || (before !== 'in-use' && after !== 'in-use')) return fail('SEAL_NOT_IN_FORCE', source);
  const since = stopsOf(seal).some((stop) => Date.parse(stop.at) > at - APART_MS);
  return since ? unchecked('SEAL_STOPPED_SINCE', source) : pass('SEAL_IN_FORCE', source);
}

export const stopsOf = ({ history }: Pick<SealRecord, 'history'>): SealRecord['history'] => history.filter(({ status }) => status !== 'in-use');

const statusAt = ({ history }: Dated, at: number): string | undefined => history.findLast((change) => Date.parse(change.at) <= at)?.status;
