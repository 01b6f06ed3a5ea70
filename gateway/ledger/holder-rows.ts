/** What concerns holders, as it is found again in the index: keys that end in the id of a record. */
import type { ApplicationRecord } from '#chaincode/facts/application';
import type { DelegationRecord } from '#chaincode/facts/delegation';
import type { DeviceRecord } from '#chaincode/facts/device';
import type { GrantRecord } from '#chaincode/facts/grant';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { IdentityRecord } from '#chaincode/facts/identity';
import type { ObjectionRecord } from '#chaincode/facts/objection';
import type { LicenceRecord } from '#chaincode/facts/records';

/** What was done by a delegation, and to which record. */
export interface Acted {
  readonly at: string;
  readonly act: string;
  readonly id: string;
}

/** Objections by the manager of their licence when they were made, as `<kind>/<filed at>/<id>`. */
export const objectionsUnder = (manager: string): string => `objections/${manager}/`;

/** Rows by which holders, those to whom they granted and those whom they let act find their records, and what was done by a delegation. */
export function holderRows(key: string, record: object): string[] {
  if (key.startsWith('device/')) {
    const { id, subject } = record as DeviceRecord;
    return [`device/${subject}/${id}`];
  }
  if (key.startsWith('identity/')) {
    const { id, subject, at } = record as IdentityRecord;
    return [`identified/${subject}/${at}/${id}`];
  }
  if (key.startsWith('delegation/')) {
    const { id, subject, delegate, above, putAt } = record as DelegationRecord;
    return [`delegation/${subject}/${id}`, ...(delegate === undefined ? [] : [`mandate/uscc:${delegate}/${id}`]), ...acted(above, putAt, 'delegation', id)];
  }
  if (key.startsWith('application/')) {
    const { id, subject, agency, events } = record as ApplicationRecord;
    return [`applied/${agency}/${events[0]?.at ?? ''}/${id}`, `applicant/${subject}/${events[0]?.at ?? ''}/${id}`, ...events.flatMap(({ delegation, filed, at, act }) => [delegation, ...(filed?.delegations ?? [])].flatMap((each) => acted(each, at, act, id)))];
  }
  if (key.startsWith('objection/')) {
    const { id, subject, manager, licence, filedAt, delegations: by = [] } = record as ObjectionRecord;
    return [`objector/${subject}/${filedAt}/${id}`, `${objectionsUnder(manager)}${splitLicenceId(licence as LicenceId).type}/${filedAt}/${id}`, `contested/${licence}/${filedAt}/${id}`, ...by.flatMap((each) => acted(each, filedAt, 'objection', id))];
  }
  if (!key.startsWith('grant/')) return [];
  const { id, subject, grantee, putAt, delegations = [], revokedAt = '', revokedBy = [] } = record as GrantRecord;
  return [`granted/${subject}/${putAt}/${id}`, `grantee/${grantee}/${putAt}/${id}`, ...delegations.flatMap((each) => acted(each, putAt, 'grant', id)), ...revokedBy.flatMap((each) => acted(each, revokedAt, 'revoke', id))];
}

const acted = (delegation: string | undefined, at: string, act: string, id: string): string[] => (delegation === undefined ? [] : [`acted/${delegation}/${at}/${act}/${id}`]);

/** Rows by which a licence finds the decisions that relied on it, and what was issued by rule upon it. */
export function relianceRows(key: string, record: object): string[] {
  if (key.startsWith('licence/')) {
    const { id, versions } = record as LicenceRecord;
    return versions.flatMap(({ automatic }) => automatic?.reliedOn ?? []).map(({ licence }) => `ruled/${licence}/${id}`);
  }
  if (!key.startsWith('application/')) return [];
  const { id, events } = record as ApplicationRecord;
  return events.flatMap(({ seq, at, reliedOn = [] }) => reliedOn.map(({ licence }) => `relied/${licence}/${at}/${id}/${String(seq)}`));
}
