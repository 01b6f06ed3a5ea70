import { headerKey } from './text.js';

export const MAP_FORMAT = 'yizheng-map/1';
/** A mapping has at most as many entries as a table has columns. */
export const MAP_ENTRIES_MAX = 256;
export const MAP_TEXT_MAX = 2_000;

/** What the mapping needs to know of a kind's field. */
export interface MappableField {
  readonly name: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly aliases?: readonly string[];
  readonly required?: boolean;
}

/** Which column of an agency's own table fills which field of a kind's face. */
export interface ColumnMapping {
  readonly format: typeof MAP_FORMAT;
  readonly kind: string;
  readonly columns: Readonly<Record<string, string>>;
  /** Fields that have the same value in every row. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Columns that are left out knowingly. */
  readonly ignored?: readonly string[];
}

export interface MappingProposal {
  readonly mapping: ColumnMapping;
  /** Columns that could fill several fields, or the same field as another column; left unmapped. */
  readonly ambiguous: { readonly column: string; readonly fields: string[] }[];
  /** Required fields without a column: to be given a column or a constant before the table can be used. */
  readonly unmappedRequired: string[];
}

export type MappingErrorCode =
  | 'MAP_FORMAT' | 'MAP_KIND' | 'MAP_FIELD' | 'MAP_FIELD_TWICE' | 'MAP_REQUIRED' | 'MAP_COLUMN' | 'MAP_TOO_LARGE';
const MESSAGES: Readonly<Record<MappingErrorCode, string>> = {
  MAP_FORMAT: 'the mapping is not of the known format',
  MAP_KIND: 'the mapping is for another kind',
  MAP_FIELD: 'the kind has no such field',
  MAP_FIELD_TWICE: 'the field is filled twice',
  MAP_REQUIRED: 'a required field is not filled',
  MAP_COLUMN: 'the table has no such column',
  MAP_TOO_LARGE: 'the mapping is larger than the limit',
};
/** `column` is a column of the table, `value` a field or a part of the file. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  constructor(readonly code: MappingErrorCode, readonly column = '', readonly value = '') {
    super(MESSAGES[code]);
  }
}

/** Proposes by exact label, then by label or alias as compared; never by likeness. */
export function proposeMapping(kind: string, columns: readonly string[], fields: readonly MappableField[]): MappingProposal {
  const taken = new Map<string, string>();
  const used = new Set<string>();
  const ambiguous: { column: string; fields: string[] }[] = [];
  const steps: readonly ((column: string, field: MappableField) => boolean)[] = [
    (column, { name, label }) => column === label.zh || column === label.en || column === name,
    (column, { name, label }) => [label.zh, label.en, name].some((text) => headerKey(text) === headerKey(column)),
    (column, { aliases }) => (aliases ?? []).some((alias) => headerKey(alias) === headerKey(column)),
  ];
  for (const fits of steps) {
    const open = columns.filter((column) => !taken.has(column) && !ambiguous.some((entry) => entry.column === column));
    const claims = open.map((column) => ({ column, fields: fields.filter((field) => !used.has(field.name) && fits(column, field)).map(({ name }) => name) }));
    for (const claim of claims) {
      const [name] = claim.fields;
      if (name === undefined) continue;
      const alone = claim.fields.length === 1 && claims.every((other) => other === claim || !other.fields.includes(name));
      if (alone) taken.set(claim.column, name);
      else ambiguous.push(claim);
    }
    for (const name of taken.values()) used.add(name);
  }
  return {
    mapping: { format: MAP_FORMAT, kind, columns: Object.fromEntries(taken), ignored: columns.filter((column) => !taken.has(column)) },
    ambiguous,
    unmappedRequired: fields.filter(({ name, required }) => required === true && !used.has(name)).map(({ name }) => name),
  };
}

/** Parses a mapping file for a kind; unknown members are refused. */
export function parseMapping(json: unknown, kind: string, fields: readonly MappableField[]): ColumnMapping {
  if (!isObject(json) || json['format'] !== MAP_FORMAT) throw new MappingError('MAP_FORMAT', '', 'format');
  const stranger = Object.keys(json).find((key) => !['format', 'kind', 'columns', 'constants', 'ignored'].includes(key));
  if (stranger !== undefined) throw new MappingError('MAP_FORMAT', '', stranger);
  if (json['kind'] !== kind) throw new MappingError('MAP_KIND');
  const columns = texts(json['columns'], 'columns');
  const constants = json['constants'] === undefined ? {} : texts(json['constants'], 'constants');
  const ignored = json['ignored'] ?? [];
  if (!Array.isArray(ignored) || !ignored.every((entry) => typeof entry === 'string')) throw new MappingError('MAP_FORMAT', '', 'ignored');
  if (ignored.length > MAP_ENTRIES_MAX) throw new MappingError('MAP_TOO_LARGE', '', 'ignored');
  const names = new Set(fields.map(({ name }) => name));
  const filled = new Set<string>();
  const targets = [...Object.entries(columns), ...Object.keys(constants).map((field) => ['', field] as const)];
  for (const [column, field] of targets) {
    if (!names.has(field)) throw new MappingError('MAP_FIELD', column, field);
    if (filled.has(field)) throw new MappingError('MAP_FIELD_TWICE', column, field);
    filled.add(field);
  }
  const open = fields.find(({ name, required }) => required === true && !filled.has(name));
  if (open !== undefined) throw new MappingError('MAP_REQUIRED', '', open.name);
  return { format: MAP_FORMAT, kind, columns, constants, ignored };
}

/** Checks once, before the first row, that the table has every column the mapping names. */
export function checkColumns(mapping: ColumnMapping, columns: readonly string[]): void {
  const absent = Object.keys(mapping.columns).find((column) => !columns.includes(column));
  if (absent !== undefined) throw new MappingError('MAP_COLUMN', absent);
}

/** The face of one row: text by field; a field whose cell is empty is absent. */
export function applyMapping(mapping: ColumnMapping, cells: Readonly<Record<string, string>>): Record<string, string> {
  const face = Object.entries(mapping.columns).map(([column, field]) => [field, Object.hasOwn(cells, column) ? cells[column] ?? '' : '']);
  return Object.fromEntries([...Object.entries(mapping.constants ?? {}), ...face.filter(([, text]) => text !== '')]) as Record<string, string>;
}

function texts(value: unknown, where: string): Record<string, string> {
  if (!isObject(value)) throw new MappingError('MAP_FORMAT', '', where);
  const entries = Object.entries(value);
  if (entries.length > MAP_ENTRIES_MAX) throw new MappingError('MAP_TOO_LARGE', '', where);
  for (const [key, text] of entries) {
    if (typeof text !== 'string') throw new MappingError('MAP_FORMAT', key, where);
    if (text.length > MAP_TEXT_MAX || key.length > MAP_TEXT_MAX) throw new MappingError('MAP_TOO_LARGE', '', where);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
