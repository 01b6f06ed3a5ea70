/**
 * The shim's chaincode server with the batches of Fabric 3.1, where the peer has said in READY that it takes them: writes of a
 * transaction are kept and go to the peer in one message before its end, and reads begun together go in one message too.
 * Each is a round trip of its own otherwise.
 */
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import type { Chaincode, Response, Stub } from '#network/shim';

const { GET_STATE_MULTIPLE, READY, REGISTER, WRITE_BATCH_STATE } = peer.ChaincodeMessage.Type;
const { PUT_STATE, DEL_STATE } = peer.WriteRecord.Type;
const FAILED = 500;
const REFUSED = 400;

type PeerStream = EventEmitter & { write(message: peer.ChaincodeMessage): boolean; end(): void };

/** What is used of the shim's message handler. */
export interface Handler {
  chaincode: Chaincode;
  chat(first: peer.ChaincodeMessage): void;
  handleGetState(collection: string, key: string, channel: string, txId: string): Promise<Uint8Array>;
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
      await this.handler._askPeerAndListen(message(WRITE_BATCH_STATE, channel, txId, batch.serializeBinary()), 'WriteBatch');
    }
  }
}

interface Reading {
  readonly key: string;
  readonly resolve: (value: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers reads that a transaction begins at the same moment. `limit` 0: the peer takes one key at a time. */
export class ReadBatch {
  limit = 0;
  readonly #waiting = new Map<string, Reading[]>();

  constructor(private readonly handler: Pick<Handler, '_askPeerAndListen'>) {}

  get(channel: string, txId: string, key: string): Promise<Uint8Array> {
    const id = channel + txId;
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id);
      if (waiting) {
        waiting.push({ key, resolve, reject });
        return;
      }
      const readings = [{ key, resolve, reject }];
      this.#waiting.set(id, readings);
      queueMicrotask(() => {
        this.#waiting.delete(id);
        for (let from = 0; from < readings.length; from += this.limit) void this.#ask(channel, txId, readings.slice(from, from + this.limit));
      });
    });
  }

  async #ask(channel: string, txId: string, readings: readonly Reading[]): Promise<void> {
    try {
      const request = new peer.GetStateMultiple();
      request.setKeysList(readings.map(({ key }) => key));
      const answer = peer.GetStateMultipleResult.deserializeBinary((await this.handler._askPeerAndListen(message(GET_STATE_MULTIPLE, channel, txId, request.serializeBinary()), 'GetStateMultiple')) as Uint8Array);
      const values = answer.getValuesList_asU8();
      if (values.length !== readings.length) throw new Error(`the peer answered ${String(values.length)} of ${String(readings.length)} keys`);
      for (const [i, { resolve }] of readings.entries()) resolve(Buffer.from(values[i]!));
    } catch (error) {
      for (const { reject } of readings) reject(error);
    }
  }
}

function message(type: ReturnType<peer.ChaincodeMessage['getType']>, channel: string, txId: string, payload: Uint8Array): peer.ChaincodeMessage {
  const made = new peer.ChaincodeMessage();
  made.setType(type);
  made.setPayload(payload);
  made.setTxid(txId);
  made.setChannelId(channel);
  return made;
}

/** Gives a shim's handler the batches that its peer offers; an older peer's READY is empty. */
export function batchState(handler: Handler, stream: EventEmitter): void {
  const [batch, reads] = [new WriteBatch(handler), new ReadBatch(handler)];
  const { chaincode } = handler;
  const get = handler.handleGetState.bind(handler);
  const put = handler.handlePutState.bind(handler);
  const remove = handler.handleDeleteState.bind(handler);
  stream.on('data', (received: peer.ChaincodeMessage) => {
    if (received.getType() !== READY) return;
    const offer = peer.ChaincodeAdditionalParams.deserializeBinary(received.getPayload_asU8());
    batch.limit = offer.getUseWriteBatch() ? offer.getMaxSizeWriteBatch() : 0;
    reads.limit = offer.getUseGetMultipleKeys() ? offer.getMaxSizeGetMultipleKeys() : 0;
  });
  handler.chaincode = Object.assign(Object.create(chaincode) as Chaincode, {
    Invoke: (stub: InvokedStub) => batch.run(stub.getChannelID(), stub.getTxID(), () => chaincode.Invoke(stub)),
  });
  handler.handleGetState = async (collection, key, channel, txId) => (collection === '' && reads.limit > 0 ? reads.get(channel, txId, key) : get(collection, key, channel, txId));
  handler.handlePutState = async (collection, key, value, channel, txId) => (collection === '' && batch.limit > 0 ? batch.keep(channel, txId, key, value) : put(collection, key, value, channel, txId));
  handler.handleDeleteState = async (collection, key, channel, txId) => (collection === '' && batch.limit > 0 ? batch.keep(channel, txId, key, undefined) : remove(collection, key, channel, txId));
}

/** The shim's server, for its internal classes: 2.5.8 exports only the one that sends write by write. */
export function chaincodeServer(chaincode: Chaincode, options: ServerOptions): Server {
  const ChaincodeServer = require('fabric-shim/lib/server.js') as new (chaincode: Chaincode, options: ServerOptions) => Server;
  const { ChaincodeMessageHandler } = require('fabric-shim/lib/handler.js') as { ChaincodeMessageHandler: new (stream: PeerStream, chaincode: Chaincode) => Handler };
  class BatchingServer extends ChaincodeServer {
    /** Called by gRPC for every peer that dials in. */
    connect(stream: PeerStream): void {
      const handler = new ChaincodeMessageHandler(stream, chaincode);
      batchState(handler, stream);
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
