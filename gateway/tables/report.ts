import { csvCell } from './cell.js';

/** What became of one row of a table. Absent members are empty cells, and absent in NDJSON. */
export interface ReportRow {
  readonly row: number;
  /** `already`: an earlier run of the same table had done it. */
  readonly result: 'done' | 'already' | 'refused';
  readonly code?: string;
  readonly column?: string;
  readonly value?: string;
  /** Type code of the kind that an imported row became, or was to become. */
  readonly kind?: string;
  readonly licence?: string;
  readonly version?: string | number;
  readonly transaction?: string;
  readonly block?: string | number | bigint;
}

/** With the words for its code: what the reader of a report sees. */
export interface WordedRow extends ReportRow {
  readonly zh?: string;
  readonly en?: string;
}

export const REPORT_COLUMNS = ['row', 'result', 'code', 'column', 'value', 'zh', 'en', 'kind', 'licence', 'version', 'transaction', 'block'] as const;

/**
 * As CSV for a spreadsheet program: with the mark by which it knows UTF-8, and with lines ended by CR LF.
 * Values come from a stranger's table, so none may become a formula on the clerk's machine.
 */
export async function* reportCsv(rows: AsyncIterable<WordedRow> | Iterable<WordedRow>): AsyncGenerator<string, void, undefined> {
  yield `\ufeff${REPORT_COLUMNS.join(',')}\r\n`;
  for await (const row of rows) yield REPORT_COLUMNS.map((column) => csvCell(row[column])).join(',') + '\r\n';
}

/** For machines: the values as they are, one object a line. */
export async function* reportNdjson(rows: AsyncIterable<WordedRow> | Iterable<WordedRow>): AsyncGenerator<string, void, undefined> {
  for await (const row of rows) {
    yield JSON.stringify(Object.fromEntries(REPORT_COLUMNS.filter((column) => row[column] !== undefined).map((column) => {
      const value = row[column];
      return [column, typeof value === 'bigint' ? String(value) : value];
    }))) + '\n';
  }
}
