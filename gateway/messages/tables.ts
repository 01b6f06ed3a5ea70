/** What is wrong with a table, a row, a cell, or the mapping of its columns. */
import type { RowErrorCode, TableErrorCode } from '../tables/errors.js';
import type { MappingErrorCode } from '../tables/mapping.js';
import type { Message } from '../messages.js';

export const TABLE_WORDS = {
  TABLE_EMPTY: { zh: '文件为空，请选择有内容的文件', en: 'The file is empty: choose another' },
  TABLE_ENCODING: { zh: '文件编码损坏，请另存为完整的 UTF-8 或 GB18030', en: 'The text is neither whole UTF-8 nor whole GB18030: save it again as one of them' },
  TABLE_FORMAT: { zh: '文件格式无法识别，请用 CSV、XLSX 或 NDJSON', en: 'The format is not known: use CSV, XLSX or NDJSON' },
  TABLE_HEADER: { zh: '表头缺失、重复或无法识别，请检查首行列名', en: 'The header row is missing, repeated or not recognised: check the names of the columns' },
  TABLE_TOO_LARGE: { zh: '表格超出大小限制，请分成几个文件', en: 'The table is larger than the limit: split it' },
  ROW_TOO_SHORT: { zh: '该行单元格少于表头，请补齐', en: 'The row has fewer cells than the header: fill it up' },
  ROW_TOO_LONG: { zh: '该行单元格多于表头，请删去多余的', en: 'The row has more cells than the header: remove the surplus' },
  ROW_FORMAT: { zh: '该行不是由简单值组成的 JSON 对象，请改正', en: 'The line is not one JSON object of plain values: correct it' },
  CELL_CONTROL: { zh: '单元格含控制字符，请重新输入', en: 'The cell holds a control character: type it again' },
  CELL_LOST_CHARACTER: { zh: '单元格含乱码（字符已丢失），请从原始数据重新导出', en: 'A character of the cell was lost: export it again from the source' },
  CELL_DIGITS_LOST: { zh: '长数字已丢失位数，请将该列设为文本后重新填写', en: 'The number has lost digits: format the column as text and enter it again' },
  CELL_TOO_LONG: { zh: '单元格内容过长，请缩短', en: 'The cell is too long: shorten it' },
  CELL_FORMULA_ERROR: { zh: '单元格为公式错误，请填写实际值', en: 'The cell holds the error of a formula: enter the value' },
  CELL_REQUIRED: { zh: '必填项为空，请填写', en: 'The cell must not be empty: fill it in' },
  CELL_DATE: { zh: '日期不存在或格式无法识别，请按“年-月-日”填写', en: 'The cell is not an existing calendar day: write it as year-month-day' },
  CELL_PERIOD: { zh: '有效期至早于有效期自，请改正', en: 'The end lies before the start: correct it' },
  CELL_CHOICE: { zh: '取值不在规定范围内，请改为规定值', en: 'Not one of the known values: use one of them' },
  MAP_FORMAT: { zh: '列对应文件格式不对，请重新生成', en: 'The mapping is not of the known format: make it again' },
  MAP_KIND: { zh: '列对应是为另一类证照做的，请重新选择', en: 'The mapping is for another kind: choose again' },
  MAP_FIELD: { zh: '该类证照没有此字段，请改正列对应', en: 'The kind has no such field: correct the mapping' },
  MAP_FIELD_TWICE: { zh: '同一字段对应了两列，请只保留一列', en: 'A field is filled by two columns: keep one' },
  MAP_REQUIRED: { zh: '必填字段没有对应的列，请指定', en: 'A required field has no column: choose one' },
  MAP_COLUMN: { zh: '表格没有此列，请改正列对应', en: 'The table has no such column: correct the mapping' },
  MAP_TOO_LARGE: { zh: '列对应超出大小限制，请精简', en: 'The mapping is larger than the limit: make it smaller' },
} as const satisfies Record<TableErrorCode | RowErrorCode | MappingErrorCode, Message>;
