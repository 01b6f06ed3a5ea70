/** Every bound of this room, each with its reason. A caller may lower or raise them per file. */
export interface TableLimits {
  readonly bytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly cellChars: number;
  readonly recordChars: number;
  readonly workbookBytes: number;
  readonly workbookUnpackedBytes: number;
  readonly workbookRows: number;
}

/** 512 MiB: one million publicity rows at 500 bytes each, a whole province's yearly file. */
export const TABLE_BYTES_MAX = 512 * 1024 * 1024;
/** What a spreadsheet program can show; a longer file cannot be checked by the person who sends it. */
export const TABLE_ROWS_MAX = 1_048_576;
/** The widest published table known has fewer than 60 columns. */
export const TABLE_COLUMNS_MAX = 256;
/** A spreadsheet cell holds no more, so a longer one is damage. */
export const CELL_CHARS_MAX = 32_767;
/** One record; an unclosed quote would otherwise draw the rest of the file into memory. */
export const RECORD_CHARS_MAX = 1024 * 1024;
/** A workbook is read whole, unlike the other formats. */
export const WORKBOOK_BYTES_MAX = 32 * 1024 * 1024;
/** A small archive may unpack to gigabytes; ordinary workbooks unpack to five to ten times their size. */
export const WORKBOOK_UNPACKED_BYTES_MAX = 256 * 1024 * 1024;
/** Above this, send CSV: a workbook of this length takes several hundred megabytes while it is read. */
export const WORKBOOK_ROWS_MAX = 200_000;
/** Published files put a title, the unit and the date above the header; more than ten rows were never met. */
export const HEADER_ROWS_MAX = 10;
/** How much of a file is looked at to tell its format, encoding and delimiter. */
export const HEAD_BYTES = 64 * 1024;
/** How much of a refused value goes into an error. */
export const ERROR_VALUE_CHARS = 200;

export const TABLE_LIMITS: TableLimits = {
  bytes: TABLE_BYTES_MAX,
  rows: TABLE_ROWS_MAX,
  columns: TABLE_COLUMNS_MAX,
  cellChars: CELL_CHARS_MAX,
  recordChars: RECORD_CHARS_MAX,
  workbookBytes: WORKBOOK_BYTES_MAX,
  workbookUnpackedBytes: WORKBOOK_UNPACKED_BYTES_MAX,
  workbookRows: WORKBOOK_ROWS_MAX,
};
