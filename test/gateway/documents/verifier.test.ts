/** Verdicts without a ledger: named cases with outcome and code; then each check is taken away, and some case must miss it. */
import t from 'tap';
import type { Day, Instant } from '#chaincode/facts/calendar';
import type { SealRecord } from '#chaincode/facts/records';
import type { RollUpRule } from '#chaincode/facts/composite';
import type { CredentialMember } from '#chaincode/facts/credential';
import { fail, type LiveStatus } from '#gateway/documents/evidence';
import type { TrustBundle } from '#gateway/documents/trust-bundle';
import { CHECKERS, CHECKS, type Outcome } from '#gateway/documents/verdict';
import { assess, type Question } from '#gateway/documents/verifier';
import { sealPdf } from '#gateway/documents/pdf/seal';
import { byCredential, byPdf, byQr, make, member, newRegister, NOW, signWith, type Made, type MakeOptions } from '#test/support/documents';
import { BUREAU, KIND, MARKET } from '#test/support/ledger';
import { BLOCK, LISTED_AT, sealChanged, SUSPENDED, TestTrust, type ListKey } from '#test/support/trust';
import { MADE_AT, sealedPaper, sealing } from '#test/support/papers';
import { identifierOf } from '#chaincode/facts/identifier';

const register = await newRegister();
const trust = new TestTrust(register);
const marketLists = trust.listKeys[1] as ListKey;
const base = await trust.opened();
const instant = (ms: number): Instant => new Date(ms).toISOString() as Instant;
const DAY = 86_400_000;
const seconds = (text: string): number => Date.parse(text) / 1000;
/** When the documents of `documents.ts` say they were drafted. */
const DRAFTED = instant(1_773_540_000_000);

interface Case {
  readonly name: string;
  readonly outcome: Outcome;
  readonly code: string;
  readonly question: Question;
  readonly made: Made;
}
const cases: Case[] = [];
interface Given {
  readonly made?: MakeOptions;
  readonly bundle?: Partial<TrustBundle>;
  readonly seal?: Partial<SealRecord>;
  readonly question?: Partial<Question>;
  readonly live?: Partial<LiveStatus>;
  readonly by?: 'credential' | 'qr';
}

/** A document made and shown as a credential and as a QR, or only as one of them. */
async function add(name: string, outcome: Outcome, code: string, { made: change, bundle, seal, question, live, by }: Given = {}): Promise<void> {
  const { copy, made } = { copy: register.copy(), made: make(register.bureau, change ?? {}) };
  if (seal) sealChanged(copy, seal);
  const changed = new TestTrust(copy);
  Object.assign(changed, { trustKeys: trust.trustKeys, listKeys: trust.listKeys });
  const opened = bundle || seal ? await changed.opened(bundle) : base;
  const said = live && { live: { identifier: identifierOf(made.id, change?.version ?? 1), status: 'VALID', knownAt: NOW, ...live } satisfies LiveStatus };
  for (const [how, presented] of [['credential', byCredential(made.credential)], ['qr', byQr(made.qr)]] as const) {
    if (by === undefined || by === how) cases.push({ name: `${name}, by ${how}`, outcome, code, made, question: { presented, trust: opened, now: NOW, ...said, ...question } });
  }
}
const statusLists = (...tokens: Parameters<TestTrust['token']>[0][]): Given => ({ bundle: { statusLists: tokens.map((token) => trust.token(token)) } });
const list = (change: Parameters<TestTrust['list']>[0]): Given => ({ bundle: { trustList: trust.signedList(change) } });
const at = (now: Instant): Given => ({ question: { now } });
const agencies = (issues: TestAgency['issues']): Given => list({ agencies: trust.list().agencies.map((agency) => (agency.code === BUREAU ? { ...agency, issues } : agency)) });
type TestAgency = ReturnType<TestTrust['list']>['agencies'][number];
const broken = (input: Uint8Array) => signWith(register.bureau, Buffer.concat([input, Buffer.from('x')]));

await add('a good one', 'valid', 'STATUS_VALID');
cases.push({ name: 'shown by another device', outcome: 'untrusted', code: 'BINDING_SIGNATURE', made: make(register.bureau), question: { presented: { ...byCredential(make(register.bureau).credential), by: 'presentation' } as Question['presented'], trust: base, now: NOW, binding: fail('BINDING_SIGNATURE') } });
await add('without an end', 'valid', 'DATES_WITHIN', { made: { validUntil: undefined } });
for (const [value, status] of [[1, 'REVOKED'], [2, 'SUSPENDED'], [3, 'SUPERSEDED'], [11, 'CANCELLED'], [12, 'WITHDRAWN'], [13, 'ANNULLED'], [14, 'TRANSFERRED']] as const) {
  await add(`${status.toLowerCase()} by its version`, 'not-in-force', `STATUS_${status}`, statusLists({ places: { 2: value } }));
  await add(`${status.toLowerCase()} by its line`, 'not-in-force', `STATUS_${status}`, statusLists({ places: { 3: value } }));
}
await add('replaced, and its line revoked since', 'not-in-force', 'STATUS_SUPERSEDED', statusLists({ places: { 2: 3, 3: 1 } }));
await add('its neighbours suspended', 'valid', 'STATUS_VALID', statusLists({ places: { 1: SUSPENDED, 4: SUSPENDED } }));
await add('a status of a later version of us', 'unchecked', 'STATUS_VALUE_UNKNOWN', statusLists({ places: { 2: 9 } }));
await add('a composite that its list calls restricted', 'not-in-force', 'STATUS_RESTRICTED', statusLists({ places: { 2: 15, 3: 15 } }));
await add('a place that the list has not', 'unchecked', 'STATUS_PLACE_MISSING', statusLists({ size: 1 }));
await add('no status list', 'unchecked', 'STATUS_LIST_MISSING', statusLists());
await add('another status list', 'unchecked', 'STATUS_LIST_MISSING', statusLists({ uri: `https://yizheng.example/status-lists/${BUREAU}/2` }));
await add("the same number of another agency's list", 'unchecked', 'STATUS_LIST_MISSING', statusLists({ uri: `https://yizheng.example/status-lists/${MARKET}/1`, agency: MARKET, key: marketLists }));
await add('a list from another host', 'valid', 'STATUS_VALID', statusLists({ uri: `https://new.example/status-lists/${BUREAU}/1` }));
await add('an expired status list', 'unchecked', 'STATUS_LIST_EXPIRED', statusLists({ expiresAt: LISTED_AT + 3600 }));
await add('an expired status list that says suspended', 'unchecked', 'STATUS_LIST_EXPIRED', statusLists({ expiresAt: LISTED_AT + 3600, places: { 2: SUSPENDED } }));
await add('a status list of yesterday', 'unchecked', 'STATUS_LIST_OLD', at(instant(LISTED_AT * 1000 + DAY + 1)));
await add('a status list of yesterday, where that is allowed', 'valid', 'STATUS_VALID', { question: { now: instant(LISTED_AT * 1000 + DAY + 1), statusAgeMaxMs: 2 * DAY } });
await add('a trust list past its update', 'unchecked', 'TRUST_LIST_STALE', at('2026-06-08T01:00:00.000Z' as Instant));
await add('a forgery and a trust list past its update', 'unchecked', 'TRUST_LIST_STALE', { made: { signature: broken }, ...at('2026-06-08T01:00:00.000Z' as Instant) });
await add('nothing imported', 'unchecked', 'TRUST_LIST_MISSING', { question: { trust: undefined } });
await add('a forgery and nothing imported', 'unchecked', 'TRUST_LIST_MISSING', { made: { signature: broken }, question: { trust: undefined } });
await add('the clock a day behind', 'unchecked', 'CLOCK_BEHIND', at(instant(Date.parse(NOW) - DAY)));
await add('the clock a day behind, and its term over', 'unchecked', 'CLOCK_BEHIND', { made: { validUntil: '2026-05-30' }, ...at(instant(Date.parse(NOW) - DAY)) });
await add('the clock a day ahead', 'unchecked', 'STATUS_LIST_OLD', at(instant(Date.parse(NOW) + DAY)));
await add('the clock four minutes behind', 'valid', 'STATUS_VALID', at(instant(LISTED_AT * 1000 - 4 * 60_000)));
await add('a status list from tomorrow', 'unchecked', 'CLOCK_BEHIND', statusLists({ issuedAt: seconds(NOW) + 86_400, expiresAt: seconds(NOW) + 2 * 86_400 }));
await add('a trust list from tomorrow', 'unchecked', 'CLOCK_BEHIND', list({ issuedAt: instant(Date.parse(NOW) + DAY), nextUpdate: instant(Date.parse(NOW) + 2 * DAY) }));
await add('drafted tomorrow', 'unchecked', 'CLOCK_BEHIND', { made: { payload: (payload) => ({ ...payload, iat: seconds(NOW) + 86_400 }) }, by: 'credential' });
await add('its term over', 'not-in-force', 'DATES_EXPIRED', { made: { validUntil: '2026-05-31' } });
await add('its last day', 'valid', 'DATES_WITHIN', { made: { validUntil: '2026-06-01' } });
await add('its term not begun', 'not-in-force', 'DATES_NOT_YET_VALID', { made: { validFrom: '2026-06-02' } });
await add('its first day', 'valid', 'DATES_WITHIN', { made: { validFrom: '2026-06-01' } });
await add('signature wrong', 'untrusted', 'SIGNATURE_WRONG', { made: { signature: broken } });
await add('signature of zeros', 'untrusted', 'SIGNATURE_WRONG', { made: { signature: () => Buffer.alloc(64) } });
await add('signature of no length', 'untrusted', 'SIGNATURE_WRONG', { made: { signature: () => Buffer.alloc(0) } });
await add('signed by a stranger', 'untrusted', 'ISSUER_UNKNOWN', { made: { by: register.stranger } });
await add("signed by a stranger under the seal's name", 'untrusted', 'SIGNATURE_WRONG', { made: { by: register.stranger, named: register.bureau } });
await add('signed by a stranger, younger than the list', 'unchecked', 'SEAL_NEWER_THAN_LIST', { made: { by: register.stranger, payload: (payload) => ({ ...payload, iat: LISTED_AT }), qr: { issuedOn: '2026-06-01' as never } } });
await add('seal of another agency', 'untrusted', 'ISSUER_NOT_OF_SEAL', { made: { by: register.market }, by: 'credential' });
await add('name of another agency', 'untrusted', 'ISSUER_NOT_OF_SEAL', { made: { iss: MARKET }, by: 'credential' });
await add('an agency that never had the right', 'unchecked', 'ISSUER_RIGHT_UNKNOWN', agencies([]));
await add('an agency with the right to another kind', 'unchecked', 'ISSUER_RIGHT_UNKNOWN', agencies([{ kind: KIND.drug, from: '2020-01-01' }]));
await add('an agency whose right was over', 'untrusted', 'ISSUER_WITHOUT_RIGHT', { ...agencies([{ kind: KIND.food, from: '2020-01-01', until: '2026-03-14' }]), by: 'credential' });
await add('an agency whose right ended since', 'valid', 'ISSUER_REGISTERED', agencies([{ kind: KIND.food, from: '2020-01-01', until: '2026-03-15' }]));
await add('an agency whose right began long after', 'untrusted', 'ISSUER_WITHOUT_RIGHT', { ...agencies([{ kind: KIND.food, from: '2026-05-01' }]), by: 'credential' });
const stopped = (...history: SealRecord['history']): Given => ({ seal: { history: [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, ...history], status: history.at(-1)?.status ?? 'in-use' } });
await add('a seal stopped before', 'untrusted', 'SEAL_NOT_IN_FORCE', { ...stopped({ status: 'stopped', at: '2026-03-01T00:00:00.000Z' }), by: 'credential' });
await add('a seal stopped before, of an unknown hour', 'unchecked', 'SEAL_STOPPED_SINCE', { ...stopped({ status: 'stopped', at: '2026-03-01T00:00:00.000Z' }), by: 'qr' });
await add('a seal stopped since: a thief would date back', 'unchecked', 'SEAL_STOPPED_SINCE', stopped({ status: 'stopped', at: '2026-05-01T00:00:00.000Z' }));
await add('a seal cancelled since', 'unchecked', 'SEAL_STOPPED_SINCE', stopped({ status: 'cancelled', at: '2026-05-01T00:00:00.000Z' }));
await add('a seal stopped and started before', 'valid', 'SEAL_IN_FORCE', { ...stopped({ status: 'stopped', at: '2026-02-01T00:00:00.000Z' }, { status: 'in-use', at: '2026-03-01T00:00:00.000Z' }), by: 'credential' });
await add('a seal registered after', 'untrusted', 'SEAL_NOT_IN_FORCE', { seal: { history: [{ status: 'in-use', at: '2026-04-01T00:00:00.000Z' }] }, by: 'credential' });
await add('a seal registered in the same minute', 'valid', 'SEAL_IN_FORCE', { seal: { history: [{ status: 'in-use', at: instant(Date.parse(DRAFTED) + 60_000) }] } });
await add('a seal past its term then', 'untrusted', 'SEAL_NOT_IN_FORCE', { seal: { validUntil: '2026-03-01T00:00:00.000Z' }, by: 'credential' });
await add('a seal before its term', 'untrusted', 'SEAL_NOT_IN_FORCE', { seal: { validFrom: '2026-05-01T00:00:00.000Z' }, by: 'credential' });
await add('a seal past its term since', 'valid', 'SEAL_IN_FORCE', { seal: { validUntil: '2026-05-01T00:00:00.000Z' } });
await add('the kind is not that of the identifier', 'untrusted', 'TYPE_DIFFERS', { made: { type: KIND.drug }, by: 'credential' });
await add('no identifier of ours', 'untrusted', 'IDENTIFIER_WRONG', { made: { payload: (payload) => ({ ...payload, certificateIdentifier: identifierOf(`${KIND.food}.${BUREAU}.00000000000000000001` as never, 1).replace(/.$/, '-') }) }, by: 'credential' });
const placed = (uri: string, of: 'status' | 'line'): Given => ({ made: { payload: (payload) => ({ ...payload, [of]: { status_list: { uri, idx: 2 } } }) }, by: 'credential' });
await add("the place of the version in another agency's list", 'untrusted', 'PLACES_DIFFER', placed(`https://yizheng.example/status-lists/${MARKET}/1`, 'status'));
await add("the place of the line in a stranger's list", 'untrusted', 'PLACES_DIFFER', placed('https://yizheng.example/status-lists/91370303MA99TXT202/1', 'line'));
await add('a place without a list', 'untrusted', 'PLACES_DIFFER', placed('https://yizheng.example/', 'status'));
await add('the line in the list of who sealed before', 'valid', 'STATUS_VALID', { made: { qr: { line: { list: 7, index: 5, agency: MARKET } }, payload: (payload) => ({ ...payload, line: { status_list: { uri: `https://yizheng.example/status-lists/${MARKET}/7`, idx: 5 } } }) }, ...statusLists({}, { uri: `https://yizheng.example/status-lists/${MARKET}/7`, agency: MARKET, key: marketLists }) });
await add('the line in the list of who sealed before, suspended there', 'not-in-force', 'STATUS_SUSPENDED', { made: { qr: { line: { list: 7, index: 5, agency: MARKET } }, payload: (payload) => ({ ...payload, line: { status_list: { uri: `https://yizheng.example/status-lists/${MARKET}/7`, idx: 5 } } }) }, ...statusLists({}, { uri: `https://yizheng.example/status-lists/${MARKET}/7`, agency: MARKET, key: marketLists, places: { 5: SUSPENDED } }) });
const composed = (rollUp: RollUpRule, places: Readonly<Record<number, number>>, change: Partial<CredentialMember> = {}): Given => ({ made: { composition: { members: [member(40, change), member(41, { required: false })], rollUp } }, by: 'credential', ...statusLists({ places }) });
await add('a composite whose members are in force', 'valid', 'MEMBERS_IN_FORCE', composed('all', {}));
await add('a composite with a member suspended', 'not-in-force', 'MEMBERS_RESTRICTED', composed('all', { 41: SUSPENDED }));
await add('a composite that can do without it', 'valid', 'MEMBERS_REQUIRED_IN_FORCE', composed('required', { 41: SUSPENDED }));
await add('a composite with a member of which the lists say nothing', 'unchecked', 'MEMBERS_UNCHECKED', composed('all', {}, { line: { uri: `https://yizheng.example/status-lists/${BUREAU}/9`, idx: 40 } }));
await add('a composite with a member whose day has passed', 'unchecked', 'MEMBERS_UNCHECKED', composed('all', {}, { validUntil: '2026-05-31' as Day }));
await add('a composite with a member whose last day it is', 'valid', 'MEMBERS_IN_FORCE', composed('all', {}, { validUntil: '2026-06-01' as Day }));
await add('a composite with one member suspended and one not known', 'not-in-force', 'MEMBERS_RESTRICTED', composed('all', { 41: SUSPENDED }, { validUntil: '2026-05-31' as Day }));
await add('a gateway says suspended since', 'not-in-force', 'STATUS_SUSPENDED', { live: { status: 'SUSPENDED' } });
await add('a gateway says restored since', 'valid', 'STATUS_VALID', { live: {}, ...statusLists({ places: { 2: SUSPENDED } }) });
await add('a gateway speaks where lists are missing', 'valid', 'STATUS_VALID', { live: {}, ...statusLists() });
await add('a gateway says expired: the dates say that', 'valid', 'STATUS_VALID', { live: { status: 'EXPIRED' } });
await add("a gateway's word older than the list", 'not-in-force', 'STATUS_SUSPENDED', { live: { knownAt: instant(Date.parse(NOW) - 300_001) }, ...statusLists({ issuedAt: seconds(NOW) - 300, places: { 2: SUSPENDED } }) });
await add("a gateway's word of an hour ago", 'unchecked', 'STATUS_LIST_MISSING', { live: { knownAt: instant(Date.parse(NOW) - 3600_000) }, ...statusLists() });
await add("a gateway's word on another licence", 'unchecked', 'STATUS_LIST_MISSING', { live: { identifier: 'x' }, ...statusLists() });
await add('a gateway speaks where nothing is trusted', 'unchecked', 'TRUST_LIST_MISSING', { live: {}, question: { trust: undefined } });
for (const [what, text, code] of [['no credential', 'x~', 'CREDENTIAL_FORM'], ['alg none', 'eyJhbGciOiJub25lIn0.e30.~', 'CREDENTIAL_TYPE']] as const) cases.push({ name: what, outcome: 'untrusted', code, made: make(register.bureau), question: { presented: byCredential(text), trust: base, now: NOW } });
cases.push({ name: 'no QR', outcome: 'untrusted', code: 'QR_FORM', made: make(register.bureau), question: { presented: byQr('AAAA'), trust: base, now: NOW } });
cases.push({ name: 'an identifier alone', outcome: 'unchecked', code: 'LEDGER_UNREACHABLE', made: make(register.bureau), question: { presented: { by: 'identifier' }, trust: base, now: NOW } });

const purpose = { cause: '办理银行贷款', requester: '示例银行张店支行', expiresOn: '2026-06-01' as Day, madeAt: MADE_AT };
/** Sealed PDFs, off line: whole and sealed alike is all that can be said of the file. */
async function addPdf(name: string, outcome: Outcome, code: string, { by = register.bureau, change = {}, again, question }: { by?: typeof register.bureau; change?: Parameters<typeof sealedPaper>[2]; again?: boolean; question?: Partial<Question> } = {}): Promise<void> {
  const made = make(register.bureau);
  const { pdf, place } = await sealedPaper(by, made, change);
  const shown = again ? (await sealPdf(pdf, sealing(register.market, { ...place, x: 100 }))).pdf : pdf;
  cases.push({ name: `${name}, by PDF`, outcome, code, made, question: { presented: await byPdf(shown), trust: base, now: NOW, ...question } });
}
await addPdf('a good one', 'valid', 'PDF_SEALED');
await addPdf('sealed again', 'unchecked', 'PDF_SEAL_UNCHECKED', { again: true });
await addPdf('sealed by a stranger around a genuine credential', 'untrusted', 'PDF_SEAL_OF_ANOTHER', { by: register.stranger });
await addPdf('a copy', 'valid', 'PDF_COPY', { change: { purpose } });
await addPdf('a copy by another seal', 'unchecked', 'PDF_SEAL_UNCHECKED', { change: { purpose }, by: register.market });
await addPdf('a copy whose time has ended', 'not-in-force', 'PURPOSE_ENDED', { change: { purpose: { ...purpose, expiresOn: '2026-05-31' as Day } } });

void t.test('when a document is judged without a ledger', async (t) => {
  for (const { name, outcome, code, question } of cases) {
    const { verdict } = await assess(question);
    t.equal(verdict.outcome, outcome, `${name}: ${verdict.parts.map((part) => part.code).join(' ')}`);
    t.ok(verdict.parts.some((part) => part.code === code), `${name}: says ${code}`);
  }
  t.ok(cases.length >= 100, `${String(cases.length)} cases`);
});

void t.test('when nothing is trusted', async (t) => {
  for (const { name, question } of cases) {
    const { verdict: { outcome, parts } } = await assess({ ...question, trust: undefined });
    const unreadable = parts.some(({ check, result }) => check === 'form' && result === 'fail');
    t.equal(outcome, unreadable ? 'untrusted' : 'unchecked', `${name}: never invalid and never valid`);
  }
});

void t.test('when a check is taken away', async (t) => {
  for (const removed of CHECKS.filter((check) => check !== 'ledger')) {
    const checkers = Object.fromEntries(Object.entries(CHECKERS).filter(([check]) => check !== removed));
    const missed: string[] = [];
    for (const { name, question, outcome } of cases) if ((await assess(question, checkers)).verdict.outcome !== outcome) missed.push(name);
    t.ok(missed.length > 0, `${removed}: ${missed.slice(0, 3).join('; ')}`);
  }
});

void t.test('when a verdict is read', async (t) => {
  const made = make(register.bureau);
  const { verdict, document, by, checkedAt } = await assess({ presented: byCredential(made.credential), trust: base, now: NOW });
  t.match({ by, checkedAt, basis: verdict.basis, status: verdict.status }, { by: 'credential', checkedAt: NOW, basis: 'lists', status: 'VALID' });
  t.match(verdict.parts.find(({ check }) => check === 'status'), { ageSeconds: 3600, source: { of: 'status-list', agency: BUREAU, list: 1, block: BLOCK, at: instant(LISTED_AT * 1000) } });
  t.match(verdict.parts.find(({ check }) => check === 'signature'), { ageSeconds: 3600, source: { of: 'trust-list', block: BLOCK } });
  t.notOk(verdict.parts.some(({ check }) => check === 'ledger'), 'nothing is said of what was not asked');
  t.match(document, { kind: { name: { zh: '样例许可' }, sample: true }, issuer: { code: BUREAU, name: '演示局' }, validFrom: '2026-03-15', validUntil: '2029-03-14' });
  t.strictSame(document?.face.map(({ name, value }) => [name, value]), [['number', 'JY23703039999014'], ['holderName', '示例浮云餐饮有限公司'], ['personInCharge', '测试甲']]);
  const paper = await assess({ presented: byQr(made.qr), trust: base, now: NOW });
  t.match(paper.document, { displayName: '示例浮云餐饮有限公司', issuedOn: '2026-03-15', face: [] });
  const early = await assess({ presented: byCredential(made.credential), trust: base, now: instant(Date.parse(NOW) - DAY) });
  t.strictSame(early.verdict.parts.filter(({ result }) => result !== 'unchecked').map(({ check }) => check), ['form'], 'a clock that is wrong tells no days either');
  const forged = await assess({ presented: byCredential(make(register.bureau, { signature: broken }).credential), trust: base, now: NOW });
  t.equal(forged.document, undefined, 'a forger gets no stage');
  t.match((await assess({ presented: byCredential(made.credential), trust: undefined, now: NOW })).document, { kind: { type: KIND.food }, issuer: { code: BUREAU } });
});
