/** Credentials as anybody reads them: SD-JWT VC (`dc+sd-jwt`), ES256, x5c. Every face field is a disclosure of its own (docs/decisions/0006). */
import { base64url, fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { isNumericDate, isSeconds, parseDay, type Day } from './calendar.js';
import { MEMBERS_MAX, ROLL_UPS, type RollUpRule } from './composite.js';
import { parseLicenceId } from './identifier.js';
import { RESERVED_FIELDS } from './reserved.js';
import { objectOf, textOf } from './text.js';

export type FaceValue = string | readonly string[];
export type Face = Readonly<Record<string, FaceValue>>;

export interface StatusPlace {
  readonly uri: string;
  readonly idx: number;
}

/** A member of a composite: where its line stands, so that anybody rolls up what they say together, off line too. */
export interface CredentialMember {
  readonly licence: string;
  readonly required: boolean;
  /** When the composite was made; a renewal since is followed by the line. */
  readonly validUntil?: Day;
  readonly line: StatusPlace;
}
export interface Composition {
  readonly members: readonly CredentialMember[];
  readonly rollUp: RollUpRule;
}

export type CredentialFault =
  | 'CREDENTIAL_FORM' | 'CREDENTIAL_TYPE' | 'CREDENTIAL_ALGORITHM' | 'CREDENTIAL_CERTIFICATE' | 'CREDENTIAL_CLAIMS'
  | 'DISCLOSURE_FORM' | 'DISCLOSURE_DOUBLED' | 'DISCLOSURE_FOREIGN' | 'CREDENTIAL_TOO_LARGE';

export interface CredentialClaims {
  readonly iss: string;
  readonly vct: string;
  readonly iat: number;
  readonly nbf?: number;
  readonly exp?: number;
  readonly certificateIdentifier: string;
  readonly status: { readonly status_list: StatusPlace };
  readonly line: { readonly status_list: StatusPlace };
  readonly composition?: { readonly members: readonly (Omit<CredentialMember, 'line'> & { readonly line: { readonly status_list: StatusPlace } })[]; readonly rollUp: RollUpRule };
  readonly _sd: readonly string[];
}
export interface ParsedCredential {
  readonly ok: true;
  readonly jwt: string;
  readonly signingInput: string;
  readonly signature: Uint8Array;
  /** base64url DER. */
  readonly certificate: string;
  readonly claims: CredentialClaims;
  readonly face: Face;
  readonly digest: string;
}

/** A hundred times what a certificate says; anything larger is an attack on memory. */
export const CREDENTIAL_MAX = 512 * 1024;

/** A certificate as x5c spells it (RFC 7515, 4.1.6), from base64url, and back. */
const toBase64 = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(text.length / 4) * 4, '=');
const toBase64url = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replace(/={1,2}$/, '');

/** The protected header of a seal, made once a seal. @param certificate base64url DER of the seal's certificate. */
export const credentialHeader = (certificate: string): string => base64url(JSON.stringify({ alg: 'ES256', typ: 'dc+sd-jwt', x5c: [toBase64(certificate)] }));

type Refused = { readonly ok: false; readonly code: CredentialFault };
const refuse = (code: CredentialFault): Refused => ({ ok: false, code });

/** Parses a presented credential strictly. Nothing is believed yet: the signature is checked by the verdict. */
export function parseCredential(presented: string): ParsedCredential | Refused {
  if (presented.length > CREDENTIAL_MAX) return refuse('CREDENTIAL_TOO_LARGE');
  const trimmed = presented.trim();
  if (!trimmed.endsWith('~')) return refuse('CREDENTIAL_FORM');
  const [jwt = '', ...disclosures] = trimmed.slice(0, -1).split('~');
  const parts = jwt.split('.');
  const [header64 = '', payload64 = '', signature64 = ''] = parts;
  const [header, payload, signature] = [objectOf(fromBase64url(header64)), objectOf(fromBase64url(payload64)), fromBase64url(signature64)];
  if (parts.length !== 3 || !header || !payload || !signature) return refuse('CREDENTIAL_FORM');
  if (header['typ'] !== 'dc+sd-jwt') return refuse('CREDENTIAL_TYPE');
  // The key decides the algorithm, never the sender: only ES256 exists here (RFC 8725, 3.1).
  if (header['alg'] !== 'ES256' || 'crit' in header) return refuse('CREDENTIAL_ALGORITHM');
  const named: unknown = Array.isArray(header['x5c']) ? header['x5c'][0] : undefined;
  if (typeof named !== 'string') return refuse('CREDENTIAL_CERTIFICATE');
  if (!hasClaims(payload)) return refuse('CREDENTIAL_CLAIMS');
  const face = disclosed(disclosures, payload._sd);
  if (typeof face === 'string') return refuse(face);
  return { ok: true, jwt, signingInput: `${header64}.${payload64}`, signature, certificate: toBase64url(named), claims: payload, face, digest: sha256Text(jwt) };
}

function isPlace(value: unknown): boolean {
  const place = (value as { status_list?: Partial<StatusPlace> } | undefined)?.status_list;
  return typeof place?.uri === 'string' && Number.isSafeInteger(place.idx);
}

/** A list that nobody knows how to roll up says nothing. */
function isComposition(value: unknown): boolean {
  const { members, rollUp, ...more } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return Object.keys(more).length === 0 && Array.isArray(members) && members.length > 0 && members.length <= MEMBERS_MAX && members.every(isMember) && ROLL_UPS.some((rule) => rule === rollUp);
}

function isMember(value: unknown): boolean {
  const { licence, required, validUntil, line, ...more } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const dated = validUntil === undefined || (typeof validUntil === 'string' && parseDay(validUntil) !== undefined);
  return typeof licence === 'string' && parseLicenceId(licence) !== undefined && typeof required === 'boolean' && dated && isPlace(line) && Object.keys(more).length === 0;
}

function hasClaims(payload: Record<string, unknown>): payload is Record<string, unknown> & CredentialClaims {
  const { iss, vct, iat, nbf, exp, certificateIdentifier, _sd, _sd_alg: alg } = payload;
  // The first day of an old enterprise's licence lies before 1970.
  const seconds = (value: unknown) => value === undefined || isNumericDate(value);
  return typeof iss === 'string' && typeof vct === 'string' && isSeconds(iat) && seconds(nbf) && seconds(exp)
    && typeof certificateIdentifier === 'string' && isPlace(payload['status']) && isPlace(payload['line']) && (payload['composition'] === undefined || isComposition(payload['composition'])) && Array.isArray(_sd) && _sd.every((digest) => typeof digest === 'string') && alg === 'sha-256';
}

/** The fields that are disclosed. @param digests `_sd` of the credential */
function disclosed(disclosures: readonly string[], digests: readonly string[]): Face | CredentialFault {
  const face: Record<string, FaceValue> = {};
  const open = new Set(digests);
  if (open.size !== digests.length) return 'DISCLOSURE_DOUBLED';
  for (const disclosure of disclosures) {
    const digest = sha256Text(disclosure);
    if (!open.delete(digest)) return digests.includes(digest) ? 'DISCLOSURE_DOUBLED' : 'DISCLOSURE_FOREIGN';
    const entry = disclosureEntry(disclosure);
    if (!entry) return 'DISCLOSURE_FORM';
    const [name, value] = entry;
    // It would overwrite a claim of the issuer.
    if (RESERVED_FIELDS.has(name)) return 'DISCLOSURE_FORM';
    if (Object.hasOwn(face, name)) return 'DISCLOSURE_DOUBLED';
    face[name] = value;
  }
  return face;
}

/** Name and value of one disclosure. @returns undefined where it is none */
export function disclosureEntry(disclosure: string): [string, FaceValue] | undefined {
  const bytes = fromBase64url(disclosure);
  const text = bytes && textOf(bytes);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length !== 3) return undefined;
    const [salt, name, content] = value as unknown[];
    const texts = typeof content === 'string' || (Array.isArray(content) && content.every((item) => typeof item === 'string'));
    return typeof salt === 'string' && typeof name === 'string' && texts ? [name, content] : undefined;
  } catch {
    return undefined;
  }
}
