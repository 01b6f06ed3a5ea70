import type { Names } from '#network/embedded/admission';
import { type BlockParts, commitHash, readBlockSignature, readCommitHash, type Update } from '#network/embedded/block';
import { equalBytes, headerBytes, sha256 } from '#network/embedded/crypto';
import type { Msp } from '#network/embedded/msp';
import { sortUtf8 } from '#network/embedded/order';
import { type CheckedTransaction, checkReads, checkTransaction, CODE } from '#network/embedded/validator';
import type { Version } from '#network/transaction';

const TRANSACTIONS_FILTER = 2;

export interface ReplayedValue {
  version: Version;
  /** SHA-256 of the value, shortened: the values themselves would not fit in memory */
  digest: string;
}

export interface ReplayedBlock {
  /** of the block itself, in the order found */
  faults: string[];
  transactions: { txId: string; code: number; keys: string[] }[];
}

/** The world state as the blocks make it, block by block; about 200 bytes of memory a key. */
export class Replay {
  readonly #names: Names;
  readonly #msp: Msp;
  readonly #ids = new Set<string>();
  readonly state = new Map<string, ReplayedValue>();
  #commitHash: Uint8Array = new Uint8Array(0);

  constructor(names: Names, msp: Msp) {
    this.#names = names;
    this.#msp = msp;
  }

  /** Judges a block again from its bytes alone and applies it as its own codes say. */
  async block(block: BlockParts): Promise<ReplayedBlock> {
    const faults: string[] = [];
    const filter = block.metadata[TRANSACTIONS_FILTER] ?? new Uint8Array(0);
    const updates = new Map<string, Update>();
    const transactions: ReplayedBlock['transactions'] = [];
    if (filter.length !== block.envelopes.length) faults.push('FILTER_LENGTH');
    for (const [tx, envelope] of block.envelopes.entries()) {
      const transaction = checkTransaction(envelope, this.#names, this.#msp);
      const code = filter[tx] ?? 254;
      if ((await this.#judge(transaction, updates, code)) !== code) faults.push('VALIDATION_CODE');
      const writes = code === CODE.VALID ? (transaction.set?.writes ?? []) : [];
      for (const { key, isDelete, value } of writes) updates.set(key, { value: isDelete ? undefined : value, version: { block: block.number, tx } });
      transactions.push({ txId: transaction.txId, code, keys: [...new Set(writes.map(({ key }) => key))] });
    }
    const sorted = sortUtf8(updates.keys()).map((key) => [key, updates.get(key)!] as const);
    const expected = commitHash(filter, [{ namespace: this.#names.chaincode, updates: sorted }], this.#commitHash);
    if (!equalBytes(expected, readCommitHash(block))) faults.push('COMMIT_HASH');
    this.#commitHash = readCommitHash(block);
    if (!this.#isSigned(block)) faults.push('BLOCK_SIGNATURE');
    for (const [key, { value, version }] of updates) {
      if (value === undefined) this.state.delete(key);
      else this.state.set(key, { version, digest: digestOf(value) });
    }
    return { faults, transactions };
  }

  async #judge(transaction: CheckedTransaction, updates: Map<string, Update>, given: number): Promise<number> {
    const isDuplicate = this.#ids.has(transaction.txId);
    this.#ids.add(transaction.txId);
    if (isDuplicate) return CODE.DUPLICATE_TXID;
    if (transaction.code !== CODE.VALID || !transaction.set) return transaction.code;
    const state = { version: (key: string) => this.state.get(key)?.version, range: () => Promise.resolve([]) };
    const code = await checkReads({ ...transaction.set, ranges: [] }, state, updates);
    // Ranges are not run again here: over an unsorted state each would cost a pass through all keys.
    const isPhantom = code === CODE.VALID && given === CODE.PHANTOM_READ_CONFLICT && transaction.set.ranges.length > 0;
    return isPhantom ? given : code;
  }

  #isSigned(block: BlockParts): boolean {
    try {
      const { creator, message, signature } = readBlockSignature(block);
      const header = headerBytes(block.number, block.previousHash, block.dataHash);
      return this.#msp.member(creator).role === 'orderer' && message.subarray(-header.length).equals(header) && this.#msp.signed(creator, message, signature);
    } catch {
      return false;
    }
  }
}

export function digestOf(value: Uint8Array): string {
  return sha256(value).toString('base64', 0, 18);
}
