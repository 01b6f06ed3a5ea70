/** The status model of a licence version: one published transition matrix. EXPIRED is derived from dates and never written. */
import { addDays, type Day } from './calendar.js';

export const STATUSES = ['VALID', 'SUSPENDED', 'SUPERSEDED', 'CANCELLED', 'WITHDRAWN', 'ANNULLED', 'REVOKED', 'TRANSFERRED'] as const;
export type Status = (typeof STATUSES)[number];
/** What lists say besides: of a composite whose members do not all allow it. Rolled up, never written. */
export type ListedStatus = Status | 'RESTRICTED';
/** What a reader sees: EXPIRED and NOT_YET_VALID come from the dates. */
export type EffectiveStatus = ListedStatus | 'EXPIRED' | 'NOT_YET_VALID';
export const EFFECTIVE_STATUSES: readonly EffectiveStatus[] = [...STATUSES, 'RESTRICTED', 'EXPIRED', 'NOT_YET_VALID'];

export const STATUS_ACTS = ['suspend', 'restore', 'withdraw', 'annul', 'revoke', 'cancel', 'transfer', 'takeback'] as const;
export type StatusAct = (typeof STATUS_ACTS)[number];
export const VERSION_ACTS = ['confirm', 'renew', 'change', 'accept'] as const;
export type VersionAct = (typeof VERSION_ACTS)[number];
export type LicenceAct = 'issue' | 'import' | VersionAct | StatusAct;

/** For each act on an existing version: the statuses it is allowed from, and the status it leads to. */
export const TRANSITIONS: Readonly<Record<StatusAct | VersionAct, { readonly from: readonly Status[]; readonly to: Status }>> = {
  suspend: { from: ['VALID'], to: 'SUSPENDED' },
  restore: { from: ['SUSPENDED'], to: 'VALID' },
  withdraw: { from: ['VALID', 'SUSPENDED'], to: 'WITHDRAWN' },
  annul: { from: ['VALID', 'SUSPENDED'], to: 'ANNULLED' },
  revoke: { from: ['VALID', 'SUSPENDED'], to: 'REVOKED' },
  cancel: { from: ['VALID', 'SUSPENDED', 'ANNULLED', 'REVOKED'], to: 'CANCELLED' },
  transfer: { from: ['VALID'], to: 'TRANSFERRED' },
  takeback: { from: ['TRANSFERRED'], to: 'VALID' },
  confirm: { from: ['VALID'], to: 'SUPERSEDED' },
  renew: { from: ['VALID'], to: 'SUPERSEDED' },
  change: { from: ['VALID'], to: 'SUPERSEDED' },
  accept: { from: ['TRANSFERRED'], to: 'SUPERSEDED' },
};

/** Statuses that nothing, or only a closing CANCELLED, follows. */
export const TERMINAL: ReadonlySet<Status> = new Set(['SUPERSEDED', 'CANCELLED', 'WITHDRAWN', 'ANNULLED', 'REVOKED']);

export const allows = (act: StatusAct | VersionAct, from: Status): boolean => TRANSITIONS[act].from.includes(from);

/** Token Status List values, 4 bits (formats: status lists). */
export const STATUS_LIST_VALUE: Readonly<Record<ListedStatus, number>> = {
  VALID: 0, REVOKED: 1, SUSPENDED: 2, SUPERSEDED: 3, CANCELLED: 11, WITHDRAWN: 12, ANNULLED: 13, TRANSFERRED: 14, RESTRICTED: 15,
};

/** The status on a day: a written status other than VALID wins over the dates. */
export function effectiveStatus(status: Status, validFrom: string | undefined, validUntil: string | undefined, on: string): EffectiveStatus {
  if (status !== 'VALID') return status;
  if (validUntil !== undefined && on > validUntil) return 'EXPIRED';
  if (validFrom !== undefined && on < validFrom) return 'NOT_YET_VALID';
  return 'VALID';
}

interface Dated {
  readonly status: Status;
  readonly since: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
}

/** The day from which the status on a day is so: VALID not before the first day, EXPIRED from the day after the last. Of NOT_YET_VALID the day on which it ends. */
export function effectiveSince({ status, since, validFrom, validUntil }: Dated, on: string): string {
  const effective = effectiveStatus(status, validFrom, validUntil, on);
  if (effective === 'EXPIRED' && validUntil !== undefined) return addDays(validUntil as Day, 1);
  const byDays = effective === 'NOT_YET_VALID' || (effective === 'VALID' && validFrom !== undefined && validFrom > since);
  return byDays ? validFrom ?? since : since;
}
