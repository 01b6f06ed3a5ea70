/** Filed receipts (核验单): a gateway's agency signs what was checked, when, and what came of it. A compact JWS; it says nothing of any later hour (docs/decisions/0017). */
import { instantOf, isSeconds, type Instant } from '#chaincode/facts/calendar';
import { base64url, fromBase64url, importP256, verifyP256Aside } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId } from '#chaincode/facts/identifier';
import type { Label } from '#chaincode/facts/records';
import { objectOf } from '#chaincode/facts/text';
import { namedKey, protectedHeader, signingInput } from './jws.js';
import type { Trust } from './trust-bundle.js';
import type { KeyEntry } from './trust-list.js';
import { CHECKS, type Part, type Verdict } from './verdict.js';

export const RECEIPT_TYPE = 'yizheng-receipt+jwt';
export const RECEIPT_FORMAT = 'yizheng/receipt/1';
/** Eight parts with their codes stay below; anything larger is not ours. */
export const RECEIPT_MAX = 8 * 1024;

/** How the licence was named or shown to whoever asked. The gateway has seen the identifier and the digest, nothing else. */
export const RECEIPT_WAYS = ['identifier', 'number', 'credential', 'qr', 'pdf'] as const;

export interface Receipt {
  readonly format: typeof RECEIPT_FORMAT;
  readonly ledger: string;
  /** `urn:uscc:` and the agency whose key signs. */
  readonly iss: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly iat: number;
  /** The last block the gateway had read. */
  readonly block: number;
  readonly presented: { readonly by: (typeof RECEIPT_WAYS)[number]; readonly identifier: string; readonly digest?: string };
  readonly verdict: { readonly outcome: Verdict['outcome']; readonly status?: string; readonly parts: readonly Pick<Part, 'check' | 'result' | 'code' | 'ageSeconds'>[] };
  /** Who asked, where somebody was signed in: agency, and the person's reference. */
  readonly asker?: { readonly agency: string; readonly staff: string };
}

/** @returns ASCII `header.payload`, to be signed */
export const draftReceipt = (receipt: Receipt, kid: string): string => `${protectedHeader(RECEIPT_TYPE, kid)}.${base64url(JSON.stringify(receipt))}`;

/** Whether a text says that it is a receipt. */
export const isReceipt = (text: string): boolean => objectOf(fromBase64url(text.slice(0, text.indexOf('.'))))?.['typ'] === RECEIPT_TYPE;

/** What became of a presented receipt. genuine: signed so by the agency. It never says what the licence is now. */
export interface ReceiptAssessment {
  readonly by: 'receipt';
  readonly outcome: 'genuine' | 'untrusted' | 'unchecked';
  readonly code: string;
  readonly checkedAt: Instant;
  /** Left out where it is not to be trusted. */
  readonly receipt?: Receipt;
  readonly issuer?: { readonly code: string; readonly name: string };
  readonly kind?: { readonly name: Label; readonly sample: boolean };
  /** As it was presented. */
  readonly token: string;
}

type Finding = Pick<ReceiptAssessment, 'outcome' | 'code'>;
/** Where nobody has checked the signature: what it says could be anybody's word. */
const UNSIGNED: ReadonlySet<string> = new Set(['TRUST_LIST_MISSING', 'RECEIPT_KEY_NEWER']);
const untrusted = (code: string): Finding => ({ outcome: 'untrusted', code });
const unchecked = (code: string): Finding => ({ outcome: 'unchecked', code });

/** Form, key of the agency for this very use, signature. Pure, off line too. */
export async function assessReceipt(token: string, trust: Trust | undefined, now: Instant): Promise<ReceiptAssessment> {
  const base = { by: 'receipt', checkedAt: now, token } as const;
  const parsed = parse(token);
  if (!parsed) return { ...base, ...untrusted('RECEIPT_FORM') };
  const { receipt } = parsed;
  const finding = await judgeReceipt(parsed, trust, now);
  if (finding.outcome === 'untrusted' || UNSIGNED.has(finding.code)) return { ...base, ...finding };
  const [code, own] = [receipt.iss.slice('urn:uscc:'.length), parseOwnIdentifier(receipt.presented.identifier)];
  const kind = own && trust?.index.kinds.get(splitLicenceId(own.id).type);
  return { ...base, ...finding, receipt, issuer: { code, name: trust?.index.agencies.get(code)?.name ?? code }, ...(kind ? { kind: { name: kind.name, sample: kind.sample } } : {}) };
}

interface Parsed {
  readonly receipt: Receipt;
  readonly kid: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

async function judgeReceipt({ receipt, kid, signed, signature }: Parsed, trust: Trust | undefined, now: Instant): Promise<Finding> {
  if (!trust) return unchecked('TRUST_LIST_MISSING');
  const { list, keys } = trust.index;
  if (receipt.ledger !== list.ledger) return untrusted('RECEIPT_FOREIGN_LEDGER');
  const entry = keys.get(kid);
  if (!entry) return Date.parse(list.issuedAt) < receipt.iat * 1000 ? unchecked('RECEIPT_KEY_NEWER') : untrusted('RECEIPT_KEY_UNKNOWN');
  const key = importP256(entry.spki);
  if (!key || !(await verifyP256Aside(key, signed, signature))) return untrusted('RECEIPT_SIGNATURE');
  const misused = keyFault(entry, receipt);
  if (misused) return misused;
  if (receipt.iat * 1000 > Date.parse(now) + CLOCK_TOLERANCE_MS) return unchecked('CLOCK_BEHIND');
  // A key may have been stopped since the list was made.
  return list.nextUpdate <= now ? unchecked('TRUST_LIST_STALE') : { outcome: 'genuine', code: 'RECEIPT_GENUINE' };
}

/** Clocks of a gateway and of its ledger may differ by that much. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** Keys have one registered use each. A key laid aside in good order stays good for what it signed before; one stopped may have been in a thief's hand, who dates back. */
function keyFault(entry: KeyEntry, { iss, iat }: Receipt): Finding | undefined {
  if (entry.use !== 'receipt') return untrusted('RECEIPT_KEY_USE');
  if (iss !== `urn:uscc:${entry.agency}`) return untrusted('RECEIPT_FOREIGN');
  const began = Date.parse(entry.history[0]?.at ?? '');
  const retired = entry.history.find(({ status }) => status === 'retired')?.at;
  if (!(iat * 1000 >= began - CLOCK_TOLERANCE_MS) || (retired !== undefined && iat * 1000 > Date.parse(retired) + CLOCK_TOLERANCE_MS)) return untrusted('RECEIPT_KEY_NOT_IN_USE');
  return entry.status === 'stopped' ? unchecked('RECEIPT_KEY_STOPPED') : undefined;
}

function parse(token: string): Parsed | undefined {
  const [header = '', payload = '', signature64 = '', ...more] = token.split('.');
  const [kid, receipt, signature] = [namedKey(header, RECEIPT_TYPE), objectOf(fromBase64url(payload)), fromBase64url(signature64)];
  if (token.length > RECEIPT_MAX || more.length > 0 || kid === undefined || !signature || !receipt || !isOurs(receipt)) return undefined;
  return { receipt, kid, signature, signed: signingInput(header, payload) };
}

const OUTCOMES: ReadonlySet<unknown> = new Set(['valid', 'not-in-force', 'untrusted', 'unchecked', 'imported'] satisfies Verdict['outcome'][]);
const RESULTS: ReadonlySet<unknown> = new Set(['pass', 'fail', 'unchecked'] satisfies Part['result'][]);
const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const maybe = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
const fields = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

function isPart(value: unknown): boolean {
  const { check, result, code, ageSeconds } = fields(value);
  return CHECKS.some((each) => each === check) && RESULTS.has(result) && isText(code) && maybe(ageSeconds, isCount);
}

function isOurs(value: Record<string, unknown>): value is Record<string, unknown> & Receipt {
  const { format, ledger, iss, jti, iat, block } = value;
  const [presented, verdict, asker] = [fields(value['presented']), fields(value['verdict']), fields(value['asker'])];
  const head = format === RECEIPT_FORMAT && [ledger, iss, jti].every(isText) && isSeconds(iat) && isCount(block);
  const shown = RECEIPT_WAYS.some((way) => way === presented['by']) && isText(presented['identifier']) && maybe(presented['digest'], isText);
  const judged = OUTCOMES.has(verdict['outcome']) && maybe(verdict['status'], isText) && Array.isArray(verdict['parts']) && verdict['parts'].length <= CHECKS.length && verdict['parts'].every(isPart);
  return head && shown && judged && (value['asker'] === undefined || (isText(asker['agency']) && isText(asker['staff'])));
}

/** Of when the receipt speaks. */
export const receiptAt = ({ iat }: Receipt): Instant => instantOf(iat * 1000);
