import { createPrivateKey, type KeyObject, sign, verify } from 'node:crypto';

// Fabric refuses signatures whose s is above half the group order: (r, s) and (r, n - s) both verify, so without
// the rule anybody could turn one signed message into a second one with other bytes.
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = Buffer.from((ORDER >> 1n).toString(16).padStart(64, '0'), 'hex');

/** Signs SHA-256 of `message` with a P-256 key, natively; DER with the low one of the two possible s. */
export function signLowS(message: Uint8Array, key: KeyObject): Buffer {
  const raw = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const r = raw.subarray(0, 32);
  let s: Uint8Array = raw.subarray(32);
  if (HALF_ORDER.compare(s) < 0) {
    const low = ORDER - BigInt('0x' + Buffer.from(s).toString('hex'));
    s = Buffer.from(low.toString(16).padStart(64, '0'), 'hex');
  }
  const first = derInteger(r);
  const second = derInteger(s);
  return Buffer.concat([Buffer.from([0x30, first.length + second.length]), first, second]);
}

/** True if `signature` is a strict DER P-256 signature with low s over SHA-256 of `message`. Never throws. */
export function verifyLowS(message: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  if (!isLowS(signature)) return false;
  try {
    return verify('sha256', message, key, signature);
  } catch {
    return false;
  }
}

/** The same on the thread pool, for callers with other work to do meanwhile. Never rejects. */
export function verifyLowSPooled(message: Uint8Array, signature: Uint8Array, key: KeyObject): Promise<boolean> {
  if (!isLowS(signature)) return Promise.resolve(false);
  return new Promise((resolve) => {
    verify('sha256', message, key, signature, (error, isValid) => resolve(!error && isValid));
  });
}

/** True if `der` is exactly SEQUENCE { r, s } with minimal positive integers and s not above half the order. */
export function isLowS(der: Uint8Array): boolean {
  if (der.length < 8 || der.length > 72 || der[0] !== 0x30 || der[1] !== der.length - 2) return false;
  const r = readInteger(der, 2);
  const s = r && readInteger(der, r.end);
  if (!r || !s || s.end !== der.length) return false;
  return Buffer.from(s.bytes.toString('hex').padStart(64, '0'), 'hex').compare(HALF_ORDER) <= 0;
}

/** Reads a PEM private key and insists on P-256, so that a wrong file fails here and not at the first signature. */
export function readP256PrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('the private key is not an EC P-256 key');
  }
  return key;
}

function readInteger(der: Uint8Array, at: number): { bytes: Buffer; end: number } | undefined {
  const length = der[at + 1];
  if (der[at] !== 0x02 || length === undefined || length < 1 || length > 33 || at + 2 + length > der.length) return undefined;
  const bytes = Buffer.from(der.buffer, der.byteOffset + at + 2, length);
  const [first = 0, second = 0] = bytes;
  if (first & 0x80 || (first === 0 && length > 1 && !(second & 0x80)) || (length === 33 && first !== 0)) return undefined;
  return { bytes: first === 0 ? bytes.subarray(1) : bytes, end: at + 2 + length };
}

function derInteger(unsigned: Uint8Array): Buffer {
  let start = 0;
  while (start < unsigned.length - 1 && unsigned[start] === 0) start++;
  const body = unsigned.subarray(start);
  const pad = (body[0] ?? 0) & 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, body.length + pad.length, ...pad]), body]);
}
