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

  /** What can be read: one damaged row must not keep the others from being settled. */
  async all(): Promise<Pending[]> {
    return (await this.rows()).flatMap(({ pending }) => pending ?? []);
  }

  /** Everything that lies here, with the text it was read from. */
  async rows(): Promise<{ readonly txId: string; readonly text: string; readonly pending?: Pending }[]> {
    const rows = await this.#store.iterator({ gt: 'outbox/', lt: 'outbox0' }).all();
    return rows.map(([key, text]) => {
      const [txId, pending] = [key.slice('outbox/'.length), pendingIn(text)];
      return { txId, text, ...(pending?.txId === txId ? { pending } : {}) };
    });
  }
}

function pendingIn(text: string): Pending | undefined {
  try {
    const { txId, agency, transaction } = JSON.parse(text) as Partial<Pending>;
    return typeof txId === 'string' && typeof agency === 'string' && typeof transaction === 'string' ? { txId, agency, transaction } : undefined;
  } catch {
    return undefined;
  }
}
