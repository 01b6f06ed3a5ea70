/** Trees of RFC 9162 against a naive implementation of its definition. */
import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { leafHash, nodeHash, rootFromSubtree, rootOf, subtreePath } from '#chaincode/facts/merkle';

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
