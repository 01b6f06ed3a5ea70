/** Supervision after issue: by an agency with the right to supervise the kind over whoever manages the licence. */
import { parseDay } from '../facts/calendar.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { SupervisionAct } from '../facts/supervision-commands.js';
import { FINDINGS, FINDINGS_MAX, type FindingRecord, type SupervisionRecord } from '../facts/supervision.js';
import { demandPersons } from './actors.js';
import type { RegistryContext } from './registrar.js';
import { demandRight, managerOn } from './rights.js';

export async function applySupervision({ world, agency, persons, moment }: RegistryContext, act: SupervisionAct): Promise<Outcome> {
  demandPersons(persons, { persons: 1, ownKey: false });
  const licence = await world.get('licence', act.licence);
  const current = licence?.versions.at(-1)?.version;
  demand(licence && current !== undefined, 'LICENCE_UNKNOWN', 'licence');
  const { type } = splitLicenceId(licence.id as LicenceId);
  await demandRight(world, agency, type, 'supervise', moment.today, await managerOn(world, licence.manager, type, moment.today));
  demand(act.version <= current, 'VERSION_NOT_CURRENT', 'version');
  const record: SupervisionRecord = (await world.get('supervision', licence.id)) ?? { licence: licence.id, takenOver: [], findings: [] };
  const said = { agency, at: moment.now, txId: moment.txId, staff: persons[0]?.staff ?? '' };
  if (act.op === 'supervision.take') {
    demand(act.version === current, 'VERSION_NOT_CURRENT', 'version');
    demand(!record.takenOver.some((each) => each.version === act.version && each.agency === agency), 'SUPERVISION_TAKEN', 'version');
    world.put('supervision', licence.id, { ...record, takenOver: [...record.takenOver, { version: act.version, ...said }] });
    return { licence: licence.id, version: act.version, status: 'taken-over' };
  }
  demand(Object.hasOwn(FINDINGS, act.finding), 'FINDING_UNKNOWN', 'finding');
  demand(parseDay(act.onDay), 'DATE_UNREAL', 'onDay');
  demand(act.onDay <= moment.today, 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'onDay');
  demand(act.docNo === undefined || !/\d{17}[\dXx]/.test(act.docNo), 'DOCUMENT_NUMBER_PERSONAL', 'docNo');
  demand(!record.findings.some(({ id }) => id === act.id), 'FINDING_EXISTS', 'id');
  const { id, version, finding, onDay, docNo } = act;
  world.put('supervision', licence.id, { ...record, findings: kept([...record.findings, { id, version, finding, onDay, ...(docNo === undefined ? {} : { docNo }), ...said }], agency) });
  return { id, licence: licence.id, version, status: finding };
}

/** The oldest goes, of those by the agency that adds one, as long as it has others: nobody pushes out what another has found. */
function kept(findings: readonly FindingRecord[], agency: string): readonly FindingRecord[] {
  if (findings.length <= FINDINGS_MAX) return findings;
  const own = findings.slice(0, -1).find((each) => each.agency === agency);
  return findings.filter((each) => each !== (own ?? findings[0]));
}
