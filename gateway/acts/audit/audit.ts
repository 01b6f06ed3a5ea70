/** The auditor's questions: the whole history of a licence, what somebody did, what was so as of a day. Nothing here writes, but for the record that he looked. */
import { instantOf, startOfDay, type Day } from '#chaincode/facts/calendar';
import { identifierOf, parseOwnIdentifier, type LicenceId } from '#chaincode/facts/identifier';
import type { EventRecord, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { todayOf, type Clock } from '../../clock.js';
import { asOf, type AsOf, type AsOfDays } from '../../documents/as-of.js';
import { GatewayFault } from '../../fault.js';
import { actNames, type ActNoun } from '../../ledger/act-names.js';
import { actsIn, agenciesOf, BY, tailOf, withSigner, type IndexedAct, type MadeAct } from '../../ledger/act-rows.js';
import { printOrdersOf } from '../../ledger/centre-rows.js';
import type { Projection } from '../../ledger/projection.js';
import type { UseLog } from '../../uses/log.js';
import type { Vault } from '../../vault/vault.js';
import { ActViews, pick, type ActViewsParts, type AuditedAct } from './act-views.js';
import { coversAct, coversLicence, prefixesOf, scopeOf, type AuditScope } from './audit-scope.js';
import type { Drafter } from '../licence/draft.js';
import { licencesOfHolder, parseHolder, type ByHolder } from '../use/find.js';
import type { Grants } from '../use/grant.js';
import { isOutside } from './hours.js';
import type { Acting } from '../licence/licence.js';
import type { LicenceView, Lookup } from '../verify/lookup.js';
import { figuresOf, type FigureQuery, type Figures } from './figures.js';
import { relianceOf, type Reliance } from './reliance.js';
import type { TraceQuery, Traces, TraceView } from './trace.js';
import type { Asked, Uses, UseView } from '../use/use.js';
import { usesFor, type UseSearch } from './use-search.js';

export interface AuditParts extends ActViewsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly lookup: Lookup;
  readonly uses: Uses;
  readonly log: UseLog;
  readonly traces: Traces;
  readonly grants: Grants;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
  readonly hosted: () => Iterable<string>;
}

export interface ActSearch {
  readonly licence?: string | undefined;
  /** Id of a staff record, or a name to sign in with here. */
  readonly actor?: string | undefined;
  readonly agency?: string | undefined;
  readonly kind?: string | undefined;
  readonly noun?: ActNoun | undefined;
  readonly act?: string | undefined;
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly outside?: boolean | undefined;
  readonly limit: number;
  readonly before?: string | undefined;
}
export interface Dossier {
  readonly licence: LicenceView;
  readonly versions: readonly (Pick<VersionRecord, 'version' | 'issuedOn' | 'validFrom' | 'validUntil' | 'status' | 'since'> & { readonly identifier: string; readonly documents: VersionRecord['documents'] })[];
  readonly events: readonly AuditedAct[];
  readonly relied: readonly Reliance[];
  /** What it left to be done when it fell. */
  readonly traces: readonly TraceView[];
  readonly uses: readonly UseView[];
  /** Of older uses: number of the oldest that was looked at. */
  readonly usesBefore?: number;
}
/** The version that was in force then, its face, and how to find it. What a later act changed, as status and members of today, is not in it. */
export type LicenceThen = Pick<LicenceView, (typeof OF_VERSION)[number]>;
/** As of a day. */
export interface DossierAsOf extends AsOf, AsOfDays {
  /** Absent where nothing of it had been recorded by that day. */
  readonly licence?: LicenceThen;
  /** Of the act that made it so. */
  readonly decision?: Pick<EventRecord, (typeof OF_DECISION)[number]>;
}
/** Fixed with a version; `erased`: why there is no face. */
const OF_VERSION = ['identifier', 'licence', 'version', 'kind', 'issuer', 'issuedOn', 'validFrom', 'validUntil', 'face', 'erased'] as const satisfies readonly (keyof LicenceView)[];
const OF_DECISION = ['act', 'reason', 'basis', 'decidedBy', 'docNo', 'effectiveOn', 'recordedAt'] as const satisfies readonly (keyof EventRecord)[];

/** Rows of one page of a file, and pages that a file may take: also where most of what is read is not asked for. */
const PAGE = 500;
const PAGES_MAX = 50;
/** Print orders of one licence that are looked at. */
const ORDERS_MAX = 500;
/** Further acts about one licence that are looked at. */
const ABOUT_MAX = 500;
/** Uses that are looked through for one licence at a time. */
const USES_MAX = 200;

export class Audit {
  readonly #acts: ActViews;

  constructor(private readonly parts: AuditParts) {
    this.#acts = new ActViews(parts);
  }

  #today(): Day {
    return todayOf(this.parts.clock, this.parts.drafter.zone);
  }

  scope(agency: string): Promise<AuditScope> {
    return scopeOf(this.parts.projection, agency, this.#today());
  }

  /** Acts in scope, newest first; whoever asks for those of one licence leaves a record that he looked. @throws GatewayFault FACE_INVALID, NOT_FOUND for a licence out of scope too */
  async search(acting: Acting, asked: ActSearch): Promise<{ readonly acts: readonly AuditedAct[]; readonly next?: string }> {
    const { projection, drafter: { zone }, hours } = this.parts;
    demandAct(asked);
    const scope = await this.scope(acting.agency);
    const search: ActSearch = { ...asked, actor: asked.actor === undefined ? undefined : await this.#staffOf(scope, asked.actor) };
    const matches = (act: IndexedAct): boolean =>
      [undefined, act.act].includes(search.act) && [undefined, act.noun].includes(search.noun) && (search.agency === undefined || agenciesOf(act).has(search.agency))
      && (search.kind === undefined || act.id.startsWith(search.kind)) && (search.outside !== true || isOutside(act.at, zone, hours));
    const bounds = { from: search.from && instantOf(startOfDay(search.from, zone) * 1000), until: search.to && instantOf((startOfDay(search.to, zone) + 86_400) * 1000) };
    if (search.licence !== undefined) return this.#ofLicence(acting, scope, search, bounds, matches);
    const page = await projection.acts.find({ prefixes: prefixesFor(search, scope), wanted: (act) => matches(act) && coversAct(scope, act), ...bounds, limit: search.limit, before: search.before });
    return { acts: await this.#acts.views(scope, page.acts), ...(page.next === undefined ? {} : { next: page.next }) };
  }

  /** A staff record by its id, or by the name with which somebody of an agency in scope signs in here. @throws GatewayFault FACE_INVALID STAFF_UNKNOWN */
  async #staffOf({ agencies }: AuditScope, actor: string): Promise<string> {
    const { projection, names } = this.parts;
    if (projection.get('staff', actor)) return actor;
    for (const [staff, { name }] of await names()) if (name === actor && agencies.has(projection.get('staff', staff)?.agency ?? '')) return staff;
    throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'actor', code: 'STAFF_UNKNOWN' }] });
  }

  /** As many acts as are asked for, over as many pages as that takes. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async all(acting: Acting, { limit, ...search }: ActSearch): Promise<{ readonly acts: readonly AuditedAct[]; readonly next?: string }> {
    const { rows, next } = await gathered(limit, search.before, async (most, before) => {
      const page = await this.search(acting, { ...search, before, limit: most });
      return { rows: page.acts, next: page.next };
    });
    return { acts: rows, ...(next === undefined ? {} : { next }) };
  }

  async #ofLicence(acting: Acting, scope: AuditScope, { licence = '', actor, limit, before }: ActSearch, { from = '', until = '~' }: { from?: string | undefined; until?: string | undefined }, matches: (act: IndexedAct) => boolean): Promise<{ readonly acts: readonly AuditedAct[]; readonly next?: string }> {
    const record = await this.#found(scope, licence);
    const { versions, events } = this.parts.lookup.whole(record);
    await this.#looked(acting, record, versions.at(-1)?.version ?? 1, {});
    const by = (staff: readonly string[]): boolean => actor === undefined || staff.includes(actor);
    const acts = [...this.#indexed(record, events.filter(({ actors }) => by(actors.map(({ staff }) => staff)))), ...(await this.#besides(scope, record)).filter(({ actors }) => by(actors))].sort((a, b) => (tailOf(a) < tailOf(b) ? 1 : -1))
      .filter((act) => act.at >= from && act.at < until && (before === undefined || tailOf(act) < before) && matches(act));
    const last = acts.length > limit ? acts[limit - 1] : undefined;
    return { acts: await this.#acts.views(scope, acts.slice(0, limit)), ...(last ? { next: tailOf(last) } : {}) };
  }

  #signed = <T extends IndexedAct>(act: T, actors: readonly string[]): T => withSigner(act, actors, (staff) => this.parts.projection.get('staff', staff)?.agency);

  #indexed({ id, manager }: LicenceRecord, events: readonly EventRecord[]): IndexedAct[] {
    return events.map(({ seq, act, recordedAt, decidedBy, actors }) => this.#signed({ at: recordedAt, noun: 'licence', id, seq, act, by: decidedBy, manager }, actors.map(({ staff }) => staff)));
  }

  /** What was done about a licence beside the acts on it: papers to come, print orders, supervision, parts, documents, proposals, objections, work of a reverse trace. */
  async #besides(scope: AuditScope, record: LicenceRecord): Promise<MadeAct[]> {
    const { projection } = this.parts;
    const supervision = projection.get('supervision', record.id);
    const every = { has: () => true };
    const orders = (await projection.keysUnder(printOrdersOf(record.id), { limit: ORDERS_MAX })).flatMap((row) => projection.get('print-order', row.slice(row.lastIndexOf('/') + 1)) ?? []);
    const { acts: about } = await projection.acts.find({ prefixes: [BY.licence(record.id)], wanted: (act) => coversAct(scope, act), limit: ABOUT_MAX });
    const others = about.map((act) => ({ ...act, actors: this.#signersOf(act) }));
    return [...others, ...[...actsIn(`licence/${record.id}`, { ...record, events: [] }, every, () => undefined), ...orders.flatMap((order) => actsIn(`print-order/${order.id}`, order, every, () => undefined)), ...(supervision ? actsIn(`supervision/${record.id}`, supervision, every, () => record.manager) : [])].map((act) => this.#signed(act, act.actors))];
  }

  #signersOf(act: IndexedAct): string[] {
    const { projection } = this.parts;
    const actors = act.noun === 'trace' ? projection.get('trace', act.id)?.actors : act.noun === 'objection' ? projection.get('objection', act.id)?.answer?.actors : projection.acts.told(act)?.actors;
    return (actors ?? []).map(({ staff }) => staff);
  }

  /** @throws GatewayFault FACE_INVALID, NOT_FOUND out of scope too */
  async #found(scope: AuditScope, identifier: string): Promise<LicenceRecord> {
    const { projection } = this.parts;
    const own = parseOwnIdentifier(identifier);
    if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'licence', code: 'IDENTIFIER_CHECK' }] });
    const record = projection.get('licence', own.id);
    if (!record || !(await coversLicence(scope, projection, record, this.#today()))) throw new GatewayFault('NOT_FOUND');
    return record;
  }

  /** All that is known of a licence; leaves a record that it was looked at. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async licence(acting: Acting, identifier: string, { before, ...asked }: Asked & { readonly before?: number | undefined } = {}): Promise<Dossier> {
    const { projection, lookup, uses, grants, traces } = this.parts;
    const scope = await this.scope(acting.agency);
    const record = await this.#found(scope, identifier);
    const { versions, events } = lookup.whole(record);
    const licence = await this.#looked(acting, record, versions.at(-1)?.version ?? 1, asked);
    const used = await uses.ofLicence(acting.agency, record, { limit: USES_MAX, before });
    return {
      licence,
      versions: versions.map(({ version, issuedOn, validFrom, validUntil, status, since, documents }) => ({ version, identifier: identifierOf(record.id as LicenceId, version), issuedOn, ...(validFrom === undefined ? {} : { validFrom }), ...(validUntil === undefined ? {} : { validUntil }), status, since, documents })),
      events: await this.#acts.views(scope, this.#indexed(record, events)), relied: await relianceOf({ projection, grants }, record), traces: await traces.ofLicence(record.id), uses: used.rows, ...(used.before === undefined ? {} : { usesBefore: used.before }),
    };
  }

  /** A licence as of a day, as it was known by a day; leaves a record too. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async asOf(acting: Acting, identifier: string, { on, known = this.#today(), ...asked }: Asked & { readonly on: Day; readonly known?: Day | undefined }): Promise<DossierAsOf> {
    const { projection, lookup, drafter: { zone } } = this.parts;
    const record = await this.#found(await this.scope(acting.agency), identifier);
    const whole = (id: string) => { const member = projection.get('licence', id); return member && lookup.whole(member); };
    const all = lookup.whole(record);
    const found = asOf(all, { on, known }, zone, whole);
    const licence = await this.#looked(acting, record, found.version ?? 1, asked);
    // Recorded as a look all the same; what came onto the ledger later says nothing of what was known then.
    const decision = found.event === undefined ? undefined : all.events.find(({ seq }) => seq === found.event);
    return { ...found, on, known, ...(found.status === 'NOT_RECORDED' ? {} : { licence: pick(licence, OF_VERSION) }), ...(decision ? { decision: pick(decision, OF_DECISION) } : {}) };
  }

  async #looked(acting: Acting, { id }: LicenceRecord, version: number, asked: Asked): Promise<LicenceView> {
    const answer = this.parts.lookup.byIdentifier(identifierOf(id as LicenceId, version), { agency: acting.agency });
    if (!answer.licence) throw new GatewayFault('NOT_FOUND');
    await this.parts.uses.note(acting, 'look-up', answer, asked);
    return answer.licence;
  }

  /** Licences of a holder, by his code and for a purpose. Each that is found leaves a record, and so does finding none. @throws GatewayFault FACE_INVALID, NOT_FOUND, TOO_MANY_MISSES */
  async holder(acting: Acting, input: ByHolder & { readonly purpose: string; readonly caseNo?: string | undefined }): Promise<LicenceView[]> {
    const { projection, vault, lookup, uses, hosted } = this.parts;
    const { purpose, caseNo, ...by } = input;
    const today = this.#today();
    const parsed = parseHolder(projection, by, today);
    const scope = await this.scope(acting.agency);
    const records = await uses.search(acting, { purpose, ...(caseNo === undefined ? {} : { caseNo }) }, async () => {
      const all = await licencesOfHolder({ projection, vault, agencies: [...hosted()] }, parsed);
      const covered = await Promise.all(all.map((record) => coversLicence(scope, projection, record, today)));
      const found = all.filter((_, i) => covered[i]);
      if (found.length === 0) throw new GatewayFault('NOT_FOUND');
      return found;
    });
    const views = records.map((record) => lookup.current(record.id, acting.agency)).filter((view) => view !== undefined);
    await Promise.all(views.map((licence) => uses.note(acting, 'look-up', { licence }, { purpose, caseNo })));
    return views;
  }

  /** Use records of agencies in scope that answer a question, newest first. @throws GatewayFault NOT_FOUND for an agency out of scope */
  async usesFor({ agency }: Pick<Acting, 'agency'>, search: UseSearch): Promise<{ readonly uses: readonly UseView[]; readonly next?: number }> {
    const { log, uses, drafter: { zone }, hours } = this.parts;
    const scope = await this.scope(agency);
    this.#demandWithin(scope, search.agency ?? agency);
    const { kept, next } = await usesFor({ log, zone, hours }, { ...search, agency: search.agency ?? agency }, (record) => scope.agencies.has(record.agency));
    return { uses: kept.map((each) => uses.viewFor(agency, each)), ...(next === undefined ? {} : { next }) };
  }

  /** As many of them as are asked for, over as many pages as that takes. @throws GatewayFault NOT_FOUND for an agency out of scope */
  async allUses(acting: Pick<Acting, 'agency'>, { limit, ...search }: UseSearch): Promise<{ readonly uses: readonly UseView[]; readonly next?: number }> {
    const { rows, next } = await gathered(limit, search.before, async (most, before) => {
      const page = await this.usesFor(acting, { ...search, before, limit: most });
      return { rows: page.uses, next: page.next };
    });
    return { uses: rows, ...(next === undefined ? {} : { next }) };
  }

  /** Work lists of an agency in scope. @throws GatewayFault NOT_FOUND */
  async tracesOf({ agency }: Pick<Acting, 'agency'>, { agency: owner = agency, ...query }: TraceQuery & { readonly agency?: string | undefined }): Promise<Awaited<ReturnType<Traces['of']>>> {
    this.#demandWithin(await this.scope(agency), owner);
    return this.parts.traces.of(owner, query);
  }

  #demandWithin({ agencies }: AuditScope, agency: string): void {
    if (!agencies.has(agency)) throw new GatewayFault('NOT_FOUND');
  }

  /** Counts within the scope. */
  async figures({ agency }: Pick<Acting, 'agency'>, query: FigureQuery): Promise<Figures> {
    const { projection, log, drafter: { zone } } = this.parts;
    return figuresOf({ projection, log, zone }, await this.scope(agency), query);
  }
}

/** A misspelt act would find nothing, for ever. @throws GatewayFault FACE_INVALID ACT_UNKNOWN, with what there is */
function demandAct({ act, noun }: ActSearch): void {
  const known = actNames(noun);
  if (act !== undefined && !known.includes(act)) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'act', code: 'ACT_UNKNOWN', characters: known.join(' ') }] });
}

/** The fewest rows in which everything that is asked for lies. */
function prefixesFor({ actor, act, noun, agency, kind }: ActSearch, scope: AuditScope): string[] {
  if (actor !== undefined) return [BY.actor(actor)];
  const named = (act === undefined ? undefined : BY.act(act)) ?? (noun === undefined ? undefined : BY.noun(noun));
  if (named !== undefined) return [named];
  if (agency !== undefined) return [BY.agency(agency)];
  return kind === undefined ? prefixesOf(scope) : [BY.kind(kind)];
}

/** Rows of page after page, until there are as many as are asked for, none is left, or PAGES_MAX were read. @returns `next` where there is more */
async function gathered<T, C>(limit: number, from: C | undefined, page: (limit: number, before: C | undefined) => Promise<{ readonly rows: readonly T[]; readonly next: C | undefined }>): Promise<{ readonly rows: readonly T[]; readonly next?: C }> {
  const rows: T[] = [];
  let next = from;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const read = await page(Math.min(PAGE, limit - rows.length), next);
    rows.push(...read.rows);
    next = read.next;
    if (next === undefined || rows.length === limit) break;
  }
  return { rows, ...(next === undefined ? {} : { next }) };
}
