import t from 'tap';
import { reportCsv, reportNdjson, type WordedRow } from '#gateway/tables/index';
import { readBytes, rowsOf } from '#test/gateway/tables/support';

const ROWS: WordedRow[] = [
  { row: 2, result: 'done', licence: '1.2.156', version: 1, transaction: 'ab12', block: 7n },
  { row: 3, result: 'already', licence: '1.2.157' },
  { row: 4, result: 'refused', code: 'CELL_DATE', column: '有效期至', value: '=HYPERLINK("http://example.invalid","x")', zh: '日期不存在', en: 'no such day' },
];

async function text(parts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of parts) all += part;
  return all;
}

void t.test('when a report is written for a spreadsheet program', async (t) => {
  const csv = await text(reportCsv(ROWS));
  t.equal(csv, '\ufeffrow,result,code,column,value,zh,en,kind,licence,version,transaction,block\r\n'
    + '2,done,,,,,,,1.2.156,1,ab12,7\r\n3,already,,,,,,,1.2.157,,,\r\n'
    + '4,refused,CELL_DATE,有效期至,"\'=HYPERLINK(""http://example.invalid"",""x"")",日期不存在,no such day,,,,,\r\n');
});

void t.test('when values would become formulas or rounded numbers', async (t) => {
  const values = ['=1+1', '+1', '-1', '@SUM(1)', '＝1+1', '\t=1', ' =1', '\r=1', '370303600000016', '0012', '12E34', 'a,b', 'say "so"', '两\n行', '2026-03-15', '测试𬭬'];
  const csv = await text(reportCsv(values.map((value, i) => ({ row: i, result: 'refused', value }))));
  for (const cell of csv.split('\r\n').slice(1)) t.notMatch(cell.split(',')[4] ?? '', /^"?\s*[=+\-@＝]/);
  t.match(csv, '"\t370303600000016"');
  const back = await rowsOf(await readBytes(csv));
  t.same(back.map((row) => 'cells' in row && row.cells['value']), values.map((value) => value.trim()), 'our own reader takes the guards off again');
});

void t.test('when a report is written for a program', async (t) => {
  const lines = (await text(reportNdjson(ROWS))).trimEnd().split('\n').map((line): unknown => JSON.parse(line));
  t.same(lines, ROWS.map((row) => row.block === undefined ? row : { ...row, block: String(row.block) }));
});
