/** From a published row to a record: which kind, whose, what state. Nothing is guessed; what cannot be told is refused by column. */
import { parseUscc } from '#chaincode/facts/holder-code';
import type { FaceField, KindRecord } from '#chaincode/facts/records';
import type { Face } from '#chaincode/facts/credential';
import { GatewayFault, type FieldFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { PublicityRecord } from '../../tables/index.js';
import { documentNumberFault } from './face.js';

export type ImportedStatus = 'VALID' | 'CANCELLED' | 'REVOKED' | 'ANNULLED' | 'WITHDRAWN' | 'SUSPENDED';

export interface Collected {
  readonly kind: KindRecord;
  readonly issuer: string;
  readonly source: string;
  readonly face: Face;
  readonly state: ImportedStatus;
}

/** 无效 says only that it is no longer in force: the mildest closing state. Expiry comes from the dates. */
const STATES: Readonly<Partial<Record<PublicityRecord['state']['value'], ImportedStatus>>> = {
  valid: 'VALID', expired: 'VALID', invalid: 'CANCELLED', cancelled: 'CANCELLED', revoked: 'REVOKED', annulled: 'ANNULLED', withdrawn: 'WITHDRAWN', suspended: 'SUSPENDED',
};

/** undefined where the published state says nothing certain. */
export const stateOf = (row: PublicityRecord): ImportedStatus | undefined => STATES[row.state.value];

/** @throws GatewayFault FACE_INVALID naming the published columns */
export function collect(row: PublicityRecord, agency: string, projection: Projection, kinds: readonly KindRecord[]): Collected {
  const faults: FieldFault[] = [];
  const state = stateOf(row);
  if (!state) faults.push({ field: '当前状态', code: 'STATE_UNCLEAR' });
  if (row.uscc !== undefined && !parseUscc(row.uscc)) faults.push({ field: '行政相对人代码_1(统一社会信用代码)', code: 'USCC_CHECK_DIGIT' });
  if (row.uscc === undefined && row.holderType !== 'person') faults.push({ field: '行政相对人代码_1(统一社会信用代码)', code: 'FIELD_MISSING' });
  const docNoFault = documentNumberFault(row.documentNo);
  if (docNoFault !== undefined) faults.push({ field: '行政许可决定文书号', code: docNoFault });
  const { issuer, source } = origin(row, agency, projection, faults);
  if (faults.length > 0 || !state) throw new GatewayFault('FACE_INVALID', { fields: faults });
  const kind = kindOf(row, kinds);
  return { kind, issuer, source, state, face: faceOf(kind, row) };
}

/** The older form of the table has no codes: then only the importing agency's own rows can be attributed. */
function origin(row: PublicityRecord, agency: string, projection: Projection, faults: FieldFault[]): { issuer: string; source: string } {
  if (row.edition === 'older') {
    if (projection.get('agency', agency)?.name.normalize('NFKC') !== row.agencyName.normalize('NFKC')) faults.push({ field: '许可机关', code: 'AGENCY_UNATTRIBUTED' });
    return { issuer: agency, source: agency };
  }
  if (!parseUscc(row.agencyCode)) faults.push({ field: '许可机关统一社会信用代码', code: 'USCC_CHECK_DIGIT' });
  if (!parseUscc(row.sourceCode)) faults.push({ field: '数据来源单位统一社会信用代码', code: 'USCC_CHECK_DIGIT' });
  return { issuer: row.agencyCode, source: row.sourceCode };
}

const COLLECTED = 'T990';

function kindOf(row: PublicityRecord, kinds: readonly KindRecord[]): KindRecord {
  const name = row.certificateName?.replace(/[《》\s]/g, '');
  const known = kinds.find((kind) => kind.active && name !== undefined && (kind.name.zh === name || kind.aliases.includes(name)));
  const kind = known ?? kinds.find(({ type }) => type.endsWith(COLLECTED));
  if (!kind) throw new GatewayFault('FACE_INVALID', { fields: [{ field: '许可证书名称', code: 'KIND_UNKNOWN' }] });
  return kind;
}

function faceOf(kind: KindRecord, row: PublicityRecord): Face {
  const byRole: Readonly<Partial<Record<NonNullable<FaceField['role']>, string | undefined>>> = {
    'holder-name': row.holderName, 'holder-code': row.uscc ?? row.registrationNumber, number: row.licenceNo ?? row.documentNo, scope: row.content, 'person-name': row.legalRepresentative,
  };
  const byName: Readonly<Record<string, string | undefined>> = { certificateName: row.certificateName, licenceClass: row.licenceClass };
  const face: Record<string, string> = {};
  const filled = new Set<string>();
  for (const field of kind.fields) {
    const value = byName[field.name] ?? (field.role !== undefined && !filled.has(field.role) ? byRole[field.role] : undefined);
    if (field.role !== undefined) filled.add(field.role);
    if (value !== undefined && value !== '') face[field.name] = value;
  }
  return face;
}
