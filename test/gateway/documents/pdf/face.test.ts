import type { Day } from '#chaincode/facts/calendar';
import { MEMBERS_MAX } from '#chaincode/facts/composite';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import decodeQr from 'qr/decode.js';
import t from 'tap';
import { KINDS } from '#gateway/catalogue/kinds';
import { dayText, drawFace } from '#gateway/documents/pdf/face';
import { make, newRegister } from '#test/support/documents';
import { asText, fonts, paperOf } from '#test/support/papers';
import { installed } from '#test/support/tsa';

const made = make((await newRegister()).bureau);
const face = paperOf(made).face;
const ITEMS = '预包装食品（含冷藏冷冻食品）销售；散装食品销售；特殊食品销售（保健食品、婴幼儿配方乳粉、其他婴幼儿配方食品）；热食类食品制售；';
const scope = (length: number): string => [...ITEMS.repeat(40)].slice(0, length).join('');

const directory = mkdtempSync(join(tmpdir(), 'yizheng-face-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
/** What a reader finds on the pages, as poppler extracts it, spaces out. */
function textOf(pdf: Uint8Array): string {
  writeFileSync(join(directory, 'face.pdf'), pdf);
  return spawnSync('pdftotext', ['-raw', join(directory, 'face.pdf'), '-'], { encoding: 'utf8' }).stdout.replaceAll(/\s/g, '');
}
const skip = installed('pdftotext', '-v') ? false : 'pdftotext (poppler-utils) is not installed';

t.test('when the same paper is drawn twice', async (t) => {
  const [a, b] = [await drawFace(paperOf(made), fonts), await drawFace(paperOf(made), fonts)];
  t.ok(Buffer.from(a.pdf).equals(Buffer.from(b.pdf)), 'the same bytes');
  t.ok(a.pdf.length < 60_000, 'small, with its fonts');
});

t.test('when a scope is long', async (t) => {
  const drawn = async (length: number, form: 'wall' | 'sheet' = 'wall') => (await drawFace(paperOf(made, { form, face: { ...face, scope: scope(length) } }), fonts)).pages;
  t.same([await drawn(20), await drawn(600), await drawn(600, 'sheet')], [1, 1, 1], 'it shrinks');
  t.ok(await drawn(2000) > 1, 'and goes on, on a sheet of its own');
});

t.test('when every field is as long as its kind allows', async (t) => {
  for (const kind of KINDS) {
    const full = Object.fromEntries(kind.fields.map(({ name, max, choices, type, role }) => [name, type === 'day' ? '2026-03-15' : choices?.[0] ?? (role === 'scope' ? scope(max) : '样'.repeat(max))]));
    const members = kind.composite && Array.from({ length: MEMBERS_MAX }, () => ({ name: '公共场所卫生许可证', number: '样'.repeat(60), validUntil: '2029-03-14' as Day }));
    for (const form of ['wall', 'sheet'] as const) t.ok((await drawFace(paperOf(made, { form, fields: kind.fields, title: kind.name, face: full, members }), fonts)).pages > (members || 'scope' in full ? 1 : 0), `${kind.name.en}, ${form}`);
  }
});

t.test('when the pages are read by a stranger to us', { skip }, async (t) => {
  const long = textOf((await drawFace(paperOf(made, { face: { ...face, scope: scope(2000) } }), fonts)).pdf);
  t.ok(long.includes('（接附页）'), 'the face says that it goes on');
  for (const [i, item] of scope(2000).split('；').entries()) if (!long.includes(item)) t.fail(`item ${String(i)} is missing`);
  const short = textOf((await drawFace(paperOf(made, { face: { ...face, holderName: '示例䶮㛃𬭬饭店' } }), fonts)).pdf);
  for (const part of ['食品经营许可证', '示例䶮㛃𬭬饭店', '91370303MA99TXT04C', 'JY23703039999014', '2026年03月15日至2029年03月14日', '样例非有效证照', '查验请扫码', '1.2.156.3005.2.']) t.ok(short.includes(part), part);
  const business = textOf((await drawFace(paperOf(made, { validUntil: undefined, sample: false, purpose: { cause: '办理银行贷款', requester: '示例银行', expiresOn: '2026-12-31' as never, madeAt: '2026-03-15T02:00:00.000Z' as never } }), fonts)).pdf);
  for (const part of ['长期', '加注件', '仅供示例银行用于办理银行贷款', '2026-12-31']) t.ok(business.includes(part), part);
  t.notOk(business.includes('样例'), 'only samples are marked as such');
});

t.test('when the QR is read from the printed page', { skip }, async (t) => {
  const paper = paperOf(made);
  writeFileSync(join(directory, 'face.pdf'), (await drawFace(paper, fonts)).pdf);
  // The lower left of the page, as a camera sees it, at a hundred dots an inch.
  const page = spawnSync('pdftoppm', ['-r', '100', '-x', '100', '-y', '580', '-W', '200', '-H', '190', '-singlefile', join(directory, 'face.pdf')], { maxBuffer: 1 << 22 }).stdout;
  const head = /^P6\n(\d+) (\d+)\n255\n/.exec(page.subarray(0, 40).toString('latin1'));
  const [width, height] = [Number(head?.[1]), Number(head?.[2])];
  const rgb = page.subarray(head?.[0].length);
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : rgb[3 * Math.floor(i / 4) + (i % 4)] ?? 0));
  t.equal(decodeQr({ width, height, data }), paper.qr);
});

t.test('when the file says what it is', async (t) => {
  const text = asText((await drawFace(paperOf(made), fonts)).pdf);
  t.match(text, /<pdfaid:part>3<\/pdfaid:part>/);
  t.match(text, /<pdfaid:conformance>B<\/pdfaid:conformance>/);
  t.ok(text.includes(made.credential), 'the credential lies in it as it is');
  t.equal(dayText('2026-03-15'), '2026年03月15日');
  t.equal(dayText('长期'), '长期');
});
