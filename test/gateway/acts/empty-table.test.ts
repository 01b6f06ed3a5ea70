/** An empty table of every kind can be filled in and uploaded as it is. */
import { Readable } from 'node:stream';
import t from 'tap';
import { propose } from '#gateway/acts/licence/bulk-rows';
import { emptyTable } from '#gateway/acts/licence/empty-table';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { readTable } from '#gateway/tables/index';
import { fileOf } from '#gateway/tables/written';
import { installApp } from '#test/support/app';

for (const kind of KINDS) {
  void t.test(`when a table of ${kind.name.en} is empty`, async (t) => {
    for (const format of ['csv', 'xlsx'] as const) {
      const { body } = await fileOf(emptyTable(kind), format);
      const { columns, rows } = await readTable({ stream: Readable.from([Buffer.from(body)]), name: `empty.${format}` });
      const { mapping, unmappedRequired, ambiguous } = propose(kind, columns);
      t.strictSame([unmappedRequired, ambiguous], [[], []], `${format}: nothing is missing`);
      t.strictSame(Object.keys(mapping.columns).sort(), [...columns].sort(), 'every column is known');
      for await (const row of rows) t.fail(`no row yet: ${JSON.stringify(row)}`);
    }
  });
}

void t.test('when somebody has no table yet', async (t) => {
  const { app, authorized, installation } = await installApp();
  const asked = (kind: string, format: string, who = 'clerk') => app.inject({ url: `/api/kinds/${kind}/table?format=${format}`, headers: authorized(installation.acting(who)) });
  const csv = await asked(KIND.food, 'csv');
  t.match(csv.headers, { 'content-type': /text\/csv/, 'content-disposition': /attachment; filename="[0-9A-Z]{21}\.csv"; filename\*=UTF-8''%/ });
  t.match(csv.body, /^\ufeff经营者名称,.*有效期至,决定书文号\r\n$/);
  t.equal((await asked('11370000000000000T999', 'xlsx')).statusCode, 404);
  t.equal((await asked(KIND.food, 'pdf')).statusCode, 400);
  t.equal((await app.inject({ url: `/api/kinds/${KIND.food}/table?format=csv` })).statusCode, 401);
  const notes = emptyTable(KINDS.find(({ type }) => type === KIND.food)!).notes?.rows ?? [];
  t.strictSame(notes.find(([column]) => column === '主体业态'), ['主体业态', '必填', '其一：食品销售经营者、餐饮服务经营者、集中用餐单位食堂', 'Form of business', 'needed', 'one of: 食品销售经营者、餐饮服务经营者、集中用餐单位食堂']);
});
