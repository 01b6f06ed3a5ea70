/** What a self-report finds open as of a day: papers still to come, and versions that supervision should have taken over. */
import { dayOf, SHANGHAI, type Day, type Instant } from '#chaincode/facts/calendar';
import type { ConditionRecord } from '#chaincode/facts/condition';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { STANDING } from '../documents/report.js';
import type { Projection } from '../ledger/projection.js';
import type { Extent } from '../ledger/report-index.js';
import { dueOf } from '../ledger/report-rows.js';

type Reads = Pick<Projection, 'get' | 'all' | 'reports' | 'blockOf'>;

export interface OpenRow {
  readonly figure: (typeof STANDING)[number];
  readonly of: string;
  readonly noun: 'licence' | 'application';
  readonly id: string;
  readonly part: string;
  readonly since: Day;
  readonly dueOn: string;
  readonly cursor: string;
}

export const isStanding = (figure: string): figure is OpenRow['figure'] => STANDING.some((each) => each === figure);

/** Counts by `figure/of`. */
export async function standingCounts(reads: Reads, agency: string, extent: Extent): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { figure, of } of standingRows(reads, agency, extent)) counts.set(`${figure}/${of}`, (counts.get(`${figure}/${of}`) ?? 0) + 1);
  return counts;
}

/** Rows of a figure come in the order of their cursors. */
export async function* standingRows(reads: Reads, agency: string, extent: Extent): AsyncGenerator<OpenRow> {
  yield* conditions(reads, agency, extent);
  yield* untaken(reads, agency, extent);
}

async function* conditions(reads: Reads, agency: string, extent: Extent): AsyncGenerator<OpenRow> {
  const zone = reads.get('ledger', 'settings')?.zone ?? SHANGHAI;
  const rows: OpenRow[] = [];
  for await (const { item, since } of reads.reports.standing('condition', agency, extent)) {
    const [noun = '', id = '', matter = '-', material = ''] = item.split('/');
    const record = noun === 'licence' ? reads.get('licence', id) : reads.get('application', id);
    const found = record?.conditions?.find((each) => each.material === material && (each.matter ?? '-') === matter);
    if (!found) continue;
    const dueOn = dueAsOf(found, ({ at, txId }) => dayOf(at as Instant, zone) <= extent.to && Number(reads.blockOf(txId) ?? Infinity) <= extent.block);
    const row = { of: noun === 'licence' ? splitLicenceId(id as LicenceId).type : matter, noun: noun as OpenRow['noun'], id, part: noun === 'licence' ? material : `${matter}.${material}`, since, dueOn, cursor: item };
    rows.push({ figure: 'condition.standing', ...row }, ...(dueOn < extent.to ? [{ figure: 'condition.overdue' as const, ...row }] : []));
  }
  yield* rows.sort((a, b) => (a.cursor < b.cursor ? -1 : 1));
}

/** The day that the last step known then named. */
const dueAsOf = ({ steps, dueOn }: ConditionRecord, known: (step: ConditionRecord['steps'][number]) => boolean): string => steps.findLast((step) => step.dueOn !== undefined && known(step))?.dueOn ?? dueOn;

/** By the rights that the agency had then. */
async function* untaken(reads: Reads, agency: string, extent: Extent): AsyncGenerator<OpenRow> {
  const { reports } = reads;
  const rights = (await reports.rightsAt(agency, extent.block)).filter(({ right, from, until }) => right === 'supervise' && from <= extent.to && (until === undefined || extent.to <= until));
  const managers = (await reads.all('agency')).map(({ code }) => code);
  const owners = new Set(rights.flatMap(({ kind, over }) => (over === undefined ? managers : [over]).map((manager) => `${kind}/${manager}`)));
  const rows: OpenRow[] = [];
  for (const owner of owners) {
    for await (const { item, since } of reports.standing('untaken', owner, extent)) {
      const [id = '', version = ''] = item.split('/');
      const dueOn = dueOf(since);
      if (dueOn < extent.to) rows.push({ figure: 'supervision.overdue', of: splitLicenceId(id as LicenceId).type, noun: 'licence', id, part: `v${version}`, since, dueOn, cursor: item });
    }
  }
  yield* rows.sort((a, b) => (a.cursor < b.cursor ? -1 : 1));
}
