/** What an identity record attests: the text behind the commitment on the ledger, and how a holder shows it. Pure. */
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { base64url, fromBase64url, sha256 } from '#chaincode/facts/hash';
import { IDENTITY_TAG, PROVIDER_TAG, type IdentityDocument, type IdentityMethod } from '#chaincode/facts/identity';
import { textOf } from '#chaincode/facts/text';

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

const OPENING_BYTES = 32;

export const identityText = (facts: IdentityFacts): string => canonical(facts as unknown as Canonical);

/** base64url SHA-256(tag || 0x00 || 32 random bytes || text). */
export const identityCommitment = (opening: Uint8Array, text: string): string => base64url(sha256(`${IDENTITY_TAG}\0`, opening, text));

/** The same over the token of an identity provider, byte for byte. */
export const providerCommitment = (opening: Uint8Array, idToken: string): string => base64url(sha256(`${PROVIDER_TAG}\0`, opening, idToken));

/** What opens a record, as a device shows and signs it (docs/decisions/0024): text, random bytes, each closed by a tilde. */
export const identityShown = (text: string, opening: string): string => `${base64url(text)}~${opening}~`;

/** @returns undefined where it is not of the form. Whether it is a record's, the commitment tells */
export function readIdentity(shown: string): { readonly facts: IdentityFacts; readonly commitment: string } | undefined {
  const [text64 = '', opening64 = '', ...rest] = shown.split('~');
  const [bytes, opening] = [fromBase64url(text64), fromBase64url(opening64)];
  const text = bytes && textOf(bytes);
  if (text === undefined || opening?.length !== OPENING_BYTES || rest.join('~') !== '') return undefined;
  try {
    const facts = JSON.parse(text) as IdentityFacts;
    return identityText(facts) === text ? { facts, commitment: identityCommitment(opening, text) } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CanonicalError) return undefined;
    throw error;
  }
}
