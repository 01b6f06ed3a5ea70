/** Blocks of a bundle: their hashes, the orderers' signatures, their validation codes, and the transactions in them. */
import { base64url, fromBase64url, sha256 } from '#chaincode/facts/hash';
import { readActions, readEnvelope, readHeader, readIdentity, readPair, readPayload, readResult, type Endorsement, type HeaderParts } from '#network/transaction';
import { readReadWriteSet, type KeyWrite } from '#network/rwset';
import { WireReader } from '#network/wire';
import { headerBytes, headerHash, sameBytes } from '../block-header.js';
import { BlockWrites } from './commit.js';
import { lastConfigOf } from './config.js';
import type { EvidenceBlock } from './format.js';
import type { Member, Members } from './members.js';
import type { Findings } from './part.js';

const TRANSACTION = 3;
const VALID = 0;
const PEER = 'peer';

export const bytesOf = (text: string): Uint8Array => fromBase64url(text) ?? new Uint8Array();
export const blockName = (number: number): string => `block ${String(number)}`;

/** A block, its transactions read where they can be. */
export interface OpenBlock {
  readonly block: EvidenceBlock;
  readonly previous: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly hash: Uint8Array;
  readonly codes: Uint8Array;
  readonly envelopes: readonly Uint8Array[];
}

export function openBlock(block: EvidenceBlock): OpenBlock {
  const [previous, envelopes] = [bytesOf(block.previous), block.envelopes.map(bytesOf)];
  const dataHash = sha256(...envelopes);
  return { block, previous, dataHash, hash: headerHash(block.number, previous, dataHash), codes: bytesOf(block.codes), envelopes };
}

export interface OpenTransaction {
  readonly parts: HeaderParts;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly proposalPayload: Uint8Array;
  readonly actionHeader: Uint8Array;
  readonly responsePayload: Uint8Array;
  readonly proposalHash: Uint8Array;
  readonly results: Uint8Array;
  readonly chaincode: string;
  readonly endorsements: readonly Endorsement[];
  /** What it wrote to its own contract's namespace. */
  readonly writes: readonly KeyWrite[];
  readonly at: string;
}

/** @returns undefined where it cannot be read as a transaction of one action */
export function openTransaction(envelope: Uint8Array | undefined): OpenTransaction | undefined {
  try {
    if (!envelope) return undefined;
    const { bytes: payload, signature } = readEnvelope(envelope);
    const { header, data } = readPayload(payload);
    const parts = readHeader(header);
    const [action, ...more] = parts.type === TRANSACTION ? readActions(data) : [];
    if (!action || more.length > 0) return undefined;
    const { proposalHash, results, chaincode } = readResult(action.responsePayload);
    const writes = readReadWriteSet(results).filter(({ namespace }) => namespace === chaincode).flatMap((set) => set.writes);
    const at = new Date(parts.seconds * 1000 + Math.floor(parts.nanos / 1e6)).toISOString();
    return { parts, payload, signature, proposalPayload: action.proposalPayload, actionHeader: action.header, responsePayload: action.responsePayload, proposalHash, results, chaincode, endorsements: action.endorsements, writes, at };
  } catch {
    return undefined; // what is no transaction proves nothing, whatever its peers made of it
  }
}

/** Every orderer's signature that the bundle carries must hold, and together they must be enough for the channel. @returns who signed */
export async function checkOrderers({ block, previous, dataHash }: OpenBlock, members: Members, findings: Findings, part: 'block' | 'config' = 'block'): Promise<readonly Member[]> {
  const [value, header, where] = [bytesOf(block.value), headerBytes(block.number, previous, dataHash), blockName(block.number)];
  const signers: Member[] = [];
  for (const signature of block.signatures) {
    const signer = await orderer(signature, value, header, members);
    if (!signer) {
      findings.fail(part, part === 'block' ? 'EVIDENCE_BLOCK_SIGNATURE' : 'EVIDENCE_CONFIG_SIGNATURE', where);
      return [];
    }
    signers.push(signer);
  }
  if (!members.ordered(signers)) findings.fail(part, part === 'block' ? 'EVIDENCE_BLOCK_UNSIGNED' : 'EVIDENCE_CONFIG_SIGNATURE', where);
  return signers;
}

async function orderer({ by, header, signature }: EvidenceBlock['signatures'][number], value: Uint8Array, blockHeader: Uint8Array, members: Members): Promise<Member | undefined> {
  try {
    const own = bytesOf(header);
    const identity = by === 'number' ? members.consenter(numberOf(own)) : readPair(own, 1, 1)[0];
    const signer = identity && (await members.signer(identity, concat(value, own, blockHeader), bytesOf(signature)));
    return typeof signer === 'object' ? signer : undefined;
  } catch {
    return undefined;
  }
}

/** common.IdentifierHeader{identifier, nonce}. */
function numberOf(header: Uint8Array): number {
  const reader = new WireReader(header);
  let number = 0;
  while (reader.next()) {
    if (reader.field === 1) number = reader.number();
    else reader.skip();
  }
  return number;
}

/** The configuration in force that the orderers signed with the block. @returns undefined where nothing readable is signed */
export function configNamed({ block }: OpenBlock): number | undefined {
  try {
    return lastConfigOf(bytesOf(block.value));
  } catch {
    return undefined;
  }
}

/** Whether codes and writes lead to the block's commit hash. */
export function checkCommit({ block, codes, envelopes }: OpenBlock, findings: Findings): void {
  const where = blockName(block.number);
  if (codes.length !== envelopes.length) return findings.fail('code', 'EVIDENCE_CODES_MISSING', where);
  if (block.commitHash === '') return findings.unchecked('code', 'EVIDENCE_NO_COMMIT_HASH', where);
  const writes = new BlockWrites();
  envelopes.forEach((envelope, tx) => {
    const transaction = codes[tx] === VALID ? openTransaction(envelope) : undefined;
    if (transaction) writes.add(transaction.results, tx);
  });
  const expected = writes.commitHash(block.number, codes, bytesOf(block.commitHashBefore));
  if (base64url(expected) !== block.commitHash) findings.fail('code', 'EVIDENCE_COMMIT_HASH', where);
}

/** Who sent a transaction and who endorsed it. */
export interface Signed {
  readonly creator: Member;
  readonly endorsers: readonly Member[];
}

/** A transaction by Fabric's rules: a member sent it under its own id, and it carries what was proposed and endorsed by enough organisations. */
export async function checkTransaction(transaction: OpenTransaction, members: Members, findings: Findings, where: string): Promise<Signed | undefined> {
  const { parts, payload, signature, actionHeader, proposalPayload, proposalHash } = transaction;
  if (parts.channel !== members.channel) findings.fail('transaction', 'EVIDENCE_TX_CHANNEL', where);
  if (parts.txId !== hexOf(sha256(parts.nonce, parts.creator))) findings.fail('transaction', 'EVIDENCE_TX_ID', where);
  const creator = await members.signer(parts.creator, payload, signature);
  if (typeof creator === 'string') findings.fail('transaction', creator === 'signature' ? 'EVIDENCE_CREATOR_SIGNATURE' : 'EVIDENCE_CREATOR_NOT_MEMBER', where);
  if (!sameBytes(sha256(parts.channelHeader, actionHeader, proposalPayload), proposalHash) || !sameBytes(actionHeader, parts.signatureHeader)) findings.fail('transaction', 'EVIDENCE_PROPOSAL', where);
  const endorsers = await checkEndorsements(transaction, members, findings, where);
  return typeof creator === 'string' || !endorsers ? undefined : { creator, endorsers };
}

async function checkEndorsements({ endorsements, responsePayload }: OpenTransaction, members: Members, findings: Findings, where: string): Promise<Member[] | undefined> {
  const peers: Member[] = [];
  for (const { endorser, signature } of endorsements) {
    const signer = await members.signer(endorser, concat(responsePayload, endorser), signature);
    if (typeof signer === 'string') findings.fail('endorsement', signer === 'signature' ? 'EVIDENCE_ENDORSEMENT_SIGNATURE' : 'EVIDENCE_ENDORSER_NOT_MEMBER', `${where}, ${nameOf(endorser)}`);
    else if (signer.role === PEER) peers.push(signer);
  }
  if (members.endorsed(peers)) return peers;
  findings.fail('endorsement', 'EVIDENCE_ENDORSEMENTS_TOO_FEW', where);
  return undefined;
}

const nameOf = (identity: Uint8Array): string => {
  try {
    return readIdentity(identity).mspId;
  } catch {
    return '?';
  }
};

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
