import t from 'tap';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { readTable } from '#gateway/tables/index';
import { scanGb18030, scanUtf16, scanUtf8 } from '#gateway/tables/scan';
import { cellsOf, drain, failsWith, fixture, readBytes, rowsOf } from '#test/gateway/tables/support';

const HEADER_GB = Buffer.from('c3fbb3c62cb4fac2eb0a', 'hex'); // 名称,代码

void t.test('when a file is GB 18030', async (t) => {
  const table = await readTable({ path: fixture('publicity-gb18030.csv'), name: 'x.csv' });
  t.equal(table.encoding, 'gb18030');
  const [, second] = await rowsOf(table);
  t.equal(second !== undefined && 'cells' in second && second.cells['法定代表人'], '测试䶮㛃𬭬');
});

void t.test('when chunks cut characters anywhere', async (t) => {
  for (const name of ['publicity-gb18030.csv', 'publicity-utf8-bom.csv']) {
    const bytes = readFileSync(fixture(name));
    const whole = await rowsOf(await readBytes(bytes));
    for (const chunk of [1, 2, 3, 5, 7]) t.same(await rowsOf(await readBytes(bytes, { chunk })), whole);
  }
});

void t.test('when Chinese text comes only after a long ASCII start', async (t) => {
  const ascii = Buffer.from(`name,code\n${`${'a'.repeat(150)},1\n`.repeat(1_000)}`);
  const table = await readBytes(Buffer.concat([ascii, HEADER_GB]), { chunk: 50_000 });
  t.equal((await rowsOf(table)).length, 1_001);
  t.equal(table.encoding, 'gb18030');
});

void t.test('when a file is UTF-16', async (t) => {
  const text = '\ufeff名称\t代码\r\n测试𬭬\t1\r\n';
  const little = Buffer.from(text, 'utf16le');
  const table = await readBytes(little, { chunk: 3 });
  t.equal(table.encoding, 'utf-16le');
  t.same(await cellsOf(table), [['测试𬭬', '1']]);
  const big = await readBytes(Buffer.from(little).swap16(), { chunk: 3 });
  t.equal(big.encoding, 'utf-16be');
  t.same(await cellsOf(big), [['测试𬭬', '1']]);
  await failsWith(t, 'TABLE_ENCODING', drain(Buffer.from('fffe00d84100', 'hex')), { byteOffset: 2 });
});

void t.test('when a character is broken, its byte is named', async (t) => {
  await failsWith(t, 'TABLE_ENCODING', readTable({ path: fixture('publicity-broken-gb18030.csv'), name: 'x.csv' }), { byteOffset: 958, reason: 'gb18030' });
  await failsWith(t, 'TABLE_ENCODING', readTable({ path: fixture('publicity-broken-utf8.csv'), name: 'x.csv' }), { byteOffset: 1307, reason: 'utf-8' });
  await failsWith(t, 'TABLE_ENCODING', drain(Buffer.concat([HEADER_GB, Buffer.from('b4', 'hex')])), { byteOffset: HEADER_GB.length });
  // Four bytes of the right form to which no character belongs, behind other text.
  const unassigned = Buffer.concat([HEADER_GB, HEADER_GB, Buffer.from('e3329a36', 'hex'), HEADER_GB]);
  await failsWith(t, 'TABLE_ENCODING', drain(unassigned), { byteOffset: 20 });
  await failsWith(t, 'TABLE_ENCODING', drain(unassigned, { chunk: 4 }), { byteOffset: 20 });
});

void t.test('when the break is far into a long file, the rows before it are delivered', async (t) => {
  const good = Buffer.from(`名称,代码\n${`${'示例'.repeat(30)},1\n`.repeat(1_500)}`);
  const table = await readBytes(Buffer.concat([good, Buffer.from('e6b5', 'hex'), Buffer.from(',2\n')]), { chunk: 16_384 });
  let rows = 0;
  await failsWith(t, 'TABLE_ENCODING', (async () => { for await (const row of table.rows) rows = row.number; })(), { byteOffset: good.length });
  t.ok(rows > 1_000);
});

void t.test('when GB 18030 characters were moved out of the private use area', async (t) => {
  const bytes = Buffer.concat([HEADER_GB, Buffer.from('fe51fe592c310a', 'hex')]);
  t.same(await cellsOf(await readBytes(bytes)), [['\u{20087}\u9fb4', '1']]);
});

void t.test('when bytes are random, the scanners agree with the decoders', (t) => {
  const scans = [['utf-8', scanUtf8], ['utf-16le', (b: Uint8Array) => scanUtf16(b, true)], ['utf-16be', (b: Uint8Array) => scanUtf16(b, false)]] as const;
  const mixed = fc.array(fc.oneof(fc.string({ unit: 'binary' }).map((s) => Buffer.from(s.replace(/\p{Cs}/gu, ''))), fc.uint8Array({ maxLength: 3 })), { maxLength: 5 });
  fc.assert(fc.property(mixed, (parts) => {
    const bytes = Buffer.concat(parts);
    for (const [encoding, scan] of scans) {
      const { end, bad } = scan(bytes);
      const whole = (() => { try { new TextDecoder(encoding, { fatal: true }).decode(bytes); return true; } catch { return false; } })();
      if (whole !== (bad === undefined && end === bytes.length)) return false;
    }
    const gb = scanGb18030(bytes);
    const text = new TextDecoder('gb18030', { fatal: true });
    if (gb.bad === undefined && gb.end === bytes.length) return true;
    try { text.decode(bytes); return false; } catch { return true; }
  }), { numRuns: 200 });
  t.end();
});
