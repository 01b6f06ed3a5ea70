/** A key for each holder, wrapped, in a store of its own: destroying one erases the holder's faces wherever copies lie. */
import { randomBytes } from 'node:crypto';
import { Level, type BatchOperation } from 'level';
import { LRUCache } from 'lru-cache';
import { decrypt, encrypt } from '../cipher.js';
import { compact, shred } from './shred.js';
import type { WrappingKeys } from './wrapping.js';

const KEYS_IN_MEMORY = 20_000; // 32 bytes each: the holders of a busy day
/** Keys wrapped anew in one synced write: few enough that whoever needs a new one in between does not notice. */
const REWRAP_BATCH = 250;
const NUMBER_BYTES = 4;
/** nonce, key, tag: a key of before wrapping keys had numbers bears none. */
const UNNUMBERED_BYTES = 60;
/** Above every subject: the whole store. */
const [FIRST, LAST] = ['', '~'];

export type HolderKeyStore = Level<string, Uint8Array>;

/** What was kept of this person is erased, and nothing is kept of him again. */
export class Erased extends Error {
  override readonly name = 'Erased';
}

export class HolderKeys {
  readonly #store: HolderKeyStore;
  readonly #wrapping: WrappingKeys;
  /** Keys being written: whoever uses one made a moment ago by another waits for it too. */
  #pending: Promise<void> = Promise.resolve();
  /** Wrapping anew and destroying come one after the other: a key that is destroyed must not be written back. */
  #turn: Promise<unknown> = Promise.resolve();
  #current: number;
  #closing = false;
  #rotating: Promise<number> | undefined;
  readonly #open = new LRUCache<string, Uint8Array>({ max: KEYS_IN_MEMORY });

  private constructor(store: HolderKeyStore, wrapping: WrappingKeys, private readonly erased: (subject: string) => boolean) {
    this.#store = store;
    this.#wrapping = wrapping;
    this.#current = wrapping.current;
  }

  /** @param erased whether a subject is one of whom nothing is kept any more @throws KeyMissing, also where the store is from before its wrapping key was destroyed */
  static async open(directory: string, wrapping: WrappingKeys, erased: (subject: string) => boolean = () => false): Promise<HolderKeys> {
    wrapping.key(wrapping.current);
    // Keys are as random as what compression would make of them.
    const store: HolderKeyStore = new Level(directory, { valueEncoding: 'view', compression: false });
    await store.open();
    try {
      for await (const value of store.values({ limit: 1 })) wrapping.key(numberOf(value));
    } catch (error) {
      await store.close();
      throw error;
    }
    return new HolderKeys(store, wrapping, erased);
  }

  get(subject: string): Uint8Array | undefined {
    const known = this.#open.get(subject);
    if (known) return known;
    const wrapped = this.#store.getSync(subject);
    if (!wrapped) return undefined;
    const key = this.#unwrap(subject, wrapped);
    // One that is being destroyed must not come to stay in memory.
    if (!this.erased(subject)) this.#open.set(subject, key);
    return key;
  }

  has(subject: string): boolean {
    return this.#store.getSync(subject) !== undefined;
  }

  #wrap(subject: string, key: Uint8Array): Uint8Array {
    const number = Buffer.alloc(NUMBER_BYTES);
    number.writeUInt32BE(this.#current);
    return Buffer.concat([number, encrypt(this.#wrapping.key(this.#current), key, subject)]);
  }

  #unwrap(subject: string, value: Uint8Array): Uint8Array {
    return decrypt(this.#wrapping.key(numberOf(value)), value.length === UNNUMBERED_BYTES ? value : value.subarray(NUMBER_BYTES), subject);
  }

  /** Keys for all subjects, made where missing: at hand when this returns, durable when its promise resolves. @throws Erased */
  ensure(subjects: Iterable<string>): Promise<void> {
    const fresh: BatchOperation<HolderKeyStore, string, Uint8Array>[] = [];
    const made = new Map<string, Uint8Array>();
    for (const subject of subjects) {
      if (made.has(subject)) continue;
      if (this.erased(subject)) throw new Erased();
      if (this.get(subject)) continue;
      const key = randomBytes(32);
      made.set(subject, key);
      fresh.push({ type: 'put', key: subject, value: this.#wrap(subject, key) });
    }
    for (const [subject, key] of made) this.#open.set(subject, key);
    if (fresh.length === 0) return this.#pending;
    const written = this.#store.batch(fresh, { sync: true }).catch((error: unknown) => {
      // A key that is not on the disk must not encrypt another face.
      for (const subject of made.keys()) this.#open.delete(subject);
      throw error;
    });
    const pending = Promise.all([this.#pending, written]).then(() => undefined);
    this.#pending = pending;
    // Whoever waits now fails with it; who comes later must not, or one full disk would refuse every face until the next start.
    pending.catch(() => { if (this.#pending === pending) this.#pending = Promise.resolve(); });
    return pending;
  }

  /** Destroys keys of holders that count as erased. Durable when it returns. */
  destroy(subjects: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#pending.catch(() => undefined);
      for (const subject of subjects) this.#open.delete(subject);
      await shred(this.#store, subjects);
    });
  }

  /** When the wrapping key in use was made, ms. */
  get wrappedSince(): number {
    return this.#wrapping.madeAt();
  }

  /** Whether an earlier wrapping key still lies here: a rotation was cut short. */
  get isRotating(): boolean {
    return this.#wrapping.numbers().length > 1;
  }

  /**
   * A new wrapping key, every holder's key wrapped under it, and the old ones destroyed. Cut short at any step it goes on from what lies on the disk.
   * @param anew false: only finish what was begun @returns how many keys were wrapped anew
   */
  rotate(anew: boolean, progress: (done: number) => void = () => undefined): Promise<number> {
    this.#rotating ??= this.#rotate(anew, progress).finally(() => { this.#rotating = undefined; });
    return this.#rotating;
  }

  async #rotate(anew: boolean, progress: (done: number) => void): Promise<number> {
    if (!this.isRotating && !anew) return 0;
    if (!this.isRotating) this.#current = this.#wrapping.make();
    // What was wrapped under the old key a moment ago is on its way to the disk.
    await this.#pending.catch(() => undefined);
    // Values wrapped before are in tables of their own, so that the merge below meets each of them with its successor.
    await compact(this.#store, FIRST, LAST);
    let done = 0;
    for (let after: string | undefined = FIRST; after !== undefined;) {
      if (this.#closing) return done; // the next start goes on
      const batch: { next: string | undefined; count: number } = await this.#inTurn(() => this.#rewrap(after ?? FIRST));
      after = batch.next;
      progress((done += batch.count));
    }
    await this.#inTurn(async () => {
      await compact(this.#store, FIRST, LAST);
      for (const number of this.#wrapping.numbers()) if (number !== this.#current) this.#wrapping.destroy(number);
    });
    return done;
  }

  /** @returns the last subject looked at, undefined where there are no more */
  async #rewrap(after: string): Promise<{ next: string | undefined; count: number }> {
    const rows = await this.#store.iterator({ gt: after, limit: REWRAP_BATCH }).all();
    const old = rows.filter(([, value]) => numberOf(value) !== this.#current);
    if (old.length > 0) await this.#store.batch(old.map(([key, value]) => ({ type: 'put', key, value: this.#wrap(key, this.#unwrap(key, value)) })), { sync: true });
    return { next: rows.length < REWRAP_BATCH ? undefined : rows.at(-1)?.[0], count: old.length };
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#rotating?.catch(() => undefined);
    await this.#turn;
    await this.#store.close();
  }
}

/** Of the wrapping key that a value is under. */
function numberOf(value: Uint8Array): number {
  return value.length === UNNUMBERED_BYTES ? 0 : Buffer.from(value.buffer, value.byteOffset, value.byteLength).readUInt32BE(0);
}
