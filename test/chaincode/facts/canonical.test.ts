/** Bytes that are signed and hashed: canonical JSON, base64url, digests, keys. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { actDigest, commitment } from '#chaincode/facts/act-digest';
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { base64url, fromBase64url, importP256, verifyP256 } from '#chaincode/facts/hash';

void t.test('when JSON is made canonical (RFC 8785)', (t) => {
  t.equal(canonical({ b: 1, a: 2, 'a b': 3, A: 4, 1: 5, '~': 6 }), '{"1":5,"A":4,"a":2,"a b":3,"b":1,"~":6}', 'keys by code unit, upper before lower');
  t.equal(canonical({ 10: 'ten', 9: 'nine', '1a': 0 }), '{"10":"ten","1a":0,"9":"nine"}', 'integer keys are text too');
  t.equal(canonical(['b', 'a', [], {}]), '["b","a",[],{}]', 'lists keep their order');
  t.equal(canonical('\u20ac$\u000f\nA\'B"\\\\"/'), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"', 'the string of RFC 8785, 3.2.2.2');
  t.equal(canonical('\b\t\n\f\r\u0000\u001f\u007f\u2028'), '"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028"');
  t.equal(canonical('𬭬䶮·'), '"𬭬䶮·"', 'beyond the BMP, unescaped');
  for (const [number, text] of [[0, '0'], [-0, '0'], [-1, '-1'], [Number.MAX_SAFE_INTEGER, '9007199254740991'], [Number.MIN_SAFE_INTEGER, '-9007199254740991']] as const) t.equal(canonical(number), text);
  t.equal(canonical({ a: undefined, b: true, c: false }), '{"b":true,"c":false}', 'what is undefined is left out');
  t.equal(canonical(JSON.parse('{"__proto__":1,"constructor":2}') as Canonical), '{"__proto__":1,"constructor":2}', 'no key is lost');
  t.end();
});

void t.test('when a value is outside the narrowed form', (t) => {
  const bad: Record<string, unknown> = { null: null, 'null inside': { a: [null] }, undefined, 'lone high surrogate': '\ud800', 'lone low surrogate': 'a\udc00b', 'surrogate in a list': ['\udfff'], fraction: 0.1, 'unsafe integer': 2 ** 53, infinity: Infinity, nan: NaN, bigint: 1n, symbol: Symbol('a'), function: () => 1, 'key not ASCII': { 键: 1 }, 'empty key': { '': 1 }, 'control in a key': { 'a\n': 1 } };
  for (const [why, value] of Object.entries(bad)) t.throws(() => canonical(value as Canonical), CanonicalError, why);
  t.end();
});

void t.test('when the same value is written in another order', (t) => {
  const key = fc.stringMatching(/^[ -~]{1,6}$/);
  const value = fc.letrec<{ value: Canonical }>((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.boolean(), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(key, tie('value'), { maxKeys: 5 })),
  })).value;
  const reversed = (item: Canonical): Canonical => {
    if (Array.isArray(item)) return (item as Canonical[]).map(reversed);
    if (typeof item !== 'object') return item;
    return Object.fromEntries(Object.entries(item).reverse().map(([name, member]) => [name, reversed(member as Canonical)]));
  };
  fc.assert(fc.property(value, (item) => {
    const text = canonical(item);
    return text === canonical(reversed(item)) && canonical(JSON.parse(text) as Canonical) === text;
  }), { numRuns: 300 });
  t.end();
});

void t.test('when base64url is read strictly', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => fromBase64url(base64url(bytes))?.equals(bytes) === true));
  for (const [why, text] of Object.entries({ padding: 'QQ==', 'stray bits': 'QR', 'stray bits of two': 'QUJ', standard: '+/+/', space: 'QU I', 'line break': 'QUI\n', 'one character': 'Q', 'other alphabet': 'QU.I', unicode: 'QUé' })) t.equal(fromBase64url(text), undefined, why);
  t.strictSame(fromBase64url('QUJD'), Buffer.from('ABC'));
  t.strictSame(fromBase64url(''), Buffer.alloc(0));
  const view = new Uint8Array(Buffer.from('xxABCxx')).subarray(2, 5);
  t.equal(base64url(view), 'QUJD', 'a view is its own bytes only');
  t.end();
});

void t.test('when an act is digested', (t) => {
  const act = { op: 'proposal.approve', id: 'x' };
  const text = '{"act":{"id":"x","op":"proposal.approve"},"agency":"A","content":"C","expiresAt":"E","ledger":"L","requestId":"R"}';
  const expected = createHash('sha256').update('yizheng/act/1').update(Buffer.from([0])).update(text).digest();
  t.strictSame(actDigest({ ledger: 'L', agency: 'A', requestId: 'R', act, content: 'C', expiresAt: 'E' }), expected, 'tag, zero byte, canonical JSON');
  const without = createHash('sha256').update('yizheng/act/1\0').update(text.replace('"content":"C",', '')).digest();
  t.strictSame(actDigest({ ledger: 'L', agency: 'A', requestId: 'R', act, expiresAt: 'E' }), without, 'no content, no member');
  const base = { ledger: 'L', agency: 'A', requestId: 'R', act, content: 'C', expiresAt: 'E' };
  const others = Object.keys(base).map((name) => actDigest({ ...base, [name]: name === 'act' ? { ...act, id: 'y' } : 'other' }).toString('hex'));
  t.equal(new Set([...others, expected.toString('hex')]).size, 7, 'every part counts');
  const random = randomBytes(32);
  t.strictSame(commitment('tag', random, 'content'), createHash('sha256').update('tag\0').update(random).update('content').digest());
  t.end();
});

void t.test('when a key or a signature is not what it should be', (t) => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const key = importP256(base64url(spki));
  t.ok(key);
  if (!key) throw new Error('a good key is not taken');
  const data = Buffer.from('data');
  const good = sign('sha256', data, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
  t.ok(verifyP256(key, data, good));
  t.notOk(verifyP256(key, Buffer.from('date'), good));
  t.notOk(verifyP256(key, data, sign('sha256', data, pair.privateKey)), 'DER is not P1363');
  t.notOk(verifyP256(key, data, Buffer.alloc(64)), 'r = s = 0');
  t.notOk(verifyP256(key, data, Buffer.alloc(64, 0xff)), 'r and s above the order');
  t.notOk(verifyP256(key, data, good.subarray(0, 63)));
  t.notOk(verifyP256(key, data, Buffer.concat([good, Buffer.alloc(1)])));
  const others = [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), generateKeyPairSync('ec', { namedCurve: 'P-384' }), generateKeyPairSync('ed25519')];
  for (const other of others) t.equal(importP256(base64url(other.publicKey.export({ format: 'der', type: 'spki' }))), undefined);
  const offCurve = Buffer.from(spki);
  offCurve[90] = (offCurve[90] ?? 0) ^ 1;
  t.equal(importP256(base64url(offCurve)), undefined, 'a point off the curve');
  t.equal(importP256(`${base64url(spki)}=`), undefined);
  t.equal(importP256(''), undefined);
  t.end();
});
