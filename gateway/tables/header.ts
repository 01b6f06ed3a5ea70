import { TableError } from './errors.js';
import { HEADER_ROWS_MAX, type TableLimits } from './limits.js';
import type { RawRecord } from './rows.js';
import { cleanCell, cleanHeader, headerKey } from './text.js';

/** Says whether these columns are those of a table the caller can use. */
export type Recognise = (columns: readonly string[]) => boolean;

export interface Header {
  readonly columns: string[];
  /** How many of the first records are spent: the header and what stands above it. */
  readonly spent: number;
}

/**
 * Finds the header among the first records. With `recognise`, the first row it accepts. Otherwise the
 * first row that reads like labels and is nearly as wide as the widest: a merged title is one cell,
 * a line "unit, date" is two or three.
 */
export function findHeader(first: readonly RawRecord[], limits: TableLimits, recognise?: Recognise): Header {
  const rows = first.slice(0, HEADER_ROWS_MAX).map(labels);
  const widest = Math.max(0, ...rows.map(filled));
  if (widest === 0) throw new TableError('TABLE_EMPTY');
  const index = recognise === undefined
    ? rows.findIndex((row) => filled(row) >= widest * 0.6 && looksLikeLabels(row))
    : rows.findIndex((row) => filled(row) > 0 && recognise(columnsOf(row)));
  const row = rows[index];
  if (row === undefined) throw new TableError('TABLE_HEADER', { reason: 'not-recognised' });
  const columns = columnsOf(row);
  if (columns.length > limits.columns) throw new TableError('TABLE_TOO_LARGE', { limit: limits.columns, reason: 'columns' });
  refuseUnusable(columns, first[index]?.number);
  return { columns, spent: index + 1 };
}

/** Two columns of one name would silently lose one of them; `__proto__` would change the row itself. */
export function refuseUnusable(columns: readonly string[], row?: number): void {
  const seen = new Set<string>();
  for (const column of columns) {
    if (column === '__proto__') throw new TableError('TABLE_HEADER', { reason: 'reserved-name', column });
    const key = headerKey(column);
    if (seen.has(key)) {
      throw new TableError('TABLE_HEADER', { reason: 'duplicate-column', column, ...(row === undefined ? {} : { row }) });
    }
    seen.add(key);
  }
}

function labels(record: RawRecord): string[] {
  return record.cells.map((cell) => typeof cell === 'string' ? cleanHeader(cleanCell(cell)) : '');
}

function filled(row: readonly string[]): number {
  return row.filter((cell) => cell !== '').length;
}

/** Empty cells at the end are padding; one in between keeps its place under a name nobody else uses. */
function columnsOf(row: readonly string[]): string[] {
  const last = row.findLastIndex((cell) => cell !== '');
  return row.slice(0, last + 1).map((cell, i) => cell === '' ? `(第${String(i + 1)}列)` : cell);
}

const VALUE_LIKE = /^[\d\s.,:/年月日-]+$|^[0-9A-Z]{15,}$/;
function looksLikeLabels(row: readonly string[]): boolean {
  return row.filter((cell) => cell !== '' && !VALUE_LIKE.test(cell)).length * 2 > filled(row);
}
