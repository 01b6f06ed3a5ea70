import { ERROR_VALUE_CHARS } from './limits.js'

export type TableErrorCode =
  | 'TABLE_EMPTY' | 'TABLE_ENCODING' | 'TABLE_FORMAT' | 'TABLE_HEADER' | 'TABLE_TOO_LARGE'

export type RowErrorCode =
  | 'ROW_TOO_SHORT' | 'ROW_TOO_LONG' | 'ROW_FORMAT'
  | 'CELL_CONTROL' | 'CELL_LOST_CHARACTER' | 'CELL_DIGITS_LOST' | 'CELL_TOO_LONG' | 'CELL_FORMULA_ERROR'
  | 'CELL_REQUIRED' | 'CELL_DATE' | 'CELL_PERIOD' | 'CELL_CHOICE'

/** Constant texts, safe to log: they never hold a cell's value. `zh` is for the clerk, `en` for the log. */
const MESSAGES: Readonly<Record<TableErrorCode | RowErrorCode, { readonly en: string, readonly zh: string }>> = {
  TABLE_EMPTY: { en: 'the file is empty', zh: '文件为空' },
  TABLE_ENCODING: { en: 'the text is neither whole UTF-8 nor whole GB18030', zh: '文件编码损坏：不是完整的 UTF-8 或 GB18030' },
  TABLE_FORMAT: { en: 'the file is not a table in a known format', zh: '文件格式无法识别' },
  TABLE_HEADER: { en: 'the header row is missing, repeated or not recognised', zh: '表头缺失、重复或无法识别' },
  TABLE_TOO_LARGE: { en: 'the table is larger than the limit', zh: '表格超出大小限制' },
  ROW_TOO_SHORT: { en: 'the row has fewer cells than the header', zh: '该行单元格少于表头' },
  ROW_TOO_LONG: { en: 'the row has more cells than the header', zh: '该行单元格多于表头' },
  ROW_FORMAT: { en: 'the line is not one JSON object of plain values', zh: '该行不是由简单值组成的 JSON 对象' },
  CELL_CONTROL: { en: 'the cell holds a control character', zh: '单元格含控制字符' },
  CELL_LOST_CHARACTER: { en: 'the cell holds a mark left by a lost character', zh: '单元格含乱码（字符已丢失）' },
  CELL_DIGITS_LOST: { en: 'the number has lost digits; format the column as text', zh: '长数字已丢失位数，请将该列设为文本' },
  CELL_TOO_LONG: { en: 'the cell is longer than the limit', zh: '单元格内容过长' },
  CELL_FORMULA_ERROR: { en: 'the cell holds the error of a formula', zh: '单元格为公式错误' },
  CELL_REQUIRED: { en: 'the cell must not be empty', zh: '必填项为空' },
  CELL_DATE: { en: 'the cell is not an existing calendar day', zh: '日期不存在或格式无法识别' },
  CELL_PERIOD: { en: 'the end lies before the start', zh: '有效期至早于有效期自' },
  CELL_CHOICE: { en: 'the value is not one of the known ones', zh: '取值不在规定范围内' },
}

/** The text of a code in either language. */
export function tableMessage(code: TableErrorCode | RowErrorCode, language: 'en' | 'zh'): string {
  return MESSAGES[code][language]
}

/** What is wrong with one row; the file as a whole goes on. */
export interface TableRowError {
  readonly code: RowErrorCode
  /** The column as the file calls it; empty where the row as a whole is wrong. */
  readonly column: string
  /** May be personal data: show it to the person who sent the file, never log it. */
  readonly value: string
  readonly message: string
}

export function rowError(code: RowErrorCode, column: string, value: string): TableRowError {
  return { code, column, value: cut(value), message: MESSAGES[code].en }
}

export interface TableErrorDetail {
  readonly column?: string
  readonly value?: string
  /** Of the first byte that cannot be read, from the start of the file, counting from 0. */
  readonly byteOffset?: number
  /** 1-based, as a spreadsheet program shows it. */
  readonly row?: number
  /** The limit that was passed. */
  readonly limit?: number
  readonly reason?: string
  readonly cause?: unknown
}

/** The file as a whole cannot be read (further). Never thrown for the fault of a single row. */
export class TableError extends Error {
  override readonly name = 'TableError'
  readonly code: TableErrorCode
  readonly column: string
  readonly value: string
  readonly byteOffset: number | undefined
  readonly row: number | undefined
  readonly limit: number | undefined
  /** A constant short tag that tells apart the causes of one code, e.g. `duplicate-column`. */
  readonly reason: string | undefined

  constructor(code: TableErrorCode, detail: TableErrorDetail = {}) {
    super(MESSAGES[code].en, detail.cause === undefined ? {} : { cause: detail.cause })
    this.code = code
    this.column = detail.column ?? ''
    this.value = cut(detail.value ?? '')
    this.byteOffset = detail.byteOffset
    this.row = detail.row
    this.limit = detail.limit
    this.reason = detail.reason
  }
}

/** Shortens by whole characters, so that a character beyond the BMP is never halved. */
function cut(value: string): string {
  return value.length <= ERROR_VALUE_CHARS ? value : [...value].slice(0, ERROR_VALUE_CHARS).join('') + '…'
}
