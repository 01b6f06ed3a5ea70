/** What a holder needs: found, judged, shared, counted, and nothing opened that may not be. */
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { KIND } from '#gateway/catalogue/kinds';
import { MATTERS, TRADES } from '#gateway/catalogue/matters';
import { randomId } from '#gateway/keyring';
import { registerOf } from '#gateway/acts/use/may-use';
import { Materials } from '#gateway/acts/applications/materials';
import { GatewayFault } from '#gateway/fault';
import { businessLicence, newCompany } from '#test/support/companies';
import { scenePut } from '#test/support/holders';
import { install, permit, signed } from '#test/support/installation';
import { BRANCH, BUREAU } from '#test/support/ledger';
import { faults } from '#test/support/matchers';

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const clerk = installation.acting('clerk');
const issue = async (input: Parameters<typeof services.acts.perform>[2]) => (await services.acts.perform(clerk, randomId(), input)).licence ?? '';
const HOTEL = { trade: 'HOTEL' };
const answerFor = (code: string, wanted: Parameters<Materials['answer']>[2] = HOTEL, agency = BUREAU) => services.materials.answer(agency, code, wanted);
const material = (answer: Awaited<ReturnType<typeof answerFor>>, key: string) => answer.materials.find((each) => each.key === key);
const BUSINESS = `licence/${KIND.business}`;

t.test('when the catalogue is on the ledger', async (t) => {
  t.strictSame((await services.projection.all('matter')).map(({ code }) => code).sort(), MATTERS.map(({ code }) => code).sort());
  t.strictSame((await services.projection.all('trade')).map(({ code }) => code).sort(), TRADES.map(({ code }) => code).sort());
});

t.test('when a hotel has its business licence', async (t) => {
  const company = newCompany();
  await issue(businessLicence(company));
  const answer = await answerFor(company.code);
  t.strictSame(answer.matters.map(({ matter, variant }) => [matter, variant]), [['FOOD_NEW', 'USUAL'], ['HYGIENE_NEW', 'USUAL']]);
  t.match(material(answer, BUSINESS), { state: 'held', matters: ['FOOD_NEW', 'HYGIENE_NEW'], licence: { outcome: 'valid', use: 'own', unfit: [] } });
  t.match(material(answer, 'paper/FLOOR_PLAN'), { state: 'asked', matters: ['FOOD_NEW', 'HYGIENE_NEW'] }, 'one plan for both');
  t.match(material(answer, 'paper/EQUIPMENT'), { matters: ['FOOD_NEW'] });
  // Each matter by itself lists 1 licence, 1 promise and 4 papers; 4 of these 12 are the same.
  t.strictSame(answer.saved.materials, { listed: 12, shared: 4, held: 1, asked: 7 });
  const fields = answer.form.map(({ name, source }) => [name, source?.field]);
  t.ok(fields.some(([name, field]) => name === 'premises' && field === 'premises'));
  t.strictSame(answer.saved.fields, { listed: 13, shared: 4, held: 4, asked: 5 });
  t.notMatch(JSON.stringify(answer), /测试甲|示例路9号/, 'nothing of a face');
  const at = { requestId: randomId(), caseNo: 'case 1' };
  const { form } = await services.materials.fill(clerk, at, company.code, HOTEL);
  t.match(form.find(({ name }) => name === 'personInCharge'), { value: '测试甲', source: { kind: KIND.business, use: 'own', version: 1 }, at: /Z$/ });
  t.equal(form.find(({ name }) => name === 'foodScope')?.value, undefined);
});

t.test('when the licence is not good enough', async (t) => {
  const company = newCompany();
  t.match(material(await answerFor(company.code), BUSINESS), { state: 'missing', found: 0 });
  const today = services.drafter.today;
  await issue(businessLicence(company, {}, { validUntil: addDays(today, 29) }));
  t.match(material(await answerFor(company.code), BUSINESS), { state: 'unfit', licence: { outcome: 'valid', unfit: ['MATERIAL_ENDS_SOON'] } });
  t.equal((await answerFor(company.code)).saved.materials.held, 0);
  const other = newCompany();
  const licence = await issue(businessLicence(other, {}, { validUntil: addDays(today, 30) }));
  t.match(material(await answerFor(other.code), BUSINESS), { state: 'held' }, 'thirty days are enough');
  await services.acts.perform(clerk, randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION' });
  const suspended = await answerFor(other.code);
  t.match(material(suspended, BUSINESS), { state: 'unfit', licence: { outcome: 'not-in-force', status: 'SUSPENDED', unfit: ['MATERIAL_NOT_IN_FORCE'] } });
  t.ok(suspended.form.every(({ source }) => source === undefined), 'nothing is filled from it');
});

t.test('when a field that may be empty is needed', async (t) => {
  const company = newCompany();
  await issue(permit({}, { holderCode: company.code, holderName: company.name }));
  const wanted = { matters: [{ matter: 'FOOD_NEW' }] };
  const food = MATTERS.find(({ code }) => code === 'FOOD_NEW');
  const capital = { ...food, version: 2, variants: [{ code: 'USUAL', name: { zh: '情形', en: 'usual' }, materials: [{ type: 'licence', kind: KIND.business, fields: ['capital'] }] }] };
  await signed(installation, ['registrar'], { op: 'register', act: { op: 'matter.put', ...capital } as never });
  await issue(businessLicence(company));
  t.match(material(await answerFor(company.code, wanted), BUSINESS), { state: 'unfit', licence: { unfit: ['MATERIAL_FIELD_ABSENT'] } });
  const rich = newCompany();
  await issue(businessLicence(rich, { capital: '壹佰万元整' }));
  t.match(material(await answerFor(rich.code, wanted), BUSINESS), { state: 'held' });
  await signed(installation, ['registrar'], { op: 'register', act: { op: 'matter.put', ...food, version: 3 } as never });
});

t.test('when the licence is another agency\'s', async (t) => {
  const company = newCompany();
  await issue(businessLicence(company));
  const ask = () => answerFor(company.code, { matters: [{ matter: 'FOOD_NEW' }] }, BRANCH);
  const branch = installation.acting('branch');
  const fill = async () => (await services.materials.fill(branch, { requestId: randomId(), caseNo: 'case 2' }, company.code, { matters: [{ matter: 'FOOD_NEW' }] })).form;
  const before = await ask();
  t.match(material(before, BUSINESS), { state: 'grant', licence: { use: 'no', outcome: 'valid', manager: { code: BUREAU }, gives: ['holderName', 'holderCode', 'personInCharge', 'premises'] } });
  t.equal(before.saved.materials.held, 0);
  t.ok((await fill()).every(({ value }) => value === undefined), 'without authority no field is filled');
  const scene = (change: object) => signed(installation, ['approver'], { op: 'register', act: scenePut(KIND.business, { id: randomId(), owner: BUREAU, grantee: BRANCH, from: '2026-01-01', purpose: 'FOOD_PERMIT', ...change }) as never });
  await scene({ purpose: 'INSPECTION', kinds: [{ kind: KIND.business, fields: ['holderName', 'holderCode', 'personInCharge', 'premises'] }] });
  t.match(material(await ask(), BUSINESS), { state: 'grant' }, 'for another purpose');
  await scene({ kinds: [{ kind: KIND.business, fields: ['holderName'] }] });
  t.match(material(await ask(), BUSINESS), { state: 'grant' }, 'not all fields');
  t.strictSame((await fill()).filter(({ value }) => value !== undefined).map(({ name }) => name), ['holderName'], 'what is allowed, is filled');
  await scene({ kinds: [{ kind: KIND.business, fields: ['holderName', 'holderCode', 'personInCharge', 'premises'] }] });
  t.match(material(await ask(), BUSINESS), { state: 'held', licence: { use: 'scene' } });
  t.match((await fill()).find(({ name }) => name === 'premises'), { value: '示例市张店区示例路9号', source: { use: 'scene' } });
});

t.test('when licences are looked at and used', async (t) => {
  const company = newCompany();
  const licence = await issue(businessLicence(company));
  const records = async () => (await services.uses.page(BUREAU, { side: 'agency', limit: 50 })).filter((record) => record.licence === licence);
  await services.materials.ask(clerk, company.code, HOTEL);
  t.strictSame((await records()).map(({ act, purpose, fields }) => [act, purpose, fields]).sort(), [['look-up', 'FOOD_PERMIT', []], ['look-up', 'HYGIENE_PERMIT', []]]);
  const at = { requestId: randomId(), caseNo: '37030320260315000018' };
  const first = await services.materials.fill(clerk, at, company.code, HOTEL);
  const used = (await records()).filter(({ act }) => act === 'use');
  t.strictSame(used.map(({ purpose }) => purpose).sort(), ['FOOD_PERMIT', 'HYGIENE_PERMIT'], 'once for each purpose');
  t.match(used[0], { staff: clerk.staff, authority: { by: 'own' }, caseNo: at.caseNo, fields: ['holderCode', 'holderName', 'personInCharge', 'premises'] });
  t.equal(first.form.find(({ name }) => name === 'premises')?.at, used.find(({ purpose }) => purpose === 'FOOD_PERMIT')?.at, 'the time at which it was used');
  t.strictSame((await services.materials.fill(clerk, at, company.code, HOTEL)).form, first.form, 'asked again for the case');
  t.equal((await records()).length, 4, 'it is the same use');
  await services.materials.fill(clerk, { ...at, requestId: randomId() }, company.code, HOTEL);
  t.equal((await records()).length, 6, 'another case is another use');
});

t.test('when the uses of a form are not answered again', async (t) => {
  const company = newCompany();
  await issue(businessLicence(company));
  const asked: string[] = [];
  const { projection, vault, lookup, drafter, managers, clock, grants, acts } = services;
  const uses: Pick<typeof services.uses, 'use' | 'note'> = {
    note: (...given) => services.uses.note(...given),
    use: (acting, requestId, input) => {
      asked.push(requestId);
      if (asked.length % 2 === 1) throw new GatewayFault('REFUSED', { refusal: 'REQUEST_ID_REUSED' });
      return services.uses.use(acting, requestId, input);
    },
  };
  const { form } = await new Materials({ projection, vault, lookup, drafter, managers, clock, register: registerOf(projection, managers, grants), acts, uses }).fill(clerk, { requestId: randomId(), caseNo: 'case 3' }, company.code, HOTEL);
  t.match(form.find(({ name }) => name === 'premises'), { value: '示例市张店区示例路9号' }, 'a form that lay open for long is filled all the same');
  t.equal(new Set(asked).size, 4, 'by uses of their own');
});

t.test('when what is wanted does not fit', async (t) => {
  const { code } = newCompany();
  const wrong = async (holder: string, wanted: Parameters<Materials['answer']>[2]) => { await faults(t, () => answerFor(holder, wanted), 'FACE_INVALID'); };
  await wrong('91370303MA99TX0010', HOTEL);
  await wrong('x', HOTEL);
  await wrong(code, {});
  await wrong(code, { trade: 'CIRCUS' });
  await wrong(code, { matters: [{ matter: 'NONE' }] });
  await wrong(code, { trade: 'HOTEL', matters: [{ matter: 'DRUG_NEW' }] });
  await wrong(code, { matters: [{ matter: 'FOOD_NEW', variant: 'NONE' }] });
  await wrong(code, { matters: [{ matter: 'FOOD_NEW' }, { matter: 'FOOD_NEW' }] });
  t.match(await answerFor('11010119000101001X'.replace('1X', '11'), HOTEL).catch(() => 'refused'), 'refused');
  t.equal((await answerFor(code, { matters: [{ matter: 'FOOD_NEW', variant: 'PREPACKED' }] })).saved.materials.listed, 3);
});
