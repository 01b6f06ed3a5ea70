/** What is unusual of one person's reading: a rule as data, which the operator may set. */

/** Of an hour, or a day. */
export interface Bound {
  /** Fewer are nothing to talk about. */
  readonly least: number;
  /** So many times what the person usually reads is unusual. */
  readonly times: number;
  /** More is unusual of anybody. */
  readonly most: number;
}
export type Stretch = 'hour' | 'day';
export type ReadingRule = Readonly<Record<Stretch, Bound>>;

/** A counter serves thirty people an hour at the very most. */
export const READING_RULE: ReadingRule = { hour: { least: 30, times: 5, most: 300 }, day: { least: 100, times: 3, most: 1_500 } };

/** Days over which the usual is told; and how many of them one must have worked for it to be told at all. */
export const USUAL_DAYS = 28;
export const USUAL_LEAST = 5;

/** How bad a count is. @param usual undefined: nobody knows yet what this person usually reads */
export function judgeReading(count: number, usual: number | undefined, { least, times, most }: Bound): 'warning' | 'critical' | undefined {
  if (count > most) return 'critical';
  return usual !== undefined && count >= least && count > usual * times ? 'warning' : undefined;
}

/** What is usual: the middle one, which a few wild days do not move. */
export function usualOf(counts: readonly number[], least: number): number | undefined {
  if (counts.length < least) return undefined;
  const sorted = [...counts].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
