/** Paper QRs: round trip, size, and hostile codes. */
import { encode, rfc8949EncodeOptions, Tagged } from 'cborg';
import fc from 'fast-check';
import t from 'tap';
import type { Day } from '#chaincode/facts/calendar';
import { base64url } from '#chaincode/facts/hash';
import { identifierOf, licenceId } from '#chaincode/facts/identifier';
import { displayNameOf, draftQr, keyIdOf, parseQr, qrUrl, sealQr, type QrFacts, type QrFault } from '#gateway/documents/qr';
import { make, newRegister, signWith } from '#test/support/documents';
import { BUREAU, KIND, sha } from '#test/support/ledger';

const register = await newRegister();
const seal = register.bureau;
const keyId = keyIdOf(Buffer.from(seal.der, 'base64url'));
const identifier = identifierOf(licenceId(KIND.food, BUREAU, '0123456789ABCDEFGHIJ'), 1);
const facts: QrFacts = { identifier, issuedOn: '2026-03-15' as Day, validFrom: '2026-03-16' as Day, validUntil: '2029-03-14' as Day, digest: sha('credential'), list: 5, place: 16383, line: { list: 5, index: 16382 }, secret: Buffer.alloc(16, 9), displayName: '示例浮云餐饮有限公司' };
const sealed = (change: Partial<QrFacts> = {}): string => {
  const draft = draftQr(keyId, { ...facts, ...change });
  return sealQr(draft, signWith(seal, draft.toBeSigned));
};
const codeOf = (text: string) => {
  const result = parseQr(text);
  return result.ok ? 'taken' : result.code;
};

void t.test('when a QR is made and scanned', (t) => {
  const url = qrUrl('https://yizheng.example', sealed());
  t.match(url, /^https:\/\/yizheng\.example\/q#1\.[A-Za-z0-9_-]+$/);
  const want = { ok: true, identifier, issuedOn: '2026-03-15', validFrom: '2026-03-16', validUntil: '2029-03-14', digest: facts.digest, displayName: '示例浮云餐饮有限公司' };
  t.match(parseQr(url), want);
  t.match(parseQr(`  https://other.example/anything?x=1#1.${sealed()}\n`), want, 'whatever the host');
  t.match(parseQr(`1.${sealed()}`), want, 'the bare code');
  const open = parseQr(`1.${sealed({ validUntil: undefined, displayName: undefined, line: { list: 6, index: 1 } })}`);
  t.ok(open.ok);
  t.strictSame(open.ok ? [open.validUntil, open.displayName] : open, [undefined, undefined]);
  for (const line of [{ list: 5, index: 16382 }, { list: 6, index: 1 }, { list: 5, index: 1, agency: '11370303009999228K' }]) t.match(parseQr(`1.${sealed({ line })}`), { ok: true, line }, JSON.stringify(line));
  t.end();
});

void t.test('when the name is long', (t) => {
  t.equal(displayNameOf('字'.repeat(20)), '字'.repeat(20), '60 bytes fit');
  t.equal(displayNameOf('字'.repeat(21)), `${'字'.repeat(19)}…`, '63 do not');
  t.equal(displayNameOf('𬭬'.repeat(16)), `${'𬭬'.repeat(14)}…`);
  t.equal(displayNameOf(`${'a'.repeat(58)}字`), `${'a'.repeat(57)}…`);
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
    const cut = displayNameOf(name);
    return Buffer.byteLength(cut) <= 60 && cut.isWellFormed() && (cut === name || (cut.endsWith('…') && name.startsWith(cut.slice(0, -1))));
  }));
  const largest = sealed({ displayName: '字'.repeat(40), list: 0xffffffff, line: { list: 0xfffffffe, index: 16383, agency: BUREAU } });
  t.ok(Buffer.from(largest, 'base64url').length <= 350, `${String(Buffer.from(largest, 'base64url').length)} bytes at most 350`);
  const usual = Buffer.from(sealed({ displayName: '字'.repeat(20) }), 'base64url').length;
  t.ok(usual <= 300, `${String(usual)} bytes with a name of 60, the aim is 300`);
  t.end();
});

const cose = (value: unknown) => Buffer.from(encode(value, rfc8949EncodeOptions));
const payload = (change: readonly (readonly [number, unknown])[] = [], without: readonly number[] = []) => {
  const map = new Map<number, unknown>([[1, 1], [2, identifier.slice(15)], [3, [20527, 20528, 21622]], [4, Buffer.alloc(32, 1)], [5, 1], [6, 2], [7, 3], [8, Buffer.alloc(16, 1)], [9, '名']]);
  for (const [key, value] of change) map.set(key, value);
  for (const key of without) map.delete(key);
  return cose(map);
};
const header = (entries: readonly (readonly [number, unknown])[] = [[1, -7], [4, keyId]]) => cose(new Map(entries));
const message = (protectedHeader: unknown = header(), body: unknown = payload(), rest: { tag?: number; unprotected?: unknown; signature?: unknown; more?: unknown[] } = {}) =>
  `1.${base64url(cose(new Tagged(rest.tag ?? 18, [protectedHeader, rest.unprotected ?? new Map(), body, rest.signature ?? Buffer.alloc(64), ...(rest.more ?? [])])))}`;
const raw = (hex: string) => `1.${Buffer.from(hex, 'hex').toString('base64url')}`;
const good = Buffer.from(message().slice(2), 'base64url');

const HOSTILE: Record<string, readonly [QrFault, string]> = {
  empty: ['QR_FORM', ''], 'some link': ['QR_FORM', 'https://yizheng.example/q'], 'no version': ['QR_FORM', `#${sealed()}`], 'text after it': ['QR_FORM', `1.${sealed()} x`], padding: ['QR_FORM', `1.${sealed()}=`], 'other version': ['QR_VERSION', `2.${sealed()}`], 'version 01': ['QR_VERSION', `01.${sealed()}`], 'over-long': ['QR_TOO_LARGE', `1.${'A'.repeat(1000)}`], 'stray bits': ['QR_FORM', '1.QR'],
  'no CBOR': ['QR_FORM', raw('ff')], truncated: ['QR_FORM', `1.${good.subarray(0, -1).toString('base64url')}`], 'a byte after it': ['QR_FORM', `1.${Buffer.concat([good, Buffer.alloc(1)]).toString('base64url')}`], untagged: ['QR_FORM', `1.${good.subarray(1).toString('base64url')}`],
  'tag of a MAC': ['QR_FORM', message(header(), payload(), { tag: 17 })], 'tag of a multi-signature': ['QR_FORM', message(header(), payload(), { tag: 98 })], 'tag twice': ['QR_FORM', `1.${Buffer.concat([Buffer.from([0xd2]), good]).toString('base64url')}`], 'five parts': ['QR_FORM', message(header(), payload(), { more: [1] })], 'tagged text': ['QR_FORM', raw('d26161')],
  'indefinite list': ['QR_FORM', `1.${Buffer.concat([Buffer.from([0xd2, 0x9f]), good.subarray(2), Buffer.from([0xff])]).toString('base64url')}`], 'list length spelled long': ['QR_FORM', `1.${Buffer.concat([Buffer.from([0xd2, 0x98, 0x04]), good.subarray(2)]).toString('base64url')}`],
  'header a map': ['QR_FORM', message(new Map([[1, -7]]))], 'header no CBOR': ['QR_FORM', message(Buffer.from([0xff]))], 'header a list': ['QR_FORM', message(cose([1, -7]))], 'empty header': ['QR_ALGORITHM', message(header([]))], 'alg in the open header': ['QR_FORM', message(header([[4, keyId]]), payload(), { unprotected: new Map([[1, -7]]) })],
  'something in the open header': ['QR_FORM', message(header(), payload(), { unprotected: new Map([[4, keyId]]) })], 'open header a list': ['QR_FORM', message(header(), payload(), { unprotected: [] })],
  'alg ES384': ['QR_ALGORITHM', message(header([[1, -35], [4, keyId]]))], 'alg EdDSA': ['QR_ALGORITHM', message(header([[1, -8], [4, keyId]]))], 'alg a text': ['QR_ALGORITHM', message(cose(new Map<number, unknown>([[1, 'ES256'], [4, keyId]])))], crit: ['QR_ALGORITHM', message(header([[1, -7], [2, [99]], [4, keyId]]))],
  'doubled key in the header': ['QR_FORM', message(Buffer.from('a2012601260448'.slice(0, 10), 'hex'))], 'no key id': ['QR_FORM', message(header([[1, -7]]))], 'key id of seven': ['QR_FORM', message(header([[1, -7], [4, keyId.subarray(1)]]))], 'key id a text': ['QR_FORM', message(header([[1, -7], [4, '12345678']]))],
  'payload a map': ['QR_FORM', message(header(), new Map([[1, 1]]))], 'payload empty': ['QR_FORM', message(header(), Buffer.alloc(0))], 'payload detached': ['QR_FORM', message(header(), null)], 'doubled key in the payload': ['QR_FORM', message(header(), Buffer.from('a201010101', 'hex'))], 'indefinite map': ['QR_FORM', message(header(), Buffer.from('bf0101ff', 'hex'))], 'integer spelled long': ['QR_FORM', message(header(), Buffer.from('a1180101', 'hex'))],
  'line of a place only': ['QR_FORM', message(header(), payload([[7, [1]]]))], 'line with four parts': ['QR_FORM', message(header(), payload([[7, [1, 2, BUREAU, 1]]]))], 'line of an agency that is none': ['QR_FORM', message(header(), payload([[7, [1, 2, `${BUREAU.slice(0, -1)}4`]]]))], 'line of an agency in numbers': ['QR_FORM', message(header(), payload([[7, [1, 2, 3]]]))],
  'format 2': ['QR_VERSION', message(header(), payload([[1, 2]]))], 'no format': ['QR_VERSION', message(header(), payload([], [1]))], 'format a text': ['QR_VERSION', message(header(), payload([[1, '1']]))],
  'no identifier': ['QR_IDENTIFIER', message(header(), payload([], [2]))], 'identifier mistyped': ['QR_IDENTIFIER', message(header(), payload([[2, identifier.slice(15).replace('0123', '0132')]]))], 'identifier with its root': ['QR_IDENTIFIER', message(header(), payload([[2, identifier]]))], 'identifier bytes': ['QR_IDENTIFIER', message(header(), payload([[2, Buffer.from(identifier)]]))],
  'no days': ['QR_FORM', message(header(), payload([], [3]))], 'one day': ['QR_FORM', message(header(), payload([[3, [20527]]]))], 'four days': ['QR_FORM', message(header(), payload([[3, [1, 2, 3, 4]]]))], 'day a fraction': ['QR_FORM', message(header(), payload([[3, [1.5, 2]]]))], 'day before 1970': ['QR_FORM', message(header(), payload([[3, [-1, 2]]]))], 'day beyond': ['QR_FORM', message(header(), payload([[3, [1, 2, 200_000]]]))], 'days a text': ['QR_FORM', message(header(), payload([[3, '2026']]))],
  'digest a text': ['QR_FORM', message(header(), payload([[4, 'x']]))], 'secret of fifteen': ['QR_FORM', message(header(), payload([[8, Buffer.alloc(15)]]))], 'no secret': ['QR_FORM', message(header(), payload([], [8]))], 'name bytes': ['QR_FORM', message(header(), payload([[9, Buffer.from('名')]]))], 'name null': ['QR_FORM', message(header(), payload([[9, null]]))], 'signature a text': ['QR_FORM', message(header(), payload(), { signature: 'x' })],
};

void t.test('when a QR is hostile', (t) => {
  t.equal(codeOf(message()), 'taken', 'the one they are made from is good');
  for (const [what, [code, text]] of Object.entries(HOSTILE)) t.equal(codeOf(text), code, what);
  t.end();
});

void t.test('when any bit of it is flipped', (t) => {
  const qr = make(seal).qr;
  const bytes = Buffer.from(qr, 'base64url');
  const before = parseQr(`1.${qr}`);
  if (!before.ok) throw new Error(before.code);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const after = parseQr(`1.${flipped.toString('base64url')}`);
    if (!after.ok) continue;
    const same = Buffer.from(after.toBeSigned).equals(Buffer.from(before.toBeSigned)) && Buffer.from(after.signature).equals(Buffer.from(before.signature));
    if (same) t.fail(`bit ${String(bit)} is not covered`);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (some) => typeof parseQr(`1.${base64url(some)}`).ok === 'boolean'), { numRuns: 500 });
  t.end();
});
