/** Terms as the clerk, the feed reader and the program of the agency see them, day by day. */
import t from 'tap';
import { addDays, type Day } from '#chaincode/facts/calendar';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { markOf, TERM_MARKS, type TermView } from '#gateway/acts/office/terms';
import { Terms } from '#gateway/acts/office/terms';
import { randomId } from '#gateway/keyring';
import { termsOf } from '#gateway/ledger/centre-rows';
import { Feeds } from '#gateway/notices/feeds';
import type { Put } from '#gateway/notices/hooks';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const { today } = services.drafter;
const { agency } = installation.acting('clerk');
const as = (name: string) => authorized(installation.acting(name));
const act = async (input: object) => (await app.inject({ method: 'POST', url: '/api/acts', headers: as('clerk'), payload: { requestId: randomId(), act: input } })).json<{ licence: string; identifier: string; version: number }>();
const endingIn = async (days: number) => (await act(permit({ issuedOn: addDays(today, -30), effectiveOn: addDays(today, -1), validUntil: addDays(today, days) }))).licence;
const list = async (query: string, who = 'clerk') => (await app.inject({ url: `/api/terms?${query}`, headers: as(who) })).json<{ terms: TermView[] }>().terms;
const mine = (terms: readonly TermView[], ...licences: string[]) => terms.filter(({ licence }) => licences.includes(licence)).map(({ licence, daysLeft }) => `${String(licences.indexOf(licence))}:${String(daysLeft)}`);

void t.test('when a mark is reached', (t) => {
  for (const [days, mark] of [[91, undefined], [90, 90], [31, 90], [30, 30], [8, 30], [7, 7], [0, 7], [-1, undefined]] as const) t.equal(markOf(days), mark, String(days));
  t.end();
});

void t.test('when licences end one after the other', async (t) => {
  const [today0, week, month, quarter, later, over] = [await endingIn(0), await endingIn(7), await endingIn(30), await endingIn(90), await endingIn(91), await endingIn(-1)];
  const all = [today0, week, month, quarter, later, over];
  t.strictSame(mine(await list(''), ...all), ['0:0', '1:7', '2:30', '3:90'], 'ninety days from today on, the last day counted');
  t.strictSame(mine(await list('within=7'), ...all), ['0:0', '1:7']);
  t.strictSame(mine(await list('within=0'), ...all), ['0:0'], 'the last day belongs to the term');
  t.strictSame(mine(await list('lapsed=30'), ...all), ['5:-1']);
  t.match((await list('within=7')).find(({ licence }) => licence === week), { mark: 7, status: 'VALID', renewable: true, holderName: '示例浮云餐饮有限公司', number: /鲁卫公证字/, validUntil: addDays(today, 7) });
  t.match((await list('lapsed=1')).find(({ licence }) => licence === over), { status: 'EXPIRED', daysLeft: -1, renewable: true });
  const [first, second] = await list('within=90&limit=2');
  t.match(await list(`within=90&limit=1&after=${encodeURIComponent(first?.cursor ?? '')}`), [{ licence: second?.licence }], 'page after page');
  t.strictSame(mine(await list('within=365', 'market'), ...all), [], 'nobody else\'s');
  for (const query of ['within=7&lapsed=7', 'within=-1', 'within=4000', 'lapsed=x']) t.equal((await app.inject({ url: `/api/terms?${query}`, headers: as('clerk') })).statusCode, 400, query);
});

void t.test('when one of them is renewed, suspended, ended', async (t) => {
  const [renewed, suspended, ended] = [await endingIn(20), await endingIn(21), await endingIn(22)];
  const before = (await list('within=30')).find(({ licence }) => licence === renewed);
  const next = await act({ op: 'renew', licence: renewed, validUntil: addDays(today, 400) });
  t.equal(next.version, 2, 'the version is raised');
  t.same([parseOwnIdentifier(next.identifier)?.id, parseOwnIdentifier(before?.identifier ?? '')?.id], [renewed, renewed], 'and the serial kept');
  await act({ op: 'suspend', licence: suspended, reason: 'RECTIFICATION' });
  await act({ op: 'cancel', licence: ended, reason: 'HOLDER_CEASED' });
  t.strictSame(mine(await list('within=30'), renewed, suspended, ended), ['1:21']);
  t.match((await list('within=30')).find(({ licence }) => licence === suspended), { status: 'SUSPENDED', renewable: false });
  t.strictSame(mine(await list('within=400&limit=500'), renewed), ['0:400'], 'under its new last day, and there alone');
  const rows = await services.projection.keysUnder(termsOf(agency), { limit: 10_000 });
  t.equal(rows.filter((row) => row.endsWith(renewed)).length, 1);
});

interface Feed { version: string; items: { id: string; title: string; tags: string[]; date_published: string; _yizheng: { identifier: string; validUntil: string; mark: number } }[] }

void t.test('when a program reads the feed', async (t) => {
  const near = await endingIn(5);
  const response = await app.inject({ url: '/api/terms/feed', headers: as('auditor') });
  t.match(response.headers['content-type'], 'application/feed+json');
  const feed = response.json<Feed>();
  t.equal(feed.version, 'https://jsonfeed.org/version/1.1');
  const ours = feed.items.filter(({ id }) => id.startsWith(near));
  t.strictSame(ours.map(({ _yizheng: { mark } }) => mark), [7, 30, 90], 'each mark is news of its own day, the newest first');
  t.equal(ours[0]?.date_published, `${addDays(today, -2)}T00:00:00+08:00`);
  t.strictSame(feed.items.map(({ date_published: on }) => on), feed.items.map(({ date_published: on }) => on).sort().reverse());
  t.notMatch(response.body, /示例浮云|测试|91370303MA99TXT04C/, 'no name, no code of a holder');
  t.equal((await app.inject({ url: '/api/terms/feed' })).statusCode, 401);
  const token = 'T'.repeat(43);
  Object.assign(services, { feeds: new Feeds([{ agency, token }]) });
  t.equal((await app.inject({ url: '/api/terms/feed', headers: { authorization: `Bearer ${token}` } })).json<Feed>().items.length, feed.items.length, 'by its token');
  t.equal((await app.inject({ url: '/api/terms', headers: { authorization: `Bearer ${token}` } })).statusCode, 401, 'which is good for nothing else');
  t.equal((await app.inject({ url: '/api/terms/feed', headers: { authorization: `Bearer ${token}x` } })).statusCode, 401);
});

void t.test('when the hooks of an agency are told', async (t) => {
  const licence = await endingIn(40);
  const told: { body: string; once: string }[] = [];
  const known = new Set<string>();
  const hooks = {
    put: (all: readonly Put[]) => { const fresh = all.filter(({ hook, once }) => !known.has(hook + once)); for (const { hook, once, body } of fresh) { known.add(hook + once); told.push({ body, once }); } return Promise.resolve(fresh.length); },
    fresh: <T extends Pick<Put, 'hook' | 'once'>>(all: readonly T[]) => Promise.resolve(all.filter(({ hook, once }) => !known.has(hook + once))),
    forgetUntil: () => Promise.resolve(), goOn: () => undefined,
  };
  const drafter = { today: today as Day };
  const terms = new Terms({ ...services, drafter, hooks: hooks as never, targets: [{ id: 'hook', agency, url: 'http://127.0.0.1/', secret: 'x', tells: ['terms'] }] });
  const ofIt = () => told.filter(({ body }) => body.includes(licence)).map(({ body }) => (JSON.parse(body) as { data: { mark: number } }).data.mark);
  for (let day = 0; day <= 41; day++) {
    drafter.today = addDays(today, day);
    await terms.remind();
    await terms.remind();
  }
  t.strictSame(ofIt(), [...TERM_MARKS], 'once for each mark, also where it came in late');
  const [{ body } = { body: '' }] = told.filter((each) => each.body.includes(licence));
  t.strictSame(JSON.parse(body), { type: 'licence.term', timestamp: (JSON.parse(body) as { timestamp: string }).timestamp, data: { identifier: (await list('within=90')).find((each) => each.licence === licence)?.identifier, kind: licence.split('.')[0], validUntil: addDays(today, 40), mark: 90 } }, 'and nothing of the holder');
  t.notMatch(JSON.stringify(told), /示例|测试|91370303MA99TXT04C/);
});
