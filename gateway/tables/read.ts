import { readCsv, type Delimiter } from './csv.js';
import type { TextEncoding } from './decode.js';
import { TableError } from './errors.js';
import type { Recognise } from './header.js';
import { TABLE_LIMITS, type TableLimits } from './limits.js';
import { readNdjson } from './ndjson.js';
import type { TableRow } from './rows.js';
import { decodeBytes, openBytes, type TableSource } from './source.js';
import { readWorkbook } from './workbook.js';

export type TableInput = TableSource & {
  /** The file's name as sent; only its ending is looked at, and the content has the last word. */
  readonly name: string;
  readonly mediaType?: string;
  /** If given, the header is the first row it accepts; none is TABLE_HEADER. */
  readonly recognise?: Recognise;
  readonly limits?: Partial<TableLimits>;
};

export interface Table {
  /** Half-width, on one line, in the order of the file. */
  readonly columns: string[];
  readonly encoding: TextEncoding | 'xlsx' | 'ndjson';
  readonly delimiter?: Delimiter;
  /** To be read once. Leaving the loop early closes the file. Throws TableError for what is wrong with the file as a whole. */
  readonly rows: AsyncGenerator<TableRow, void, undefined>;
}

/**
 * Opens a table of CSV, XLSX or NDJSON and finds its header; rows are read as they are asked for.
 * Fails with TableError; a fault of one row is a row with an `error`, and the others go on.
 */
export async function readTable(input: TableInput): Promise<Table> {
  const limits: TableLimits = { ...TABLE_LIMITS, ...input.limits };
  const bytes = await openBytes(input, limits.bytes);
  try {
    const { head } = bytes;
    if (head.length === 0) throw new TableError('TABLE_EMPTY');
    if (startsWith(head, 0x50, 0x4b, 0x03, 0x04)) {
      return { encoding: 'xlsx', ...await readWorkbook(bytes.chunks, limits, input.recognise) };
    }
    if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0)) throw new TableError('TABLE_FORMAT', { reason: 'legacy-or-encrypted-workbook' });
    if (startsWith(head, 0x25, 0x50, 0x44, 0x46)) throw new TableError('TABLE_FORMAT', { reason: 'pdf' });
    const { encoding, text } = decodeBytes(bytes);
    const start = firstCharacter(head);
    if (isNdjson(input, start)) return { encoding: 'ndjson', ...await readNdjson(text, limits, input.recognise) };
    // Some systems save a web page under the name .xls; a JSON array cannot be read row by row.
    if (start === '<') throw new TableError('TABLE_FORMAT', { reason: 'markup' });
    if (start === '[') throw new TableError('TABLE_FORMAT', { reason: 'json-array' });
    const table = await readCsv(text, limits, input.recognise);
    // A file that is ASCII for long shows its encoding only later.
    return { ...table, get encoding() { return encoding(); } };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

function isNdjson({ name, mediaType }: TableInput, start: string): boolean {
  return start === '{' || /\.(ndjson|jsonl)$/i.test(name) || /^application\/(x-ndjson|jsonl|json-lines)\b/i.test(mediaType ?? '');
}

function firstCharacter(head: Uint8Array): string {
  return Buffer.from(head.subarray(0, 256)).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '').trimStart().charAt(0);
}

function startsWith(head: Uint8Array, ...bytes: number[]): boolean {
  return bytes.every((byte, i) => head[i] === byte);
}
