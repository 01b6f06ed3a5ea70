/**
 * The shim's chaincode server with Fabric 3.1's write batch: writes of a transaction are kept and go to the peer in one message
 * before its end, where the peer has said in READY that it takes it. Each single put is a round trip otherwise.
 */
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import type { Chaincode, Response, Stub } from '#network/shim';

const { READY, REGISTER, WRITE_BATCH_STATE } = peer.ChaincodeMessage.Type;
const { PUT_STATE, DEL_STATE } = peer.WriteRecord.Type;
const FAILED = 500;
const REFUSED = 400;

type PeerStream = EventEmitter & { write(message: peer.ChaincodeMessage): boolean; end(): void };

/** What is used of the shim's message handler. */
export interface Handler {
  chaincode: Chaincode;
  chat(first: peer.ChaincodeMessage): void;
  handlePutState(collection: string, key: string, value: Uint8Array, channel: string, txId: string): Promise<unknown>;
  handleDeleteState(collection: string, key: string, channel: string, txId: string): Promise<unknown>;
  _askPeerAndListen(message: peer.ChaincodeMessage, method: string): Promise<unknown>;
}
interface Server {
  start(): Promise<void>;
}
export interface ServerOptions {
  ccid: string;
  address: string;
  'grpc.max_receive_message_length': number;
  'grpc.max_send_message_length': number;
  tlsProps: { key: Buffer; cert: Buffer; clientCACerts: Buffer };
}
type InvokedStub = Stub & { getChannelID(): string; getTxID(): string };

const require = createRequire(import.meta.url);

/** Keeps the writes of open transactions. `limit` 0: the peer takes no batch, and every write goes by itself. */
export class WriteBatch {
  limit = 0;
  readonly #open = new Map<string, Map<string, peer.WriteRecord>>();

  constructor(private readonly handler: Pick<Handler, '_askPeerAndListen'>) {}

  /** What READY says of the peer; an older peer's READY is empty. */
  ready(payload: Uint8Array): void {
    const offer = peer.ChaincodeAdditionalParams.deserializeBinary(payload);
    this.limit = offer.getUseWriteBatch() ? offer.getMaxSizeWriteBatch() : 0;
  }

  /** Runs a transaction, and sends what it wrote if it succeeded. */
  async run(channel: string, txId: string, invoke: () => Promise<Response>): Promise<Response> {
    const id = channel + txId;
    this.#open.set(id, new Map());
    try {
      const response = await invoke();
      if (response.status < REFUSED) await this.#flush(channel, txId, [...this.#open.get(id)!.values()]);
      return response;
    } catch (error) {
      return { status: FAILED, message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#open.delete(id);
    }
  }

  /** @param value undefined: the key is deleted */
  keep(channel: string, txId: string, key: string, value: Uint8Array | undefined): void {
    const records = this.#open.get(channel + txId);
    if (!records) throw new Error('a write after the end of its transaction');
    const record = new peer.WriteRecord();
    record.setKey(key);
    record.setType(value === undefined ? DEL_STATE : PUT_STATE);
    if (value !== undefined) record.setValue(value);
    records.set(key, record);
  }

  async #flush(channel: string, txId: string, records: peer.WriteRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += this.limit) {
      const batch = new peer.WriteBatchState();
      batch.setRecList(records.slice(from, from + this.limit));
      const message = new peer.ChaincodeMessage();
      message.setType(WRITE_BATCH_STATE);
      message.setPayload(batch.serializeBinary());
      message.setTxid(txId);
      message.setChannelId(channel);
      await this.handler._askPeerAndListen(message, 'WriteBatch');
    }
  }
}

/** Gives a shim's handler the write batch. */
export function batchWrites(handler: Handler, stream: EventEmitter): WriteBatch {
  const batch = new WriteBatch(handler);
  const { chaincode } = handler;
  const put = handler.handlePutState.bind(handler);
  const remove = handler.handleDeleteState.bind(handler);
  stream.on('data', (message: peer.ChaincodeMessage) => {
    if (message.getType() === READY) batch.ready(message.getPayload_asU8());
  });
  handler.chaincode = Object.assign(Object.create(chaincode) as Chaincode, {
    Invoke: (stub: InvokedStub) => batch.run(stub.getChannelID(), stub.getTxID(), () => chaincode.Invoke(stub)),
  });
  handler.handlePutState = async (collection, key, value, channel, txId) => (collection === '' && batch.limit > 0 ? batch.keep(channel, txId, key, value) : put(collection, key, value, channel, txId));
  handler.handleDeleteState = async (collection, key, channel, txId) => (collection === '' && batch.limit > 0 ? batch.keep(channel, txId, key, undefined) : remove(collection, key, channel, txId));
  return batch;
}

/** The shim's server, for its internal classes: 2.5.8 exports only the one that sends write by write. */
export function chaincodeServer(chaincode: Chaincode, options: ServerOptions): Server {
  const ChaincodeServer = require('fabric-shim/lib/server.js') as new (chaincode: Chaincode, options: ServerOptions) => Server;
  const { ChaincodeMessageHandler } = require('fabric-shim/lib/handler.js') as { ChaincodeMessageHandler: new (stream: PeerStream, chaincode: Chaincode) => Handler };
  class BatchingServer extends ChaincodeServer {
    /** Called by gRPC for every peer that dials in. */
    connect(stream: PeerStream): void {
      const handler = new ChaincodeMessageHandler(stream, chaincode);
      batchWrites(handler, stream);
      const id = new peer.ChaincodeID();
      id.setName(options.ccid);
      const register = new peer.ChaincodeMessage();
      register.setType(REGISTER);
      register.setPayload(id.serializeBinary());
      handler.chat(register);
    }
  }
  return new BatchingServer(chaincode, options);
}
