/** What was endorsed and not yet known to be committed. Written before the first send, so that a crash leaves nothing unknown for ever. */
import type { Level } from 'level';

export interface Pending {
  readonly txId: string;
  readonly agency: string;
  /** base64 of the SDK's prepared transaction: sent again byte for byte, a second copy is invalidated by its transaction id. */
  readonly transaction: string;
}

export class Outbox {
  readonly #store: Level<string, string>;

  constructor(store: Level<string, string>) {
    this.#store = store;
  }

  /** Durable when it returns. */
  async put(pending: Pending): Promise<void> {
    await this.#store.put(`outbox/${pending.txId}`, JSON.stringify(pending), { sync: true });
  }

  /** Not synced: after a crash the outcome is asked for once more. */
  async settled(txId: string): Promise<void> {
    await this.#store.del(`outbox/${txId}`);
  }

  async all(): Promise<Pending[]> {
    const rows = await this.#store.values({ gt: 'outbox/', lt: 'outbox0' }).all();
    return rows.map((row) => JSON.parse(row) as Pending);
  }
}
