import { rowError, TableError, type TableRowError } from './errors.js';
import type { TableLimits } from './limits.js';
import { cleanCell, hasControl, hasLostCharacter } from './text.js';

/** A row that can be read, or what is wrong with it. `number` counts from 1, as a spreadsheet program shows it. */
export type TableRow =
  | { readonly number: number; readonly cells: Readonly<Record<string, string>> }
  | { readonly number: number; readonly error: TableRowError };

/** One record before it has column names. A cell that no text stands for carries its own error. */
export type RawCell = string | { readonly error: 'CELL_DIGITS_LOST' | 'CELL_FORMULA_ERROR'; readonly value: string };
export interface RawRecord { readonly number: number; readonly cells: readonly RawCell[] }

const SUSPECT = /[^\u0020-\u007e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]/;

/** Names the cells of a record; undefined for a blank one. Empty cells are present as ''. */
export function toRow(columns: readonly string[], record: RawRecord, limits: TableLimits): TableRow | undefined {
  const { number } = record;
  const cells: Record<string, string> = {};
  let [blank, extra, at] = [true, '', 0];
  for (const raw of record.cells) {
    const column = columns[at++];
    if (typeof raw !== 'string') return { number, error: rowError(raw.error, column ?? '', raw.value) };
    const text = cleanCell(raw);
    if (text !== '') blank = false;
    if (column === undefined) {
      extra ||= text;
      continue;
    }
    const error = cellError(column, text, limits);
    if (error !== undefined) return { number, error };
    cells[column] = text;
  }
  if (blank) return undefined;
  if (extra !== '') return { number, error: rowError('ROW_TOO_LONG', '', extra) };
  const missing = columns[at];
  if (missing !== undefined) return { number, error: rowError('ROW_TOO_SHORT', missing, '') };
  return { number, cells };
}

export function cellError(column: string, text: string, limits: TableLimits): TableRowError | undefined {
  if (text.length > limits.cellChars) return rowError('CELL_TOO_LONG', column, text);
  if (!SUSPECT.test(text)) return undefined;
  if (hasControl(text)) return rowError('CELL_CONTROL', column, text);
  if (hasLostCharacter(text)) return rowError('CELL_LOST_CHARACTER', column, text);
  return undefined;
}

/** The rows after the header, blank ones left out, until the limit. */
export async function* nameRows(
  columns: readonly string[], records: AsyncIterable<RawRecord> | Iterable<RawRecord>, limits: TableLimits,
): AsyncGenerator<TableRow, void, undefined> {
  for await (const record of records) {
    if (record.number > limits.rows) throw new TableError('TABLE_TOO_LARGE', { limit: limits.rows, reason: 'rows' });
    const row = toRow(columns, record, limits);
    if (row !== undefined) yield row;
  }
}
