/** Papers to come whose consequence is a reminder: told before their day and on it, in the feed and to programs. */
import t from 'tap';
import { addDays, type Day } from '#chaincode/facts/calendar';
import { conditionMark, Reminders } from '#gateway/acts/office/reminders';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { Hooks } from '#gateway/notices/hooks';
import { TOLD } from '#gateway/notices/settings';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services, clock } = installation;
const { today } = services.drafter;
const clerk = installation.acting('clerk');
const issue = async (days: number, consequence: string) => services.acts.perform(clerk, randomId(), { ...permit(), conditions: [{ material: 'LAYOUT', dueOn: addDays(today, days), consequence }] } as never);
const change = async (act: object) => services.acts.perform(clerk, randomId(), { op: 'register', act } as never);

void t.test('when a mark is reached', (t) => {
  for (const [days, mark] of [[8, undefined], [7, 7], [1, 7], [0, 0], [-3, 0]] as const) t.equal(conditionMark(days), mark, String(days));
  t.end();
});

void t.test('when papers come to their day', async (t) => {
  const [reminded, flagged, met] = [await issue(20, 'reminder'), await issue(20, 'flag'), await issue(20, 'reminder')];
  const hook = { id: 'hook', agency: clerk.agency, url: 'http://127.0.0.1:9/', secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}`, tells: TOLD };
  const hooks = new Hooks({ desk: services.desk, clock, hooks: [hook] });
  const told = async () => (await services.desk.values({ gt: 'notice/', lt: 'notice0' }).all()).map((text) => JSON.parse((JSON.parse(text) as { body: string }).body) as { type: string; data: { identifier: string; mark: number } });
  const drafter = { today: today as Day };
  const reminders = new Reminders({ ...services, drafter, hooks: Object.assign(hooks, { goOn: () => undefined }), targets: [hook, { ...hook, id: 'quiet', tells: ['terms'] }, { ...hook, id: 'market', agency: installation.acting('market').agency }] });
  const news: [number, string][] = [];
  for (let day = 0; day <= 25; day++) {
    // Gone from the fifteenth to the twenty-first day, and with it the due day.
    if (day > 14 && day < 22) continue;
    drafter.today = addDays(today, day);
    const count = await reminders.remind() + await reminders.remind();
    if (count > 0) news.push([day, String(count)]);
    if (day === 13) await change({ op: 'condition.meet', licence: met.licence, material: 'LAYOUT' });
  }
  t.strictSame(news, [[13, '2'], [22, '1']], 'a week before; and the day itself, when the gateway was back');
  const messages = await told();
  t.strictSame(messages.filter(({ data }) => data.identifier === reminded.identifier).map(({ data: { mark } }) => mark).sort(), [0, 7]);
  t.strictSame(messages.find(({ data }) => data.identifier === met.identifier)?.data, { identifier: met.identifier, kind: KIND.hygiene, material: 'LAYOUT', dueOn: addDays(today, 20), mark: 7 });
  t.equal(messages.some(({ data }) => data.identifier === flagged.identifier), false, 'what leads to something else is no reminder');
  t.notMatch(JSON.stringify(messages), /示例|测试|91370303MA99TXT04C/, 'nothing of the holder');
});

void t.test('when a program reads the feed', async (t) => {
  const near = await issue(3, 'reminder');
  const feed = (await app.inject({ url: '/api/terms/feed', headers: authorized(clerk) })).json<{ items: { title: string; url: string; date_published: string; _yizheng: { identifier: string; material?: string; mark: number } }[] }>();
  const ours = feed.items.filter(({ _yizheng: { identifier, material } }) => identifier === near.identifier && material !== undefined);
  t.match(ours, [{ title: /待补材料：平面布置图 .* 到期（7 日提醒）/, date_published: `${addDays(today, -4)}T00:00:00+08:00`, url: `http://yizheng.example/l/${near.identifier ?? ''}` }]);
  t.equal(ours.length, 1, 'not yet of the day itself');
  await change({ op: 'condition.extend', licence: near.licence, material: 'LAYOUT', dueOn: addDays(today, 30) });
  const later = (await app.inject({ url: '/api/terms/feed', headers: authorized(clerk) })).body;
  t.notMatch(later, new RegExp(`待补材料[^}]*${near.identifier ?? ''}`), 'under its new day');
});
