/** The paper QR: COSE_Sign1 (RFC 9052) over integer-keyed CBOR, in the fragment of a URL (docs/decisions/0007). */
import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';
import { base64url, fromBase64url, sha256 } from '#chaincode/facts/hash';
import { utf8 } from '#chaincode/facts/text';
import { parseOwnIdentifier, ROOT_OID, type Identifier } from '#chaincode/facts/identifier';
import { parseUscc } from '#chaincode/facts/holder-code';
import { daysBetween, addDays, type Day } from '#chaincode/facts/calendar';

/** Place of the line. `agency`: whose list it is, where that is not the agency that sealed. */
export interface QrLine {
  readonly list: number;
  readonly index: number;
  readonly agency?: string | undefined;
}

export interface QrFacts {
  readonly identifier: Identifier;
  readonly issuedOn: Day;
  readonly validFrom: Day;
  readonly validUntil?: Day | undefined;
  /** base64url SHA-256 of the credential. */
  readonly digest: string;
  readonly list: number;
  readonly place: number;
  readonly line: QrLine;
  /** 16 bytes that only the document carries. */
  readonly secret: Uint8Array;
  /** Organisations only; cut to 60 bytes and marked. */
  readonly displayName?: string | undefined;
}

const EPOCH = '1970-01-01' as Day;
const NAME_BYTES = 60;
const CUT_MARK = '…';

/** Cuts a name at 60 UTF-8 bytes between characters; a cut name ends in …, so that nobody takes it for the whole. */
export function displayNameOf(name: string): string {
  if (utf8(name).length <= NAME_BYTES) return name;
  let cut = '';
  for (const char of name) {
    if (utf8(cut + char + CUT_MARK).length > NAME_BYTES) break;
    cut += char;
  }
  return cut + CUT_MARK;
}

const cose = (value: unknown): Uint8Array => encode(value, rfc8949EncodeOptions);
const dayNumber = (day: Day): number => daysBetween(EPOCH, day);

/** What the seal signs for a QR: the Sig_structure of RFC 9052 section 4.4. */
export interface UnsignedQr {
  readonly protectedHeader: Uint8Array;
  readonly payload: Uint8Array;
  readonly toBeSigned: Uint8Array;
}

/** @param keyId first 8 bytes of SHA-256 over the seal's certificate. */
export function draftQr(keyId: Uint8Array, facts: QrFacts): UnsignedQr {
  const protectedHeader = cose(new Map<number, unknown>([[1, -7], [4, keyId]]));
  const payload = cose(new Map<number, unknown>([
    [1, 1],
    [2, facts.identifier.slice(ROOT_OID.length + 1)],
    [3, facts.validUntil === undefined ? [dayNumber(facts.issuedOn), dayNumber(facts.validFrom)] : [dayNumber(facts.issuedOn), dayNumber(facts.validFrom), dayNumber(facts.validUntil)]],
    [4, fromBase64url(facts.digest) ?? new Uint8Array()],
    [5, facts.list], [6, facts.place], [7, lineOf(facts)],
    [8, facts.secret],
    ...(facts.displayName === undefined ? [] : [[9, displayNameOf(facts.displayName)] as [number, unknown]]),
  ]));
  return { protectedHeader, payload, toBeSigned: toBeSigned(protectedHeader, payload) };
}

const lineOf = ({ list, line }: QrFacts): unknown => (line.agency !== undefined ? [line.list, line.index, line.agency] : line.list === list ? line.index : [line.list, line.index]);

const toBeSigned = (protectedHeader: Uint8Array, payload: Uint8Array): Uint8Array => cose(['Signature1', protectedHeader, new Uint8Array(), payload]);

const COSE_SIGN1 = 18;
/** Over this a phone no longer reads the code at 30 mm. */
export const QR_BYTES_MAX = 350;

/** base64url of the tagged COSE_Sign1. @throws RangeError over 350 bytes */
export function sealQr(unsigned: UnsignedQr, signature: Uint8Array): string {
  const bytes = cose(new Tagged(COSE_SIGN1, [unsigned.protectedHeader, new Map(), unsigned.payload, signature]));
  if (bytes.length > QR_BYTES_MAX) throw new RangeError('the QR holds too much');
  return base64url(bytes);
}

export const qrUrl = (publicName: string, code: string): string => `${publicName}/q#1.${code}`;

/** The key id of a seal. @param certificate DER */
export const keyIdOf = (certificate: Uint8Array): Uint8Array => sha256(certificate).subarray(0, 8);

export type QrFault = 'QR_FORM' | 'QR_VERSION' | 'QR_ALGORITHM' | 'QR_IDENTIFIER' | 'QR_TOO_LARGE';
export interface ParsedQr {
  readonly ok: true;
  readonly keyId: Uint8Array;
  readonly toBeSigned: Uint8Array;
  readonly signature: Uint8Array;
  readonly identifier: string;
  readonly issuedOn: Day;
  readonly validFrom: Day;
  readonly validUntil?: Day;
  readonly digest: string;
  readonly list: number;
  readonly place: number;
  readonly line: QrLine;
  readonly secret: Uint8Array;
  readonly displayName?: string;
}
type Refused = { readonly ok: false; readonly code: QrFault };
const refuse = (code: QrFault): Refused => ({ ok: false, code });

/** Never over 350 bytes by the format; twice that is not ours. */
const QR_CHARACTERS_MAX = 1000;
const strict = { strict: true, rejectDuplicateMapKeys: true, useMaps: true, allowIndefinite: false, allowUndefined: false, tags: Tagged.preserve(COSE_SIGN1) };

/** Parses a scanned link or its code. The host is ignored: a forger would name his own. */
export function parseQr(scanned: string): ParsedQr | Refused {
  if (scanned.length > QR_CHARACTERS_MAX) return refuse('QR_TOO_LARGE');
  const code = /(?:#|^)(\d+)\.([A-Za-z0-9_-]+)$/.exec(scanned.trim());
  if (!code) return refuse('QR_FORM');
  if (code[1] !== '1') return refuse('QR_VERSION');
  const bytes = fromBase64url(code[2] ?? '');
  if (!bytes) return refuse('QR_FORM');
  try {
    return readSign1(decode(bytes, strict));
  } catch {
    return refuse('QR_FORM');
  }
}

function readSign1(message: unknown): ParsedQr | Refused {
  if (!(message instanceof Tagged) || !Array.isArray(message.value) || message.value.length !== 4) return refuse('QR_FORM');
  const [protectedHeader, unprotected, payload, signature] = message.value as unknown[];
  // Not covered by the signature, so nothing may be said in it.
  if (!(unprotected instanceof Map) || unprotected.size > 0) return refuse('QR_FORM');
  if (!(protectedHeader instanceof Uint8Array) || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) return refuse('QR_FORM');
  const header: unknown = decode(protectedHeader, strict);
  const facts: unknown = decode(payload, strict);
  if (!(header instanceof Map) || !(facts instanceof Map)) return refuse('QR_FORM');
  if (header.get(1) !== -7 || header.has(2)) return refuse('QR_ALGORITHM');
  if (facts.get(1) !== 1) return refuse('QR_VERSION');
  const keyId: unknown = header.get(4);
  if (!(keyId instanceof Uint8Array) || keyId.length !== 8) return refuse('QR_FORM');
  return readFacts(facts as Map<number, unknown>, { keyId, signature, toBeSigned: toBeSigned(protectedHeader, payload) });
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readFacts(facts: Map<number, unknown>, signed: Pick<ParsedQr, 'keyId' | 'signature' | 'toBeSigned'>): ParsedQr | Refused {
  const [short, days, digest, secret, name] = [facts.get(2), facts.get(3), facts.get(4), facts.get(8), facts.get(9)];
  if (typeof short !== 'string' || !parseOwnIdentifier(`${ROOT_OID}.${short}`)) return refuse('QR_IDENTIFIER');
  const dates = Array.isArray(days) && (days.length === 2 || days.length === 3) && days.every((day) => Number.isSafeInteger(day) && day >= 0 && day < 200_000) ? (days as number[]).map((day) => addDays(EPOCH, day)) : undefined;
  const [issuedOn, validFrom, validUntil] = dates ?? [];
  if (!issuedOn || !validFrom || !(digest instanceof Uint8Array) || !(secret instanceof Uint8Array) || secret.length !== 16) return refuse('QR_FORM');
  if (name !== undefined && typeof name !== 'string') return refuse('QR_FORM');
  const [list, place, line] = [facts.get(5), facts.get(6), readLine(facts)];
  if (!isNumber(list) || !isNumber(place) || !line) return refuse('QR_FORM');
  return { ok: true, ...signed, list, place, line, identifier: `${ROOT_OID}.${short}`, issuedOn, validFrom, ...(validUntil ? { validUntil } : {}), digest: base64url(digest), secret, ...(name === undefined ? {} : { displayName: name }) };
}

/** An index in the same list, [list, index] in another of the same agency, or [list, index, agency]. */
function readLine(facts: Map<number, unknown>): QrLine | undefined {
  const own = facts.get(7);
  const parts: unknown[] = Array.isArray(own) ? own : [facts.get(5), own];
  const [list, index, agency] = parts;
  if (parts.length > 3 || !isNumber(list) || !isNumber(index)) return undefined;
  if (parts.length < 3) return { list, index };
  return typeof agency === 'string' && parseUscc(agency) ? { list, index, agency } : undefined;
}
