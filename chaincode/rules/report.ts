/** A self-report is recorded by the agency that it is about, once its quarter is over; a later one names the one before. */
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { quarterDays, REPORT_ROLES, reportKey, REPORTS_MAX, type ReportsRecord } from '../facts/report.js';
import type { ReportRecord } from '../facts/report-commands.js';
import { demandPersons } from './actors.js';
import type { RegistryContext } from './registrar.js';

export async function recordReport({ world, moment, agency, persons }: RegistryContext, act: ReportRecord): Promise<Outcome> {
  const { op: _, agency: about, quarter, ...said } = act;
  demandPersons(persons, { persons: 1, ownKey: true, roles: REPORT_ROLES });
  demand(about === agency, 'REPORT_NOT_YOURS', 'agency');
  const days = quarterDays(quarter);
  demand(days, 'DATE_UNREAL', 'quarter');
  // What is still being written has no figures yet.
  demand(days.to < moment.today, 'REPORT_QUARTER_OPEN', 'quarter');
  if (said.uses) demand(((await world.get('log', said.uses.log))?.size ?? -1) >= said.uses.size, 'REPORT_USES', 'uses');
  const key = reportKey(agency, quarter);
  const known: ReportsRecord = (await world.get('report', key)) ?? { agency, quarter, reports: [] };
  demand(said.after === known.reports.at(-1)?.digest, 'REPORT_AFTER', 'after');
  demand(known.reports.length < REPORTS_MAX, 'REPORTS_TOO_MANY', 'quarter');
  const version = known.reports.length + 1;
  world.put('report', key, { ...known, reports: [...known.reports, { version, ...said, at: moment.now, txId: moment.txId, actors: persons.map(({ staff, method }) => ({ staff, method })) }] });
  return { id: key, version, status: 'recorded' };
}
