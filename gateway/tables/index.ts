export { readTable, type Table, type TableInput } from './read.js';
export type { TableRow } from './rows.js';
export type { TableSource } from './source.js';
export { TableError, type RowErrorCode, type TableErrorCode, type TableRowError } from './errors.js';
export * from './limits.js';
export { parseDay, parseEnd, type Day } from './days.js';
export {
  parsePublicityRow, recognisePublicity, type CurrentPublicityRecord, type OlderPublicityRecord,
  type PublicityMapping, type PublicityRecognition, type PublicityRecord,
} from './publicity.js';
export type { PublicityEdition, PublicityField } from './publicity-columns.js';
export type { HolderType, PublicityState, PublicityStateValue } from './publicity-values.js';
export {
  applyMapping, checkColumns, MAP_ENTRIES_MAX, MAP_FORMAT, MAP_TEXT_MAX, MappingError, parseMapping, proposeMapping,
  type ColumnMapping, type MappableField, type MappingErrorCode, type MappingProposal,
} from './mapping.js';
export { REPORT_COLUMNS, reportCsv, reportNdjson, type ReportRow, type WordedRow } from './report.js';
