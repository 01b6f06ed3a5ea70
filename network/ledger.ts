import type { Credentials } from '#network/ca/authority';
import type { GatewayGrpcClient } from '#network/connect';

/** What a gateway's way to its ledger stands on, for its operator. */
export interface Connection {
  /** host:port of the agency's own peer */
  readonly peer: string;
  /** calls under way and calls that wait for their turn */
  readonly inFlight: number;
  readonly waiting: number;
  /** certificates whose end ends the connection, by their use; DER */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
}

/** A ledger that is open: the embedded one, or a consortium's as seen through an agency's own peer. */
export interface Ledger {
  readonly client: GatewayGrpcClient;
  readonly channel: string;
  readonly chaincode: string;
  readonly mspId: string;
  /** base64url of the SHA-256 header hash of the genesis block */
  readonly ledgerId: string;
  /** Transactions in flight that keep it busy; more only lengthens the queue. */
  readonly transactionsAtOnce: number;
  /** absent where there is none: the embedded ledger is in the same process */
  readonly connection?: Connection;
  /** A client identity issued by the agency's authority. Attributes are public in every transaction. */
  enrol(attributes: Readonly<Record<string, string>>, commonName: string): Promise<Credentials>;
  height(): Promise<bigint>;
  head(): Promise<{ block: bigint; headerHash: Uint8Array; commitHash: Uint8Array }>;
  /** common.Block bytes. @throws LedgerFault LEDGER_REFUSED when there is no such block */
  block(number: bigint): Promise<Uint8Array>;
  /** Ends what is open here; calls still open end with an error. */
  close(): Promise<void>;
}
