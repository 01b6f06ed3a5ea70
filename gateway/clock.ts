/** Time is injected: tests move it, and the legal day comes from the ledger's zone. */
import { dayOf, instantOf, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';

export interface Clock {
  now(): number;
}
export const systemClock: Clock = { now: () => Date.now() };

export const nowOf = (clock: Clock): Instant => instantOf(clock.now());

let last: { readonly minute: number; readonly zone: LegalZone; readonly day: Day } | undefined;

/** The legal day now. Days begin on whole minutes in every zone, so one answer serves a minute of questions. */
export function todayOf(clock: Clock, zone: LegalZone): Day {
  const now = clock.now();
  const minute = Math.floor(now / 60_000);
  if (last?.minute !== minute || last.zone !== zone) last = { minute, zone, day: dayOf(instantOf(now), zone) };
  return last.day;
}
