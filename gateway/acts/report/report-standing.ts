/** What a self-report finds open as of a day: papers still to come, and versions that supervision should have taken over. */
import { dayOf, SHANGHAI, type Day, type Instant } from '#chaincode/facts/calendar';
import type { ConditionRecord } from '#chaincode/facts/condition';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { STANDING } from '../../documents/report.js';
import type { Projection } from '../../ledger/projection.js';
import type { Extent } from '../../ledger/report-index.js';
import { dueOf } from '../../ledger/report-rows.js';

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

/** Counts by `figure/of`. Nothing is held: an agency that takes nothing over has a million rows. */
export async function standingCounts(reads: Reads, agency: string, extent: Extent): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const count = ({ figure, of }: OpenRow): void => void counts.set(`${figure}/${of}`, (counts.get(`${figure}/${of}`) ?? 0) + 1);
  for await (const row of conditions(reads, agency, extent, '')) count(row);
  for await (const row of untaken(reads, agency, extent, '')) count(row);
  return counts;
}

/** Rows of one figure in the order of their cursors. @param after cursor of the last row seen */
export async function* standingRows(reads: Reads, agency: string, { figure, of, after = '' }: Pick<OpenRow, 'figure' | 'of'> & { readonly after?: string | undefined }, extent: Extent): AsyncGenerator<OpenRow> {
  const rows = figure === 'supervision.overdue' ? untaken(reads, agency, extent, after, of) : conditions(reads, agency, extent, after);
  for await (const row of rows) if (row.figure === figure && row.of === of) yield row;
}

async function* conditions(reads: Reads, agency: string, extent: Extent, after: string): AsyncGenerator<OpenRow> {
  const zone = reads.get('ledger', 'settings')?.zone ?? SHANGHAI;
  for await (const { item, since, cursor } of reads.reports.standing('condition', agency, extent, after)) {
    const [noun = '', id = '', matter = '-', material = ''] = item.split('/');
    const record = noun === 'licence' ? reads.get('licence', id) : reads.get('application', id);
    const found = record?.conditions?.find((each) => each.material === material && (each.matter ?? '-') === matter);
    if (!found) continue;
    const dueOn = dueAsOf(found, ({ at, txId }) => dayOf(at as Instant, zone) <= extent.to && Number(reads.blockOf(txId) ?? Infinity) <= extent.block);
    const row = { of: noun === 'licence' ? splitLicenceId(id as LicenceId).type : matter, noun: noun as OpenRow['noun'], id, part: noun === 'licence' ? material : `${matter}.${material}`, since, dueOn, cursor };
    yield { figure: 'condition.standing', ...row };
    if (dueOn < extent.to) yield { figure: 'condition.overdue', ...row };
  }
}

/** The day that the last step known then named. */
const dueAsOf = ({ steps, dueOn }: ConditionRecord, known: (step: ConditionRecord['steps'][number]) => boolean): string => steps.findLast((step) => step.dueOn !== undefined && known(step))?.dueOn ?? dueOn;

/** By the rights that the agency had then. */
async function* untaken(reads: Reads, agency: string, extent: Extent, after: string, of?: string): AsyncGenerator<OpenRow> {
  const rights = (await reads.reports.rightsAt(agency, extent.block)).filter(({ kind, right, from, until }) => right === 'supervise' && from <= extent.to && (until === undefined || extent.to <= until) && [undefined, kind].includes(of));
  const managers = (await reads.all('agency')).map(({ code }) => code);
  const owners = [...new Set(rights.flatMap(({ kind, over }) => (over === undefined ? managers : [over]).map((manager) => `${kind}/${manager}`)))].sort();
  const seen = after.split('/').slice(0, 2).join('/');
  for (const owner of owners.filter((each) => each >= seen)) {
    for await (const { item, since, cursor } of reads.reports.standing('untaken', owner, extent, owner === seen ? after.slice(owner.length + 1) : '')) {
      const [id = '', version = ''] = item.split('/');
      const dueOn = dueOf(since);
      if (dueOn < extent.to) yield { figure: 'supervision.overdue', of: splitLicenceId(id as LicenceId).type, noun: 'licence', id, part: `v${version}`, since, dueOn, cursor: `${owner}/${cursor}` };
    }
  }
}
