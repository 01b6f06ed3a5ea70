/** A self-report in the words of its PDF. */
import { instantOf, startOfDay, type Day, type LegalZone } from '#chaincode/facts/calendar';
import { dayText } from '../../documents/pdf/face.js';
import type { ReportSheet } from '../../documents/pdf/report.js';
import { sectionOf, SECTIONS, type Section } from '../../documents/report.js';
import { messageOf } from '../../messages.js';
import { FIGURE_WORDS, inReadingOrder } from '../../messages/reports.js';
import type { ReportView } from './report.js';

export function sheetOf({ file: { report, uses }, digest, names, recorded }: ReportView, sample: boolean, zone: LegalZone): ReportSheet {
  const figures = inReadingOrder([...report.figures, ...uses]);
  const nameOf = (figure: string, of: string): string => `${Object.hasOwn(FIGURE_WORDS, figure) ? (FIGURE_WORDS[figure]?.zh ?? figure) : figure}${of === '-' ? '' : `　${names.of[of]?.zh ?? of}`}`;
  const last = recorded.find((each) => each.digest === digest);
  const [year, number] = report.quarter.split('Q');
  return {
    title: `${year ?? ''} 年第 ${number ?? ''} 季度自查报告${report.interim ? '（季度未结束）' : ''}`, author: names.agency,
    lines: [
      `机关：${names.agency}　${report.agency}`, `统计至：${dayText(report.day)}，账本第 ${String(report.block)} 个区块`, `账本：${report.ledger}`, `报告摘要：${digest}`,
      last ? `已登记于账本：第 ${String(last.version)} 份，${last.at}，交易 ${last.txId}` : '本报告尚未登记于账本', '各项数据由账本记录逐条计得，所依据的记录可在系统中查看；登记后可按上述区块重新核对。',
    ],
    sections: (Object.keys(SECTIONS) as Section[]).map((section) => ({ title: messageOf(`report-${section}`).zh, rows: figures.filter(({ figure }) => sectionOf(figure) === section).map(({ figure, of, count }) => ({ name: nameOf(figure, of), count })) })).filter(({ rows }) => rows.length > 0),
    foot: `${report.agency} ${report.quarter}　${digest}`, madeAt: instantOf(startOfDay(report.day as Day, zone) * 1000), sample,
  };
}
