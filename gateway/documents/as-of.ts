/**
 * A licence as of a day, on two axes: what was in force on a day, and what had been recorded by a day. Acts count in the order in which they were recorded: each says what
 * is so from its day of effect on, until a later one says otherwise. What was back-dated since is seen only by whoever asks with a later second day.
 */
import { dayOf, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import { rollUp } from '#chaincode/facts/composite';
import type { EventRecord, VersionRecord } from '#chaincode/facts/records';
import { effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';

/** All versions and events of a licence, in their order. */
export interface Whole {
  readonly versions: readonly VersionRecord[];
  readonly events: readonly EventRecord[];
}

/** The two days. */
export interface AsOfDays {
  /** What was in force on this day. */
  readonly on: Day;
  /** As it was recorded by the end of this day. */
  readonly known: Day;
}

export interface AsOf {
  /** NOT_RECORDED: nothing of the licence was on the ledger yet. */
  readonly status: EffectiveStatus | 'NOT_RECORDED';
  readonly version?: number;
  /** Number of the act that made it so; absent before the first day of effect. */
  readonly event?: number;
  /** Of a composite, in the order of its certificate. */
  readonly members?: readonly (AsOf & { readonly licence: string; readonly required: boolean })[];
}

/** @param whole a licence by its id, for the members of a composite */
export function asOf({ versions, events }: Whole, days: AsOfDays, zone: LegalZone, whole: (licence: string) => Whole | undefined): AsOf {
  const recorded = events.filter(({ recordedAt }) => dayOf(recordedAt as Instant, zone) <= days.known);
  const [first] = recorded;
  if (!first) return { status: 'NOT_RECORDED' };
  const last = recorded.findLast(({ effectiveOn }) => effectiveOn <= days.on);
  if (!last) return { status: 'NOT_YET_VALID', version: first.version };
  // What befalls a version that takes effect later befalls the licence: until then that is the one of before.
  const begun = recorded.findLast((event, i) => event.effectiveOn <= days.on && recorded.findIndex((each) => each.version === event.version) === i)?.version ?? last.version;
  const version = versions.find((each) => each.version === begun);
  const own = effectiveStatus(last.status, version?.validFrom, version?.validUntil, days.on);
  const said = { version: begun, event: last.seq };
  if (!version?.members || !version.rollUp) return { status: own, ...said };
  // The contract allows no composite of composites.
  const members = version.members.map(({ licence, required }) => ({ licence, required, ...asOf(whole(licence) ?? { versions: [], events: [] }, days, zone, () => undefined) }));
  const rolled = own === 'VALID' ? rollUp(version.rollUp, members.map(({ required, status }) => ({ required, status: status === 'NOT_RECORDED' ? undefined : status }))) : undefined;
  return { status: rolled ?? own, ...said, members };
}
