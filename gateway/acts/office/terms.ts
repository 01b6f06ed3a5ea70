/** Terms: which licences end within so many days, which have lapsed, and what is told of them. Read from the index in the order of their last days, never by looking through all. */
import { addDays, daysBetween, type Day } from '#chaincode/facts/calendar';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import { effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';
import { nowOf, type Clock } from '../../clock.js';
import { termsOf } from '../../ledger/centre-rows.js';
import type { Projection } from '../../ledger/projection.js';
import type { Hooks } from '../../notices/hooks.js';
import type { Hook } from '../../notices/settings.js';
import type { Vault } from '../../vault/vault.js';
import type { Drafter } from '../licence/draft.js';
import { materialName } from '../licence/conditions.js';
import type { Managers } from '../../ledger/managers.js';
import { namesOf } from '../print/print-order-view.js';
import type { Reminders } from './reminders.js';

/** Days before the last one at which the agency is reminded, the earliest first. */
export const TERM_MARKS = [90, 30, 7] as const;
export type TermMark = (typeof TERM_MARKS)[number];
/** Licences read from the index at once. */
const PAGE = 500;
/** A feed is for news; the list has the rest. */
export const FEED_MAX = 100;

/** The mark that a licence has come to with so many days left; undefined before the first and after the last day. */
export const markOf = (daysLeft: number): TermMark | undefined => (daysLeft < 0 ? undefined : TERM_MARKS.findLast((mark) => daysLeft <= mark));

export interface TermView {
  readonly cursor: string;
  readonly licence: string;
  readonly identifier: string;
  readonly kind: Label;
  readonly holderName?: string;
  readonly number?: string;
  readonly validUntil: string;
  /** Below nought: lapsed so many days ago. */
  readonly daysLeft: number;
  readonly mark?: TermMark;
  readonly status: EffectiveStatus;
  /** Whether it can be renewed as it stands: sealed, and not suspended. */
  readonly renewable: boolean;
}

interface Row {
  readonly cursor: string;
  readonly day: Day;
  readonly record: LicenceRecord;
}

export interface TermsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly managers: Pick<Managers, 'under'>;
  readonly drafter: Pick<Drafter, 'today'>;
  readonly clock: Clock;
  readonly hooks: Hooks;
  readonly targets: readonly Hook[];
  readonly publicName: string;
  /** Of papers to come: the feed tells of them too. */
  readonly reminders: Pick<Reminders, 'reached'>;
}

type Page = { readonly limit: number; readonly after?: string | undefined };

export class Terms {
  constructor(private readonly parts: TermsParts) {}

  /** Those whose last day is within so many days from today, the next to end first. */
  async within(agency: string, days: number, { limit, after }: Page): Promise<TermView[]> {
    const { today } = this.parts.drafter;
    return (await this.#rows(agency, { after: after ?? today, until: addDays(today, days + 1), limit })).map((row) => this.#view(row, today));
  }

  /** Those that have lapsed within so many days and are neither renewed nor ended, the last to lapse first. */
  async lapsed(agency: string, days: number, { limit, after }: Page): Promise<TermView[]> {
    const { today } = this.parts.drafter;
    return (await this.#rows(agency, { after: addDays(today, -days), until: after ?? today, limit, newest: true })).map((row) => this.#view(row, today));
  }

  async #rows(agency: string, stretch: Parameters<Projection['keysUnder']>[1]): Promise<Row[]> {
    const { projection, managers } = this.parts;
    const keys = await projection.keysUnder(await managers.under(agency, termsOf), stretch);
    return keys.flatMap((cursor) => {
      const { day, id } = placeOf(cursor);
      const record = projection.get('licence', id);
      return record ? [{ cursor, day, record }] : [];
    });
  }

  #view({ cursor, day, record }: Row, today: Day): TermView {
    const { projection, vault } = this.parts;
    const current = record.versions.at(-1);
    const [daysLeft, version] = [daysBetween(today, day), current?.version ?? 1];
    const mark = markOf(daysLeft);
    return {
      cursor, licence: record.id, identifier: identifierOf(record.id as LicenceId, version), kind: projection.get('kind', splitLicenceId(record.id as LicenceId).type)?.name ?? { zh: record.id, en: record.id }, ...namesOf(projection, vault, record.id, version),
      validUntil: day, daysLeft, ...(mark === undefined ? {} : { mark }), status: current ? effectiveStatus(current.status, current.validFrom, current.validUntil, today) : 'EXPIRED', renewable: current?.seal !== undefined && current.status === 'VALID',
    };
  }

  /**
   * Reminders as they came up, the newest first (JSON Feed 1.1). Without names: a feed is read by programs that keep what they read.
   * @param title of the agency, for people
   */
  async feed(agency: string): Promise<object> {
    const { projection, managers, drafter: { today }, publicName } = this.parts;
    const under = await managers.under(agency, termsOf);
    const { origin } = new URL(publicName);
    const name = projection.get('agency', agency)?.name ?? agency;
    const terms = (await Promise.all(TERM_MARKS.map(async (mark) => {
      const keys = await projection.keysUnder(under, { after: today, until: addDays(today, mark + 1), limit: FEED_MAX, newest: true });
      return keys.map((key) => { const { day, id } = placeOf(key); return this.#termItem(origin, mark, day, id); });
    }))).flat();
    const items = [...terms, ...(await this.#conditionItems(origin, agency))].sort((a, b) => (a.date_published < b.date_published ? 1 : a.date_published > b.date_published ? -1 : Number(a.tags[0]) - Number(b.tags[0]))).slice(0, FEED_MAX);
    return { version: 'https://jsonfeed.org/version/1.1', title: `${name} 证照到期提醒`, home_page_url: `${origin}/issue/terms`, feed_url: `${origin}/api/terms/feed`, language: 'zh-CN', items };
  }

  #termItem(origin: string, mark: TermMark, day: Day, id: string) {
    const identifier = this.#identifier(id);
    const kind = this.parts.projection.get('kind', splitLicenceId(id as LicenceId).type)?.name.zh ?? '';
    return { id: `${id}/${day}/${String(mark)}`, url: `${origin}/l/${identifier}`, title: `${kind} ${day} 到期（${String(mark)} 日提醒）`, content_text: `${identifier} ${kind} ${day} 到期`, date_published: publishedOn(addDays(day, -mark)), tags: [String(mark)], _yizheng: { identifier, validUntil: day, mark } };
  }

  async #conditionItems(origin: string, agency: string) {
    const { projection, reminders } = this.parts;
    return (await reminders.reached(agency, FEED_MAX)).map(({ id, on, ...reminder }) => {
      const { identifier, application = '', kind, material, dueOn, mark } = reminder;
      const [of, paper] = [projection.get('kind', kind), identifier ?? application];
      const what = `${of?.name.zh ?? ''} 待补材料：${materialName(of, material).zh}`;
      return { id, url: identifier === undefined ? `${origin}/issue/applications/${application}` : `${origin}/l/${identifier}`, title: `${what} ${dueOn} 到期（${mark === 0 ? '当日' : `${String(mark)} 日`}提醒）`, content_text: `${paper} ${what} ${dueOn} 到期`, date_published: publishedOn(on), tags: [String(mark)], _yizheng: reminder };
    });
  }

  /** Tells the web hooks of an agency of what has come to a mark since, each licence and mark once. A licence that comes in late is told of at its last mark alone. */
  async remind(): Promise<number> {
    const { projection, managers, hooks, targets, drafter: { today } } = this.parts;
    let told = 0;
    for (const hook of targets.filter(({ tells }) => tells.includes('terms'))) {
      await hooks.forgetUntil(hook.id, today);
      const under = await managers.under(hook.agency, termsOf);
      for (let after: string | undefined = today; after !== undefined;) {
        const keys: string[] = await projection.keysUnder(under, { after, until: addDays(today, TERM_MARKS[0] + 1), limit: PAGE });
        // Most were told of long ago: their records are not even read.
        const fresh = await hooks.fresh(keys.flatMap((key) => this.#due(hook, key, today)));
        told += await hooks.put(fresh.map((due) => ({ ...due, body: this.#body(due) })));
        after = keys.length < PAGE ? undefined : keys.at(-1);
      }
    }
    if (told > 0) hooks.goOn();
    return told;
  }

  #due({ id: hook }: Hook, key: string, today: Day) {
    const { day, id } = placeOf(key);
    const mark = markOf(daysBetween(today, day));
    return mark === undefined ? [] : [{ hook, once: `${key}/${String(mark)}`, day, id, mark }];
  }

  /** No personal data: which licence, of which kind, its last day, and how near that is. */
  #body({ day, id, mark }: { readonly day: Day; readonly id: string; readonly mark: TermMark }): string {
    const data = { identifier: this.#identifier(id), kind: splitLicenceId(id as LicenceId).type, validUntil: day, mark };
    return JSON.stringify({ type: 'licence.term', timestamp: nowOf(this.parts.clock), data });
  }

  /** Of the version in force. */
  #identifier(id: string): string {
    return identifierOf(id as LicenceId, this.parts.projection.get('licence', id)?.versions.at(-1)?.version ?? 1);
  }
}

const publishedOn = (day: Day): string => `${day}T00:00:00+08:00`;

/** Last day and licence of a row. */
const placeOf = (key: string): { day: Day; id: string } => ({ day: key.slice(0, 10) as Day, id: key.slice(key.lastIndexOf('/') + 1) });
