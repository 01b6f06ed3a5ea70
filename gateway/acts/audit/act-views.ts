/** Acts as auditors read them: the row of the index says which, the record of the ledger says what. */
import { ERASURE_REASONS } from '#chaincode/facts/erasure';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { PRINT_CANCEL_REASONS, REPRINT_REASONS } from '#chaincode/facts/print-order';
import { REASONS } from '#chaincode/facts/reason';
import type { EventRecord, Label } from '#chaincode/facts/records';
import { FINDINGS } from '#chaincode/facts/supervision';
import { isRegisterNoun, type RegisterNoun } from '../../ledger/act-names.js';
import { STEP_WORDS } from '../../messages/applications.js';
import { detailWords, REGISTER_ACT_WORDS } from '../../messages/register-acts.js';
import { ACT_WORDS } from '../../messages/statuses.js';
import { tailOf, type IndexedAct } from '../../ledger/act-rows.js';
import type { Projection } from '../../ledger/projection.js';
import type { AuditScope } from './audit-scope.js';
import type { Drafter } from '../licence/draft.js';
import { isOutside, type WorkingHours } from './hours.js';
import type { Lookup } from '../verify/lookup.js';
import type { Named } from '../use/scene.js';

export { ACT_NOUNS, actNames } from '../../ledger/act-names.js';

export interface AuditActor {
  readonly staff: string;
  readonly method: string;
  readonly agency?: string;
  /** Of staff whose accounts are here. */
  readonly name?: string;
}
/** An act as an auditor reads it. */
export interface AuditedAct extends Omit<IndexedAct, 'by' | 'manager' | 'signed'> {
  readonly cursor: string;
  readonly by: Named;
  readonly manager: Named;
  readonly identifier?: string;
  readonly kind?: Label;
  /** Of the register: what the record is called. */
  readonly about?: Label;
  /** Of the register: codes that say more, with their words. */
  readonly details?: readonly { readonly code: string; readonly words: Label }[];
  readonly version?: number;
  readonly status: string;
  readonly reason?: string;
  /** What the reason, or the finding of an inspection, says. */
  readonly reasonWords?: Label;
  readonly basis?: string;
  readonly docNo?: string;
  readonly effectiveOn?: string;
  readonly actors: readonly AuditActor[];
  readonly transaction: string;
  readonly block?: string;
  /** Made outside of working hours. */
  readonly outside: boolean;
}
/** Codes of acts of one noun say the same as those of others, where they have one. */
const REASON_WORDS: Readonly<Record<string, Label>> = { ...FINDINGS, ...REPRINT_REASONS, ...PRINT_CANCEL_REASONS, ...REASONS };
/** What was proposed, and why something is to be erased. */
const DETAIL_WORDS: Readonly<Record<string, Label>> = { ...STEP_WORDS, ...ACT_WORDS, ...REGISTER_ACT_WORDS, ...ERASURE_REASONS };
/** What an act says of itself, whatever record it stands in. */
type Said = Pick<AuditedAct, 'kind' | 'about' | 'details' | 'version' | 'status' | 'reason' | 'basis' | 'docNo' | 'effectiveOn' | 'transaction'> & { readonly actors: readonly { readonly staff: string; readonly method: string }[]; /** That it is about. */ readonly licence?: { readonly id: string; readonly version: number } };

export interface ActViewsParts {
  readonly projection: Projection;
  readonly lookup: Lookup;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly hours: WorkingHours;
  /** Names by staff id, which this gateway alone knows. */
  readonly names: () => Promise<StaffNames>;
}
/** By staff id; `name` is the one to sign in with. */
export type StaffNames = ReadonlyMap<string, { readonly displayName: string; readonly name?: string }>;

/** One answer: what is read once for all of its acts. */
interface Page {
  readonly scope: AuditScope;
  readonly names: StaffNames;
  /** Events of a licence, by number. */
  readonly events: (licence: string) => ReadonlyMap<number, EventRecord>;
}

export class ActViews {
  constructor(private readonly parts: ActViewsParts) {}

  /** As an auditor within a scope reads them. */
  async views(scope: AuditScope, acts: readonly IndexedAct[]): Promise<AuditedAct[]> {
    const { projection, lookup } = this.parts;
    const read = new Map<string, ReadonlyMap<number, EventRecord>>();
    const events = (licence: string): ReadonlyMap<number, EventRecord> => {
      const known = read.get(licence);
      if (known) return known;
      const record = projection.get('licence', licence);
      const found = new Map((record ? lookup.whole(record).events : []).map((event) => [event.seq, event]));
      read.set(licence, found);
      return found;
    };
    const page: Page = { scope, names: await this.parts.names(), events };
    return acts.flatMap((act) => this.#view(page, act) ?? []);
  }

  #view(page: Page, act: IndexedAct): AuditedAct | undefined {
    const { projection, drafter: { zone }, hours } = this.parts;
    const said = this.#said(page, act);
    if (!said) return undefined;
    const { actors, licence, ...rest } = said;
    const block = projection.blockOf(said.transaction);
    const { signed: _, ...shown } = act;
    const words = said.reason === undefined ? undefined : REASON_WORDS[said.reason];
    const kind = licence && this.#kind(splitLicenceId(licence.id as LicenceId).type);
    return {
      ...shown, cursor: tailOf(act), by: this.#named(act.by), manager: this.#named(act.manager), ...rest, ...(words ? { reasonWords: { zh: words.zh, en: words.en } } : {}), ...(kind ? { kind } : {}), ...(licence ? { identifier: identifierOf(licence.id as LicenceId, licence.version) } : {}),
      actors: actors.map(({ staff, method }) => {
        const agency = projection.get('staff', staff)?.agency;
        const name = this.#nameOf(page, staff);
        return { staff, method, ...(agency === undefined ? {} : { agency }), ...(name === undefined ? {} : { name }) };
      }),
      ...(block === undefined ? {} : { block: String(block) }), outside: isOutside(act.at, zone, hours),
    };
  }

  /** Only of staff of agencies in scope. */
  #nameOf({ scope, names }: Page, staff: string): string | undefined {
    const agency = this.parts.projection.get('staff', staff)?.agency;
    return agency !== undefined && scope.agencies.has(agency) ? names.get(staff)?.displayName : undefined;
  }

  #kind(type: string): Label | undefined {
    return this.parts.projection.get('kind', type)?.name;
  }

  #said(page: Page, act: IndexedAct): Said | undefined {
    const { projection } = this.parts;
    const { noun, id, seq, by } = act;
    if (isRegisterNoun(noun)) return this.#ofRegister(page, act, noun);
    if (noun === 'licence') {
      const event = page.events(id).get(seq);
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

  #ofRegister(page: Page, act: IndexedAct, noun: RegisterNoun): Said | undefined {
    const told = this.parts.projection.acts.told(act);
    if (!told) return undefined;
    const { transaction, actors, details, effectiveOn } = told;
    const [type = ''] = act.id.split(':');
    const kind = noun === 'right' || noun === 'rule-set' || noun === 'kind' ? this.#kind(type) : undefined;
    const about = this.#about(page, noun, act.id);
    return {
      status: act.act.slice(act.act.indexOf('.') + 1), transaction, actors, ...(kind ? { kind } : {}), ...(about ? { about } : {}), ...(effectiveOn === undefined ? {} : { effectiveOn }),
      ...(details.length === 0 ? {} : { details: details.map((code) => ({ code, words: (noun === 'proposal' || noun === 'erasure' ? DETAIL_WORDS[code] : undefined) ?? detailWords(code, (of) => this.#kind(of)) })) }),
      ...this.#licenceOf(noun, act.id),
    };
  }

  /** The licence that a document, or a part of a composite, belongs to. */
  #licenceOf(noun: RegisterNoun, id: string): Pick<Said, 'licence'> {
    const [of = '', part] = id.split(':');
    const current = noun === 'document' || noun === 'part' ? this.parts.projection.get('licence', of)?.versions.at(-1)?.version : undefined;
    return current === undefined ? {} : { licence: { id: of, version: noun === 'document' ? Number(part) : current } };
  }

  /** What a record of the register is called today; those of holders have no name that may stand here. */
  #about(page: Page, noun: RegisterNoun, id: string): Label | undefined {
    const { projection } = this.parts;
    const plain = (name: string | undefined): Label | undefined => (name === undefined ? undefined : { zh: name, en: name });
    switch (noun) {
      case 'agency': return plain(projection.get('agency', id)?.name);
      case 'right': return plain(id.split(':').slice(2).map((code) => this.#named(code).name).join(' → '));
      case 'staff': return plain(this.#nameOf(page, id) ?? id);
      case 'seal': return plain(projection.get('seal', id)?.name);
      case 'part': return plain(this.#named(id.split(':')[1] ?? '').name);
      case 'report': return plain(this.#named(id.split(':')[0] ?? '').name);
      case 'matter': case 'trade': case 'scene': return projection.get(noun, id)?.name;
      default: return undefined;
    }
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

/** What a record has of some of its names. */
export function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as Pick<T, K>;
}
