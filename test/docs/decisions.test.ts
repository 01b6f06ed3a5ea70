/** The worked bytes of the decisions, read out of the documents and computed anew: an example that is not true misleads for ever. */
import { inflateSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { actDigest, commitment, massDigest } from '#chaincode/facts/act-digest';
import { APPLICATION_STEPS } from '#chaincode/facts/application';
import { SHANGHAI, type Day, type Instant } from '#chaincode/facts/calendar';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { filingCommitment, filingDigest, type Filing } from '#chaincode/facts/application';
import type { Delegation } from '#chaincode/facts/delegation-commands';
import { delegationDigest, delegationRevokeDigest } from '#chaincode/facts/delegation';
import type { Objection } from '#chaincode/facts/objection-commands';
import { ANSWER_TAG, OBJECTION_DAYS, OBJECTION_TAG, objectionDigest, REMEDIES, wordsCommitment } from '#chaincode/facts/objection';
import { deviceDigest, deviceFingerprint, devicePairingDigest, deviceSessionDigest, deviceStatusDigest, type ChallengePlace } from '#chaincode/facts/device';
import { erasureAskDigest, HOLD_TAG } from '#chaincode/facts/erasure';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import { mod11_10 } from '#chaincode/facts/check-digit';
import { base64url, fromBase64url, hmacSha256, importP256, sha256 } from '#chaincode/facts/hash';
import { identifierOf, licenceId, serialOf, type Identifier } from '#chaincode/facts/identifier';
import { identityEndDigest } from '#chaincode/facts/identity';
import { PICK_UP_ALPHABET, pickUpCommitment, PRINT_STEPS, type PickUp } from '#chaincode/facts/print-order';
import { PRINT_EVENTS_MAX } from '#chaincode/rules/print-order';
import { leafHash, rootOf, verifyInclusion } from '#chaincode/facts/merkle';
import type { ApplicationDetails } from '#gateway/acts/applications/application-form';
import { applicationCommitment } from '#gateway/acts/applications/application-shelf';
import { lookupToken } from '#gateway/acts/licence/draft';
import { decrypt } from '#gateway/cipher';
import { normaliseNumber } from '#chaincode/facts/face';
import { credentialHeader } from '#chaincode/facts/credential';
import { contentOf, credentialDigest, draftCredential, sealCredential } from '#gateway/documents/credential';
import { identityCommitment, identityText, providerCommitment, type IdentityFacts } from '#gateway/documents/identity';
import { draftBinding } from '#gateway/documents/presentation';
import { nonceOf } from '#gateway/identity/provider';
import { grantDetailsCommitment, grantDetailsText, parseGrantDetails } from '#gateway/documents/grant';
import { canonicalPayload, keyName, protectedHeader } from '#gateway/documents/jws';
import { listUri } from '#chaincode/facts/list-uri';
import { draftStatusList, setValue } from '#gateway/documents/status-list';
import { parseTrustList, trustListText } from '#gateway/documents/trust-list';
import { parseRoot, rootDigest, rootText, type TrustRoot } from '#gateway/documents/trust-root';
import { draftQr, keyIdOf, parseQr, sealQr } from '#gateway/documents/qr';
import { askedDigest, draftAnswer, draftAssertion, parseAssertion, type AnswerClaims, type Assertion, type FieldsAnswer } from '#gateway/documents/exchange';
import { headerHash } from '#gateway/documents/block-header';
import { draftHead, parseHead, type Head } from '#gateway/documents/head';
import { draftUse, parseUse, personalCommitment, releaseOf, useDigest, useIn, useText, type PersonalPart, type Use, type UseRecord } from '#gateway/documents/use-record';
import { assessReceipt, draftReceipt, isReceipt, type Receipt } from '#gateway/documents/receipt';
import { TERM_MARKS } from '#gateway/acts/office/terms';
import { Webhook } from 'standardwebhooks';
import { document, hex, range, stated } from '#test/support/decisions';

/** The second cell of the row that begins so. */
const cell = (text: string, row: string): string => {
  const line = text.split('\n').find((each) => each.startsWith(`| ${row}`));
  if (line === undefined) throw new Error(`the document has no row ${row}`);
  return stated(line, /`([^`]+)` \|$/);
};
const SIGNATURE = Buffer.alloc(64, 0xaa);
const TYPE = '11370000000000000T901';
const ISSUER = '113703030099999063';

t.test('when the canonical form is worked (0002)', async (t) => {
  const text = document('0002-canonical-form');
  const form = stated(text, /canonical text\n\n```\n(.+)\n```/);
  t.equal(canonical({ b: [1, true, 'x/é'], A: '"\n' }), form);
  t.equal(hex(sha256(form)), stated(text, /SHA-256\n`([0-9a-f]{64})`/));
  t.equal(hex(commitment('yizheng/import-row/1', range(0, 32), stated(text, /content\n`(\{"a":"b"\})`/))), stated(text, /give `([0-9a-f]{64})`/));
});

t.test('when the identifier is worked (0003)', async (t) => {
  const text = document('0003-identifier-and-serial');
  const key = range(0, 32);
  const normalised = normaliseNumber(cell(text, 'number as typed'));
  t.equal(normalised, stated(text, /\| normalised \| `([^`]+)`/));
  t.equal(hex(Buffer.from(normalised)), stated(text, /\(hex `([0-9a-f]+)`\)/));
  const mac = hmacSha256(key, normalised);
  t.equal(hex(mac), cell(text, 'HMAC'));
  t.equal(serialOf(mac), cell(text, 'serial |'));
  const licence = licenceId(TYPE, ISSUER, serialOf(mac));
  t.equal(licence, cell(text, 'licence, for type'));
  for (const version of [1, 2]) t.equal(identifierOf(licence, version), cell(text, `identifier of version ${String(version)}`));
  t.equal(serialOf(hmacSha256(key, normaliseNumber(`文书号:${stated(text, /document number `([^`]+)` \|/)}`))), cell(text, 'serial of a row with no number'));
  const [, typed = '', folded = ''] = /^`([^`]+)` normalises to `([^`]+)`/m.exec(text) ?? [];
  t.ok(typed !== '' && typed !== folded);
  t.equal(normaliseNumber(typed), folded);
});

t.test('when acts are worked (0005)', async (t) => {
  const text = document('0005-acts-actors-signatures');
  const ids = { ledger: base64url(range(0x20, 32)), requestId: base64url(range(0x40, 16)), staff: base64url(range(0x50, 16)), challenge: base64url(range(0x60, 16)) };
  const signed = stated(text, /in one line:\n\n```\n(.+)\n```/);
  const value = JSON.parse(signed) as Parameters<typeof actDigest>[0] & { act: Record<string, unknown> };
  t.equal(canonical(value as unknown as Canonical), signed, 'it is canonical as it stands');
  t.match(value, { ledger: ids.ledger, requestId: ids.requestId });
  const digests = [value, { ...value, act: { ...value.act, reason: 'PROMISE_BROKEN' } }, { ...value, act: { ...value.act, after: 2 } }].map((act) => actDigest(act));
  const [one = Buffer.alloc(0)] = digests;
  t.equal(hex(one), cell(text, 'act digest D1'));
  t.equal(base64url(one), stated(text, /\(base64url `([^`]+)`\)/));
  t.strictSame(digests.slice(1).map(hex), [cell(text, 'D2:'), cell(text, 'D3:')]);
  const leaves = digests.map((digest) => leafHash(digest));
  t.equal(hex(leafHash(one)), cell(text, 'leaf of D1'));
  t.equal(hex(rootOf(leaves.slice(0, 2))), cell(text, 'root over D1, D2 |'));
  t.equal(hex(rootOf(leaves)), cell(text, 'root over D1, D2, D3 |'));
  t.equal(hex(massDigest(digests)), cell(text, 'signed for D1, D2, D3'));
  const [, session = '', digest = ''] = /Session text and digest:\n\n```\n(.+)\n([0-9a-f]{64})\n```/.exec(text) ?? [];
  t.equal(canonical({ challenge: ids.challenge, ledger: ids.ledger, staff: ids.staff }), session);
  t.equal(hex(sha256('yizheng/session/1\0', session)), digest);
});

const identifier = cell(document('0003-identifier-and-serial'), 'identifier of version 1') as Identifier;

t.test('when the credential is worked (0006)', async (t) => {
  const text = document('0006-credential');
  const header = credentialHeader(base64url(Buffer.from([1, 2, 3])));
  const uri = `https://licence.example.cn/status-lists/${ISSUER}/4`;
  const unsigned = draftCredential(header, {
    type: TYPE, schema: 1, issuer: ISSUER, identifier, face: { holderName: '样例书屋', number: 'JY23703039999014' }, issuedAt: 1_773_540_000, validFrom: '2026-03-15' as Day, validUntil: '2031-03-14' as Day, zone: SHANGHAI,
    place: { uri, idx: 123 }, line: { uri, idx: 9000 }, salt: (field) => range(16 * field, 16),
  });
  t.equal(header, stated(text, /^header +(\S+)$/m));
  t.equal(Buffer.from(unsigned.signingInput.split('.')[1] ?? '', 'base64url').toString('utf8'), stated(text, /^payload +(\{.+\})$/m));
  const disclosed = [...text.matchAll(/^disclosure +(\S+) +digest (\S+)$/gm)];
  t.strictSame(disclosed.map((match) => match[1]), unsigned.disclosures);
  t.strictSame(disclosed.map((match) => match[2]), unsigned.disclosures.map((each) => base64url(sha256(each))));
  t.equal(contentOf(unsigned), stated(text, /^content +(\S+)$/m));
  t.equal(credentialDigest(sealCredential(unsigned, SIGNATURE)), stated(text, /^digest +(\S+) +with 64 bytes aa/m));
});

t.test('when a composite is worked (0026)', async (t) => {
  const text = document('0026-composite-licences');
  const uri = `https://licence.example.cn/status-lists/${ISSUER}/4`;
  const unsigned = draftCredential(credentialHeader(base64url(Buffer.from([1, 2, 3]))), {
    type: TYPE, schema: 1, issuer: ISSUER, identifier, face: { holderName: '样例书屋', number: 'JY23703039999014' }, issuedAt: 1_773_540_000, validFrom: '2026-03-15' as Day, validUntil: '2031-03-14' as Day, zone: SHANGHAI,
    place: { uri, idx: 123 }, line: { uri, idx: 9000 }, composition: { members: [{ licence: identifier.split('.').slice(5, 8).join('.'), required: true, line: { uri, idx: 123 } }], rollUp: 'all' }, salt: (field) => range(16 * field, 16),
  });
  const payload = Buffer.from(unsigned.signingInput.split('.')[1] ?? '', 'base64url').toString('utf8');
  t.match(payload, `"line":{"status_list":{"uri":"${uri}","idx":9000}},"composition":${stated(text, /^composition +(\{.+\})$/m)},"_sd":`);
  t.equal(contentOf(unsigned), stated(text, /^content +(\S+)$/m));
});

t.test('when the paper QR is worked (0007)', async (t: Test) => {
  const text = document('0007-paper-qr');
  const keyId = keyIdOf(range(1, 300));
  t.equal(hex(keyId), stated(text, /key id `([0-9a-f]{16})`/));
  const secret = range(0x70, 16);
  const unsigned = draftQr(keyId, { identifier, issuedOn: '2026-03-15' as Day, validFrom: '2026-03-15' as Day, validUntil: '2031-03-14' as Day, digest: base64url(range(0x80, 32)), list: 4, place: 123, line: { list: 4, index: 9000 }, secret, displayName: '示例浮云餐饮有限公司' });
  t.equal(hex(unsigned.protectedHeader), stated(text, /^protected +([0-9a-f]+)$/m));
  t.equal(hex(unsigned.payload), stated(text, /^payload +([0-9a-f]+(?:\n +[0-9a-f]+)*)$/m).replace(/\s+/g, ''));
  t.equal(hex(sha256(unsigned.toBeSigned)), stated(text, /Sig_structure +([0-9a-f]{64})$/m));
  t.equal(lookupToken(base64url(secret)), stated(text, /^look-up token +(\S+)$/m));
  const sealed = sealQr(unsigned, SIGNATURE);
  t.equal(sealed, stated(text, /reads\n\n```\n(\S+)\n```/));
  t.equal(String(unsigned.payload.length), stated(text, /payload has (\d+) bytes/));
  t.equal(String(fromBase64url(sealed)?.length), stated(text, /whole message has (\d+) bytes/));
  t.equal(parseQr(`https://licence.example.cn/q#1.${sealed}`).ok, true, 'and our own reader takes it');
});

t.test('when roots and lists are worked (0014)', async (t: Test) => {
  const text = document('0014-lists-for-verifiers');
  const spki = (from: number) => base64url(range(from, 91));
  const kid = stated(text, /`kid` of the first is `([\w-]{43})`/);
  t.equal(keyName(spki(1)), kid);
  const signedAs = (payload: string) => ({ payload: base64url(payload), signatures: [] });
  const root = stated(text, /Root, in one line:\n\n```\n(.+)\n```/);
  const key = (from: number, id: number, agency: string) => ({ id: base64url(range(id, 16)), agency, alg: 'ES256' as const, spki: spki(from) });
  const built: TrustRoot = { format: 'yizheng/trust-root/1', ledger: base64url(range(0x20, 32)), version: 1, threshold: 2, keys: [key(1, 0x50, ISSUER), key(2, 0x60, '11370303009999228K')], issuedAt: '2026-03-15T02:00:00.000Z' };
  t.equal(rootText(built), root);
  t.strictSame(parseRoot(signedAs(root)), built);
  t.equal(rootDigest(signedAs(root)), stated(text, /Its digest is `([\w-]{43})`/));
  t.equal(Buffer.from(protectedHeader('yizheng-trust-root+json', kid), 'base64url').toString('utf8'), stated(text, /first signature\n`(\{.+\})`/));
  const list = stated(text, /A trust list under it:\n\n```\n(.+)\n```/);
  const parsed = parseTrustList(signedAs(list));
  t.equal(parsed && trustListText(parsed), list);
  t.ok(canonicalPayload(signedAs(list)));
  t.equal(base64url(sha256(list)), stated(text, /with the SHA-256 `([\w-]{43})`/));
  const values = new Uint8Array(8);
  for (const [index, value] of [[0, 1], [1, 2], [13, 11]] as const) setValue(values, index, value);
  t.equal(hex(values), stated(text, /has the bytes `([0-9a-f]+)`/));
  const claims = stated(text, /the claims\n\n```\n(.+)\n```/);
  const { lst } = (JSON.parse(claims) as { status_list: { lst: string } }).status_list;
  t.equal(hex(inflateSync(Buffer.from(lst, 'base64url'))), hex(values));
  const issuedAt = Date.parse('2026-06-01T02:00:00Z') / 1000;
  const drafted = draftStatusList({ uri: listUri('https://licence.example.cn', ISSUER, 4), agency: ISSUER, ledger: built.ledger, block: 40, issuedAt, nextUpdateAt: issuedAt + 300, expiresAt: issuedAt + 7 * 86_400 }, Buffer.from(lst, 'base64url'), kid);
  t.equal(Buffer.from(drafted.split('.')[1] ?? '', 'base64url').toString('utf8'), claims);
});

t.test('when a receipt is worked (0017)', async (t: Test) => {
  const text = document('0017-filed-receipts');
  const payload = stated(text, /The payload\n\n```\n(.+)\n```/);
  const unsigned = draftReceipt(JSON.parse(payload) as Receipt, stated(text, /`kid` `([\w-]{43})`/));
  t.equal(Buffer.from(unsigned.split('.')[1] ?? '', 'base64url').toString('utf8'), payload);
  t.equal(hex(sha256(unsigned)), stated(text, /over the SHA-256 `([0-9a-f]{64})`/));
  const token = `${unsigned}.${base64url(SIGNATURE)}`;
  t.equal(String(token.length), stated(text, /has (\d+) characters/));
  t.ok(isReceipt(token));
  t.match(await assessReceipt(token, undefined, '2026-06-01T02:00:00.000Z' as Instant), { outcome: 'unchecked', code: 'TRUST_LIST_MISSING' }, 'and our own reader takes its form');
});

t.test('when a use record is worked (0018)', async (t: Test) => {
  const text = document('0018-use-records');
  const personal = stated(text, /`00` to `1f`:\n\n```\n(.+)\n```/);
  const use = stated(text, /The use\n\n```\n(.+)\n```/);
  t.equal(canonical(JSON.parse(personal) as Canonical), personal);
  t.equal(canonical(JSON.parse(use) as Canonical), use);
  t.equal(personalCommitment(range(0, 32), JSON.parse(personal) as PersonalPart), (JSON.parse(use) as Use).personal);
  t.equal(useDigest(JSON.parse(use) as Use), stated(text, /has the digest `([\w-]{43})`/));
  const leaf = stated(text, /Its leaf\n\n```\n(.+)\n```/);
  const record = JSON.parse(leaf) as UseRecord;
  t.equal(useText(record), leaf);
  t.equal(canonical(useIn(record) as unknown as Canonical), use, 'the leaf is the use and its place');
  t.equal(hex(leafHash(Buffer.from(leaf))), stated(text, /leaf hash `([0-9a-f]{64})`/));
  const unsigned = draftUse(leaf, stated(document('0017-filed-receipts'), /`kid` `([\w-]{43})`/));
  t.equal(hex(sha256(unsigned)), stated(text, /SHA-256 `([0-9a-f]{64})` is signed/));
  t.strictSame(parseUse(`${unsigned}.${base64url(SIGNATURE)}`)?.record, record, 'and our own reader takes its form');
  const [first, root] = [leafHash(Buffer.from([0x78])), stated(text, /root of both is `([\w-]{43})`/)];
  t.equal(base64url(rootOf([first, leafHash(Buffer.from(leaf))])), root);
  t.ok(verifyInclusion(leafHash(Buffer.from(leaf)), 1, 2, [first], fromBase64url(root) ?? new Uint8Array()));
});

t.test('when devices and grants are worked (0019)', async (t: Test) => {
  const text = document('0019-scenes-devices-grants');
  const ledger = base64url(range(0x20, 32));
  const worked = (head: string): [string, string] => {
    const [signed = '', digest = ''] = stated(text, new RegExp(`${head}[^\\n]*:\\n\\n\`\`\`\\n([^\`]+)\\n\`\`\``)).split('\n');
    t.equal(canonical(JSON.parse(signed) as Canonical), signed, 'it is canonical as it stands');
    return [signed, digest];
  };
  const spki = stated(text, /RFC 6979, A\.2\.5:\n`([\w-]{122})`/);
  t.ok(importP256(spki));
  const [deviceText, device] = worked('Tag `yizheng/device/1`');
  const fields = { id: base64url(range(0xb0, 16)), subject: 'uscc:91370303MA99TXT04C', alg: 'ES256' as const, spki };
  t.strictSame(JSON.parse(deviceText), { ledger, ...fields });
  t.equal(hex(deviceDigest(ledger, fields)), device);
  const [statusText, status] = worked('Tag `yizheng/device-status/1`');
  t.strictSame(JSON.parse(statusText), { ledger, id: fields.id, status: 'lost' });
  t.equal(hex(deviceStatusDigest(ledger, fields.id, 'lost')), status);
  const [detailsText, details] = worked('Details text, and');
  const parsed = parseGrantDetails(detailsText);
  t.equal(parsed && grantDetailsText(parsed), detailsText);
  t.equal(grantDetailsCommitment(range(0, 32), detailsText), details);
  const [grantText, grant] = worked('Tag `yizheng/grant/1`');
  const { grantId, ledger: named, ...rest } = JSON.parse(grantText) as { grantId: string; ledger: string } & Omit<Grant, 'id'>;
  t.strictSame([grantId, named, rest.details], [base64url(range(0xc0, 16)), ledger, details]);
  t.equal(hex(grantDigest(ledger, { id: grantId, ...rest })), grant);
  const [revokeText, revoke] = worked('Tag `yizheng/grant-revoke/1`');
  t.strictSame(JSON.parse(revokeText), { ledger, grantId });
  t.equal(hex(grantRevokeDigest(ledger, grantId)), revoke);
});

t.test('when the form of an application is worked (0020)', async (t: Test) => {
  const text = document('0020-matters-and-applications');
  const kept = stated(text, /The text\n\n```\n(.+)\n```/);
  const details = JSON.parse(kept) as ApplicationDetails;
  t.equal(canonical(details as never), kept);
  t.equal(applicationCommitment(range(0, 32), details), stated(text, /has the commitment `([\w-]{43})`/));
  t.equal(mod11_10(details.number.slice(0, -1)), details.number.slice(-1));
});

t.test('when the steps of an application are listed (0020)', async (t: Test) => {
  const text = document('0020-matters-and-applications');
  for (const [act, { from, to }] of Object.entries(APPLICATION_STEPS)) {
    const [, states = '', leads = ''] = new RegExp(`^\\| ${act} .*?\\| (.+) \\| (.+) \\|$`, 'm').exec(text) ?? new RegExp(`^\\| ${act} \\| (.+) \\| (.+) \\|$`, 'm').exec(text) ?? [];
    for (const state of from) t.ok(states.includes(state), `${act} from ${state}`);
    t.ok(leads.includes(to), `${act} to ${to}`);
  }
});

t.test('when a device shows its key (0021)', async (t: Test) => {
  const text = document('0021-wallet');
  const worked = (tag: string): [string, string] => {
    const [signed = '', digest = ''] = stated(text, new RegExp(`Tag \`${tag}\`:\n\n\`\`\`\n([^\`]+)\n\`\`\``)).split('\n');
    t.equal(canonical(JSON.parse(signed) as Canonical), signed, 'it is canonical as it stands');
    return [signed, digest];
  };
  const [pairing, paired] = worked('yizheng/device-pairing/1');
  const { id, spki, ...at } = JSON.parse(pairing) as ChallengePlace & { id: string; spki: string };
  t.strictSame(at, { challenge: base64url(range(0xd0, 16)), gateway: 'https://yizheng.example', ledger: base64url(range(0x20, 32)) });
  t.equal(hex(devicePairingDigest(at, { id, spki })), paired);
  const [session, signedIn] = worked('yizheng/device-session/1');
  t.strictSame(JSON.parse(session), { ...at, id });
  t.equal(hex(deviceSessionDigest(at, id)), signedIn);
  t.equal(deviceFingerprint(spki), stated(text, /10\^16: `([\d ]+)`/));
});

t.test('when gateways exchange (0022)', async (t: Test) => {
  const [text, uses] = [document('0022-between-gateways'), document('0018-use-records')];
  const kid = stated(document('0017-filed-receipts'), /`kid` `([\w-]{43})`/);
  const recordOf = (leaf: string): string => `${draftUse(leaf, kid)}.${base64url(SIGNATURE)}`;
  const leaf = stated(uses, /Its leaf\n\n```\n(.+)\n```/);
  const personal = JSON.parse(stated(uses, /`00` to `1f`:\n\n```\n(.+)\n```/)) as PersonalPart;
  const request = askedDigest({ record: recordOf(leaf), random: base64url(range(0, 32)), personal, counted: base64url(range(0xa0, 16)) });
  t.equal(request, stated(text, /has the digest `([\w-]{43})`/));
  const claims = stated(text, /d0 \.\.\. df,\n\n```\n(.+)\n```/);
  const assertion = JSON.parse(claims) as Assertion;
  t.match(assertion, { request, jti: base64url(range(0xd0, 16)) });
  const unsigned = draftAssertion(assertion, kid);
  t.equal(Buffer.from(unsigned.split('.')[1] ?? '', 'base64url').toString(), claims);
  t.equal(hex(sha256(unsigned)), stated(text, /of 0017: the SHA-256 `([0-9a-f]{64})` is signed/));
  t.strictSame(parseAssertion(`${unsigned}.${base64url(SIGNATURE)}`)?.claims, assertion, 'and our own reader takes its form');
  const released = stated(text, /The source's leaf\n\n```\n(.+)\n```/);
  const record = JSON.parse(released) as UseRecord;
  t.equal(useText(record), released);
  const asked = JSON.parse(leaf) as UseRecord;
  t.strictSame(record.release, releaseOf(asked));
  const { release: _, ...same } = useIn(record);
  t.strictSame(same, useIn(asked), 'the same use');
  t.strictSame(parseUse(recordOf(released))?.record, record);
  t.equal(hex(leafHash(Buffer.from(released))), stated(text, /has the leaf hash `([0-9a-f]{64})`/));
  const answer = stated(text, /as if it had been collected,\n\n```\n(.+)\n```/);
  const drafted = draftAnswer(JSON.parse(answer.replace('RECORD', recordOf(released))) as AnswerClaims<FieldsAnswer>, kid);
  t.equal(Buffer.from(drafted.split('.')[1] ?? '', 'base64url').toString().replace(recordOf(released), 'RECORD'), answer);
  t.equal(hex(sha256(drafted)), stated(text, /same `kid`: the SHA-256 `([0-9a-f]{64})` is signed/));
});

t.test('when erasure is asked for, and keys are wrapped (0025)', async (t: Test) => {
  const text = document('0025-erasure');
  const [asked = '', digest] = stated(text, /text and digest:\n\n```\n([^`]+)\n```/).split('\n');
  t.equal(canonical(JSON.parse(asked) as Canonical), asked);
  const { ledger, ...ask } = JSON.parse(asked) as { ledger: string; id: string; subject: string; reason: string };
  t.strictSame([ledger, ask.id, ask.subject], [base64url(range(0x20, 32)), base64url(range(0xe0, 16)), `person:${base64url(range(0xf0, 16))}`]);
  t.equal(hex(erasureAskDigest(ledger, ask)), digest);
  t.equal(base64url(commitment(HOLD_TAG, range(0, 32), stated(text, /case `([^`]+)`: the commitment/))), stated(text, /the commitment is `([\w-]{43})`/));
  const kept = Buffer.from(stated(text, /is kept as\n\n```\n([0-9a-f]+)\n```/), 'hex');
  t.equal(kept.readUInt32BE(0), 2);
  t.strictSame(decrypt(range(0, 32), kept.subarray(4), ask.subject), range(0x40, 32));
});

t.test('when a licence is shown, and a holder identified (0024)', async (t: Test) => {
  const text = document('0024-presentations-and-identity');
  const ledger = base64url(range(0x20, 32));
  const credential = document('0006-credential');
  const jwt = `${stated(credential, /^header +(\S+)$/m)}.${base64url(stated(credential, /^payload +(\{.+\})$/m))}.${base64url(SIGNATURE)}`;
  const [, disclosure = ''] = [...credential.matchAll(/^disclosure +(\S+) /gm)].map((match) => match[1]);
  const [header, payload] = stated(text, /Header and payload:\n\n```\n([^`]+)\n```/).split('\n');
  const input = draftBinding(`${jwt}~${disclosure}~`, base64url(range(0xb0, 16)), { ledger, aud: 'https://yizheng.example', nonce: base64url(range(0xd0, 16)), iat: Date.parse('2026-06-01T02:00:00Z') / 1000 });
  t.strictSame(input.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8')), [header, payload]);
  t.equal(hex(sha256(input)), stated(text, /that is signed is `([0-9a-f]{64})`/));
  const attested = stated(text, /The text\n\n```\n(.+)\n```/);
  t.equal(identityText(JSON.parse(attested) as IdentityFacts), attested);
  t.equal(identityCommitment(range(0, 32), attested), stated(text, /has the commitment `([\w-]{43})`/));
  const [, token = '', provided = ''] = /the token `(\S+)` the one of a provider `([\w-]{43})`/.exec(text) ?? [];
  t.equal(providerCommitment(range(0, 32), token), provided);
  const [end = '', digest = ''] = stated(text, /tag `yizheng\/identity-end\/1`:\n\n```\n([^`]+)\n```/).split('\n');
  const { id } = JSON.parse(end) as { id: string };
  t.strictSame([canonical({ id, ledger }), id], [end, base64url(range(0xe0, 16))]);
  t.equal(hex(identityEndDigest(ledger, id)), digest);
  t.equal(nonceOf({ spki: stated(document('0019-scenes-devices-grants'), /RFC 6979, A\.2\.5:\n`([\w-]{122})`/) }), stated(text, /Of the key in 0019 it is\n`([\w-]{43})`/));
});

t.test('when people, agents and objections are worked (0023)', async (t: Test) => {
  const text = document('0023-people-agents-objections');
  const ledger = base64url(range(0x20, 32));
  const worked = <T>(tag: string): [T, string] => {
    const [signed = '', digest = ''] = stated(text, new RegExp(`ag \`${tag}\`?:\n\n\`\`\`\n([^\`]+)\n\`\`\``)).split('\n');
    t.equal(canonical(JSON.parse(signed) as Canonical), signed, 'it is canonical as it stands');
    t.equal((JSON.parse(signed) as { ledger: string }).ledger, ledger);
    return [JSON.parse(signed) as T, digest];
  };
  const [{ delegationId, ledger: _in, ...terms }, given] = worked<Omit<Delegation, 'id'> & { delegationId: string; ledger: string }>('yizheng/delegation/1');
  t.equal(delegationId, base64url(range(0xe0, 16)));
  t.equal(hex(delegationDigest(ledger, { id: delegationId, ...terms })), given);
  const [, revoked] = worked('yizheng/delegation-revoke/1');
  t.equal(hex(delegationRevokeDigest(ledger, delegationId)), revoked);
  const [device, taken] = worked<Parameters<typeof deviceDigest>[1]>('yizheng/device/1');
  t.equal(device.delegation, delegationId);
  t.equal(hex(deviceDigest(ledger, device)), taken);
  const [{ applicationId, ledger: _at, ...filed }, signedOff] = worked<Omit<Filing, 'id'> & { applicationId: string; ledger: string }>('yizheng/filing/1`, application = a0 ... af');
  t.equal(applicationId, base64url(range(0xa0, 16)));
  t.equal(hex(filingDigest(ledger, { id: applicationId, ...filed })), signedOff);
  t.equal(filingCommitment(range(0, 32), stated(text, /is to the text `(.+)`\./)), filed.details);
  const [{ objectionId, ledger: _of, ...said }, objected] = worked<Omit<Objection, 'id'> & { objectionId: string; ledger: string }>('yizheng/objection/1');
  t.equal(objectionId, base64url(range(0xf0, 16)));
  t.equal(hex(objectionDigest(ledger, { id: objectionId, ...said })), objected);
  const [, words = '', commitment] = /The words `(.+?)` have the commitment `([\w-]{43})`/.exec(text) ?? [];
  t.equal(wordsCommitment(OBJECTION_TAG, range(0, 32), words), commitment);
  t.equal(said.details, commitment);
  const [, answer = '', answered] = /the answer `(.+?)` has `([\w-]{43})`/.exec(text) ?? [];
  t.equal(wordsCommitment(ANSWER_TAG, range(0, 32), answer), answered);
  t.match(text, `\`dueOn\` = ${String(OBJECTION_DAYS)} days on`);
  for (const act of REMEDIES) t.match(text, new RegExp(`\\([^)]*\\b${act}\\b[^)]*OBJECTION_REMEDY`));
});

t.test('when a head is worked (0032)', async (t: Test) => {
  const text = document('0032-heads');
  const payload = stated(text, /The payload\n\n```\n(.+)\n```/);
  const head = JSON.parse(payload) as Head;
  t.equal(canonical(JSON.parse(payload) as Canonical), payload);
  const unsigned = draftHead(head, stated(document('0017-filed-receipts'), /`kid` `([\w-]{43})`/));
  t.equal(Buffer.from(unsigned.split('.')[1] ?? '', 'base64url').toString(), payload);
  t.equal(hex(sha256(unsigned)), stated(text, /is signed over the SHA-256 `([0-9a-f]{64})`/));
  t.strictSame(parseHead(`${unsigned}.${base64url(SIGNATURE)}`)?.head, head, 'and our own reader takes its form');
  t.strictSame([head.hash, head.commitHash], [base64url(range(0x60, 32)), base64url(range(0x80, 32))]);
  t.equal(base64url(headerHash(head.height, fromBase64url(head.hash) ?? new Uint8Array(), range(0xa0, 32))), stated(text, /has the header hash `([\w-]{43})`/));
});

t.test('when pick-up codes and web hooks are worked (0029)', async (t: Test) => {
  const text = document('0029-certificate-centre-and-terms');
  const worked = stated(text, /The text\n\n```\n(.+)\n```/);
  const pickUp = JSON.parse(worked) as PickUp;
  t.equal(canonical(pickUp as unknown as Canonical), worked);
  t.equal(pickUp.order, base64url(range(0xe0, 16)));
  t.equal(pickUpCommitment(range(0, 32), pickUp), stated(text, /has the commitment `([\w-]{43})`/));
  t.match(text, `eight of \`${PICK_UP_ALPHABET}\``);
  t.match(text, `At most ${String(PRINT_EVENTS_MAX)} events`);
  t.match(text, `Marks: ${TERM_MARKS.slice(0, -1).join(', ')} and ${String(TERM_MARKS.at(-1))} days`);
  for (const [act, { from, to }] of Object.entries(PRINT_STEPS)) t.match(text, new RegExp(`\\| ${act}[^|]*\\| ${from.join(', ')} \\| ${to} \\|`), act);
  const [, secret = '', id = '', at = '', body = '', signature = ''] = /secret `(\S+)`, id `(\S+)`, time `(\d+)` and body `(.+?)` the signature is `(\S+)`/.exec(text) ?? [];
  t.equal(new Webhook(secret).sign(id, new Date(Number(at) * 1000), body), signature);
});
