/** The trades for which one certificate is issued: what each is put together of, when it ends and how it is rolled up. */
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { COMPOSITE_TERMS, ROLL_UPS, type CompositeRule } from '#chaincode/facts/composite';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { KIND, KINDS, type KindName } from '#gateway/catalogue/kinds';
import { MATTERS, TRADES } from '#gateway/catalogue/matters';
import type { IssueInput } from '#gateway/acts/licence/inputs';
import { randomId } from '#gateway/keyring';
import { install, signed } from '#test/support/installation';
import { faults } from '#test/support/matchers';
import { foodFace } from '#test/support/samples';

const shortOf = (type: string) => Object.entries(KIND).find(([, each]) => each === type)?.[0] ?? type;
const composites = new Map<string, CompositeRule>(KINDS.flatMap(({ type, composite }) => (composite ? [[shortOf(type), composite]] : [])));
const members = (trade: string) => Object.fromEntries((composites.get(trade)?.members ?? []).map(({ kind, required }) => [shortOf(kind), required]));

void t.test('when trades are counted', async (t) => {
  t.strictSame([...composites.keys()], ['hotel', 'pharmacy', 'bookshop', 'convenience', 'restaurant', 'cafe', 'supermarket', 'pool', 'cinema']);
  t.strictSame(TRADES.map(({ code }) => code.toLowerCase()), [...composites.keys()], 'each can be applied for');
  t.strictSame([...new Set([...composites.values()].map(({ term }) => term))].sort(), [...COMPOSITE_TERMS].sort(), 'every rule on terms is one that a trade has');
  t.strictSame([...new Set([...composites.values()].map(({ rollUp }) => rollUp))].sort(), [...ROLL_UPS].sort());
});

void t.test('when a trade is put together', async (t) => {
  t.strictSame(members('hotel'), { food: true, hygiene: true });
  t.strictSame(members('pharmacy'), { drug: true, food: false, device: false });
  t.strictSame(members('bookshop'), { publication: true, food: false });
  for (const each of ['convenience', 'restaurant', 'cafe']) t.match(members(each), { food: true, liquor: false, fire: false }, each);
  // 国发〔2016〕12号: they need no hygiene permit any more.
  for (const each of ['restaurant', 'cafe']) t.notOk('hygiene' in members(each), each);
});

void t.test('when a trade is applied for', async (t) => {
  for (const { code, matters } of TRADES) {
    const granted = matters.map((each) => shortOf(MATTERS.find((matter) => matter.code === each)?.kind ?? each));
    const possible = members(code.toLowerCase());
    for (const kind of granted) t.ok(kind in possible, `${code}: ${kind} belongs to it`);
    for (const [kind, required] of Object.entries(possible)) if (required) t.ok(granted.includes(kind), `${code}: ${kind} is applied for`);
  }
});

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const clerk = installation.acting('clerk');
const WHO = { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', premises: '示例市张店区示例路1号' };
const { today } = services.drafter;
let serial = 400;
/** A face that has what its kind asks for. */
const faceOf = (kind: KindName) => (kind === 'food' ? { ...foodFace(serial++), ...WHO } : Object.fromEntries((KINDS.find(({ type }) => type === KIND[kind])?.fields ?? []).filter(({ required }) => required).map(({ name, choices }) => [name, (WHO as Record<string, string>)[name] ?? choices?.[0] ?? `样例${String(serial++)}`])));
const issue = async (kind: KindName, change: Partial<IssueInput> = {}) => {
  const input: IssueInput = { op: 'issue', kind: KIND[kind], face: faceOf(kind), ...change };
  const needed = KINDS.find(({ type }) => type === KIND[kind])?.persons['issue'] ?? 1;
  const made = needed === 1 ? await services.acts.perform(clerk, randomId(), input) : await signed(installation, ['clerk', 'approver'], input);
  return made.identifier ?? '';
};
const until = (days: number) => ({ validUntil: addDays(today, days) });
const licenceOf = (identifier: string) => services.lookup.byIdentifier(identifier).licence;
const suspend = (identifier: string) => services.acts.perform(clerk, randomId(), { op: 'suspend', licence: licenceOf(identifier)?.licence ?? '', reason: 'RECTIFICATION', basis: 'SPAQF-124' });

void t.test('when a pharmacy has its side lines', async (t) => {
  const [drug, food, device] = [await issue('drug', until(900)), await issue('food', until(500)), await issue('device', until(700))];
  const pharmacy = await issue('pharmacy', { members: [drug, food, device] });
  t.match(licenceOf(pharmacy), { status: 'VALID', ...until(500), members: [{ required: true }, { required: false }, { required: false }] });
  await suspend(device);
  t.match(licenceOf(pharmacy), { status: 'VALID', members: [{ status: 'VALID' }, { status: 'VALID' }, { status: 'SUSPENDED' }] }, 'drugs are sold as before');
  await suspend(drug);
  t.equal(licenceOf(pharmacy)?.status, 'RESTRICTED');
});

void t.test('when a bookshop has a coffee corner', async (t) => {
  const bought = [await issue('publication'), await issue('food', until(60))];
  await faults(t, () => issue('bookshop', { members: bought, ...until(60) }), 'REFUSED', 'MEMBER_TERM');
  const bookshop = await issue('bookshop', { members: bought });
  t.equal(licenceOf(bookshop)?.validUntil, undefined, 'no end of its own');
  installation.clock.aheadMs += 70 * 86_400_000;
  t.match(licenceOf(bookshop), { status: 'VALID', members: [{ status: 'VALID' }, { status: 'EXPIRED' }] });
  installation.clock.aheadMs = 0;
});

void t.test('when a supermarket has many permits', async (t) => {
  const listed = [await issue('food', until(300)), await issue('fire'), await issue('hygiene', until(200)), await issue('liquor'), await issue('publication')];
  await faults(t, () => issue('supermarket', { members: listed }), 'REFUSED', 'TERM_MISSING');
  await faults(t, () => issue('supermarket', { members: listed, ...until(365 * 6) }), 'REFUSED', 'TERM_TOO_LONG');
  t.match(licenceOf(await issue('supermarket', { members: listed, ...until(365 * 4) })), { status: 'VALID', ...until(365 * 4) }, 'as long as the decision says');
  await faults(t, () => issue('supermarket', { members: listed.slice(0, 1), ...until(100) }), 'REFUSED', 'MEMBER_REQUIRED');
});

void t.test('when every other trade is put together of all that it may have', async (t) => {
  for (const trade of ['convenience', 'restaurant', 'cafe', 'pool', 'cinema'] as const) {
    const listed: string[] = [];
    for (const kind of Object.keys(members(trade)) as KindName[]) listed.push(await issue(kind, ['food', 'hygiene', 'sports'].includes(kind) ? until(400) : {}));
    const made = licenceOf(await issue(trade, { members: listed }));
    t.match(made, { status: 'VALID', ...until(400) }, trade);
    t.strictSame(made?.members?.map(({ licence }) => shortOf(splitLicenceId(licence as LicenceId).type)), Object.keys(members(trade)), trade);
  }
});
