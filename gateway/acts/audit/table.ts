/** Rows as a file: CSV and XLSX for a spreadsheet program, in which nothing becomes a formula, and JSON for machines. */
import { csvCell } from '../../tables/cell.js';

export const TABLE_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a machine reads in their place. */
  readonly json: object;
}

/** With the mark by which a spreadsheet program knows UTF-8, and lines ended by CR LF. */
function csv({ columns, rows }: Table): string {
  return `\ufeff${[columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

async function xlsx({ columns, rows }: Table): Promise<Buffer> {
  // Loaded with the first export.
  const { default: writeExcelFile } = await import('write-excel-file/node');
  const text = (value: string) => ({ value, type: String });
  return writeExcelFile([columns.map((name) => ({ ...text(name), fontWeight: 'bold' as const })), ...rows.map((row) => row.map(text))]).toBuffer();
}

/** @returns the file and its media type */
export async function fileOf(table: Table, format: TableFormat): Promise<{ readonly type: string; readonly body: string | Buffer }> {
  if (format === 'csv') return { type: 'text/csv; charset=utf-8', body: csv(table) };
  if (format === 'xlsx') return { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', body: await xlsx(table) };
  return { type: 'application/json; charset=utf-8', body: JSON.stringify(table.json) };
}
