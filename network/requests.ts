/** What a client signs when it asks Fabric's gateway service for an outcome or for events. */
import { orderer } from '@hyperledger/fabric-protos';
import { RpcError, STATUS } from '#network/rpc';
import { WireReader } from '#network/wire';

const EMPTY: Uint8Array = new Uint8Array(0);

/** Reads a gateway.CommitStatusRequest. */
export function readStatusRequest(bytes: Uint8Array): { txId: string; channel: string; identity: Uint8Array } {
  const request = { txId: '', channel: '', identity: EMPTY };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) request.txId = reader.string();
    else if (reader.field === 2) request.channel = reader.string();
    else if (reader.field === 3) request.identity = reader.bytes();
    else reader.skip();
  }
  return request;
}

export interface EventsRequest {
  channel: string;
  chaincode: string;
  identity: Uint8Array;
  /** number of the first block; undefined: the next one */
  start: number | undefined;
  /** transaction after which events are wanted, or empty */
  after: string;
}

/** Reads a gateway.ChaincodeEventsRequest. @throws RpcError INVALID_ARGUMENT */
export function readEventsRequest(bytes: Uint8Array): EventsRequest {
  const request: EventsRequest = { channel: '', chaincode: '', identity: EMPTY, start: undefined, after: '' };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) request.channel = reader.string();
    else if (reader.field === 2) request.chaincode = reader.string();
    else if (reader.field === 3) request.identity = reader.bytes();
    else if (reader.field === 4) request.start = readStart(orderer.SeekPosition.deserializeBinary(reader.bytes()));
    else if (reader.field === 5) request.after = reader.string();
    else reader.skip();
  }
  return request;
}

function readStart(position: orderer.SeekPosition): number | undefined {
  if (position.hasNextCommit()) return undefined;
  const specified = position.getSpecified();
  if (!specified) throw new RpcError(STATUS.INVALID_ARGUMENT, 'invalid start position type');
  return specified.getNumber();
}
