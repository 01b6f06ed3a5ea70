/** Bytes as browsers and the ledger write them. */

export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}

/** 128 random bits: names a request, so that sending it twice does it once. */
export const newRequestId = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(16)));

const HALF = 32;

/**
 * An ECDSA signature as a passkey gives it (DER, RFC 3279 section 2.2.3) as the ledger takes it (r and s, 32 bytes each).
 * @returns undefined where it is not a strict DER signature of P-256
 */
export function p1363OfDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  const r = integerAt(der, 2);
  const s = r && integerAt(der, r.end);
  if (!r || s?.end !== der.length) return undefined;
  const out = new Uint8Array(2 * HALF);
  out.set(r.bytes, HALF - r.bytes.length);
  out.set(s.bytes, 2 * HALF - s.bytes.length);
  return out;
}

function integerAt(der: Uint8Array, at: number): { bytes: Uint8Array; end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  const value = der.subarray(at + 2, end);
  if (der[at] !== 0x02 || length === 0 || end > der.length || (value[0] ?? 0) >= 0x80) return undefined;
  const padded = value[0] === 0 && value.length > 1;
  if (padded && (value[1] ?? 0) < 0x80) return undefined;
  const bytes = padded ? value.subarray(1) : value;
  return bytes.length <= HALF ? { bytes, end } : undefined;
}
