/** Reminders of papers to come (容缺) whose consequence is a reminder: before their day and on it, by the feed and the web hooks by which terms are told. */
import { addDays, daysBetween, type Day } from '#chaincode/facts/calendar';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { nowOf, type Clock } from '../../clock.js';
import type { Projection } from '../../ledger/projection.js';
import { kindOfGroup, remindersOf } from '../../ledger/work-rows.js';
import type { Hooks } from '../../notices/hooks.js';
import type { Hook } from '../../notices/settings.js';
import type { Drafter } from '../licence/draft.js';
import type { Managers } from '../../ledger/managers.js';

/** Days before the due day, the earliest first. */
export const CONDITION_MARKS = [7, 0] as const;
export type ConditionMark = (typeof CONDITION_MARKS)[number];
/** A gateway that was gone on the day itself still tells of it so many days later; then the alarm has taken over. */
const LATE_DAYS = 30;
/** Rows read from the index at once. */
const PAGE = 500;
/** Begins what is told of conditions once; no day of a term begins so. */
const ONCE = 'condition/';

/** A condition that is open and has come to a mark. */
export interface Reminder {
  readonly dueOn: Day;
  readonly mark: ConditionMark;
  readonly material: string;
  readonly kind: string;
  /** A licence by its identifier; or an application and its matter. */
  readonly identifier?: string;
  readonly application?: string;
  readonly matter?: string;
}

export interface RemindersParts {
  readonly projection: Projection;
  readonly managers: Pick<Managers, 'under'>;
  readonly drafter: Pick<Drafter, 'today'>;
  readonly clock: Clock;
  readonly hooks: Hooks;
  readonly targets: readonly Hook[];
}

type Row = Pick<Reminder, 'dueOn' | 'material'> & { readonly of: string; readonly id: string; readonly matter: string };
const rowOf = (key: string): Row => {
  const [dueOn = '', of = '', id = '', matter = '', material = ''] = key.split('/');
  return { dueOn: dueOn as Day, of, id, matter, material };
};

/** The mark that a condition has come to; once its day is over it stays at the last. */
export const conditionMark = (daysLeft: number): ConditionMark | undefined => CONDITION_MARKS.findLast((mark) => daysLeft <= mark);

export class Reminders {
  constructor(private readonly parts: RemindersParts) {}

  /** Those that came to a mark, the newest first; a condition has an entry for each mark that it came to. */
  async reached(agency: string, limit: number): Promise<(Reminder & { readonly on: Day; readonly id: string })[]> {
    const { projection, managers, drafter: { today } } = this.parts;
    const under = await managers.under(agency, remindersOf, kindOfGroup);
    const found = await Promise.all(CONDITION_MARKS.map(async (mark) => {
      const keys = await projection.keysUnder(under, { after: addDays(today, -LATE_DAYS), until: addDays(today, mark + 1), limit, newest: true });
      return keys.map((key) => ({ ...this.#reminder(rowOf(key), mark), id: `${ONCE}${key}/${String(mark)}`, on: addDays(rowOf(key).dueOn, -mark) }));
    }));
    return found.flat();
  }

  /** Tells the web hooks of what has come to a mark since, each once. @returns how many are new */
  async remind(): Promise<number> {
    const { projection, managers, hooks, targets, drafter: { today } } = this.parts;
    let told = 0;
    for (const hook of targets.filter(({ tells }) => tells.includes('conditions'))) {
      const oldest = addDays(today, -LATE_DAYS);
      await hooks.forgetUntil(hook.id, ONCE + oldest, ONCE);
      const under = await managers.under(hook.agency, remindersOf, kindOfGroup);
      for (let after: string | undefined = oldest; after !== undefined;) {
        const keys: string[] = await projection.keysUnder(under, { after, until: addDays(today, CONDITION_MARKS[0] + 1), limit: PAGE });
        // Most were told of before: their records are not even read.
        const fresh = await hooks.fresh(keys.flatMap((key) => { const mark = conditionMark(daysBetween(today, rowOf(key).dueOn)); return mark === undefined ? [] : [{ hook: hook.id, once: `${ONCE}${key}/${String(mark)}`, key, mark }]; }));
        told += await hooks.put(fresh.map(({ key, mark, ...each }) => ({ ...each, body: JSON.stringify({ type: 'condition.due', timestamp: nowOf(this.parts.clock), data: this.#reminder(rowOf(key), mark) }) })));
        after = keys.length < PAGE ? undefined : keys.at(-1);
      }
    }
    if (told > 0) hooks.goOn();
    return told;
  }

  /** No personal data: which paper, of what, and when. */
  #reminder({ dueOn, of, id, matter, material }: Row, mark: ConditionMark): Reminder {
    const { projection } = this.parts;
    if (of === 'application') return { application: id, matter, kind: projection.get('matter', matter)?.kind ?? '', material, dueOn, mark };
    return { identifier: identifierOf(id as LicenceId, projection.get('licence', id)?.versions.at(-1)?.version ?? 1), kind: splitLicenceId(id as LicenceId).type, material, dueOn, mark };
  }
}
