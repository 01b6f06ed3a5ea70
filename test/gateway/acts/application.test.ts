/** Applications at rest: what a crash leaves, what reconciliation finds. */
import t from 'tap';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { businessLicence, newCompany } from '#test/support/companies';
import { install } from '#test/support/installation';
import { faults } from '#test/support/matchers';

const installation = await install();
t.teardown(() => installation.remove());
const clerk = installation.acting('clerk');
const company = newCompany();
const input = {
  holder: company.code, trade: 'BOOKSHOP', channel: 'counter', applicant: { name: '测试甲', capacity: 'holder' },
  form: { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', premises: '示例市张店区示例路9号', publicationMode: '零售', publicationScope: '图书', foodBusinessForm: '食品销售经营者', foodScope: '预包装食品' },
} as const;
const applications = () => installation.services.applications;

t.test('when an application is refused by the rules', async (t) => {
  const requestId = randomId();
  await faults(t, () => applications().receive(clerk, requestId, { ...input, authority: '11370303009999228K' }), 'REFUSED', 'AUTHORITY_UNKNOWN');
  const rows: string[] = [];
  for await (const [id] of installation.services.projection.records('application')) rows.push(id);
  t.strictSame(rows, []);
  await applications().receive(clerk, requestId, input);
  t.equal(applications().view(clerk.agency, requestId).state, 'received', 'put right, the same request goes through');
});

t.test('when an installation is reconciled', async (t) => {
  await installation.services.acts.perform(clerk, randomId(), businessLicence(company));
  const id = randomId();
  const { number } = await applications().receive(clerk, id, input);
  await applications().step(clerk, id, randomId(), { act: 'correct', note: '请补交材料' });
  const { subject, events } = installation.services.projection.get('application', id) ?? { subject: '', events: [] };
  await installation.services.vault.forget(`application/${id}/${events[0]?.details ?? ''}`);
  await installation.restart(async () => {
    const { findings } = await reconcile(installation.data, () => undefined);
    t.match(findings, [{ invariant: 'v', found: 'missing', code: 'FORM_MISSING', where: `application ${id} event 1`, repair: 'vault' }]);
    t.equal(findings.length, 1, 'that, and nothing else');
  });
  t.equal(applications().find(clerk.agency, { number }).id, id, 'found again after a restart');
  t.match(applications().view(clerk.agency, id), { state: 'correction', form: [], holder: { subject } }, 'the ledger still says where it stands');
});
