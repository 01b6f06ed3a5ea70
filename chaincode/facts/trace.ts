/** Reverse trace (变更联动): a licence falls, and whatever relied on it is a piece of work for whoever owns it, until a person says what came of it (docs/decisions/0031). */
import { addDays, type Day } from './calendar.js';
import type { TraceClose, TraceItem } from './trace-commands.js';

/** Acts after which what relied on the licence is looked at again. A suspension is not among them: it is lifted or followed by one of these, and composites show it by themselves. */
export const FALLS = ['annul', 'revoke', 'withdraw', 'cancel', 'change'] as const;
export const isFall = (act: string): boolean => FALLS.some((each) => each === act);

/** upheld: it stands as it is. corrected: it was changed since. ended: it is in force no longer. */
export const TRACE_OUTCOMES = ['upheld', 'corrected', 'ended'] as const;

/** From the day of effect. The law names no days; a month is what a notice of rectification usually gives. */
export const TRACE_DAYS = 30;

/** By which day a fall should be worked off. @param effectiveOn of the act; of an expiry the day after the last one */
export const traceDue = (effectiveOn: Day): Day => addDays(effectiveOn, TRACE_DAYS);

/** By `traceId`. */
export interface TraceRecord extends Omit<TraceClose, 'op'> {
  readonly id: string;
  readonly agency: string;
  readonly at: string;
  readonly txId: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
}

/** What fell: the act of a licence, or the end of a version's term. */
export interface Fallen {
  readonly licence: string;
  readonly event?: number | undefined;
  readonly version?: number | undefined;
}

export const itemId = (item: TraceItem): string => ('composite' in item ? `composite:${item.composite}` : 'permit' in item ? `permit:${item.permit}` : 'grant' in item ? `grant:${item.grant}` : `decision:${item.application}:${String(item.seq)}`);

/** @returns undefined for another text */
export function parseItem(text: string): TraceItem | undefined {
  const [noun, id = '', seq] = text.split(':');
  if (noun === 'composite') return { composite: id };
  if (noun === 'permit') return { permit: id };
  if (noun === 'grant') return { grant: id };
  return noun === 'decision' && Number(seq) > 0 ? { application: id, seq: Number(seq) } : undefined;
}

/** e: by an act. v: by the end of a version's term. */
export const fallId = ({ event, version }: Omit<Fallen, 'licence'>): string => (event === undefined ? `v${String(version)}` : `e${String(event)}`);

export const traceId = (fallen: Fallen, item: TraceItem): string => `${fallen.licence}:${fallId(fallen)}:${itemId(item)}`;
