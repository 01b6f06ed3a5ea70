import { readEnvelope, readHeader, readActions, readPayload, readResult, type Version } from '#network/transaction';
import { compareUtf8, sortUtf8 } from '#network/embedded/order';
import { RangeCollector } from '#network/embedded/ranges';
import * as rows from '#network/embedded/rows';
import type { LedgerStore, Snapshot } from '#network/embedded/store';
import { type KeyWrite, type RangeRead, readReadWriteSet, writeReadWriteSet } from '#network/rwset';

// Fabric hands results to the contract in hundreds and looks one ahead: that is what the range information records.
const RANGE_PAGE = 100;
const RANGE_TOTAL = 100_000;
const EMPTY = Buffer.alloc(0);
const LONE_SURROGATE = /\p{Surrogate}/u;

export interface RangeResult {
  key: string;
  value: Buffer;
}

export interface HistoryResult {
  txId: string;
  value: Buffer;
  isDelete: boolean;
  timestamp: { seconds: number; nanos: number };
}

/**
 * One run of the contract: reads a snapshot, remembers what was read and what is to be written, changes nothing.
 * A write is not visible to later reads of the same run, as in Fabric.
 */
export class Simulation {
  readonly #store: LedgerStore;
  readonly #snapshot: Snapshot;
  readonly #namespace: string;
  readonly #reads = new Map<string, Version | undefined>();
  readonly #writes = new Map<string, Buffer | undefined>();
  readonly #ranges: RangeCursor[] = [];
  readonly #histories: RowIterator[] = [];
  #isDone = false;
  #isPaginated = false;

  constructor(store: LedgerStore, namespace: string) {
    store.assertSound();
    this.#store = store;
    this.#namespace = namespace;
    this.#snapshot = store.db.snapshot();
  }

  /** A missing key reads as an empty value. */
  get(key: string): Buffer {
    this.#assertOpen();
    assertKey(key);
    const found = this.#store.getState(this.#namespace, key, this.#snapshot);
    if (!this.#reads.has(key)) this.#reads.set(key, found?.version);
    return found?.value ?? EMPTY;
  }

  /** An empty value deletes, as in Fabric. */
  put(key: string, value: Uint8Array): void {
    this.#assertWritable(key);
    this.#writes.set(key, value.length === 0 ? undefined : Buffer.from(value));
  }

  delete(key: string): void {
    this.#assertWritable(key);
    this.#writes.set(key, undefined);
  }

  /** Keys from `startKey` (included) to `endKey` (not included; empty: the last). Reversed: nothing. */
  range(startKey: string, endKey: string): RangeCursor {
    this.#assertOpen();
    const cursor = new RangeCursor(this.#store, this.#snapshot, this.#namespace, { startKey, endKey, limit: RANGE_TOTAL, isRecorded: true });
    this.#ranges.push(cursor);
    return cursor;
  }

  /** One page; not protected against phantoms, so nothing may be written in the same run. */
  page(startKey: string, endKey: string, limit: number): RangeCursor {
    this.#assertOpen();
    if (this.#writes.size > 0) throw new Error('a paginated query is not allowed after a write');
    this.#isPaginated = true;
    const cursor = new RangeCursor(this.#store, this.#snapshot, this.#namespace, { startKey, endKey, limit, isRecorded: false });
    this.#ranges.push(cursor);
    return cursor;
  }

  /** What valid transactions wrote to the key, newest first. */
  async *history(key: string): AsyncGenerator<HistoryResult> {
    this.#assertOpen();
    assertKey(key);
    const prefix = rows.historyPrefix(this.#namespace, key);
    const bounds = { gte: rows.historyKey(prefix, 0, 0), lte: Buffer.concat([prefix, Buffer.alloc(12, 0xff)]) };
    const iterator = openRows(this.#store, { ...bounds, reverse: true, snapshot: this.#snapshot });
    this.#histories.push(iterator);
    for (;;) {
      const [entry] = await iterator.nextv(1).catch((cause: unknown) => {
        throw this.#isDone ? new Error('the transaction is over') : this.#store.fail(cause);
      });
      if (!entry) return;
      yield this.#change(rows.readHistory(entry[0], entry[1]), key);
    }
  }

  /** The rwset.TxReadWriteSet of the run. */
  results(): Buffer {
    const reads = sortUtf8(this.#reads.keys()).map((key) => ({ key, version: this.#reads.get(key) }));
    const writes = sortUtf8(this.#writes.keys()).map((key): KeyWrite => {
      const value = this.#writes.get(key);
      return { key, isDelete: value === undefined, value: value ?? EMPTY };
    });
    const ranges = new Map<string, RangeRead>();
    for (const cursor of this.#ranges) {
      const range = cursor.finish();
      // The same range read twice in one snapshot gave the same: Fabric keeps the first.
      const name = range && JSON.stringify([range.startKey, range.endKey, range.exhausted]);
      if (range && name && !ranges.has(name)) ranges.set(name, range);
    }
    return writeReadWriteSet({ namespace: this.#namespace, reads, ranges: [...ranges.values()], writes });
  }

  async close(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    // A contract that forgets to close an iterator must not keep the snapshot alive.
    await Promise.all([...this.#ranges, ...this.#histories].map((cursor) => cursor.close()));
    await this.#snapshot.close();
  }

  #change({ block, offset, length }: rows.HistoryPlace, key: string): HistoryResult {
    return this.#store.guard(() => {
      const bytes = this.#store.block(block);
      if (!bytes) throw new Error(`block ${block} is missing`);
      const { header, data } = readPayload(readEnvelope(bytes.subarray(offset, offset + length)).bytes);
      const { txId, seconds, nanos } = readHeader(header);
      const set = readReadWriteSet(readResult(readActions(data)[0]!.responsePayload).results).find(({ namespace }) => namespace === this.#namespace);
      const write = set?.writes.find((item) => item.key === key);
      if (!write) throw new Error('a history row points at a transaction that did not write the key');
      return { txId, value: Buffer.from(write.value), isDelete: write.isDelete, timestamp: { seconds, nanos } };
    });
  }

  #assertOpen(): void {
    if (this.#isDone) throw new Error('the transaction is over');
  }

  #assertWritable(key: string): void {
    this.#assertOpen();
    assertKey(key);
    if (this.#isPaginated) throw new Error('unsupported transaction: it has already performed a paginated query, writes are not allowed');
  }
}

type RowIterator = ReturnType<typeof openRows>;

interface RangeOptions {
  startKey: string;
  endKey: string;
  limit: number;
  isRecorded: boolean;
}

/** Reads a range page by page and keeps what the phantom check needs. */
export class RangeCursor {
  readonly #options: RangeOptions;
  readonly #namespace: string;
  readonly #iterator: RowIterator | undefined;
  readonly #store: LedgerStore;
  readonly #collector = new RangeCollector();
  #ready: RangeResult[] = [];
  #ahead: RangeResult | undefined;
  #isExhausted = false;
  #lastKey = '';
  #count = 0;

  constructor(store: LedgerStore, snapshot: Snapshot, namespace: string, options: RangeOptions) {
    this.#store = store;
    this.#namespace = namespace;
    this.#options = options;
    const bounds = rangeBounds(namespace, options.startKey, options.endKey);
    if (bounds) this.#iterator = openRows(store, { ...bounds, snapshot });
    else this.#isExhausted = true;
  }

  async next(): Promise<RangeResult | undefined> {
    if (this.#ready.length === 0) await this.#fill();
    return this.#ready.shift();
  }

  /** Reads the first page at once, as the peer does before it answers. */
  async start(): Promise<this> {
    await this.#fill();
    return this;
  }

  /** For a page: the key at which the next page starts, and how many results this one had. */
  async bookmark(): Promise<{ count: number; next: string }> {
    const results: RangeResult[] = [];
    for (let result = await this.next(); result; result = await this.next()) results.push(result);
    const [row] = this.#iterator ? await this.#iterator.nextv(1) : [];
    this.#ready = results;
    return { count: results.length, next: row ? rows.keyOfState(row[0], this.#namespace) : '' };
  }

  finish(): RangeRead | undefined {
    if (!this.#options.isRecorded) return undefined;
    const { startKey, endKey } = this.#options;
    return { startKey, endKey: this.#isExhausted ? endKey : this.#lastKey, exhausted: this.#isExhausted, ...this.#collector.finish() };
  }

  async close(): Promise<void> {
    await this.#iterator?.close();
  }

  async #fill(): Promise<void> {
    if (this.#ahead) this.#ready.push(this.#ahead);
    this.#ahead = undefined;
    if (this.#isExhausted || !this.#iterator || this.#count >= this.#options.limit) return;
    const wanted = Math.min(RANGE_PAGE + 1 - this.#ready.length, this.#options.limit - this.#count);
    const entries = await this.#read(this.#iterator, wanted);
    for (const [row, bytes] of entries) {
      const { version, value } = this.#store.guard(() => rows.readState(row, bytes));
      const key = rows.keyOfState(row, this.#namespace);
      this.#collector.add({ key, version });
      this.#lastKey = key;
      this.#count++;
      this.#ready.push({ key, value });
    }
    if (entries.length < wanted) this.#isExhausted = true;
    if (this.#ready.length > RANGE_PAGE) this.#ahead = this.#ready.pop();
  }

  /** Exactly `wanted` rows, or all that are left: one nextv may give fewer, for it also stops at a number of bytes. */
  async #read(iterator: RowIterator, wanted: number): Promise<[Buffer, Buffer][]> {
    const entries: [Buffer, Buffer][] = [];
    while (entries.length < wanted) {
      const more = await iterator.nextv(wanted - entries.length).catch((cause: unknown) => {
        throw this.#store.fail(cause);
      });
      if (more.length === 0) break;
      entries.push(...more);
    }
    return entries;
  }
}

function openRows(store: LedgerStore, options: object) {
  return store.db.iterator<Buffer, Buffer>(options);
}

/** Database bounds of a key range; undefined when it is empty by construction. */
export function rangeBounds(namespace: string, startKey: string, endKey: string): { gte: Buffer; lt: Buffer } | undefined {
  if (endKey !== '' && compareUtf8(startKey, endKey) >= 0) return undefined;
  const { start, end } = rows.stateBounds(namespace);
  return { gte: startKey === '' ? start : rows.stateKey(namespace, startKey), lt: endKey === '' ? end : rows.stateKey(namespace, endKey) };
}

function assertKey(key: string): void {
  // A lone surrogate has no UTF-8 form: two different strings would become one key.
  if (typeof key !== 'string' || LONE_SURROGATE.test(key)) throw new Error('a key must be a well-formed string');
}
