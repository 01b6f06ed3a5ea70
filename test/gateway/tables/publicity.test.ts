import t from 'tap';
import { parsePublicityRow, readTable, recognisePublicity, type PublicityRecord, type TableRowError } from '#gateway/tables/index';
import { fixture } from '#test/gateway/tables/support';

async function parse(name: string): Promise<{ unknown: string[]; notRead: string[]; rows: (PublicityRecord | TableRowError[])[] }> {
  const table = await readTable({ path: fixture(name), name, recognise: (columns) => recognisePublicity(columns) !== undefined });
  const found = recognisePublicity(table.columns);
  if (found === undefined) throw new Error('not recognised');
  t.same(found.missing, []);
  const rows: (PublicityRecord | TableRowError[])[] = [];
  for await (const row of table.rows) rows.push('error' in row ? [row.error] : parsePublicityRow(row.cells, found.mapping));
  return { ...found, rows };
}

void t.test('when a department publishes its export', async (t) => {
  const { unknown, notRead, rows } = await parse('publicity-gb18030.csv');
  t.same(unknown, []);
  t.ok(notRead.includes('法定代表人身份证号'), 'numbers of identity documents are not taken in');
  t.match(rows[0], { edition: 'current', holderName: '示例浮云餐饮有限公司', holderType: 'organisation', uscc: '91370303MA99TXT04C',
    decidedOn: '2026-03-15', validFrom: '2026-03-15', validUntil: '2031-03-14', agencyCode: '113703030099999063', state: { value: 'valid', raw: '1' } });
  t.match(rows[1], { holderType: 'individual-business', legalRepresentative: '测试䶮㛃𬭬' });
  t.notOk('validUntil' in (rows[1] ?? {}), 'no end');
  t.notOk('note' in (rows[1] ?? {}), 'a slash stands for nothing');
  t.match(rows[2], [{ code: 'CELL_DATE', column: '许可决定日期', value: '2026/02/30' }]);
});

void t.test('when the form was filled in by hand', async (t) => {
  const { unknown, rows } = await parse('publicity-utf8-bom.csv');
  t.same(unknown, ['公示网址']);
  t.match(rows[0], { holderType: 'organisation', uscc: '91370303MA99TXT04C', content: '热食类食品制售,\n冷食类食品制售"不含裱花"', decidedOn: '2026-03-15', validFrom: '2026-03-15' });
  t.match(rows[1], { holderType: 'person', content: '示例执业', decidedOn: '2026-03-05', validUntil: '2026-03-15', state: { value: 'cancelled', raw: '注销' } });
});

void t.test('when the columns have pinyin names', async (t) => {
  const { unknown, rows } = await parse('publicity-pinyin.tsv');
  t.same(unknown, ['ID', 'RESOURCE_ID', 'CREATE_DATE']);
  t.match(rows[0], { uscc: '91370303MA99TXT202', validFrom: '2026-03-01', validUntil: '2031-02-28', licenceNo: '鲁DB533000001' });
  t.match(recognisePublicity(['xkXdrMc', 'xkWsh', 'xkJdrq', 'xkXkjg'])?.mapping.columns, { holderName: 'xkXdrMc', agencyName: 'xkXkjg' });
});

void t.test('when the table has the older form, the same codes mean other things', async (t) => {
  const { rows } = await parse('publicity-older-gb18030.csv');
  t.match(rows[0], { edition: 'older', registrationNumber: '370303600000016', state: { value: 'valid', raw: '0' } });
  t.match(rows[1], { edition: 'older', validUntil: '2021-05-19', state: { value: 'annulled', raw: '1' } });
  t.notOk(JSON.stringify(rows).includes('370303190012310030'), 'the identity number is not taken in');
  const numbered = ['行政相对人名称', '行政相对人代码_2', '决定书文号', '许可决定日期', '许可机关'];
  t.equal(recognisePublicity(numbered)?.mapping.columns.registrationNumber, '行政相对人代码_2');
  t.equal(recognisePublicity([...numbered, '项目名称', '审批类别'])?.mapping.columns.registrationNumber, undefined);
});

void t.test('when columns vary, are missing, or are those of another table', (t) => {
  for (const name of ['行政相对人代码_1（统一社会信用代码）', '行政相对人代码-1(统一社会信用代码)', '*行政相对人代码_1 【统一社会信用代码】', '统一社会信用代码（必填）', '行政相对人代码＿1：']) {
    const found = recognisePublicity(['备注', '许可机关', '许可决定日期*', '行政许可决定书文号', name, '行政相对人名称']);
    t.equal(found?.mapping.columns.uscc, name);
    t.ok(found?.missing.includes('数据来源单位'));
  }
  t.equal(recognisePublicity(['姓名', '年龄']), undefined);
  t.equal(recognisePublicity(['行政相对人名称', '行政处罚决定书文号', '处罚决定日期', '处罚机关']), undefined);
  t.throws(() => recognisePublicity(['行政相对人名称', '许可文书号', '行政许可决定文书号', '许可决定日期', '许可机关']), { name: 'TableError', code: 'TABLE_HEADER', reason: 'duplicate-column', column: '行政许可决定文书号' });
  t.end();
});

const COLUMNS = ['行政相对人名称', '行政相对人类别', '行政相对人代码_1', '行政许可决定文书名称', '行政许可决定文书号', '许可类别', '许可内容', '许可决定日期',
  '有效期自', '有效期至', '许可机关', '许可机关统一社会信用代码', '当前状态', '数据来源单位', '数据来源单位统一社会信用代码'];
const GOOD = ['样例书屋', '个体工商户', '92370303MA99TXT39U', '决定书', '1号', '普通', '图书零售', '2026-03-15', '2026-03-15', '长期', '示例局', '113703030099999063', '有效', '示例局', '113703030099999063'];
function parseWith(changes: Record<string, string>): PublicityRecord | TableRowError[] {
  const mapping = recognisePublicity(COLUMNS)?.mapping;
  if (mapping === undefined) throw new Error('not recognised');
  return parsePublicityRow({ ...Object.fromEntries(COLUMNS.map((column, i) => [column, GOOD[i] ?? ''])), ...changes }, mapping);
}

void t.test('when cells are wrong, all of them are told', (t) => {
  t.match(parseWith({}), { holderType: 'individual-business' });
  t.match(parseWith({ 许可内容: '', 当前状态: '8', 有效期自: '2026-03-32', 行政相对人类别: '2', 许可机关: '无' }), [
    { code: 'CELL_CHOICE', column: '行政相对人类别', value: '2' }, { code: 'CELL_DATE', column: '有效期自' }, { code: 'CELL_CHOICE', column: '当前状态' },
    { code: 'CELL_REQUIRED', column: '许可内容' }, { code: 'CELL_REQUIRED', column: '许可机关' },
  ]);
  t.match(parseWith({ 有效期至: '2026-03-14' }), [{ code: 'CELL_PERIOD', column: '有效期至', value: '2026-03-14' }]);
  t.match(parseWith({ 有效期至: '' }), [{ code: 'CELL_REQUIRED', column: '有效期至' }]);
  t.match(parseWith({ 行政相对人代码_1: '/' }), [{ code: 'CELL_REQUIRED', column: '行政相对人代码_1' }]);
  t.match(parseWith({ 行政相对人代码_1: '', 行政相对人类别: '自然人' }), { holderType: 'person' });
  t.end();
});

void t.test('when the state is a code, a word or both', (t) => {
  const states = { '1': 'valid', '2': 'invalid', '01': 'valid', '有效': 'valid', '已注销': 'cancelled', '被吊销': 'revoked', '撤回': 'withdrawn', '撤销': 'annulled',
    '暂扣': 'suspended', '已过期': 'expired', '1-有效': 'valid', '2（无效）': 'invalid', '其他': 'other' };
  for (const [raw, value] of Object.entries(states)) t.match(parseWith({ 当前状态: raw }), { state: { value, raw } }, raw);
  for (const raw of ['0', '3', '有效吗', 'constructor', '12']) t.match(parseWith({ 当前状态: raw }), [{ code: 'CELL_CHOICE' }], raw);
  t.end();
});
