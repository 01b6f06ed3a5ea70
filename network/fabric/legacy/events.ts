/** Events of a chaincode from the blocks of the agency's own peer: ChaincodeEvents of gateway.Gateway without the service. */
import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import { readBlock } from '#network/embedded/block';
import { eventsOfBlock } from '#network/embedded/delivery';
import type { PeerChain } from '#network/fabric/legacy/chain';
import { type EventsRequest, readEventsRequest } from '#network/requests';
import { RpcError, STATUS } from '#network/rpc';
import { readPair } from '#network/transaction';

// How many unread items a slow reader may have; then its stream waits for it.
const WINDOW = 16;

interface Stream {
  unread: number;
  blocks?: CloseableAsyncIterable<common.Block>;
  /** lets a stream go on that waits for its reader */
  resume: () => void;
  isCancelled: boolean;
}

/** Open streams of chaincode events; each ends only by being cancelled or by failing. */
export class ChaincodeEvents {
  readonly #chain: PeerChain;
  readonly #send: (id: number, body: Uint8Array) => void;
  readonly #streams = new Map<number, Stream>();

  constructor(chain: PeerChain, send: (id: number, body: Uint8Array) => void) {
    this.#chain = chain;
    this.#send = send;
  }

  /** Sends items until cancelled. @throws RpcError when there are no more to be had */
  async open(id: number, body: Uint8Array): Promise<never> {
    const request = readEventsRequest(readPair(body, 1, 1)[0]);
    if (request.channel !== this.#chain.channel) throw new RpcError(STATUS.NOT_FOUND, 'unknown channel');
    const stream: Stream = { unread: 0, resume: () => undefined, isCancelled: false };
    this.#streams.set(id, stream);
    try {
      await this.#follow(id, stream, request);
      throw new RpcError(STATUS.UNAVAILABLE, 'the stream of blocks has ended');
    } catch (error) {
      throw error instanceof RpcError ? error : new RpcError(STATUS.UNAVAILABLE, `the blocks of the agency's own peer are not to be had: ${(error as Error).message}`);
    } finally {
      this.#streams.delete(id);
      stream.blocks?.close();
    }
  }

  taken(id: number): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.unread--;
    stream.resume();
  }

  cancel(id: number): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.isCancelled = true;
    stream.blocks?.close();
    stream.resume();
  }

  close(): void {
    for (const id of [...this.#streams.keys()]) this.cancel(id);
  }

  async #follow(id: number, stream: Stream, { chaincode, start, after }: EventsRequest): Promise<void> {
    const passed = { isPassed: after === '' };
    stream.blocks = await this.#chain.network.getBlockEvents({ startBlock: await this.#start(start, after) });
    if (stream.isCancelled) return;
    for await (const block of stream.blocks) {
      const item = eventsOfBlock(readBlock(block.serializeBinary()), chaincode, after, passed);
      if (!item) continue;
      stream.unread++;
      this.#send(id, item);
      while (stream.unread >= WINDOW && !stream.isCancelled) await new Promise<void>((resolve) => (stream.resume = resolve));
    }
  }

  /** Peers of this age know no "next block": it is named. */
  async #start(start: number | undefined, after: string): Promise<bigint> {
    const block = after === '' ? undefined : await this.#chain.blockOf(after);
    if (block) return BigInt(readBlock(block).number);
    return start === undefined ? this.#chain.height() : BigInt(start);
  }
}
