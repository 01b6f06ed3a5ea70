/** Jobs and uploads, as the gateway tells them. */
export interface Upload {
  readonly upload: string;
  readonly columns: readonly string[];
  readonly encoding: string;
  /** Rows that could not be read have no cells. */
  readonly rowsSample: readonly { readonly number: number; readonly cells?: Readonly<Record<string, string>> }[];
  readonly publicity: boolean;
  readonly unknown: readonly string[];
  /** Columns that a table of published decisions must have and this one has not. */
  readonly missing: readonly string[];
  readonly proposals: readonly { readonly kind: string; readonly map: { readonly columns: Readonly<Record<string, string>> }; readonly missing: readonly string[] }[];
}
export interface JobView {
  readonly id: string;
  /** Name of the file. */
  readonly name: string;
  readonly createdAt: string;
  readonly type: 'issue' | 'import';
  readonly kind?: string;
  readonly state: 'preparing' | 'waiting' | 'running' | 'stopped' | 'done' | 'failed';
  readonly dryRun: boolean;
  readonly total?: number;
  readonly prepared: number;
  readonly done: number;
  readonly already: number;
  readonly refused: number;
  readonly digest?: string;
  /** While it waits: staff who have signed, and how many different persons there must be. */
  readonly signed?: readonly string[];
  readonly persons?: number;
  readonly code?: string;
}

/** Columns of a table that are of the licence, not of its face. */
export const TERM_COLUMNS = ['issuedOn', 'validFrom', 'validUntil', 'docNo'] as const;
export const MAP_FORMAT = 'yizheng-map/1';

/** What the gateway reads, by the end of the file's name. */
const TYPES: Readonly<Record<string, string>> = { csv: 'text/csv', txt: 'text/csv', tsv: 'text/csv', ndjson: 'application/x-ndjson', jsonl: 'application/x-ndjson', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };
/** @returns undefined for a file that is no table */
export const tableType = (name: string): string | undefined => TYPES[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];

/** Share of the rows that are settled, 0 to 1; undefined while the total is not known. */
export function progressOf({ state, total, prepared, done, already, refused }: JobView): number | undefined {
  if (state === 'done') return 1;
  if (total === undefined || total === 0) return undefined;
  return Math.min(1, (state === 'preparing' ? prepared : done + already + refused) / total);
}

export const isMoving = ({ state }: JobView): boolean => state === 'preparing' || state === 'running';

/** Field to column, as a form shows it, from column to field, as a mapping says it. */
export const byField = (columns: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(columns).map(([column, field]) => [field, column]));
/** And back, without the fields that have no column. */
export const byColumn = (fields: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(fields).filter(([, column]) => column !== '').map(([field, column]) => [column, field]));
