import type { CallOptions, ClientUnaryCall, requestCallback } from '@grpc/grpc-js';
import { connect, type Gateway, type GrpcClient, hash } from '@hyperledger/fabric-gateway';
import { nativeSigner } from '#network/signer';

type Serialize<T> = (value: T) => Buffer;
type Deserialize<T> = (value: Buffer) => T;

interface Stream<T> extends AsyncIterable<T> {
  cancel(): void;
}

/** What the SDK really calls of a gRPC client (its own interface of this name is not exported). */
export interface GatewayGrpcClient {
  makeUnaryRequest<Q, R>(method: string, serialize: Serialize<Q>, deserialize: Deserialize<R>, argument: Q, options: CallOptions, callback: requestCallback<R>): ClientUnaryCall;
  makeServerStreamRequest<Q, R>(method: string, serialize: Serialize<Q>, deserialize: Deserialize<R>, argument: Q, options: CallOptions): Stream<R>;
  makeBidiStreamRequest<Q, R>(method: string, serialize: Serialize<Q>, deserialize: Deserialize<R>, options: CallOptions): Stream<R> & { write(chunk: Q): boolean };
}

/** Milliseconds for each step. Without the last one a client hangs for ever when the orderer is lost. */
export interface LedgerDeadlines {
  evaluateMs: number;
  endorseMs: number;
  submitMs: number;
  commitStatusMs: number;
}

// Endorsing may take the peer's own 30 s execution limit; the client waits a little longer to hear the reason.
export const DEFAULT_DEADLINES: Readonly<LedgerDeadlines> = { evaluateMs: 10_000, endorseMs: 32_000, submitMs: 10_000, commitStatusMs: 60_000 };

export interface LedgerConnection {
  /** a grpc-js Client, or the embedded ledger's */
  client: GatewayGrpcClient;
  mspId: string;
  /** PEM */
  certificate: string;
  /** PEM, PKCS#8, P-256 */
  privateKey: string;
  deadlines?: Partial<LedgerDeadlines>;
}

/** A stock SDK gateway with the native signer and a deadline on every step, over any ledger: embedded or network. */
export function connectLedger(connection: Readonly<LedgerConnection>): Gateway {
  const deadlines = { ...DEFAULT_DEADLINES, ...connection.deadlines };
  const within = (ms: number) => () => ({ deadline: Date.now() + ms });
  return connect({
    client: connection.client as GrpcClient,
    identity: { mspId: connection.mspId, credentials: Buffer.from(connection.certificate) },
    signer: nativeSigner(connection.privateKey),
    hash: hash.none,
    evaluateOptions: within(deadlines.evaluateMs),
    endorseOptions: within(deadlines.endorseMs),
    submitOptions: within(deadlines.submitMs),
    commitStatusOptions: within(deadlines.commitStatusMs),
  });
}
