import { parseDay, parseEnd, type Day } from './days.js';
import { rowError, TableError, type RowErrorCode, type TableRowError } from './errors.js';
import { canonicalName, editionOf, fieldOf, type PublicityEdition, type PublicityField } from './publicity-columns.js';
import { codeText, holderType, holderTypeFromCode, meaningful, publicityState, type HolderType, type PublicityState } from './publicity-values.js';

export interface PublicityMapping {
  readonly edition: PublicityEdition;
  /** Which column of the file holds a field. */
  readonly columns: Readonly<Partial<Record<PublicityField, string>>>;
}

export interface PublicityRecognition {
  readonly mapping: PublicityMapping;
  /** Columns of the file that no edition has; told to whoever sends it, never guessed at. */
  readonly unknown: string[];
  /** Canonical names of mandatory columns that the file lacks. */
  readonly missing: string[];
  /** Known columns that are left out on purpose, such as numbers of identity documents. */
  readonly notRead: string[];
}

interface PublicityBase {
  readonly holderName: string;
  readonly holderType: HolderType;
  readonly uscc?: string;
  readonly registrationNumber?: string;
  readonly legalRepresentative?: string;
  readonly documentName: string;
  readonly documentNo: string;
  readonly licenceClass: string;
  readonly certificateName?: string;
  readonly licenceNo?: string;
  readonly content: string;
  readonly decidedOn: Day;
  /** Absent: the licence has no end. */
  readonly validUntil?: Day;
  readonly agencyName: string;
  readonly state: PublicityState;
  readonly note?: string;
}
export interface CurrentPublicityRecord extends PublicityBase {
  readonly edition: 'current';
  readonly validFrom: Day;
  readonly agencyCode: string;
  readonly sourceName: string;
  readonly sourceCode: string;
}
/** The older form has no start of validity and no code of the agency; the one who imports must say. */
export interface OlderPublicityRecord extends PublicityBase { readonly edition: 'older' }
export type PublicityRecord = CurrentPublicityRecord | OlderPublicityRecord;

/** Without these the table is some other one. */
const CHARACTERISTIC: readonly PublicityField[] = ['holderName', 'documentNo', 'decidedOn', 'agencyName'];
const MANDATORY: Readonly<Record<PublicityEdition, readonly PublicityField[]>> = {
  current: ['holderName', 'documentName', 'documentNo', 'licenceClass', 'content', 'decidedOn', 'validFrom', 'validUntil',
    'agencyName', 'agencyCode', 'state', 'sourceName', 'sourceCode'],
  older: ['holderName', 'documentName', 'documentNo', 'licenceClass', 'content', 'decidedOn', 'validUntil', 'agencyName'],
};

/** Whether these are the columns of the national publicity table of administrative licences, and which is which. */
export function recognisePublicity(columns: readonly string[]): PublicityRecognition | undefined {
  const edition = editionOf(columns);
  const found: Partial<Record<PublicityField, string>> = {};
  const unknown: string[] = [];
  const notRead: string[] = [];
  let twice: string | undefined;
  for (const column of columns) {
    const field = fieldOf(column, edition);
    if (field === undefined) unknown.push(column);
    else if (field === 'not-read') notRead.push(column);
    else if (found[field] !== undefined) twice ??= column;
    else found[field] = column;
  }
  if (!CHARACTERISTIC.every((field) => found[field] !== undefined)) return undefined;
  // Two columns that mean the same field: which one counts is not ours to guess.
  if (twice !== undefined) throw new TableError('TABLE_HEADER', { reason: 'duplicate-column', column: twice });
  const missing = MANDATORY[edition].filter((field) => found[field] === undefined).map(canonicalName);
  return { mapping: { edition, columns: found }, unknown, missing, notRead };
}

/** One row as a record, or everything that is wrong with it. Check digits of codes are checked elsewhere. */
export function parsePublicityRow(cells: Readonly<Record<string, string>>, mapping: PublicityMapping): PublicityRecord | TableRowError[] {
  const errors: TableRowError[] = [];
  const { edition } = mapping;
  const name = (field: PublicityField): string => mapping.columns[field] ?? canonicalName(field);
  const fail = (code: RowErrorCode, field: PublicityField, value = ''): undefined => { errors.push(rowError(code, name(field), value)); return undefined; };
  const optional = (field: PublicityField): string | undefined => {
    const column = mapping.columns[field];
    return column === undefined ? undefined : meaningful(cells[column]);
  };
  const required = (field: PublicityField): string => optional(field) ?? fail('CELL_REQUIRED', field) ?? '';
  const parsed = <T>(field: PublicityField, code: RowErrorCode, parse: (text: string) => T | undefined): T | undefined => {
    const text = required(field);
    return text === '' ? undefined : parse(text) ?? fail(code, field, text);
  };

  const uscc = optional('uscc');
  const type = mapping.columns.holderType === undefined ? holderTypeFromCode(uscc && codeText(uscc)) : parsed('holderType', 'CELL_CHOICE', holderType);
  if (type !== undefined && type !== 'person' && uscc === undefined && optional('registrationNumber') === undefined) fail('CELL_REQUIRED', 'uscc');
  const decidedOn = parsed('decidedOn', 'CELL_DATE', parseDay);
  const validFrom = edition === 'current' ? parsed('validFrom', 'CELL_DATE', parseDay) : undefined;
  const end = parsed('validUntil', 'CELL_DATE', parseEnd);
  const start = validFrom ?? (edition === 'older' ? decidedOn : undefined);
  if (start !== undefined && end !== undefined && end !== 'open' && end < start) fail('CELL_PERIOD', 'validUntil', optional('validUntil'));
  // The older form lets the state of a licence in order stay empty.
  const state = edition === 'older' && optional('state') === undefined
    ? { value: 'valid', raw: '' } as const
    : parsed('state', 'CELL_CHOICE', (text) => publicityState(text, edition));

  const base = {
    holderName: required('holderName'), documentName: required('documentName'), documentNo: required('documentNo'),
    licenceClass: required('licenceClass'), content: required('content'), agencyName: required('agencyName'),
    ...present({
      uscc: uscc && codeText(uscc), registrationNumber: optional('registrationNumber'), legalRepresentative: optional('legalRepresentative'),
      certificateName: optional('certificateName'), licenceNo: optional('licenceNo'), note: optional('note'),
      validUntil: end === 'open' ? undefined : end,
    }),
  };
  const current = edition === 'current'
    ? { agencyCode: codeText(required('agencyCode')), sourceName: required('sourceName'), sourceCode: codeText(required('sourceCode')) }
    : undefined;
  if (errors.length > 0 || type === undefined || decidedOn === undefined || state === undefined) return errors;
  const whole = { ...base, holderType: type, decidedOn, state };
  if (current === undefined) return { edition: 'older', ...whole };
  return validFrom === undefined ? errors : { edition: 'current', ...whole, ...current, validFrom };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined | ''> };
function present<T extends Record<string, string | undefined>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as Present<T>;
}
