/** Gaps in the numbers of use records: what comes in is looked at once, and all the rest again and again, a stretch at a time. Keys only: whether a record was changed is the business of fsck. */
import type { Level } from 'level';
import type { UseLog } from '../uses/log.js';
import type { Found, Source } from './alarm.js';

/** Numbers looked at each time: a log of a million is gone through in some hours. */
export const STRETCH = 5_000;
/** More gaps than these are one disaster, and counted in the end by fsck. */
const GAPS_MAX = 200;
const ROW = 'watch/uses';

/** [from, to) */
type Gap = readonly [number, number];
interface Progress {
  /** Numbers below were looked at when they were new. */
  readonly head: number;
  /** Where the round through all of them is. */
  readonly round: number;
  readonly gaps: readonly Gap[];
}

export interface SequenceParts {
  readonly log: Pick<UseLog, 'id' | 'size' | 'agency' | 'missing' | 'accounts'>;
  /** Records that are under a root on the ledger. */
  readonly anchored: () => number;
  readonly desk: Level<string, string>;
}

export class Sequence implements Source {
  readonly kinds = ['use-gap'] as const;

  constructor(private readonly parts: SequenceParts) {}

  async find(): Promise<Found[]> {
    const { log, anchored, desk } = this.parts;
    const { head, round, gaps }: Progress = JSON.parse((await desk.get(ROW)) ?? '{"head":0,"round":0,"gaps":[]}') as Progress;
    const { size } = log;
    const next = Math.min(size, head + STRETCH);
    const again = round >= head ? 0 : round;
    const until = Math.min(head, again + STRETCH - Math.max(0, next - head));
    // A gap may have been filled from a backup since.
    const standing = (await Promise.all(gaps.filter(([from]) => from < size).map(([from, to]) => log.missing(from, Math.min(to, size))))).flat();
    const found = merged([...standing, ...(await log.missing(Math.min(head, size), next)), ...(await log.missing(again, Math.max(again, until)))]).slice(0, GAPS_MAX);
    const progress: Progress = { head: next, round: Math.max(again, until), gaps: found };
    if (JSON.stringify(progress) !== JSON.stringify({ head, round, gaps })) await desk.put(ROW, JSON.stringify(progress));
    const lost: Gap[] = anchored() > size ? [[size, anchored()]] : [];
    const all = [...found, ...lost];
    const count = all.reduce((sum, [from, to]) => sum + to - from, 0);
    return count === 0 ? [] : [{ kind: 'use-gap', subject: log.id, severity: 'critical', ...(await this.#since(all[0]?.[0] ?? 0)), count }];
  }

  /** The last that is known to have been there before the gap. */
  async #since(from: number): Promise<{ readonly since?: string }> {
    const [before] = from === 0 ? [] : await this.parts.log.accounts(from - 1, 1);
    return before ? { since: before.at } : {};
  }
}

function merged(gaps: readonly Gap[]): Gap[] {
  const all: [number, number][] = [];
  for (const [from, to] of [...gaps].sort(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}
