/** Where the roots of a use log are on the ledger, as the log keeps it beside its records. */
import type { Level } from 'level';

/** A root of the log that is on the ledger. */
export interface Anchored {
  readonly size: number;
  readonly root: string;
  readonly txId: string;
  readonly at: string;
}

/** Twelve digits, so that keys lie in the order of numbers. */
export const digits = (n: number): string => String(n).padStart(12, '0');
const anchoredIn = ([key, bytes]: readonly [string, Uint8Array]): Anchored => ({ size: Number(key.slice(7)), ...(JSON.parse(Buffer.from(bytes).toString('utf8')) as Omit<Anchored, 'size'>) });

export class Anchors {
  readonly #store: Level<string, Uint8Array>;

  constructor(store: Level<string, Uint8Array>) {
    this.#store = store;
  }

  /** Not synced: the ledger has it. */
  async put({ size, ...anchor }: Anchored): Promise<void> {
    await this.#store.put(`anchor/${digits(size)}`, Buffer.from(JSON.stringify(anchor)));
  }

  /** The first root on the ledger that a record is under. */
  async of(seq: number): Promise<Anchored | undefined> {
    const [row] = await this.#store.iterator({ gt: `anchor/${digits(seq)}`, lt: 'anchor0', limit: 1 }).all();
    return row && anchoredIn(row);
  }

  async all(): Promise<Anchored[]> {
    return (await this.#store.iterator({ gt: 'anchor/', lt: 'anchor0' }).all()).map(anchoredIn);
  }

  /** Durable when it returns. */
  async forget(size: number): Promise<void> {
    await this.#store.del(`anchor/${digits(size)}`, { sync: true });
  }
}
