/** The auditor's questions: the whole history of a licence, what somebody did, what was so as of a day. Nothing here writes, but for the record that he looked. */
import { instantOf, startOfDay, type Day } from '#chaincode/facts/calendar';
import { identifierOf, parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { EventRecord, Label, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { todayOf, type Clock } from '../clock.js';
import { asOf, type AsOf, type AsOfDays } from '../documents/as-of.js';
import { GatewayFault } from '../fault.js';
import { BY, tailOf, type IndexedAct } from '../ledger/act-rows.js';
import type { Projection } from '../ledger/projection.js';
import type { Vault } from '../vault/vault.js';
import { coversAct, coversLicence, prefixesOf, scopeOf, type AuditScope } from './audit-scope.js';
import type { Drafter } from './draft.js';
import { licencesOfHolder, parseHolder, type ByHolder } from './find.js';
import type { Grants } from './grant.js';
import { isOutside, type WorkingHours } from './hours.js';
import type { Acting } from './licence.js';
import type { LicenceView, Lookup } from './lookup.js';
import { relianceOf, type Reliance } from './reliance.js';
import type { Named } from './scene.js';
import type { Asked, Uses, UseView } from './use.js';

export interface AuditParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly lookup: Lookup;
  readonly uses: Uses;
  readonly grants: Grants;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
  readonly hours: WorkingHours;
  readonly hosted: () => Iterable<string>;
  /** Names by staff id, which this gateway alone knows. */
  readonly names: () => Promise<ReadonlyMap<string, { readonly displayName: string }>>;
}

export interface AuditActor {
  readonly staff: string;
  readonly method: string;
  readonly agency?: string;
  /** Of staff whose accounts are here. */
  readonly name?: string;
}
/** An act as an auditor reads it. */
export interface AuditedAct extends Omit<IndexedAct, 'by' | 'manager'> {
  readonly cursor: string;
  readonly by: Named;
  readonly manager: Named;
  readonly identifier?: string;
  readonly kind?: Label;
  readonly version?: number;
  readonly status: string;
  readonly reason?: string;
  readonly basis?: string;
  readonly docNo?: string;
  readonly effectiveOn?: string;
  readonly actors: readonly AuditActor[];
  readonly transaction: string;
  readonly block?: string;
  /** Made outside of working hours. */
  readonly outside: boolean;
}
export interface ActSearch {
  readonly licence?: string | undefined;
  readonly actor?: string | undefined;
  readonly agency?: string | undefined;
  readonly kind?: string | undefined;
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
  readonly uses: readonly UseView[];
  /** Of older uses: number of the oldest that was looked at. */
  readonly usesBefore?: number;
}
/** As of a day, with the face of the version that was in force then. */
export interface DossierAsOf extends AsOf, AsOfDays {
  readonly licence: LicenceView;
}

/** Uses that are looked through for one licence at a time. */
const USES_MAX = 200;

/** What an act says of itself, whatever record it stands in. */
type Said = Pick<AuditedAct, 'version' | 'status' | 'reason' | 'basis' | 'docNo' | 'effectiveOn' | 'transaction'> & { readonly actors: EventRecord['actors'] };

export class Audit {
  constructor(private readonly parts: AuditParts) {}

  #today(): Day {
    return todayOf(this.parts.clock, this.parts.drafter.zone);
  }

  scope(agency: string): Promise<AuditScope> {
    return scopeOf(this.parts.projection, agency, this.#today());
  }

  /** Acts in scope, newest first. @throws GatewayFault FACE_INVALID, NOT_FOUND for a licence out of scope too */
  async search({ agency }: Pick<Acting, 'agency'>, search: ActSearch): Promise<{ readonly acts: readonly AuditedAct[]; readonly next?: string }> {
    const { projection, drafter: { zone }, hours } = this.parts;
    const scope = await this.scope(agency);
    const matches = (act: IndexedAct): boolean =>
      [undefined, act.act].includes(search.act) && (search.agency === undefined || [act.by, act.manager].includes(search.agency))
      && (search.kind === undefined || (act.noun === 'licence' && splitLicenceId(act.id as LicenceId).type === search.kind)) && (search.outside !== true || isOutside(act.at, zone, hours));
    const bounds = { from: search.from && instantOf(startOfDay(search.from, zone) * 1000), until: search.to && instantOf((startOfDay(search.to, zone) + 86_400) * 1000) };
    if (search.licence !== undefined) return this.#ofLicence(scope, search, bounds, matches);
    const page = await projection.acts.find({ prefixes: prefixesFor(search, scope), wanted: (act) => matches(act) && coversAct(scope, act), ...bounds, limit: search.limit, before: search.before });
    return { acts: await this.#views(scope, page.acts), ...(page.next === undefined ? {} : { next: page.next }) };
  }

  async #ofLicence(scope: AuditScope, { licence = '', actor, limit, before }: ActSearch, { from = '', until = '~' }: { from?: string | undefined; until?: string | undefined }, matches: (act: IndexedAct) => boolean): Promise<{ readonly acts: readonly AuditedAct[]; readonly next?: string }> {
    const record = await this.#found(scope, licence);
    const acts = indexed(record, this.parts.lookup.whole(record).events.filter(({ actors }) => actor === undefined || actors.some(({ staff }) => staff === actor))).toReversed()
      .filter((act) => act.at >= from && act.at < until && (before === undefined || tailOf(act) < before) && matches(act));
    const last = acts.length > limit ? acts[limit - 1] : undefined;
    return { acts: await this.#views(scope, acts.slice(0, limit)), ...(last ? { next: tailOf(last) } : {}) };
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
    const { projection, lookup, uses, grants } = this.parts;
    const scope = await this.scope(acting.agency);
    const record = await this.#found(scope, identifier);
    const { versions, events } = lookup.whole(record);
    const licence = await this.#looked(acting, record, versions.at(-1)?.version ?? 1, asked);
    const used = await uses.ofLicence(acting.agency, record, { limit: USES_MAX, before });
    return {
      licence,
      versions: versions.map(({ version, issuedOn, validFrom, validUntil, status, since, documents }) => ({ version, identifier: identifierOf(record.id as LicenceId, version), issuedOn, ...(validFrom === undefined ? {} : { validFrom }), ...(validUntil === undefined ? {} : { validUntil }), status, since, documents })),
      events: await this.#views(scope, indexed(record, events)), relied: await relianceOf({ projection, grants }, record), uses: used.rows, ...(used.before === undefined ? {} : { usesBefore: used.before }),
    };
  }

  /** A licence as of a day, as it was known by a day; leaves a record too. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async asOf(acting: Acting, identifier: string, { on, known = this.#today(), ...asked }: Asked & { readonly on: Day; readonly known?: Day | undefined }): Promise<DossierAsOf> {
    const { projection, lookup, drafter: { zone } } = this.parts;
    const record = await this.#found(await this.scope(acting.agency), identifier);
    const whole = (id: string) => { const member = projection.get('licence', id); return member && lookup.whole(member); };
    const found = asOf(lookup.whole(record), { on, known }, zone, whole);
    return { ...found, on, known, licence: await this.#looked(acting, record, found.version ?? 1, asked) };
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

  async #views(scope: AuditScope, acts: readonly IndexedAct[]): Promise<AuditedAct[]> {
    const names = await this.parts.names();
    return acts.flatMap((act) => this.#view(scope, names, act) ?? []);
  }

  #view(scope: AuditScope, names: Awaited<ReturnType<AuditParts['names']>>, act: IndexedAct): AuditedAct | undefined {
    const { projection, drafter: { zone }, hours } = this.parts;
    const said = this.#said(act);
    if (!said) return undefined;
    const { actors, ...rest } = said;
    const block = projection.blockOf(said.transaction);
    const kind = act.noun === 'licence' ? projection.get('kind', splitLicenceId(act.id as LicenceId).type)?.name : undefined;
    return {
      ...act, cursor: tailOf(act), by: this.#named(act.by), manager: this.#named(act.manager), ...rest, ...(kind ? { kind } : {}), ...(act.noun === 'licence' ? { identifier: identifierOf(act.id as LicenceId, said.version ?? 1) } : {}),
      actors: actors.map(({ staff, method }) => {
        const agency = projection.get('staff', staff)?.agency;
        const name = agency !== undefined && scope.agencies.has(agency) ? names.get(staff)?.displayName : undefined;
        return { staff, method, ...(agency === undefined ? {} : { agency }), ...(name === undefined ? {} : { name }) };
      }),
      ...(block === undefined ? {} : { block: String(block) }), outside: isOutside(act.at, zone, hours),
    };
  }

  #said({ noun, id, seq }: IndexedAct): Said | undefined {
    const { projection, lookup } = this.parts;
    if (noun === 'licence') {
      const record = projection.get('licence', id);
      const event = record && lookup.whole(record).events.find((each) => each.seq === seq);
      return event && { ...pick(event, ['version', 'status', 'reason', 'basis', 'docNo', 'effectiveOn', 'actors']), transaction: event.txId };
    }
    if (noun === 'application') {
      const event = projection.get('application', id)?.events.find((each) => each.seq === seq);
      return event && { ...pick(event, ['basis', 'docNo', 'actors']), status: event.state, transaction: event.txId };
    }
    const objection = projection.get('objection', id);
    return objection?.answer && { status: objection.status, actors: objection.answer.actors, transaction: objection.answer.txId };
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}

/** The fewest rows in which everything that is asked for lies. */
function prefixesFor({ actor, act, agency, kind }: ActSearch, scope: AuditScope): string[] {
  if (actor !== undefined) return [BY.actor(actor)];
  const named = act === undefined ? undefined : BY.act(act);
  if (named !== undefined) return [named];
  if (agency !== undefined) return [BY.agency(agency)];
  return kind === undefined ? prefixesOf(scope) : [BY.kind(kind)];
}

const indexed = ({ id, manager }: LicenceRecord, events: readonly EventRecord[]): IndexedAct[] => events.map(({ seq, act, recordedAt, decidedBy }) => ({ at: recordedAt, noun: 'licence', id, seq, act, by: decidedBy, manager }));

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as Pick<T, K>;
}
