/** The use log at rest: a leaf a use, durable before any data leave, in one tree that only grows. Trusted for nothing: the ledger has its roots. */
import { randomBytes } from 'node:crypto';
import { Level, type BatchOperation } from 'level';
import { instantOf } from '#chaincode/facts/calendar';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { base64url, fromBase64url, hmacSha256 } from '#chaincode/facts/hash';
import { consistencyPath, inclusionPath, leafHash, nodeHash, rangeRoot } from '#chaincode/facts/merkle';
import { utf8 } from '#chaincode/facts/text';
import { Damaged, decrypt, encrypt } from '../cipher.js';
import type { Clock } from '../clock.js';
import { draftUse, keeperOf, personalCommitment, useText, USE_FORMAT, type PersonalPart, type Use, type UseRecord } from '../documents/use-record.js';
import { GatewayFault } from '../fault.js';
import { randomId, type Keyring, type ListSigner } from '../keyring.js';
import type { Vault } from '../vault/vault.js';
import { Anchors, digits } from './anchors.js';
import { Edge, type Whole } from './tree.js';

/** A key of an agency, and its name. */
export interface UseSigner {
  readonly kid: string;
  readonly signer: ListSigner;
}

export interface UseLogParts {
  readonly keyring: Keyring;
  readonly vault: Pick<Vault, 'holderKey' | 'knownHolderKey' | 'isErased'>;
  readonly clock: Clock;
  /** @returns undefined where the agency has no key for use records here */
  readonly signerOf: (agency: string) => UseSigner | undefined;
  /** Whose licence, or identity record, it is, as the ledger has it. */
  readonly subjectOf: (id: string) => string | undefined;
}

/** A use that is ready to be written: its commitment is made, so that it can be named on the ledger first. */
export interface Prepared {
  readonly use: Use;
  readonly part: PersonalPart;
  readonly random: Uint8Array;
}

/** A record as it was kept. */
export interface KeptUse {
  readonly record: UseRecord;
  /** Compact JWS over the leaf. */
  readonly token: string;
  /** Absent where the holder's key is gone: erased. */
  readonly personal?: PersonalPart;
  /** base64url, 32 bytes: opens the commitment. */
  readonly random?: string;
  /** Of a release: the signed record of the agency that used, as it came. */
  readonly asked?: string;
}

/** Whose records are asked for: a member of staff, an agency that used, an agency whose licences were used. */
export type Side = 'staff' | 'agency' | 'source';
export interface Page {
  /** Number of the oldest record seen. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** One synced write carries so many records; more wait for the next. */
const BATCH_MAX = 512;
/** Beyond this a client is told to come back later instead of waiting in memory. */
const WAITING_MAX = 8_192;

type Store = Level<string, Uint8Array>;
type Operation = BatchOperation<Store, string, Uint8Array>;
const NOTHING = new Uint8Array();
const AGENCY_BYTES = 18;

const recordKey = (seq: number): string => `r/${digits(seq)}`;
const subtreeKey = (level: number, index: number): string => `t/${String(level).padStart(2, '0')}/${digits(index)}`;
const requestKey = (agency: string, id: string): string => `q/${agency}/${id}`;
const SIDES = { staff: 's', agency: 'a', source: 'o' } as const satisfies Record<Side, string>;

/** A client's request: its id, and what tells another request under the same id. */
export interface RequestMark {
  readonly id: string;
  readonly content: string;
}

interface Waiting extends Prepared {
  readonly transaction: string | undefined;
  readonly request: RequestMark | undefined;
  readonly asked: string | undefined;
  readonly signer: UseSigner;
  readonly holderKey: Uint8Array | undefined;
  readonly resolve: (kept: KeptUse) => void;
  readonly reject: (error: unknown) => void;
}

export class UseLog {
  readonly #store: Store;
  readonly #parts: UseLogParts;
  #edge: Edge;
  #lastAt: string | undefined;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Whether a write that failed is on the disk, only the disk can say: numbers go on from what is there. */
  #unsure = false;

  /** Where its roots are on the ledger. */
  readonly anchors: Anchors;

  private constructor(store: Store, parts: UseLogParts, readonly id: string, readonly agency: string, size: number) {
    this.#store = store;
    this.#parts = parts;
    this.anchors = new Anchors(store);
    this.#edge = Edge.of(size, this.#derived);
  }

  /** @param agency that puts the roots on the ledger; asked once, when the log is begun */
  static async open(directory: string, agency: string, parts: UseLogParts): Promise<UseLog> {
    const store: Store = new Level(directory, { valueEncoding: 'view', writeBufferSize: 16 << 20 });
    await store.open();
    const known = await store.get('log');
    const meta = known ? (JSON.parse(Buffer.from(known).toString('utf8')) as { id: string; agency: string }) : { id: randomId(), agency };
    if (!known) await store.put('log', utf8(JSON.stringify(meta)), { sync: true });
    return new UseLog(store, parts, meta.id, meta.agency, await sizeOf(store));
  }

  /** Records that are durable. */
  get size(): number {
    return this.#edge.size;
  }

  /** @throws Damaged where it is not kept */
  readonly subtree = (level: number, index: number): Uint8Array => {
    const hash = this.#store.getSync(subtreeKey(level, index));
    if (!hash) throw new Damaged();
    return hash;
  };

  /** A hash that is not kept, from those below it, and at last from the record: what is lost of the edge must not keep a gateway, and its check, from opening. @throws Damaged */
  readonly #derived = (level: number, index: number): Uint8Array => {
    const hash = this.#store.getSync(subtreeKey(level, index));
    if (hash) return hash;
    if (level > 0) return nodeHash(this.#derived(level - 1, 2 * index), this.#derived(level - 1, 2 * index + 1));
    const kept = this.read(index);
    if (!kept) throw new Damaged();
    return leafHash(utf8(useText(kept.record)));
  };

  root(size = this.size): string {
    return base64url(rangeRoot(this.subtree, 0, size));
  }

  consistency(before: number, size = this.size): string[] {
    return consistencyPath(this.subtree, before, size).map(base64url);
  }

  inclusion(seq: number, size: number): string[] {
    return inclusionPath(this.subtree, seq, size).map(base64url);
  }

  /** Makes the commitment. Nothing is written yet. @param random 32 bytes that nobody can guess */
  prepare(use: Omit<Use, 'personal' | 'case'>, part: PersonalPart, random: Uint8Array = randomBytes(32)): Prepared {
    return { part, random, use: { ...use, case: part.caseNo === undefined ? 'none' : 'given', personal: personalCommitment(random, part) } };
  }

  /**
   * Signs and keeps a use. Durable when it returns: only then may data leave.
   * @param transaction that counted a granted use @param request under which it is found again @param asked what a release answers @throws GatewayFault USE_KEY_NOT_HERE, BUSY
   */
  async append(prepared: Prepared, { transaction, request, asked }: { transaction?: string | undefined; request?: RequestMark; asked?: string } = {}): Promise<KeptUse> {
    const signer = this.#parts.signerOf(keeperOf(prepared.use));
    if (!signer) throw new GatewayFault('USE_KEY_NOT_HERE');
    if (this.#waiting.length >= WAITING_MAX) throw new GatewayFault('BUSY');
    const { subject } = prepared.part;
    const { vault } = this.#parts;
    const holderKey = subject === undefined || vault.isErased(subject) ? undefined : await vault.holderKey(subject);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...prepared, transaction, request, asked, signer, holderKey, resolve, reject });
      this.#writing ??= new Promise((done) => setImmediate(done)).then(() => this.#write());
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        if (this.#unsure) await this.#reload();
        await this.#commit(batch);
      } catch (error) {
        this.#unsure = true;
        for (const { reject } of batch) reject(error);
      }
    }
    // In the step in which nothing was waiting: whoever got an answer and appends again at once would otherwise wait for the next one who comes.
    this.#writing = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const edge = this.#edge.copy();
    const at = this.#now();
    const operations: Operation[] = [];
    const kept = batch.map((waiting) => {
      const record: UseRecord = { format: USE_FORMAT, log: this.id, seq: edge.size, at, ...(waiting.transaction === undefined ? {} : { transaction: waiting.transaction }), ...waiting.use };
      const leaf = useText(record);
      const unsigned = draftUse(leaf, waiting.signer.kid);
      const token = `${unsigned}.${base64url(waiting.signer.signer.sign(Buffer.from(unsigned)))}`;
      operations.push({ type: 'put', key: recordKey(record.seq), value: this.#sealed(record, token, waiting) }, ...this.#rows(record, waiting.holderKey));
      if (waiting.request) operations.push({ type: 'put', key: requestKey(record.agency, waiting.request.id), value: utf8(JSON.stringify({ seq: record.seq, content: waiting.request.content })) });
      for (const { level, index, hash } of edge.add(leafHash(utf8(leaf)))) operations.push({ type: 'put', key: subtreeKey(level, index), value: hash });
      return { record, token, personal: waiting.part, random: base64url(waiting.random), ...(waiting.asked === undefined ? {} : { asked: waiting.asked }) };
    });
    await this.#store.batch(operations, { sync: true });
    this.#edge = edge;
    this.#lastAt = at;
    for (const [i, { resolve }] of batch.entries()) resolve(kept[i] as KeptUse);
  }

  /** Time never steps back within a log. */
  #now(): string {
    this.#lastAt ??= this.size === 0 ? '' : this.read(this.size - 1)?.record.at;
    const now = instantOf(this.#parts.clock.now());
    return this.#lastAt !== undefined && now < this.#lastAt ? this.#lastAt : now;
  }

  /** The agency's code, its part under its key, and the personal part under the holder's, each bound to its place. */
  #sealed(record: UseRecord, token: string, { part, random, holderKey, asked }: Waiting): Uint8Array {
    const about = `${this.id}/${String(record.seq)}`;
    const agency = keeperOf(record);
    const agencyKey = this.#agencyKey(agency);
    const account = encrypt(agencyKey, utf8(asked === undefined ? token : `${token} ${asked}`), about);
    const personal = encrypt(holderKey ?? agencyKey, Buffer.concat([random, utf8(canonical(part as unknown as Canonical))]), `${about}/personal`);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(account.length);
    return Buffer.concat([utf8(agency), length, account, personal]);
  }

  #agencyKey(agency: string): Uint8Array {
    return this.#parts.keyring.secret(`agencies/${agency}/uses.key`, { create: true });
  }

  /** What pages are read from. The holder's row is found with his key only: with it, nobody finds his records any more. Who used at another gateway is no staff of ours. */
  #rows({ seq, agency, staff, act, source, licence, release }: UseRecord, holderKey: Uint8Array | undefined): Operation[] {
    const missed = licence === undefined && act === 'look-up' ? (release ? [`m/${staff}`, `m/${agency}`] : source === undefined ? [`m/${staff}`] : []) : [];
    const keys = [...(release ? [] : [`a/${agency}`, `s/${staff}`]), ...(source === undefined || source === agency ? [] : [`o/${source}`]), ...(holderKey ? [`h/${tagOf(holderKey)}`] : []), ...missed];
    return keys.map((key): Operation => ({ type: 'put', key: `${key}/${digits(seq)}`, value: NOTHING }));
  }

  async #reload(): Promise<void> {
    this.#edge = Edge.of(await sizeOf(this.#store), this.#derived);
    this.#unsure = false;
  }

  /** @returns undefined where there is none of this number @throws Damaged */
  read(seq: number): KeptUse | undefined {
    const value = this.#store.getSync(recordKey(seq));
    return value && this.#opened(seq, value);
  }

  /** Records from a number on, without what lies under the holders' keys; undefined for one that is gone or cannot be read. */
  async accounts(from: number, limit: number): Promise<(UseRecord | undefined)[]> {
    const values = await this.#store.getMany(Array.from({ length: limit }, (_, i) => recordKey(from + i)));
    return values.map((value, i) => {
      try {
        return value && this.#account(from + i, value).record;
      } catch (error) {
        if (error instanceof Damaged || error instanceof SyntaxError) return undefined;
        throw error;
      }
    });
  }

  /** Number of the first record of a time or later: times never step back, so a few look-ups find it. */
  async firstSince(at: string): Promise<number> {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [record] = await this.accounts(middle, 1);
      if (record && record.at >= at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Stretches of numbers in [from, to) under which there is no record. */
  async missing(from: number, to: number): Promise<[from: number, to: number][]> {
    if (from >= to) return [];
    const gaps: [number, number][] = [];
    let next = from;
    for (const key of await this.#store.keys({ gte: recordKey(from), lt: recordKey(to) }).all()) {
      const seq = Number(key.slice(2));
      if (seq > next) gaps.push([next, seq]);
      next = seq + 1;
    }
    return next < to ? [...gaps, [next, to]] : gaps;
  }

  /** What the agency's key opens. */
  #account(seq: number, bytes: Uint8Array) {
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const agency = value.subarray(0, AGENCY_BYTES).toString('latin1');
    const split = AGENCY_BYTES + 4 + (value.length < AGENCY_BYTES + 4 ? 0 : value.readUInt32BE(AGENCY_BYTES));
    const about = `${this.id}/${String(seq)}`;
    const agencyKey = this.#agencyKey(agency);
    const [token = '', asked] = decrypt(agencyKey, value.subarray(AGENCY_BYTES + 4, split), about).toString('utf8').split(' ');
    return { record: JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as UseRecord, token, asked, about, agencyKey, sealed: value.subarray(split) };
  }

  #opened(seq: number, value: Uint8Array): KeptUse {
    const { record, token, asked, about, agencyKey, sealed } = this.#account(seq, value);
    const came = asked === undefined ? {} : { asked };
    const personal = this.#personal(record, sealed, `${about}/personal`, agencyKey);
    return { record, token, ...(personal ? { personal: JSON.parse(personal.subarray(32).toString('utf8')) as PersonalPart, random: base64url(personal.subarray(0, 32)) } : {}), ...came };
  }

  /** Under the holder's key; where nobody was found, and since he was erased, under the agency's. @returns undefined where it was under a key that is gone @throws Damaged */
  #personal({ licence, authority }: UseRecord, sealed: Uint8Array, about: string, agencyKey: Uint8Array): Buffer | undefined {
    const used = licence ?? (authority.by === 'identity' ? authority.id : undefined);
    const subject = used === undefined ? undefined : this.#parts.subjectOf(used);
    if (used === undefined) return decrypt(agencyKey, sealed, about);
    if (subject === undefined) return undefined;
    const holderKey = this.#parts.vault.knownHolderKey(subject);
    if (holderKey) return decrypt(holderKey, sealed, about);
    if (!this.#parts.vault.isErased(subject)) return undefined;
    try {
      return decrypt(agencyKey, sealed, about);
    } catch (error) {
      if (error instanceof Damaged) return undefined;
      throw error;
    }
  }

  /** What a request led to before. */
  earlier(agency: string, requestId: string): { readonly seq: number; readonly content: string } | undefined {
    const row = this.#store.getSync(requestKey(agency, requestId));
    return row && (JSON.parse(Buffer.from(row).toString('utf8')) as { seq: number; content: string });
  }

  /** Newest first. @throws Damaged */
  async page(side: Side, of: string, page: Page): Promise<KeptUse[]> {
    return this.#page(`${SIDES[side]}/${of}`, page);
  }

  /** What was done with a holder's licences, newest first; nothing once his key is gone. @throws Damaged */
  async ofHolder(subject: string, page: Page): Promise<KeptUse[]> {
    const key = this.#parts.vault.knownHolderKey(subject);
    return key ? this.#page(`h/${tagOf(key)}`, page) : [];
  }

  async #page(prefix: string, { before, limit }: Page): Promise<KeptUse[]> {
    const keys = await this.#store.keys({ gt: `${prefix}/`, lt: before === undefined ? `${prefix}0` : `${prefix}/${digits(before)}`, reverse: true, limit }).all();
    const seqs = keys.map((key) => Number(key.slice(-12)));
    // All at once and beside this thread: the records of one holder lie wherever the others of their hours do.
    const values = await this.#store.getMany(seqs.map(recordKey));
    return seqs.flatMap((seq, i) => { const value = values[i]; return value ? [this.#opened(seq, value)] : []; });
  }

  /** How often a member of staff, or all of an agency that asks from outside, found nothing since an instant, counted up to `limit`. */
  async misses(who: string, since: string, limit: number): Promise<number> {
    const found = await this.#page(`m/${who}`, { limit });
    return found.filter(({ record }) => record.at >= since).length;
  }

  /** Numbers of the records from one on, as they lie. */
  async *numbers(from = 0): AsyncIterable<number> {
    for await (const key of this.#store.keys({ gte: recordKey(from), lt: 'r0' })) yield Number(key.slice(2));
  }

  /** Puts hashes in their place that follow from the records. Durable when it returns. */
  async putSubtrees(whole: readonly Whole[]): Promise<void> {
    await this.#store.batch(whole.map(({ level, index, hash }): Operation => ({ type: 'put', key: subtreeKey(level, index), value: hash })), { sync: true });
    await this.#writing;
    // What is added next goes on from the right edge of the tree as it now lies.
    this.#unsure = true;
  }

  /** The rows of pages that a record should have. Durable when it returns. */
  async putRows(kept: KeptUse): Promise<void> {
    await this.#store.batch(this.#rowsOf(kept), { sync: true });
  }

  /** Rows of pages that a record should have and has not. */
  missingRows(kept: KeptUse): string[] {
    return this.#rowsOf(kept).flatMap(({ key }) => (this.#store.getSync(key) ? [] : [key.slice(0, 1)]));
  }

  #rowsOf({ record, personal }: KeptUse): Operation[] {
    return this.#rows(record, personal?.subject === undefined ? undefined : this.#parts.vault.knownHolderKey(personal.subject));
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#store.close();
  }
}

/** Numbers have no gap: the last one tells how many there are. */
async function sizeOf(store: Store): Promise<number> {
  const [last] = await store.keys({ gt: 'r/', lt: 'r0', reverse: true, limit: 1 }).all();
  return last === undefined ? 0 : Number(last.slice(2)) + 1;
}

/** Tells nothing of the holder to whoever has not his key. */
const tagOf = (holderKey: Uint8Array): string => base64url(hmacSha256(holderKey, 'yizheng/uses').subarray(0, 16));

/** Whether the personal part is the one that was committed to. */
export const opens = ({ record, personal, random }: KeptUse): boolean => personal === undefined || random === undefined || personalCommitment(fromBase64url(random) ?? NOTHING, personal) === record.personal;
