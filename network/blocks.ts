import type { common } from '@hyperledger/fabric-protos';
import { readReadWriteSet } from '#network/rwset';
import { readActions, readArguments, readEnvelope, readEvent, readHeader, readIdentity, readPayload, readResult } from '#network/transaction';
import { utf8Text } from '#network/wire';

const ENDORSER_TRANSACTION = 3;
const NOT_VALIDATED = 254;
const TRANSACTIONS_FILTER = 2;

export interface DecodedWrite {
  namespace: string;
  key: string;
  isDelete: boolean;
  value: Uint8Array;
}

export interface DecodedTransaction {
  txId: string;
  /** place in the block */
  index: number;
  /** peer.TxValidationCode; only 0 changed anything */
  validationCode: number;
  /** ISO 8601 UTC with milliseconds; the client's clock, checked by the peer to 15 minutes */
  timestamp: string;
  creatorMsp: string;
  /** PEM */
  creatorCert: string;
  functionName: string;
  /** without the function name */
  args: Uint8Array[];
  /** what the chaincode answered, as the endorsers signed it */
  response: Uint8Array;
  writes: DecodedWrite[];
  event?: { name: string; payload: Uint8Array };
}

/**
 * The endorsed transactions of a block, in order, the invalid ones included (their writes never happened: look at
 * `validationCode`). Config blocks give none. Byte arrays are views of the block.
 *
 * @throws WireError when a transaction that the peers called valid cannot be read; invalid garbage is passed over.
 */
export function decodeBlock(block: common.Block): DecodedTransaction[] {
  const filter = block.getMetadata()?.getMetadataList_asU8()[TRANSACTIONS_FILTER] ?? new Uint8Array(0);
  const transactions: DecodedTransaction[] = [];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  for (const [index, envelope] of envelopes.entries()) {
    const validationCode = filter[index] ?? NOT_VALIDATED;
    try {
      const transaction = decodeTransaction(envelope, index, validationCode);
      if (transaction) transactions.push(transaction);
    } catch (error) {
      if (validationCode === 0) throw error;
    }
  }
  return transactions;
}

function decodeTransaction(envelope: Uint8Array, index: number, validationCode: number): DecodedTransaction | undefined {
  const { header, data } = readPayload(readEnvelope(envelope).bytes);
  const parts = readHeader(header);
  if (parts.type !== ENDORSER_TRANSACTION) return undefined;
  const action = readActions(data)[0];
  if (!action) return undefined;
  const result = readResult(action.responsePayload);
  const creator = readIdentity(parts.creator);
  const [name, ...args] = readArguments(action.proposalPayload);
  const decoded: DecodedTransaction = {
    txId: parts.txId,
    index,
    validationCode,
    timestamp: new Date(parts.seconds * 1000 + Math.floor(parts.nanos / 1e6)).toISOString(),
    creatorMsp: creator.mspId,
    creatorCert: utf8Text(creator.certificate),
    functionName: name ? utf8Text(name) : '',
    args,
    response: result.payload,
    writes: readReadWriteSet(result.results).flatMap((set) => set.writes.map((write) => ({ namespace: set.namespace, ...write }))),
  };
  if (result.event.length === 0) return decoded;
  const { name: eventName, payload } = readEvent(result.event);
  return { ...decoded, event: { name: eventName, payload } };
}
