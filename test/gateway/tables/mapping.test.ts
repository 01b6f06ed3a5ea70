import t from 'tap';
import { applyMapping, checkColumns, MAP_FORMAT, parseMapping, proposeMapping, type MappableField, type MappingErrorCode } from '#gateway/tables/index';

const FIELDS: readonly MappableField[] = [
  { name: 'operator', label: { zh: '经营者名称', en: 'operator' }, aliases: ['单位名称', '企业名称'], required: true },
  { name: 'principal', label: { zh: '法定代表人（负责人）', en: 'principal' } },
  { name: 'premises', label: { zh: '经营场所', en: 'premises' }, aliases: ['经营地址'], required: true },
];

void t.test('when labels, normalised labels and aliases are proposed', (t) => {
  const { mapping, ambiguous, unmappedRequired } = proposeMapping('food', ['*法定代表人(负责人)', '单位 名称', '企业地址', '经营场所'], FIELDS);
  t.same(mapping, { format: MAP_FORMAT, kind: 'food', columns: { '经营场所': 'premises', '*法定代表人(负责人)': 'principal', '单位 名称': 'operator' }, ignored: ['企业地址'] });
  t.same(ambiguous, []);
  t.same(unmappedRequired, []);
  t.end();
});

void t.test('when nothing fits, nothing is guessed', (t) => {
  const { mapping, unmappedRequired } = proposeMapping('food', ['名称', '地址'], FIELDS);
  t.same(mapping.columns, {});
  t.same(unmappedRequired, ['operator', 'premises']);
  const twice = proposeMapping('food', ['单位名称', '企业名称', '经营场所'], FIELDS);
  t.same(twice.ambiguous, [{ column: '单位名称', fields: ['operator'] }, { column: '企业名称', fields: ['operator'] }]);
  t.same(twice.unmappedRequired, ['operator']);
  t.same(proposeMapping('food', ['经营者名称', '单位名称', '经营场所'], FIELDS).mapping.columns, { 经营者名称: 'operator', 经营场所: 'premises' }, 'the label goes before the alias');
  t.end();
});

const GOOD = { format: MAP_FORMAT, kind: 'food', columns: { 名称: 'operator' }, constants: { premises: '示例路1号' }, ignored: ['序号'] };

void t.test('when a mapping file is good', (t) => {
  const mapping = parseMapping(JSON.parse(JSON.stringify(GOOD)), 'food', FIELDS);
  t.same(mapping, GOOD);
  checkColumns(mapping, ['序号', '名称']);
  t.same(applyMapping(mapping, { 名称: '样例书屋', 序号: '1' }), { operator: '样例书屋', premises: '示例路1号' });
  t.same(applyMapping(mapping, { 名称: '' }), { premises: '示例路1号' });
  t.end();
});

void t.test('when a mapping file is bad', (t) => {
  const bad: [unknown, MappingErrorCode][] = [
    ...[null, 1, [], 'x', {}, { ...GOOD, format: 'yizheng-map/2' }, { ...GOOD, more: 1 }, { ...GOOD, columns: [] }, { ...GOOD, columns: { a: 1 } }, { ...GOOD, ignored: 'x' }, { ...GOOD, constants: null }]
      .map((value): [unknown, MappingErrorCode] => [value, 'MAP_FORMAT']),
    [{ ...GOOD, kind: 'hygiene' }, 'MAP_KIND'],
    [{ ...GOOD, columns: { 名称: 'constructor' } }, 'MAP_FIELD'],
    [{ ...GOOD, columns: { 名称: 'operator', 单位: 'operator' } }, 'MAP_FIELD_TWICE'],
    [{ ...GOOD, columns: { 名称: 'operator', 地址: 'premises' } }, 'MAP_FIELD_TWICE'],
    [{ ...GOOD, constants: {} }, 'MAP_REQUIRED'],
    [{ ...GOOD, constants: { premises: 'x'.repeat(3000) } }, 'MAP_TOO_LARGE'],
    [{ ...GOOD, ignored: Array.from({ length: 300 }, String) }, 'MAP_TOO_LARGE'],
    [{ ...GOOD, columns: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [String(i), 'operator'])) }, 'MAP_TOO_LARGE'],
  ];
  for (const [value, code] of bad) t.throws(() => parseMapping(value, 'food', FIELDS), { name: 'MappingError', code }, code);
  t.throws(() => { checkColumns(parseMapping(GOOD, 'food', FIELDS), ['序号']); }, { code: 'MAP_COLUMN', column: '名称' });
  t.end();
});
