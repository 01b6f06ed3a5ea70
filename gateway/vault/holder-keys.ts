/** A key for each holder, wrapped, in a store of its own: destroying one erases the holder's faces wherever copies lie. */
import { randomBytes } from 'node:crypto';
import { Level, type BatchOperation } from 'level';
import { LRUCache } from 'lru-cache';
import { decrypt, encrypt } from '../cipher.js';

const KEYS_IN_MEMORY = 20_000; // 32 bytes each: the holders of a busy day

export type HolderKeyStore = Level<string, Uint8Array>;

export class HolderKeys {
  readonly #store: HolderKeyStore;
  readonly #wrapping: Uint8Array;
  /** Keys being written: whoever uses one made a moment ago by another waits for it too. */
  #pending: Promise<void> = Promise.resolve();
  readonly #open = new LRUCache<string, Uint8Array>({ max: KEYS_IN_MEMORY });

  private constructor(store: HolderKeyStore, wrapping: Uint8Array) {
    this.#store = store;
    this.#wrapping = wrapping;
  }

  static async open(directory: string, wrapping: Uint8Array): Promise<HolderKeys> {
    const store: HolderKeyStore = new Level(directory, { valueEncoding: 'view' });
    await store.open();
    return new HolderKeys(store, wrapping);
  }

  get(subject: string): Uint8Array | undefined {
    const known = this.#open.get(subject);
    if (known) return known;
    const wrapped = this.#store.getSync(subject);
    if (!wrapped) return undefined;
    const key = decrypt(this.#wrapping, wrapped, subject);
    this.#open.set(subject, key);
    return key;
  }

  /** Keys for all subjects, made where missing: at hand when this returns, durable when its promise resolves. */
  ensure(subjects: Iterable<string>): Promise<void> {
    const fresh: BatchOperation<HolderKeyStore, string, Uint8Array>[] = [];
    const made = new Map<string, Uint8Array>();
    for (const subject of subjects) {
      if (made.has(subject) || this.get(subject)) continue;
      const key = randomBytes(32);
      made.set(subject, key);
      fresh.push({ type: 'put', key: subject, value: encrypt(this.#wrapping, key, subject) });
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

  async close(): Promise<void> {
    await this.#store.close();
  }
}
