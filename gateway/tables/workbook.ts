import { readSheet } from 'read-excel-file/node';
import { TableError } from './errors.js';
import { findHeader, type Recognise } from './header.js';
import type { TableLimits } from './limits.js';
import { nameRows, type RawCell, type RawRecord, type TableRow } from './rows.js';
import { repackWithin } from './unpack.js';

export interface WorkbookTable { readonly columns: string[]; readonly rows: AsyncGenerator<TableRow, void, undefined> }

/** The first sheet of an .xlsx workbook, read whole within its limits. */
export async function readWorkbook(
  chunks: AsyncIterable<Uint8Array>, limits: TableLimits, recognise?: Recognise,
): Promise<WorkbookTable> {
  const archive = await collect(chunks, limits.workbookBytes);
  const unpacked = await repackWithin(archive, limits.workbookUnpackedBytes);
  refuseFarCells(unpacked, limits);
  let sheet: readonly (readonly unknown[])[];
  try {
    sheet = await readSheet<NumberText>(unpacked, 1, { trim: false, parseNumber: (text) => ({ text }) });
  } catch (cause) {
    throw new TableError('TABLE_FORMAT', { reason: 'workbook', cause });
  }
  const records: RawRecord[] = sheet.map((cells, i) => ({ number: i + 1, cells: cells.map(cellText) }));
  const firstFilled = records.findIndex(({ cells }) => cells.some((cell) => cell !== ''));
  const body = firstFilled < 0 ? [] : records.slice(firstFilled);
  const { columns, spent } = findHeader(body, limits, recognise);
  return { columns, rows: nameRows(columns, body.slice(spent), limits) };
}

interface NumberText { readonly text: string }

async function collect(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw new TableError('TABLE_TOO_LARGE', { limit, reason: 'workbook-bytes' });
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/**
 * One cell at XFD1048576, by accident or on purpose, makes the reader fill the whole grid up to it.
 * Empty formatted cells far to the right are common and harmless, since the reader drops them.
 */
function refuseFarCells(unpacked: Buffer, limits: TableLimits): void {
  const xml = unpacked.toString('latin1');
  for (const [, tag, attributes, empty] of xml.matchAll(/<(?:\w+:)?(c|row)\b([^<>]*?)(\/?)>/g)) {
    const place = /(?:^|\s)r\s*=\s*["']([A-Z]*)(\d+)["']/.exec(attributes ?? '');
    if (place === null) continue;
    if (Number(place[2]) > limits.workbookRows) throw new TableError('TABLE_TOO_LARGE', { limit: limits.workbookRows, reason: 'workbook-rows' });
    if (tag === 'c' && empty === '' && columnNumber(place[1] ?? '') > limits.columns) {
      throw new TableError('TABLE_TOO_LARGE', { limit: limits.columns, reason: 'columns' });
    }
  }
}

function columnNumber(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}

function cellText(value: unknown): RawCell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (value instanceof Date) return dayText(value);
  return numberText((value as NumberText).text);
}

/** The reader gives the wall clock of the cell as UTC; any other reading would shift days near midnight. */
function dayText(date: Date): RawCell {
  if (Number.isNaN(date.valueOf())) return { error: 'CELL_FORMULA_ERROR', value: '' };
  const whole = new Date(Math.round(date.valueOf() / 1000) * 1000).toISOString();
  const time = whole.slice(11, 19);
  return time === '00:00:00' ? whole.slice(0, 10) : `${whole.slice(0, 10)} ${time}`;
}

/**
 * Numbers as digits, never as 9.1E+17. A spreadsheet program keeps 15 significant digits, so a longer
 * code typed as a number ends in zeros that nobody wrote: that row must be sent again as text.
 */
export function numberText(text: string): RawCell {
  if (/^-?\d{1,15}$/.test(text)) return text;
  const value = Number(text);
  if (!Number.isFinite(value)) return { error: 'CELL_FORMULA_ERROR', value: text };
  if (Math.abs(value) >= 1e15) return /^\d+$/.test(text) && !/0{3}$/.test(text) ? text : { error: 'CELL_DIGITS_LOST', value: text };
  const shown = Number(value.toPrecision(15));
  return Math.abs(shown) < 1e-6 && shown !== 0 ? shown.toFixed(15).replace(/0+$/, '') : String(shown);
}
