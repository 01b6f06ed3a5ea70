/** What documents need of `hash.ts`, in a browser: WebCrypto where it may answer later, and a library where it must answer at once. */
import { sha256 as digest } from '@noble/hashes/sha2';

const utf8 = (data: Uint8Array | string): Uint8Array => (typeof data === 'string' ? new TextEncoder().encode(data) : data);

export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = digest.create();
  for (const part of parts) hash.update(utf8(part));
  return hash.digest();
}

export const sha256Text = (data: Uint8Array | string): string => base64url(sha256(data));

/** Characters a call: arguments of a function are few, documents are long. */
const STEP = 8192;

export function base64url(data: Uint8Array | string): string {
  const bytes = utf8(data);
  let binary = '';
  for (let i = 0; i < bytes.length; i += STEP) binary += String.fromCharCode(...bytes.subarray(i, i + STEP));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Strict, as in `hash.ts`. @returns undefined where the text is not the canonical spelling */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return base64url(bytes) === text ? bytes : undefined;
}

export interface PublicKey {
  readonly imported: Promise<CryptoKey | undefined>;
}

/** SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480), up to its coordinates. */
const P256_HEAD = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE';
const P256_SPKI_BYTES = 91;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const keys = new Map<string, PublicKey>();
const KEYS_MAX = 10_000;

/** @returns undefined where it is not a P-256 key, or the page was not loaded over a connection that gives it WebCrypto; a point beside the curve shows when something is to be verified with it */
export function importP256(spki: string): PublicKey | undefined {
  const known = keys.get(spki);
  if (known) return known;
  const der = fromBase64url(spki);
  if (der?.length !== P256_SPKI_BYTES || !spki.startsWith(P256_HEAD) || !('subtle' in crypto)) return undefined;
  const imported = crypto.subtle.importKey('spki', der as BufferSource, ALGORITHM, false, ['verify']).catch(() => undefined);
  if (keys.size >= KEYS_MAX) keys.clear();
  keys.set(spki, { imported });
  return { imported };
}

/** ECDSA P-256 with SHA-256 in IEEE P1363 form, which is WebCrypto's own. */
export async function verifyP256Aside({ imported }: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const key = await imported;
  if (!key || signature.length !== 64) return false;
  return crypto.subtle.verify(ALGORITHM, key, signature as BufferSource, data as BufferSource);
}
