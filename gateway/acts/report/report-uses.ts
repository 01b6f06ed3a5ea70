/** Uses of an agency within some time, from the gateway's own log: its times never step back, so that what lies between two instants is a stretch of numbers that nothing is added to later. */
import { dayOf, instantOf, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import type { UseRecord } from '../../documents/use-record.js';
import type { UseLog } from '../../uses/log.js';

const PAGE = 500;
/** What was used, and not only looked at or verified. */
const USED: ReadonlySet<string> = new Set(['use', 'copy']);

const nameOf = ({ authority }: UseRecord): string => `use.${authority.by}/${authority.by === 'scene' ? authority.id ?? '-' : '-'}`;

/** Records of an agency's uses from one number up to another, newest first. */
async function* between(log: UseLog, agency: string, from: number, until: number): AsyncGenerator<UseRecord> {
  for (let before: number = until, more = true; more;) {
    const page = await log.page('agency', agency, { before, limit: PAGE });
    for (const { record } of page) {
      if (record.seq < from) return;
      if (USED.has(record.act)) yield record;
      before = record.seq;
    }
    more = page.length === PAGE;
  }
}

/** Counts by `use.<authority>/<scene>`. @param from ms @param until ms, not counted @returns with `size` the number of records up to then, of whomever */
export async function usesOf(log: UseLog, agency: string, from: number, until: number): Promise<{ readonly size: number; readonly counts: ReadonlyMap<string, number> }> {
  const [first, size] = [await log.firstSince(instantOf(from)), await log.firstSince(instantOf(until))];
  const counts = new Map<string, number>();
  for await (const record of between(log, agency, first, size)) counts.set(nameOf(record), (counts.get(nameOf(record)) ?? 0) + 1);
  return { size, counts };
}

/** The records of one of these figures, newest first. */
export async function usedIn(log: UseLog, agency: string, name: string, { from, until, zone }: { readonly from: number; readonly until: number; readonly zone: LegalZone }, { after, limit }: { readonly after?: string | undefined; readonly limit: number }) {
  const [first, size] = [await log.firstSince(instantOf(from)), await log.firstSince(instantOf(until))];
  const rows = [];
  for await (const record of between(log, agency, first, after === undefined ? size : Math.min(size, Number(after)))) {
    if (nameOf(record) !== name) continue;
    const seq = String(record.seq);
    rows.push({ noun: 'use' as const, id: record.licence ?? '-', part: seq, day: dayOf(record.at as Instant, zone) as string, count: 1, cursor: seq });
    if (rows.length === limit) break;
  }
  return rows;
}
