/** Rows as a file: CSV and XLSX for a spreadsheet program, in which nothing becomes a formula, and JSON for machines. */
import { csvCell } from './cell.js';

export const TABLE_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a machine reads in their place. */
  readonly json: object;
  /** A second sheet that explains the first, where the file can have one. */
  readonly notes?: { readonly name: string; readonly rows: readonly (readonly string[])[] };
}

/** With the mark by which a spreadsheet program knows UTF-8, and lines ended by CR LF. */
function csv({ columns, rows }: Table): string {
  return `\ufeff${[columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

async function xlsx({ columns, rows, notes }: Table): Promise<Buffer> {
  // Loaded with the first export.
  const { default: writeExcelFile } = await import('write-excel-file/node');
  const text = (value: string) => ({ value, type: String });
  const sheet = ([head = [], ...rest]: readonly (readonly string[])[]) => [head.map((name) => ({ ...text(name), fontWeight: 'bold' as const })), ...rest.map((row) => row.map(text))];
  const data = sheet([columns, ...rows]);
  return (notes ? writeExcelFile([{ data }, { data: sheet(notes.rows), sheet: notes.name }]) : writeExcelFile(data)).toBuffer();
}

/** @returns the file and its media type */
export async function fileOf(table: Table, format: TableFormat): Promise<{ readonly type: string; readonly body: string | Buffer }> {
  if (format === 'csv') return { type: 'text/csv; charset=utf-8', body: csv(table) };
  if (format === 'xlsx') return { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', body: await xlsx(table) };
  return { type: 'application/json; charset=utf-8', body: JSON.stringify(table.json) };
}
