import { rowError, TableError, type TableRowError } from './errors.js';
import { refuseUnusable, type Recognise } from './header.js';
import { HEAD_BYTES, type TableLimits } from './limits.js';
import { cellError, type TableRow } from './rows.js';
import { cleanCell, cleanHeader } from './text.js';

export interface NdjsonTable { readonly columns: string[]; readonly rows: AsyncGenerator<TableRow, void, undefined> }
interface Line { readonly number: number; readonly text: string }

/** One JSON object a line. The columns are the names met at the start of the file; a name met only later is a row's error. */
export async function readNdjson(text: AsyncGenerator<string, void, undefined>, limits: TableLimits, recognise?: Recognise): Promise<NdjsonTable> {
  const lines = splitLines(text, limits);
  const first: Line[] = [];
  const names = new Map<string, string>();
  try {
    for (let length = 0; length < HEAD_BYTES;) {
      const next = await lines.next();
      if (next.done === true) break;
      first.push(next.value);
      length += next.value.text.length;
      for (const name of Object.keys(parseObject(next.value.text) ?? {})) names.set(name, cleanHeader(name));
    }
    if (first.length === 0) throw new TableError('TABLE_EMPTY');
    const columns = [...names.values()];
    if (columns.length === 0) throw new TableError('TABLE_FORMAT', { reason: 'ndjson' });
    if (columns.length > limits.columns) throw new TableError('TABLE_TOO_LARGE', { limit: limits.columns, reason: 'columns' });
    refuseUnusable(columns);
    if (recognise !== undefined && !recognise(columns)) throw new TableError('TABLE_HEADER', { reason: 'not-recognised' });
    return { columns, rows: rows(names, first, lines, limits) };
  } catch (error) {
    await lines.return();
    throw error;
  }
}

async function* rows(
  names: ReadonlyMap<string, string>, first: readonly Line[], rest: AsyncGenerator<Line, void, undefined>, limits: TableLimits,
): AsyncGenerator<TableRow, void, undefined> {
  for (const line of first) yield toRow(names, line, limits);
  for await (const line of rest) yield toRow(names, line, limits);
}

function toRow(names: ReadonlyMap<string, string>, { number, text }: Line, limits: TableLimits): TableRow {
  const object = parseObject(text);
  if (object === undefined) return { number, error: rowError('ROW_FORMAT', '', text) };
  const stranger = Object.keys(object).find((name) => !names.has(name));
  if (stranger !== undefined) return { number, error: rowError('ROW_TOO_LONG', cleanHeader(stranger), '') };
  const cells: [string, string][] = [];
  for (const [name, column] of names) {
    const cell = Object.hasOwn(object, name) ? cellText(column, object[name]) : '';
    const error = typeof cell === 'string' ? cellError(column, cell, limits) : cell;
    if (error !== undefined) return { number, error };
    cells.push([column, cell as string]);
  }
  return { number, cells: Object.fromEntries(cells) };
}

function cellText(column: string, value: unknown): string | TableRowError {
  if (value === null) return '';
  if (typeof value === 'string') return cleanCell(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return rowError('ROW_FORMAT', column, JSON.stringify(value));
  // A licence number written as a JSON number is rounded from 2^53 on.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return rowError('CELL_DIGITS_LOST', column, String(value));
  return String(value);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

async function* splitLines(text: AsyncGenerator<string, void, undefined>, limits: TableLimits): AsyncGenerator<Line, void, undefined> {
  let rest = '';
  let number = 0;
  for await (const part of text) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (++number > limits.rows) throw new TableError('TABLE_TOO_LARGE', { limit: limits.rows, reason: 'rows' });
      if (line.trim() !== '') yield { number, text: line };
    }
    if (rest.length > limits.recordChars) throw new TableError('TABLE_TOO_LARGE', { row: number + 1, limit: limits.recordChars, reason: 'record' });
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}
