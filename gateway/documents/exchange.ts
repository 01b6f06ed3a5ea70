/** What passes between gateways: a signed request, which names what it asks by digest, and a signed answer to it (docs/decisions/0022). Pure. */
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { base64url, fromBase64url, importP256, sha256, verifyP256Aside } from '#chaincode/facts/hash';
import { isSeconds } from '#chaincode/facts/calendar';
import type { Face } from '#chaincode/facts/credential';
import { canonicalPayload, namedKey, protectedHeader, signingInput } from './jws.js';
import type { PersonalPart } from './use-record.js';

export const ASSERTION_TYPE = 'yizheng-exchange+jwt';
export const ANSWER_TYPE = 'yizheng-exchange-answer+jwt';
/** A request is made when it is sent: what is older was kept by somebody. */
export const ASSERTION_SECONDS = 60;
/** Two names, an address, an id and a digest stay far below. */
export const ASSERTION_MAX = 2048;
/** A credential of 64 long fields in base64url, and a record; anything larger is an attack on memory. */
export const ANSWER_MAX = 1 << 20;

/** The record of the agency that asks, and what opens its personal part: the source keeps it under the holder's key. */
interface Recorded {
  /** Compact JWS. */
  readonly record: string;
  /** base64url, 32 bytes. */
  readonly random: string;
  readonly personal: PersonalPart;
}
/** Fields of a licence. Which, for what and by whose leave, the record says. */
export interface FieldsAsked extends Recorded {
  /** Of a granted use: the request that counted it on the ledger. */
  readonly counted?: string;
  /** What opens the grant's commitment, where the one who asks has it. */
  readonly details?: string;
  readonly opening?: string;
}
/** Which licence of a kind a natural person has. */
export interface LicenceAsked extends Recorded {
  readonly kind: string;
  readonly holder: string;
  readonly fields: readonly string[];
}
export type ExchangeAsked = FieldsAsked | LicenceAsked;

/** Fields left: with the credential where there is one, which has the other fields left out. */
export interface FieldsAnswer {
  /** The source's own record of it. */
  readonly record: string;
  readonly credential?: string;
  readonly face?: Face;
}
export interface LicenceAnswer {
  readonly record: string;
  /** Absent: none that the asker may see. */
  readonly licence?: string;
}

/** base64url SHA-256("yizheng/exchange-request/1" || 0x00 || JCS of what is asked). */
export const askedDigest = (asked: ExchangeAsked): string => base64url(sha256('yizheng/exchange-request/1\0', canonical(asked as unknown as Canonical)));

/** A client assertion (RFC 7523, 3) that is good for one request at one gateway. */
export interface Assertion {
  /** `urn:uscc:` and the agency that asks; twice, as RFC 7523 wants it. */
  readonly iss: string;
  readonly sub: string;
  /** Address of the gateway that is asked, as registered. */
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** Digest of what is asked. */
  readonly request: string;
}

export interface AnswerClaims<Content = object> {
  readonly iss: string;
  readonly aud: string;
  /** Of the request. */
  readonly jti: string;
  readonly iat: number;
  readonly request: string;
  readonly content: Content;
}

/** @returns ASCII `header.payload`, to be signed */
const draft = (typ: string, kid: string, claims: object): string => `${protectedHeader(typ, kid)}.${base64url(canonical(claims as Canonical))}`;
export const draftAssertion = (claims: Assertion, kid: string): string => draft(ASSERTION_TYPE, kid, claims);
export const draftAnswer = (claims: AnswerClaims, kid: string): string => draft(ANSWER_TYPE, kid, claims);

interface Signed<Claims> {
  readonly claims: Claims;
  readonly kid: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

function parse(token: string, typ: string, max: number): Signed<Record<string, unknown>> | undefined {
  const [header = '', payload = '', signature64 = '', ...more] = token.split('.');
  const [kid, claims, signature] = token.length > max ? [] : [namedKey(header, typ), canonicalPayload({ payload, signatures: [] }), fromBase64url(signature64)];
  return more.length > 0 || kid === undefined || !claims || signature?.length !== 64 ? undefined : { claims, kid, signature, signed: signingInput(header, payload) };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const has = (value: object, names: readonly string[]): boolean => Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isAssertion(claims: Record<string, unknown>): claims is Record<string, unknown> & Assertion {
  const { iss, sub, aud, jti, iat, exp, request } = claims;
  return has(claims, ['iss', 'sub', 'aud', 'jti', 'iat', 'exp', 'request']) && [iss, sub, aud, jti, request].every(isText) && isSeconds(iat) && isSeconds(exp)
    && iss === sub && /^urn:uscc:[0-9A-Z]{18}$/.test(iss as string) && exp > iat && exp - iat <= ASSERTION_SECONDS;
}

/** The form alone: who may ask, the register says. */
export function parseAssertion(token: string): Signed<Assertion> | undefined {
  const parsed = parse(token, ASSERTION_TYPE, ASSERTION_MAX);
  return parsed && isAssertion(parsed.claims) ? { ...parsed, claims: parsed.claims } : undefined;
}

/** Whether a registered key signed. */
export async function signedWith({ signed, signature }: Pick<Signed<unknown>, 'signed' | 'signature'>, spki: string): Promise<boolean> {
  const key = importP256(spki);
  return key !== undefined && verifyP256Aside(key, signed, signature);
}

/** The answer to this very request, signed by one of the keys. @returns its content as it came, or undefined */
export async function readAnswer(token: unknown, { iss, aud, jti, request }: Pick<Assertion, 'iss' | 'aud' | 'jti' | 'request'>, spkiOf: (kid: string) => string | undefined): Promise<Record<string, unknown> | undefined> {
  const parsed = isText(token) ? parse(token, ANSWER_TYPE, ANSWER_MAX) : undefined;
  const spki = parsed && spkiOf(parsed.kid);
  if (!parsed || spki === undefined || !(await signedWith(parsed, spki))) return undefined;
  const { claims } = parsed;
  const answers = has(claims, ['iss', 'aud', 'jti', 'iat', 'request', 'content']) && claims['iss'] === iss && claims['aud'] === aud && claims['jti'] === jti && claims['request'] === request;
  return answers && isRecord(claims['content']) ? claims['content'] : undefined;
}

const isFace = (value: unknown): value is Face => isRecord(value) && Object.values(value).every((each) => isText(each) || (Array.isArray(each) && each.every(isText)));

export function isFieldsAnswer(content: Record<string, unknown>): content is Record<string, unknown> & FieldsAnswer {
  const { record, credential, face } = content;
  return isText(record) && (credential === undefined ? isFace(face) : isText(credential) && face === undefined) && Object.keys(content).length === 2;
}

export function isLicenceAnswer(content: Record<string, unknown>): content is Record<string, unknown> & LicenceAnswer {
  const { record, licence } = content;
  return isText(record) && (licence === undefined || isText(licence)) && Object.keys(content).length === (licence === undefined ? 1 : 2);
}
