import { Readable, pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { TableError } from './errors.js';
import { findHeader, type Recognise } from './header.js';
import { HEADER_ROWS_MAX, HEAD_BYTES, type TableLimits } from './limits.js';
import { nameRows, type RawRecord, type TableRow } from './rows.js';

export type Delimiter = ',' | '\t' | ';';
const DELIMITERS: readonly Delimiter[] = [',', '\t', ';'];

export interface CsvTable { readonly columns: string[]; readonly delimiter: Delimiter; readonly rows: AsyncGenerator<TableRow, void, undefined> }

/** RFC 4180, and quotes in the middle of a cell as they are; records are counted as a spreadsheet program counts rows. */
export async function readCsv(text: AsyncGenerator<string, void, undefined>, limits: TableLimits, recognise?: Recognise): Promise<CsvTable> {
  const head: string[] = [];
  for (let length = 0; length < HEAD_BYTES / 4;) {
    const next = await text.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  const start = head.join('');
  if (start.trim() === '') throw new TableError('TABLE_EMPTY');
  // A NUL in text is the mark of a binary file that happens to decode.
  if (start.includes('\0')) throw new TableError('TABLE_FORMAT', { reason: 'binary' });
  const delimiter = guessDelimiter(start);
  const records = parseRecords(start, text, delimiter, limits);
  try {
    const first: RawRecord[] = [];
    while (first.length < HEADER_ROWS_MAX) {
      const next = await records.next();
      if (next.done === true) break;
      first.push(next.value);
    }
    const { columns, spent } = findHeader(first, limits, recognise);
    return { columns, delimiter, rows: nameRows(columns, chain(first.slice(spent), records), limits) };
  } catch (error) {
    await records.return();
    throw error;
  }
}

async function* chain(first: readonly RawRecord[], rest: AsyncGenerator<RawRecord, void, undefined>): AsyncGenerator<RawRecord, void, undefined> {
  yield* first;
  yield* rest;
}

async function* parseRecords(
  start: string, rest: AsyncGenerator<string, void, undefined>, delimiter: Delimiter, limits: TableLimits,
): AsyncGenerator<RawRecord, void, undefined> {
  async function* all(): AsyncGenerator<string, void, undefined> {
    yield start;
    yield* rest;
  }
  const parser = parse({
    delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, relax_quotes: true,
    max_record_size: limits.recordChars,
  });
  // The error reaches the loop below, because the pipeline destroys the parser with it.
  pipeline(Readable.from(all()), parser, () => undefined);
  let number = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) yield { number: ++number, cells };
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const reason = cause.code === 'CSV_QUOTE_NOT_CLOSED' || cause.code === 'CSV_MAX_RECORD_SIZE' ? 'quote-not-closed' : 'csv';
    // The parser was ahead of the loop; where it stood is on its error.
    const { records } = cause as CsvError & { readonly records?: unknown };
    throw new TableError('TABLE_FORMAT', { row: (typeof records === 'number' ? records : number) + 1, reason, cause });
  }
}

/** The delimiter that divides most of the first lines into equally many cells; a comma where nothing divides them. */
export function guessDelimiter(start: string): Delimiter {
  let best: Delimiter = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const lines = new Map<number, number>();
    for (const width of widths(start, delimiter)) lines.set(width, (lines.get(width) ?? 0) + 1);
    const score = Math.max(0, ...[...lines].map(([width, count]) => width * count));
    if (score > most) [best, most] = [delimiter, score];
  }
  return best;
}

/** How many delimiters outside quotes each of the first lines has. */
function widths(start: string, delimiter: Delimiter): number[] {
  const found = [0];
  let quoted = false;
  for (const c of start) {
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === delimiter) found[found.length - 1] = (found.at(-1) ?? 0) + 1;
    else if (c === '\n' || c === '\r') {
      if (found.length > HEADER_ROWS_MAX) break;
      found.push(0);
    }
  }
  return found;
}
