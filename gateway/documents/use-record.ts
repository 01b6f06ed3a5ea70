/** Use records (用证记录): who used which licence, by whose leave, for what; one leaf each in the growing tree of a gateway (docs/decisions/0018). */
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { base64url, fromBase64url, importP256, sha256, verifyP256Aside } from '#chaincode/facts/hash';
import { leafHash, verifyInclusion } from '#chaincode/facts/merkle';
import { objectOf, textOf, utf8 } from '#chaincode/facts/text';
import { namedKey, protectedHeader, signingInput } from './jws.js';

export const USE_TYPE = 'yizheng-use+json';
export const USE_FORMAT = 'yizheng/use/1';
export const USE_PROOF_FORMAT = 'yizheng/use-proof/1';
/** 64 names of fields and everything else stay far below; anything larger is not ours. */
export const USE_RECORD_MAX = 16 * 1024;

/** look-up: by identifier, number or holder. verify: of a document that was shown. use: of fields, for a case. copy: of the sealed document. */
export const USE_ACTS = ['look-up', 'verify', 'use', 'copy'] as const;
export type UseActName = (typeof USE_ACTS)[number];

/** By whose leave. own: of licences it manages itself. public: what anybody may see. shown: of a document that its holder showed. identity: no licence, but the holder's identity record, of which it learns only whether it fits. */
export type Authority = { readonly by: 'own' | 'public' | 'shown' } | { readonly by: 'scene' | 'grant' | 'identity'; readonly id: string };

/** What is accounted for. Nothing in it tells who the person is; field names, never values. */
export interface Use {
  readonly agency: string;
  readonly staff: string;
  readonly act: UseActName;
  readonly authority: Authority;
  readonly purpose?: string;
  /** Whether a case number was given; the number itself is in the personal part. */
  readonly case: 'given' | 'none';
  /** The licence, its version, and the agency that made it or took it over by a transfer, whose gateway keeps the face; absent where nothing was found. `source` alone: the agency whose gateway was asked. */
  readonly licence?: string;
  readonly version?: number;
  readonly source?: string;
  /** In the log of `source`, which signs it: what was used at another gateway, and under which record there (docs/decisions/0022). */
  readonly release?: Release;
  readonly fields: readonly string[];
  /** base64url commitment to the personal part. */
  readonly personal: string;
}

/** The record of the agency that used: its log, its number there, its leaf hash (base64url). */
export interface Release {
  readonly log: string;
  readonly seq: number;
  readonly leaf: string;
}

/** What ties the use to a person; opened only with the holder's key. */
export interface PersonalPart {
  readonly subject?: string;
  readonly caseNo?: string;
  readonly copy?: PurposeCopy;
}

/** A copy for one purpose (加注件): what stands on it, and the digest of the file. */
export interface PurposeCopy {
  readonly cause: string;
  readonly requester: string;
  readonly expiresOn: string;
  /** base64url SHA-256. */
  readonly digest: string;
}

/** A leaf. */
export interface UseRecord extends Use {
  readonly format: typeof USE_FORMAT;
  readonly log: string;
  /** From 0, without a gap. */
  readonly seq: number;
  readonly at: string;
  /** The transaction in which a granted use was counted. */
  readonly transaction?: string;
}

const text = (value: object): string => canonical(value as unknown as Canonical);

/** SHA-256("yizheng/use-personal/1" || 0x00 || 32 random bytes || JCS of the personal part), base64url. */
export const personalCommitment = (random: Uint8Array, part: PersonalPart): string => base64url(sha256('yizheng/use-personal/1\0', random, text(part)));

/** SHA-256("yizheng/use/1" || 0x00 || JCS of the use), base64url: what a granted use names on the ledger before it has its place in the log. */
export const useDigest = (use: Use): string => base64url(sha256('yizheng/use/1\0', text(use)));

/** A use without its place in a log. */
export function useIn({ format: _format, log: _log, seq: _seq, at: _at, transaction: _transaction, ...use }: UseRecord): Use {
  return use;
}

/** Whose key signs a record, and in whose log it is. */
export const keeperOf = ({ agency, source, release }: Pick<Use, 'agency' | 'source' | 'release'>): string => (release && source !== undefined ? source : agency);

/** How another log names a record. */
export const releaseOf = (record: UseRecord): Release => ({ log: record.log, seq: record.seq, leaf: base64url(leafHash(utf8(useText(record)))) });

/** The leaf as bytes: what is hashed, and what is signed. */
export const useText = (record: UseRecord): string => text(record);

/** @returns ASCII `header.payload`, to be signed */
export const draftUse = (leaf: string, kid: string): string => `${protectedHeader(USE_TYPE, kid)}.${base64url(leaf)}`;

/** What proves that a record is in a log whose root is on the ledger. */
export interface UseProof {
  readonly format: typeof USE_PROOF_FORMAT;
  readonly ledger: string;
  /** Compact JWS over the leaf. */
  readonly record: string;
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
  /** Of the root, and the block it is in. */
  readonly transaction: string;
  readonly block?: string;
}

interface Signed {
  readonly record: UseRecord;
  readonly leaf: Uint8Array;
  readonly kid: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** @returns undefined where it is no use record in its one spelling */
export function parseUse(token: string): Signed | undefined {
  const [header = '', payload = '', signature64 = '', ...more] = token.split('.');
  const [kid, leaf, signature] = [namedKey(header, USE_TYPE), fromBase64url(payload), fromBase64url(signature64)];
  const record = objectOf(leaf);
  if (token.length > USE_RECORD_MAX || more.length > 0 || kid === undefined || !leaf || !signature || !isUse(record) || !inOneSpelling(record, leaf)) return undefined;
  return { record, leaf, kid, signature, signed: signingInput(header, payload) };
}

function inOneSpelling(record: UseRecord, leaf: Uint8Array): boolean {
  try {
    return useText(record) === textOf(leaf);
  } catch (error) {
    if (error instanceof CanonicalError) return false;
    throw error;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const maybe = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);

function isAuthority(value: unknown): boolean {
  const { by, id } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return (['own', 'public', 'shown'].includes(by as string) && id === undefined) || (['scene', 'grant', 'identity'].includes(by as string) && isText(id));
}

function isRelease(value: unknown): boolean {
  const { log, seq, leaf, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return isText(log) && isCount(seq) && isText(leaf) && Object.keys(rest).length === 0;
}

function isUse(value: Record<string, unknown> | undefined): value is Record<string, unknown> & UseRecord {
  if (!value) return false;
  const { format, log, seq, at, transaction, agency, staff, act, authority, purpose, licence, version, source, release, fields, personal } = value;
  return format === USE_FORMAT && [log, at, agency, staff, personal].every(isText) && isCount(seq) && USE_ACTS.some((each) => each === act) && isAuthority(authority)
    && ['given', 'none'].includes(value['case'] as string) && [transaction, purpose, licence, source].every((each) => maybe(each, isText)) && maybe(version, isCount) && maybe(release, (each) => isText(source) && isRelease(each)) && Array.isArray(fields) && fields.every(isText);
}

export type UseFault = 'USE_FORM' | 'USE_KEY_UNKNOWN' | 'USE_SIGNATURE' | 'USE_NOT_INCLUDED';

/** Whose key signed, as the register has it. @param keyOf by name of the key; agency and use must fit */
export type UseKeys = (kid: string) => { readonly agency: string; readonly use: string; readonly spki: string } | undefined;

/** Form, the key of the agency for this very use, signature. @returns the record, or what is wrong with it */
export async function readUse(token: string, keyOf: UseKeys): Promise<UseRecord | Exclude<UseFault, 'USE_NOT_INCLUDED'>> {
  const parsed = parseUse(token);
  if (!parsed) return 'USE_FORM';
  const entry = keyOf(parsed.kid);
  if (entry?.use !== 'use-record' || entry.agency !== keeperOf(parsed.record)) return 'USE_KEY_UNKNOWN';
  const key = importP256(entry.spki);
  return key && (await verifyP256Aside(key, parsed.signed, parsed.signature)) ? parsed.record : 'USE_SIGNATURE';
}

/** A record and its place under a root. That the root is on the ledger is for whoever asks the ledger. */
export async function readUseProof({ record: token, size, root, path }: UseProof, keyOf: UseKeys): Promise<UseRecord | UseFault> {
  const record = await readUse(token, keyOf);
  if (typeof record === 'string') return record;
  const [rootBytes, hashes] = [fromBase64url(root), path.flatMap((hash) => fromBase64url(hash) ?? [])];
  const included = rootBytes && hashes.length === path.length && verifyInclusion(leafHash(utf8(useText(record))), record.seq, size, hashes, rootBytes);
  return included ? record : 'USE_NOT_INCLUDED';
}
