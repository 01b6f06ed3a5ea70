import { ERROR_VALUE_CHARS } from './limits.js';

export type TableErrorCode =
  | 'TABLE_EMPTY' | 'TABLE_ENCODING' | 'TABLE_FORMAT' | 'TABLE_HEADER' | 'TABLE_TOO_LARGE';

export type RowErrorCode =
  | 'ROW_TOO_SHORT' | 'ROW_TOO_LONG' | 'ROW_FORMAT'
  | 'CELL_CONTROL' | 'CELL_LOST_CHARACTER' | 'CELL_DIGITS_LOST' | 'CELL_TOO_LONG' | 'CELL_FORMULA_ERROR'
  | 'CELL_REQUIRED' | 'CELL_DATE' | 'CELL_PERIOD' | 'CELL_CHOICE';

/** What is wrong with one row; the file as a whole goes on. */
export interface TableRowError {
  readonly code: RowErrorCode;
  /** The column as the file calls it; empty where the row as a whole is wrong. */
  readonly column: string;
  /** May be personal data: show it to the person who sent the file, never log it. */
  readonly value: string;
}

export function rowError(code: RowErrorCode, column: string, value: string): TableRowError {
  return { code, column, value: cut(value) };
}

export interface TableErrorDetail {
  readonly column?: string;
  readonly value?: string;
  /** Of the first byte that cannot be read, from the start of the file, counting from 0. */
  readonly byteOffset?: number;
  /** 1-based, as a spreadsheet program shows it. */
  readonly row?: number;
  /** The limit that was passed. */
  readonly limit?: number;
  readonly reason?: string;
  readonly cause?: unknown;
}

/** The file as a whole cannot be read (further). Never thrown for the fault of a single row. */
export class TableError extends Error {
  override readonly name = 'TableError';
  readonly code: TableErrorCode;
  readonly column: string;
  readonly value: string;
  readonly byteOffset: number | undefined;
  readonly row: number | undefined;
  readonly limit: number | undefined;
  /** A constant short tag that tells apart the causes of one code, e.g. `duplicate-column`. */
  readonly reason: string | undefined;

  constructor(code: TableErrorCode, detail: TableErrorDetail = {}) {
    super(code, detail.cause === undefined ? {} : { cause: detail.cause });
    this.code = code;
    this.column = detail.column ?? '';
    this.value = cut(detail.value ?? '');
    this.byteOffset = detail.byteOffset;
    this.row = detail.row;
    this.limit = detail.limit;
    this.reason = detail.reason;
  }
}

/** Shortens by whole characters, so that a character beyond the BMP is never halved. */
function cut(value: string): string {
  return value.length <= ERROR_VALUE_CHARS ? value : [...value].slice(0, ERROR_VALUE_CHARS).join('') + '…';
}
