/** The one place where the rules and the documents meet a cryptographic library. In a browser `hash.browser.ts` stands in its place (package.json, "imports"). */
import { createHmac, createPublicKey, hash, verify, X509Certificate, type KeyObject } from 'node:crypto';

export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const [only] = parts;
  const data = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  // By way of text: bytes straight from the library lie in memory of their own, which costs more than the hash and drives the collector.
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** base64url SHA-256: the spelling of every digest in documents and records. */
export const sha256Text = (data: Uint8Array | string): string => hash('sha256', data, 'base64url');

export function hmacSha256(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** @param data bytes, or a text as UTF-8 */
export const base64url = (data: Uint8Array | string): string => (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength)).toString('base64url');

/**
 * Strict base64url (RFC 4648 section 5, no padding, no stray trailing bits).
 * Lenient decoders accept several spellings of the same bytes, which an attacker turns into "different" tokens.
 * @returns undefined where the text is not the canonical spelling.
 */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

export type PublicKey = KeyObject;

const P256_SPKI_BYTES = 91;
/** SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480), up to its coordinates. The library also takes hybrid points (X9.62): the same key by another name, registered for another use. */
const P256_HEAD = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE';
const imported = new Map<string, PublicKey>();
const IMPORTED_MAX = 10_000; // bounds memory: a peer sees at most this many staff and seal keys between restarts

/** Imports a P-256 public key from base64url SubjectPublicKeyInfo (RFC 5480). @returns undefined where it is anything else. */
export function importP256(spki: string): PublicKey | undefined {
  const known = imported.get(spki);
  if (known) return known;
  const der = fromBase64url(spki);
  if (der?.length !== P256_SPKI_BYTES || !spki.startsWith(P256_HEAD)) return undefined;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
    if (imported.size >= IMPORTED_MAX) imported.clear();
    imported.set(spki, key);
    return key;
  } catch {
    return undefined;
  }
}

/** Verifies ECDSA P-256 with SHA-256 in IEEE P1363 form (64 bytes). Never throws on hostile input. */
export function verifyP256(key: PublicKey, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  try {
    return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

/** The same, beside the thread that asks. */
export function verifyP256Aside(key: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (signature.length !== 64) return Promise.resolve(false);
  return new Promise((done) => { verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature, (error, holds) => { done(error === null && holds); }); });
}

const certificateKeys = new Map<string, PublicKey>();

/** The P-256 public key of a DER certificate given in base64url. @returns undefined where it is not such a certificate. */
export function certificateKey(certificate: string): PublicKey | undefined {
  const known = certificateKeys.get(certificate);
  if (known) return known;
  const der = fromBase64url(certificate);
  if (!der) return undefined;
  try {
    const key = new X509Certificate(der).publicKey;
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
    if (certificateKeys.size >= IMPORTED_MAX) certificateKeys.clear();
    certificateKeys.set(certificate, key);
    return key;
  } catch {
    return undefined;
  }
}
