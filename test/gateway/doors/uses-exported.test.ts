/** What the search of uses finds, as a file: the same question, bounded as the export of acts is, and without the numbers of other agencies' cases. */
import { readSheet } from 'read-excel-file/node';
import t from 'tap';
import type { UseView } from '#gateway/acts/use/use';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const [clerk, branch, market, auditor] = [installation.acting('clerk'), installation.acting('branch'), installation.acting('market'), installation.acting('auditor')];
const { identifier = '' } = await services.acts.perform(clerk, randomId(), permit());
const answer = services.lookup.byIdentifier(identifier);
const look = (who: typeof clerk, caseNo?: string) => services.uses.note(who, 'look-up', answer, { purpose: 'INSPECTION', caseNo });
await look(clerk, '（演示）案1号');
await look(clerk);
await look(branch, '（演示）案2号');
await look(branch);

const ask = (query: string, who = auditor) => app.inject({ url: `/api/audit/uses/export?${query}`, headers: authorized(who) });
const found = async (query: string): Promise<UseView[]> => (await ask(`${query}&format=json`)).json<{ uses: UseView[] }>().uses;

void t.test('when uses are exported', async (t) => {
  const shown = (await app.inject({ url: '/api/audit/uses?limit=200', headers: authorized(auditor) })).json<{ uses: UseView[] }>().uses;
  t.strictSame(await found(''), shown, 'the file has what the search finds');
  const csv = await ask('format=csv');
  t.match(csv.headers['content-disposition'], /uses\.csv/);
  t.match(csv.body, /^\ufeffseq,at,agency,staff,act,.*\r\n/);
  t.match(csv.body, new RegExp(`${clerk.staff},look-up,.*INSPECTION,given,（演示）案1号,${identifier}`));
  const [head = [], ...rows] = await readSheet((await ask('format=xlsx')).rawPayload);
  t.equal(rows.length, shown.length);
  t.strictSame(rows.map((row) => row[head.indexOf('seq')]), shown.map(({ seq }) => String(seq)));
});

void t.test('when a question is asked, or one person', async (t) => {
  const without = await found('question=no-case');
  t.ok(without.length > 0 && without.every((use) => use.case === 'none'));
  t.strictSame(without.map(({ seq }) => seq), (await found('')).filter((use) => use.case === 'none').map(({ seq }) => seq));
  t.ok((await found(`staff=${clerk.staff}`)).every(({ staff }) => staff === clerk.staff));
});

void t.test('when a branch is asked for', async (t) => {
  const [latest, earlier] = await found(`agency=${branch.agency}`);
  t.match([latest, earlier], [{ case: 'none' }, { case: 'given', agency: branch.agency }]);
  for (const format of ['csv', 'json']) t.notMatch((await ask(`agency=${branch.agency}&format=${format}`)).body, /案2号/, `${format}: that there is a case is told, its number is the branch's`);
  t.notMatch((await ask(`staff=${branch.staff}&format=csv`)).body, /案2号/, 'nor by way of the person');
});

void t.test('when there are more than one file takes', async (t) => {
  const all = (await found('')).map(({ seq }) => seq);
  const first = await ask('format=json&limit=1');
  t.strictSame(first.json<{ uses: UseView[] }>().uses.map(({ seq }) => seq), all.slice(0, 1));
  const next = String(first.headers['x-yizheng-next']);
  t.strictSame((await found(`limit=9&before=${next}`)).map(({ seq }) => seq), all.slice(1), 'the header says where to go on');
  t.equal((await ask('format=csv&limit=100000')).statusCode, 400, 'a file has its bounds');
  t.equal((await ask('format=csv')).headers['x-yizheng-next'], undefined);
});

void t.test('when somebody asks who may not', async (t) => {
  t.equal((await ask('format=csv', clerk)).statusCode, 403);
  t.equal((await ask(`agency=${market.agency}&format=csv`)).statusCode, 404, 'an agency out of scope');
});
