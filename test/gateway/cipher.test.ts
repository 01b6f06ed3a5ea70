/** Encryption at rest: what comes out is what went in, or nothing. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { CHUNK_BYTES, Damaged, decrypt, decryptStream, encrypt, encryptStream, SALT_BYTES } from '#gateway/cipher';

const key = randomBytes(32);
const salt = randomBytes(SALT_BYTES);
const SEALED = CHUNK_BYTES + 16;

async function all(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
/** In pieces that fit no chunk. */
async function* pieces(bytes: Uint8Array, size = 7_001): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
const close = (plain: Uint8Array, about = 'a') => all(encryptStream(key, salt, about, pieces(plain)));
const open = (sealed: Uint8Array, about = 'a', own = salt) => all(decryptStream(key, own, about, pieces(sealed)));

t.test('when a stream is closed and opened', async (t) => {
  for (const size of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]) {
    const plain = randomBytes(size);
    const sealed = await close(plain);
    t.equal(sealed.length, size + 16 * Math.max(1, Math.ceil(size / CHUNK_BYTES)), `${String(size)} bytes, a tag a chunk`);
    t.ok((await open(sealed)).equals(plain));
  }
  const plain = randomBytes(100);
  t.notOk((await close(plain)).equals(await all(encryptStream(key, randomBytes(SALT_BYTES), 'a', pieces(plain)))), 'another salt, another key');
});

t.test('when anybody has written to it', async (t) => {
  const plain = randomBytes(2 * CHUNK_BYTES + 500);
  const sealed = await close(plain);
  const [first, second, last] = [sealed.subarray(0, SEALED), sealed.subarray(SEALED, 2 * SEALED), sealed.subarray(2 * SEALED)];
  const flipped = (at: number) => { const copy = Buffer.from(sealed); copy[at] = (copy[at] ?? 0) ^ 1; return copy; };
  const wrong: Record<string, () => Promise<Buffer>> = {
    'a bit of the first chunk': () => open(flipped(3)), 'a bit of a tag': () => open(flipped(SEALED - 1)), 'the last bit': () => open(flipped(sealed.length - 1)),
    'cut off in a chunk': () => open(sealed.subarray(0, sealed.length - 1)), 'cut off after a chunk': () => open(Buffer.concat([first, second])), 'cut off after the first': () => open(first),
    'nothing left': () => open(Buffer.alloc(0)), 'less than a tag': () => open(sealed.subarray(0, 10)), 'something added': () => open(Buffer.concat([sealed, Buffer.alloc(1)])), 'a chunk added': () => open(Buffer.concat([sealed, first])),
    'chunks in another order': () => open(Buffer.concat([second, first, last])), 'a chunk left out': () => open(Buffer.concat([first, last])), 'a chunk twice': () => open(Buffer.concat([first, first, last])),
    'another name': () => open(sealed, 'b'), 'another salt': () => open(sealed, 'a', randomBytes(SALT_BYTES)),
  };
  for (const [what, opened] of Object.entries(wrong)) await t.rejects(opened(), Damaged, what);
});

t.test('when the damage is behind good chunks', async (t) => {
  const plain = randomBytes(2 * CHUNK_BYTES);
  const sealed = await close(plain);
  sealed[SEALED + 5] = (sealed[SEALED + 5] ?? 0) ^ 1;
  const given: Uint8Array[] = [];
  await t.rejects(async () => { for await (const part of decryptStream(key, salt, 'a', pieces(sealed))) given.push(part); }, Damaged);
  t.ok(Buffer.concat(given).equals(plain.subarray(0, CHUNK_BYTES)), 'only what was found right is given out');
});

t.test('when a whole is closed and opened', async (t) => {
  const plain = Buffer.from('示例');
  const sealed = encrypt(key, plain, 'row/a');
  t.ok(decrypt(key, sealed, 'row/a').equals(plain));
  t.notOk(sealed.equals(encrypt(key, plain, 'row/a')), 'each time anew');
  for (const [what, bytes, about] of [['another place', sealed, 'row/b'], ['cut off', sealed.subarray(0, -1), 'row/a'], ['too short', sealed.subarray(0, 20), 'row/a'], ['nothing', Buffer.alloc(0), 'row/a']] as const) {
    t.throws(() => decrypt(key, bytes, about), Damaged, what);
  }
});
