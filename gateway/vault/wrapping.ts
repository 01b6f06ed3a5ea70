/** Keys that wrap the holders' keys: a file each, numbered, the highest in use. Which files there are is the state of a rotation, so that one cut short goes on. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KeyMissing, writeKeyFile } from '../keyring.js';

/** Of an installation of before wrapping keys had numbers. */
const FIRST = 'wrapping.key';
const NUMBERED = /^wrapping-([1-9]\d{0,8})\.key$/;

export class WrappingKeys {
  readonly #directory: string;
  readonly #keys = new Map<number, Uint8Array>();

  /** @param directory of the vault's keys */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether there is one: the last thing that a first run makes. */
  static exist(directory: string): boolean {
    return existsSync(directory) && readdirSync(directory).some((name) => name === FIRST || NUMBERED.test(name));
  }

  /** Ascending. @throws KeyMissing where there is none */
  numbers(): number[] {
    const names = existsSync(this.#directory) ? readdirSync(this.#directory) : [];
    const numbers = names.flatMap((name) => (name === FIRST ? [0] : NUMBERED.exec(name)?.slice(1).map(Number) ?? [])).sort((a, b) => a - b);
    if (numbers.length === 0) throw new KeyMissing(this.#path(1));
    return numbers;
  }

  get current(): number {
    return this.numbers().at(-1) ?? 0;
  }

  /** @throws KeyMissing */
  key(number: number): Uint8Array {
    const known = this.#keys.get(number);
    if (known) return known;
    const path = this.#path(number);
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    if (bytes.length !== 32) throw new KeyMissing(path);
    this.#keys.set(number, bytes);
    return bytes;
  }

  /** When the key in use was made; a copy of the directory that keeps no times begins anew. */
  madeAt(): number {
    return statSync(this.#path(this.current)).mtimeMs;
  }

  /** The next one, in use from now on. Durable when it returns. @returns its number */
  make(): number {
    const names = existsSync(this.#directory) ? readdirSync(this.#directory) : [];
    const next = names.some((name) => name === FIRST || NUMBERED.test(name)) ? this.current + 1 : 1;
    writeKeyFile(this.#path(next), randomBytes(32));
    return next;
  }

  /** Overwritten, then taken away. What a disk keeps of a block that was written over, only the disk knows. */
  destroy(number: number): void {
    const path = this.#path(number);
    const file = openSync(path, 'r+');
    try {
      writeSync(file, randomBytes(32), 0, 32, 0);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    rmSync(path);
    const directory = openSync(this.#directory, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
    this.#keys.get(number)?.fill(0);
    this.#keys.delete(number);
  }

  #path(number: number): string {
    return join(this.#directory, number === 0 ? FIRST : `wrapping-${String(number)}.key`);
  }
}
