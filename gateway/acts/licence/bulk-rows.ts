/** Rows of an upload as inputs of acts: by the agency's own column mapping, or as the national publicity table. */
import type { Job } from '../../jobs/queue.js';
import type { Uploads } from '../../jobs/uploads.js';
import type { Clock } from '../../clock.js';
import type { Lanes } from '../../ledger/lanes.js';
import type { Places } from '../../ledger/places.js';
import type { Projection } from '../../ledger/projection.js';
import { GatewayFault } from '../../fault.js';
import { applyMapping, checkColumns, parseDay, parseEnd, parseMapping, parsePublicityRow, proposeMapping, readTable, recognisePublicity, type MappableField, type MappingProposal, type Table } from '../../tables/index.js';
import type { ReportRow } from '../../tables/report.js';
import type { Vault } from '../../vault/vault.js';
import type { KindRecord } from '#chaincode/facts/records';
import type { Drafter } from './draft.js';
import type { ActInput, Term } from './inputs.js';
import type { LicenceActs } from './licence.js';

export interface BulkServices {
  readonly projection: Projection;
  readonly drafter: Drafter;
  readonly places: Places;
  readonly lanes: Lanes;
  readonly acts: LicenceActs;
  readonly vault: Vault;
  readonly clock: Clock;
}

export interface BulkParams {
  readonly upload: string;
  readonly name: string;
  readonly type: 'issue' | 'import';
  readonly kind?: string;
  readonly map?: unknown;
  readonly dryRun: boolean;
  /** For rows whose table has no such column. */
  readonly term?: Term;
}

export type InputRow =
  | { readonly number: number; readonly refused: Pick<ReportRow, 'code' | 'column' | 'value'> }
  | { readonly number: number; readonly input: ActInput; readonly cells: Readonly<Record<string, string>>; readonly columnOf: (field: string) => string };

/** Columns of an agency's table that are of the licence, not of its face. */
const TERM_FIELDS: readonly MappableField[] = [
  { name: 'issuedOn', label: { zh: '发证日期', en: 'Issued on' }, aliases: ['许可决定日期', '颁发日期', '签发日期', '批准日期'] },
  { name: 'validFrom', label: { zh: '有效期自', en: 'Valid from' }, aliases: ['有效期起', '有效期开始', '生效日期'] },
  { name: 'validUntil', label: { zh: '有效期至', en: 'Valid until' }, aliases: ['有效期止', '有效期限', '有效期', '失效日期', '截止日期'] },
  { name: 'docNo', label: { zh: '决定书文号', en: 'Decision document number' }, aliases: ['行政许可决定文书号', '文书号', '批准文号'] },
];
const TERM_NAMES = new Set(TERM_FIELDS.map(({ name }) => name));

export const mappable = (kind: KindRecord): MappableField[] => [...kind.fields.map(({ name, label, required }) => ({ name, label, required })), ...TERM_FIELDS];

/** A first mapping for a table, by labels and known names only. */
export const propose = (kind: KindRecord, columns: readonly string[]): MappingProposal => proposeMapping(kind.type, columns, mappable(kind));

export async function openTable(uploads: Uploads, upload: string, name: string): Promise<Table> {
  return readTable({ stream: await uploads.read(upload), name });
}

export async function* openRows({ projection }: BulkServices, uploads: Uploads, { params }: Job<BulkParams>): AsyncIterable<InputRow> {
  yield* inputRows(await openTable(uploads, params.upload, params.name), params, projection.get('kind', params.kind ?? ''));
}

/** Rows of a table as inputs of acts: the gateway reads them to draft, a signer to compare. @throws GatewayFault TABLE_INVALID */
export async function* inputRows(table: Table, params: Pick<BulkParams, 'type' | 'map' | 'term'>, kind: KindRecord | undefined): AsyncGenerator<InputRow, void> {
  const read = params.type === 'import' ? publicityReader(table) : ownReader(table, params, kind);
  for await (const row of table.rows) yield 'error' in row ? { number: row.number, refused: row.error } : read(row.number, row.cells);
}

type Reader = (number: number, cells: Readonly<Record<string, string>>) => InputRow;

function publicityReader(table: Table): Reader {
  const recognised = recognisePublicity(table.columns);
  if (!recognised) throw new GatewayFault('TABLE_INVALID', { fields: [{ field: 'columns', code: 'NOT_A_PUBLICITY_TABLE' }] });
  if (recognised.missing.length > 0) throw new GatewayFault('TABLE_INVALID', { fields: recognised.missing.map((field) => ({ field, code: 'COLUMN_MISSING' })) });
  const { mapping } = recognised;
  return (number, cells) => {
    const record = parsePublicityRow(cells, mapping);
    if (Array.isArray(record)) return { number, refused: record[0] ?? {} };
    return { number, input: { op: 'import', record }, cells, columnOf: (field) => field };
  };
}

function ownReader(table: Table, params: Pick<BulkParams, 'map' | 'term'>, kind: KindRecord | undefined): Reader {
  if (!kind) throw new GatewayFault('TABLE_INVALID', { fields: [{ field: 'kind', code: 'KIND_UNKNOWN' }] });
  const mapping = parseMapping(params.map ?? propose(kind, table.columns).mapping, kind.type, mappable(kind));
  checkColumns(mapping, table.columns);
  const columns = new Map(Object.entries(mapping.columns).map(([column, field]) => [field, column]));
  const columnOf = (field: string) => columns.get(field) ?? field;
  const lists = new Set(kind.fields.filter(({ type }) => type === 'list').map(({ name }) => name));
  return (number, cells) => {
    const all = applyMapping(mapping, cells);
    const face: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(all)) if (!TERM_NAMES.has(name)) face[name] = lists.has(name) ? value.split(/[;；、\n]/) : value;
    const term = termOf(all, params.term ?? {});
    if ('fault' in term) return { number, refused: { code: 'CELL_DATE', column: columnOf(term.fault), value: all[term.fault] ?? '' } };
    return { number, input: { op: 'issue', kind: kind.type, face, ...term, docNo: all['docNo'] }, cells, columnOf };
  };
}

/** Days as tables write them; an open end is no end. */
function termOf(row: Readonly<Record<string, string>>, usual: Term): Term | { fault: string } {
  const term: { -readonly [K in keyof Term]: Term[K] } = { ...usual };
  for (const name of ['issuedOn', 'validFrom', 'validUntil'] as const) {
    const text = row[name];
    if (text === undefined) continue;
    const day = name === 'validUntil' ? parseEnd(text) : parseDay(text);
    if (day === undefined) return { fault: name };
    if (day === 'open') delete term[name];
    else term[name] = day;
  }
  return term;
}
