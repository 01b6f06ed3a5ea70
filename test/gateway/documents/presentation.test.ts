/** What a device shows: the fields it chose, to one verifier, now; everything else is found out. */
import { createHash } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { withhold } from '#gateway/documents/credential';
import { bindingFinding, draftBinding, parsePresentation, type BindingFacts } from '#gateway/documents/presentation';
import { parsePresentationCode, presentationUrl } from '#gateway/documents/presentation-code';
import { presentedAs } from '#gateway/documents/presented';
import { assess } from '#gateway/documents/verifier';
import { make, newRegister, NOW } from '#test/support/documents';
import { newDevice, signedBy, type TestDevice } from '#test/support/holders';
import { LEDGER } from '#test/support/ledger';
import { randomId } from '#test/support/persons';
import { TestTrust } from '#test/support/trust';

const register = await newRegister();
const { credential } = make(register.bureau);
const device = newDevice();
const asked = { ledger: LEDGER, aud: 'https://yizheng.example', nonce: randomId() };
const facts: BindingFacts = { ...asked, iat: Date.parse(NOW) / 1000 };
const HIDDEN = new Set(['personInCharge', 'members']);

function present({ hidden = HIDDEN, change = {}, signer = device, also = (text: string) => text }: { hidden?: ReadonlySet<string>; change?: Partial<BindingFacts>; signer?: TestDevice; also?: (text: string) => string } = {}): string {
  const shown = withhold(credential, hidden);
  const input = draftBinding(shown, device.id, { ...facts, ...change });
  return also(`${shown}${input}.${signedBy(signer, Buffer.from(input)).signature}`);
}
async function finding(text: string, { at = NOW, known = { id: device.id, spki: device.spki, status: 'in-use' as 'in-use' | 'lost' } as { id: string; spki: string; status: 'in-use' | 'lost' } | undefined, expected = asked } = {}) {
  const parsed = parsePresentation(text);
  return parsed ? (await bindingFinding(parsed, { ...expected, now: at as Instant }, known)).code : 'no presentation';
}

t.test('when a device shows chosen fields', async (t) => {
  const text = present();
  const parsed = parsePresentation(text);
  t.strictSame(Object.keys(parsed?.credential.face ?? {}).sort(), ['holderName', 'number'], 'and no others');
  t.notMatch(text, Buffer.from('测试甲').toString('base64url').slice(0, 6));
  t.equal(await finding(text), 'DEVICE_BOUND');
});

t.test('when another implementation reads it', async (t) => {
  // RFC 9901 by the field's library: it finds the same fields, the same hash, and a key binding.
  const sdjwt = new SDJwtVcInstance({ hasher: (data, alg) => createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest() });
  const decoded = await sdjwt.decode(present());
  t.match(decoded.kbJwt?.payload, { aud: asked.aud, nonce: asked.nonce, sd_hash: createHash('sha256').update(withhold(credential, HIDDEN)).digest('base64url') });
  t.strictSame(decoded.disclosures?.map(({ key }) => key).sort(), ['holderName', 'number']);
});

t.test('when it is not what, for whom or when the device has signed', async (t) => {
  const good = present();
  const [shown, kb] = [good.slice(0, good.lastIndexOf('~') + 1), good.slice(good.lastIndexOf('~') + 1)];
  t.equal(await finding(withhold(credential, new Set()) + kb), 'BINDING_OTHER_FIELDS', 'more fields than were signed');
  t.equal(await finding(withhold(credential, new Set([...HIDDEN, 'number'])) + kb), 'BINDING_OTHER_FIELDS', 'fewer');
  t.equal(await finding(make(register.bureau).credential + kb), 'BINDING_OTHER_FIELDS', 'another licence');
  for (const change of [{ aud: 'https://other.example' }, { nonce: randomId() }, { ledger: 'x' }]) t.equal(await finding(present({ change })), 'BINDING_OTHER_VERIFIER', JSON.stringify(change));
  t.equal(await finding(good, { at: new Date(Date.parse(NOW) + 7 * 60_000).toISOString() as Instant }), 'BINDING_LATE', 'an old picture');
  t.equal(await finding(present({ change: { iat: facts.iat + 600 } })), 'BINDING_LATE', 'made for later');
  t.equal(await finding(present({ signer: newDevice() })), 'BINDING_SIGNATURE');
  t.equal(await finding(good, { known: { id: device.id, spki: newDevice().spki, status: 'in-use' } }), 'BINDING_SIGNATURE');
  t.equal(await finding(good, { known: { id: device.id, spki: device.spki, status: 'lost' } }), 'BINDING_DEVICE_ENDED');
  t.equal(await finding(good, { known: { id: randomId(), spki: device.spki, status: 'in-use' } }), 'BINDING_DEVICE_UNKNOWN');
  t.equal(shown, withhold(credential, HIDDEN));
});

t.test('when it is not of the form', async (t) => {
  const good = present();
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [header = '', payload = '', signature = ''] = good.slice(good.lastIndexOf('~') + 1).split('.');
  const kb = (head: string, body: string): string => `${good.slice(0, good.lastIndexOf('~') + 1)}${head}.${body}.${signature}`;
  const [decodedHeader, decodedPayload] = [header, payload].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
  t.ok(parsePresentation(kb(header, payload)));
  for (const change of [{ alg: 'none' }, { typ: 'JWT' }, { crit: [] }, { kid: 1 }]) t.notOk(parsePresentation(kb(encode({ ...decodedHeader, ...change }), payload)), JSON.stringify(change));
  for (const change of [{ iat: '1' }, { more: 'x' }, { aud: undefined }]) t.notOk(parsePresentation(kb(header, encode({ ...decodedPayload, ...change }))), JSON.stringify(change));
  for (const text of ['', '~', credential, `${good}.x`, good.slice(0, -1), `${good}~`]) t.notOk(parsePresentation(text), text.slice(-12));
});

t.test('when a verifier judges what was shown', async (t) => {
  const trust = new TestTrust(register);
  const parsed = parsePresentation(present());
  const opened = await trust.opened();
  const judged = async (binding: Awaited<ReturnType<typeof bindingFinding>> | undefined) => parsed && assess({ presented: { by: 'presentation', credential: parsed.credential }, trust: opened, now: NOW, binding });
  const good = await judged(parsed && (await bindingFinding(parsed, { ...asked, now: NOW }, { id: device.id, spki: device.spki, status: 'in-use' })));
  t.match(good, { by: 'presentation', verdict: { outcome: 'valid' }, document: { face: [{ name: 'number' }] } });
  t.match(await judged(parsed && (await bindingFinding(parsed, { ...asked, nonce: randomId(), now: NOW }, undefined))), { verdict: { outcome: 'untrusted' }, document: undefined });
  t.match(await judged(undefined), { verdict: { outcome: 'unchecked' } }, 'what nobody has looked at is not passed');
});

t.test('when a code is read from a screen', async (t) => {
  const code = { id: randomId(), secret: randomId() };
  const url = presentationUrl('https://yizheng.example', code);
  t.strictSame(parsePresentationCode(url), { gateway: 'https://yizheng.example', ...code });
  t.strictSame(parsePresentationCode(url.slice(url.indexOf('#'))), code);
  t.strictSame(presentedAs(` ${url} `), { by: 'presentation', code: url });
  for (const text of [url.slice(0, -1), `${url}x`, url.replace('/d#', '/q#'), url.replace('#1.', '#2.'), `1.${code.id}`]) t.not(presentedAs(text)?.by, 'presentation', text);
});
