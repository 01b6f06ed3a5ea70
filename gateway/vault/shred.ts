/** Deleting so that the files of a store hold nothing of it any more. */
import type { BatchOperation, Level } from 'level';

/** Merges tables, so that what was deleted or written over is in none of them. Level's own types know only what browsers can. */
export const compact = <V>(store: Level<string, V>, first: string, last: string): Promise<void> => (store as unknown as { compactRange(first: string, last: string): Promise<void> }).compactRange(first, last);

/** So much of a key says little of it: a kind of row, and two or three characters of what is random. */
const BOUND_LENGTH = 9;
const AFTER = '~';

/**
 * LevelDB keeps a deleted value until the tables in which it lies are merged, and merges what came into memory together with its deletion perhaps never. So what
 * is in memory is written out first, then the deletion, and then both are merged. Its log and its manifest name the bounds of what was merged: those are not the
 * key, and are deleted with it, so that they bound the table too. Durable when it returns. What the disk keeps of files that are gone, only the disk knows.
 */
export async function shred<V>(store: Level<string, V>, keys: readonly string[]): Promise<void> {
  const ranges = new Map<string, string[]>();
  for (const key of keys) {
    const bound = key.slice(0, BOUND_LENGTH);
    ranges.set(bound, [...(ranges.get(bound) ?? []), key]);
  }
  for (const [bound, some] of ranges) {
    const last = bound + AFTER;
    await compact(store, bound, last);
    await store.batch([bound, ...some, last].map((key): BatchOperation<Level<string, V>, string, V> => ({ type: 'del', key })), { sync: true });
    await compact(store, bound, last);
  }
}

export const keysUnder = <V>(store: Level<string, V>, prefix: string): Promise<string[]> => store.keys({ gt: prefix, lt: `${prefix}\uffff` }).all();
