/** Outcomes of transactions from the blocks of the agency's own peer: CommitStatus of gateway.Gateway without the service. */
import type { Network } from '@hyperledger/fabric-gateway';
import { readBlock } from '#network/embedded/block';
import { transactionsOf } from '#network/embedded/delivery';
import type { PeerChain } from '#network/fabric/legacy/chain';
import { readStatusRequest } from '#network/requests';
import { RpcError, STATUS } from '#network/rpc';
import { readPair } from '#network/transaction';
import { WireWriter } from '#network/wire';

type FilteredBlocks = Awaited<ReturnType<Network['getFilteredBlockEvents']>>;

interface Outcome {
  readonly code: number;
  readonly block: number;
}

interface Waiting {
  readonly txId: string;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

/** Asks as the profile's reader: a peer without the service cannot check the client's own signature on the question. */
export class Outcomes {
  readonly #chain: PeerChain;
  readonly #waiting = new Map<number, Waiting>();
  #events: FilteredBlocks | undefined;
  #following: Promise<void> | undefined;

  constructor(chain: PeerChain) {
    this.#chain = chain;
  }

  /** Waits for as long as nobody cancels, as the service does. @returns CommitStatusResponse @throws RpcError */
  async answer(id: number, body: Uint8Array): Promise<Uint8Array> {
    const { txId, channel } = readStatusRequest(readPair(body, 1, 1)[0]);
    if (channel !== this.#chain.channel) throw new RpcError(STATUS.FAILED_PRECONDITION, 'unknown channel');
    if (txId === '') throw new RpcError(STATUS.INVALID_ARGUMENT, 'transaction ID should not be empty');
    const { code, block } = await this.#outcome(id, txId);
    return new WireWriter().number(1, code).number(2, block).finish();
  }

  cancel(id: number): void {
    this.#waiting.get(id)?.reject(new RpcError(STATUS.CANCELLED, 'cancelled by the client'));
  }

  close(): void {
    this.#events?.close();
  }

  async #outcome(id: number, txId: string): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve, reject) => this.#waiting.set(id, { txId, resolve, reject }));
    outcome.catch(() => undefined);
    try {
      await (this.#following ??= this.#follow());
      // Followed first and asked then: what is committed between the two is seen at least once.
      const block = await this.#chain.blockOf(txId);
      return (block && outcomeIn(block, txId)) ?? (await outcome);
    } catch (error) {
      throw error instanceof RpcError ? error : new RpcError(STATUS.UNAVAILABLE, `the agency's own peer does not answer: ${(error as Error).message}`);
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #follow(): Promise<void> {
    try {
      this.#events = await this.#chain.network.getFilteredBlockEvents({ startBlock: await this.#chain.height() });
      void this.#read(this.#events);
    } catch (error) {
      this.#following = undefined;
      throw error;
    }
  }

  async #read(events: FilteredBlocks): Promise<void> {
    let cause: unknown = new Error('the stream of blocks has ended');
    try {
      for await (const block of events) {
        for (const transaction of block.getFilteredTransactionsList()) this.#settle(transaction.getTxid(), { code: transaction.getTxValidationCode(), block: block.getNumber() });
      }
    } catch (error) {
      cause = error;
    }
    this.#following = undefined;
    for (const { reject } of this.#waiting.values()) reject(new RpcError(STATUS.UNAVAILABLE, `the blocks of the agency's own peer are not to be had: ${(cause as Error).message}`));
  }

  #settle(txId: string, outcome: Outcome): void {
    for (const waiting of this.#waiting.values()) if (waiting.txId === txId) waiting.resolve(outcome);
  }
}

function outcomeIn(bytes: Uint8Array, txId: string): Outcome | undefined {
  const block = readBlock(bytes);
  const found = transactionsOf(block).find((transaction) => transaction.txId === txId);
  return found && { code: found.code, block: block.number };
}
