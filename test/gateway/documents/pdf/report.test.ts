/** The self-report on paper: drawn the same again, page after page, with no character that the font lacks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { sheetOf } from '#gateway/acts/report/report-sheet';
import type { ReportView } from '#gateway/acts/report/report';
import { missingGlyphs } from '#gateway/documents/pdf/glyphs';
import { drawReport } from '#gateway/documents/pdf/report';
import { REPORT_FORMAT, type Figure } from '#gateway/documents/report';
import { FIGURE_WORDS, inReadingOrder } from '#gateway/messages/reports';
import { BUREAU, KIND, LEDGER, sha } from '#test/support/ledger';
import { fonts } from '#test/support/papers';
import { installed } from '#test/support/tsa';

const all: Figure[] = Object.keys(FIGURE_WORDS).map((figure, i) => ({ figure, of: /^(application|grant)/.test(figure) ? '-' : KIND.food, count: 70_001 + i }));
const view: ReportView = {
  file: { report: { format: REPORT_FORMAT, ledger: LEDGER, agency: BUREAU, quarter: '2026Q1', day: '2026-03-31', block: 4711, figures: all.filter(({ figure }) => !figure.startsWith('use.')) }, uses: all.filter(({ figure }) => figure.startsWith('use.')) },
  digest: sha('report'), names: { agency: '示例市张店区行政审批服务局', of: { [KIND.food]: { zh: '食品经营许可证', en: 'food permit' } } }, recorded: [{ version: 3, block: 4711, form: 1, digest: sha('report'), at: '2026-04-01T00:00:00.000Z', txId: 'a'.repeat(64), actors: [] }],
};
const skip = installed('pdftotext', '-v') ? false : 'pdftotext (poppler-utils) is not installed';

/** What a reader finds on the pages, spaces out. */
function textOf(pdf: Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-report-'));
  writeFileSync(join(directory, 'r.pdf'), pdf);
  const { stdout } = spawnSync('pdftotext', ['-raw', join(directory, 'r.pdf'), '-'], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  return stdout.replaceAll(/\s/g, '');
}

t.test('when a report is drawn', async (t) => {
  const sheet = sheetOf(view, false, SHANGHAI);
  const [first, again] = [await drawReport(sheet, fonts), await drawReport(sheet, fonts)];
  t.ok(Buffer.from(first).equals(again), 'the same report gives the same bytes');
  t.strictSame(missingGlyphs(JSON.stringify(sheet)), [], 'the font has every character');
  t.match(sheet.sections.map(({ title }) => title), ['证照', '行业综合许可证', '秒批', '办件', '容缺', '告知承诺', '免交材料', '用证', '处罚与检查', '监管承接']);
  t.match(sheetOf({ ...view, recorded: [] }, false, SHANGHAI).lines.join(), /尚未登记于账本/);
  t.match(sheetOf({ ...view, file: { ...view.file, report: { ...view.file.report, interim: true } } }, false, SHANGHAI).title, /季度未结束/);
});

t.test('when it is read', { skip }, async (t) => {
  const text = textOf(await drawReport(sheetOf(view, false, SHANGHAI), fonts));
  for (const { figure, count } of all) t.match(text, String(count), figure);
  t.equal([...text.matchAll(new RegExp(sha('report'), 'g'))].length, 1 + [...text.matchAll(/第\d页/g)].length, 'the digest stands at the head and on every page');
  t.notMatch(text, /非有效证照/);
  t.match(textOf(await drawReport(sheetOf(view, true, SHANGHAI), fonts)), /非有效证照/, 'of made-up data it says so');
});

t.test('when figures are put into the order of reading', async (t) => {
  t.strictSame(inReadingOrder([{ figure: 'supervision.late', of: 'a', count: 1 }, { figure: 'supervision.taken', of: 'b', count: 1 }, { figure: 'supervision.taken', of: 'a', count: 1 }, { figure: 'licence.issue', of: 'a', count: 1 }]).map(({ figure, of }) => `${figure} ${of}`), ['licence.issue a', 'supervision.taken a', 'supervision.taken b', 'supervision.late a']);
});
