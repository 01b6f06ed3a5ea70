/** Use records as a table. Numbers of cases stand in it as the views have them: those of the agency that asks alone. */
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import type { UseView } from '../use/use.js';
import type { Table } from '../../tables/written.js';

const COLUMNS = ['seq', 'at', 'agency', 'staff', 'act', 'authority', 'authorityId', 'purpose', 'case', 'caseNo', 'identifier', 'licence', 'version', 'source', 'fields', 'transaction'] as const;

function cellsOf({ seq, at, agency, staff, act, authority, purpose = '', case: given, caseNo = '', licence, version, source = '', fields, transaction = '' }: UseView): string[] {
  const identifier = licence === undefined || version === undefined ? '' : identifierOf(licence as LicenceId, version);
  return [String(seq), at, agency, staff, act, authority.by, 'id' in authority ? authority.id : '', purpose, given, caseNo, identifier, licence ?? '', version === undefined ? '' : String(version), source, fields.join(' '), transaction];
}

export const useTable = (uses: readonly UseView[]): Table => ({ columns: COLUMNS, rows: uses.map(cellsOf), json: { uses } });
