import { createHash } from 'node:crypto';

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Fabric's transaction id: SHA-256 of nonce and creator, so that nobody can use up another's id. */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex');
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** DER of Fabric's block header: SEQUENCE { INTEGER number, OCTET STRING previous, OCTET STRING data }. */
export function headerBytes(number: number, previousHash: Uint8Array, dataHash: Uint8Array): Buffer {
  let hex = number.toString(16);
  if (hex.length % 2) hex = '0' + hex;
  if (Number.parseInt(hex.slice(0, 2), 16) & 0x80) hex = '00' + hex;
  const body = Buffer.concat([der(0x02, Buffer.from(hex, 'hex')), der(0x04, previousHash), der(0x04, dataHash)]);
  return der(0x30, body);
}

// All lengths here are below 128: two hashes and a number.
function der(tag: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
}
