import { admitSignedPooled, checkHeader, type Names, readable } from '#network/embedded/admission';
import * as blocks from '#network/embedded/block';
import { headerBytes, sha256 } from '#network/embedded/crypto';
import type { OwnEndorsements } from '#network/embedded/endorser';
import { MAX_BLOCK_BYTES, MAX_BLOCK_MESSAGES, MAX_ENVELOPE_BYTES } from '#network/embedded/genesis';
import type { Msp } from '#network/embedded/msp';
import { sortUtf8 } from '#network/embedded/order';
import * as rows from '#network/embedded/rows';
import { rangeBounds } from '#network/embedded/simulator';
import { type Del, type LedgerStore, put, type Put } from '#network/embedded/store';
import { checkReads, checkTransaction, CODE, type CheckedTransaction, type CommittedState } from '#network/embedded/validator';
import { RpcError, STATUS } from '#network/rpc';
import type { KeyRead } from '#network/rwset';
import { readEnvelope, readHeader, readPayload } from '#network/transaction';

// What may wait to be ordered. Beyond it a client is told to come back: memory must not be the queue.
const MAX_WAITING = 5_000;
const MAX_WAITING_BYTES = 128 * 1024 * 1024;

export interface CommitterParts {
  store: LedgerStore;
  msp: Msp;
  names: Names;
  orderer: blocks.OrdererKey;
  own: OwnEndorsements;
  /** called once per block, after it is on the disk */
  onBlock: (block: { number: number; transactions: readonly { txId: string; code: number }[] }) => void;
}

/**
 * Orderer and validating peer in one: takes whatever waits into the next block, judges it in order, writes block and
 * state at once, then tells. There is no timer: a lone transaction gets its block at once, a busy ledger full blocks.
 */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #queue: Uint8Array[] = [];
  readonly #state: CommittedState;
  #waitingBytes = 0;
  #isClosed = false;
  #turn: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#state = committedState(parts.store, parts.names.chaincode);
  }

  /**
   * Takes a signed transaction into the queue, as an orderer does: sender, size and form are checked, the content is
   * judged in the block. Stricter than Fabric in one point: a wrong transaction id is refused here, for in a block it
   * would occupy the id of somebody else.
   *
   * @throws RpcError
   */
  async submit(envelope: Uint8Array): Promise<void> {
    const { store, msp, names } = this.#parts;
    store.assertSound();
    if (envelope.length > MAX_ENVELOPE_BYTES) throw new RpcError(STATUS.INVALID_ARGUMENT, 'the transaction is too large');
    if (this.#queue.length >= MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) throw new RpcError(STATUS.RESOURCE_EXHAUSTED, 'too many transactions are waiting');
    const { bytes, signature, parts } = readable(() => {
      const signed = readEnvelope(envelope);
      return { ...signed, parts: readHeader(readPayload(signed.bytes).header) };
    });
    checkHeader(parts, names);
    const admission = admitSignedPooled(parts.creator, bytes, signature, { msp, now: Date.now(), code: STATUS.PERMISSION_DENIED }).then(
      () => undefined,
      (error: unknown) => error,
    );
    // The pool finishes in any order; transactions keep the one in which they came.
    const turn = this.#turn.then(async () => {
      const refusal = await admission;
      if (refusal) throw refusal as Error;
      this.#enqueue(envelope);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #enqueue(envelope: Uint8Array): void {
    this.#parts.store.assertSound();
    if (this.#isClosed) throw new RpcError(STATUS.UNAVAILABLE, 'the ledger is closing');
    this.#queue.push(envelope);
    this.#waitingBytes += envelope.length;
    this.#running ??= this.#run();
  }

  /** Takes nothing more in; resolves when nothing waits any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      // Let everything that arrived in the same turn of the loop join the first block.
      await new Promise<void>((resolve) => setImmediate(resolve));
      while (this.#queue.length > 0) await this.#commitBlock(this.#cut());
    } catch (error) {
      this.#queue.length = 0;
      this.#parts.store.fail(error);
    } finally {
      this.#running = undefined;
    }
  }

  #cut(): Uint8Array[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < MAX_BLOCK_MESSAGES) {
      bytes += this.#queue[count]!.length;
      if (count > 0 && bytes > MAX_BLOCK_BYTES) break;
      count++;
    }
    const cut = this.#queue.splice(0, count);
    for (const envelope of cut) this.#waitingBytes -= envelope.length;
    return cut;
  }

  async #commitBlock(envelopes: Uint8Array[]): Promise<void> {
    const { store, names, orderer, msp } = this.#parts;
    const { height: number, headerHash: previousHash, commitHash } = store.head;
    const updates = new Map<string, blocks.Update>();
    const checked: CheckedTransaction[] = [];
    const ids = new Set<string>();
    const takeEndorsement = this.#parts.own.take.bind(this.#parts.own);
    for (const [tx, envelope] of envelopes.entries()) {
      // The sender's signature was verified at the entrance, by this very process.
      const transaction = checkTransaction(envelope, names, msp, { isSender: true, takeEndorsement });
      await this.#judge(transaction, ids, updates);
      if (transaction.code === CODE.VALID) apply(transaction, { block: number, tx }, updates);
      checked.push(transaction);
    }
    const filter = Uint8Array.from(checked, ({ code }) => code);
    const dataHash = blocks.dataHash(envelopes);
    const header = headerBytes(number, previousHash, dataHash);
    const sorted = sortUtf8(updates.keys()).map((key) => [key, updates.get(key)!] as const);
    const nextCommitHash = blocks.commitHash(filter, [{ namespace: names.chaincode, updates: sorted }], commitHash);
    const metadata = [blocks.signBlock(header, orderer), new Uint8Array(0), filter, new Uint8Array(0), blocks.writeCommitHash(nextCommitHash)];
    const block = blocks.writeBlock({ number, previousHash, dataHash, envelopes, metadata });
    const batch = [put(rows.blockKey(number), block.bytes), ...stateRows(names.chaincode, sorted), ...historyRows(names.chaincode, number, checked, envelopes, block.offsets)];
    batch.push(...placeRows(number, checked));
    await store.commit(batch, { height: number + 1, headerHash: sha256(header), commitHash: nextCommitHash });
    this.#parts.onBlock({ number, transactions: checked });
  }

  async #judge(transaction: CheckedTransaction, ids: Set<string>, updates: Map<string, blocks.Update>): Promise<void> {
    // Whatever became of the first copy: an id has one outcome, or its owner could be told the wrong one.
    const isDuplicate = ids.has(transaction.txId) || this.#parts.store.place(transaction.txId) !== undefined;
    ids.add(transaction.txId);
    if (isDuplicate) transaction.code = CODE.DUPLICATE_TXID;
    else if (transaction.code === CODE.VALID && transaction.set) transaction.code = await checkReads(transaction.set, this.#state, updates);
  }
}

export function apply(transaction: CheckedTransaction, version: { block: number; tx: number }, updates: Map<string, blocks.Update>): void {
  for (const { key, isDelete, value } of transaction.set?.writes ?? []) updates.set(key, { value: isDelete ? undefined : value, version });
}

function stateRows(namespace: string, sorted: readonly (readonly [string, blocks.Update])[]): (Put | Del)[] {
  return sorted.map(([key, { value, version }]) => {
    const row = rows.stateKey(namespace, key);
    return value === undefined ? { type: 'del', key: row } : put(row, rows.writeState(row, version, value));
  });
}

function historyRows(namespace: string, block: number, checked: readonly CheckedTransaction[], envelopes: readonly Uint8Array[], offsets: readonly number[]): Put[] {
  return checked.flatMap(({ code, set }, tx) => {
    if (code !== CODE.VALID || !set) return [];
    const value = rows.writeHistory(offsets[tx]!, envelopes[tx]!.length);
    return set.writes.map(({ key }) => put(rows.historyKey(rows.historyPrefix(namespace, key), block, tx), value));
  });
}

/** The first transaction under an id keeps it; a later copy is in the block but cannot be asked for. */
function placeRows(block: number, checked: readonly CheckedTransaction[]): Put[] {
  return checked.flatMap(({ txId, code }, tx) => {
    return code === CODE.DUPLICATE_TXID ? [] : [put(rows.transactionKey(txId), rows.writePlace({ block, tx, code }))];
  });
}

function committedState(store: LedgerStore, namespace: string): CommittedState {
  return {
    version: (key) => store.getState(namespace, key)?.version,
    range: async (startKey, endKey, includeEnd) => {
      const bounds = rangeBounds(namespace, startKey, endKey);
      const reads: KeyRead[] = [];
      if (bounds) {
        for await (const [row, bytes] of store.db.iterator(bounds)) reads.push({ key: rows.keyOfState(row, namespace), version: rows.readState(row, bytes).version });
      }
      if (includeEnd && endKey !== '') {
        const version = store.getState(namespace, endKey)?.version;
        if (version) reads.push({ key: endKey, version });
      }
      return reads;
    },
  };
}
