/** What an identity record attests: the text behind the commitment on the ledger. Pure. */
import { commitment } from '#chaincode/facts/act-digest';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { base64url } from '#chaincode/facts/hash';
import { IDENTITY_TAG, PROVIDER_TAG, type IdentityDocument, type IdentityMethod } from '#chaincode/facts/identity';

export interface IdentityFacts {
  readonly v: 1;
  readonly document: IdentityDocument;
  /** Number of the card, or social credit code. */
  readonly code: string;
  readonly name: string;
  /** Last day of the document itself, where it has one. */
  readonly validUntil?: string;
  readonly method: IdentityMethod;
  /** Of the identity provider. */
  readonly issuer?: string;
}

export const identityText = (facts: IdentityFacts): string => canonical(facts as unknown as Canonical);

/** base64url SHA-256(tag || 0x00 || 32 random bytes || text). */
export const identityCommitment = (opening: Uint8Array, text: string): string => base64url(commitment(IDENTITY_TAG, opening, text));

/** The same over the token of an identity provider, byte for byte. */
export const providerCommitment = (opening: Uint8Array, idToken: string): string => base64url(commitment(PROVIDER_TAG, opening, idToken));
