import { type BlockParts, readBlock } from '#network/embedded/block';
import { CODE } from '#network/embedded/validator';
import { type ChaincodeEventParts, readActions, readEnvelope, readEvent, readHeader, readPayload, readResult } from '#network/transaction';
import { WireWriter } from '#network/wire';

const ENDORSER_TRANSACTION = 3;
const TRANSACTIONS_FILTER = 2;

/** DeliverResponse{status}. */
export function deliverStatus(status: number): Buffer {
  return new WireWriter().number(1, status).finish();
}

/** DeliverResponse{block}. */
export function deliverBlock(block: Uint8Array): Buffer {
  return new WireWriter().message(2, block).finish();
}

/** DeliverResponse{block_and_private_data}: there is no private data on this ledger. */
export function deliverWithPrivateData(block: Uint8Array): Buffer {
  return new WireWriter().message(4, new WireWriter().message(1, block).finish()).finish();
}

/** DeliverResponse{filtered_block}: ids, types and codes, and the names of events without their content. */
export function deliverFiltered(bytes: Uint8Array, channel: string): Buffer {
  const block = readBlock(bytes);
  const filtered = new WireWriter().string(1, channel).number(2, block.number);
  for (const { txId, type, code, event } of transactionsOf(block)) {
    const transaction = new WireWriter().string(1, txId).number(2, type).number(3, code);
    if (event) {
      const named = new WireWriter().string(1, event.chaincode).string(2, event.txId).string(3, event.name).finish();
      const action = new WireWriter().message(1, named).finish();
      transaction.message(4, new WireWriter().message(1, action).finish());
    }
    filtered.message(4, transaction.finish());
  }
  return new WireWriter().message(3, filtered.finish()).finish();
}

/**
 * ChaincodeEventsResponse of the events of valid transactions, or nothing when the block has none.
 *
 * @param passed whether the transaction `after` has been seen; changed here
 */
export function eventsOfBlock(block: BlockParts, chaincode: string, after: string, passed: { isPassed: boolean }): Buffer | undefined {
  const response = new WireWriter();
  let count = 0;
  for (const { code, event, eventBytes } of transactionsOf(block)) {
    if (code !== CODE.VALID || !event) continue;
    if (!passed.isPassed) passed.isPassed = event.txId === after;
    else if (event.chaincode === chaincode) {
      response.message(1, eventBytes);
      count++;
    }
  }
  return count === 0 ? undefined : response.number(2, block.number).finish();
}

export interface Seen {
  txId: string;
  type: number;
  code: number;
  event?: ChaincodeEventParts;
  eventBytes: Uint8Array;
}

export function transactionsOf(block: BlockParts): Seen[] {
  const filter = block.metadata[TRANSACTIONS_FILTER] ?? new Uint8Array(0);
  return block.envelopes.map((envelope, index) => {
    const seen: Seen = { txId: '', type: 0, code: filter[index] ?? 254, eventBytes: new Uint8Array(0) };
    try {
      const { header, data } = readPayload(readEnvelope(envelope).bytes);
      const parts = readHeader(header);
      Object.assign(seen, { txId: parts.txId, type: parts.type });
      const action = parts.type === ENDORSER_TRANSACTION ? readActions(data)[0] : undefined;
      seen.eventBytes = action ? readResult(action.responsePayload).event : seen.eventBytes;
      if (seen.eventBytes.length > 0) seen.event = readEvent(seen.eventBytes);
    } catch {
      // An invalid transaction may be garbage: it is in the block, with its code, and has no events.
    }
    return seen;
  });
}
