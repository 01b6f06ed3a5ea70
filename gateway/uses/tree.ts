/** The right edge of a growing tree: what is needed to add a leaf, and nothing else (RFC 9162, 2.1). */
import { nodeHash, type Subtrees } from '#chaincode/facts/merkle';

/** A subtree that is whole now, and never changes again. */
export interface Whole {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

export class Edge {
  readonly #hashes: Uint8Array[];
  #size: number;

  private constructor(size: number, hashes: Uint8Array[]) {
    this.#size = size;
    this.#hashes = hashes;
  }

  /** The edge of the tree that has so many leaves. */
  static of(size: number, subtrees: Subtrees): Edge {
    const hashes: Uint8Array[] = [];
    for (let [level, width] = [0, 1]; width <= size; level++, width *= 2) if (bit(size, level)) hashes[level] = subtrees(level, Math.floor(size / width) - 1);
    return new Edge(size, hashes);
  }

  get size(): number {
    return this.#size;
  }

  copy(): Edge {
    return new Edge(this.#size, [...this.#hashes]);
  }

  /** Adds a leaf. @returns the subtrees that it makes whole, itself the first: two on average */
  add(leaf: Uint8Array): Whole[] {
    const whole: Whole[] = [{ level: 0, index: this.#size, hash: leaf }];
    let hash = leaf;
    let level = 0;
    for (; bit(this.#size, level); level++) {
      hash = nodeHash(this.#hashes[level] ?? new Uint8Array(), hash);
      whole.push({ level: level + 1, index: Math.floor(this.#size / 2 ** (level + 1)), hash });
    }
    this.#hashes[level] = hash;
    this.#size++;
    return whole;
  }
}

const bit = (size: number, level: number): boolean => Math.floor(size / 2 ** level) % 2 === 1;
