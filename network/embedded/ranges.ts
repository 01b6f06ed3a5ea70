import { equalBytes, sha256 } from '#network/embedded/crypto';
import { type KeyRead, type RangeRead, type RangeSummary, writeReads } from '#network/rwset';

// Fabric's constant: up to 50 results are listed, more are replaced by a hash tree.
const MAX_DEGREE = 50;

/**
 * Collects the results of a range read as Fabric does for phantom checks: the reads themselves, or, beyond 50, a tree
 * of hashes built as they come. Source: core/ledger/kvledger/txmgmt/rwsetutil/query_results_helper.go.
 */
export class RangeCollector {
  readonly #maxDegree: number;
  #pending: KeyRead[] = [];
  #levels: Buffer[][] = [];

  constructor(maxDegree = MAX_DEGREE) {
    this.#maxDegree = maxDegree;
  }

  add(read: KeyRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#maxDegree) this.#flush();
  }

  /** The collected reads, or their summary; the collector is used up. */
  finish(): { reads: KeyRead[]; summary?: RangeSummary } {
    if (this.#levels.length === 0) return { reads: this.#pending };
    if (this.#pending.length > 0) this.#flush();
    this.#close();
    return { reads: [], summary: { maxDegree: this.#maxDegree, maxLevel: this.#levels.length, hashes: this.#levels.at(-1) ?? [] } };
  }

  #flush(): void {
    const leaf = sha256(writeReads(this.#pending));
    this.#pending = [];
    this.#push(0, leaf);
  }

  #push(level: number, hash: Buffer): void {
    const hashes = (this.#levels[level] ??= []);
    hashes.push(hash);
    if (hashes.length <= this.#maxDegree) return;
    this.#levels[level] = [];
    this.#push(level + 1, sha256(...hashes));
  }

  /** Carries what is left on the lower levels up to the highest; a single hash goes up as it is. */
  #close(): void {
    const top = this.#levels.length - 1;
    for (let level = 0; level < top; level++) {
      const hashes = this.#levels[level]!;
      if (hashes.length === 0) continue;
      this.#levels[level] = [];
      this.#levels[level + 1]!.push(hashes.length === 1 ? hashes[0]! : sha256(...hashes));
    }
    const highest = this.#levels[top]!;
    if (highest.length > this.#maxDegree) this.#levels.push([sha256(...highest)]);
  }
}

/** True if a range read gives the same now as it did then. */
export function sameRange(range: RangeRead, now: readonly KeyRead[]): boolean {
  if (range.summary) {
    if (range.summary.maxDegree < 2) return false;
    const collector = new RangeCollector(range.summary.maxDegree);
    for (const read of now) collector.add(read);
    const { summary } = collector.finish();
    return summary !== undefined && summary.maxLevel === range.summary.maxLevel && equalLists(summary.hashes, range.summary.hashes);
  }
  return range.reads.length === now.length && range.reads.every((read, index) => sameRead(read, now[index]!));
}

function sameRead(a: KeyRead, b: KeyRead): boolean {
  return a.key === b.key && a.version?.block === b.version?.block && a.version?.tx === b.version?.tx;
}

function equalLists(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((bytes, index) => equalBytes(bytes, b[index]!));
}
