/** What an alarm is: a state of affairs that somebody has to look at, found in the records and told by them alone (docs/decisions/0036). */
import type { Day, Instant, LegalZone } from '#chaincode/facts/calendar';

/**
 * condition-overdue, supervision-late: work that is late, an alarm for each agency and kind of licence. *-ends: a certificate. projection-lag: the index is behind the ledger, or nobody knows.
 * head-late, head-refused, head-nowhere: heads of the ledger that do not leave. head-forked: a head of another agency contradicts the chain here, or one that it signed before, or its newest is lower than one before. hook-down: a web hook takes nothing. use-gap: use records that are gone. reading-unusual: one person reads more than he does, or anybody may. clock-behind: the clock of this machine stands before what is known.
 */
export const ALARM_KINDS = [
  'condition-overdue', 'supervision-late', 'identity-ends', 'identity-broken', 'seal-ends', 'connection-ends', 'authority-ends', 'tls-ends', 'projection-lag', 'head-late', 'head-refused', 'head-nowhere', 'head-forked', 'hook-down', 'use-gap', 'reading-unusual', 'clock-behind',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** From the least to the worst. */
export const SEVERITIES = ['notice', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** A head of the ledger; without an agency it is what this gateway has itself. */
export interface NamedHead {
  readonly agency?: string;
  readonly height: number;
  readonly hash: string;
  readonly at?: string;
}

/** What a source has found to be so now. Ids and codes only: what is told of it leaves the gateway. */
export interface Found {
  readonly kind: AlarmKind;
  /** With the kind it is the alarm's name: an agency, a seal, a person's account, a log. */
  readonly subject: string;
  /** Whose alarm it is; absent: the gateway's own. */
  readonly agency?: string;
  readonly severity: Severity;
  /** Absent where no record tells: since it was found. */
  readonly since?: string;
  readonly count?: number;
  /** There are more than were counted. */
  readonly atLeast?: true;
  /** Of a certificate. */
  readonly endsAt?: string;
  /** Of reading: within which stretch, and how much the person usually reads in one. */
  readonly within?: 'hour' | 'day';
  readonly usual?: number;
  /** Of heads: two that contradict each other; the other one first. */
  readonly heads?: readonly [NamedHead, NamedHead];
  /** Of work: what is late is of this kind of licence, or matter. */
  readonly of?: { readonly noun: 'kind' | 'matter'; readonly code: string };
  /** Of work: the oldest that is late. */
  readonly oldest?: { readonly noun: 'licence' | 'application'; readonly id: string };
}

/** Moment of a look at everything. */
export interface Moment {
  readonly ms: number;
  readonly now: Instant;
  readonly today: Day;
  readonly zone: LegalZone;
}

/** Finds the alarms of its kinds; what it does not find any more is over. */
export interface Source {
  readonly kinds: readonly AlarmKind[];
  find(moment: Moment): Promise<readonly Found[]>;
}

/** Who has seen an alarm, and when. */
export interface Seen {
  readonly staff: string;
  readonly at: string;
}

/** An alarm as it is kept. */
export interface Alarm extends Found {
  readonly id: string;
  readonly since: string;
  readonly raisedAt: string;
  /** What was told of it: when, how often, and the worst of it. */
  readonly toldAt: string;
  readonly told: number;
  readonly toldSeverity: Severity;
  readonly toldCount: number;
  readonly seen: readonly Seen[];
  readonly closedAt?: string;
}

/** Why an alarm is told: it is new, it got worse, it still is so after a day, it is over. */
export const TELLINGS = ['raised', 'worse', 'still', 'closed'] as const;
export type Telling = (typeof TELLINGS)[number];

export const DAY_MS = 86_400_000;
export const idOf = ({ kind, subject }: Pick<Found, 'kind' | 'subject'>): string => `${kind}:${subject}`;
