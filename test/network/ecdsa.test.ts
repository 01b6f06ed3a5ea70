import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import t from 'tap';
import { isLowS, readP256PrivateKey, signLowS, verifyLowS, verifyLowSPooled } from '#network/ecdsa';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const message = Buffer.from('message');

t.test('when messages are signed', async (t) => {
  const wrong = Array.from({ length: 2_000 }, (_, index) => Buffer.from(`m${index}`)).filter((bytes) => {
    const signature = signLowS(bytes, privateKey);
    return !isLowS(signature) || !verify('sha256', bytes, publicKey, signature);
  });
  t.same(wrong, [], 'every signature verifies and has the low s');
  const signature = signLowS(message, privateKey);
  t.ok(verifyLowS(message, signature, publicKey));
  t.ok(await verifyLowSPooled(message, signature, publicKey));
  t.notOk(verifyLowS(Buffer.from('other'), signature, publicKey));
  t.notOk(await verifyLowSPooled(Buffer.from('other'), signature, publicKey));
});

t.test('when a signature is not exactly one', async (t) => {
  const signature = signLowS(message, privateKey);
  const high = Array.from({ length: 50 }, () => sign('sha256', message, privateKey)).filter((item) => !isLowS(item));
  t.ok(high.length > 0 && high.every((item) => verify('sha256', message, publicKey, item) && !verifyLowS(message, item, publicKey)), 'the high s is valid elsewhere and refused here');
  const cases: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    truncated: signature.subarray(0, -1),
    'with a byte behind': Buffer.concat([signature, Buffer.of(0)]),
    'with a wrong length': Buffer.concat([Buffer.of(0x30, signature[1]! + 1), signature.subarray(2), Buffer.of(0)]),
    'of zeros': Buffer.alloc(70),
    'negative r': Buffer.concat([Buffer.of(0x30, 6, 2, 1, 0x80, 2, 1, 1)]),
    'padded r': Buffer.concat([Buffer.of(0x30, 7, 2, 2, 0, 1, 2, 1, 1)]),
  };
  for (const [name, bytes] of Object.entries(cases)) t.notOk(verifyLowS(message, bytes, publicKey), name);
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  t.throws(() => readP256PrivateKey(other.export({ type: 'pkcs8', format: 'pem' }).toString()), /P-256/);
  t.ok(createPublicKey(readP256PrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())));
});
