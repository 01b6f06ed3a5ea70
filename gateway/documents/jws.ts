/** JSON Web Signatures, strictly read: ES256 alone, a stated type, canonical base64url, nothing unsigned that counts (RFC 7515, RFC 8725). */
import { fromBase64url, base64url, importP256, sha256, verifyP256Aside } from '#chaincode/facts/hash';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { objectOf, textOf, utf8 } from '#chaincode/facts/text';

/** A P-256 public key, base64url SubjectPublicKeyInfo, and whose it is. */
export interface SigningKey {
  readonly agency: string;
  readonly spki: string;
}

/** Name of a key: base64url SHA-256 of its SubjectPublicKeyInfo. Whoever names a key names no other. */
export const keyName = (spki: string): string => base64url(sha256(fromBase64url(spki) ?? new Uint8Array()));

export interface JwsSignature {
  readonly protected: string;
  readonly signature: string;
}
/** General JSON serialisation (RFC 7515, 7.2.1): one payload, signatures of several. */
export interface SignedDocument {
  readonly payload: string;
  readonly signatures: readonly JwsSignature[];
}

/** The protected header of a signature: algorithm, type, key. */
export const protectedHeader = (typ: string, kid: string): string => base64url(JSON.stringify({ alg: 'ES256', typ, kid }));
/** What is signed (RFC 7515, 5.1). */
export const signingInput = (header: string, payload: string): Uint8Array => utf8(`${header}.${payload}`);

/** More signatures than agencies of a district is an attack on time. */
const SIGNATURES_MAX = 64;

/** The key that a protected header names. @returns undefined unless it is ES256, of this type, and says nothing else */
export function namedKey(header: string, typ: string): string | undefined {
  const { alg, typ: type, kid, ...rest } = objectOf(fromBase64url(header)) ?? {};
  return alg === 'ES256' && type === typ && typeof kid === 'string' && Object.keys(rest).length === 0 ? kid : undefined;
}

export function isSignedDocument(value: unknown): value is SignedDocument {
  const { payload, signatures, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return typeof payload === 'string' && Object.keys(rest).length === 0 && Array.isArray(signatures) && signatures.length <= SIGNATURES_MAX
    && signatures.every((each: unknown) => typeof each === 'object' && each !== null && Object.keys(each).length === 2 && typeof (each as JwsSignature).protected === 'string' && typeof (each as JwsSignature).signature === 'string');
}

/** The object that a payload is the canonical text of (docs/decisions/0002). @returns undefined for any other spelling: one value has one */
export function canonicalPayload({ payload }: SignedDocument): Record<string, unknown> | undefined {
  const bytes = fromBase64url(payload);
  const value = objectOf(bytes);
  if (!bytes || !value) return undefined;
  try {
    return canonical(value as Canonical) === textOf(bytes) ? value : undefined;
  } catch {
    return undefined; // a number, a key, a depth that has no canonical form
  }
}

interface Verified {
  readonly by: JwsSignature;
  readonly agency: string;
}

async function verified({ payload, signatures }: SignedDocument, typ: string, keys: readonly SigningKey[]): Promise<Verified[]> {
  const named = new Map(keys.map((key) => [keyName(key.spki), key]));
  const found: Verified[] = [];
  for (const by of signatures) {
    const known = named.get(namedKey(by.protected, typ) ?? '');
    const [key, bytes] = [known && importP256(known.spki), fromBase64url(by.signature)];
    if (known && key && bytes && (await verifyP256Aside(key, signingInput(by.protected, payload), bytes))) found.push({ by, agency: known.agency });
  }
  return found;
}

/** Agencies whose keys, of those given, have signed; each counts once, however often and with however many keys it signed. */
export const signers = async (document: SignedDocument, typ: string, keys: readonly SigningKey[]): Promise<ReadonlySet<string>> => new Set((await verified(document, typ, keys)).map(({ agency }) => agency));

/** Leaves only signatures that hold: a worthless one under a key's name would keep that key from signing. */
export async function onlyVerified(document: SignedDocument, typ: string, keys: readonly SigningKey[]): Promise<SignedDocument> {
  return { payload: document.payload, signatures: (await verified(document, typ, keys)).map(({ by }) => by) };
}

/** Adds a signature, in place of an earlier one by the same key. */
export function withSignature(document: SignedDocument, header: string, signature: Uint8Array): SignedDocument {
  return { payload: document.payload, signatures: [...document.signatures.filter((each) => each.protected !== header), { protected: header, signature: base64url(signature) }] };
}
