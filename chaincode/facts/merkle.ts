/** Merkle trees as in RFC 9162 section 2.1. Leaves are digests of acts; a signature over the root stands for every leaf. */
import { sha256 } from './hash.js';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry: Uint8Array): Buffer => sha256(LEAF, entry);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

const largestPowerBelow = (n: number): number => 2 ** (31 - Math.clz32(n - 1));

/** Root over leaf hashes. @throws RangeError for an empty list. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const first = leaves[0];
  if (first === undefined) throw new RangeError('a tree has at least one leaf');
  if (leaves.length === 1) return first;
  const split = largestPowerBelow(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/**
 * Inclusion path of the aligned subtree of `width` leaves (a power of two) that begins at leaf `index`.
 * @returns sibling hashes from the subtree up to the root.
 */
export function subtreePath(leaves: readonly Uint8Array[], index: number, width: number): Uint8Array[] {
  if (index === 0 && leaves.length <= width) return [];
  const split = largestPowerBelow(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split ? [...subtreePath(left, index, width), rootOf(right)] : [...subtreePath(right, index - split, width), rootOf(left)];
}

/**
 * The root that a subtree and its path lead to, or undefined where the path does not fit a tree of `size` leaves.
 * The index and size come from whoever submits: only the one path length that fits them is accepted.
 */
export function rootFromSubtree(subtree: Uint8Array, index: number, count: number, size: number, width: number, path: readonly Uint8Array[]): Uint8Array | undefined {
  if (!aligned(index, count, size, width)) return undefined;
  const turns: boolean[] = [];
  let [offset, length] = [index, size];
  while (!(offset === 0 && length <= width)) {
    const split = largestPowerBelow(length);
    turns.push(offset < split);
    if (offset < split) length = split;
    else [offset, length] = [offset - split, length - split];
  }
  if (length !== count || turns.length !== path.length) return undefined;
  let hash = subtree;
  for (const [i, sibling] of path.entries()) hash = turns[turns.length - 1 - i] ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
  return hash;
}

function aligned(index: number, count: number, size: number, width: number): boolean {
  const natural = [index, count, size, width].every((n) => Number.isSafeInteger(n) && n >= 0);
  return natural && count >= 1 && size <= 2 ** 30 && index % width === 0 && index + count <= size && count <= width;
}
