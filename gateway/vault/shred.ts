/** Deleting so that the files of a store hold nothing of it any more. */
import type { Level } from 'level';

/** Merges tables, so that what was deleted or written over is in none of them. Level's own types know only what browsers can. */
export const compact = <V>(store: Level<string, V>, first: string, last: string): Promise<void> => (store as unknown as { compactRange(first: string, last: string): Promise<void> }).compactRange(first, last);

/**
 * LevelDB keeps a deleted value until the tables in which it lies are merged, and merges what came into memory together with its deletion perhaps never. So what
 * is in memory is written out first, then the deletion, and then both are merged. Durable when it returns. What the disk keeps of files that are gone, only the disk knows.
 */
export async function shred<V>(store: Level<string, V>, keys: readonly string[]): Promise<void> {
  const [first, last] = [keys.reduce((a, b) => (a < b ? a : b), keys[0] ?? ''), keys.reduce((a, b) => (a > b ? a : b), keys[0] ?? '')];
  if (keys.length === 0) return;
  await compact(store, first, last);
  await store.batch(keys.map((key) => ({ type: 'del', key })), { sync: true });
  await compact(store, first, last);
}

export const keysUnder = <V>(store: Level<string, V>, prefix: string): Promise<string[]> => store.keys({ gt: prefix, lt: `${prefix}\uffff` }).all();
