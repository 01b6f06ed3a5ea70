/** What people look at rather than read: acts over time, uses by agency and purpose, papers that nobody had to bring again. */
import { dayOf, instantOf, startOfDay, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Tally } from '../../ledger/act-rows.js';
import type { UseLog } from '../../uses/log.js';
import type { AuditScope } from './audit-scope.js';

export interface FigureQuery {
  readonly from: Day;
  readonly to: Day;
  readonly by: 'day' | 'month';
}
export interface Figures {
  /** Acts on licences by period, oldest first. */
  readonly acts: readonly { readonly period: string; readonly act: string; readonly count: number }[];
  /** Licences that decisions relied on in place of papers, by period. */
  readonly saved: readonly { readonly period: string; readonly count: number }[];
  /** Uses by whom and for what, the most first. */
  readonly uses: readonly { readonly agency: string; readonly purpose: string; readonly count: number }[];
  /** Whether all uses of the time were counted; of more than are read at once, the newest of each agency in it. */
  readonly usesComplete: boolean;
}

/** Counts of days that are read for one picture: five years of an office, or some months of a city that supervises all of them; half a second. */
export const TALLIES_MAX = 200_000;
/** Use records that are opened for one picture: a quarter of a second. */
const USES_MAX = 5_000;
const PAGE = 500;

/** @throws GatewayFault FACE_INVALID FIGURES_TOO_MANY where the days hold more than `most` counts */
export async function figuresOf({ projection, log, zone }: { readonly projection: Pick<Projection, 'acts' | 'all'>; readonly log: Pick<UseLog, 'page' | 'firstSince'>; readonly zone: LegalZone }, scope: AuditScope, query: FigureQuery, most = TALLIES_MAX): Promise<Figures> {
  const tallies = await talliesIn(projection, scope, query, most);
  const periodOf = (day: string): string => (query.by === 'month' ? day.slice(0, 7) : day);
  const acts = summed(tallies.filter(({ act, kind }) => act !== 'relied' && kind !== '-'), ({ day, act }) => [periodOf(day), act]);
  const saved = summed(tallies.filter(({ act }) => act === 'relied'), ({ day }) => [periodOf(day)]);
  const used = await usesIn(log, scope, query, zone);
  return {
    acts: acts.map(({ key: [period = '', act = ''], count }) => ({ period, act, count })), saved: saved.map(({ key: [period = ''], count }) => ({ period, count })),
    uses: summed(used.rows.map((row) => ({ ...row, count: 1 })), ({ agency, purpose }) => [agency, purpose]).map(({ key: [agency = '', purpose = ''], count }) => ({ agency, purpose, count })).sort((a, b) => b.count - a.count), usesComplete: used.complete,
  };
}

/** Of its own agencies everything; of others what it supervises there. */
async function talliesIn(projection: Pick<Projection, 'acts' | 'all'>, { agencies, kinds }: AuditScope, { from, to }: FigureQuery, most: number): Promise<Tally[]> {
  const rows: Tally[] = [];
  let left = most;
  for (const { code } of await projection.all('agency')) {
    const supervised = kinds.filter(({ over }) => over === undefined || over === code).map(({ kind }) => kind);
    if (!agencies.has(code) && supervised.length === 0) continue;
    const read = await projection.acts.tallies(code, from, to, left + 1);
    left -= read.length;
    if (left < 0) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'from', code: 'FIGURES_TOO_MANY' }] });
    for (const tally of read) if (agencies.has(code) || supervised.includes(tally.kind)) rows.push(tally);
  }
  return rows;
}

/** Newest first from the end of the time on, a page of each agency and side in turn: what one has more of than may be read hides nothing of another. */
async function usesIn(log: Pick<UseLog, 'page' | 'firstSince'>, { agencies }: AuditScope, { from, to }: FigureQuery, zone: LegalZone): Promise<{ readonly rows: readonly { readonly agency: string; readonly purpose: string }[]; readonly complete: boolean }> {
  const found = new Map<number, { readonly agency: string; readonly purpose: string }>();
  const end = await log.firstSince(instantOf((startOfDay(to, zone) + 86_400) * 1000));
  let open = [...agencies].flatMap((agency) => (['agency', 'source'] as const).map((side) => ({ agency, side, before: end })));
  for (let left = USES_MAX; open.length > 0;) {
    const limit = Math.min(PAGE, Math.floor(left / open.length));
    if (limit === 0) return { rows: [...found.values()], complete: false };
    const more: typeof open = [];
    for (const { agency, side, before } of open) {
      const page = await log.page(side, agency, { before, limit });
      left -= page.length;
      const within = page.filter(({ record }) => dayOf(record.at as Instant, zone) >= from);
      for (const { record: { seq, agency: by, purpose = '-' } } of within) found.set(seq, { agency: by, purpose });
      const last = within.at(-1)?.record.seq;
      if (within.length === limit && last !== undefined) more.push({ agency, side, before: last });
    }
    open = more;
  }
  return { rows: [...found.values()], complete: true };
}

function summed<T extends { readonly count: number }>(rows: readonly T[], keyOf: (row: T) => readonly string[]): { readonly key: readonly string[]; readonly count: number }[] {
  const sums = new Map<string, { key: readonly string[]; count: number }>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key.join('/'));
    if (sum) sum.count += row.count;
    else sums.set(key.join('/'), { key, count: row.count });
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
