/** Credentials: SD-JWT VC (`dc+sd-jwt`), ES256, x5c. Every face field is a disclosure of its own (docs/decisions/0006). */
import { disclosed, disclosureEntry, type DisclosureFault, type Face, type FaceValue } from '#chaincode/facts/disclosure';
import { base64url, fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { isSeconds, parseDay, startOfDay, addDays, type Day, type LegalZone } from '#chaincode/facts/calendar';
import { MEMBERS_MAX, ROLL_UPS, type RollUpRule } from '#chaincode/facts/composite';
import { objectOf } from '#chaincode/facts/text';
import { parseLicenceId, type Identifier } from '#chaincode/facts/identifier';

export type { Face, FaceValue };

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

export interface CredentialFacts {
  readonly type: string;
  readonly schema: number;
  readonly issuer: string;
  readonly identifier: Identifier;
  readonly face: Face;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly validFrom: Day;
  readonly validUntil?: Day | undefined;
  readonly zone: LegalZone;
  readonly place: StatusPlace;
  readonly line: StatusPlace;
  readonly composition?: Composition | undefined;
  /** 16 random bytes a field. */
  readonly salt: (field: number) => Uint8Array;
}

/** What the seal signs, and what its actors have approved by digest. */
export interface UnsignedCredential {
  /** ASCII `header.payload`. */
  readonly signingInput: string;
  readonly disclosures: readonly string[];
}

const encode = (value: unknown): string => base64url(JSON.stringify(value));

/** A certificate as x5c spells it (RFC 7515, 4.1.6), from base64url, and back. */
const toBase64 = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(text.length / 4) * 4, '=');
const toBase64url = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replace(/={1,2}$/, '');

/** The protected header of a seal, made once a seal. @param certificate base64url DER of the seal's certificate. */
export function credentialHeader(certificate: string): string {
  return encode({ alg: 'ES256', typ: 'dc+sd-jwt', x5c: [toBase64(certificate)] });
}

/** Builds the credential to be signed (SD-JWT VC, section 3.2; SD-JWT, RFC 9901 section 4). */
export function draftCredential(header: string, facts: CredentialFacts): UnsignedCredential {
  const disclosures = Object.entries(facts.face).map(([name, value], i) => encode([base64url(facts.salt(i)), name, value]));
  const payload = {
    iss: `urn:uscc:${facts.issuer}`,
    vct: `urn:yizheng:${facts.type}:${String(facts.schema)}`,
    iat: facts.issuedAt,
    nbf: startOfDay(facts.validFrom, facts.zone),
    ...(facts.validUntil === undefined ? {} : { exp: startOfDay(addDays(facts.validUntil, 1), facts.zone) }),
    certificateIdentifier: facts.identifier,
    status: { status_list: facts.place },
    line: { status_list: facts.line },
    ...(facts.composition ? { composition: { ...facts.composition, members: facts.composition.members.map(({ line, ...member }) => ({ ...member, line: { status_list: line } })) } } : {}),
    // Sorted, so that the order of digests says nothing of the order of fields.
    _sd: disclosures.map((disclosure) => sha256Text(disclosure)).sort(),
    _sd_alg: 'sha-256',
  };
  return { signingInput: `${header}.${encode(payload)}`, disclosures };
}

/** base64url SHA-256 of the unsigned credential: the `content` of the act that issues it. */
export const contentOf = ({ signingInput }: UnsignedCredential): string => sha256Text(signingInput);

export interface SealedCredential {
  /** Issuer-signed compact JWT, without disclosures: what the ledger keeps the digest of. */
  readonly jwt: string;
  readonly disclosures: readonly string[];
}

export const sealCredential = (unsigned: UnsignedCredential, signature: Uint8Array): SealedCredential => ({ jwt: `${unsigned.signingInput}.${base64url(signature)}`, disclosures: unsigned.disclosures });
/** base64url SHA-256 of the exact issuer-signed compact JWT. */
export const credentialDigest = ({ jwt }: SealedCredential): string => sha256Text(jwt);
export const compact = ({ jwt, disclosures }: SealedCredential): string => `${[jwt, ...disclosures].join('~')}~`;

/** The same credential with the disclosures of some fields alone. @param presented compact */
export const disclosing = (presented: string, fields: ReadonlySet<string>): string => kept(presented, (field) => fields.has(field));
/** The same credential without the disclosures of some fields: how a holder shows less. @param presented compact */
export const withhold = (presented: string, fields: ReadonlySet<string>): string => (fields.size === 0 ? presented : kept(presented, (field) => !fields.has(field)));

const kept = (presented: string, keeps: (field: string) => boolean): string => presented.split('~').filter((part, i) => i === 0 || part === '' || keeps(disclosureEntry(part)?.[0] ?? '')).join('~');

export type CredentialFault =
  | 'CREDENTIAL_FORM' | 'CREDENTIAL_TYPE' | 'CREDENTIAL_ALGORITHM' | 'CREDENTIAL_CERTIFICATE' | 'CREDENTIAL_CLAIMS'
  | 'CREDENTIAL_TOO_LARGE' | DisclosureFault;

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

/** A credential with 64 fields of 4,000 characters stays below; anything larger is an attack on memory. */
export const CREDENTIAL_MAX = 512 * 1024;

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
  const seconds = (value: unknown) => value === undefined || isSeconds(value);
  return typeof iss === 'string' && typeof vct === 'string' && isSeconds(iat) && seconds(nbf) && seconds(exp)
    && typeof certificateIdentifier === 'string' && isPlace(payload['status']) && isPlace(payload['line']) && (payload['composition'] === undefined || isComposition(payload['composition'])) && Array.isArray(_sd) && _sd.every((digest) => typeof digest === 'string') && alg === 'sha-256';
}
