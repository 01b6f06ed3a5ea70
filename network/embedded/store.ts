import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { blockFault, headerHash, readBlock, readCommitHash } from '#network/embedded/block';
import { equalBytes } from '#network/embedded/crypto';
import { HeightFile, LAYOUT, type LedgerCard, readCard, writeDurably } from '#network/embedded/files';
import * as rows from '#network/embedded/rows';
import { recordTables, verifyTables } from '#network/embedded/tables';
import { LedgerFault } from '#network/fault';

export type Database = Level<Buffer, Buffer>;
export type Snapshot = ReturnType<Database['snapshot']>;
export interface Put {
  type: 'put';
  key: Buffer;
  value: Buffer;
}
export interface Del {
  type: 'del';
  key: Buffer;
}

// How many of the last blocks are re-hashed on opening; the check (fsck) does all of them.
const OPEN_CHECK_BLOCKS = 64;
// How often the checksums of new table files are recorded, in blocks.
const RECORD_BLOCKS = 4_096;
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;
const MAX_TABLE_BYTES = 8 * 1024 * 1024;

export function newDatabase(path: string, createIfMissing: boolean): Database {
  return new Level<Buffer, Buffer>(path, {
    createIfMissing,
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    writeBufferSize: WRITE_BUFFER_BYTES,
    cacheSize: CACHE_BYTES,
    maxFileSize: MAX_TABLE_BYTES,
  });
}

/**
 * The ledger's files. Every error of the disk is final: after one failed write LevelDB goes on and loses what it
 * acknowledges later, so the first one marks the store as failed and everything after it is refused.
 */
export class LedgerStore {
  readonly directory: string;
  readonly card: LedgerCard;
  readonly db: Database;
  readonly #heightFile: HeightFile;
  readonly #onFault: (fault: LedgerFault) => void;
  #head: rows.Head;
  #fault: LedgerFault | undefined;
  #isClosing = false;
  #recording: Promise<void> = Promise.resolve();

  private constructor(directory: string, card: LedgerCard, db: Database, heightFile: HeightFile, head: rows.Head, onFault: (fault: LedgerFault) => void) {
    this.directory = directory;
    this.card = card;
    this.db = db;
    this.#heightFile = heightFile;
    this.#head = head;
    this.#onFault = onFault;
  }

  /** Writes block 0 into a new directory. */
  static async create(directory: string, card: LedgerCard, genesis: Buffer, hash: Buffer): Promise<void> {
    const db = newDatabase(join(directory, LAYOUT.database), true);
    await db.open();
    const head = { height: 1, headerHash: hash, commitHash: Buffer.alloc(0) };
    await db.batch([put(rows.blockKey(0), genesis), put(rows.HEAD_KEY, rows.writeHead(head))], { sync: true } as object);
    await db.close();
    await HeightFile.create(join(directory, LAYOUT.height), 1);
    await recordTables(directory);
    await writeDurably(join(directory, LAYOUT.card), JSON.stringify(card, undefined, 2) + '\n');
  }

  /** @throws LedgerFault LEDGER_MISSING, LEDGER_LOCKED, LEDGER_DAMAGED, LEDGER_IO */
  static async open(directory: string, onFault: (fault: LedgerFault) => void): Promise<LedgerStore> {
    const card = await readCard(directory);
    const note = await readFile(join(directory, LAYOUT.damage), 'utf8').catch(() => undefined);
    if (note !== undefined) throw new LedgerFault('LEDGER_DAMAGED', `damage was found earlier: ${note.trim()}`);
    const height = await HeightFile.read(join(directory, LAYOUT.height));
    if (height === undefined) throw new LedgerFault('LEDGER_DAMAGED', 'the height file is missing or damaged');
    await verifyTables(directory).catch((cause: unknown) => {
      throw cause instanceof LedgerFault ? cause : new LedgerFault('LEDGER_DAMAGED', 'the database directory cannot be read', { cause });
    });
    const db = newDatabase(join(directory, LAYOUT.database), false);
    await db.open().catch((cause: unknown) => {
      throw openFault(cause);
    });
    try {
      const head = await verifyHead(db, card, height, join(directory, LAYOUT.database));
      await recordTables(directory);
      return new LedgerStore(directory, card, db, await HeightFile.open(join(directory, LAYOUT.height)), head, onFault);
    } catch (cause) {
      await db.close().catch(() => undefined);
      const fault = cause instanceof LedgerFault ? cause : openFault({ cause });
      if (fault.code === 'LEDGER_DAMAGED') await writeDurably(join(directory, LAYOUT.damage), JSON.stringify({ message: fault.message }) + '\n').catch(() => undefined);
      throw fault;
    }
  }

  get head(): rows.Head {
    return this.#head;
  }

  /** @throws LedgerFault when an earlier fault stopped the store */
  assertSound(): void {
    if (this.#fault) throw new LedgerFault('LEDGER_STOPPED', 'the ledger has stopped after a fault', { cause: this.#fault });
    if (this.#isClosing) throw new LedgerFault('LEDGER_STOPPED', 'the ledger is closed');
  }

  getState(namespace: string, key: string, snapshot?: Snapshot): rows.StateValue | undefined {
    const row = rows.stateKey(namespace, key);
    const bytes = this.get(row, snapshot);
    return bytes && this.guard(() => rows.readState(row, bytes));
  }

  get(key: Buffer, snapshot?: Snapshot): Buffer | undefined {
    this.assertSound();
    return this.guard(() => this.db.getSync(key, snapshot ? ({ snapshot }) : {}));
  }

  block(number: number): Buffer | undefined {
    return this.get(rows.blockKey(number));
  }

  /** Where a transaction is. A block that is in the database but not yet in the height file is not there: its outcome is nobody's to tell. */
  place(txId: string): rows.TransactionPlace | undefined {
    const bytes = this.get(rows.transactionKey(txId));
    const place = bytes && this.guard(() => rows.readPlace(bytes));
    return place && place.block < this.#head.height ? place : undefined;
  }

  /** Writes one block with all it changes: all of it or nothing, on the disk before this returns. */
  async commit(batch: (Put | Del)[], head: rows.Head): Promise<void> {
    this.assertSound();
    try {
      batch.push(put(rows.HEAD_KEY, rows.writeHead(head)));
      await this.db.batch(batch, { sync: true } as object);
      await this.#heightFile.write(head.height);
    } catch (cause) {
      throw this.fail(new LedgerFault('LEDGER_IO', 'a block could not be written', { outcome: 'unknown', cause }));
    }
    this.#head = head;
    // In the background, and no matter if it fails: the next record or the next opening takes the tables in.
    if (head.height % RECORD_BLOCKS === 0) this.#record().catch(() => undefined);
  }

  /** Runs a read; whatever it throws stops the ledger. */
  guard<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw this.fail(cause);
    }
  }

  /** Stops the store for good and tells the owner once. Returns the fault to throw. */
  fail(cause: unknown): LedgerFault {
    const fault = cause instanceof LedgerFault ? cause : new LedgerFault('LEDGER_IO', 'the disk refused an operation', { outcome: 'unknown', cause });
    if (this.#isClosing) return new LedgerFault('LEDGER_STOPPED', 'the ledger is closed');
    if (!this.#fault) {
      this.#fault = fault;
      this.#onFault(fault);
    }
    return fault;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.db.close();
    await this.#heightFile.close();
    if (!this.#fault) await this.#record();
  }

  /** Never two at once: they write the same file. */
  #record(): Promise<void> {
    this.#recording = this.#recording.catch(() => undefined).then(() => recordTables(this.directory));
    return this.#recording;
  }
}

export function put(key: Buffer, value: Buffer): Put {
  return { type: 'put', key, value };
}

/** What classic-level reports when it cannot open, in our words. */
export function openFault(cause: unknown): LedgerFault {
  const inner = (cause as { cause?: { code?: string; message?: string } }).cause ?? {};
  if (inner.code === 'LEVEL_LOCKED') return new LedgerFault('LEDGER_LOCKED', 'the ledger is open in another process: stop the gateway first, it and its tools cannot have it open at once', { cause });
  const text = inner.message ?? '';
  // The binding gives no finer code than its text. What the machine refuses may pass; everything else is damage.
  const isMachine = /Permission denied|Input\/output error|No space left|Too many open files|Read-only file system|Cannot allocate/i.test(text);
  return new LedgerFault(isMachine ? 'LEDGER_IO' : 'LEDGER_DAMAGED', 'the database cannot be opened', { cause: inner.message ?? cause });
}

/** Compares what the database holds with the card, the acknowledged height and its own last blocks. */
export async function verifyHead(db: Database, card: LedgerCard, acknowledged: number, path: string): Promise<rows.Head> {
  const log = await readFile(join(path, 'LOG'), 'utf8').catch(() => '');
  if (/dropping/i.test(log)) throw new LedgerFault('LEDGER_DAMAGED', 'the database dropped damaged records while opening');
  const headRow = db.getSync(rows.HEAD_KEY);
  if (!headRow) throw new LedgerFault('LEDGER_DAMAGED', 'the database has lost its head');
  const head = rows.readHead(headRow);
  if (head.height < acknowledged) throw new LedgerFault('LEDGER_DAMAGED', `blocks are missing: ${head.height} found, ${acknowledged} acknowledged`);
  const genesis = readBlock(needBlock(db, 0));
  if (blockFault(genesis, 0, Buffer.alloc(0)) || headerHash(genesis).toString('base64url') !== card.genesis) {
    throw new LedgerFault('LEDGER_DAMAGED', 'block 0 is not the one this ledger began with');
  }
  const from = Math.max(0, head.height - OPEN_CHECK_BLOCKS);
  let previous = from === 0 ? Buffer.alloc(0) : headerHash(readBlock(needBlock(db, from - 1)));
  let last = genesis;
  for (let number = from; number < head.height; number++) {
    last = readBlock(needBlock(db, number));
    const fault = blockFault(last, number, previous);
    if (fault) throw new LedgerFault('LEDGER_DAMAGED', `block ${number}: ${fault}`);
    previous = headerHash(last);
  }
  if (!equalBytes(previous, head.headerHash) || !equalBytes(readCommitHash(last), head.commitHash)) throw new LedgerFault('LEDGER_DAMAGED', 'the head row does not match the last block');
  if (db.getSync(rows.blockKey(head.height))) throw new LedgerFault('LEDGER_DAMAGED', 'there is a block after the head');
  return head;
}

function needBlock(db: Database, number: number): Buffer {
  const bytes = db.getSync(rows.blockKey(number));
  if (!bytes) throw new LedgerFault('LEDGER_DAMAGED', `block ${number} is missing`);
  return bytes;
}
