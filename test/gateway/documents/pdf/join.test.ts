/** The file for the printer, as a program that knows nothing of us draws it: page for page what the sealed files show. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority } from '#network/ca/authority';
import { joinPapers } from '#gateway/documents/pdf/join';
import { PdfMalformed } from '#gateway/documents/pdf/objects';
import { readPdf } from '#gateway/documents/pdf/read';
import { sealPdf, stampPdf } from '#gateway/documents/pdf/seal';
import { stampRequest, stampToken } from '#gateway/documents/pdf/time-stamp';
import { make } from '#test/support/documents';
import { BUREAU, MARKET, newSeal } from '#test/support/ledger';
import { asText, sealedPaper, sealing } from '#test/support/papers';
import { installed, stampAuthority } from '#test/support/tsa';

const authority = await createAuthority({ commonName: 'test seal authority', organization: 'test' });
const [bureau, market] = await Promise.all([newSeal(BUREAU, authority), newSeal(MARKET, authority)]);
const made = make(bureau);
const wall = await sealedPaper(bureau, made);
const twice = (await sealPdf(wall.pdf, sealing(market, { ...wall.place, x: wall.place.x - 130 }))).pdf;
const long = (await sealedPaper(bureau, made, { form: 'sheet', face: { holderName: '示例浮云餐饮有限公司', number: 'JY23703039999014', scope: '预包装食品销售（含冷藏冷冻）；'.repeat(180) } })).pdf;

const directory = mkdtempSync(join(tmpdir(), 'yizheng-join-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
/** Every page as pixels. */
function pagesOf(name: string, pdf: Uint8Array): Buffer[] {
  const folder = mkdtempSync(join(directory, `${name}-`));
  writeFileSync(join(folder, 'in.pdf'), pdf);
  const { status, stderr } = spawnSync('pdftoppm', ['-r', '50', join(folder, 'in.pdf'), join(folder, 'page')], { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`pdftoppm: ${stderr}`);
  return readdirSync(folder).filter((file) => file.endsWith('.ppm')).sort().map((file) => readFileSync(join(folder, file)));
}

/** The largest difference of a colour, of 255. */
const apartBy = (a: Buffer, b: Buffer): number => (a.length === b.length ? a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0) : 255);
/** Edges of what is drawn inside a drawing are rounded once more. */
const ROUNDING = 8;

t.test('when sealed papers are joined', { skip: installed('pdftoppm', '-v') ? false : 'pdftoppm (poppler-utils) is not installed' }, async (t) => {
  const stamps = stampAuthority();
  t.teardown(() => { stamps.remove(); });
  const nonce = Buffer.alloc(8, 9);
  const stamped = (await stampPdf(wall.pdf, (data) => stampToken(stamps.answer(stampRequest(data, nonce)), data, nonce))) ?? wall.pdf;
  const apart = [wall.pdf, long, twice, stamped].flatMap((pdf, i) => pagesOf(String(i), pdf));
  const together = pagesOf('all', joinPapers([wall.pdf, long, twice, stamped]));
  t.equal(together.length, apart.length);
  t.ok(apart.length > 4, 'with continuation sheets');
  for (const [i, page] of apart.entries()) t.ok(apartBy(page, together[i] ?? Buffer.alloc(0)) <= ROUNDING, `page ${String(i + 1)} is the same, seals and all`);
  t.ok(apartBy(apart[0] ?? Buffer.alloc(0), apart.at(-2) ?? Buffer.alloc(0)) > 100, 'a seal more would be seen');
});

t.test('when the joined file is taken for a licence', async (t) => {
  const joined = joinPapers([wall.pdf]);
  t.match(await readPdf(joined), { ok: false }, 'it is none');
  t.notMatch(asText(joined), /ByteRange|\/Sig|EmbeddedFile|AcroForm/, 'no signature that does not hold, no credential');
  t.throws(() => joinPapers([Buffer.from('%PDF-1.7 of somebody else')]), PdfMalformed);
});
