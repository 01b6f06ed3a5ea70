/** Acts as a table: CSV and XLSX for a spreadsheet program, in which nothing becomes a formula, and JSON for machines. */
import { csvCell } from '../../tables/cell.js';
import type { AuditedAct } from './act-views.js';

export const TABLE_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

const COLUMNS = ['at', 'noun', 'identifier', 'id', 'seq', 'act', 'status', 'effectiveOn', 'decidedBy', 'decidedByName', 'manager', 'actors', 'names', 'reason', 'basis', 'docNo', 'about', 'details', 'transaction', 'block', 'outside'] as const;

function cellsOf({ at, noun, identifier = '', id, seq, act, status, effectiveOn = '', by, manager, actors, reason = '', basis = '', docNo = '', about, details = [], transaction, block = '', outside }: AuditedAct): string[] {
  return [at, noun, identifier, id, String(seq), act, status, effectiveOn, by.code, by.name, manager.code, actors.map(({ staff }) => staff).join(' '), actors.flatMap(({ name }) => name ?? []).join(' '), reason, basis, docNo, about?.zh ?? '', details.map(({ code }) => code).join(' '), transaction, block, outside ? 'outside' : ''];
}

/** With the mark by which a spreadsheet program knows UTF-8, and lines ended by CR LF. */
function csv(acts: readonly AuditedAct[]): string {
  return `\ufeff${[[...COLUMNS], ...acts.map(cellsOf)].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

async function xlsx(acts: readonly AuditedAct[]): Promise<Buffer> {
  // Loaded with the first export.
  const { default: writeExcelFile } = await import('write-excel-file/node');
  const text = (value: string) => ({ value, type: String });
  return writeExcelFile([COLUMNS.map((name) => ({ ...text(name), fontWeight: 'bold' as const })), ...acts.map((act) => cellsOf(act).map(text))]).toBuffer();
}

/** @returns the file and its media type */
export async function tableOf(acts: readonly AuditedAct[], format: TableFormat): Promise<{ readonly type: string; readonly body: string | Buffer }> {
  if (format === 'csv') return { type: 'text/csv; charset=utf-8', body: csv(acts) };
  if (format === 'xlsx') return { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', body: await xlsx(acts) };
  return { type: 'application/json; charset=utf-8', body: JSON.stringify({ acts }) };
}
