/** Time is injected: tests move it, and the legal day comes from the ledger's zone. */
import { dayOf, instantOf, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';

export interface Clock {
  now(): number;
}
export const systemClock: Clock = { now: () => Date.now() };

export const nowOf = (clock: Clock): Instant => instantOf(clock.now());
export const todayOf = (clock: Clock, zone: LegalZone): Day => dayOf(nowOf(clock), zone);
