/** The list of licences after the new manager has made a version, after a transfer, after a second move: each once, and with one agency. */
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { KIND } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';
import { permit, signed } from '#test/support/installation';
import { foodFace } from '#test/support/samples';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const [clerk, market] = [installation.acting('clerk'), installation.acting('market')];
const today = todayOf(services.clock, services.drafter.zone);
const registrar = new Registrar(services, installation.administrator);
const listed = async (who: string, url = '/api/licences?limit=200') => (await app.inject({ url, headers: authorized(installation.acting(who)) })).json<{ licences: { identifier: string; licence: string }[] }>().licences;

void t.test('when the new manager has made a version', async (t) => {
  const { licence = '' } = await services.acts.perform(clerk, randomId(), { op: 'issue', kind: KIND.food, face: foodFace(771), validUntil: '2030-03-14' });
  await signed(installation, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.food, right: 'issue', from: clerk.agency, to: market.agency, on: today } });
  await registrar.seal({ agency: market.agency, name: '示例市张店区市场监督管理局（演示）食品经营许可专用章', years: 5 } as never);
  const before = (await listed('market')).filter((each) => each.licence === licence).length;
  await services.acts.perform(market, randomId(), { op: 'change', licence, face: { scope: '热食类食品制售' } });
  t.equal(services.projection.get('licence', licence)?.manager, market.agency);
  t.strictSame([before, (await listed('market')).filter((each) => each.licence === licence).length], [1, 1], 'listed once');
  t.equal((await listed('clerk')).filter((each) => each.licence === licence).length, 0);
  await signed(installation, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.food, right: 'issue', from: market.agency, to: clerk.agency, on: addDays(today, 1) } });
  installation.clock.aheadMs = 86_400_000;
  t.equal((await listed('clerk')).filter((each) => each.licence === licence).length, 1, 'moved back: listed once');
  installation.clock.aheadMs = 0;
});

void t.test('when a licence was transferred to another agency, with no right moved', async (t) => {
  const branch = installation.acting('branch');
  const agency = services.projection.get('agency', branch.agency);
  await registrar.register({ op: 'agency.put', ...agency!, rights: [...(agency?.rights ?? []), { kind: KIND.hygiene, right: 'issue', from: '2020-01-01' }] } as never, installation.file('approver'));
  const { licence = '' } = await services.acts.perform(clerk, randomId(), permit());
  await signed(installation, ['clerk'], { op: 'transfer', licence, to: branch.agency, reason: 'RIGHTS_MOVED' });
  await signed(installation, ['branch'], { op: 'accept', licence });
  t.equal(services.projection.get('licence', licence)?.manager, branch.agency);
  const count = async (who: string) => (await listed(who)).filter((each) => each.licence === licence).length;
  t.strictSame([await count('clerk'), await count('branch')], [0, 1], 'on the list of its manager alone');
});
