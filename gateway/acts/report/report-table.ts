/** A self-report as a workbook: what it is, its figures, and for each the address at which its records are read. Nothing in it becomes a formula. */
import { sectionOf } from '../../documents/report.js';
import { messageOf } from '../../messages.js';
import { FIGURE_WORDS, inReadingOrder } from '../../messages/reports.js';
import type { ReportView } from './report.js';

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const text = (value: string) => ({ value, type: String, wrap: true });
const bold = (value: string) => ({ ...text(value), fontWeight: 'bold' as const });
const HEADINGS = ['栏目 Section', '项目 Figure', '名称 Name', '类别代码 Code', '类别 Of', '数量 Count', '所依据的记录 Records'];

/** @param sample marks everything as made up */
export async function workbookOf({ file: { report, uses }, digest, names, recorded }: ReportView, publicName: string, sample: string | undefined): Promise<Buffer> {
  // Loaded with the first export.
  const { default: writeExcelFile } = await import('write-excel-file/node');
  const base = `${publicName}/api/reports/${report.agency}/${report.quarter}/rows`;
  const said: [string, string][] = [
    ['自查报告 Self-report', sample ?? ''], ['机关 Agency', `${names.agency} ${report.agency}`], ['季度 Quarter', `${report.quarter}${report.interim ? '（未结束 not over）' : ''}`], ['统计至 Up to', report.day], ['区块 Block', String(report.block)], ['账本 Ledger', report.ledger], ['报告摘要 Digest', digest],
    ...(report.uses ? [['用证记录 Use log', `${report.uses.log}  ${String(report.uses.size)}  ${report.uses.digest}`] satisfies [string, string]] : []),
    ...recorded.map(({ version, at, digest: of, txId }): [string, string] => [`已登记 Recorded ${String(version)}`, `${at}  ${of}  ${txId}`]),
  ];
  const rows = inReadingOrder([...report.figures, ...uses]).map(({ figure, of, count }) => {
    const words = Object.hasOwn(FIGURE_WORDS, figure) ? FIGURE_WORDS[figure] : undefined;
    const [section, label] = [sectionOf(figure), names.of[of]];
    return [text(section === undefined ? '' : messageOf(`report-${section}`).zh), text(figure), text(words?.zh ?? figure), text(of), text(label?.zh ?? ''), { value: count, type: Number }, text(`${base}?${new URLSearchParams({ figure, of, block: String(report.block) }).toString()}`)];
  });
  return writeExcelFile([
    { data: said.map(([name, value]) => [bold(name), text(value)]), sheet: '报告 Report', columns: [{ width: 28 }, { width: 90 }] },
    { data: [HEADINGS.map(bold), ...rows], sheet: '数据 Figures', columns: [{ width: 18 }, { width: 22 }, { width: 34 }, { width: 26 }, { width: 26 }, { width: 14 }, { width: 110 }], stickyRowsCount: 1 },
  ]).toBuffer();
}
