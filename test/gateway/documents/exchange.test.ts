/** The signed request and its signed answer: one spelling each, for one gateway, one agency and one request. */
import { createPrivateKey, sign } from 'node:crypto';
import t from 'tap';
import { base64url } from '#chaincode/facts/hash';
import { ANSWER_MAX, askedDigest, ASSERTION_SECONDS, draftAnswer, draftAssertion, isFieldsAnswer, isLicenceAnswer, parseAssertion, readAnswer, signedWith, type Assertion, type ExchangeAsked } from '#gateway/documents/exchange';
import { keyName, protectedHeader } from '#gateway/documents/jws';
import { newKeyPair } from '#gateway/keyring';
import { BUREAU, MARKET } from '#test/support/ledger';

const [pair, stranger] = [newKeyPair(), newKeyPair()];
const kid = keyName(pair.spki);
const signed = (unsigned: string, { privateKey } = pair): string => `${unsigned}.${base64url(sign('sha256', Buffer.from(unsigned), { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' }))}`;
const asked: ExchangeAsked = { record: 'a.b.c', random: 'A'.repeat(43), personal: { caseNo: '1', subject: 'uscc:91370303MA99TXT04C' } };
const claims: Assertion = { iss: `urn:uscc:${MARKET}`, sub: `urn:uscc:${MARKET}`, aud: 'https://licence.example.cn', jti: 'sLGys7S1tre4ubq7vL2-vw', iat: 1_780_279_200, exp: 1_780_279_260, request: askedDigest(asked) };

t.test('when a request is signed', async (t) => {
  const parsed = parseAssertion(signed(draftAssertion(claims, kid)));
  t.match(parsed, { claims, kid });
  t.ok(parsed && (await signedWith(parsed, pair.spki)));
  t.notOk(parsed && (await signedWith(parsed, stranger.spki)));
  t.notOk(parsed && (await signedWith(parsed, 'x')));
  t.equal(askedDigest({ personal: { subject: 'uscc:91370303MA99TXT04C', caseNo: '1' }, random: 'A'.repeat(43), record: 'a.b.c' }), claims.request, 'whatever the order');
  for (const change of [{ record: 'a.b.d' }, { counted: 'x' }, { personal: { caseNo: '2', subject: 'uscc:91370303MA99TXT04C' } }]) t.not(askedDigest({ ...asked, ...change }), claims.request);
});

t.test('when it is not of the form', async (t) => {
  const [header = '', payload = '', signature = ''] = signed(draftAssertion(claims, kid)).split('.');
  const spelled = (value: object): string => signed(`${header}.${base64url(JSON.stringify(value))}`);
  const without = ({ aud: _, ...rest }: Assertion) => rest;
  const wrong: readonly string[] = [
    '', 'x', '..', `${header}.${payload}`, `${header}.${payload}.${signature}.`, `${header}.${payload}.${signature}=`, `${protectedHeader('JWT', kid)}.${payload}.${signature}`, `${base64url('{"alg":"none","typ":"yizheng-exchange+jwt","kid":"x"}')}.${payload}.`,
    spelled(claims), spelled({ ...claims, iat: 1.5 }), signed(draftAssertion(without(claims) as Assertion, kid)), ...[
      { sub: `urn:uscc:${BUREAU}` }, { iss: MARKET, sub: MARKET }, { exp: claims.iat + ASSERTION_SECONDS + 1 }, { exp: claims.iat }, { iat: -1 }, { jti: 1 }, { nbf: 1 }, { aud: ['https://licence.example.cn'] }, { aud: 'x'.repeat(3000) },
    ].map((change) => signed(draftAssertion({ ...claims, ...change } as Assertion, kid))),
  ];
  for (const token of wrong) t.equal(parseAssertion(token), undefined, token.slice(0, 60));
});

t.test('when it is answered', async (t) => {
  const expected = { iss: `urn:uscc:${BUREAU}`, aud: `urn:uscc:${MARKET}`, jti: claims.jti, request: claims.request };
  const content = { record: 'x', face: { number: '1', scope: ['a', 'b'] } };
  const answer = (change: object = {}, by = pair, named = kid) => signed(draftAnswer({ ...expected, iat: claims.iat, content, ...change }, named), by);
  const read = (token: unknown) => readAnswer(token, expected, (name) => (name === kid ? pair.spki : undefined));
  t.strictSame(await read(answer()), content);
  for (const change of [{ iss: `urn:uscc:${MARKET}` }, { aud: `urn:uscc:${BUREAU}` }, { jti: 'x' }, { request: 'x' }, { content: 'x' }, { content: [] }, { more: 1 }]) t.equal(await read(answer(change)), undefined, JSON.stringify(change));
  t.equal(await read(answer({}, stranger)), undefined, 'signed by another');
  t.equal(await read(answer({}, stranger, keyName(stranger.spki))), undefined, 'by a key that is not registered');
  t.equal(await read(signed(draftAssertion(claims, kid))), undefined, 'a request is no answer');
  for (const token of [undefined, 1, '', 'x', answer({ content: { record: 'x'.repeat(ANSWER_MAX) } })]) t.equal(await read(token), undefined);
});

t.test('when the content is read', async (t) => {
  for (const content of [{ record: 'x', credential: 'y~' }, { record: 'x', face: {} }, { record: 'x', face: { scope: ['a'] } }]) t.ok(isFieldsAnswer(content));
  for (const content of [{}, { record: 'x' }, { credential: 'y~' }, { record: 1, credential: 'y~' }, { record: 'x', credential: 'y~', face: {} }, { record: 'x', face: { a: 1 } }, { record: 'x', face: [] }, { record: 'x', face: {}, more: 1 }]) t.notOk(isFieldsAnswer(content), JSON.stringify(content));
  for (const content of [{ record: 'x' }, { record: 'x', licence: 'y' }]) t.ok(isLicenceAnswer(content));
  for (const content of [{}, { record: 'x', licence: 1 }, { record: 'x', more: 1 }]) t.notOk(isLicenceAnswer(content), JSON.stringify(content));
});
