/** What status lists say, as the blocks go by: a row for every place whose status is not VALID. Most places have none, so issuing writes nothing here. */
import type { BatchOperation, Level } from 'level';
import { LRUCache } from 'lru-cache';
import type { LicenceRecord, Place, VersionRecord } from '#chaincode/facts/records';
import { STATUS_LIST_VALUE, type Status } from '#chaincode/facts/status';
import { LIST_SIZE } from '#chaincode/rules/status-list';
import { listName, setValue } from '../documents/status-list.js';

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

/** Values of a list, 4 bits a place; and the block that last changed them, or, where that was before it was loaded, at which they were read. */
export interface ListValues {
  readonly values: Uint8Array;
  readonly changedIn: bigint;
}

/** 8 KiB each: the lists of some ten million licences. */
const LISTS_IN_MEMORY = 2_000;

export class Statuses {
  readonly #store: Store;
  readonly #lists = new LRUCache<string, { values: Uint8Array; changedIn: bigint }>({ max: LISTS_IN_MEMORY });
  #changes: { name: string; index: number; value: number }[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** A licence as an act has left it: at most its last two versions have changed, and the line. @param agencyOf owner of a seal */
  licence(operations: Operation[], { versions, events, pages, line }: LicenceRecord, lineAgency: string | undefined, agencyOf: (seal: string) => string | undefined): void {
    const current = versions.at(-1);
    const isNew = events.length === 1 && pages === undefined;
    if (!current || (isNew && current.status === 'VALID')) return;
    this.versions(operations, versions.slice(-2), agencyOf);
    if (line && lineAgency !== undefined) this.#place(operations, lineAgency, line, current.status);
  }

  /** Versions that have moved to a page, perhaps in the very act that ended one of them. */
  versions(operations: Operation[], versions: readonly VersionRecord[], agencyOf: (seal: string) => string | undefined): void {
    for (const { seal, place, status } of versions) {
      const agency = seal === undefined ? undefined : agencyOf(seal);
      if (place && agency !== undefined) this.#place(operations, agency, place, status);
    }
  }

  #place(operations: Operation[], agency: string, { list, index }: Place, status: Status): void {
    const name = listName(agency, list);
    const value = STATUS_LIST_VALUE[status];
    operations.push(value === 0 ? { type: 'del', key: `status/${name}/${String(index)}` } : { type: 'put', key: `status/${name}/${String(index)}`, value: String(value) });
    this.#changes.push({ name, index, value });
  }

  /** Rows were changed by another hand. */
  forget(): void {
    this.#lists.clear();
  }

  /** After the rows of a block are written. */
  settle(block: bigint): void {
    for (const { name, index, value } of this.#changes) {
      const known = this.#lists.get(name);
      if (!known) continue;
      setValue(known.values, index, value);
      known.changedIn = block;
    }
    this.#changes = [];
  }

  /** @param at the block the index stands at; asked again afterwards, for a block may come while rows are read */
  async values(agency: string, list: number, at: () => bigint): Promise<ListValues> {
    const name = listName(agency, list);
    for (;;) {
      const known = this.#lists.get(name);
      if (known) return known;
      const block = at();
      const values = new Uint8Array(LIST_SIZE / 2);
      for await (const [key, value] of this.#store.iterator({ gt: `status/${name}/`, lt: `status/${name}0` })) setValue(values, Number(key.slice(key.lastIndexOf('/') + 1)), Number(value));
      if (at() === block) this.#lists.set(name, { values, changedIn: block });
    }
  }
}
