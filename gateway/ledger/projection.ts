/** The ledger as a queryable index: disposable, rebuilt from block 0 at any time. Its checkpoint is in the same batch as its rows. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Level, type BatchOperation } from 'level';
import { LRUCache } from 'lru-cache';

import type { common } from '@hyperledger/fabric-protos';
import type { Network } from '@hyperledger/fabric-gateway';
import { instantOf, SHANGHAI, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { ErasureRecord } from '#chaincode/facts/erasure';

import { base64url } from '#chaincode/facts/hash';
import type { LogRecord } from '#chaincode/facts/log';
import type { AgencyRecord, EventRecord, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { keyOf, listKey, type Noun, type RecordTypes } from '#chaincode/world';
import { decodeBlock } from '#network/blocks';
import { listName } from '../documents/status-list.js';
import { ActIndex } from './act-index.js';
import { actsIn, withSigner, type MadeAct } from './act-rows.js';
import { centreRows, licencesUnder } from './centre-rows.js';
import { Composites } from './composites.js';
import { holderRows, relianceRows } from './holder-rows.js';
import type { Listings } from './listings.js';
import { whole } from './pages.js';
import { RegisterActs } from './register-acts.js';
import { Registers } from './registers.js';
import { ReportIndex } from './report-index.js';
import { factsIn, standingIn } from './report-rows.js';
import { RowReader } from './row-reader.js';
import { Statuses, type ListValues } from './statuses.js';
import { TraceIndex, traceRows } from './trace-rows.js';
import { workRows } from './work-rows.js';

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

const RECORDS_IN_MEMORY = 10_000; // about 3 KB each: what counters and inspectors ask for in an hour; the rest comes from the disk in microseconds
const VALID = 0;
/** An index of another form is thrown away and read anew. */
const FORM = '17';
const RECONNECT_MS = 250;
/** Of rows in one go, where all are read. */
const READ_BYTES = 256 * 1024;
const FRESHNESS_MS = 2_000;
/** A stream that brings no block for so long, while the ledger has more, is dead: it is asked for anew. */
const STALLED_MS = 10_000;

/** Ends early when stopped. */
const pause = async (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { ref: false, signal }).catch(() => undefined);

const PRINTED: ReadonlySet<string> = new Set(['VALID', 'SUSPENDED']);

/** Whether the current version is sealed, in force or suspended, and has no PDF on the ledger. */
export function awaitsPaper({ versions }: LicenceRecord): boolean {
  const current = versions.at(-1);
  return current?.seal !== undefined && PRINTED.has(current.status) && !current.documents.some(({ type }) => type === 'pdf');
}


/** A write as it is indexed: `<block>.<transaction>` and the record. */
interface Written {
  readonly value: string;
  readonly place: string;
  /** Instant of the transaction. */
  readonly at: string;
}
/** Twelve digits, so that headers lie in the order of blocks. */
export const headerKey = (block: number): string => `header/${String(block).padStart(12, '0')}`;
const recordIn = <T>(row: string): T => JSON.parse(row.slice(row.indexOf(' ') + 1)) as T;

export class Projection extends Registers {
  readonly #chaincode: string;
  readonly #cache = new LRUCache<string, object>({ max: RECORDS_IN_MEMORY });
  readonly #blocks = new LRUCache<string, bigint>({ max: RECORDS_IN_MEMORY });
  readonly #statuses: Statuses;
  #composites = new Composites();
  /** What was done, by whom, when. */
  readonly acts: ActIndex;
  /** What fallen licences leave to be done. */
  readonly traces: TraceIndex;
  /** What self-reports count. */
  readonly reports: ReportIndex;
  readonly #moved = new EventEmitter().setMaxListeners(0);
  #block = -1n;
  /** Ends with the block, or the step between two blocks, that has its turn. */
  #turn: Promise<unknown> = Promise.resolve();
  #knownAt = instantOf(0);
  /** When the index was last seen to move, or to have everything. */
  #movedAt = 0;
  #stalledMs = STALLED_MS;
  readonly #stop = new AbortController();
  #following: Promise<void> | undefined;
  #events: { close(): void } | undefined;
  onFailure: (error: unknown) => void = () => undefined;
  /** Told of every licence whose current version came without a PDF. */
  onAwaitingPaper: (licence: string) => void = () => undefined;
  /** Told of every person whose erasure is under way. */
  onErasing: (subject: string) => void = () => undefined;

  private constructor(store: Store, chaincode: string) {
    super(store);
    this.#chaincode = chaincode;
    this.#statuses = new Statuses(store);
    this.acts = new ActIndex(store);
    this.traces = new TraceIndex(store);
    this.reports = new ReportIndex(store);
  }

  static async open(directory: string, chaincode: string): Promise<Projection> {
    const store: Store = new Level(directory, { writeBufferSize: 16 << 20 });
    await store.open();
    const projection = new Projection(store, chaincode);
    if ((await store.get('form')) === FORM) await projection.#load();
    else await projection.clear();
    return projection;
  }

  /** Throws everything away; the next block is block 0. */
  async clear(): Promise<void> {
    await this.store.clear();
    await this.store.put('form', FORM);
    await this.#load();
  }

  /** What is kept in memory, as the rows say. */
  async #load(): Promise<void> {
    this.#block = BigInt((await this.store.get('checkpoint')) ?? '-1');
    this.#cache.clear();
    this.#blocks.clear();
    this.#statuses.forget();
    await this.loadRegisters();
    this.#composites = new Composites();
    for (const key of await this.store.keys({ gt: 'composite/', lt: 'composite0' }).all()) {
      const licence = this.get('licence', key.slice('composite/'.length));
      if (licence) this.#composites.take(licence, this.#listsOf, -1n);
    }
  }

  /** Names of the status lists in which the current version and the line stand. */
  #listsOf = (licence: LicenceRecord): string[] => {
    const current = licence.versions.at(-1);
    const [agency, lineAgency] = [current?.seal === undefined ? undefined : this.ownerOf(current.seal), this.lineAgency(licence)];
    const named = [[agency, current?.place], [lineAgency, licence.line]] as const;
    return named.flatMap(([of, place]) => (of !== undefined && place ? [listName(of, place.list)] : []));
  };

  /** Composites with a place in a status list. */
  compositesIn(agency: string, list: number): readonly string[] {
    return this.#composites.inList(listName(agency, list));
  }

  /** Composites that list a licence, or did. */
  compositesOf(licence: string): readonly string[] {
    return this.#composites.ofMember(licence);
  }

  /** Number of the last block whose writes are in the index. */
  get block(): bigint {
    return this.#block;
  }

  /** When the index was last known to hold everything the ledger holds. */
  get knownAt(): Instant {
    return this.#knownAt;
  }

  /** Follows the chain until closed; a broken stream is taken up again after the checkpoint. */
  follow(network: Network, height: () => Promise<bigint>, stalledMs = STALLED_MS): void {
    this.#stalledMs = stalledMs;
    this.#movedAt = Date.now();
    this.#following = Promise.all([this.#followBlocks(network), this.#watchHeight(height)]).then(() => undefined);
  }

  async #followBlocks(network: Network): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const events = await network.getBlockEvents({ startBlock: this.#block + 1n });
        this.#events = events;
        // Closed while the stream was being asked for: nobody else would end it.
        if (signal.aborted) events.close();
        for await (const block of events) await this.apply(block);
      } catch (error) {
        if (signal.aborted) return;
        this.onFailure(error);
      }
      // A stream may also just end, again and again: the ledger is asked for a new one at the same pace.
      await pause(RECONNECT_MS, signal);
    }
  }

  async #watchHeight(height: () => Promise<bigint>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.compare(height).catch(() => undefined); // The age of what is known grows; readers see it.
      await pause(FRESHNESS_MS, signal);
    }
  }

  /** Freshness is known by asking, not by silence: a stream that died looks exactly like a quiet ledger. */
  async compare(height: () => Promise<bigint>): Promise<void> {
    const askedAt = Date.now();
    const head = (await height()) - 1n;
    if (this.#block >= head) {
      this.#knownAt = instantOf(askedAt);
      this.#movedAt = Date.now();
    } else if (Date.now() - this.#movedAt > this.#stalledMs) {
      this.#movedAt = Date.now();
      this.#events?.close();
    }
  }

  apply(block: common.Block): Promise<void> {
    return this.still(() => this.#apply(block));
  }

  /** Blocks wait while a step runs, so that it sees the index at one block. */
  still<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Puts rows right that are not what the blocks say, and forgets what memory has of them; only while the index is still. */
  async mend(rows: readonly (readonly [key: string, right: string | undefined])[]): Promise<void> {
    await this.store.batch(rows.map(([key, value]): Operation => (value === undefined ? { type: 'del', key } : { type: 'put', key, value })), { sync: true });
    await this.#load();
  }

  async #apply(block: common.Block): Promise<void> {
    const number = BigInt(block.getHeader()?.getNumber() ?? 0);
    if (number !== this.#block + 1n) throw new Error(`block ${String(number)} does not follow ${String(this.#block)}`);
    const header = block.getHeader();
    const operations: Operation[] = [
      { type: 'put', key: 'checkpoint', value: String(number) },
      { type: 'put', key: headerKey(Number(number)), value: `${base64url(header?.getPreviousHash_asU8() ?? new Uint8Array())} ${base64url(header?.getDataHash_asU8() ?? new Uint8Array())}` },
    ];
    const touched = new Map<string, Written>();
    const transactions = new Set<string>();
    const register = new RegisterActs({ get: (noun, id) => this.get(noun, id), count: (noun, id) => this.acts.count(noun, id) }, this.#chaincode);
    for (const transaction of decodeBlock(block)) {
      if (transaction.validationCode !== VALID) continue;
      operations.push({ type: 'put', key: `tx/${transaction.txId}`, value: String(number) });
      transactions.add(transaction.txId);
      register.take(transaction);
      for (const { namespace, key, isDelete, value } of transaction.writes) {
        if (namespace !== this.#chaincode || isDelete) continue;
        touched.set(key, { value: Buffer.from(value).toString('utf8'), place: `${String(number)}.${String(transaction.index)}`, at: transaction.timestamp });
      }
    }
    // Pages first: the row of a licence is found by its first event, wherever that lies.
    const records = [...touched].sort(([a], [b]) => Number(b.startsWith('page/')) - Number(a.startsWith('page/'))).map(([key, written]) => ({ key, at: written.at, ...this.#index(operations, key, written) }));
    const acts: MadeAct[] = [...records.flatMap(({ key, record }) => actsIn(key, record, transactions, (licence) => this.get('licence', licence)?.manager)), ...register.acts].map((act) => withSigner(act, act.actors, (staff) => this.get('staff', staff)?.agency));
    const zone = this.get('ledger', 'settings')?.zone ?? SHANGHAI;
    this.acts.take(operations, acts, zone);
    this.acts.tell(operations, register.acts);
    this.#report(operations, records, { transactions, zone, block: Number(number) });
    operations.push(...(await traceRows(acts, this, operations)));
    await this.store.batch(operations);
    this.#statuses.settle(number);
    this.#block = number;
    this.#movedAt = Date.now();
    this.#moved.emit('block');
  }

  /** The record as the index had it; one that has just been made had no row, and is not looked for. */
  #before(key: string, record: object): object | undefined {
    if (key.startsWith('grant/')) return this.get('grant', key.slice('grant/'.length));
    const { events, pages } = record as LicenceRecord;
    return !key.startsWith('licence/') || (events.length === 1 && pages === undefined) ? undefined : this.get('licence', key.slice('licence/'.length));
  }

  #report(operations: Operation[], records: readonly { readonly key: string; readonly record: object; readonly before: object | undefined; readonly at: string }[], { transactions, zone, block }: { readonly transactions: ReadonlySet<string>; readonly zone: LegalZone; readonly block: number }): void {
    const get: Listings['get'] = (noun, id) => this.get(noun, id);
    this.reports.take(operations, records.flatMap(({ key, record, before }) => factsIn(key, record, { get, transactions, zone, before })), block, zone);
    for (const { key, record, before, at } of records) {
      this.reports.stand(operations, standingIn(key, record, { get, before }), at, block, zone);
      if (key.startsWith('agency/')) this.reports.agency(operations, record as AgencyRecord, block);
      if (key.startsWith('log/')) this.reports.anchored(operations, record as LogRecord, zone);
    }
  }

  #index(operations: Operation[], key: string, { value, place }: Written): { readonly record: object; readonly before: object | undefined } {
    operations.push({ type: 'put', key: `r/${key}`, value: `${place} ${value}` });
    const record = JSON.parse(value) as object;
    // Asked before the record is known here: where a row moves, the one before goes.
    const before = this.#before(key, record);
    const licence = key.startsWith('licence/') ? (before as LicenceRecord | undefined) : undefined;
    const moved = centreRows(key, record, licence);
    this.#cache.set(key, record);
    this.takeRegister(key, record);
    operations.push(...[...holderRows(key, record), ...relianceRows(key, record)].map((row): Operation => ({ type: 'put', key: row, value: '' })));
    for (const work of [moved, workRows(key, record, (id) => this.get('licence', id), (id) => this.get('supervision', id), licence)]) operations.push(...work.del.map((row): Operation => ({ type: 'del', key: row })), ...work.put.map((row): Operation => ({ type: 'put', key: row, value: '' })));
    if (key.startsWith('page/')) this.#statuses.versions(operations, (record as readonly [VersionRecord[]?])[0] ?? [], this.ownerOf);
    if (key.startsWith('erasure/') && (record as ErasureRecord).status === 'ERASING') this.onErasing((record as ErasureRecord).subject);
    if (key.startsWith('licence/')) this.#indexLicence(operations, record as LicenceRecord, licence);
    return { record, before };
  }

  #indexLicence(operations: Operation[], licence: LicenceRecord, before: LicenceRecord | undefined): void {
    this.#composites.take(licence, this.#listsOf, this.#block + 1n);
    if (licence.versions.at(-1)?.members) operations.push({ type: 'put', key: `composite/${licence.id}`, value: '' });
    this.#statuses.licence(operations, licence, this.lineAgency(licence), this.ownerOf);
    // On its pages once the record has grown; the first of them is in an earlier block or in this one.
    const first = licence.pages === undefined ? licence.events[0] : (this.get('page', `${licence.id}/0`)?.[1] as EventRecord[] | undefined)?.[0];
    const awaits = awaitsPaper(licence);
    operations.push({ type: 'put', key: `subject/${licence.subject}/${licence.id}`, value: '' }, awaits ? { type: 'put', key: `paper/${licence.id}`, value: '' } : { type: 'del', key: `paper/${licence.id}` });
    if (awaits) this.onAwaitingPaper(licence.id);
    const under = (manager: string): string => `${licencesUnder(manager)}${splitLicenceId(licence.id as LicenceId).type}/${first?.recordedAt ?? ''}/${licence.id}`;
    if (before && before.manager !== licence.manager) operations.push({ type: 'del', key: under(before.manager) });
    operations.push({ type: 'put', key: under(licence.manager), value: '' });
  }

  /** The newest record the index has, parsed; callers must not change it. */
  get<N extends Noun>(noun: N, id: string): RecordTypes[N] | undefined {
    const key = keyOf(noun, id);
    const known = this.#cache.get(key);
    if (known) return known as RecordTypes[N];
    const text = this.store.getSync(`r/${key}`);
    if (text === undefined) return undefined;
    const record = recordIn<object>(text);
    this.#cache.set(key, record);
    return record as RecordTypes[N];
  }

  /** Headers of the blocks [from, to): hash of the block before the first, and data hash of each; base64url. */
  async headers(from: number, to: number): Promise<{ readonly from: number; readonly previous: string; readonly data: readonly string[] }> {
    const rows = (await this.store.values({ gte: headerKey(from), lt: headerKey(to) }).all()).map((row) => row.split(' '));
    return { from, previous: rows[0]?.[0] ?? '', data: rows.map(([, data = '']) => data) };
  }

  /** Block and place in it of the transaction that wrote a record last. */
  placeOf(noun: Noun, id: string): { readonly block: number; readonly tx: number } | undefined {
    const row = this.store.getSync(`r/${keyOf(noun, id)}`);
    const [block, tx] = (row?.slice(0, row.indexOf(' ')) ?? '').split('.').map(Number);
    return row === undefined || block === undefined || tx === undefined ? undefined : { block, tx };
  }

  /** All records of a noun; for the small registers (agencies, kinds, seals, staff, proposals). */
  async all<N extends Noun>(noun: N): Promise<RecordTypes[N][]> {
    const texts = await this.store.values({ gt: `r/${noun}/`, lt: `r/${noun}0` }).all();
    return texts.map((text) => recordIn<RecordTypes[N]>(text));
  }

  /** The agency in whose status lists a licence has its line: the one that sealed its first document. */
  lineAgency(licence: LicenceRecord): string | undefined {
    const first = whole(this, licence).versions.find(({ seal }) => seal !== undefined);
    return first?.seal === undefined ? undefined : this.ownerOf(first.seal);
  }

  /** What the status list of an agency says now. The values must not be changed. */
  async listValues(agency: string, list: number): Promise<ListValues | undefined> {
    const listed = this.get('list', listKey(agency, list)) && (await this.#statuses.values(agency, list, () => this.#block));
    const rolled = this.#composites.changedIn(listName(agency, list));
    return listed && rolled > listed.changedIn ? { ...listed, changedIn: rolled } : listed;
  }

  async *records<N extends Noun>(noun: N): AsyncIterable<[string, RecordTypes[N]]> {
    for await (const [key, text] of this.store.iterator({ gt: `r/${noun}/`, lt: `r/${noun}0` })) yield [key.slice(noun.length + 3), recordIn<RecordTypes[N]>(text)];
  }

  /** Records as they are now, each with the block that wrote it last; parsed only where asked. */
  async *written<N extends Noun>(noun: N): AsyncIterable<{ readonly id: string; readonly block: number; readonly record: () => RecordTypes[N] }> {
    const rows = this.rows({ gt: `r/${noun}/`, lt: `r/${noun}0` });
    try {
      for (let row = await rows.next(); row; row = await rows.next()) {
        const [key, text] = row;
        yield { id: key.slice(noun.length + 3), block: Number(text.slice(0, text.indexOf('.'))), record: () => recordIn<RecordTypes[N]>(text) };
      }
    } finally {
      await rows.close();
    }
  }

  /** Rows with their texts, in key order, as they are at the call. */
  rows(range: { readonly gt?: string; readonly lt?: string } = {}): RowReader {
    return new RowReader(this.store.iterator({ ...range, highWaterMarkBytes: READ_BYTES }));
  }

  /** One row, past all that is kept in memory. */
  row(key: string): string | undefined {
    return this.store.getSync(key);
  }

  /** Resolves with the next block, or when `signal` aborts. */
  async moved(signal: AbortSignal): Promise<void> {
    await once(this.#moved, 'block', { signal }).catch(() => undefined);
  }

  blockOf(txId: string): bigint | undefined {
    const known = this.#blocks.get(txId);
    if (known !== undefined) return known;
    const text = this.store.getSync(`tx/${txId}`);
    if (text === undefined) return undefined;
    const block = BigInt(text);
    this.#blocks.set(txId, block);
    return block;
  }

  /** Waits until a block is in the index, so that a writer reads what it wrote. @returns false after the time given. */
  async reached(block: bigint, withinMs = 5_000): Promise<boolean> {
    const signal = AbortSignal.timeout(withinMs);
    while (this.#block < block) {
      try {
        await once(this.#moved, 'block', { signal });
      } catch {
        return false;
      }
    }
    return true;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#events?.close();
    await this.#following;
    await this.store.close();
  }
}
