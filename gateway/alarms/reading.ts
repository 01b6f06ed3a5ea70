/** How much each person reads, counted from the use records as they come in: an hour and a day of him against his own, and against what is too much for anybody. */
import type { BatchOperation, Level } from 'level';
import { dayOf, instantOf, type Instant } from '#chaincode/facts/calendar';
import type { UseRecord } from '../documents/use-record.js';
import type { UseLog } from '../uses/log.js';
import { DAY_MS, rankOf, type Found, type Moment, type Source } from './alarm.js';
import { judgeReading, USUAL_DAYS, USUAL_LEAST, usualOf, type ReadingRule, type Stretch } from './reading-rule.js';

const HOUR_MS = 3600_000;
/** Records opened each time, and at once. */
export const RECORDS_MAX = 10_000;
const PAGE = 500;
const ROW = 'watch/reading';

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

/** How far the records were counted. What comes from `news` on is told of, however late it is found; what lies before was read before anybody watched, and is what is usual. */
interface Progress {
  readonly next: number;
  readonly news: number;
}
/** What a person read: hours since 1970 and how much in each, those in which he read nothing left out. */
interface Counts {
  readonly agency: string;
  readonly hours: readonly (readonly [hour: number, count: number])[];
}
/** Kept for a day after it was found, so that it is not over before anybody comes to work. */
interface Unusual extends Pick<Found, 'severity' | 'count' | 'within' | 'usual' | 'since'> {
  readonly agency: string;
  readonly foundMs: number;
}

export interface ReadingParts {
  readonly log: Pick<UseLog, 'size' | 'accounts' | 'firstSince'>;
  readonly desk: Store;
  readonly ruleFor: (staff: string) => ReadingRule;
}

const countsKey = (staff: string): string => `watch-reads/${staff}`;
const unusualKey = (staff: string): string => `watch-unusual/${staff}`;
const read = <T>(text: string | undefined): T | undefined => (text === undefined ? undefined : (JSON.parse(text) as T));

export class Reading implements Source {
  readonly kinds = ['reading-unusual'] as const;

  constructor(private readonly parts: ReadingParts) {}

  async find(moment: Moment): Promise<Found[]> {
    await this.#take(moment);
    const { desk } = this.parts;
    const found: Found[] = [];
    for (const [key, text] of await desk.iterator({ gt: 'watch-unusual/', lt: 'watch-unusual0' }).all()) {
      const { foundMs, ...unusual } = JSON.parse(text) as Unusual;
      if (moment.ms - foundMs >= DAY_MS) await desk.del(key);
      else found.push({ kind: 'reading-unusual', subject: key.slice('watch-unusual/'.length), ...unusual });
    }
    return found;
  }

  /** Counts what came in since. The numbers and how far they go are one write. */
  async #take(moment: Moment): Promise<void> {
    const { log, desk } = this.parts;
    const known = read<Progress>(await desk.get(ROW));
    let progress = known ?? { next: await log.firstSince(instantOf(moment.ms - USUAL_DAYS * DAY_MS)), news: await log.firstSince(instantOf(moment.ms - DAY_MS)) };
    for (const end = Math.min(log.size, progress.next + RECORDS_MAX); progress.next < end;) {
      const count = Math.min(PAGE, end - progress.next);
      const page = await log.accounts(progress.next, count);
      progress = { ...progress, next: progress.next + count };
      await this.#count(page.filter((each) => each !== undefined), progress, moment);
    }
    if (!known) await desk.put(ROW, JSON.stringify(progress));
  }

  async #count(records: readonly UseRecord[], progress: Progress, moment: Moment): Promise<void> {
    const { desk } = this.parts;
    const rows: Operation[] = [{ type: 'put', key: ROW, value: JSON.stringify(progress) }];
    const byStaff = new Map<string, UseRecord[]>();
    // Whoever used at another gateway is counted there; to check what a holder shows tells nothing that he did not show.
    for (const record of records) if (record.release === undefined && record.act !== 'verify') byStaff.set(record.staff, [...(byStaff.get(record.staff) ?? []), record]);
    for (const [staff, own] of byStaff) {
      const counts = added(read<Counts>(await desk.get(countsKey(staff))), own);
      rows.push({ type: 'put', key: countsKey(staff), value: JSON.stringify(counts) });
      const unusual = unusualIn(counts, own.filter(({ seq }) => seq >= progress.news), this.parts.ruleFor(staff), moment);
      const known = read<Unusual>(await desk.get(unusualKey(staff)));
      if (unusual) rows.push({ type: 'put', key: unusualKey(staff), value: JSON.stringify(worse(known, unusual)) });
    }
    await desk.batch(rows);
  }
}

const hourOf = (at: string): number => Math.floor(Date.parse(at) / HOUR_MS);

function added(known: Counts | undefined, records: readonly UseRecord[]): Counts {
  const hours = new Map(known?.hours);
  for (const { at } of records) hours.set(hourOf(at), (hours.get(hourOf(at)) ?? 0) + 1);
  const newest = Math.max(...hours.keys());
  return { agency: records[0]?.agency ?? '', hours: [...hours].filter(([hour]) => hour > newest - USUAL_DAYS * 24).sort(([a], [b]) => a - b) };
}

/** The worst of the hours and days that the new records fall into. */
function unusualIn({ agency, hours }: Counts, records: readonly UseRecord[], rule: ReadingRule, { ms, zone }: Moment): Unusual | undefined {
  const dayOfHour = (hour: number): string => dayOf(instantOf(hour * HOUR_MS), zone);
  const days = new Map<string, { count: number; first: number }>();
  for (const [hour, count] of hours) {
    const day = days.get(dayOfHour(hour));
    days.set(dayOfHour(hour), { count: (day?.count ?? 0) + count, first: day?.first ?? hour });
  }
  const enough = days.size > USUAL_LEAST;
  const of = (within: Stretch, count: number, others: readonly number[], since: Instant): Unusual | undefined => {
    const usual = enough ? usualOf(others, USUAL_LEAST) : undefined;
    const severity = judgeReading(count, usual, rule[within]);
    return severity && { agency, severity, count, within, since, foundMs: ms, ...(usual === undefined ? {} : { usual }) };
  };
  const touched = new Set(records.map(({ at }) => hourOf(at)));
  const inHour = new Map(hours);
  const found = [...touched].flatMap((hour) => of('hour', inHour.get(hour) ?? 0, hours.filter(([each]) => each !== hour).map(([, count]) => count), instantOf(hour * HOUR_MS)) ?? []);
  const ofDays = [...new Set([...touched].map(dayOfHour))].flatMap((day) => {
    const { count = 0, first = 0 } = days.get(day) ?? {};
    return of('day', count, [...days].filter(([each]) => each !== day).map(([, each]) => each.count), instantOf(first * HOUR_MS)) ?? [];
  });
  return [...found, ...ofDays].reduce<Unusual | undefined>((worst, each) => (worst && rankOf(worst.severity) >= rankOf(each.severity) ? worst : each), undefined);
}

/** The worse of two; that it goes on keeps it. */
function worse(known: Unusual | undefined, found: Unusual): Unusual {
  if (!known || rankOf(found.severity) > rankOf(known.severity) || (found.severity === known.severity && found.within === known.within && (found.count ?? 0) >= (known.count ?? 0))) return found;
  return { ...known, foundMs: found.foundMs };
}
