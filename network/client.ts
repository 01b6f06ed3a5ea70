import { Metadata, type CallOptions, type ClientUnaryCall, type requestCallback, type ServiceError } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';
import anyMessage from 'google-protobuf/google/protobuf/any_pb.js';
import type { GatewayGrpcClient } from '#network/connect';
import { type CallAnswer, type CallMessage, type NodeDetail, type RpcErrorMessage, STATUS } from '#network/rpc';

const TOO_LATE: RpcErrorMessage = { code: STATUS.DEADLINE_EXCEEDED, message: 'Deadline exceeded', details: [] };
const CANCELLED: RpcErrorMessage = { code: STATUS.CANCELLED, message: 'Cancelled on client', details: [] };

interface Pending {
  reply: (body: Uint8Array) => void;
  fail: (error: RpcErrorMessage) => void;
}

/**
 * The three methods that the Fabric SDK asks of a gRPC client, answered by the peer's thread: bytes out, bytes in.
 * Real grpc-js Metadata and status details, for the SDK checks and reads them.
 */
export class MessageClient implements GatewayGrpcClient {
  readonly #post: (message: CallMessage) => void;
  readonly #calls = new Map<number, Pending>();
  #nextId = 1;
  #stopped: RpcErrorMessage | undefined;

  constructor(post: (message: CallMessage) => void) {
    this.#post = post;
  }

  makeUnaryRequest<Req, Res>(method: string, serialize: (value: Req) => Buffer, deserialize: (value: Buffer) => Res, argument: Req, options: CallOptions, callback: requestCallback<Res>): ClientUnaryCall {
    const id = this.#nextId++;
    let timer: NodeJS.Timeout | undefined;
    const end = (error: RpcErrorMessage | undefined, value?: Res): void => {
      if (!this.#calls.delete(id)) return;
      clearTimeout(timer);
      callback(error ? this.#serviceError(error) : null, value);
    };
    const giveUp = (error: RpcErrorMessage): void => {
      if (!this.#calls.has(id)) return;
      this.#post({ type: 'cancel', id });
      end(error);
    };
    this.#calls.set(id, { reply: (body) => end(undefined, deserialize(asBuffer(body))), fail: end });
    const waitMs = untilDeadline(options);
    if (waitMs !== undefined) timer = setTimeout(() => giveUp(TOO_LATE), waitMs);
    if (this.#stopped) queueMicrotask(() => end(this.#stopped));
    else if (waitMs === 0) queueMicrotask(() => end(TOO_LATE));
    else this.#post({ type: 'unary', id, method, body: serialize(argument) });
    return { cancel: () => giveUp(CANCELLED) } as ClientUnaryCall;
  }

  makeServerStreamRequest<Req, Res>(method: string, serialize: (value: Req) => Buffer, deserialize: (value: Buffer) => Res, argument: Req, options: CallOptions): ItemStream<Res> {
    const stream = this.#openStream(deserialize, options);
    stream.begin(method, serialize(argument));
    return stream;
  }

  makeBidiStreamRequest<Req, Res>(method: string, serialize: (value: Req) => Buffer, deserialize: (value: Buffer) => Res, options: CallOptions): ItemStream<Res> & { write(chunk: Req): boolean } {
    const stream = this.#openStream(deserialize, options);
    return Object.assign(stream, { write: (chunk: Req) => stream.begin(method, serialize(chunk)) });
  }

  /** A message of the peer's thread that belongs to a call. */
  receive(message: CallAnswer): void {
    const call = this.#calls.get(message.id);
    if (message.type === 'error') call?.fail(message.error);
    else call?.reply(message.body);
  }

  /** Ends every call, open and future. */
  stop(error: RpcErrorMessage): void {
    this.#stopped ??= error;
    for (const call of [...this.#calls.values()]) call.fail(error);
  }

  #openStream<Res>(deserialize: (value: Buffer) => Res, options: CallOptions): ItemStream<Res> {
    const id = this.#nextId++;
    const stream = new ItemStream<Res>({
      begin: (method, body) => this.#post({ type: 'stream', id, method, body }),
      taken: () => this.#post({ type: 'taken', id }),
      cancelled: () => {
        if (this.#calls.delete(id)) this.#post({ type: 'cancel', id });
      },
      error: (error) => this.#serviceError(error),
    });
    const fail = (error: RpcErrorMessage): void => {
      this.#calls.delete(id);
      stream.end(error);
    };
    this.#calls.set(id, { reply: (body) => stream.push(deserialize(asBuffer(body))), fail });
    const waitMs = untilDeadline(options);
    if (waitMs !== undefined) setTimeout(() => stream.cancel(TOO_LATE), waitMs).unref();
    if (this.#stopped) fail(this.#stopped);
    return stream;
  }

  #serviceError({ code, message, details }: RpcErrorMessage): ServiceError {
    const metadata = new Metadata();
    if (details.length > 0) metadata.set('grpc-status-details-bin', statusDetails(code, message, details));
    return Object.assign(new Error(`${code} ${CODE_NAMES[code] ?? 'UNKNOWN'}: ${message}`), { code, details: message, metadata });
  }
}

interface StreamHooks {
  begin: (method: string, body: Buffer) => void;
  taken: () => void;
  cancelled: () => void;
  error: (error: RpcErrorMessage) => ServiceError;
}

/** Items until cancelled. It never ends normally: the SDK would read a value that is not there. */
export class ItemStream<T> implements AsyncIterable<T> {
  readonly #hooks: StreamHooks;
  readonly #items: T[] = [];
  #waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: Error) => void }[] = [];
  #end: RpcErrorMessage | undefined;

  constructor(hooks: StreamHooks) {
    this.#hooks = hooks;
  }

  begin(method: string, body: Buffer): boolean {
    if (!this.#end) this.#hooks.begin(method, body);
    return true;
  }

  push(item: T): void {
    const waiting = this.#waiting.shift();
    if (!waiting) return void this.#items.push(item);
    this.#hooks.taken();
    waiting.resolve({ value: item, done: false });
  }

  end(error: RpcErrorMessage): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#hooks.error(this.#end));
  }

  cancel(reason: RpcErrorMessage = CANCELLED): void {
    this.#items.length = 0;
    this.end(reason);
    this.#hooks.cancelled();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => {
        const item = this.#items.shift();
        if (item !== undefined) {
          this.#hooks.taken();
          return Promise.resolve({ value: item, done: false });
        }
        if (this.#end) return Promise.reject(this.#hooks.error(this.#end));
        return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
      },
      return: () => {
        this.cancel();
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }
}

const CODE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(STATUS).map(([name, code]) => [code, name]));

function statusDetails(code: number, message: string, details: readonly NodeDetail[]): Buffer {
  const status = new google.rpc.Status();
  status.setCode(code);
  status.setMessage(message);
  for (const { address, mspId, message: text } of details) {
    const detail = new gateway.ErrorDetail();
    detail.setAddress(address);
    detail.setMspId(mspId);
    detail.setMessage(text);
    const wrapped = new anyMessage.Any();
    wrapped.pack(detail.serializeBinary(), 'gateway.ErrorDetail');
    status.addDetails(wrapped);
  }
  return Buffer.from(status.serializeBinary());
}

function untilDeadline({ deadline }: CallOptions): number | undefined {
  if (deadline === undefined || deadline === Number.POSITIVE_INFINITY) return undefined;
  return Math.min(Math.max(Number(deadline) - Date.now(), 0), 0x7fffffff);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
