/** Receipts: forged, altered, under another key; and that a genuine one says nothing of now. */
import { createPrivateKey, sign } from 'node:crypto';
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { identifierOf } from '#chaincode/facts/identifier';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import { base64url } from '#chaincode/facts/hash';
import { keyName, protectedHeader } from '#gateway/documents/jws';
import { presentedAs } from '#gateway/documents/presented';
import { assessReceipt, draftReceipt, RECEIPT_FORMAT, type Receipt } from '#gateway/documents/receipt';
import { make, newRegister, NOW } from '#test/support/documents';
import { BUREAU, LEDGER, MARKET } from '#test/support/ledger';
import { newListKey, TestTrust, type ListKey } from '#test/support/trust';

const register = await newRegister();
const lists = new TestTrust(register);
const made = make(register.bureau);
const SECONDS = Date.parse(NOW) / 1000;
const receiptKey = newListKey(BUREAU, 'receipt');
const [listKey] = lists.listKeys as [ListKey];

const withKey = (key: ListKey) => lists.opened({ trustList: lists.signedList({ keys: [...lists.list().keys, key] }) });
const trust = await withKey(receiptKey);
const stated = (change: Partial<Receipt> = {}): Receipt => ({
  format: RECEIPT_FORMAT, ledger: LEDGER, iss: `urn:uscc:${BUREAU}`, jti: 'cHFyc3R1dnd4eXp7fH1-fw', iat: SECONDS - 60, block: 41, presented: { by: 'credential', identifier: identifierOf(made.id, 1), digest: made.digest },
  verdict: { outcome: 'valid', status: 'VALID', parts: [{ check: 'status', result: 'pass', code: 'STATUS_VALID', ageSeconds: 0 }] }, asker: { agency: MARKET, staff: 'YGFiY2RlZmdoaWprbG1ubw' }, ...change,
});
function signed(receipt: unknown, key: Pick<ListKey, 'spki' | 'privateKey'> = receiptKey, header?: string): string {
  const [first, second] = draftReceipt(receipt as Receipt, keyName(key.spki)).split('.');
  const input = `${header ?? first ?? ''}.${second ?? ''}`;
  return `${input}.${base64url(sign('sha256', Buffer.from(input), { key: createPrivateKey(key.privateKey), dsaEncoding: 'ieee-p1363' }))}`;
}
const history = (...changes: AgencyKeyRecord['history']): Partial<AgencyKeyRecord> => ({ history: [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, ...changes], status: changes.at(-1)?.status ?? 'in-use' });
const good = signed(stated());

t.test('when a receipt is presented', async (t) => {
  const found = await assessReceipt(good, trust, NOW);
  t.match(found, { outcome: 'genuine', code: 'RECEIPT_GENUINE', issuer: { code: BUREAU, name: '演示局' }, kind: { sample: true }, receipt: { verdict: { outcome: 'valid' }, asker: { agency: MARKET } } });
  for (const text of [good, ` ${good}\n`, `https://other.example/q#${good}`, good.replace(/(.{70})/g, '$1\r\n'), JSON.stringify({ receipt: good, link: 'x' }), `<!doctype html><p>eyJhbGciOiJFUzI1NiJ9.eyJ4.x</p><code>${good}</code>`]) t.strictSame(presentedAs(text), { by: 'receipt', receipt: good }, text.slice(0, 40));
  t.equal(presentedAs(made.credential)?.by, 'credential');
});

const altered = (change: (receipt: Receipt) => unknown): string => {
  const [header = '', , signature = ''] = good.split('.');
  return `${header}.${base64url(JSON.stringify(change(stated())))}.${signature}`;
};
const ended = { verdict: { outcome: 'not-in-force' as const, status: 'SUSPENDED', parts: [] } };

const wrong: Readonly<Record<string, readonly [token: string, outcome: string, code: string, key?: ListKey]>> = {
  'its verdict changed': [altered((receipt) => ({ ...receipt, ...ended })), 'untrusted', 'RECEIPT_SIGNATURE'],
  'its hour changed': [altered((receipt) => ({ ...receipt, iat: receipt.iat - 86_400 })), 'untrusted', 'RECEIPT_SIGNATURE'],
  'its identifier changed': [altered((receipt) => ({ ...receipt, presented: { ...receipt.presented, identifier: `${receipt.presented.identifier}A` } })), 'untrusted', 'RECEIPT_SIGNATURE'],
  "a stranger's key under its name": [`${good.slice(0, good.lastIndexOf('.'))}.${signed(stated(), newListKey(BUREAU, 'receipt')).split('.')[2] ?? ''}`, 'untrusted', 'RECEIPT_SIGNATURE'],
  'an unknown key': [signed(stated({ iat: SECONDS - 7200 }), newListKey(BUREAU, 'receipt')), 'untrusted', 'RECEIPT_KEY_UNKNOWN'],
  'an unknown key, younger than the list': [signed(stated(), newListKey(BUREAU, 'receipt')), 'unchecked', 'RECEIPT_KEY_NEWER'],
  'a key for status lists': [signed(stated(), listKey), 'untrusted', 'RECEIPT_KEY_USE'],
  'a key for trust lists': [signed(stated(), lists.trustKeys[0]), 'untrusted', 'RECEIPT_KEY_USE'],
  "a seal's key": [signed(stated(), { privateKey: register.bureau.privateKey, spki: [...trust.index.seals.values()].find(({ id }) => id === register.bureau.id)?.spki ?? '' }), 'untrusted', 'RECEIPT_KEY_USE'],
  'the name of another agency': [signed(stated({ iss: `urn:uscc:${MARKET}` })), 'untrusted', 'RECEIPT_FOREIGN'],
  'another ledger': [signed(stated({ ledger: 'x' })), 'untrusted', 'RECEIPT_FOREIGN_LEDGER'],
  'a key registered later': [signed(stated()), 'untrusted', 'RECEIPT_KEY_NOT_IN_USE', { ...receiptKey, history: [{ status: 'in-use', at: '2026-06-01T02:30:00.000Z' }] }],
  'a key retired before': [signed(stated()), 'untrusted', 'RECEIPT_KEY_NOT_IN_USE', { ...receiptKey, ...history({ status: 'retired', at: '2026-05-01T00:00:00.000Z' }) }],
  'a key retired after': [signed(stated()), 'genuine', 'RECEIPT_GENUINE', { ...receiptKey, ...history({ status: 'retired', at: NOW }) }],
  'a key stopped since': [signed(stated()), 'unchecked', 'RECEIPT_KEY_STOPPED', { ...receiptKey, ...history({ status: 'stopped', at: NOW }) }],
  'dated tomorrow': [signed(stated({ iat: SECONDS + 86_400 })), 'unchecked', 'CLOCK_BEHIND'],
  'alg none': [signed(stated(), receiptKey, base64url(JSON.stringify({ alg: 'none', typ: 'yizheng-receipt+jwt', kid: keyName(receiptKey.spki) }))), 'untrusted', 'RECEIPT_FORM'],
  'another type': [signed(stated(), receiptKey, protectedHeader('dc+sd-jwt', keyName(receiptKey.spki))), 'untrusted', 'RECEIPT_FORM'],
  'cut off': [good.slice(0, good.lastIndexOf('.') + 1), 'untrusted', 'RECEIPT_SIGNATURE'],
  'a part more': [`${good}.x`, 'untrusted', 'RECEIPT_FORM'],
  'stray bits': [good.replace(/.$/, (last) => (last === 'A' ? 'B' : last === 'Q' ? 'R' : last === 'g' ? 'h' : 'x')), 'untrusted', 'RECEIPT_FORM'],
  'another format': [signed({ ...stated(), format: 'yizheng/receipt/2' }), 'untrusted', 'RECEIPT_FORM'],
  'an outcome of its own': [signed({ ...stated(), verdict: { outcome: 'excellent', parts: [] } }), 'untrusted', 'RECEIPT_FORM'],
  'parts that are none': [signed({ ...stated(), verdict: { outcome: 'valid', parts: [{ check: 'mood', result: 'pass', code: 'X' }] } }), 'untrusted', 'RECEIPT_FORM'],
  'an hour that is text': [signed({ ...stated(), iat: 'now' }), 'untrusted', 'RECEIPT_FORM'],
  'an asker that is text': [signed({ ...stated(), asker: 'me' }), 'untrusted', 'RECEIPT_FORM'],
  'far too long': [signed({ ...stated(), ledger: 'x'.repeat(9000) }), 'untrusted', 'RECEIPT_FORM'],
};

for (const [name, [token, outcome, code, key]] of Object.entries(wrong)) {
  t.test(`when a receipt has ${name}`, async (t) => {
    const found = await assessReceipt(token, key ? await withKey(key) : trust, NOW);
    t.match(found, { outcome, code });
    if (outcome === 'untrusted' || code === 'RECEIPT_KEY_NEWER') t.equal(found.receipt, undefined, 'a forger gets no stage');
    else t.ok(found.receipt);
  });
}

t.test('when little is trusted', async (t) => {
  t.match(await assessReceipt(good, undefined, NOW), { outcome: 'unchecked', code: 'TRUST_LIST_MISSING', receipt: undefined });
  t.match(await assessReceipt(good, trust, '2026-07-01T00:00:00.000Z' as Instant), { outcome: 'unchecked', code: 'TRUST_LIST_STALE' });
  t.match(await assessReceipt(signed(stated(ended)), trust, NOW), { outcome: 'genuine', receipt: { verdict: { status: 'SUSPENDED' } } });
});
