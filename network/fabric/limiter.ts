/** Keeps a gateway's calls below what its peer takes at once: the peer answers one too many with an error that says neither what was done nor when to come back. */
import { Metadata, status, type CallOptions, type ClientUnaryCall, type requestCallback, type ServiceError } from '@grpc/grpc-js';
import type { GatewayGrpcClient } from '#network/connect';
import { GATEWAY_LIMIT } from '#network/fabric/configuration';

export interface Limits {
  /** calls in flight */
  readonly atOnce: number;
  /** calls that wait for their turn; one more is refused at once */
  readonly waiting: number;
  /** ms that a call waits for its turn */
  readonly waitMs: number;
}

/** A fifth of what the peer takes stays free for others who use it: administrators, a second gateway. */
export const LIMITS: Limits = { atOnce: GATEWAY_LIMIT * 0.8, waiting: 2_000, waitMs: 5_000 };

interface Waiting {
  readonly begin: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Unary calls of any kind count together, as they do at the peer. What has waited too long, or found too many waiting, ends with
 * RESOURCE_EXHAUSTED without having been sent. Streams are few and counted elsewhere at the peer: they pass.
 */
export class LimitedClient implements GatewayGrpcClient {
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  readonly makeServerStreamRequest: GatewayGrpcClient['makeServerStreamRequest'];
  readonly makeBidiStreamRequest: GatewayGrpcClient['makeBidiStreamRequest'];

  constructor(private readonly inner: GatewayGrpcClient, private readonly limits: Limits = LIMITS) {
    this.makeServerStreamRequest = (...call) => inner.makeServerStreamRequest(...call);
    this.makeBidiStreamRequest = (...call) => inner.makeBidiStreamRequest(...call);
  }

  get inFlight(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  makeUnaryRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, argument: Q, options: CallOptions, callback: requestCallback<R>): ClientUnaryCall {
    let cancel = (): void => undefined;
    const begin = (): void => {
      this.#running++;
      const call = this.inner.makeUnaryRequest(method, serialize, deserialize, argument, options, (error, value) => {
        this.#running--;
        this.#next();
        callback(error, value);
      });
      cancel = () => call.cancel();
    };
    if (this.#running < this.limits.atOnce) begin();
    else cancel = this.#wait(begin, callback);
    return { cancel: () => cancel() } as ClientUnaryCall;
  }

  /** @returns what cancels it */
  #wait(begin: () => void, callback: requestCallback<never>): () => void {
    const refuse = (code: status, details: string): void => callback(serviceError(code, details));
    if (this.#waiting.size >= this.limits.waiting) {
      queueMicrotask(() => refuse(status.RESOURCE_EXHAUSTED, 'too many calls wait for this peer'));
      return () => undefined;
    }
    const leave = (code: status, details: string): void => {
      clearTimeout(waiting.timer);
      if (this.#waiting.delete(waiting)) refuse(code, details);
    };
    const waiting: Waiting = { begin, timer: setTimeout(() => leave(status.RESOURCE_EXHAUSTED, 'waited too long for a turn at this peer'), this.limits.waitMs) };
    this.#waiting.add(waiting);
    return () => leave(status.CANCELLED, 'Cancelled on client');
  }

  #next(): void {
    const [first] = this.#waiting;
    if (!first || this.#running >= this.limits.atOnce) return;
    this.#waiting.delete(first);
    clearTimeout(first.timer);
    first.begin();
  }
}

const serviceError = (code: status, details: string): ServiceError => Object.assign(new Error(`${String(code)} ${status[code]}: ${details}`), { code, details, metadata: new Metadata() });
