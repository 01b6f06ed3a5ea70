import t from 'tap';
import { readTable } from '#gateway/tables/index';
import { cellsOf, drain, failsWith, fixture, readBytes, rowsOf } from '#test/gateway/tables/support';

void t.test('when a CSV is quoted as RFC 4180 has it', async (t) => {
  const table = await readBytes('甲,乙\r\n"a,1","say ""so"""\r\n"two\r\nlines",x"y\r\n');
  t.same(table.columns, ['甲', '乙']);
  t.equal(table.encoding, 'utf-8');
  t.equal(table.delimiter, ',');
  t.same(await cellsOf(table), [['a,1', 'say "so"'], ['two\nlines', 'x"y']]);
});

void t.test('when other delimiters and line ends are used', async (t) => {
  for (const [text, delimiter] of [['甲;乙\n1,5;2\n', ';'], ['甲\t乙\n1,5\t2', '\t'], ['甲,乙\r1,2\r', ','], ['"甲;一",乙\n1,2\n', ',']] as const) {
    const table = await readBytes(text);
    t.equal(table.delimiter, delimiter);
    t.equal(table.columns.length, 2);
    t.equal((await rowsOf(table)).length, 1);
  }
});

void t.test('when rows are counted', async (t) => {
  const rows = await rowsOf(await readBytes('甲,乙\n\n"x\ny",1\n,\n2,3\n'));
  t.same(rows.map((row) => row.number), [3, 5], 'as a spreadsheet program counts, blank ones left out');
});

void t.test('when a row is ragged, it alone is refused', async (t) => {
  const table = await readBytes('甲,乙,丙\n1,2\n1,2,3,4\n1,2,3,,\n1,2,3\n');
  t.same(await cellsOf(table), ['ROW_TOO_SHORT 丙', 'ROW_TOO_LONG', ['1', '2', '3'], ['1', '2', '3']]);
});

void t.test('when headers carry junk', async (t) => {
  const table = await readBytes('\ufeff\ufeff名称\u200b,"代码\n（统一）",　备注　,,尾,,\n1,2,3,4,5,,\n');
  t.same(table.columns, ['名称', '代码(统一)', '备注', '(第4列)', '尾']);
  t.same(await cellsOf(table), [['1', '2', '3', '4', '5']]);
});

void t.test('when a title stands above the header', async (t) => {
  const table = await readBytes('sep=,\n二〇二六年三月公示表,,,\n单位：示例局,,日期：2026-03-31,\n名称,代码,日期,备注\n甲,1,2,\n');
  t.same(table.columns, ['名称', '代码', '日期', '备注']);
  t.same((await rowsOf(table)).map((row) => row.number), [5]);
});

void t.test('when the caller knows the header', async (t) => {
  const recognise = (columns: readonly string[]): boolean => columns.includes('代码');
  t.same((await readBytes('随便,什么\n名称,代码\n1,2\n', { recognise })).columns, ['名称', '代码']);
  await failsWith(t, 'TABLE_HEADER', drain('随便,什么\n1,2\n', { recognise }), { reason: 'not-recognised' });
});

void t.test('when cells carry what people and programs put around codes', async (t) => {
  const table = await readBytes('甲,乙,丙,丁,戊\n\t91370303MA99TXT04C,\'370303190001010016,"=""0012""",　名 称\u00a0,测试䶮㛃𬭬\n');
  t.same(await cellsOf(table), [['91370303MA99TXT04C', '370303190001010016', '0012', '名 称', '测试䶮㛃𬭬']]);
});

void t.test('when a cell cannot be trusted, its row is refused with the column', async (t) => {
  const bad: [string, string][] = [['a\u0007b', 'CELL_CONTROL 乙'], ['a\u202eb', 'CELL_CONTROL 乙'], ['a\ufffdb', 'CELL_LOST_CHARACTER 乙'], ['x'.repeat(40_000), 'CELL_TOO_LONG 乙']];
  for (const [value, expected] of bad) t.same(await cellsOf(await readBytes(`甲,乙\n1,${value}\n1,2\n`)), [expected, ['1', '2']]);
});

void t.test('when columns have the names of object members', async (t) => {
  const rows = await rowsOf(await readBytes('constructor,toString\n1,2\n'));
  t.same(rows.map((row) => 'cells' in row && Object.entries(row.cells)), [[['constructor', '1'], ['toString', '2']]]);
  await failsWith(t, 'TABLE_HEADER', drain('__proto__,a\n1,2\n'), { reason: 'reserved-name' });
  await failsWith(t, 'TABLE_HEADER', drain('{"__proto__":"1","a":"2"}'), { reason: 'reserved-name' });
});

void t.test('when the file as a whole cannot be read', async (t) => {
  for (const empty of ['\ufeff', ' \n\n', '\n,,\n']) await failsWith(t, 'TABLE_EMPTY', drain(empty));
  await failsWith(t, 'TABLE_EMPTY', readTable({ path: fixture('empty.csv'), name: 'empty.csv' }));
  await failsWith(t, 'TABLE_HEADER', drain('名称,代码,*名称(必填)\n1,2,3\n'), { reason: 'duplicate-column', column: '*名称(必填)', row: 1 });
  await failsWith(t, 'TABLE_FORMAT', drain('甲,乙\n1,"2\n3,4\n'), { reason: 'quote-not-closed', row: 2 });
  await failsWith(t, 'TABLE_FORMAT', drain('<html><table></table></html>'), { reason: 'markup' });
  await failsWith(t, 'TABLE_FORMAT', drain('[{"甲":1}]'), { reason: 'json-array' });
  await failsWith(t, 'TABLE_FORMAT', drain(Buffer.from('d0cf11e0a1b11ae1', 'hex')), { reason: 'legacy-or-encrypted-workbook' });
  await failsWith(t, 'TABLE_FORMAT', drain('%PDF-1.7'), { reason: 'pdf' });
  await failsWith(t, 'TABLE_FORMAT', drain('a\0b,c\n'), { reason: 'binary' });
  await t.rejects(readTable({ path: fixture('none.csv'), name: 'none.csv' }), { code: 'ENOENT' });
});

void t.test('when only a header is there', async (t) => {
  const table = await readBytes('甲,乙\n');
  t.same(table.columns, ['甲', '乙']);
  t.same(await rowsOf(table), []);
});

void t.test('when limits are passed', async (t) => {
  const text = '甲,乙\n1,2\n3,4\n';
  await failsWith(t, 'TABLE_TOO_LARGE', drain(text, { limits: { bytes: 10 } }), { reason: 'bytes', limit: 10 });
  await failsWith(t, 'TABLE_TOO_LARGE', drain(text, { limits: { rows: 2 } }), { reason: 'rows' });
  await failsWith(t, 'TABLE_TOO_LARGE', drain(text, { limits: { columns: 1 } }), { reason: 'columns' });
  await failsWith(t, 'TABLE_FORMAT', drain(`甲,乙\n"${'x'.repeat(2000)}`, { limits: { recordChars: 1000 } }), { reason: 'quote-not-closed' });
});

void t.test('when NDJSON is read', async (t) => {
  const text = '{"甲":"a","乙":1}\n\n{"甲":"","丙":true}\n{"甲":null,"乙":91370303000000001}\nno\n{"甲":{}}\n{"甲":"\\ud800"}\n';
  const table = await readBytes(text, { name: 'table.ndjson' });
  t.equal(table.encoding, 'ndjson');
  t.same(table.columns, ['甲', '乙', '丙']);
  t.same(await cellsOf(table), [
    ['a', '1', ''], ['', '', 'true'], 'CELL_DIGITS_LOST 乙', 'ROW_FORMAT', 'ROW_FORMAT 甲', 'CELL_LOST_CHARACTER 甲',
  ]);
  await failsWith(t, 'TABLE_EMPTY', drain('\n', { name: 'a.jsonl' }));
  await failsWith(t, 'TABLE_FORMAT', drain('no', { mediaType: 'application/x-ndjson' }), { reason: 'ndjson' });
  await failsWith(t, 'TABLE_TOO_LARGE', drain(`{"a":"${'x'.repeat(200)}"}`, { limits: { recordChars: 100 } }), { reason: 'record' });
  const late = `${`{"a":"${'x'.repeat(200)}"}\n`.repeat(500)}{"b":2}`;
  t.equal((await cellsOf(await readBytes(late))).at(-1), 'ROW_TOO_LONG b');
});

void t.test('when the reader leaves early, the file is closed', async (t) => {
  const table = await readTable({ path: fixture('publicity-gb18030.csv'), name: 'x.csv' });
  for await (const row of table.rows) {
    t.equal(row.number, 2);
    break;
  }
  t.same(await rowsOf(table), []);
});
