/** Identity records (身份核验记录): what the ledger keeps of them, and what a device signs to end one (docs/decisions/0024). */
import { sha256 } from '#chaincode/facts/hash';
import { canonical } from './canonical.js';

/** counter: staff saw the holder and his document. provider: he signed in at an identity provider. */
export const IDENTITY_METHODS = ['counter', 'provider'] as const;
export type IdentityMethod = (typeof IDENTITY_METHODS)[number];
/** An identity card for natural persons, an electronic business licence for organisations. */
export const IDENTITY_DOCUMENTS = ['ID_CARD', 'E_BUSINESS_LICENCE'] as const;
export type IdentityDocument = (typeof IDENTITY_DOCUMENTS)[number];

export interface IdentityRecord {
  readonly id: string;
  readonly subject: string;
  readonly method: IdentityMethod;
  readonly document: IdentityDocument;
  /** base64url commitment to the attested facts; what opens it lies with the agency, under the holder's key. */
  readonly digest: string;
  readonly evidence: string;
  /** Who answers for it. */
  readonly agency: string;
  readonly staff: readonly string[];
  readonly at: string;
  /** Last day on which others may rely on it. */
  readonly until: string;
  readonly status: 'in-use' | 'ended';
  readonly endedAt?: string;
}

/** A card is replaced, a name changes: longer than this nobody relies on what was seen once. */
export const IDENTITY_YEARS_MAX = 5;
/** Tag of the commitment that `digest` is. */
export const IDENTITY_TAG = 'yizheng/identity/1';
/** Tag of the commitment to an identity provider's token. */
export const PROVIDER_TAG = 'yizheng/identity-provider/1';

export const documentFor = (subject: string): IdentityDocument => (subject.startsWith('uscc:') ? 'E_BUSINESS_LICENCE' : 'ID_CARD');

/** The holder ends it. */
export const identityEndDigest = (ledger: string, id: string): Uint8Array => sha256('yizheng/identity-end/1\0', canonical({ ledger, id }));
