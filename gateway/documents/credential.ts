/** Credentials as a seal makes them, and as a holder shows less of one (docs/decisions/0006). */
import { disclosureEntry, type Composition, type Face, type StatusPlace } from '#chaincode/facts/credential';
import { base64url, sha256Text } from '#chaincode/facts/hash';
import { startOfDay, addDays, type Day, type LegalZone } from '#chaincode/facts/calendar';
import type { Identifier } from '#chaincode/facts/identifier';

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

/** The same credential without the disclosures of some fields: how a holder shows less. @param presented compact */
export function withhold(presented: string, fields: ReadonlySet<string>): string {
  if (fields.size === 0) return presented;
  return presented.split('~').filter((part, i) => i === 0 || part === '' || !fields.has(disclosureEntry(part)?.[0] ?? '')).join('~');
}
