/** Alarms as people see them: whose they are decides who may; names are put to ids here, and leave on no other way. */
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import type { Label, Role } from '#chaincode/facts/records';
import { rankOf, type Alarm, type Seen } from '../../alarms/alarm.js';
import type { Book } from '../../alarms/book.js';
import type { Watch } from '../../alarms/watch.js';
import { todayOf, type Clock } from '../../clock.js';
import type { Projection } from '../../ledger/projection.js';
import { scopeOf } from './audit-scope.js';
import type { Drafter } from '../licence/draft.js';
import type { Named } from '../use/scene.js';

export interface AlarmView extends Omit<Alarm, 'agency' | 'of' | 'oldest' | 'seen' | 'told' | 'toldAt' | 'toldSeverity' | 'toldCount'> {
  readonly agency?: Named;
  /** What it is about, in words: a kind of licence, a matter, an agency, a person's name. */
  readonly about?: Label;
  /** Page of the oldest record that is late. */
  readonly oldest?: string;
  /** Page where all of it is seen to. */
  readonly link: string;
  readonly seen: readonly (Seen & { readonly name?: string })[];
}

/** Who asks: with his roles, for they decide how far he sees. */
export interface Watcher {
  readonly staff: string;
  readonly agency: string;
  readonly roles: readonly Role[];
}

export interface AlarmsParts {
  readonly book: Book;
  readonly watch: Pick<Watch, 'checkedAt'>;
  readonly projection: Projection;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
  readonly names: () => Promise<ReadonlyMap<string, { readonly displayName: string }>>;
  /** Web hooks of the operator's file, by whose addresses people know them. */
  readonly hooks: readonly { readonly id: string; readonly url: string }[];
}

const LINKS: Readonly<Record<Alarm['kind'], string>> = {
  'condition-overdue': '/issue/work', 'supervision-late': '/issue/work', 'identity-ends': '/health/ready', 'identity-broken': '/health/ready', 'seal-ends': '/issue/seals', 'connection-ends': '/health/ready', 'authority-ends': '/health/ready', 'tls-ends': '/health/ready',
  'projection-lag': '/health/ready', 'head-late': '/health/ready', 'head-refused': '/health/ready', 'head-nowhere': '/health/ready', 'head-forked': '/audit/heads', 'hook-down': '/health/ready', 'use-gap': '/audit/uses', 'reading-unusual': '/audit/uses', 'clock-behind': '/health/ready',
};

export class Alarms {
  constructor(private readonly parts: AlarmsParts) {}

  /** The worst first, then what has stood longest; and what is over, the last first. */
  async list(watcher: Watcher, closed: number): Promise<{ readonly alarms: AlarmView[]; readonly closed: AlarmView[]; readonly checkedAt?: string }> {
    const { book, watch, names } = this.parts;
    const [may, known] = [await this.#mayHe(watcher), await names()];
    const open = (await book.open()).filter(may).sort((a, b) => rankOf(b.severity) - rankOf(a.severity) || (a.since < b.since ? -1 : 1));
    const over = closed === 0 ? [] : (await book.closed(closed)).filter(may);
    return { alarms: open.map((alarm) => this.#view(alarm, known)), closed: over.map((alarm) => this.#view(alarm, known)), ...(watch.checkedAt === undefined ? {} : { checkedAt: watch.checkedAt }) };
  }

  /** @throws GatewayFault NOT_FOUND */
  async see(watcher: Watcher, id: string): Promise<AlarmView> {
    const { book, names } = this.parts;
    return this.#view(await book.see(id, watcher.staff, await this.#mayHe(watcher)), await names());
  }

  /** The gateway's own for every registrar and auditor here; an agency's for those of it and of the agencies above it, and for whoever keeps the register. */
  async #mayHe({ agency, roles }: Watcher): Promise<(alarm: Alarm) => boolean> {
    const { projection, clock, drafter } = this.parts;
    if (roles.includes('registrar') && projection.get('ledger', 'settings')?.registrar === agency) return () => true;
    const { agencies } = await scopeOf(projection, agency, todayOf(clock, drafter.zone));
    return (alarm) => alarm.agency === undefined || agencies.has(alarm.agency);
  }

  #view({ agency, of, oldest, seen, told: _told, toldAt: _toldAt, toldSeverity: _worst, toldCount: _count, ...alarm }: Alarm, names: ReadonlyMap<string, { readonly displayName: string }>): AlarmView {
    const about = this.#about(alarm, of, names);
    const record = oldest?.noun === 'licence' ? this.parts.projection.get('licence', oldest.id) : undefined;
    const page = oldest === undefined ? undefined : record ? `/l/${identifierOf(record.id as LicenceId, record.versions.at(-1)?.version ?? 1)}` : `/issue/applications/${oldest.id}`;
    return {
      ...alarm, ...(agency === undefined ? {} : { agency: { code: agency, name: this.#agencyName(agency) } }), ...(about ? { about } : {}), ...(page === undefined ? {} : { oldest: page }), link: alarm.kind === 'reading-unusual' ? `${LINKS[alarm.kind]}?staff=${alarm.subject}` : LINKS[alarm.kind],
      seen: seen.map((each) => ({ ...each, ...(names.has(each.staff) ? { name: names.get(each.staff)?.displayName ?? '' } : {}) })),
    };
  }

  #about({ kind, subject }: Pick<Alarm, 'kind' | 'subject'>, of: Alarm['of'], names: ReadonlyMap<string, { readonly displayName: string }>): Label | undefined {
    const { projection } = this.parts;
    const same = (name: string | undefined): Label | undefined => (name === undefined || name === '' ? undefined : { zh: name, en: name });
    if (of) return projection.get(of.noun, of.code)?.name;
    if (kind === 'reading-unusual') return same(names.get(subject)?.displayName);
    if (kind === 'hook-down') return same(this.parts.hooks.find(({ id }) => id === subject)?.url);
    if (kind === 'head-refused' || kind === 'head-forked') return same(this.#agencyName(subject));
    return kind === 'seal-ends' ? same(projection.get('seal', subject)?.name) : undefined;
  }

  #agencyName(code: string): string {
    return this.parts.projection.get('agency', code)?.name ?? code;
  }
}
