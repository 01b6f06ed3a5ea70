/** A peer without gateway service (Fabric before 2.4), made to look as if it had one. What the SDK signs goes to peers and orderers as it is. */
import { Worker } from 'node:worker_threads';
import type { CallOptions, ClientUnaryCall, requestCallback } from '@grpc/grpc-js';
import { MessageClient } from '#network/client';
import { connectLedger, type GatewayGrpcClient } from '#network/connect';
import { PeerChain } from '#network/fabric/legacy/chain';
import { ChaincodeEvents } from '#network/fabric/legacy/events';
import { Outcomes } from '#network/fabric/legacy/outcomes';
import type { LegacyPlace } from '#network/fabric/legacy/sdk';
import type { FromLegacy } from '#network/fabric/legacy/worker';
import type { PeerLink } from '#network/fabric/link';
import { faultFromMessage, LedgerFault } from '#network/fault';
import { type CallMessage, errorToMessage, STATUS } from '#network/rpc';

const OPEN_MS = 30_000;
const CLOSED = { code: STATUS.CANCELLED, message: 'the connection is closed', details: [] };

/**
 * Evaluate, Endorse and Submit are answered by the thread of `fabric-network`; CommitStatus and ChaincodeEvents are read from the
 * blocks of the agency's own peer; Deliver goes to that peer itself.
 */
export class LegacyClient implements GatewayGrpcClient {
  readonly #peer: PeerLink;
  readonly #worker: Worker;
  readonly #messages: MessageClient;
  readonly #chain: PeerChain;
  readonly #outcomes: Outcomes;
  readonly #events: ChaincodeEvents;

  private constructor(place: LegacyPlace, peer: PeerLink) {
    this.#peer = peer;
    this.#messages = new MessageClient((message) => this.#route(message));
    this.#chain = new PeerChain(connectLedger({ client: this, mspId: place.mspId, ...place.reader }), place.channel);
    this.#outcomes = new Outcomes(this.#chain);
    this.#events = new ChaincodeEvents(this.#chain, (id, body) => this.#messages.receive({ type: 'item', id, body }));
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    // The library looks at arguments and environment of its process; what it logs by itself is in the errors too.
    this.#worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      workerData: place, name: 'fabric-network', argv: [], env: { HFC_LOGGING: '{}' },
      execArgv: process.execArgv.filter((argument) => argument === '--enable-source-maps'),
    });
  }

  /** @param peer a connection to the agency's own peer, closed with this one @throws LedgerFault LEDGER_REFUSED where `fabric-network` is not installed, LEDGER_IO where the peer does not answer */
  static async open(place: LegacyPlace, peer: PeerLink): Promise<LegacyClient> {
    const client = new LegacyClient(place, peer);
    try {
      await client.#opened(place);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  makeUnaryRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, argument: Q, options: CallOptions, callback: requestCallback<R>): ClientUnaryCall {
    return this.#messages.makeUnaryRequest(method, serialize, deserialize, argument, options, callback);
  }

  makeServerStreamRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, argument: Q, options: CallOptions): ReturnType<typeof MessageClient.prototype.makeServerStreamRequest<Q, R>> {
    return this.#messages.makeServerStreamRequest(method, serialize, deserialize, argument, options);
  }

  makeBidiStreamRequest<Q, R>(method: string, serialize: (value: Q) => Buffer, deserialize: (value: Buffer) => R, options: CallOptions): ReturnType<typeof PeerLink.prototype.makeBidiStreamRequest<Q, R>> {
    return this.#peer.makeBidiStreamRequest(method, serialize, deserialize, options);
  }

  /** Calls still open end with an error. */
  async close(): Promise<void> {
    this.#outcomes.close();
    this.#events.close();
    this.#messages.stop(CLOSED);
    this.#chain.close();
    await this.#worker.terminate();
    this.#peer.close();
  }

  #opened({ address }: LegacyPlace): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new LedgerFault('LEDGER_IO', `the peer at ${address} does not answer: is the network up?`)), OPEN_MS);
      const fail = (fault: LedgerFault): void => {
        clearTimeout(late);
        reject(fault);
        this.#messages.stop({ code: STATUS.UNAVAILABLE, message: fault.message, details: [] });
      };
      this.#worker.on('message', (message: FromLegacy) => {
        if (message.type === 'fatal') return fail(faultFromMessage(message.fault));
        if (message.type !== 'ready') return this.#messages.receive(message);
        clearTimeout(late);
        resolve();
      });
      this.#worker.on('error', (cause) => fail(new LedgerFault('LEDGER_STOPPED', 'the thread of fabric-network failed', { cause })));
      this.#worker.on('exit', () => fail(new LedgerFault('LEDGER_STOPPED', 'the connection is closed')));
    });
  }

  #route(message: CallMessage): void {
    if (message.type === 'stream') return this.#answer(message.id, this.#events.open(message.id, message.body));
    if (message.type === 'taken') return this.#events.taken(message.id);
    if (message.type === 'cancel') {
      this.#events.cancel(message.id);
      return this.#outcomes.cancel(message.id);
    }
    if (message.method === '/gateway.Gateway/CommitStatus') return this.#answer(message.id, this.#outcomes.answer(message.id, message.body));
    this.#worker.postMessage(message);
  }

  #answer(id: number, answer: Promise<Uint8Array>): void {
    answer.then(
      (body) => this.#messages.receive({ type: 'reply', id, body }),
      (error: unknown) => this.#messages.receive({ type: 'error', id, error: errorToMessage(error) }),
    );
  }
}
