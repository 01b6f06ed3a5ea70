/** Self-reports (自查报告): an agency's figures of a quarter, whose digest lies on the ledger, so that the report of then can be checked today (docs/decisions/0034). */
import { addDays, parseDay, type Day } from './calendar.js';
import type { ReportRecord as Recorded } from './report-commands.js';

/** What the ledger keeps of one report. */
export interface RecordedReport extends Omit<Recorded, 'op' | 'agency' | 'quarter'> {
  /** From 1 on; a later one names the digest of the one before in `after`. */
  readonly version: number;
  readonly at: string;
  readonly txId: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
}
/** By `reportKey`: all that an agency has recorded of a quarter, oldest first; none goes. */
export interface ReportsRecord {
  readonly agency: string;
  readonly quarter: string;
  readonly reports: readonly RecordedReport[];
}

/** Who answers for what is recorded in the agency's name. */
export const REPORT_ROLES = ['approver', 'registrar'] as const;

/** More corrections than this are no report. */
export const REPORTS_MAX = 20;

export const reportKey = (agency: string, quarter: string): string => `${agency}/${quarter}`;

/** First and last day of a quarter, `2026Q3`. @returns undefined for another text */
export function quarterDays(quarter: string): { readonly from: Day; readonly to: Day } | undefined {
  const [, year = '', number = ''] = /^(\d{4})Q([1-4])$/.exec(quarter) ?? [];
  const first = (months: number): Day | undefined => parseDay(`${String(Number(year) + Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}-01`);
  const [from, next] = [first((Number(number) - 1) * 3), first(Number(number) * 3)];
  return number === '' || from === undefined || next === undefined ? undefined : { from, to: addDays(next, -1) };
}

/** The quarter in which a day lies. */
export const quarterOf = (day: Day): string => `${day.slice(0, 4)}Q${String(Math.ceil(Number(day.slice(5, 7)) / 3))}`;
