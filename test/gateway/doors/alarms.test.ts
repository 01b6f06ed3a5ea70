/** Alarms over HTTP: from records to whoever may see them, in the list, in metrics and to programs, and never with a name outside. */
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import type { AlarmView } from '#gateway/acts/audit/alarm';
import { Book } from '#gateway/alarms/book';
import { messagesFor } from '#gateway/alarms/telling';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { TOLD } from '#gateway/notices/settings';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services, clock } = installation;
const DAY_MS = 86_400_000;
const { today } = services.drafter;
const [clerk, auditor, administrator, market] = ['clerk', 'auditor', 'administrator', 'market'].map((name) => installation.acting(name)) as [Acting, Acting, Acting, Acting];
type Acting = ReturnType<typeof installation.acting>;
const registrar = new Registrar(services, installation.administrator);
const elsewhere = { staff: (await registrar.staff({ agency: market.agency, roles: ['auditor'], withKey: false })).id, agency: market.agency };

interface List { alarms: AlarmView[]; closed: AlarmView[]; checkedAt?: string }
const list = async (who: Acting = auditor): Promise<List> => {
  const answer = await app.inject({ url: '/api/alarms', headers: authorized(who) });
  t.equal(answer.statusCode, 200, answer.body);
  return answer.json<List>();
};
const look = async (): Promise<void> => {
  await services.projection.compare(() => services.ledger.height());
  await services.watch.check();
};
const kinds = async (who?: Acting) => (await list(who)).alarms.map(({ kind, agency }) => `${kind} ${agency?.code ?? 'gateway'}`);
const metrics = async (): Promise<string> => (await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })).body;
const issue = async (conditions?: object[]) => services.acts.perform(clerk, randomId(), { ...permit(), ...(conditions && { conditions }) } as never);

void t.test('when whoever has no right asks', async (t) => {
  for (const name of ['clerk', 'approver', 'market', 'machine']) for (const [method, url] of [['GET', '/api/alarms'], ['POST', '/api/alarms/seen']] as const) t.equal((await app.inject({ method, url, headers: authorized(installation.acting(name)), ...(method === 'POST' ? { payload: { id: 'x' } } : {}) })).statusCode, 403, `${name} ${url}`);
  t.equal((await app.inject({ url: '/api/alarms' })).statusCode, 401);
});

void t.test('when papers to come are overdue', async (t) => {
  await look();
  t.strictSame(await kinds(), ['head-nowhere gateway'], 'a fresh demo sends its heads nowhere, and says so');
  const issued = await issue([{ material: 'LAYOUT', dueOn: addDays(today, 5), consequence: 'suspension' }]);
  await issue([{ material: 'LAYOUT', dueOn: addDays(today, 6), consequence: 'reminder' }]);
  await look();
  t.notOk((await kinds()).includes(`condition-overdue ${clerk.agency}`));
  clock.aheadMs = 6 * DAY_MS;
  await look();
  const { alarms: [alarm], checkedAt } = { ...(await list()), alarms: (await list()).alarms.filter(({ kind }) => kind === 'condition-overdue') };
  t.match(alarm, {
    id: `condition-overdue:${clerk.agency}:licence:${KIND.hygiene}`, severity: 'notice', count: 1, since: `${addDays(today, 5)}T16:00:00.000Z`, agency: { code: clerk.agency, name: /./ }, about: services.projection.get('kind', KIND.hygiene)?.name, link: '/issue/work',
    oldest: `/l/${issued.identifier ?? ''}`, seen: [],
  }, 'what, since when, how bad, where');
  t.ok(checkedAt);
  clock.aheadMs = 15 * DAY_MS;
  await look();
  t.match((await list()).alarms.find(({ kind }) => kind === 'condition-overdue'), { count: 2, severity: 'warning' }, 'one alarm for all of a kind');
  t.notOk((await kinds(elsewhere)).some((each) => each.endsWith(clerk.agency)), 'nothing of other agencies');
  t.ok((await kinds(elsewhere)).includes('head-nowhere gateway'), 'but what the gateway itself stands on');
  await services.acts.perform(clerk, randomId(), { op: 'register', act: { op: 'condition.extend', licence: issued.licence ?? '', material: 'LAYOUT', dueOn: addDays(today, 30) } } as never);
  await look();
  t.match((await list()).alarms.find(({ kind }) => kind === 'condition-overdue'), { count: 1, severity: 'warning' });
});

void t.test('when somebody says that he has seen it', async (t) => {
  const id = `condition-overdue:${clerk.agency}:licence:${KIND.hygiene}`;
  const see = (who: Acting, which = id) => app.inject({ method: 'POST', url: '/api/alarms/seen', headers: authorized(who), payload: { id: which } });
  t.match((await see(auditor)).json<AlarmView>().seen, [{ staff: auditor.staff, name: /./, at: /^20/ }]);
  t.match((await list(administrator)).alarms.find((alarm) => alarm.id === id)?.seen, [{ staff: auditor.staff }], 'it stays there for the others');
  t.equal((await see(elsewhere)).statusCode, 404, 'not by whom it does not concern');
  t.equal((await see(auditor, 'nothing')).statusCode, 404);
});

void t.test('when new licences wait too long to be taken over', async (t) => {
  const late = (await list(administrator)).alarms.filter(({ kind }) => kind === 'supervision-late');
  t.ok(late.length > 0);
  for (const { agency, about, oldest, count } of late) t.ok(agency && about && oldest?.startsWith('/l/') && (count ?? 0) > 0);
  t.strictSame((await list(elsewhere)).alarms.filter(({ kind }) => kind === 'supervision-late').map(({ agency }) => agency?.code), late.filter(({ agency }) => agency?.code === market.agency).map(({ agency }) => agency?.code), 'by each agency that supervises');
});

void t.test('when a clerk reads ten times as much', async (t) => {
  const identifier = (await issue()).identifier ?? '';
  for (let i = 0; i < 301; i++) await services.uses.note(clerk, 'look-up', services.lookup.byIdentifier(identifier, { agency: clerk.agency }));
  await look();
  const alarm = (await list()).alarms.find(({ kind }) => kind === 'reading-unusual');
  t.match(alarm, { subject: clerk.staff, severity: 'critical', count: 301, within: 'hour', about: { zh: /./ }, link: `/audit/uses?staff=${clerk.staff}`, agency: { code: clerk.agency } });
  t.notOk((await kinds(elsewhere)).some((each) => each.startsWith('reading-unusual')));
});

void t.test('when programs are told', async (t) => {
  const text = await metrics();
  t.match(text, new RegExp(`yizheng_alarm_since_timestamp_seconds\\{kind="condition-overdue",subject="${clerk.agency}:licence:${KIND.hygiene}",agency="${clerk.agency}",severity="warning"\\} \\d+`));
  t.match(text, new RegExp(`yizheng_alarm_count\\{kind="reading-unusual",subject="${clerk.staff}",agency="${clerk.agency}"\\} 301`));
  t.match(text, /yizheng_alarms_checked_timestamp_seconds \d+/);
  const hooks = [clerk.agency, market.agency].map((agency) => ({ id: agency, agency, url: 'http://127.0.0.1/', secret: 'x', tells: TOLD }));
  const told = messagesFor([...hooks, { ...hooks[0], id: 'quiet', tells: ['terms'] } as never], 'http://yizheng.example');
  const messages = (await services.alarmBook.open()).flatMap((alarm) => told(alarm, 'raised'));
  t.match(messages.filter(({ hook }) => hook === clerk.agency).map(({ body }) => JSON.parse(body) as object).find((body) => JSON.stringify(body).includes('reading')), { type: 'alarm.raised', data: { id: `reading-unusual:${clerk.staff}`, severity: 'critical', count: 301, url: 'http://yizheng.example/issue/alarms' } });
  t.notOk(messages.some(({ hook, body }) => hook === market.agency && body.includes('reading-unusual')), 'each agency of its own');
  t.equal(messages.filter(({ body }) => body.includes('head-nowhere')).length, 2, 'of the gateway both');
  t.notOk(messages.some(({ hook }) => hook === 'quiet'), 'and nobody who did not want it');
  const named = [...(await services.accounts.all()).values()].flatMap(({ displayName, name }) => [displayName, name === 'clerk' ? '"clerk"' : '']).filter((name) => name !== '');
  for (const outside of [text, JSON.stringify(messages)]) {
    t.notMatch(outside, /示例浮云|测试|91370303MA99TXT04C/, 'no name and no code of a holder');
    t.notOk(named.some((name) => outside.includes(name)), 'nor of a clerk');
  }
});

void t.test('when the gateway is started again', async (t) => {
  const before = (await services.alarmBook.open()).map(({ id, raisedAt, seen }) => ({ id, raisedAt, seen }));
  const again = new Book({ desk: services.desk, clock, tell: () => Promise.reject(new Error('nothing is told')), messages: () => [] });
  t.strictSame((await again.open()).map(({ id, raisedAt, seen }) => ({ id, raisedAt, seen })), before);
});

void t.test('when all is done', async (t) => {
  clock.aheadMs = 17 * DAY_MS;
  for (const { licence = '', application, matter, material } of await services.work.conditions(clerk.agency, { overdue: true, limit: 100 })) await services.acts.perform(clerk, randomId(), { op: 'register', act: { op: 'condition.meet', ...(application === undefined ? { licence } : { application, matter }), material } } as never);
  await look();
  const { alarms, closed } = await list();
  t.notOk(alarms.some(({ kind }) => kind === 'condition-overdue' || kind === 'reading-unusual'), 'over by itself');
  t.match(closed.find(({ kind }) => kind === 'condition-overdue'), { closedAt: /^20/, seen: [{ staff: auditor.staff }] }, 'and still told of, with who had seen it');
});
