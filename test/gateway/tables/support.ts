import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { readTable, TableError, type Table, type TableErrorCode, type TableInput, type TableRow } from '#gateway/tables/index';

/** From dist/test/gateway/tables back to the sources. */
const FIXTURES = new URL('../../../../test/fixtures/tables/', import.meta.url);

export function fixture(name: string): string {
  return fileURLToPath(new URL(name, FIXTURES));
}

export type Options = Partial<Pick<TableInput, 'name' | 'mediaType' | 'recognise' | 'limits'>>;

/** Reads bytes or text as one file, cut into chunks of `chunk` bytes. */
export async function readBytes(data: string | Uint8Array, options: Options & { chunk?: number } = {}): Promise<Table> {
  const { chunk = 1024 * 1024, ...rest } = options;
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.slice(at, at + chunk));
  return readTable({ name: 'table.csv', ...rest, stream: Readable.from(chunks, { objectMode: true }) });
}

export async function rowsOf(table: Table): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of table.rows) rows.push(row);
  return rows;
}

/** The cells of every row; an error stands as its code and column. */
export async function cellsOf(table: Table): Promise<unknown[]> {
  return (await rowsOf(table)).map((row) => 'error' in row ? `${row.error.code} ${row.error.column}`.trim() : Object.values(row.cells));
}

export async function failsWith(t: Test, code: TableErrorCode, work: Promise<unknown>, detail: Partial<TableError> = {}): Promise<void> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof TableError)) {
    t.fail(`expected ${code}`, { found: error });
    return;
  }
  t.match(error, { ...detail, code }, code);
}

/** Reads a table to its end. */
export async function drain(data: string | Uint8Array, options: Options & { chunk?: number } = {}): Promise<void> {
  await rowsOf(await readBytes(data, options));
}
