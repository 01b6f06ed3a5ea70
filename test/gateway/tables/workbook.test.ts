import t from 'tap';
import { deflateRawSync, crc32 } from 'node:zlib';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { numberText } from '#gateway/tables/workbook';
import { recognisePublicity } from '#gateway/tables/index';
import { cellsOf, drain, failsWith, readBytes, rowsOf } from '#test/gateway/tables/support';

const workbook = (data: SheetData): Promise<Buffer> => writeExcelFile(data).toBuffer();
const day = (text: string): { value: Date; type: DateConstructor; format: string } => ({ value: new Date(text), type: Date, format: 'yyyy/m/d' });

void t.test('when a published workbook has titles above its header', async (t) => {
  const table = await readBytes(await workbook([
    [{ value: '行政许可信息公示表（2026年3月）', columnSpan: 5 }, null, null, null, null],
    [{ value: '填报单位：示例局' }, null, null, { value: '日期：' }, day('2026-03-31')],
    [null, null, null, null, null],
    ['行政相对人名称', '行政许可决定文书号', '许可决定日期', '许可机关', '备注'],
    ['示例浮云餐饮有限公司', '〔2026〕1号', day('2026-03-15'), '示例局', null],
    [null, null, null, null, null],
    ['测试䶮㛃𬭬', '〔2026〕2号', '2026年3月15日', '示例局', 12.5],
  ]), { name: 'x.xlsx', recognise: (columns) => recognisePublicity(columns) !== undefined });
  t.equal(table.encoding, 'xlsx');
  t.same((await rowsOf(table)).map((row) => [row.number, 'cells' in row && Object.values(row.cells)]), [
    [5, ['示例浮云餐饮有限公司', '〔2026〕1号', '2026-03-15', '示例局', '']],
    [7, ['测试䶮㛃𬭬', '〔2026〕2号', '2026年3月15日', '示例局', '12.5']],
  ]);
});

void t.test('when the header is found without help', async (t) => {
  const table = await readBytes(await workbook([[{ value: '标题', columnSpan: 3 }, null, null], ['名称', '代码', '日期'], ['a', '1', 'b']]));
  t.same(table.columns, ['名称', '代码', '日期']);
});

void t.test('when cells hold days and times, no zone shifts them', async (t) => {
  const zone = process.env['TZ'];
  try {
    for (const TZ of ['Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati']) {
      process.env['TZ'] = TZ;
      const table = await readBytes(await workbook([['甲', '乙', '丙'], [day('2026-03-15'), day('2026-12-31T23:59:59Z'), day('1949-10-01')]]));
      t.same(await cellsOf(table), [['2026-03-15', '2026-12-31 23:59:59', '1949-10-01']]);
    }
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

void t.test('when numbers are shown', async (t) => {
  const table = await readBytes(await workbook([['甲', '乙', '丙'], [370303600000016, 0.1 + 0.2, true], [913703030000000000, 1, 2]]));
  t.same(await cellsOf(table), [['370303600000016', '0.3', 'TRUE'], 'CELL_DIGITS_LOST 甲']);
  for (const [text, shown] of [['1E3', '1000'], ['0', '0'], ['-12', '-12'], ['1.5E-7', '0.00000015'], ['123456789012345678', '123456789012345678'], ['4.6096E4', '46096']]) {
    t.equal(numberText(text ?? ''), shown);
  }
  t.match(numberText('9.1370303000000006E+17'), { error: 'CELL_DIGITS_LOST' });
});

void t.test('when a workbook is empty or broken', async (t) => {
  await failsWith(t, 'TABLE_EMPTY', drain(await workbook([[null]])));
  await failsWith(t, 'TABLE_FORMAT', drain(Buffer.from('PK\x03\x04 and nothing else')), { reason: 'archive' });
  await failsWith(t, 'TABLE_FORMAT', drain(zip([['a.xml', Buffer.from('<a/>')]])), { reason: 'workbook' });
  const good = await workbook([['甲', '乙'], ['1', '2']]);
  for (let at = 4; at < good.length; at += 97) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0xff;
    const error: unknown = await drain(bad).then(() => undefined, (reason: unknown) => reason);
    t.ok(error === undefined || (error instanceof Error && error.name === 'TableError'), `byte ${String(at)}`);
  }
});

void t.test('when a workbook is made to exhaust the reader', async (t) => {
  const bomb = zip([['xl/worksheets/sheet1.xml', Buffer.alloc(20_000_000, 0x20)]]);
  t.ok(bomb.length < 50_000);
  await failsWith(t, 'TABLE_TOO_LARGE', drain(bomb, { limits: { workbookUnpackedBytes: 1_000_000 } }), { reason: 'unpacked-bytes' });
  const sheet = (cell: string): Buffer => zip([['xl/worksheets/sheet1.xml', Buffer.from(`<worksheet><sheetData>${cell}</sheetData></worksheet>`)]]);
  await failsWith(t, 'TABLE_TOO_LARGE', drain(sheet('<row r="1048576"/>')), { reason: 'workbook-rows' });
  await failsWith(t, 'TABLE_TOO_LARGE', drain(sheet('<row r="1"><c r = \'XFD1\'><v>1</v></c></row>')), { reason: 'columns' });
  await failsWith(t, 'TABLE_TOO_LARGE', drain(bomb, { limits: { workbookBytes: 1000 } }), { reason: 'workbook-bytes' });
});

/** A plain archive: what write-excel-file would never write. */
function zip(parts: readonly (readonly [string, Buffer])[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of parts) {
    const packed = deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed);
    central.push(Buffer.from('PK\x01\x02\0\0', 'latin1'), fields, tail, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, ...central, end]);
}
