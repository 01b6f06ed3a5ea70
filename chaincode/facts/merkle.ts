/** Merkle trees as in RFC 9162 section 2.1: over the digests of acts that are signed at once, and over the records of a log that only grows. */
import { sha256 } from '#chaincode/facts/hash';

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

/** A log of more leaves than that is none of ours: numbers stay within what bit operations carry. */
export const LOG_SIZE_MAX = 2 ** 32 - 1;

/** Hash of the whole subtree `index` of height `level`: leaves index * 2^level up to (index + 1) * 2^level. A growing tree never changes one. */
export type Subtrees = (level: number, index: number) => Uint8Array;

/** Root of the leaves from `begin` up to `end`, where `begin` is where a subtree of that width begins. */
export function rangeRoot(subtrees: Subtrees, begin: number, end: number): Uint8Array {
  const width = end - begin;
  const level = 31 - Math.clz32(width);
  if (2 ** level === width) return subtrees(level, begin / width);
  return nodeHash(subtrees(level, begin / 2 ** level), rangeRoot(subtrees, begin + 2 ** level, end));
}

/** PATH(index, D_size), section 2.1.3.1: siblings from the leaf up. */
export function inclusionPath(subtrees: Subtrees, index: number, size: number): Uint8Array[] {
  return siblings(subtrees, size, ({ begin, middle, end }) => (end - begin === 1 ? undefined : index < middle)).path;
}

/** PROOF(before, D_size), section 2.1.4.1: what shows that the first `before` leaves of the tree are those of the smaller tree. Empty from an empty tree, and to the same. */
export function consistencyPath(subtrees: Subtrees, before: number, size: number): Uint8Array[] {
  if (before === 0 || before === size) return [];
  const { path, begin, end } = siblings(subtrees, size, ({ middle, end }) => (end === before ? undefined : before <= middle));
  // Where the smaller tree is a subtree of the larger one, its root is known to whoever verifies.
  return begin === 0 ? path : [rangeRoot(subtrees, begin, end), ...path];
}

interface Range {
  readonly begin: number;
  readonly middle: number;
  readonly end: number;
}

/** Goes down from the root, to the left where told so, until told nothing. @returns the roots it went past, from below, and where it ended */
function siblings(subtrees: Subtrees, size: number, toTheLeft: (range: Range) => boolean | undefined): { readonly path: Uint8Array[]; readonly begin: number; readonly end: number } {
  const path: Uint8Array[] = [];
  for (let [begin, end] = [0, size]; ;) {
    const middle = begin + largestPowerBelow(end - begin);
    const left = toTheLeft({ begin, middle, end });
    if (left === undefined) return { path: path.reverse(), begin, end };
    path.push(left ? rangeRoot(subtrees, middle, end) : rangeRoot(subtrees, begin, middle));
    if (left) end = middle;
    else begin = middle;
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0 && n <= LOG_SIZE_MAX;

/** Section 2.1.3.2. Index, size and path come from whoever wants to be believed. */
export function verifyInclusion(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  let [at, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at >>> 1, last >>> 1];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [at >>> 1, last >>> 1];
  }
  return last === 0 && same(hash, root);
}

/** Section 2.1.4.2: whether the tree of `size` leaves under `root` begins with the one of `before` leaves under `rootBefore`. Sizes, root and path come from whoever wants to be believed. */
export function verifyConsistency(before: number, size: number, rootBefore: Uint8Array, root: Uint8Array, path: readonly Uint8Array[]): boolean {
  if (!isSize(before) || !isSize(size) || before === 0 || before > size) return false;
  if (before === size) return path.length === 0 && same(rootBefore, root);
  const [first, ...rest] = Number.isInteger(Math.log2(before)) ? [rootBefore, ...path] : path;
  if (!first) return false;
  let [at, last] = [before - 1, size - 1];
  while (at % 2 === 1) [at, last] = [at >>> 1, last >>> 1];
  let [old, grown] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [old, grown] = [nodeHash(sibling, old), nodeHash(sibling, grown)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at >>> 1, last >>> 1];
    } else grown = nodeHash(grown, sibling);
    [at, last] = [at >>> 1, last >>> 1];
  }
  return last === 0 && same(old, rootBefore) && same(grown, root);
}
