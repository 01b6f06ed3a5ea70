/** Acts as auditors read them: the row of the index says which, the record of the ledger says what. */
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Label } from '#chaincode/facts/records';
import { tailOf, type IndexedAct } from '../ledger/act-rows.js';
import type { Projection } from '../ledger/projection.js';
import type { AuditScope } from './audit-scope.js';
import type { Drafter } from './draft.js';
import { isOutside, type WorkingHours } from './hours.js';
import type { Lookup } from './lookup.js';
import type { Named } from './scene.js';

export { ACT_NOUNS } from '../ledger/act-rows.js';

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
/** What an act says of itself, whatever record it stands in. */
type Said = Pick<AuditedAct, 'version' | 'status' | 'reason' | 'basis' | 'docNo' | 'effectiveOn' | 'transaction'> & { readonly actors: readonly { readonly staff: string; readonly method: string }[]; /** That it is about. */ readonly licence?: { readonly id: string; readonly version: number } };

export interface ActViewsParts {
  readonly projection: Projection;
  readonly lookup: Lookup;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly hours: WorkingHours;
  /** Names by staff id, which this gateway alone knows. */
  readonly names: () => Promise<ReadonlyMap<string, { readonly displayName: string }>>;
}

export class ActViews {
  constructor(private readonly parts: ActViewsParts) {}

  /** As an auditor within a scope reads them. */
  async views(scope: AuditScope, acts: readonly IndexedAct[]): Promise<AuditedAct[]> {
    const names = await this.parts.names();
    return acts.flatMap((act) => this.#view(scope, names, act) ?? []);
  }

  #view(scope: AuditScope, names: Awaited<ReturnType<ActViewsParts['names']>>, act: IndexedAct): AuditedAct | undefined {
    const { projection, drafter: { zone }, hours } = this.parts;
    const said = this.#said(act);
    if (!said) return undefined;
    const { actors, licence, ...rest } = said;
    const block = projection.blockOf(said.transaction);
    const kind = licence && projection.get('kind', splitLicenceId(licence.id as LicenceId).type)?.name;
    return {
      ...act, cursor: tailOf(act), by: this.#named(act.by), manager: this.#named(act.manager), ...rest, ...(kind ? { kind } : {}), ...(licence ? { identifier: identifierOf(licence.id as LicenceId, licence.version) } : {}),
      actors: actors.map(({ staff, method }) => {
        const agency = projection.get('staff', staff)?.agency;
        const name = agency !== undefined && scope.agencies.has(agency) ? names.get(staff)?.displayName : undefined;
        return { staff, method, ...(agency === undefined ? {} : { agency }), ...(name === undefined ? {} : { name }) };
      }),
      ...(block === undefined ? {} : { block: String(block) }), outside: isOutside(act.at, zone, hours),
    };
  }

  #said({ noun, id, seq, by }: IndexedAct): Said | undefined {
    const { projection, lookup } = this.parts;
    if (noun === 'licence') {
      const record = projection.get('licence', id);
      const event = record && lookup.whole(record).events.find((each) => each.seq === seq);
      return event && { ...pick(event, ['version', 'status', 'reason', 'basis', 'docNo', 'effectiveOn', 'actors']), transaction: event.txId, licence: { id, version: event.version } };
    }
    if (noun === 'application') {
      const event = projection.get('application', id)?.events.find((each) => each.seq === seq);
      return event && { ...pick(event, ['basis', 'docNo', 'actors']), status: event.state, transaction: event.txId };
    }
    if (noun === 'print-order') {
      const order = projection.get('print-order', id);
      const event = order?.events.find((each) => each.seq === seq);
      return order && event && { ...pick(event, ['reason', 'actors']), status: event.state, transaction: event.txId, licence: { id: order.licence, version: order.version } };
    }
    if (noun === 'condition') return this.#ofCondition(id, seq);
    if (noun === 'supervision') return this.#ofSupervision(id, seq, by);
    const closed = noun === 'trace' ? projection.get('trace', id) : undefined;
    if (closed) return { status: closed.outcome, actors: closed.actors, transaction: closed.txId };
    const objection = projection.get('objection', id);
    return objection?.answer && { status: objection.status, actors: objection.answer.actors, transaction: objection.answer.txId };
  }

  #ofCondition(id: string, seq: number): Said | undefined {
    const { projection } = this.parts;
    const [of = '', material, matter = ''] = id.split(':');
    const record = matter === '' ? projection.get('licence', of) : undefined;
    const version = record?.versions.at(-1)?.version;
    const step = (record ?? projection.get('application', of))?.conditions?.find((each) => each.material === material && (each.matter ?? '') === matter)?.steps[seq - 1];
    return step && { ...pick(step, ['basis', 'actors']), status: step.act, transaction: step.txId, ...(record && version !== undefined ? { licence: { id: of, version } } : {}) };
  }

  #ofSupervision(id: string, seq: number, by: string): Said | undefined {
    const [licence = '', finding = ''] = id.split(':');
    const { projection } = this.parts;
    const record = projection.get('supervision', licence);
    const found = record?.findings.find((each) => each.id === finding);
    const made = finding === '' ? record?.takenOver.find(({ version, agency }) => version === seq && agency === by) : found;
    const last = projection.get('licence', licence)?.versions.at(-1)?.version;
    // The record keeps the newest findings; of older ones the index has that they were.
    if (!made) return finding === '' || last === undefined ? undefined : { status: 'found', actors: [], transaction: '', licence: { id: licence, version: last } };
    const { version, staff, txId } = made;
    return { ...(found ? { reason: found.finding, ...pick(found, ['docNo']) } : {}), version, status: found ? 'found' : 'taken-over', actors: [{ staff, method: 'gateway' }], transaction: txId, licence: { id: licence, version } };
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as Pick<T, K>;
}
