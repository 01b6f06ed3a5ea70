/** Reverse trace (变更联动) as work lists: what a fallen licence left to whoever relied on it, open until a person has said what came of it, and listed for ever. */
import { parseDay, type Day } from '#chaincode/facts/calendar';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import { itemId, parseItem, traceId, type TRACE_OUTCOMES } from '#chaincode/facts/trace';
import type { TraceClose } from '#chaincode/facts/trace-commands';
import { todayOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { TraceRow } from '../../ledger/trace-rows.js';
import type { Drafter } from '../licence/draft.js';
import type { Grants } from '../use/grant.js';
import type { Acting, ActResult, LicenceActs } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import type { Managers } from '../../ledger/managers.js';
import type { Named } from '../use/scene.js';

export interface TracesParts {
  readonly projection: Projection;
  readonly managers: Pick<Managers, 'of' | 'before'>;
  readonly lookup: Pick<Lookup, 'whole'>;
  readonly grants: Pick<Grants, 'details'>;
  readonly acts: Pick<LicenceActs, 'perform'>;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
}

export interface TraceView {
  /** Closes it, and finds it again. */
  readonly id: string;
  readonly cursor: string;
  readonly licence: string;
  readonly identifier: string;
  readonly kind: Label;
  /** What befell it: an act, or `expire`. */
  readonly fell: { readonly act: string; readonly on: string; readonly event?: number; readonly version?: number; readonly reason?: string; readonly docNo?: string };
  readonly item: { readonly noun: 'composite' | 'permit' | 'decision' | 'grant'; readonly id: string; readonly seq?: number; /** The composite, the permit, or what came of the decision. */ readonly identifier?: string };
  readonly owner: Named;
  readonly dueOn: Day;
  readonly state: 'open' | 'closed';
  readonly overdue: boolean;
  readonly outcome?: (typeof TRACE_OUTCOMES)[number];
  readonly closedAt?: string;
  readonly closedBy?: string;
  readonly transaction?: string;
}
export interface TraceQuery {
  readonly state?: TraceView['state'] | undefined;
  readonly limit: number;
  readonly before?: string | undefined;
}

/** Rows that one question reads before it answers with what it has. */
const SCAN_MAX = 5_000;
const OF_LICENCE_MAX = 500;

export class Traces {
  constructor(private readonly parts: TracesParts) {}

  /** An agency's work, what is due first before the rest. A page may be short and still have a next one. @throws GatewayFault FACE_INVALID */
  async of(agency: string, { state, limit, before }: TraceQuery): Promise<{ readonly traces: readonly TraceView[]; readonly next?: string }> {
    if (before !== undefined && !parseDay(before.slice(0, 10))) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'before', code: 'DATE_UNREAL' }] });
    const traces: TraceView[] = [];
    const { projection, managers } = this.parts;
    let scanned = 0;
    let last: string | undefined;
    for await (const row of projection.traces.of(await managers.before(agency), this.#today(), before)) {
      if (traces.length === limit || scanned === SCAN_MAX) return { traces, ...(last === undefined ? {} : { next: last }) };
      scanned++;
      last = row.cursor;
      const view = await this.#view(row);
      if (view?.owner.code === agency && (state === undefined || view.state === state)) traces.push(view);
    }
    return { traces };
  }

  /** All that a licence left, whoever owns it. */
  async ofLicence(licence: string): Promise<TraceView[]> {
    const rows = await this.parts.projection.traces.ofLicence(licence, OF_LICENCE_MAX);
    const views = await Promise.all(rows.map((row) => this.#view(row)));
    // What was taken over stands under both owners.
    return [...new Map(views.flatMap((view): [string, TraceView][] => (view ? [[view.id, view]] : []))).values()];
  }

  /** Whoever may close it: of a permit its manager today, as the contract has it. */
  #ownerOf(item: TraceClose['item'], owner: string): string {
    const { projection, managers } = this.parts;
    const id = 'composite' in item ? item.composite : 'permit' in item ? item.permit : undefined;
    const permit = id === undefined ? undefined : projection.get('licence', id);
    return permit ? managers.of(permit) : owner;
  }

  /** By a person of the agency that owns it. @throws GatewayFault REFUSED */
  async close(acting: Acting, requestId: string, closing: Omit<TraceClose, 'op'>): Promise<ActResult> {
    return this.parts.acts.perform(acting, requestId, { op: 'register', act: { op: 'trace.close', ...closing } });
  }

  #today(): Day {
    return todayOf(this.parts.clock, this.parts.drafter.zone);
  }

  async #view({ licence, fall, item: text, owner: under, dueOn, cursor }: TraceRow): Promise<TraceView | undefined> {
    const { projection } = this.parts;
    const [record, item] = [projection.get('licence', licence), parseItem(text)];
    const fell = record && this.#fell(record, fall);
    const closed = item && fell && projection.get('trace', traceId({ licence, event: fell.event, version: fell.version }, item));
    if (!record || !item || !fell || !(closed ?? this.#stands(record, fell)) || !this.#opens(licence, item)) return undefined;
    const [noun = '', of = ''] = itemId(item).split(':');
    const id = traceId({ licence, event: fell.event, version: fell.version }, item);
    const permit = this.#permit(item);
    const owner = closed ? closed.agency : this.#ownerOf(item, under);
    return {
      id, cursor, licence, identifier: identifierOf(licence as LicenceId, record.versions.at(-1)?.version ?? 1),
      kind: projection.get('kind', splitLicenceId(licence as LicenceId).type)?.name ?? { zh: licence, en: licence }, fell,
      item: { noun: noun as TraceView['item']['noun'], id: of, ...('seq' in item ? { seq: item.seq } : {}), ...(permit === undefined ? {} : { identifier: permit }) }, owner: { code: owner, name: projection.get('agency', owner)?.name ?? owner }, dueOn,
      state: closed ? 'closed' : 'open', overdue: !closed && dueOn < this.#today(), ...(closed ? { outcome: closed.outcome, closedAt: closed.at, ...(closed.actors[0] ? { closedBy: closed.actors[0].staff } : {}), transaction: closed.txId } : {}),
    };
  }

  #fell(record: LicenceRecord, fall: string): TraceView['fell'] | undefined {
    const number = Number(fall.slice(1));
    const { versions, events } = this.parts.lookup.whole(record);
    if (fall.startsWith('v')) {
      const until = versions.find(({ version }) => version === number)?.validUntil;
      return until === undefined ? undefined : { act: 'expire', on: until, version: number };
    }
    const event = events.find(({ seq }) => seq === number);
    return event && { act: event.act, on: event.effectiveOn, event: number, reason: event.reason, ...(event.docNo === undefined ? {} : { docNo: event.docNo }) };
  }

  /** Whether a term that ended has really left the licence without one: not where it was renewed, or had fallen before. */
  #stands({ versions }: LicenceRecord, { version, on }: TraceView['fell']): boolean {
    const current = versions.at(-1);
    return version === undefined || (current?.version === version && current.status === 'VALID' && on < this.#today());
  }

  /** Which licences a grant opens is committed to: where its words are kept elsewhere, or name others, it is no work here. */
  #opens(licence: string, item: TraceClose['item']): boolean {
    return !('grant' in item) || this.parts.grants.details(item.grant)?.licences?.some((each) => each.licence === licence) === true;
  }

  #permit(item: TraceClose['item']): string | undefined {
    const { projection } = this.parts;
    if ('grant' in item) return undefined;
    const licence = 'composite' in item ? item.composite : 'permit' in item ? item.permit : projection.get('application', item.application)?.events.find(({ seq }) => seq === item.seq)?.licence;
    const version = licence === undefined ? undefined : projection.get('licence', licence)?.versions.at(-1)?.version;
    return licence === undefined || version === undefined ? undefined : identifierOf(licence as LicenceId, version);
  }
}
