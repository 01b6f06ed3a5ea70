import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { blockFault, type BlockParts, headerHash, readBlock } from '#network/embedded/block';
import { copyDatabase } from '#network/embedded/copy';
import { HeightFile, LAYOUT, type LedgerCard, readCard } from '#network/embedded/files';
import { Msp } from '#network/embedded/msp';
import { digestOf, Replay, type ReplayedBlock } from '#network/embedded/replay';
import * as rows from '#network/embedded/rows';
import { type Database, newDatabase } from '#network/embedded/store';
import { verifyTables } from '#network/embedded/tables';
import { WireError } from '#network/wire';

// A damaged ledger would list every key: enough to see the kind of damage.
const MAX_PROBLEMS = 1_000;

export type CheckCode =
  | 'TABLE_CHANGED' | 'DATABASE_UNREADABLE' | 'RECORDS_DROPPED' | 'KEYS_UNREADABLE'
  | 'HEAD_MISSING' | 'HEAD_MISMATCH' | 'HEIGHT_UNKNOWN' | 'BLOCKS_MISSING'
  | 'BLOCK_MISSING' | 'BLOCK_UNREADABLE' | 'BLOCK_AFTER_HEAD' | 'GENESIS'
  | 'BLOCK_NUMBER' | 'PREVIOUS_HASH' | 'DATA_HASH' | 'BLOCK_SIGNATURE' | 'FILTER_LENGTH' | 'VALIDATION_CODE' | 'COMMIT_HASH'
  | 'TRANSACTION_INDEX' | 'HISTORY_MISSING' | 'HISTORY_COUNT'
  | 'STATE_UNREADABLE' | 'STATE_DIFFERS' | 'STATE_MISSING' | 'STATE_FOREIGN';

export interface LedgerProblem {
  code: CheckCode;
  block?: number;
  key?: string;
}

export interface LedgerCheck {
  blocks: number;
  transactions: number;
  problems: LedgerProblem[];
}

export interface CheckOptions {
  onProgress?: (progress: { block: number; height: number }) => void;
}

/**
 * Checks a whole ledger against itself, from a copy of its database: chain, data, signatures, every validation code
 * and commit hash again, and the world state against the replay of all blocks. Changes nothing.
 *
 * It shows what was altered by somebody without the ledger's keys, and by accident. Who has the keys can write another
 * consistent ledger: only a head kept elsewhere shows that.
 *
 * @throws LedgerFault LEDGER_MISSING, LEDGER_DAMAGED (no card), LEDGER_IO
 */
export async function checkLedger(directory: string, options: CheckOptions = {}): Promise<LedgerCheck> {
  const card = await readCard(directory);
  const result: LedgerCheck = { blocks: 0, transactions: 0, problems: [] };
  const height = await HeightFile.read(join(directory, LAYOUT.height));
  await verifyTables(directory).catch(() => report(result, { code: 'TABLE_CHANGED' }));
  const root = await readFile(join(directory, LAYOUT.keys, 'ca.pem'), 'utf8').catch(() => undefined);
  if (root === undefined) return report(result, { code: 'KEYS_UNREADABLE' });
  const copy = await copyDatabase(directory);
  const db = newDatabase(copy, false);
  try {
    await db.open();
    if (/dropping/i.test(await readFile(join(copy, 'LOG'), 'utf8').catch(() => ''))) report(result, { code: 'RECORDS_DROPPED' });
    await new LedgerChecker(db, card, root, result, options).run(height);
  } catch {
    report(result, { code: 'DATABASE_UNREADABLE' });
  } finally {
    await db.close().catch(() => undefined);
    await rm(copy, { recursive: true, force: true });
  }
  return result;
}

class LedgerChecker {
  readonly #db: Database;
  readonly #card: LedgerCard;
  readonly #root: string;
  readonly #result: LedgerCheck;
  readonly #options: CheckOptions;
  readonly #replay: Replay;
  #changes = 0;

  constructor(db: Database, card: LedgerCard, root: string, result: LedgerCheck, options: CheckOptions) {
    this.#db = db;
    this.#card = card;
    this.#root = root;
    this.#result = result;
    this.#options = options;
    this.#replay = new Replay(card, new Msp(card.mspId, root));
  }

  async run(acknowledged: number | undefined): Promise<void> {
    const row = this.#db.getSync(rows.HEAD_KEY);
    if (!row) return void this.#report({ code: 'HEAD_MISSING' });
    const head = rows.readHead(row);
    if (acknowledged === undefined) this.#report({ code: 'HEIGHT_UNKNOWN' });
    else if (head.height < acknowledged) this.#report({ code: 'BLOCKS_MISSING', block: head.height });
    let previous: Uint8Array = new Uint8Array(0);
    for (let number = 0; number < head.height; number++) {
      const block = this.#read(number);
      if (block) {
        const fault = blockFault(block, number, previous);
        if (fault) this.#report({ code: fault, block: number });
        previous = headerHash(block);
        if (number === 0) this.#genesis(block);
        else await this.#block(block);
      }
      this.#result.blocks++;
      this.#options.onProgress?.({ block: number, height: head.height });
    }
    if (!head.headerHash.equals(previous)) this.#report({ code: 'HEAD_MISMATCH' });
    if (this.#db.getSync(rows.blockKey(head.height))) this.#report({ code: 'BLOCK_AFTER_HEAD', block: head.height });
    await this.#state();
    await this.#history();
  }

  #read(number: number): BlockParts | undefined {
    const bytes = this.#db.getSync(rows.blockKey(number));
    if (!bytes) return void this.#report({ code: 'BLOCK_MISSING', block: number });
    try {
      return readBlock(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return void this.#report({ code: 'BLOCK_UNREADABLE', block: number });
    }
  }

  #genesis(block: BlockParts): void {
    const isOurs = headerHash(block).toString('base64url') === this.#card.genesis;
    if (!isOurs || !Buffer.from(block.envelopes[0] ?? []).includes(this.#root)) this.#report({ code: 'GENESIS', block: 0 });
  }

  async #block(block: BlockParts): Promise<void> {
    const { faults, transactions } = await this.#replay.block(block);
    for (const code of faults) this.#report({ code: code as CheckCode, block: block.number });
    for (const [tx, transaction] of transactions.entries()) this.#transaction(block.number, tx, transaction);
    this.#result.transactions += transactions.length;
  }

  #transaction(block: number, tx: number, { txId, code, keys }: ReplayedBlock['transactions'][number]): void {
    const bytes = this.#db.getSync(rows.transactionKey(txId));
    const isRight = bytes !== undefined && (code === 9 || bytes.equals(rows.writePlace({ block, tx, code })));
    if (!isRight) this.#report({ code: 'TRANSACTION_INDEX', block });
    this.#changes += keys.length;
    for (const key of keys) {
      if (!this.#db.getSync(rows.historyKey(rows.historyPrefix(this.#card.chaincode, key), block, tx))) this.#report({ code: 'HISTORY_MISSING', block, key });
    }
  }

  async #state(): Promise<void> {
    const { start, end } = rows.stateBounds(this.#card.chaincode);
    const missing = new Set(this.#replay.state.keys());
    for await (const [row, bytes] of this.#db.iterator({ gte: Buffer.from('s'), lt: Buffer.from('t') })) {
      if (row.compare(start) < 0 || row.compare(end) >= 0) this.#report({ code: 'STATE_FOREIGN' });
      else this.#row(row, bytes, missing);
    }
    for (const key of missing) this.#report({ code: 'STATE_MISSING', key });
  }

  #row(row: Buffer, bytes: Buffer, missing: Set<string>): void {
    const key = rows.keyOfState(row, this.#card.chaincode);
    const expected = this.#replay.state.get(key);
    missing.delete(key);
    try {
      const { version, value } = rows.readState(row, bytes);
      const isSame = expected && expected.version.block === version.block && expected.version.tx === version.tx && expected.digest === digestOf(value);
      if (!isSame) this.#report({ code: 'STATE_DIFFERS', key });
    } catch {
      this.#report({ code: 'STATE_UNREADABLE', key });
    }
  }

  async #history(): Promise<void> {
    let count = 0;
    for await (const row of this.#db.keys({ gte: Buffer.from('h'), lt: Buffer.from('i') })) count += row.length > 0 ? 1 : 0;
    if (count !== this.#changes) this.#report({ code: 'HISTORY_COUNT' });
  }

  #report(problem: LedgerProblem): void {
    report(this.#result, problem);
  }
}

function report(result: LedgerCheck, problem: LedgerProblem): LedgerCheck {
  if (result.problems.length < MAX_PROBLEMS) result.problems.push(problem);
  return result;
}
