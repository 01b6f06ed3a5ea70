/** Heads of a ledger (账本头), signed by an agency and kept elsewhere: by them an auditor shows that history was only appended to (docs/decisions/0032). */
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { base64url, fromBase64url, importP256, verifyP256Aside } from '#chaincode/facts/hash';
import { objectOf } from '#chaincode/facts/text';
import { runHashes, type HeaderRun } from './block-header.js';
import { canonicalPayload, namedKey, protectedHeader, signingInput } from './jws.js';

export const HEAD_FORMAT = 'yizheng/head/1';
export const HEAD_TYPE = 'yizheng-head+json';
/** A head is below 700 characters; anything larger is not ours. */
export const HEAD_MAX = 2_048;

/** What an agency's gateway saw of the ledger. */
export interface Head {
  readonly format: typeof HEAD_FORMAT;
  readonly ledger: string;
  /** Whose key signs. */
  readonly agency: string;
  /** Blocks there are: the last one has the number height - 1. */
  readonly height: number;
  /** Of the header of that block, base64url. */
  readonly hash: string;
  /** Fabric's commit hash of that block, base64url: over its validation codes and what it wrote, and so over those of every block before. Absent at block 0. */
  readonly commitHash?: string;
  readonly at: string;
  /** That there were more blocks already: it says nothing of how many. Anybody may ask for such a head, so it is no proof that a ledger was cut short. */
  readonly earlier?: true;
  /** Of a head that closes an evidence bundle: base64url SHA-256 of the bundle without it. */
  readonly evidence?: string;
}

/** @returns ASCII `header.payload`, to be signed */
export const draftHead = (head: Head, kid: string): string => `${protectedHeader(HEAD_TYPE, kid)}.${base64url(canonical(head as unknown as Canonical))}`;

export interface SignedHead {
  readonly head: Head;
  readonly kid: string;
  readonly token: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const isDigest = (value: unknown): boolean => typeof value === 'string' && DIGEST.test(value);
const maybe = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);

/** @returns undefined where it is no head in its one spelling */
export function parseHead(token: string): SignedHead | undefined {
  const [header = '', payload = '', signature64 = '', ...more] = token.split('.');
  const [kid, signature, value] = [namedKey(header, HEAD_TYPE), fromBase64url(signature64), canonicalPayload({ payload, signatures: [] })];
  if (token.length > HEAD_MAX || more.length > 0 || kid === undefined || !signature || !value || header !== protectedHeader(HEAD_TYPE, kid)) return undefined;
  const { format, ledger, agency, height, hash, commitHash, at, earlier, evidence, ...others } = value;
  const isOurs = format === HEAD_FORMAT && Object.keys(others).length === 0 && isDigest(ledger) && typeof agency === 'string' && Number.isSafeInteger(height) && (height as number) > 0
    && isDigest(hash) && maybe(commitHash, isDigest) && typeof at === 'string' && INSTANT.test(at) && maybe(earlier, (each) => each === true) && maybe(evidence, isDigest);
  return isOurs ? { head: value as unknown as Head, kid, token, signed: signingInput(header, payload), signature } : undefined;
}

/** Whether a text says that it is a head. */
export const isHead = (text: string): boolean => objectOf(fromBase64url(text.slice(0, Math.max(0, text.indexOf('.')))))?.['typ'] === HEAD_TYPE;

/** @param spki of the key that the head names */
export async function headHolds({ signed, signature }: SignedHead, spki: string): Promise<boolean> {
  const key = importP256(spki);
  return key !== undefined && verifyP256Aside(key, signed, signature);
}

/** HEADS_APPENDED: nothing but new blocks came between. */
export type HeadsFinding = 'HEADS_APPENDED' | 'HEADS_FOREIGN' | 'LEDGER_FORKED' | 'LEDGER_TRUNCATED' | 'LEDGER_REWRITTEN' | 'HEADERS_WRONG' | 'CODES_REWRITTEN';

/** The headers that are needed between two heads: [from, to). */
export const headersBetween = (earlier: Head, later: Head): { readonly from: number; readonly to: number } => ({ from: Math.min(earlier.height, later.height), to: Math.max(earlier.height, later.height) });

/**
 * Whether the ledger of the later head goes on from that of the earlier one.
 *
 * @param run headers of the blocks between them, as somebody gives them who need not be believed
 */
export function compareHeads(earlier: Head, later: Head, run?: HeaderRun): HeadsFinding {
  if (earlier.ledger !== later.ledger) return 'HEADS_FOREIGN';
  if (later.height < earlier.height) return later.at > earlier.at && later.earlier !== true ? 'LEDGER_TRUNCATED' : compareHeads(later, earlier, run);
  if (later.height === earlier.height) return later.hash !== earlier.hash ? 'LEDGER_FORKED' : differ(earlier.commitHash, later.commitHash) ? 'CODES_REWRITTEN' : 'HEADS_APPENDED';
  const hashes = run?.from === earlier.height && run.data.length === later.height - earlier.height ? runHashes(run) : [];
  const last = hashes.at(-1);
  // Headers that do not even lead to the later head say nothing of the earlier one.
  if (!run || !last || base64url(last) !== later.hash) return 'HEADERS_WRONG';
  return base64url(run.previous) === earlier.hash ? 'HEADS_APPENDED' : 'LEDGER_REWRITTEN';
}

const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** What was found between two heads that follow each other in time. */
export interface HeadsPair {
  readonly earlier: Head;
  readonly later: Head;
  readonly finding: HeadsFinding;
}

/** Kept heads in the order of their time, each against the next; those of earlier blocks against the last one. @param run headers from the lowest of them to the highest, by somebody who need not be believed */
export function compareAll(heads: readonly Head[], run: HeaderRun | undefined): HeadsPair[] {
  const inTime = [...heads].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.height - b.height));
  const [last = inTime.at(-1), ...before] = inTime.filter(({ earlier }) => earlier !== true).reverse();
  const hashes = run ? runHashes(run) : [];
  const pairs = [...before.reverse(), ...(last ? [last] : [])].flatMap((later, i, whole): [Head, Head][] => { const earlier = whole[i - 1]; return earlier ? [[earlier, later]] : []; });
  const asked = inTime.filter((head) => head.earlier === true && head !== last).map((head): [Head, Head] => (last && head.at > last.at ? [last, head] : [head, last ?? head]));
  return [...pairs, ...asked].map(([earlier, later]) => ({ earlier, later, finding: compareHeads(earlier, later, run && part(run, hashes, headersBetween(earlier, later))) }));
}

function part({ from: first, previous, data }: HeaderRun, hashes: readonly Uint8Array[], { from, to }: { readonly from: number; readonly to: number }): HeaderRun {
  return { from, previous: from === first ? previous : (hashes[from - 1 - first] ?? new Uint8Array()), data: data.slice(from - first, to - first) };
}
