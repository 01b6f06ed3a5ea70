import { orderer } from '@hyperledger/fabric-protos';
import { admitSigned, type Names, readable } from '#network/embedded/admission';
import { readBlock } from '#network/embedded/block';
import { deliverBlock, deliverFiltered, deliverStatus, deliverWithPrivateData, eventsOfBlock } from '#network/embedded/delivery';
import type { Msp } from '#network/embedded/msp';
import type { LedgerStore } from '#network/embedded/store';
import { readEventsRequest } from '#network/requests';
import { RpcError, STATUS } from '#network/rpc';
import { readEnvelope, readHeader, readPair, readPayload } from '#network/transaction';

// How many unread items a slow reader may have in its thread; then the stream waits for it.
const WINDOW = 16;
const MAX_STREAMS = 256;
const SEEK = 5;
const COMMON_STATUS = { SUCCESS: 200, BAD_REQUEST: 400, FORBIDDEN: 403, NOT_FOUND: 404 };

export interface StreamParts {
  store: LedgerStore;
  msp: Msp;
  names: Names;
  send: (id: number, body: Uint8Array) => void;
  fail: (id: number, error: RpcError) => void;
}

interface Stream {
  next: number;
  /** last block to send */
  stop: number;
  unread: number;
  isPumping: boolean;
  render: (block: Uint8Array) => Uint8Array | undefined;
}

/** Open event streams: each follows the chain from its own start, and ends only by being cancelled or refused. */
export class EventStreams {
  readonly #parts: StreamParts;
  readonly #streams = new Map<number, Stream>();

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  open(id: number, method: string, body: Uint8Array): void {
    try {
      if (this.#streams.size >= MAX_STREAMS) throw new RpcError(STATUS.RESOURCE_EXHAUSTED, 'too many open streams');
      const stream = readable(() => (method === '/gateway.Gateway/ChaincodeEvents' ? this.#chaincodeEvents(body) : this.#deliver(method, body)));
      if (typeof stream === 'number') return this.#parts.send(id, deliverStatus(stream));
      this.#streams.set(id, stream);
      this.#pump(id, stream);
    } catch (error) {
      this.#parts.fail(id, error instanceof RpcError ? error : new RpcError(STATUS.INVALID_ARGUMENT, 'the stream cannot be opened'));
    }
  }

  taken(id: number): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.unread--;
    this.#pump(id, stream);
  }

  cancel(id: number): void {
    this.#streams.delete(id);
  }

  /** A block has been committed. */
  notify(): void {
    for (const [id, stream] of this.#streams) this.#pump(id, stream);
  }

  #pump(id: number, stream: Stream): void {
    if (stream.isPumping) return;
    stream.isPumping = true;
    // One block a turn: a replay of the whole chain must not keep transactions waiting.
    setImmediate(() => {
      stream.isPumping = false;
      if (this.#streams.get(id) !== stream || stream.unread >= WINDOW || stream.next >= this.#parts.store.head.height) return;
      try {
        this.#step(id, stream);
        this.#pump(id, stream);
      } catch {
        this.#streams.delete(id);
        this.#parts.fail(id, new RpcError(STATUS.UNAVAILABLE, 'the ledger has stopped'));
      }
    });
  }

  #step(id: number, stream: Stream): void {
    const number = stream.next++;
    const block = this.#parts.store.block(number);
    if (!block) throw this.#parts.store.fail(new Error(`block ${number} is missing`));
    const item = stream.render(block);
    if (item) {
      stream.unread++;
      this.#parts.send(id, item);
    }
    if (number >= stream.stop) {
      this.#streams.delete(id);
      this.#parts.send(id, deliverStatus(COMMON_STATUS.SUCCESS));
    }
  }

  #chaincodeEvents(body: Uint8Array): Stream {
    const { msp, names, store } = this.#parts;
    const [request, signature] = readPair(body, 1, 2);
    const wanted = readEventsRequest(request);
    admitSigned(wanted.identity, request, signature, { msp, now: Date.now(), code: STATUS.PERMISSION_DENIED });
    if (wanted.channel !== names.channel) throw new RpcError(STATUS.NOT_FOUND, 'unknown channel');
    const after = wanted.after === '' ? undefined : store.place(wanted.after);
    const start = after?.block ?? wanted.start ?? store.head.height;
    // Fabric: with "after" everything is held back until that transaction's own event has passed.
    const passed = { isPassed: wanted.after === '' };
    const render = (block: Uint8Array): Uint8Array | undefined => eventsOfBlock(readBlock(block), wanted.chaincode, wanted.after, passed);
    return { next: start, stop: Number.POSITIVE_INFINITY, unread: 0, isPumping: false, render };
  }

  /** A stream, or the status with which Fabric answers a request it will not serve. */
  #deliver(method: string, body: Uint8Array): Stream | number {
    const { msp, names, store } = this.#parts;
    const { bytes, signature } = readEnvelope(body);
    const { header, data } = readPayload(bytes);
    const parts = readHeader(header);
    if (parts.type !== SEEK) return COMMON_STATUS.BAD_REQUEST;
    if (parts.channel !== names.channel) return COMMON_STATUS.NOT_FOUND;
    try {
      admitSigned(parts.creator, bytes, signature, { msp, now: Date.now(), code: STATUS.PERMISSION_DENIED });
    } catch {
      return COMMON_STATUS.FORBIDDEN;
    }
    const seek = orderer.SeekInfo.deserializeBinary(data);
    const start = seekNumber(seek.getStart(), store.head.height);
    const stop = seekNumber(seek.getStop(), store.head.height);
    if (start === undefined || stop === undefined || stop < start) return COMMON_STATUS.BAD_REQUEST;
    const render = RENDERERS[method];
    if (!render) throw new RpcError(STATUS.UNIMPLEMENTED, 'unknown method');
    return { next: start, stop, unread: 0, isPumping: false, render: (block) => render(block, names.channel) };
  }
}

const RENDERERS: Readonly<Record<string, (block: Uint8Array, channel: string) => Uint8Array>> = {
  '/protos.Deliver/Deliver': deliverBlock,
  '/protos.Deliver/DeliverFiltered': deliverFiltered,
  '/protos.Deliver/DeliverWithPrivateData': deliverWithPrivateData,
};

function seekNumber(position: orderer.SeekPosition | undefined, height: number): number | undefined {
  if (!position) return undefined;
  if (position.hasOldest()) return 0;
  if (position.hasNewest()) return height - 1;
  if (position.hasNextCommit()) return height;
  return position.getSpecified()?.getNumber();
}
