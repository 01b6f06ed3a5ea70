/** Work lists in the index: open conditions by their day, by their group, and those to be reminded of; versions that supervision has not taken over. Keys are told by the records alone, so that an old one goes when the record moves on. */
import type { ApplicationRecord } from '#chaincode/facts/application';
import type { ConditionRecord } from '#chaincode/facts/condition';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { SupervisionRecord } from '#chaincode/facts/supervision';

export interface Rows {
  readonly put: readonly string[];
  readonly del: readonly string[];
}
const NONE: Rows = { put: [], del: [] };

/** Open conditions under an agency's name as `<group>/<due day>/<of>/<id>/<matter>/<material>`: a group is `licence:<kind>`, or `application:<matter>`. */
export const awaitedOf = (agency: string): string => `awaited/${agency}/`;
/** The same, whose consequence is a reminder. */
export const remindersOf = (agency: string): string => `remind/${agency}/`;
/** The kind whose right moves what stands in a group; applications stay where they were made. */
export const kindOfGroup = (group: string): string | undefined => (group.startsWith('licence:') ? group.slice('licence:'.length) : undefined);
/** Versions of a kind that nobody has taken over, as `<manager>/<recorded at>/<licence>`. */
export const untakenOf = (kind: string): string => `untaken/${kind}/`;

/** @param licenceOf as the index has it by now @param before whose manager was another one: its rows go */
export function workRows(key: string, record: object, licenceOf: (id: string) => LicenceRecord | undefined, supervisionOf: (id: string) => SupervisionRecord | undefined, before?: LicenceRecord): Rows {
  if (key.startsWith('application/')) {
    const { id, agency, conditions } = record as ApplicationRecord;
    return conditions ? conditionRows(agency, 'application', id, conditions) : NONE;
  }
  if (key.startsWith('supervision/')) {
    const licence = licenceOf((record as SupervisionRecord).licence);
    return licence ? untakenRows(licence, record as SupervisionRecord) : NONE;
  }
  if (!key.startsWith('licence/')) return NONE;
  const licence = record as LicenceRecord;
  const rows = licenceRows(licence, supervisionOf);
  if (before === undefined || before.manager === licence.manager) return rows;
  const left = licenceRows(before, supervisionOf);
  return { put: rows.put, del: [...rows.del, ...left.put, ...left.del] };
}

function licenceRows(licence: LicenceRecord, supervisionOf: (id: string) => SupervisionRecord | undefined): Rows {
  const untaken = licence.origin === 'issued' ? untakenRows(licence, supervisionOf(licence.id)) : NONE;
  if (!licence.conditions) return untaken;
  const conditions = conditionRows(licence.manager, 'licence', licence.id, licence.conditions);
  return { put: [...untaken.put, ...conditions.put], del: [...untaken.del, ...conditions.del] };
}

/** While it is open: under its group, and among reminders. */
function conditionRows(agency: string, of: 'licence' | 'application', id: string, conditions: readonly ConditionRecord[]): Rows {
  const rows = conditions.map(({ material, matter = '', dueOn, status, steps, consequence }) => {
    const group = of === 'licence' ? splitLicenceId(id as LicenceId).type : matter;
    const at = (day: string): string[] => {
      const place = `${of}:${group}/${day}/${of}/${id}/${matter}/${material}`;
      return [awaitedOf(agency) + place, ...(consequence === 'reminder' ? [remindersOf(agency) + place] : [])];
    };
    const open = status === 'open' ? at(dueOn) : [];
    return { put: open, del: [dueOn, ...steps.flatMap((step) => step.dueOn ?? [])].flatMap(at).filter((row) => !open.includes(row)) };
  });
  return { put: rows.flatMap(({ put }) => put), del: rows.flatMap(({ del }) => del) };
}

/** `untaken/<kind>/<manager>/<recorded at>/<licence>` while nobody who supervises has taken the current version over. */
function untakenRows({ id, manager, versions, events }: LicenceRecord, supervision: SupervisionRecord | undefined): Rows {
  const current = versions.at(-1)?.version;
  const at = (version: number | undefined): string[] => events.filter((event) => event.version === version).slice(0, 1).map(({ recordedAt }) => `${untakenOf(splitLicenceId(id as LicenceId).type)}${manager}/${recordedAt}/${id}`);
  const taken = supervision?.takenOver.some(({ version }) => version === current) === true;
  const older = at((current ?? 1) - 1);
  return taken ? { put: [], del: [...at(current), ...older] } : { put: at(current), del: older };
}
