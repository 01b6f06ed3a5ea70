/** Seals that end: from that day on nothing of the agency can be sealed, so it is said in time. */
import type { SealRecord } from '#chaincode/facts/records';
import type { SealKeys } from './signer.js';

export interface EndingSeal {
  readonly agency: string;
  readonly seal: string;
  readonly endsAt: string;
  /** Whole days; negative once it has ended. */
  readonly daysLeft: number;
  readonly warning?: 'SEAL_ENDS_SOON' | 'SEAL_ENDED';
}

/** As for identities of agencies: a month is enough to notice, renew and have two persons sign. */
const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/** @returns the seal that has taken over, or will: in use, and good for longer */
export const successorOf = ({ id, validUntil }: SealRecord, seals: readonly SealRecord[]): SealRecord | undefined =>
  seals.find((seal) => seal.renews === id && seal.status === 'in-use' && seal.validUntil > validUntil);

/** Seals in use whose keys are here and that nothing has taken over from; the soonest to end first. */
export function endingSeals(seals: readonly SealRecord[], keys: SealKeys, now: number): EndingSeal[] {
  return seals.filter((seal) => seal.status === 'in-use' && keys.holds(seal.agency, seal.id) && !successorOf(seal, seals)).map((seal) => ending(seal, now)).sort((a, b) => a.daysLeft - b.daysLeft);
}

export function ending({ agency, id, validUntil }: SealRecord, now: number): EndingSeal {
  const daysLeft = Math.floor((Date.parse(validUntil) - now) / DAY_MS);
  const warning = daysLeft < 0 ? 'SEAL_ENDED' : daysLeft <= WARN_DAYS ? 'SEAL_ENDS_SOON' : undefined;
  return { agency, seal: id, endsAt: validUntil, daysLeft, ...(warning === undefined ? {} : { warning }) };
}
