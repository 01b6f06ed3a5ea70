/** The way to a peer. A connection that swallows calls without an answer is given up and dialled anew. */
import { status, type CallOptions, type Client, type ClientDuplexStream, type ClientReadableStream, type ClientUnaryCall, type requestCallback } from '@grpc/grpc-js';
import type { GatewayGrpcClient } from '#network/connect';

/**
 * TCP says nothing of a route that has gone: an idle connection to a machine that is no more looks well for minutes, and gRPC's own
 * pings may come to a stock peer once a minute at most. So a call that ends at its deadline, after so long without any answer, is the sign.
 */
const SILENCE_MS = 4_000;

/** Calls and streams of a connection that is given up end as cancelled. */
export class PeerLink implements GatewayGrpcClient {
  readonly #dial: () => Client;
  readonly #open = new Set<{ cancel(): void }>();
  #client: Client;
  #heardAt = 0;

  constructor(dial: () => Client, private readonly silenceMs = SILENCE_MS) {
    this.#dial = dial;
    this.#client = dial();
  }

  makeUnaryRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, argument: Q, options: CallOptions, callback: requestCallback<R>): ClientUnaryCall {
    const [client, askedAt] = [this.#client, Date.now()];
    const call = client.makeUnaryRequest<Q, R>(method, serialize, deserialize, argument, options, (error, value) => {
      this.#open.delete(call);
      if (client === this.#client && error?.code !== status.DEADLINE_EXCEEDED) this.#heardAt = Date.now();
      else if (client === this.#client && this.#heardAt < askedAt && Date.now() - askedAt >= this.silenceMs) this.#redial();
      callback(error, value);
    });
    this.#open.add(call);
    return call;
  }

  makeServerStreamRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, argument: Q, options: CallOptions): ClientReadableStream<R> {
    return this.#kept(this.#client.makeServerStreamRequest(method, serialize, deserialize, argument, options));
  }

  makeBidiStreamRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, options: CallOptions): ClientDuplexStream<Q, R> {
    return this.#kept(this.#client.makeBidiStreamRequest(method, serialize, deserialize, options));
  }

  close(): void {
    this.#client.close();
  }

  #redial(): void {
    const old = this.#client;
    this.#client = this.#dial();
    for (const each of this.#open) each.cancel();
    old.close();
  }

  #kept<S extends { cancel(): void; once(event: string, listener: () => void): unknown }>(stream: S): S {
    this.#open.add(stream);
    for (const event of ['end', 'error', 'close']) stream.once(event, () => this.#open.delete(stream));
    return stream;
  }
}
