/** Work that is late: papers to come whose day is over, new versions that nobody who supervises has taken over. Counted in the index, group by group, as far as is worth saying. */
import { addDays, dayOf, daysBetween, instantOf, startOfDay, type Day, type Instant } from '#chaincode/facts/calendar';
import type { AgencyRecord } from '#chaincode/facts/records';
import { TAKE_OVER_DAYS } from '#chaincode/facts/supervision';
import { awaitedOf, kindOfGroup, untakenOf } from '../ledger/work-rows.js';
import type { Managers } from '../ledger/managers.js';
import type { Projection } from '../ledger/projection.js';
import type { Found, Moment, Severity, Source } from './alarm.js';

/** Rows read of one group: more are "at least so many". */
export const COUNT_MAX = 10_000;
/** Days late: from then on it is no oversight any more, and then no delay any more. */
const WARNING_DAYS = 7;
const CRITICAL_DAYS = 30;

export interface OverdueParts {
  readonly projection: Pick<Projection, 'keysUnder' | 'partsUnder' | 'get'>;
  readonly managers: Pick<Managers, 'under' | 'ofKind'>;
  readonly hosted: () => Iterable<string>;
}

const severityOf = (days: number): Severity => (days > CRITICAL_DAYS ? 'critical' : days > WARNING_DAYS ? 'warning' : 'notice');
const counted = (rows: readonly string[]) => ({ count: rows.length, ...(rows.length === COUNT_MAX ? { atLeast: true as const } : {}) });

export class OverdueConditions implements Source {
  readonly kinds = ['condition-overdue'] as const;

  constructor(private readonly parts: OverdueParts) {}

  async find(moment: Moment): Promise<Found[]> {
    const { projection, managers, hosted } = this.parts;
    const found: Found[] = [];
    for (const agency of hosted()) {
      const prefixes = await managers.under(agency, awaitedOf, kindOfGroup);
      const groupOf = (prefix: string): string => prefix.split('/').at(-2) ?? '';
      for (const group of new Set(prefixes.map(groupOf))) {
        const rows = await projection.keysUnder(prefixes.filter((prefix) => groupOf(prefix) === group), { until: moment.today, limit: COUNT_MAX });
        if (rows.length > 0) found.push(conditionsOf(agency, group, rows, moment));
      }
    }
    return found;
  }
}

function conditionsOf(agency: string, group: string, rows: readonly string[], { today, zone }: Moment): Found {
  const [noun, code = ''] = group.split(':');
  const [dueOn = '', , id = ''] = rows[0]?.split('/') ?? [];
  return {
    kind: 'condition-overdue', subject: `${agency}:${group}`, agency, severity: severityOf(daysBetween(dueOn as Day, today)), since: instantOf(startOfDay(addDays(dueOn as Day, 1), zone) * 1000), ...counted(rows),
    of: { noun: noun === 'licence' ? 'kind' : 'matter', code }, oldest: { noun: noun === 'licence' ? 'licence' : 'application', id },
  };
}

export class LateSupervision implements Source {
  readonly kinds = ['supervision-late'] as const;

  constructor(private readonly parts: OverdueParts) {}

  async find(moment: Moment): Promise<Found[]> {
    const { projection, hosted } = this.parts;
    const found: Found[] = [];
    for (const agency of hosted()) {
      for (const [kind, over] of supervisedBy(projection.get('agency', agency), moment.today)) {
        const late = await this.#late(kind, over, moment);
        if (late.length > 0) found.push(supervisionOf(agency, kind, late, moment));
      }
    }
    return found;
  }

  /** `<recorded at>/<licence>` of what should have been taken over before today, the oldest first. */
  async #late(kind: string, over: ReadonlySet<string> | 'all', { today, zone }: Moment): Promise<string[]> {
    const { projection, managers } = this.parts;
    const until = instantOf(startOfDay(addDays(today, -TAKE_OVER_DAYS), zone) * 1000);
    const late: string[] = [];
    for await (const manager of projection.partsUnder(untakenOf(kind))) {
      if (over !== 'all' && !over.has(managers.ofKind(manager, kind))) continue;
      late.push(...(await projection.keysUnder(`${untakenOf(kind)}${manager}/`, { until, limit: COUNT_MAX })));
    }
    return late.sort().slice(0, COUNT_MAX);
  }
}

/** Kinds that an agency supervises on a day, and over whom. */
function supervisedBy(agency: AgencyRecord | undefined, today: Day): Map<string, Set<string> | 'all'> {
  const kinds = new Map<string, Set<string> | 'all'>();
  for (const { right, kind, over, from, until } of agency?.rights ?? []) {
    if (right !== 'supervise' || from > today || (until !== undefined && until < today)) continue;
    const known = kinds.get(kind);
    kinds.set(kind, over === undefined || known === 'all' ? 'all' : new Set([...(known ?? []), over]));
  }
  return kinds;
}

function supervisionOf(agency: string, kind: string, rows: readonly string[], { today, zone }: Moment): Found {
  const [recordedAt = '', licence = ''] = rows[0]?.split('/') ?? [];
  const dueOn = addDays(dayOf(recordedAt as Instant, zone), TAKE_OVER_DAYS);
  return {
    kind: 'supervision-late', subject: `${agency}:${kind}`, agency, severity: severityOf(daysBetween(dueOn, today)), since: instantOf(startOfDay(addDays(dueOn, 1), zone) * 1000), ...counted(rows),
    of: { noun: 'kind', code: kind }, oldest: { noun: 'licence', id: licence },
  };
}
