/** Trees of RFC 9162 against a naive implementation of its definition. */
import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { consistencyPath, inclusionPath, leafHash, LOG_SIZE_MAX, nodeHash, rangeRoot, rootFromSubtree, rootOf, subtreePath, verifyConsistency, verifyInclusion, type Subtrees } from '#chaincode/facts/merkle';

const hash = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** MTH of RFC 9162, 2.1.1, word for word. */
function mth(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 1) return hash(Buffer.from([0]), entries[0] ?? new Uint8Array());
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return hash(Buffer.from([1]), mth(entries.slice(0, k)), mth(entries.slice(k)));
}
/** PATH of RFC 9162, 2.1.3.1. */
function pathOf(m: number, entries: readonly Uint8Array[]): Buffer[] {
  if (entries.length === 1) return [];
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return m < k ? [...pathOf(m, entries.slice(0, k)), mth(entries.slice(k))] : [...pathOf(m - k, entries.slice(k)), mth(entries.slice(0, k))];
}

/** SUBPROOF of RFC 9162, 2.1.4.1, and PROOF. */
function subproof(m: number, entries: readonly Uint8Array[], known: boolean): Buffer[] {
  if (m === entries.length) return known ? [] : [mth(entries)];
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return m <= k ? [...subproof(m, entries.slice(0, k), known), mth(entries.slice(k))] : [...subproof(m - k, entries.slice(k), false), mth(entries.slice(0, k))];
}
const proofOf = (m: number, entries: readonly Uint8Array[]): Buffer[] => subproof(m, entries, true);

const entriesOf = (size: number) => Array.from({ length: size }, (_, i) => Buffer.from(`entry ${String(i)}`));

void t.test('when the root is computed', (t) => {
  for (let size = 1; size <= 70; size++) {
    const entries = entriesOf(size);
    t.ok(Buffer.from(rootOf(entries.map(leafHash))).equals(mth(entries)), `size ${String(size)}`);
  }
  t.throws(() => rootOf([]), RangeError);
  // RFC 6962 test vector: one empty leaf.
  t.equal(leafHash(new Uint8Array()).toString('hex'), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  t.not(leafHash(Buffer.alloc(64)).toString('hex'), nodeHash(Buffer.alloc(32), Buffer.alloc(32)).toString('hex'), 'a node is never a leaf');
  t.end();
});

void t.test('when a path of one leaf is made', (t) => {
  for (const size of [1, 2, 3, 5, 8, 9, 31]) {
    const entries = entriesOf(size);
    for (let at = 0; at < size; at++) {
      const path = subtreePath(entries.map(leafHash), at, 1);
      t.strictSame(path.map((each) => Buffer.from(each).toString('hex')), pathOf(at, entries).map((each) => each.toString('hex')), `leaf ${String(at)} of ${String(size)}`);
    }
  }
  t.end();
});

void t.test('when a chunk leads to the root', (t) => {
  for (const width of [1, 2, 4, 16]) for (const size of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 64, 65]) {
    const leaves = entriesOf(size).map(leafHash);
    const root = Buffer.from(rootOf(leaves)).toString('hex');
    const found: string[] = [];
    for (let at = 0; at < size; at += width) {
      const chunk = leaves.slice(at, at + width);
      found.push(Buffer.from(rootFromSubtree(rootOf(chunk), at, chunk.length, size, width, subtreePath(leaves, at, width)) ?? '').toString('hex'));
    }
    t.strictSame(found, Array.from({ length: Math.ceil(size / width) }, () => root), `every chunk of ${String(width)} in ${String(size)}`);
  }
  t.end();
});

void t.test('when a path does not fit', (t) => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.constantFrom(1, 4, 16), fc.nat(), (size, pick, width, at) => {
    const leaves = entriesOf(size).map(leafHash);
    const root = Buffer.from(rootOf(leaves)).toString('hex');
    const index = (pick % Math.ceil(size / width)) * width;
    const chunk = leaves.slice(index, index + width);
    const path = subtreePath(leaves, index, width);
    const lead = (i: number, count: number, of: number, p: readonly Uint8Array[]) => {
      const found = rootFromSubtree(rootOf(chunk), i, count, of, width, p);
      return found !== undefined && Buffer.from(found).toString('hex') === root;
    };
    const edited = path.map((each, i) => (i === at % Math.max(1, path.length) ? randomBytes(32) : each));
    return lead(index, chunk.length, size, path)
      && (path.length === 0 || !lead(index, chunk.length, size, edited))
      && (path.length === 0 || !lead(index, chunk.length, size, path.slice(1)))
      && !lead(index, chunk.length, size, [...path, randomBytes(32)])
      && !lead(index + width, chunk.length, size, path)
      && (width === 1 || !lead(index + 1, chunk.length, size, path))
      && !lead(index, chunk.length + 1, size, path);
  }), { numRuns: 200 });
  const one = rootOf([leafHash(Buffer.from('a'))]);
  for (const [index, count, size, width] of [[-1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 2 ** 31, 1], [0.5, 1, 2, 1], [NaN, 1, 2, 1], [0, 2, 1, 4]] as const) t.equal(rootFromSubtree(one, index, count, size, width, []), undefined);
  t.end();
});

/** Whole subtrees as a log keeps them; a part of a subtree is never asked for. */
const subtreesOf = (size: number): Subtrees => {
  const leaves = entriesOf(size).map(leafHash);
  return (level, index) => {
    const [begin, end] = [index * 2 ** level, (index + 1) * 2 ** level];
    if (end > size) throw new RangeError('not whole yet');
    return rootOf(leaves.slice(begin, end));
  };
};
const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map((each) => Buffer.from(each).toString('hex'));

void t.test('when a log proves what it holds', (t) => {
  for (let size = 1; size <= 40; size++) {
    const [entries, subtrees] = [entriesOf(size), subtreesOf(size)];
    const root = mth(entries);
    t.strictSame(hexes([rangeRoot(subtrees, 0, size)]), hexes([root]));
    const wrong: string[] = [];
    for (let at = 0; at < size; at++) {
      const path = inclusionPath(subtrees, at, size);
      if (hexes(path).join() !== hexes(pathOf(at, entries)).join() || !verifyInclusion(leafHash(entries[at]!), at, size, path, root)) wrong.push(`leaf ${String(at)}`);
    }
    for (let before = 1; before <= size; before++) {
      const path = consistencyPath(subtrees, before, size);
      if (hexes(path).join() !== hexes(proofOf(before, entries)).join() || !verifyConsistency(before, size, mth(entries.slice(0, before)), root, path)) wrong.push(`from ${String(before)}`);
    }
    t.strictSame(wrong, [], `size ${String(size)}`);
    t.strictSame(consistencyPath(subtrees, 0, size), [], 'from nothing');
  }
  t.end();
});

void t.test('when a proof is bent', (t) => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (size, pick, at) => {
    const [entries, subtrees] = [entriesOf(size), subtreesOf(size)];
    const root = mth(entries);
    const bent = (path: readonly Uint8Array[]): Uint8Array[][] => [path.slice(1), path.slice(0, -1), [...path, randomBytes(32)], [randomBytes(32), ...path], path.map((each, i) => (i === at % path.length ? randomBytes(32) : each))];
    const index = pick % size;
    const leaf = leafHash(entries[index]!);
    const inclusion = inclusionPath(subtrees, index, size);
    const included = verifyInclusion(leaf, index, size, inclusion, root) && !verifyInclusion(leafHash(randomBytes(9)), index, size, inclusion, root) && !verifyInclusion(leaf, index, size, inclusion, randomBytes(32))
      && !bent(inclusion).some((path) => verifyInclusion(leaf, index, size, path, root)) && !verifyInclusion(leaf, index ^ 1, size, inclusion, root);
    const before = 1 + (pick % (size - 1));
    const [old, path] = [mth(entries.slice(0, before)), consistencyPath(subtrees, before, size)];
    // A leaf changed or gone, before or after the first root, gives another tree.
    const changed = mth(entries.map((entry, i) => (i === at % before ? randomBytes(9) : entry)));
    const consistent = verifyConsistency(before, size, old, root, path) && !verifyConsistency(before, size, randomBytes(32), root, path) && !verifyConsistency(before, size, old, changed, path)
      && !bent(path).some((each) => verifyConsistency(before, size, old, root, each)) && !verifyConsistency(size, before, root, old, path);
    return included && consistent;
  }), { numRuns: 200 });
  const [one, two] = [mth(entriesOf(1)), mth(entriesOf(2))];
  t.ok(verifyInclusion(one, 0, 1, [], one));
  t.ok(verifyConsistency(1, 1, one, one, []));
  t.notOk(verifyConsistency(1, 1, one, two, []), 'another root of the same size');
  for (const n of [-1, 0.5, NaN, Infinity, LOG_SIZE_MAX + 1]) {
    t.notOk(verifyInclusion(one, n, 1, [], one), String(n));
    t.notOk(verifyInclusion(one, 0, n, [], one), String(n));
    t.notOk(verifyConsistency(n, 2, one, two, []), String(n));
    t.notOk(verifyConsistency(1, n, one, two, []), String(n));
  }
  t.notOk(verifyConsistency(0, 1, one, one, []), 'nothing is shown from an empty tree');
  t.end();
});

void t.test('when a log is as long as any can be', (t) => {
  // Equal subtrees: only their heights matter.
  const heights = Array.from({ length: 32 }).reduce<Buffer[]>((above) => [...above, nodeHash(above.at(-1)!, above.at(-1)!)], [leafHash(Buffer.from('x'))]);
  const subtrees: Subtrees = (level) => heights[level]!;
  const root = rangeRoot(subtrees, 0, LOG_SIZE_MAX);
  for (const index of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, LOG_SIZE_MAX - 1]) t.ok(verifyInclusion(heights[0]!, index, LOG_SIZE_MAX, inclusionPath(subtrees, index, LOG_SIZE_MAX), root), `leaf ${String(index)}`);
  for (const before of [1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, LOG_SIZE_MAX - 1]) t.ok(verifyConsistency(before, LOG_SIZE_MAX, rangeRoot(subtrees, 0, before), root, consistencyPath(subtrees, before, LOG_SIZE_MAX)), `from ${String(before)}`);
  t.end();
});
