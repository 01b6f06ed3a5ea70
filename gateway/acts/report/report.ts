/** Self-reports (自查报告): an agency's figures of a quarter, made from the ledger up to a block, each with the records behind it; recorded by their digest, and made again to be checked (docs/decisions/0034). */
import type { Level } from 'level';
import { startOfDay, type Day } from '#chaincode/facts/calendar';
import { quarterDays, reportKey, REPORT_ROLES, type RecordedReport, type ReportsRecord } from '#chaincode/facts/report';
import type { ReportRecord } from '#chaincode/facts/report-commands';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import type { Role } from '#chaincode/facts/records';
import { differences, figuresFrom, isUse, outcomeOf, reportDigest, REPORT_FORM, REPORT_FORMAT, usesDigest, type FigureDifference, type Report, type ReportCheck, type ReportFile } from '../../documents/report.js';
import { SAMPLE } from '../../documents/pdf/ground.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Press } from '../../press/press.js';
import type { UseLog } from '../../uses/log.js';
import { scopeOf } from '../audit/audit-scope.js';
import type { Drafter } from '../licence/draft.js';
import { namesIn, type ReportNames } from './report-names.js';
import { sheetOf } from './report-sheet.js';
import { isStanding, standingCounts, standingRows, type OpenRow } from './report-standing.js';
import { workbookOf, XLSX } from './report-table.js';
import { usedIn, usesOf } from './report-uses.js';

export interface ReportsParts {
  readonly projection: Pick<Projection, 'get' | 'all' | 'reports' | 'block' | 'blockOf'>;
  readonly log: UseLog;
  readonly desk: Level<string, string>;
  readonly drafter: Pick<Drafter, 'zone' | 'today'>;
  readonly hosts: (agency: string) => boolean;
  readonly press: Pick<Press, 'report'>;
  readonly publicName: string;
}
export const REPORT_FILES = ['json', 'xlsx', 'pdf'] as const;
/** Who asks. */
export interface ReportReader {
  readonly agency: string;
  readonly roles: readonly Role[];
}
export interface Made {
  readonly file: ReportFile;
  readonly digest: string;
  /** What is signed to record it; absent while the quarter runs. */
  readonly act?: ReportRecord;
}
/** A report as people read it. */
export interface ReportView extends Made {
  readonly names: ReportNames;
  /** Reports of this quarter on the ledger, oldest first. */
  readonly recorded: readonly RecordedReport[];
}
/** A record behind a figure, as it is found again. */
export interface ReportRow {
  readonly noun: 'licence' | 'application' | 'grant' | 'use';
  readonly id: string;
  /** Of a licence: its identifier now. */
  readonly identifier?: string;
  /** An event, a material, a finding, a version. */
  readonly part: string;
  readonly day: string;
  /** Of what stands open: by which day it was due. */
  readonly dueOn?: string;
  readonly block?: number;
  readonly count: number;
  readonly cursor: string;
}
export interface Checked {
  readonly agency: string;
  readonly quarter: string;
  readonly recorded: RecordedReport;
  readonly outcome: ReportCheck['outcome'];
  readonly checks: readonly ReportCheck[];
  /** Figures that are told otherwise: `said` by the report, `found` here. */
  readonly differences: readonly FigureDifference[];
}
export interface RowsQuery {
  readonly figure: string;
  readonly of: string;
  readonly block?: number | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Copies of reports that nobody has recorded, for one quarter: who makes more has given up the first. */
const COPIES_MAX = 8;

export class Reports {
  constructor(private readonly parts: ReportsParts) {}

  /** The report as of a block; the newest where none is said. @throws GatewayFault FACE_INVALID, NOT_FOUND for an agency that the reader may not see */
  async make(reader: ReportReader, agency: string, quarter: string, block?: number): Promise<Made> {
    await this.#demandSees(reader, agency);
    const file = await this.#file(agency, quarter, block ?? Number(this.parts.projection.block));
    const { report } = file;
    const digest = reportDigest(report);
    if (report.interim) return { file, digest };
    if (reader.agency === agency && reader.roles.some((role) => REPORT_ROLES.some((each) => each === role))) await this.#keep(file, digest);
    const after = this.of(agency, quarter)?.reports.at(-1)?.digest;
    return { file, digest, act: { op: 'report.record', agency, quarter, block: report.block, form: REPORT_FORM, digest, ...(report.uses ? { uses: report.uses } : {}), ...(after === undefined ? {} : { after }) } };
  }

  /** The same with what its codes are called, and what is recorded. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async view(reader: ReportReader, agency: string, quarter: string, block?: number): Promise<ReportView> {
    const made = await this.make(reader, agency, quarter, block);
    return { ...made, names: namesIn(this.parts.projection, made.file), recorded: this.of(agency, quarter)?.reports ?? [] };
  }

  /** As a file to be handed over: JSON is what is checked later. @throws GatewayFault FACE_INVALID, NOT_FOUND; PressFailed */
  async download(reader: ReportReader, agency: string, quarter: string, { format, block }: { readonly format: (typeof REPORT_FILES)[number]; readonly block?: number | undefined }): Promise<{ readonly type: string; readonly body: string | Uint8Array }> {
    const { projection, press, publicName, drafter: { zone } } = this.parts;
    const view = await this.view(reader, agency, quarter, block);
    const sample = projection.get('ledger', 'settings')?.demo === true;
    if (format === 'pdf') return { type: 'application/pdf', body: await press.report(sheetOf(view, sample, zone)) };
    if (format === 'xlsx') return { type: XLSX, body: await workbookOf(view, publicName, sample ? SAMPLE : undefined) };
    return { type: 'application/json; charset=utf-8', body: `${JSON.stringify(view.file, undefined, 1)}\n` };
  }

  async #file(agency: string, quarter: string, block: number, recorded?: RecordedReport): Promise<ReportFile> {
    const { projection } = this.parts;
    const { from, to, interim } = this.#days(quarter);
    const extent = { from, to, block };
    const counts = await projection.reports.counts(agency, extent);
    for (const [name, count] of await standingCounts(projection, agency, extent)) counts.set(name, count);
    const used = recorded === undefined ? await this.#uses(agency, from, to) : undefined;
    const uses = recorded === undefined ? used?.part : recorded.uses;
    return {
      report: { format: REPORT_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', agency, quarter, day: to, block, ...(interim ? { interim: true } : {}), figures: figuresFrom(counts), ...(uses ? { uses } : {}) },
      uses: used?.figures ?? [],
    };
  }

  async #uses(agency: string, from: Day, to: Day): Promise<{ readonly part: NonNullable<Report['uses']>; readonly figures: ReportFile['uses'] } | undefined> {
    const { log, drafter: { zone }, hosts } = this.parts;
    if (!hosts(agency)) return undefined;
    const { size, counts } = await usesOf(log, agency, startOfDay(from, zone) * 1000, (startOfDay(to, zone) + 86_400) * 1000);
    const figures = figuresFrom(counts);
    return size === 0 ? undefined : { part: { log: log.id, size, digest: usesDigest(log.id, size, figures) }, figures };
  }

  /** @throws GatewayFault FACE_INVALID for a quarter that is none, or has not begun */
  #days(quarter: string): { readonly from: Day; readonly to: Day; readonly interim: boolean } {
    const days = quarterDays(quarter);
    const { today } = this.parts.drafter;
    if (!days || today < days.from) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'quarter', code: days ? 'REPORT_QUARTER_AHEAD' : 'DATE_UNREAL' }] });
    return today <= days.to ? { from: days.from, to: today, interim: true } : { ...days, interim: false };
  }

  /** All that is recorded of a quarter. */
  of(agency: string, quarter: string): ReportsRecord | undefined {
    return this.parts.projection.get('report', reportKey(agency, quarter));
  }

  /** Records behind a figure, in the order in which they came. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async rows(reader: ReportReader, agency: string, quarter: string, { figure, of, block = Number(this.parts.projection.block), after, limit }: RowsQuery): Promise<{ readonly rows: readonly ReportRow[]; readonly next?: string }> {
    await this.#demandSees(reader, agency);
    const { from, to } = this.#days(quarter);
    const { projection, log, drafter: { zone } } = this.parts;
    const extent = { from, to, block };
    const page = { after, limit: limit + 1 };
    const found: ReportRow[] = isUse(figure)
      ? this.parts.hosts(agency) ? await usedIn(log, agency, `${figure}/${of}`, { from: startOfDay(from, zone) * 1000, until: (startOfDay(to, zone) + 86_400) * 1000, zone }, page) : []
      : isStanding(figure) ? await this.#standing(figure, of, agency, extent, page) : (await projection.reports.rows(agency, `${figure}/${of}`, extent, page)).map((row) => this.#named(row));
    const rows = found.slice(0, limit);
    const next = found.length > limit ? rows.at(-1)?.cursor : undefined;
    return { rows, ...(next === undefined ? {} : { next }) };
  }

  async #standing(figure: OpenRow['figure'], of: string, agency: string, extent: { readonly from: Day; readonly to: Day; readonly block: number }, { after, limit }: { readonly after?: string | undefined; readonly limit: number }): Promise<ReportRow[]> {
    const found: ReportRow[] = [];
    for await (const row of standingRows(this.parts.projection, agency, { figure, of, after }, extent)) {
      found.push(this.#named({ ...row, day: row.since, count: 1 }));
      if (found.length === limit) break;
    }
    return found;
  }

  #named({ noun, id, part, day, dueOn, block, count, cursor }: Omit<ReportRow, 'identifier'>): ReportRow {
    const version = noun === 'licence' ? this.parts.projection.get('licence', id)?.versions.at(-1)?.version : undefined;
    return { noun, id, ...(version === undefined ? {} : { identifier: identifierOf(id as LicenceId, version) }), part, day, ...(dueOn === undefined ? {} : { dueOn }), ...(block === undefined ? {} : { block }), count, cursor };
  }

  /** A recorded report made again from the ledger here, as it was known by its block. Whoever has the ledger may: nothing is told but counts of what lies on it. @param file as it was handed over @throws GatewayFault NOT_FOUND, FACE_INVALID */
  async verify(agency: string, quarter: string, version?: number, file?: ReportFile): Promise<Checked> {
    const reports = this.of(agency, quarter)?.reports ?? [];
    const recorded = version === undefined ? reports.at(-1) : reports[version - 1];
    if (!recorded) throw new GatewayFault('NOT_FOUND');
    const checks: ReportCheck[] = [...(file ? [ofFile(recorded, agency, quarter, file)] : [])];
    const kept = file ?? (await this.#kept(agency, quarter, recorded.digest));
    const told: FigureDifference[] = [];
    const { block: head } = this.parts.projection;
    if (recorded.form !== REPORT_FORM) checks.unshift({ check: 'form', outcome: 'unchecked', code: 'REPORT_FORM_UNKNOWN' });
    else if (head < BigInt(recorded.block)) checks.push({ check: 'block', outcome: 'fail', code: 'REPORT_BLOCK_AHEAD' });
    else {
      checks.push(...(await this.#ofBlock(agency, quarter, recorded)));
      const again = (await this.#file(agency, quarter, recorded.block, recorded)).report;
      checks.push(reportDigest(again) === recorded.digest ? { check: 'figures', outcome: 'pass' } : { check: 'figures', outcome: 'fail', code: 'REPORT_FIGURES' });
      told.push(...(kept ? differences(kept.report.figures, again.figures) : []));
      const { check, differs } = await this.#ofUses(agency, quarter, recorded, kept);
      checks.push(...check);
      told.push(...differs);
    }
    return { agency, quarter, recorded, outcome: outcomeOf(checks), checks, differences: told };
  }

  /** That the block was there when it was recorded, and that nothing of the quarter was left out by naming an earlier one. */
  async #ofBlock(agency: string, quarter: string, { block, txId }: RecordedReport): Promise<ReportCheck[]> {
    const { projection } = this.parts;
    const within = Number(projection.blockOf(txId) ?? -1n);
    if (within <= block) return [{ check: 'block', outcome: 'fail', code: 'REPORT_BLOCK_AHEAD' }];
    const { from, to } = this.#days(quarter);
    const left = await projection.reports.between(agency, { from, to, block }, within);
    return [{ check: 'block', outcome: 'pass' }, left === 0 ? { check: 'whole', outcome: 'pass' } : { check: 'whole', outcome: 'fail', code: 'REPORT_LEFT_OUT' }];
  }

  async #ofUses(agency: string, quarter: string, { uses }: RecordedReport, kept: ReportFile | undefined): Promise<{ readonly check: ReportCheck[]; readonly differs: readonly FigureDifference[] }> {
    const { from, to } = this.#days(quarter);
    if (!this.parts.hosts(agency) || (uses && uses.log !== this.parts.log.id)) return { check: [await this.#ofRoots(agency, { from, to }, uses)], differs: [] };
    const again = await this.#uses(agency, from, to);
    const same = uses?.digest === again?.part.digest && uses?.size === again?.part.size;
    return { check: [same ? { check: 'uses', outcome: 'pass' } : { check: 'uses', outcome: 'fail', code: uses ? 'REPORT_USES_DIFFER' : 'REPORT_USES_LEFT_OUT' }], differs: kept ? differences(kept.uses, again?.figures ?? []) : [] };
  }

  /** Of uses whose log lies elsewhere the ledger has the roots alone: how many records there were by the end of a day, and not what they say. */
  async #ofRoots(agency: string, days: { readonly from: Day; readonly to: Day }, uses: Report['uses']): Promise<ReportCheck> {
    const { projection } = this.parts;
    const logs = await projection.reports.anchoredIn((uses && projection.get('log', uses.log)?.agency) ?? agency, days);
    const left = uses ? (logs.get(uses.log)?.size ?? 0) > uses.size : [...logs.values()].some(({ added }) => added > 0);
    if (left) return { check: 'uses', outcome: 'fail', code: 'REPORT_USES_LEFT_OUT' };
    return { check: 'uses', outcome: 'unchecked', code: uses ? 'REPORT_USES_ELSEWHERE' : 'REPORT_USES_ABSENT' };
  }

  /** A copy for the day on which somebody asks which figure differs; of those that are never recorded only the last few. */
  async #keep(file: ReportFile, digest: string): Promise<void> {
    const { agency, quarter } = file.report;
    const prefix = `report/${agency}/${quarter}/`;
    const recorded = new Set(this.of(agency, quarter)?.reports.map((each) => each.digest));
    const loose = (await this.parts.desk.keys({ gt: prefix, lt: `${prefix}~` }).all()).filter((key) => !recorded.has(key.slice(key.lastIndexOf('/') + 1)));
    const at = String(file.report.block).padStart(10, '0');
    await this.parts.desk.batch([...loose.slice(0, Math.max(0, loose.length - COPIES_MAX + 1)).map((key) => ({ type: 'del' as const, key })), { type: 'put', key: `${prefix}${at}/${digest}`, value: JSON.stringify(file) }]);
  }

  async #kept(agency: string, quarter: string, digest: string): Promise<ReportFile | undefined> {
    const prefix = `report/${agency}/${quarter}/`;
    for (const [key, value] of await this.parts.desk.iterator({ gt: prefix, lt: `${prefix}~` }).all()) if (key.endsWith(`/${digest}`)) return JSON.parse(value) as ReportFile;
    return undefined;
  }

  /** Auditors what is in their scope, others their own agency. @throws GatewayFault NOT_FOUND */
  async #demandSees({ agency, roles }: ReportReader, about: string): Promise<void> {
    const { projection, drafter } = this.parts;
    if (about === agency || (roles.includes('auditor') && (await scopeOf(projection, agency, drafter.today)).agencies.has(about))) return;
    throw new GatewayFault('NOT_FOUND');
  }
}

function ofFile({ digest, uses }: RecordedReport, agency: string, quarter: string, file: ReportFile): ReportCheck {
  const { report } = file;
  const usesFit = uses ? usesDigest(uses.log, uses.size, file.uses) === uses.digest : file.uses.length === 0;
  return report.agency === agency && report.quarter === quarter && reportDigest(report) === digest && usesFit ? { check: 'file', outcome: 'pass' } : { check: 'file', outcome: 'fail', code: 'REPORT_FILE_CHANGED' };
}
