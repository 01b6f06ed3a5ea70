import { readRepeated, utf8Text, WireError, WireReader, WireWriter } from '#network/wire';

/** A version of a key: the block and the place in the block of the transaction that wrote it. */
export interface Version {
  block: number;
  tx: number;
}

export interface SignedPart {
  bytes: Uint8Array;
  signature: Uint8Array;
}

export interface Endorsement {
  endorser: Uint8Array;
  signature: Uint8Array;
}

export interface HeaderParts {
  channelHeader: Uint8Array;
  signatureHeader: Uint8Array;
  type: number;
  channel: string;
  txId: string;
  epoch: number;
  seconds: number;
  nanos: number;
  chaincode: string;
  creator: Uint8Array;
  nonce: Uint8Array;
}

export interface TransactionAction {
  header: Uint8Array;
  /** ChaincodeProposalPayload without the transient map */
  proposalPayload: Uint8Array;
  /** ProposalResponsePayload: what the endorsers signed */
  responsePayload: Uint8Array;
  endorsements: Endorsement[];
}

export interface ActionResult {
  proposalHash: Uint8Array;
  results: Uint8Array;
  event: Uint8Array;
  status: number;
  message: string;
  payload: Uint8Array;
  chaincode: string;
}

/** Splits a common.Envelope. */
export function readEnvelope(envelope: Uint8Array): SignedPart {
  const [bytes, signature] = readPair(envelope, 1, 2);
  return { bytes, signature };
}

/** Splits a common.Payload into header and data. */
export function readPayload(payload: Uint8Array): { header: Uint8Array; data: Uint8Array } {
  const [header, data] = readPair(payload, 1, 2);
  return { header, data };
}

/** Reads a common.Header with both headers inside. */
export function readHeader(header: Uint8Array): HeaderParts {
  const [channelHeader, signatureHeader] = readPair(header, 1, 2);
  const [creator, nonce] = readPair(signatureHeader, 1, 2);
  const parts = { channelHeader, signatureHeader, type: 0, channel: '', txId: '', epoch: 0, seconds: 0, nanos: 0, chaincode: '', creator, nonce };
  const reader = new WireReader(channelHeader);
  while (reader.next()) {
    if (reader.field === 1) parts.type = reader.number();
    else if (reader.field === 3) Object.assign(parts, readTimestamp(reader.bytes()));
    else if (reader.field === 4) parts.channel = reader.string();
    else if (reader.field === 5) parts.txId = reader.string();
    else if (reader.field === 6) parts.epoch = reader.number();
    else if (reader.field === 7) parts.chaincode = readString(readPair(reader.bytes(), 2, 2)[0], 2);
    else reader.skip();
  }
  return parts;
}

/** Reads a peer.Transaction. Fabric allows exactly one action; the caller checks the count. */
export function readActions(data: Uint8Array): TransactionAction[] {
  return readRepeated(data, 1).map(readAction);
}

function readAction(bytes: Uint8Array): TransactionAction {
  const [header, payload] = readPair(bytes, 1, 2);
  const [proposalPayload, endorsed] = readPair(payload, 1, 2);
  const action: TransactionAction = { header, proposalPayload, responsePayload: EMPTY, endorsements: [] };
  const reader = new WireReader(endorsed);
  while (reader.next()) {
    if (reader.field === 1) action.responsePayload = reader.bytes();
    else if (reader.field === 2) {
      const [endorser, signature] = readPair(reader.bytes(), 1, 2);
      action.endorsements.push({ endorser, signature });
    } else reader.skip();
  }
  return action;
}

/**
 * An unsigned common.Envelope of what was endorsed.
 *
 * @param header common.Header of the proposal
 * @param proposalPayload ChaincodeProposalPayload without the transient map
 * @param responsePayload ProposalResponsePayload: what the endorsers signed
 */
export function writeTransaction(header: Uint8Array, proposalPayload: Uint8Array, responsePayload: Uint8Array, endorsements: readonly Endorsement[]): Buffer {
  const endorsed = new WireWriter().bytes(1, responsePayload);
  for (const { endorser, signature } of endorsements) endorsed.message(2, new WireWriter().bytes(1, endorser).bytes(2, signature).finish());
  const actionPayload = new WireWriter().bytes(1, proposalPayload).message(2, endorsed.finish()).finish();
  const action = new WireWriter().bytes(1, readPair(header, 2, 2)[0]).bytes(2, actionPayload).finish();
  const transaction = new WireWriter().message(1, action).finish();
  const payload = new WireWriter().message(1, header).bytes(2, transaction).finish();
  return new WireWriter().bytes(1, payload).finish();
}

/** Reads what was endorsed: the read-write set, event and response of a ProposalResponsePayload. */
export function readResult(responsePayload: Uint8Array): ActionResult {
  const [proposalHash, extension] = readPair(responsePayload, 1, 2);
  const result = { proposalHash, results: EMPTY, event: EMPTY, status: 0, message: '', payload: EMPTY, chaincode: '' };
  const reader = new WireReader(extension);
  while (reader.next()) {
    if (reader.field === 1) result.results = reader.bytes();
    else if (reader.field === 2) result.event = reader.bytes();
    else if (reader.field === 3) Object.assign(result, readResponse(reader.bytes()));
    else if (reader.field === 4) result.chaincode = readString(reader.bytes(), 2);
    else reader.skip();
  }
  return result;
}

function readResponse(bytes: Uint8Array): { status: number; message: string; payload: Uint8Array } {
  const response = { status: 0, message: '', payload: EMPTY };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) response.status = reader.number();
    else if (reader.field === 2) response.message = reader.string();
    else if (reader.field === 3) response.payload = reader.bytes();
    else reader.skip();
  }
  return response;
}

/** The arguments of a ChaincodeProposalPayload: function name first. */
export function readArguments(proposalPayload: Uint8Array): Uint8Array[] {
  const spec = readPair(readPair(proposalPayload, 1, 1)[0], 1, 1)[0];
  const input = readPair(spec, 3, 3)[0];
  const args: Uint8Array[] = [];
  const reader = new WireReader(input);
  while (reader.next()) {
    if (reader.field === 1) args.push(reader.bytes());
    else reader.skip();
  }
  return args;
}

export interface ChaincodeEventParts {
  chaincode: string;
  txId: string;
  name: string;
  payload: Uint8Array;
}

export function readEvent(bytes: Uint8Array): ChaincodeEventParts {
  const event = { chaincode: '', txId: '', name: '', payload: EMPTY };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) event.chaincode = reader.string();
    else if (reader.field === 2) event.txId = reader.string();
    else if (reader.field === 3) event.name = reader.string();
    else if (reader.field === 4) event.payload = reader.bytes();
    else reader.skip();
  }
  return event;
}

export interface IdentityParts {
  mspId: string;
  certificate: Uint8Array;
}

/** Reads an msp.SerializedIdentity. */
export function readIdentity(bytes: Uint8Array): IdentityParts {
  const [mspId, certificate] = readPair(bytes, 1, 2);
  return { mspId: utf8Text(mspId), certificate };
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** Two length-delimited fields of a message; absent ones are empty, of repeated ones the last counts. */
export function readPair(bytes: Uint8Array, first: number, second: number): [Uint8Array, Uint8Array] {
  const pair: [Uint8Array, Uint8Array] = [EMPTY, EMPTY];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === first) pair[0] = reader.bytes();
    else if (reader.field === second) pair[1] = reader.bytes();
    else reader.skip();
  }
  return pair;
}

function readString(bytes: Uint8Array, field: number): string {
  return utf8Text(readPair(bytes, field, field)[0]);
}

function readTimestamp(bytes: Uint8Array): { seconds: number; nanos: number } {
  const reader = new WireReader(bytes);
  let seconds = 0;
  let nanos = 0;
  while (reader.next()) {
    if (reader.field === 1) seconds = reader.number();
    else if (reader.field === 2) nanos = reader.number();
    else reader.skip();
  }
  if (seconds > 253_402_300_799 || nanos > 999_999_999) throw new WireError('timestamp out of range');
  return { seconds, nanos };
}
