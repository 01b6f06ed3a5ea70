/** Acts as a table. */
import type { AuditedAct } from './act-views.js';
import type { Table } from '../../tables/written.js';

const COLUMNS = ['at', 'noun', 'identifier', 'id', 'seq', 'act', 'status', 'effectiveOn', 'decidedBy', 'decidedByName', 'manager', 'actors', 'names', 'reason', 'basis', 'docNo', 'about', 'details', 'transaction', 'block', 'outside'] as const;

function cellsOf({ at, noun, identifier = '', id, seq, act, status, effectiveOn = '', by, manager, actors, reason = '', basis = '', docNo = '', about, details = [], transaction, block = '', outside }: AuditedAct): string[] {
  return [at, noun, identifier, id, String(seq), act, status, effectiveOn, by.code, by.name, manager.code, actors.map(({ staff }) => staff).join(' '), actors.flatMap(({ name }) => name ?? []).join(' '), reason, basis, docNo, about?.zh ?? '', details.map(({ code }) => code).join(' '), transaction, block, outside ? 'outside' : ''];
}

export const actTable = (acts: readonly AuditedAct[]): Table => ({ columns: COLUMNS, rows: acts.map(cellsOf), json: { acts } });
