/** Reverse trace over HTTP: a licence falls, and all that relied on it is somebody's work until he has said what came of it. */
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { mod11_10 } from '#chaincode/facts/check-digit';
import { grantDigest } from '#chaincode/facts/grant';
import { base64url } from '#chaincode/facts/hash';
import { traceDue } from '#chaincode/facts/trace';
import type { Dossier } from '#gateway/acts/audit/audit';
import { signAct, type Signable } from '#gateway/acts/licence/sign';
import type { TraceView } from '#gateway/acts/audit/trace';
import { KIND } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { grantDetailsCommitment, grantDetailsText } from '#gateway/documents/grant';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { installApp } from '#test/support/app';
import { businessLicence, newCompany, type Company } from '#test/support/companies';
import { newDevice, signedBy, takenUp } from '#test/support/holders';
import { permit, signed } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const as = (name: string) => authorized(installation.acting(name));
const clerk = installation.acting('clerk');
const today = todayOf(services.clock, services.drafter.zone);

const post = async (url: string, payload: object, who = 'clerk') => app.inject({ method: 'POST', url, headers: as(who), payload });
const traces = async (query = '', who = 'clerk', path = '/api/traces') => (await app.inject({ url: `${path}${query}`, headers: as(who) })).json<{ traces: TraceView[]; next?: string }>();
const dossier = async (identifier: string) => (await app.inject({ url: `/api/audit/licences/${identifier}`, headers: as('auditor') })).json<Dossier>();
const close = (change: object, who = 'clerk') => post('/api/traces/close', { requestId: randomId(), outcome: 'upheld', ...change }, who);
const refusalOf = (answer: { json(): unknown }) => { const { code, detail = '' } = answer.json() as { code: string; detail?: string }; return `${code} ${detail}`; };

let serial = 30;
const foodNumber = () => { const digits = `23703039999${String(serial++)}`; return `JY${digits}${mod11_10(digits) ?? ''}`; };

/** A company with a business licence, a food permit granted on it by an application, and a hotel certificate over that. */
async function founded(validUntil = '2030-03-14') {
  const company: Company = newCompany();
  const business = await services.acts.perform(clerk, randomId(), businessLicence(company));
  const form = { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', premises: '示例市张店区示例路9号', foodBusinessForm: '餐饮服务经营者', foodScope: '热食类食品制售' };
  const received = await post('/api/applications', { requestId: randomId(), holder: company.code, matters: [{ matter: 'FOOD_NEW', variant: 'USUAL' }], form, given: ['promise/TRUTH', 'paper/FLOOR_PLAN'], applicant: { name: '测试甲', capacity: 'holder' }, channel: 'counter' });
  const { id } = received.json<{ id: string }>();
  await post(`/api/applications/${id}/steps`, { requestId: randomId(), act: 'accept' });
  const decided = await post(`/api/applications/${id}/decisions`, { requestId: randomId(), matter: 'FOOD_NEW', outcome: 'granted', docNo: '张审批（演示）许字〔2026〕第31号', basis: 'XZXKF-38', issue: { face: { number: foodNumber() }, validUntil } });
  if (decided.statusCode !== 201) throw new Error(received.body + decided.body);
  const event = services.projection.get('application', id)?.events.at(-1);
  const food = event?.licence ?? '';
  const hygiene = await services.acts.perform(clerk, randomId(), permit({}, { holderName: company.name, holderCode: company.code }));
  const identifierOf = (licence: string) => services.lookup.current(licence, clerk.agency)?.identifier ?? '';
  const hotel = await services.acts.perform(clerk, randomId(), { op: 'issue', kind: KIND.hotel, members: [identifierOf(food), hygiene.identifier ?? ''], face: { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', premises: '示例市张店区示例路9号', number: `（演示）行综字〔2026〕${String(serial++)}号` } });
  return { company, application: id, seq: event?.seq ?? 0, business, food, foodIdentifier: identifierOf(food), hotel };
}

const first = await founded();
const otherOf = async (subject: string, licence: string) => (await services.projection.licencesOf(subject, 9)).find((id) => id !== licence) ?? '';
const annul = (licence: string) => signed(installation, ['clerk', 'approver'], { op: 'annul', licence, reason: 'GRANTED_UNLAWFULLY', effectiveOn: today });

void t.test('when a licence is annulled on which a decision rested', async (t) => {
  t.strictSame((await traces()).traces, [], 'nothing fell yet');
  await annul(first.business.licence ?? '');
  const { traces: [work, ...rest] } = await traces();
  t.strictSame(rest, []);
  t.match(work, {
    licence: first.business.licence, fell: { act: 'annul', event: 2, on: today, reason: 'GRANTED_UNLAWFULLY' }, item: { noun: 'decision', id: first.application, seq: first.seq, identifier: first.foodIdentifier },
    owner: { code: clerk.agency }, dueOn: traceDue(today), state: 'open', overdue: false,
  });
  t.strictSame((await traces('', 'market')).traces, [], 'none of another agency');
  t.match((await traces('', 'auditor', '/api/audit/traces')).traces.map(({ id }) => id), [work?.id]);
  t.equal((await app.inject({ url: '/api/traces', headers: as('auditor') })).statusCode, 403);
  t.equal((await app.inject({ url: `/api/audit/traces?agency=${installation.acting('market').agency}`, headers: as('auditor') })).statusCode, 404);
  t.match((await dossier(first.business.identifier ?? '')), { relied: [{ noun: 'decision', id: first.application, state: 'granted' }], traces: [{ id: work?.id, state: 'open' }] });
});

void t.test('when a cursor is forged', async (t) => {
  for (const before of ['zzz', '2026-99-99/x', '0', '9999-12-31/~'.replace('~', 'z')]) t.ok((await app.inject({ url: `/api/traces?before=${encodeURIComponent(before)}`, headers: as('clerk') })).statusCode < 500, before);
});

void t.test('when the permit falls in its turn', async (t) => {
  await annul(first.food);
  const open = (await traces('?state=open')).traces;
  t.match(open.map(({ item }) => item.noun).sort(), ['composite', 'decision']);
  t.match(open.find(({ item }) => item.noun === 'composite'), { licence: first.food, item: { identifier: first.hotel.identifier } });
  const pages = [await traces('?limit=1'), await traces(`?limit=1&before=${encodeURIComponent((await traces('?limit=1')).next ?? '')}`)];
  t.strictSame(pages.flatMap((page) => page.traces.map(({ id }) => id)), open.map(({ id }) => id), 'page by page');
});

void t.test('when its holder has granted it to an agency', async (t) => {
  const { business, company } = await founded();
  const subject = `uscc:${company.code}`;
  const phone = await takenUp(installation, newDevice(subject));
  const market = installation.acting('market');
  const given = async (licence: string) => {
    const [opening, now] = [Buffer.alloc(32, 9), services.clock.now()];
    const details = grantDetailsText({ v: 1, licences: [{ licence, fields: ['number'] }], purpose: 'CREDIT', text: { zh: '同意', en: 'yes' } });
    const grant = { id: randomId(), subject, grantee: market.agency, notBefore: new Date(now - 60_000).toISOString(), notAfter: new Date(now + 3600_000).toISOString(), uses: 1, details: grantDetailsCommitment(opening, details) };
    await services.grants.put({ grant, text: details, opening: base64url(opening) }, signedBy(phone, grantDigest(services.projection.get('ledger', 'settings')?.ledger ?? '', grant)));
    return grant.id;
  };
  const [grant] = [await given(business.licence ?? ''), await given(await otherOf(subject, business.licence ?? ''))];
  await annul(business.licence ?? '');
  t.match((await traces('?state=open', 'market')).traces, [{ item: { noun: 'grant', id: grant }, owner: { code: market.agency } }], 'and the grant of another licence is none of it');
  t.equal((await close({ licence: business.licence, event: 2, item: { grant } }, 'market')).statusCode, 201);
  t.strictSame((await traces('?state=open', 'market')).traces, []);
  for (const { item, licence, fell } of (await traces('?state=open')).traces.filter((each) => each.licence === business.licence)) await close({ licence, event: fell.event, item: { application: item.id, seq: item.seq } });
});

void t.test('when work is closed', async (t) => {
  const [decision, composite] = [{ licence: first.business.licence, event: 2, item: { application: first.application, seq: first.seq } }, { licence: first.food, event: 2, item: { composite: first.hotel.licence } }];
  t.match(refusalOf(await close({ ...composite, outcome: 'ended' })), /TRACE_OUTCOME|REFUSED/);
  t.equal((await close(composite, 'market')).statusCode, 409, 'not by another agency');
  t.equal((await close(composite, 'auditor')).statusCode, 403, 'not by whoever audits');
  t.equal((await close({ ...decision, outcome: 'ended' })).statusCode, 201, 'the permit has been annulled since');
  t.equal((await close(composite)).statusCode, 201);
  t.equal((await close(composite)).statusCode, 409, 'once');
  t.strictSame((await traces('?state=open')).traces, []);
  t.match((await traces('?state=closed')).traces.map(({ outcome, closedBy, closedAt }) => [outcome, closedBy, closedAt]).sort(), [['ended', clerk.staff, /Z$/], ['upheld', clerk.staff, /Z$/], ['upheld', clerk.staff, /Z$/]], 'and stays listed');
  const done = (await app.inject({ url: `/api/audit/acts?actor=${clerk.staff}&act=ended`, headers: as('auditor') })).json<{ acts: { noun: string }[] }>();
  t.match(done.acts, [{ noun: 'trace' }], 'it is one of his acts');
});

/** A business licence, and a food permit that a rule issued upon it. */
async function byRule() {
  const company = newCompany();
  const business = await services.acts.perform(clerk, randomId(), businessLicence(company));
  const requestId = randomId();
  const face = { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', residence: '示例市张店区示例路9号', premises: '示例市张店区示例路9号', businessForm: '餐饮服务经营者', scope: '热食类食品制售', number: foodNumber() };
  const shown = (await post('/api/automatic', { requestId, kind: KIND.food, face, promise: Buffer.from('%PDF 承诺').toString('base64'), validUntil: addDays(today, 700) }, 'machine')).json<Signable>();
  const issued = (await post(`/api/drafts/${requestId}/signatures`, { actors: [signAct(installation.file('machine'), shown)] }, 'machine')).json<{ licence: string; identifier: string }>();
  return { business, issued };
}

void t.test('when a permit was issued by rule upon it', async (t) => {
  const { business, issued } = await byRule();
  t.match((await dossier(business.identifier ?? '')).relied, [{ noun: 'permit', id: issued.licence, identifier: issued.identifier, state: 'VALID' }]);
  await annul(business.licence ?? '');
  const [work, ...rest] = (await traces('?state=open')).traces.filter(({ licence }) => licence === business.licence);
  t.strictSame(rest, []);
  t.match(work, { item: { noun: 'permit', id: issued.licence, identifier: issued.identifier }, owner: { code: clerk.agency }, dueOn: traceDue(today) });
  t.match(refusalOf(await close({ licence: business.licence, event: 2, item: { permit: first.food } })), 'TRACE_UNKNOWN', 'of another holder');
  t.match(refusalOf(await close({ licence: business.licence, event: 2, item: { composite: issued.licence } })), 'TRACE_UNKNOWN', 'it lists nothing');
  t.match(refusalOf(await close({ licence: business.licence, event: 2, item: { permit: issued.licence }, outcome: 'ended' })), 'TRACE_OUTCOME');
  await annul(issued.licence);
  t.equal((await close({ licence: business.licence, event: 2, item: { permit: issued.licence }, outcome: 'ended' })).statusCode, 201);
  t.match((await traces('?state=closed')).traces.filter(({ licence }) => licence === business.licence), [{ outcome: 'ended' }]);
});

void t.test('when a term ends without an act', async (t) => {
  const soon = addDays(today, 10);
  const { food, hotel, business } = await founded(soon);
  t.strictSame((await traces('?state=open')).traces, []);
  installation.clock.aheadMs = 11 * 86_400_000;
  t.match((await traces('?state=open')).traces, [{ licence: food, fell: { act: 'expire', on: soon, version: 1 }, item: { noun: 'composite', identifier: hotel.identifier }, dueOn: addDays(soon, 31) }]);
  installation.clock.aheadMs = 60 * 86_400_000;
  t.match((await traces('?state=open')).traces, [{ licence: food, overdue: true }]);
  installation.clock.aheadMs = 0;
  await services.acts.perform(clerk, randomId(), { op: 'renew', licence: food, validUntil: '2031-03-14' });
  installation.clock.aheadMs = 11 * 86_400_000;
  t.strictSame((await traces('?state=open')).traces, [], 'what was renewed has not ended');
  installation.clock.aheadMs = 0;
  await services.acts.perform(clerk, randomId(), { op: 'change', licence: business.licence ?? '', face: { premises: '示例市张店区示例路11号' } });
  t.match((await traces('?state=open')).traces, [{ licence: business.licence, fell: { act: 'change', event: 2 }, item: { noun: 'decision' } }], 'what was changed is looked at again');
});

void t.test('when another agency takes over a permit', async (t) => {
  const { business, issued } = await byRule();
  await annul(business.licence ?? '');
  const branch = installation.acting('branch').agency;
  await signed(installation, ['clerk', 'approver'], { op: 'transfer', licence: issued.licence, to: branch, reason: 'RIGHTS_MOVED' });
  await signed(installation, ['branch'], { op: 'accept', licence: issued.licence });
  const left = async (who: string) => (await traces('?state=open', who)).traces.filter(({ licence }) => licence === business.licence);
  t.match(await left('branch'), [{ owner: { code: branch }, item: { noun: 'permit', id: issued.licence } }], 'the work goes with it');
  t.strictSame(await left('clerk'), []);
  t.equal((await dossier(business.identifier ?? '')).traces.length, 1, 'once, whoever had it before');
});

void t.test('when the right to a composite has moved to another agency', async (t) => {
  const { food, hotel } = await founded();
  const market = installation.acting('market').agency;
  await signed(installation, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.hotel, right: 'issue', from: clerk.agency, to: market, on: today } });
  await annul(food);
  const ofHotel = async (who: string) => (await traces('?state=open', who)).traces.filter(({ item }) => item.identifier === hotel.identifier);
  t.match(await ofHotel('market'), [{ licence: food, owner: { code: market }, item: { noun: 'composite' } }], 'whoever may close it sees it');
  t.strictSame(await ofHotel('clerk'), [], 'and nobody else');
  t.equal((await close({ licence: food, event: 2, item: { composite: hotel.licence } }, 'market')).statusCode, 201);
});

void t.test('when the index is read anew from the first block', async (t) => {
  await installation.restart(async () => { t.strictSame((await reconcile(installation.data, () => undefined)).findings, [], 'it has the same rows'); });
});
