/** Credentials: round trip, other people's libraries, and hostile texts, each with its code. */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import fc from 'fast-check';
import { compactVerify, importX509, jwtVerify } from 'jose';
import t from 'tap';
import { CREDENTIAL_MAX, parseCredential, type CredentialFault } from '#chaincode/facts/credential';
import { FACE, make, newRegister, payloadOf, signWith } from '#test/support/documents';
import { BUREAU, KIND } from '#test/support/ledger';

const register = await newRegister();
const seal = register.bureau;
const made = make(seal);
const b64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const parsed = (text: string) => {
  const result = parseCredential(text);
  if (!result.ok) throw new Error(result.code);
  return result;
};

void t.test('when a credential is made and read', (t) => {
  const result = parsed(made.credential);
  t.strictSame(result.face, FACE);
  t.equal(result.digest, createHash('sha256').update(made.jwt).digest('base64url'), 'over the compact JWT, without disclosures');
  t.match(result.claims, { iss: `urn:uscc:${BUREAU}`, vct: `urn:yizheng:${KIND.food}:1`, nbf: Date.parse('2026-03-14T16:00:00Z') / 1000, exp: Date.parse('2029-03-14T16:00:00Z') / 1000 });
  const payload = payloadOf(made.jwt);
  t.strictSame([payload['sub'], payload['cnf']], [undefined, undefined]);
  t.notOk(Buffer.from(made.jwt.split('.')[1] ?? '', 'base64url').toString().includes('示例'), 'no face value in the payload');
  t.equal((payload['_sd'] as string[]).length, Object.keys(FACE).length, 'a disclosure for every field');
  t.strictSame(payload['_sd'], [...(payload['_sd'] as string[])].sort());
  t.ok(verify('sha256', Buffer.from(result.signingInput), { key: new X509Certificate(Buffer.from(result.certificate, 'base64')).publicKey, dsaEncoding: 'ieee-p1363' }, result.signature));
  t.equal(payloadOf(make(seal, { validUntil: undefined }).jwt)['exp'], undefined, 'without an end');
  t.end();
});

void t.test('when jose verifies', async (t) => {
  const key = await importX509(seal.certificate, 'ES256');
  const { protectedHeader } = await compactVerify(made.jwt, key, { algorithms: ['ES256'] });
  t.match(protectedHeader, { typ: 'dc+sd-jwt', alg: 'ES256', x5c: [String] });
  await jwtVerify(made.jwt, key, { issuer: `urn:uscc:${BUREAU}`, typ: 'dc+sd-jwt', currentDate: new Date('2026-06-01') });
  await t.rejects(jwtVerify(made.jwt, key, { currentDate: new Date('2029-03-15') }), { code: 'ERR_JWT_EXPIRED' });
  await t.rejects(jwtVerify(made.jwt, await importX509(register.stranger.certificate, 'ES256')), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

const hasher = (data: string | ArrayBuffer) => createHash('sha256').update(typeof data === 'string' ? data : new Uint8Array(data)).digest();
const library = new SDJwtVcInstance({
  hasher, hashAlg: 'sha-256', signAlg: 'ES256', saltGenerator: (length: number) => randomBytes(length).toString('base64url'),
  signer: (data: string) => sign('sha256', Buffer.from(data), { key: createPrivateKey(seal.privateKey), dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  verifier: (data: string, signature: string) => verify('sha256', Buffer.from(data), { key: createPublicKey(seal.certificate), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')),
  // The list token: 8 places of 4 bits, all VALID, deflated (Token Status List, section 4).
  statusListFetcher: () => Promise.resolve(`${b64({ alg: 'ES256', typ: 'statuslist+jwt' })}.${b64({ sub: 'https://yizheng.example/status-lists/1', iat: 1, status_list: { bits: 4, lst: deflateSync(Buffer.alloc(4)).toString('base64url') } })}.${'A'.repeat(86)}`),
  statusVerifier: () => Promise.resolve(true),
});

void t.test('when the SD-JWT VC library verifies ours', async (t) => {
  const { payload } = await library.verify(made.credential, { currentDate: Date.parse('2026-06-01') / 1000 });
  t.match(payload, { ...FACE, vct: `urn:yizheng:${KIND.food}:1` });
  const some = `${made.jwt}~${made.disclosures[0] ?? ''}~`;
  const shown = (await library.verify(some, { currentDate: Date.parse('2026-06-01') / 1000 })).payload as unknown as Record<string, unknown>;
  t.strictSame([shown['holderName'], shown['personInCharge']], [FACE['holderName'], undefined], 'and with disclosures left out');
  await t.rejects(library.verify(made.credential.replace(made.jwt.slice(-6), 'AAAAAA'), { currentDate: Date.parse('2026-06-01') / 1000 }));
});

void t.test("when we read the library's", async (t) => {
  const text = await library.issue(
    { iss: `urn:uscc:${BUREAU}`, vct: `urn:yizheng:${KIND.food}:1`, iat: 1773540000, certificateIdentifier: 'x', status: { status_list: { uri: 'https://yizheng.example/status-lists/1', idx: 2 } }, line: { status_list: { uri: 'https://yizheng.example/status-lists/1', idx: 3 } }, ...FACE } as never,
    { _sd: Object.keys(FACE) } as never,
    { header: { x5c: [Buffer.from(seal.der, 'base64url').toString('base64')] } },
  );
  const result = parsed(text);
  t.strictSame({ ...result.face }, { ...FACE });
  t.ok(verify('sha256', Buffer.from(result.signingInput), { key: createPublicKey(seal.certificate), dsaEncoding: 'ieee-p1363' }, result.signature));
});

/** Signed by the seal, with another header or payload: only the parser can refuse it. */
function signed(header: object, payload: (good: Record<string, unknown>) => unknown = (good) => good): string {
  const good = JSON.parse(Buffer.from(made.jwt.split('.')[0] ?? '', 'base64url').toString()) as object;
  const input = `${b64({ ...good, ...header })}.${b64(payload(payloadOf(made.jwt)))}`;
  return `${input}.${signWith(seal, Buffer.from(input)).toString('base64url')}~`;
}
const disclosing = (...entries: unknown[]): string => {
  const texts = entries.map((entry) => (typeof entry === 'string' ? entry : b64(entry)));
  const jwt = signed({}, (good) => ({ ...good, _sd: [...new Set(texts)].map((each) => createHash('sha256').update(each).digest('base64url')) }));
  return `${jwt}${texts.join('~')}~`;
};
const [first = '', second = ''] = made.disclosures;
const [h64 = '', p64 = '', s64 = ''] = made.jwt.split('.');

const HOSTILE: Record<string, readonly [CredentialFault, string]> = {
  empty: ['CREDENTIAL_FORM', ''], 'a tilde': ['CREDENTIAL_FORM', '~'], 'no last tilde': ['CREDENTIAL_FORM', made.credential.slice(0, -1)], 'a key binding after it': ['CREDENTIAL_FORM', `${made.credential}${made.jwt}`],
  'two parts': ['CREDENTIAL_FORM', `${h64}.${p64}~`], 'four parts': ['CREDENTIAL_FORM', `${made.jwt}.${s64}~`], 'padding': ['CREDENTIAL_FORM', `${h64}.${p64}.${s64}==~`], 'space inside': ['CREDENTIAL_FORM', `${h64} .${p64}.${s64}~`],
  'line break inside': ['CREDENTIAL_FORM', `${h64}.${p64.slice(0, 9)}\n${p64.slice(9)}.${s64}~`], 'stray bits in the signature': ['CREDENTIAL_FORM', `${h64}.${p64}.${s64.slice(0, -1)}${s64.endsWith('A') ? 'B' : String.fromCharCode(s64.charCodeAt(85) + 1)}~`],
  'standard alphabet': ['CREDENTIAL_FORM', `${h64}.${p64}.${'+/'.repeat(43)}~`], 'header no JSON': ['CREDENTIAL_FORM', `${b64('{')}.${p64}.${s64}~`], 'header a list': ['CREDENTIAL_FORM', `${b64([])}.${p64}.${s64}~`], 'header null': ['CREDENTIAL_FORM', `${b64(null)}.${p64}.${s64}~`], 'payload no UTF-8': ['CREDENTIAL_FORM', `${h64}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('base64url')}.${s64}~`],
  'payload a number': ['CREDENTIAL_FORM', `${h64}.${b64('5')}.${s64}~`],
  'no type': ['CREDENTIAL_TYPE', signed({ typ: undefined })], 'a plain JWT': ['CREDENTIAL_TYPE', signed({ typ: 'JWT' })], 'the older type': ['CREDENTIAL_TYPE', signed({ typ: 'vc+sd-jwt' })], 'a list token': ['CREDENTIAL_TYPE', signed({ typ: 'statuslist+jwt' })], 'type in capitals': ['CREDENTIAL_TYPE', signed({ typ: 'DC+SD-JWT' })], 'a key binding as credential': ['CREDENTIAL_TYPE', signed({ typ: 'kb+jwt' })],
  'alg none': ['CREDENTIAL_ALGORITHM', signed({ alg: 'none' })], 'alg None': ['CREDENTIAL_ALGORITHM', signed({ alg: 'None' })], 'alg HS256': ['CREDENTIAL_ALGORITHM', signed({ alg: 'HS256' })], 'alg ES384': ['CREDENTIAL_ALGORITHM', signed({ alg: 'ES384' })], 'alg es256': ['CREDENTIAL_ALGORITHM', signed({ alg: 'es256' })], 'alg a list': ['CREDENTIAL_ALGORITHM', signed({ alg: ['ES256'] })], 'no alg': ['CREDENTIAL_ALGORITHM', signed({ alg: undefined })], 'crit': ['CREDENTIAL_ALGORITHM', signed({ crit: ['x'], x: 1 })], 'empty crit': ['CREDENTIAL_ALGORITHM', signed({ crit: [] })],
  'no certificate': ['CREDENTIAL_CERTIFICATE', signed({ x5c: undefined })], 'empty chain': ['CREDENTIAL_CERTIFICATE', signed({ x5c: [] })], 'certificate a number': ['CREDENTIAL_CERTIFICATE', signed({ x5c: [5] })], 'certificate bare text': ['CREDENTIAL_CERTIFICATE', signed({ x5c: 'MII' })], 'a key instead': ['CREDENTIAL_CERTIFICATE', signed({ x5c: undefined, jwk: { kty: 'EC' } })],
  'no issuer': ['CREDENTIAL_CLAIMS', signed({}, ({ iss: _, ...rest }) => rest)], 'no vct': ['CREDENTIAL_CLAIMS', signed({}, ({ vct: _, ...rest }) => rest)], 'no identifier': ['CREDENTIAL_CLAIMS', signed({}, ({ certificateIdentifier: _, ...rest }) => rest)], 'no iat': ['CREDENTIAL_CLAIMS', signed({}, ({ iat: _, ...rest }) => rest)], 'exp a text': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, exp: '9999999999' }))], 'exp null': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, exp: null }))], 'nbf a fraction': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, nbf: 1.5 }))], 'exp beyond integers': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, exp: 1e300 }))],
  'no digests': ['CREDENTIAL_CLAIMS', signed({}, ({ _sd: _, ...rest }) => rest)], 'digests a text': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, _sd: 'x' }))], 'other hash': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, _sd_alg: 'sha-512' }))], 'no hash': ['CREDENTIAL_CLAIMS', signed({}, ({ _sd_alg: _, ...rest }) => rest)], 'issuer a list': ['CREDENTIAL_CLAIMS', signed({}, (good) => ({ ...good, iss: [good['iss']] }))],
  'disclosure doubled': ['DISCLOSURE_DOUBLED', `${made.jwt}~${first}~${first}~`], 'digest doubled': ['DISCLOSURE_DOUBLED', `${signed({}, (good) => ({ ...good, _sd: [...(good['_sd'] as string[]), (good['_sd'] as string[])[0]] }))}`],
  'disclosure of another credential': ['DISCLOSURE_FOREIGN', `${made.jwt}~${make(seal).disclosures[0] ?? ''}~`], 'disclosure changed': ['DISCLOSURE_FOREIGN', `${made.jwt}~${b64(['x', 'holderName', '另一家'])}~`], 'disclosure padded': ['DISCLOSURE_FOREIGN', `${made.jwt}~${first}=~`], 'empty disclosure': ['DISCLOSURE_FOREIGN', `${made.jwt}~~`], 'empty between': ['DISCLOSURE_FOREIGN', `${made.jwt}~${first}~~${second}~`],
  'one name twice': ['DISCLOSURE_DOUBLED', disclosing(['s1', 'scope', 'a'], ['s2', 'scope', 'b'])], 'disclosure of two': ['DISCLOSURE_FORM', disclosing(['s', 'value'])], 'disclosure of four': ['DISCLOSURE_FORM', disclosing(['s', 'a', 'b', 'c'])], 'disclosure an object': ['DISCLOSURE_FORM', disclosing({ 0: 's', 1: 'a', 2: 'b', length: 3 })], 'disclosure no JSON': ['DISCLOSURE_FORM', disclosing(b64('[1,'))], 'disclosure no base64': ['DISCLOSURE_FORM', disclosing('QR')], 'value a number': ['DISCLOSURE_FORM', disclosing(['s', 'a', 5])], 'value nested': ['DISCLOSURE_FORM', disclosing(['s', 'a', [['b']]])], 'value null': ['DISCLOSURE_FORM', disclosing(['s', 'a', null])], 'name a number': ['DISCLOSURE_FORM', disclosing(['s', 5, 'a'])], 'salt a number': ['DISCLOSURE_FORM', disclosing([5, 'a', 'b'])], 'value with digests inside': ['DISCLOSURE_FORM', disclosing(['s', 'a', { _sd: ['x'] }])],
  'over-long': ['CREDENTIAL_TOO_LARGE', `${made.jwt}~${'A'.repeat(CREDENTIAL_MAX)}~`],
};
for (const name of ['iss', 'vct', 'iat', 'nbf', 'exp', 'status', 'line', '_sd', '_sd_alg', '...', 'cnf', 'sub', 'certificateIdentifier', '__proto__']) HOSTILE[`disclosure named ${name}`] = ['DISCLOSURE_FORM', disclosing(['s', name, 'x'])];

void t.test('when a credential is hostile', (t) => {
  for (const [what, [code, text]] of Object.entries(HOSTILE)) {
    const result = parseCredential(text);
    t.equal(result.ok ? 'taken' : result.code, code, what);
  }
  t.ok(Object.keys(HOSTILE).length >= 50);
  t.end();
});

void t.test('when disclosures are left out or in another order', (t) => {
  t.strictSame(parsed(`${made.jwt}~`).face, {});
  t.strictSame(parsed(`${made.jwt}~${second}~${first}~`).digest, made.digest);
  t.strictSame(parsed(`\n ${made.credential}\r\n`).digest, made.digest, 'as pasted');
  t.end();
});

void t.test('when any byte is flipped', (t) => {
  fc.assert(fc.property(fc.nat({ max: made.credential.length - 1 }), fc.integer({ min: 1, max: 127 }), (at, mask) => {
    const text = made.credential.slice(0, at) + String.fromCharCode(made.credential.charCodeAt(at) ^ mask) + made.credential.slice(at + 1);
    const result = parseCredential(text);
    if (!result.ok) return true;
    // A text that still parses has lost a disclosure, or its digest is another.
    return result.digest !== made.digest || Object.keys(result.face).length < Object.keys(FACE).length;
  }), { numRuns: 600 });
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => typeof parseCredential(text).ok === 'boolean'), { numRuns: 300 });
  t.end();
});
