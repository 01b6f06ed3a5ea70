/** Encryption at rest: AES-256-GCM, of a whole at once or of a stream in chunks. Pure; keys come from the keyring. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** The bytes were changed, cut off, or belong to something else. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** nonce || ciphertext || tag. @param about what it is and where it belongs; needed again to open it */
export function encrypt(key: Uint8Array, plain: Uint8Array, about: string): Buffer {
  const nonce = randomBytes(NONCE);
  return Buffer.concat([nonce, seal(key, nonce, plain, about)]);
}

/** @throws Damaged */
export function decrypt(key: Uint8Array, sealed: Uint8Array, about: string): Buffer {
  return open(key, sealed.subarray(0, NONCE), sealed.subarray(NONCE), about);
}

function seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, about = ''): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, about = ''): Buffer {
  if (nonce.length < NONCE || sealed.length < TAG) throw new Damaged();
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG)), decipher.final()]);
  } catch (cause) {
    throw new Damaged(undefined, { cause });
  }
}

/** Plain bytes of a chunk: little enough to hold, so many that tags cost nothing. */
export const CHUNK_BYTES = 64 * 1024;
/** Random bytes that make the key of one stream; kept in clear before it. */
export const SALT_BYTES = 16;

/**
 * A stream in chunks, each with a tag, under a key of its own (HKDF-SHA-256 of key, salt and `about`). The nonce of a chunk is its number and
 * whether it is the last (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), so that no chunk can be changed, moved, left out or cut off.
 */
export async function* encryptStream(key: Uint8Array, salt: Uint8Array, about: string, plain: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  const own = streamKey(key, salt, about);
  for await (const { bytes, nonce } of chunks(plain, CHUNK_BYTES)) yield seal(own, nonce, bytes);
}

/** Gives out a chunk only after its tag was found right. @throws Damaged */
export async function* decryptStream(key: Uint8Array, salt: Uint8Array, about: string, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  const own = streamKey(key, salt, about);
  for await (const { bytes, nonce } of chunks(sealed, CHUNK_BYTES + TAG)) yield open(own, nonce, bytes);
}

const streamKey = (key: Uint8Array, salt: Uint8Array, about: string): Buffer => Buffer.from(hkdfSync('sha256', key, salt, about, 32));

/** The bytes in chunks of `size`; the last one, which may be empty, is known as such by its nonce. */
async function* chunks(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<{ bytes: Buffer; nonce: Buffer }, void> {
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const part of source) {
    rest = Buffer.concat([rest, part]);
    let at = 0;
    for (; rest.length - at > size; at += size) yield { bytes: rest.subarray(at, at + size), nonce: nonceOf(number++, false) };
    rest = rest.subarray(at);
  }
  yield { bytes: rest, nonce: nonceOf(number, true) };
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE);
  nonce.writeUIntBE(number, NONCE - 7, 6);
  nonce[NONCE - 1] = last ? 1 : 0;
  return nonce;
}
