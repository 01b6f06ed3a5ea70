/** Signatures come from Node's own ECDSA, so the conversion is tested against another implementation of it. */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import t from 'tap';
import { fromBase64url, newRequestId, p1363OfDer, toBase64url } from '#gateway/web/bytes';

t.test('when a passkey has signed', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Enough signatures to meet leading zeros and padding in both halves.
  const wrong = Array.from({ length: 2_000 }, (_, i) => i).filter((i) => {
    const data = Buffer.from(`act ${String(i)}`);
    const raw = p1363OfDer(sign('sha256', data, privateKey));
    return raw?.length !== 64 || !verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw);
  });
  t.strictSame(wrong, [], 'all of them verify after conversion');
});

t.test('when an integer is short', async (t) => {
  const raw = p1363OfDer(Uint8Array.from([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x7f]));
  t.equal(raw?.[31], 1);
  t.equal(raw?.[63], 0x7f);
});

t.test('when the encoding is not strict', async (t) => {
  const bad = {
    empty: [], 'no sequence': [0x31, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01], 'trailing byte': [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x00],
    negative: [0x30, 0x06, 0x02, 0x01, 0x80, 0x02, 0x01, 0x01], padded: [0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01], 'one integer': [0x30, 0x03, 0x02, 0x01, 0x01],
    'too long': [0x30, 0x26, 0x02, 0x21, ...Array<number>(33).fill(1), 0x02, 0x01, 0x01], 'runs out': [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x05, 0x01],
  };
  for (const [name, bytes] of Object.entries(bad)) t.equal(p1363OfDer(Uint8Array.from(bytes)), undefined, name);
});

t.test('when bytes are written as text', async (t) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  t.equal(toBase64url(bytes), Buffer.from(bytes).toString('base64url'));
  t.same([...fromBase64url(toBase64url(bytes))], [...bytes]);
  t.match(newRequestId(), /^[A-Za-z0-9_-]{21}[AQgw]$/, 'what the ledger takes as a request id');
  t.not(newRequestId(), newRequestId());
});
