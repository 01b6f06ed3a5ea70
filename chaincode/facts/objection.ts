/** Objections (异议): a holder says that his licence says something wrong, and the agency that manages it must answer (docs/decisions/0023). */
import { base64url, sha256 } from '#chaincode/facts/hash';
import { canonical } from './canonical.js';
import type { Objection } from './objection-commands.js';
import type { LicenceAct } from './status.js';

export const OBJECTION_REASONS = ['WRONG', 'OUTDATED', 'MISSING', 'NOT_MINE'] as const;

/** The law says in time and names no days (Personal Information Protection Law, art. 46); two weeks is what a holder can be told. */
export const OBJECTION_DAYS = 14;

/** Acts by which an agency puts wrong data right. */
export const REMEDIES: readonly LicenceAct[] = ['confirm', 'change', 'renew', 'annul', 'withdraw', 'cancel'];

export interface ObjectionAnswer {
  readonly agency: string;
  readonly at: string;
  readonly txId: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
  /** The event of the licence by which it was put right. */
  readonly remedy?: number;
  /** Commitment to the agency's words. */
  readonly details: string;
}

export interface ObjectionRecord extends Objection {
  readonly device: string;
  readonly signature: string;
  /** By which it was made, where the device is not the holder's own. */
  readonly delegations?: readonly string[];
  /** The agency that carried it here. */
  readonly agency: string;
  /** The agency that managed the licence then. */
  readonly manager: string;
  readonly status: 'open' | 'accepted' | 'rejected';
  readonly filedAt: string;
  /** The last event of the licence then: what puts it right comes later. */
  readonly after: number;
  readonly dueOn: string;
  readonly txId: string;
  readonly answer?: ObjectionAnswer;
}

/** One at a time: the next one when that has been answered. By licence. */
export interface ObjectedRecord {
  readonly open: string;
}

/** The holder's signature. */
export const objectionDigest = (ledger: string, { id, ...said }: Objection): Uint8Array => sha256('yizheng/objection/1\0', canonical({ ledger, objectionId: id, ...said }));

/** Tags of the commitments to what both sides say, which lies in their vaults. */
export const OBJECTION_TAG = 'yizheng/objection-words/1';
export const ANSWER_TAG = 'yizheng/objection-answer/1';

/** base64url SHA-256(tag || 0x00 || 32 random bytes || words). */
export const wordsCommitment = (tag: typeof OBJECTION_TAG | typeof ANSWER_TAG, opening: Uint8Array, words: string): string => base64url(sha256(`${tag}\0`, opening, words));
