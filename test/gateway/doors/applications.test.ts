/** Applications through the door: from the one form to delivery, in one agency's hands, with every value's source. */
import t from 'tap';
import type { ApplicationView } from '#gateway/acts/applications/application-view';
import { applicationCommitment } from '#gateway/acts/applications/application-shelf';
import { mod11_10 } from '#chaincode/facts/check-digit';
import { fromBase64url } from '#chaincode/facts/hash';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { businessLicence, newCompany, type Company } from '#test/support/companies';
import { signed } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const as = (name: string) => authorized(installation.acting(name));
const post = (url: string, payload: object, who = 'clerk') => app.inject({ method: 'POST', url, headers: as(who), payload });
const get = (url: string, who = 'clerk') => app.inject({ url, headers: as(who) });
const view = async (id: string) => (await get(`/api/applications/${id}`)).json<ApplicationView>();
const faultsOf = (response: { json: () => unknown }) => { const { code, fields = [] } = response.json() as { code: string; fields?: { field: string; code: string }[] }; return [code, ...fields.map((each) => `${each.field} ${each.code}`)]; };

/** A food permit number whose check digit is right. */
const foodNumber = (serial: string): string => `JY23703039999${serial}${mod11_10(`23703039999${serial}`) ?? ''}`;

async function hotel(): Promise<Company> {
  const company = newCompany();
  await services.acts.perform(installation.acting('clerk'), randomId(), businessLicence(company));
  return company;
}
const formOf = ({ code, name }: Company, change: object = {}) => ({ holderName: name, holderCode: code, personInCharge: '测试甲', premises: '示例市张店区示例路9号', foodBusinessForm: '餐饮服务经营者', foodScope: '热食类食品制售', hygieneScope: '住宿', ...change });
const application = (company: Company, change: object = {}) => ({ requestId: randomId(), holder: company.code, trade: 'HOTEL', form: formOf(company), given: ['promise/TRUTH', 'paper/FLOOR_PLAN'], applicant: { name: '测试甲', capacity: 'holder' }, channel: 'counter', ...change });
const received = async (company: Company, change: object = {}) => {
  const response = await post('/api/applications', application(company, change));
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json<{ id: string; number: string }>();
};
const step = (id: string, act: string, change: object = {}) => post(`/api/applications/${id}/steps`, { requestId: randomId(), act, ...change });
const food = (number: string) => ({ matter: 'FOOD_NEW', outcome: 'granted', docNo: '张审批（演示）许字〔2026〕第31号', basis: 'XZXKF-38', issue: { face: { number }, validUntil: '2030-03-14' } });
const decide = (id: string, change: object) => post(`/api/applications/${id}/decisions`, { requestId: randomId(), ...change });

t.test('when a hotel applies once for all it needs', async (t) => {
  const company = await hotel();
  const { id, number } = await received(company, { form: formOf(company, { premises: '示例市张店区示例路10号' }), caseNo: 'SD-2026-000017' });
  t.match(number, /^370303\d{8}00001\d$/);
  const shown = await view(id);
  t.match(shown, { number, caseNo: 'SD-2026-000017', state: 'received', holder: { name: company.name }, trade: { code: 'HOTEL' }, applicant: { name: '测试甲', capacity: 'holder' }, next: ['accept', 'correct', 'reject', 'withdraw'] });
  const entry = (name: string) => shown.form.find((each) => each.name === name);
  t.match(entry('holderName'), { value: company.name, source: { kind: KIND.business, field: 'holderName', use: 'own', at: /Z$/ } });
  t.equal(entry('holderName')?.source?.value, undefined);
  t.match(entry('premises'), { value: '示例市张店区示例路10号', source: { value: '示例市张店区示例路9号' }, changed: { by: installation.acting('clerk').staff, at: /Z$/ } }, 'a change beside its source');
  t.match(entry('foodScope'), { value: '热食类食品制售' });
  t.equal(entry('foodScope')?.source, undefined);
  t.match(shown.materials.map(({ key, state }) => `${key} ${state}`).sort(), [`licence/${KIND.business} held`, 'paper/EQUIPMENT absent', 'paper/FLOOR_PLAN handed', 'paper/FOOD_SAFETY_RULES absent', 'paper/HYGIENE_RULES absent', 'paper/HYGIENE_TEST absent', 'paper/USE_OF_PREMISES absent', 'promise/TRUTH promised'].sort());

  t.equal((await step(id, 'correct')).statusCode, 422, 'what is to be put right must be said');
  t.equal((await step(id, 'correct', { note: '请补交卫生检测报告' })).statusCode, 201);
  t.equal((await step(id, 'resubmit', { form: formOf(company), given: ['promise/TRUTH', 'paper/FLOOR_PLAN', 'paper/HYGIENE_TEST'] })).statusCode, 201);
  const again = await view(id);
  t.match(again.events.map(({ act, note }) => [act, note]), [['receive', undefined], ['correct', '请补交卫生检测报告'], ['resubmit', undefined]]);
  const back = again.form.find(({ name }) => name === 'premises');
  t.match(back, { value: '示例市张店区示例路9号', source: { field: 'premises' } });
  t.equal(back?.changed, undefined, 'changed back to what the licence says');
  t.match(again.materials.find(({ key }) => key === 'paper/HYGIENE_TEST'), { state: 'handed' });

});

t.test('when matters are decided', async (t) => {
  const company = await hotel();
  const { id } = await received(company);
  t.equal((await step(id, 'accept')).statusCode, 201);
  t.strictSame(faultsOf(await decide(id, food(`${foodNumber('07').slice(0, 15)}x`))), ['FACE_INVALID', 'number NUMBER_CHECK_DIGIT']);
  t.strictSame(faultsOf(await decide(id, { ...food(foodNumber('05')), issue: { face: { number: 'x', scope: '其他' } } })), ['FACE_INVALID', 'scope FORM_SAYS_IT']);
  t.strictSame(faultsOf(await decide(id, { ...food('x'), matter: 'DRUG_NEW' })), ['FACE_INVALID', 'matter MATTER_UNKNOWN']);
  const once = { requestId: randomId(), ...food(foodNumber('05')) };
  const first = await post(`/api/applications/${id}/decisions`, once);
  t.equal(first.statusCode, 201, first.body);
  const { licence, identifier } = first.json<{ licence: string; identifier: string }>();
  const again = await post(`/api/applications/${id}/decisions`, once);
  t.match([again.statusCode, again.json()], [200, { licence, replayed: true }], 'sent again it is not done twice');
  t.equal(services.lookup.byIdentifier(identifier).verdict.outcome, 'valid', 'the licence is issued with the decision');
  t.match(services.projection.get('licence', licence), { subject: `uscc:${company.code}`, events: [{ docNo: '张审批（演示）许字〔2026〕第31号' }] });
  const half = await view(id);
  t.match(half, { state: 'accepted', matters: [{ matter: 'FOOD_NEW', outcome: 'granted', identifier }, { matter: 'HYGIENE_NEW' }] });
  t.strictSame(half.events.at(-1)?.reliedOn, half.reliedOn, 'it keeps what it relied on');
  t.equal(half.reliedOn.length, 1);
  t.equal((await decide(id, { matter: 'HYGIENE_NEW', outcome: 'refused', docNo: '张审批（演示）不许字〔2026〕第2号', basis: 'XZXKF-38' })).statusCode, 201);
  t.equal((await step(id, 'deliver', { note: '窗口领取' })).statusCode, 201);
  t.match(await view(id), { state: 'delivered', next: [] });
  t.notMatch(JSON.stringify(services.projection.get('application', id)), /示例|测试|窗口/, 'nothing of the form on the ledger');
});

t.test('when the rules refuse the decision', async (t) => {
  const company = await hotel();
  const { id } = await received(company);
  t.strictSame(faultsOf(await decide(id, food(foodNumber('06')))), ['APPLICATION_STATE', 'op APPLICATION_STATE'], 'told what stood in the way, not that a batch was rolled back');
  t.equal((await get(`/api/numbers/${foodNumber('06')}`)).statusCode, 404, 'and no licence was issued');
  const later = await step(id, 'accept', { conditions: [{ matter: 'FOOD_NEW', material: 'FLOORPLAN', dueOn: '2026-04-01', consequence: 'reminder' }] });
  t.match(later.json(), { code: 'CONDITION_NOT_ALLOWED', fields: [{ choices: ['LAYOUT', 'HEALTH_CERTIFICATES', 'TENANCY'] }] }, 'what may come later of that kind is said');
  t.strictSame(faultsOf(await step(id, 'accept', { after: 9 })), ['APPLICATION_CHANGED', 'after APPLICATION_CHANGED']);
  t.strictSame(faultsOf(await step(id, 'reject')), ['DOCUMENT_NUMBER_MISSING', 'docNo DOCUMENT_NUMBER_MISSING']);
});

t.test('when a licence takes two persons', async (t) => {
  const company = await hotel();
  const { id } = await received(company, { trade: undefined, matters: [{ matter: 'DRUG_NEW' }], form: { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', premises: '示例市张店区示例路9号', drugQualityManager: '测试乙', drugMode: '零售', drugScope: '中成药' } });
  await step(id, 'accept');
  const face = { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', qualityManager: '测试乙', premises: '示例市张店区示例路9号', mode: '零售', scope: '中成药', number: '（演示）鲁DB533000031' };
  t.strictSame(faultsOf(await decide(id, { matter: 'DRUG_NEW', outcome: 'granted', docNo: '张审批（演示）许字〔2026〕第32号', issue: { face: { number: face.number }, validUntil: '2030-03-14' } })), ['ACTOR_OWN_KEY_NEEDED', 'actors ACTOR_OWN_KEY_NEEDED']);
  const issued = await signed(installation, ['clerk', 'approver'], { op: 'issue', kind: KIND.drug, face, validUntil: '2030-03-14' });
  const record = services.projection.get('application', id);
  const act = { op: 'application.decide', id, after: record?.events.length ?? 0, authority: record?.agency ?? '', matter: 'DRUG_NEW', outcome: 'granted', docNo: '张审批（演示）许字〔2026〕第32号', licence: issued.licence ?? '', version: 1, reliedOn: [] } as const;
  await signed(installation, ['clerk', 'approver'], { op: 'register', act: act as never });
  t.match(await view(id), { state: 'decided', matters: [{ outcome: 'granted', identifier: issued.identifier }] });
});

t.test('when an application is looked for', async (t) => {
  const company = await hotel();
  const { id, number } = await received(company, { caseNo: 'SD-2026-000018', channel: 'api' });
  t.equal((await get(`/api/applications/numbers/${number}`)).json<ApplicationView>().id, id);
  t.equal((await get('/api/applications/cases/SD-2026-000018')).json<ApplicationView>().id, id);
  t.equal((await get('/api/applications/cases/SD-2026-000019')).statusCode, 404);
  t.strictSame(faultsOf(await post('/api/applications', application(company, { caseNo: 'SD-2026-000018' }))), ['CONFLICT', 'caseNo CASE_NUMBER_TAKEN']);
  for (const path of [id, `numbers/${number}`, 'cases/SD-2026-000018']) t.equal((await get(`/api/applications/${path}`, 'market')).statusCode, 404, 'another agency finds nothing');
  const rows = (await get('/api/applications?limit=2')).json<{ applications: { id: string; cursor: string; number: string; holderName: string }[] }>().applications;
  t.match(rows[0], { id, number, holderName: company.name, state: 'received' });
  const more = (await get(`/api/applications?limit=2&before=${encodeURIComponent(rows[1]?.cursor ?? '')}`)).json<{ applications: { id: string }[] }>().applications;
  t.notOk(more.some((row) => rows.some((other) => other.id === row.id)));
  t.equal((await get('/api/applications?state=delivered')).json<{ applications: { state: string }[] }>().applications.every(({ state }) => state === 'delivered'), true);
  t.strictSame((await get('/api/applications', 'market')).json(), { applications: [] });
});

t.test('when the same request comes twice', async (t) => {
  const company = await hotel();
  const body = application(company);
  const first = (await post('/api/applications', body)).json<{ id: string; number: string }>();
  const again = await post('/api/applications', body);
  t.match([again.statusCode, again.json()], [200, { id: first.id, number: first.number, replayed: true }]);
  t.strictSame(faultsOf(await post('/api/applications', { ...body, given: [] })), ['REQUEST_ID_REUSED']);
});

t.test('when the form is wrong', async (t) => {
  const company = await hotel();
  const wrong = async (change: object, ...expected: string[]) => { t.strictSame(faultsOf(await post('/api/applications', application(company, change))), ['FACE_INVALID', ...expected]); };
  await wrong({ form: formOf(company, { foodScope: undefined }) }, 'foodScope FIELD_MISSING');
  await wrong({ form: formOf(company, { colour: '红' }) }, 'colour FIELD_UNKNOWN');
  await wrong({ form: formOf(company, { foodBusinessForm: '其他' }) }, 'foodBusinessForm FIELD_NOT_A_CHOICE');
  await wrong({ form: formOf(company, { holderCode: '91370303MA99TXT04C' }) }, 'holderCode HOLDER_DIFFERS');
  await wrong({ form: formOf(company, { holderCode: 'x', foodScope: '' }) }, 'holderCode USCC_CHECK_DIGIT', 'foodScope FIELD_MISSING');
  await wrong({ form: formOf(company, { hygieneScope: '' }), applicant: { name: ' ', capacity: 'holder' } }, 'hygieneScope FIELD_MISSING', 'name FIELD_MISSING');
  await wrong({ given: ['paper/NOTHING'] }, 'given MATERIAL_UNKNOWN');
  await wrong({ holder: '91370303MA99TX0019' }, 'holder HOLDER_CODE');
  for (const change of [{ extra: 1 }, { channel: 'fax' }, { applicant: { name: '\n', capacity: 'holder' } }, { caseNo: 'a\nb' }, { requestId: 'x' }]) t.equal((await post('/api/applications', application(company, change))).statusCode, 400, JSON.stringify(change));
  const { id } = await received(company);
  t.strictSame(faultsOf(await step(id, 'accept', { form: formOf(company) })), ['FACE_INVALID', 'form FIELD_UNEXPECTED']);
  t.equal((await step(id, 'decide')).statusCode, 400);
  t.equal((await step(randomId(), 'accept')).statusCode, 404);
  t.equal((await post(`/api/applications/${id}/steps`, { requestId: randomId(), act: 'accept' }, 'market')).statusCode, 404);
});

t.test('when the form is asked for before it is sent', async (t) => {
  const company = await hotel();
  const body = application(company, { applicant: { name: '测试乙', capacity: 'agent' } });
  const form = (await post('/api/forms', { requestId: body.requestId, holder: company.code, trade: 'HOTEL' })).json<{ number: string; form: { name: string; value?: string; at?: string }[] }>();
  t.equal(form.form.find(({ name }) => name === 'holderName')?.value, company.name);
  const { id, number } = (await post('/api/applications', body)).json<{ id: string; number: string }>();
  t.equal(number, form.number, 'the number under which the licences were used');
  t.equal((await view(id)).form.find(({ name }) => name === 'holderName')?.source?.at, form.form.find(({ name }) => name === 'holderName')?.at);
  t.equal((await services.uses.page(installation.acting('clerk').agency, { side: 'agency', limit: 200 })).filter(({ act, caseNo }) => act === 'use' && caseNo === number).length, 2, 'and no use is added by sending it');
  t.strictSame(faultsOf(await post('/api/forms', { requestId: randomId(), holder: 'x', trade: 'HOTEL' })), ['FACE_INVALID', 'holder HOLDER_CODE']);
});

t.test('when what is kept is compared with the ledger', async (t) => {
  const { id } = await received(await hotel());
  const record = services.projection.get('application', id);
  const digest = record?.events[0]?.details ?? '';
  const kept = services.vault.kept(`application/${id}/${digest}`, record?.subject ?? '') as { details: never; opening: string };
  t.equal(applicationCommitment(fromBase64url(kept.opening) ?? new Uint8Array(), kept.details), digest);
});
