import { equalBytes, sha256, transactionId } from '#network/embedded/crypto';
import type { Names } from '#network/embedded/admission';
import type { Update } from '#network/embedded/block';
import type { Msp } from '#network/embedded/msp';
import { compareUtf8 } from '#network/embedded/order';
import { sameRange } from '#network/embedded/ranges';
import { type KeyRead, type NamespaceSet, type RangeRead, readReadWriteSet } from '#network/rwset';
import { type HeaderParts, readActions, readEnvelope, readHeader, readIdentity, readPayload, readResult, type Version } from '#network/transaction';

/** peer.TxValidationCode, those that this ledger gives. */
export const CODE = {
  VALID: 0,
  BAD_PAYLOAD: 2,
  BAD_COMMON_HEADER: 3,
  BAD_CREATOR_SIGNATURE: 4,
  INVALID_ENDORSER_TRANSACTION: 5,
  BAD_PROPOSAL_TXID: 8,
  DUPLICATE_TXID: 9,
  ENDORSEMENT_POLICY_FAILURE: 10,
  MVCC_READ_CONFLICT: 11,
  PHANTOM_READ_CONFLICT: 12,
  TARGET_CHAIN_NOT_FOUND: 14,
  BAD_RWSET: 22,
  ILLEGAL_WRITESET: 23,
} as const;

export interface CheckedTransaction {
  code: number;
  txId: string;
  parts?: HeaderParts;
  set?: NamespaceSet;
}

/** Signatures that this very process verified or made itself, and need not verify again. */
export interface KnownSignatures {
  isSender?: boolean;
  takeEndorsement?: (message: Uint8Array, signature: Uint8Array) => boolean;
}

/**
 * Everything about a transaction that does not depend on the state: it must be signed by a member, name itself
 * rightly, carry what was proposed, and what it carries must be endorsed by this ledger's own peer.
 * Without the last check a client could edit the endorsed read-write set, sign again, and write anything.
 */
export function checkTransaction(envelope: Uint8Array, names: Names, msp: Msp, known: KnownSignatures = {}): CheckedTransaction {
  let txId = '';
  try {
    const { bytes, signature } = readEnvelope(envelope);
    const { header, data } = readPayload(bytes);
    const parts = readHeader(header);
    txId = parts.txId;
    if (parts.type !== 3 || parts.epoch !== 0 || parts.nonce.length === 0 || parts.creator.length === 0) return { code: CODE.BAD_COMMON_HEADER, txId };
    if (parts.channel !== names.channel) return { code: CODE.TARGET_CHAIN_NOT_FOUND, txId };
    if (!known.isSender && !msp.signed(parts.creator, bytes, signature)) return { code: CODE.BAD_CREATOR_SIGNATURE, txId };
    if (txId !== transactionId(parts.nonce, parts.creator)) return { code: CODE.BAD_PROPOSAL_TXID, txId };
    return { ...checkAction(data, parts, names, msp, known), txId, parts };
  } catch {
    return { code: CODE.BAD_PAYLOAD, txId };
  }
}

function checkAction(data: Uint8Array, parts: HeaderParts, names: Names, msp: Msp, known: KnownSignatures): { code: number; set?: NamespaceSet } {
  const actions = readActions(data);
  const action = actions[0];
  if (!action || actions.length !== 1) return { code: CODE.INVALID_ENDORSER_TRANSACTION };
  const result = readResult(action.responsePayload);
  const hash = sha256(parts.channelHeader, action.header, action.proposalPayload);
  if (!equalBytes(hash, result.proposalHash) || !equalBytes(action.header, parts.signatureHeader)) return { code: CODE.INVALID_ENDORSER_TRANSACTION };
  const isEndorsed = action.endorsements.some(({ endorser, signature }) => {
    const message = Buffer.concat([action.responsePayload, endorser]);
    return isPeer(endorser, names, msp) && (known.takeEndorsement?.(message, signature) || msp.signed(endorser, message, signature));
  });
  if (!isEndorsed) return { code: CODE.ENDORSEMENT_POLICY_FAILURE };
  const sets = readReadWriteSet(result.results);
  const set = sets[0];
  // Our endorser never makes these; Fabric checks them again all the same.
  if (sets.length !== 1 || !set) return { code: CODE.BAD_RWSET };
  if (set.namespace !== names.chaincode || set.hasOther || result.chaincode !== names.chaincode) return { code: CODE.ILLEGAL_WRITESET };
  return { code: CODE.VALID, set };
}

function isPeer(endorser: Uint8Array, names: Names, msp: Msp): boolean {
  try {
    return readIdentity(endorser).mspId === names.mspId && msp.member(endorser).role === 'peer';
  } catch {
    return false;
  }
}

/** What validation asks of the committed state. */
export interface CommittedState {
  version(key: string): Version | undefined;
  /** keys and versions in order; `endKey` empty: to the last; with `includeEnd` the end key belongs to it */
  range(startKey: string, endKey: string, includeEnd: boolean): Promise<KeyRead[]>;
}

/**
 * Whether what a transaction read is still so, after the block's earlier valid transactions.
 * A key written earlier in the block conflicts whatever its version, as in Fabric.
 */
export async function checkReads(set: NamespaceSet, state: CommittedState, pending: ReadonlyMap<string, Update>): Promise<number> {
  for (const { key, version } of set.reads) {
    if (pending.has(key)) return CODE.MVCC_READ_CONFLICT;
    const now = state.version(key);
    if (now?.block !== version?.block || now?.tx !== version?.tx) return CODE.MVCC_READ_CONFLICT;
  }
  for (const range of set.ranges) {
    if (!sameRange(range, await rangeNow(range, state, pending))) return CODE.PHANTOM_READ_CONFLICT;
  }
  return CODE.VALID;
}

async function rangeNow(range: RangeRead, state: CommittedState, pending: ReadonlyMap<string, Update>): Promise<KeyRead[]> {
  const includeEnd = !range.exhausted;
  const committed = await state.range(range.startKey, range.endKey, includeEnd);
  const isInside = (key: string): boolean => {
    if (compareUtf8(key, range.startKey) < 0) return false;
    if (range.endKey === '') return true;
    const order = compareUtf8(key, range.endKey);
    return order < 0 || (includeEnd && order === 0);
  };
  const changed = [...pending].filter(([key]) => isInside(key));
  if (changed.length === 0) return committed;
  const merged = new Map<string, Version | undefined>(committed.map(({ key, version }) => [key, version]));
  for (const [key, { value, version }] of changed) {
    if (value === undefined) merged.delete(key);
    else merged.set(key, version);
  }
  return [...merged].map(([key, version]) => ({ key, version })).sort((a, b) => compareUtf8(a.key, b.key));
}
