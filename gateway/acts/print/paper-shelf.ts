/** Papers that still lack their time stamp, because the authority was away when they were sealed. */
import type { Level } from 'level';
import type { PaperKey } from '../../vault/papers.js';

export class PaperShelf {
  readonly #store: Level<string, string>;

  constructor(store: Level<string, string>) {
    this.#store = store;
  }

  /** Durable when it returns. */
  async put(key: PaperKey): Promise<void> {
    await this.#store.put(rowOf(key), JSON.stringify(key), { sync: true });
  }

  async remove(key: PaperKey): Promise<void> {
    await this.#store.del(rowOf(key));
  }

  async all(): Promise<PaperKey[]> {
    const rows = await this.#store.values({ gt: 'stamp/', lt: 'stamp0' }).all();
    return rows.map((row) => JSON.parse(row) as PaperKey);
  }
}

const rowOf = ({ licence, version }: PaperKey): string => `stamp/${licence}/${String(version)}`;
