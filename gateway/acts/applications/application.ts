/** Applications: one form for all matters of a trade, received, put right, accepted, decided and delivered. The ledger holds the steps, this gateway the form. */
import type { ApplicationAct, ApplicationRecord, CHANNELS, Filing } from '#chaincode/facts/application';
import type { ApplicationCommand, StepCommand } from '#chaincode/facts/application-commands';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import type { MatterRecord } from '#chaincode/facts/matter';
import type { Label } from '#chaincode/facts/records';
import { nowOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Listing } from '../../ledger/listings.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import { changedEntries, checkForm, entriesOf, faceOf, holderFaults, keptMaterials, reliedOn, type Applicant, type ApplicationDetails, type FormText, type KeptMaterial } from './application-form.js';
import { ApplicationShelf } from './application-shelf.js';
import { ownView, viewOf, type ApplicationView, type OwnApplication } from './application-view.js';
import type { Filings } from './filing.js';
import type { Drafter } from '../licence/draft.js';
import type { IssueInput, Term } from '../licence/inputs.js';
import { documentNumberFault } from '../licence/face.js';
import type { Acting, ActResult, LicenceActs } from '../licence/licence.js';
import type { Materials } from './materials.js';
import { chosen, holderOf, joinedFields, type Wanted } from './matters.js';

/** What is said at every step. */
interface Stated {
  /** In whose name: the agency's own where not given. */
  readonly authority?: string | undefined;
  readonly basis?: string | undefined;
  readonly docNo?: string | undefined;
}
export interface ReceiveInput extends Wanted, Stated {
  readonly holder: string;
  readonly form: FormText;
  /** Keys of papers handed in and promises made. */
  readonly given?: readonly string[] | undefined;
  readonly applicant: Applicant;
  /** wallet: what was filed under this request id is taken in. */
  readonly channel: (typeof CHANNELS)[number];
  /** Number of the case in another system. */
  readonly caseNo?: string | undefined;
  /** By which an agent, or one of the holder's people, stands here for him. */
  readonly delegation?: string | undefined;
}
export interface StepInput extends Stated {
  readonly act: Exclude<ApplicationAct, 'decide'>;
  /** The last event the clerk saw; absent: the newest the gateway knows. */
  readonly after?: number | undefined;
  readonly note?: string | undefined;
  /** With `resubmit`: the form as it is now, and all that has been handed in. */
  readonly form?: FormText | undefined;
  readonly given?: readonly string[] | undefined;
  /** With `resubmit` and `withdraw`: by which somebody stands here for the holder. */
  readonly delegation?: string | undefined;
  /** With accept: papers that are still to come (容缺受理). */
  readonly conditions?: StepCommand['conditions'] | undefined;
}
export interface DecideInput extends Stated {
  readonly matter: string;
  readonly outcome: 'granted' | 'refused';
  readonly docNo: string;
  readonly after?: number | undefined;
  /** A licence that was issued by itself; or what is to be issued with the decision. */
  readonly licence?: string | undefined;
  readonly issue?: (Term & Pick<IssueInput, 'conditions' | 'promise'> & { readonly face: FormText }) | undefined;
  /** Identifiers; absent: those that form and materials rest on. */
  readonly reliedOn?: readonly string[] | undefined;
}

export interface ApplicationsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly acts: LicenceActs;
  readonly materials: Materials;
  readonly drafter: Drafter;
  readonly clock: Clock;
  readonly filings: Pick<Filings, 'waiting'>;
}

const fault = (field: string, code: string): GatewayFault => new GatewayFault('FACE_INVALID', { fields: [{ field, code }] });

export class Applications {
  readonly #parts: ApplicationsParts;
  readonly #shelf: ApplicationShelf;

  constructor(parts: ApplicationsParts) {
    this.#parts = parts;
    this.#shelf = new ApplicationShelf(parts.vault);
  }

  /** The form of an application that is about to be taken in under this request id: its number is given now, for the licences are used for this case. */
  async form(acting: Acting, requestId: string, holder: string, wanted: Wanted): Promise<Awaited<ReturnType<Materials['fill']>> & { readonly number: string }> {
    const { materials, vault, drafter, projection } = this.#parts;
    holderOf(vault, acting.agency, holder, drafter.today);
    chosen(projection, wanted);
    const number = await this.#shelf.number(acting.agency, requestId, drafter.today);
    return { number, ...(await materials.fill(acting, { requestId, caseNo: number }, holder, wanted)) };
  }

  /** Takes an application in. Its id is the request's: sent again it is the same one. @throws GatewayFault FACE_INVALID, CONFLICT, REFUSED */
  async receive(acting: Acting, requestId: string, input: ReceiveInput): Promise<ActResult & { readonly number: string | undefined }> {
    let kept: { subject: string; digest: string } | undefined;
    const result = await this.#undone(requestId, () => kept, () => this.#parts.acts.performBuilt(acting, requestId, { receive: input }, async () => {
      const { act, details } = await this.#received(acting, requestId, input);
      kept = { subject: act.subject, digest: await this.#shelf.keep(requestId, act.subject, details) };
      return { input: { op: 'register', act: { ...act, details: kept.digest } } };
    }));
    return { ...result, number: this.#shelf.newest(this.#record(acting.agency, requestId))?.number };
  }

  async #received(acting: Acting, id: string, input: ReceiveInput) {
    const { projection, vault, drafter, clock } = this.#parts;
    const { agency, staff } = acting;
    const holder = holderOf(vault, agency, input.holder, drafter.today);
    const matters = chosen(projection, input).map(({ record }) => record);
    const { answer, form: filled, number } = await this.form(acting, id, input.holder, input);
    const face = checkForm(filled, input.form, drafter.today, (checked) => [
      ...holderFaults(matters, (type) => projection.get('kind', type), checked, holder.code), ...(input.applicant.name.trim() === '' ? [{ field: 'name', code: 'FIELD_MISSING' }] : []),
    ]);
    const held = keptMaterials(answer, input.given ?? []);
    const caseNo = input.caseNo?.trim();
    const earlier = caseNo === undefined ? undefined : this.#shelf.byCase(agency, caseNo);
    if (earlier !== undefined && earlier !== id && projection.get('application', earlier)) throw new GatewayFault('CONFLICT', { fields: [{ field: 'caseNo', code: 'CASE_NUMBER_TAKEN' }] });
    if (caseNo !== undefined) await this.#shelf.nameCase(agency, caseNo, id);
    const details: ApplicationDetails = { number, ...(caseNo === undefined ? {} : { caseNo }), applicant: input.applicant, form: entriesOf(face, filled, { by: staff, at: nowOf(clock) }), materials: held };
    const act = {
      op: 'application.receive' as const, id, subject: holder.subject ?? (await vault.person(agency, holder.code)), channel: input.channel, ...(input.trade === undefined ? {} : { trade: input.trade }),
      matters: answer.matters.map(({ matter, variant, version }) => ({ matter, variant, version })), ...this.#stated(agency, input), ...(input.delegation === undefined ? {} : { delegation: input.delegation }), ...(await this.#filed(agency, id, input, answer.matters)),
    };
    return { act, details };
  }

  /** The applicant's own signature, which goes on the ledger with the receipt. @throws GatewayFault NOT_FOUND, REFUSED */
  async #filed(agency: string, id: string, { channel }: ReceiveInput, matters: readonly Filing['matters'][number][]): Promise<{ filed?: { details: string; by: ByDevice } }> {
    if (channel !== 'wallet') return {};
    const kept = await this.#parts.filings.waiting(agency, id);
    if (!kept) throw new GatewayFault('NOT_FOUND');
    const asItWas = (each: Filing['matters'][number]) => kept.filing.matters.some(({ matter, variant, version }) => matter === each.matter && variant === each.variant && version === each.version);
    if (!matters.every(asItWas)) throw new GatewayFault('REFUSED', { refusal: 'MATTER_OUTDATED', fields: [{ field: 'matters', code: 'MATTER_OUTDATED' }] });
    return { filed: { details: kept.filing.details, by: kept.by } };
  }

  /** Every step but a decision. @throws GatewayFault NOT_FOUND, FACE_INVALID, REFUSED */
  async step(acting: Acting, id: string, requestId: string, input: StepInput): Promise<ActResult> {
    const record = this.#record(acting.agency, id);
    let kept: { subject: string; digest: string } | undefined;
    return this.#undone(id, () => kept, () => this.#parts.acts.performBuilt(acting, requestId, { step: id, input }, async () => {
      const details = await this.#stepDetails(acting, record, input);
      if (details) kept = { subject: record.subject, digest: await this.#shelf.keep(id, record.subject, details) };
      const act: ApplicationCommand = { op: `application.${input.act}`, id, after: input.after ?? record.events.length, ...this.#stated(acting.agency, input), ...(input.delegation === undefined ? {} : { delegation: input.delegation }), ...(input.conditions ? { conditions: [...input.conditions] } : {}), ...(kept ? { details: kept.digest } : {}) };
      return { input: { op: 'register', act } };
    }));
  }

  async #stepDetails({ agency, staff }: Acting, record: ApplicationRecord, { act, form, given, note }: StepInput) {
    if (act !== 'resubmit') {
      if (form ?? given) throw fault('form', 'FIELD_UNEXPECTED');
      if (act === 'correct' && note === undefined) throw fault('note', 'FIELD_MISSING');
      return note === undefined ? undefined : { note };
    }
    const { projection, drafter, clock, materials } = this.#parts;
    const before = this.#shelf.newest(record);
    if (!before) throw new GatewayFault('FACE_NOT_HERE');
    const matters = record.matters.flatMap(({ matter }) => projection.get('matter', matter) ?? []);
    const fields = joinedFields(matters.map((each) => ({ record: each, variant: '', materials: [] }))).map(({ field }) => field);
    const code = record.subject.startsWith('uscc:') ? record.subject.slice(5) : undefined;
    const face = form && checkForm(fields, form, drafter.today, (checked) => (code === undefined ? [] : holderFaults(matters, (type) => projection.get('kind', type), checked, code)));
    const now = given && code !== undefined ? await materials.answer(agency, code, { matters: record.matters }) : undefined;
    const { note: _, ...kept } = before;
    return {
      ...kept, ...(face ? { form: changedEntries(face, before.form, { by: staff, at: nowOf(clock) }) } : {}),
      ...(given ? { materials: now ? keptMaterials(now, given) : handed(before.materials, given) } : {}), ...(note === undefined ? {} : { note }),
    };
  }

  /** The decision on one matter; the licence that comes of it is issued in the same transaction. @throws GatewayFault NOT_FOUND, FACE_INVALID, REFUSED */
  async decide(acting: Acting, id: string, requestId: string, input: DecideInput): Promise<ActResult> {
    const record = this.#record(acting.agency, id);
    return this.#parts.acts.performBuilt(acting, requestId, { decide: id, input }, async () => {
      const matter = this.#parts.projection.get('matter', input.matter);
      const details = this.#shelf.newest(record);
      if (!matter || !record.matters.some((each) => each.matter === matter.code)) throw fault('matter', 'MATTER_UNKNOWN');
      const docNoFault = documentNumberFault(input.docNo);
      if (docNoFault !== undefined) throw fault('docNo', docNoFault);
      const decided: ApplicationCommand = {
        op: 'application.decide', id, after: input.after ?? record.events.length, matter: matter.code, outcome: input.outcome, ...this.#stated(acting.agency, input), docNo: input.docNo,
        reliedOn: input.reliedOn?.map((each) => reliedOf(each, 'reliedOn')) ?? (details ? reliedOn(details, matter.code) : []), ...(input.licence === undefined ? {} : reliedOf(input.licence, 'licence')),
      };
      if (!input.issue) return { input: { op: 'register', act: decided } };
      if (input.licence !== undefined || input.outcome !== 'granted' || matter.kind === undefined) throw fault('issue', 'FIELD_UNEXPECTED');
      if (!details) throw new GatewayFault('FACE_NOT_HERE');
      const { face, conditions = stillOpen(record, matter.code), ...term } = input.issue;
      const { basis, docNo, authority } = input;
      return {
        input: { op: 'issue', kind: matter.kind, face: faceOf(matter, details.form, face), ...term, conditions, basis, docNo, decidedBy: authority },
        further: (act) => ({ ...decided, ...('licence' in act ? { licence: act.licence, version: 1 } : {}) }),
      };
    });
  }

  #stated(agency: string, { authority = agency, basis, docNo }: Stated) {
    return { authority, ...(basis === undefined ? {} : { basis }), ...(docNo === undefined ? {} : { docNo }) };
  }

  /** What the ledger refused is not ours to keep; where the outcome is not known, it stays. */
  async #undone<T>(id: string, kept: () => { readonly digest: string } | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const left = kept();
      if (left && error instanceof GatewayFault && error.outcome === 'no-effect') await this.#shelf.forget(id, left.digest);
      throw error;
    }
  }

  /** @throws GatewayFault NOT_FOUND for what another agency has received too */
  #record(agency: string, id: string): ApplicationRecord {
    const record = this.#parts.projection.get('application', id);
    if (record?.agency !== agency) throw new GatewayFault('NOT_FOUND');
    return record;
  }

  /** By 办件编号, or by the number it has in another system. @throws GatewayFault NOT_FOUND */
  find(agency: string, { number, caseNo }: { number?: string | undefined; caseNo?: string | undefined }): ApplicationView {
    const id = number === undefined ? this.#shelf.byCase(agency, caseNo ?? '') : this.#shelf.byNumber(number);
    return this.view(agency, id ?? '');
  }

  async list(agency: string, options: Parameters<Projection['applicationsOf']>[1]): Promise<readonly (Listing & { readonly number?: string; readonly holderName?: string; readonly state: string; readonly matters: readonly Label[]; readonly receivedAt: string })[]> {
    const rows = await this.#parts.projection.applicationsOf(agency, options);
    return rows.map((row) => {
      const { number, holder, state, matters, events } = this.view(agency, row.id);
      return { ...row, ...(number === undefined ? {} : { number }), ...(holder.name === undefined ? {} : { holderName: holder.name }), state, matters: matters.map(({ name }) => name), receivedAt: events[0]?.at ?? '' };
    });
  }

  /** Those in a holder's name at this gateway's reach, newest first, as he sees them. @param may what whoever asks may see */
  async of(subject: string, page: Parameters<Projection['applicationsFor']>[1], may: (matters: readonly MatterRecord[]) => boolean): Promise<OwnApplication[]> {
    const { projection } = this.#parts;
    return (await projection.applicationsFor(subject, page)).flatMap(({ id, cursor }) => {
      const record = projection.get('application', id);
      if (!record || !may(record.matters.flatMap(({ matter }) => projection.get('matter', matter) ?? []))) return [];
      return [{ ...ownView(viewOf(projection, this.#shelf, record)), cursor }];
    });
  }

  /** @throws GatewayFault NOT_FOUND */
  view(agency: string, id: string): ApplicationView {
    return viewOf(this.#parts.projection, this.#shelf, this.#record(agency, id));
  }
}

/** @throws GatewayFault FACE_INVALID */
function reliedOf(identifier: string, field: string): { licence: string; version: number } {
  const own = parseOwnIdentifier(identifier);
  if (!own) throw fault(field, 'IDENTIFIER_CHECK');
  return { licence: own.id, version: own.version };
}

/** Of a natural person nothing is looked up anew: what was held stays held. */
const handed = (materials: readonly KeptMaterial[], given: readonly string[]): readonly KeptMaterial[] =>
  materials.map((each) => (each.state === 'held' ? each : { ...each, state: !given.includes(each.key) ? 'absent' : each.key.startsWith('promise/') ? 'promised' : 'handed' }));

/** What the application was accepted without goes on to the licence. */
function stillOpen({ conditions = [] }: ApplicationRecord, matter: string): IssueInput['conditions'] {
  const open = conditions.filter((each) => each.matter === matter && each.status !== 'met');
  return open.length === 0 ? undefined : open.map(({ material, dueOn, consequence }) => ({ material, dueOn, consequence }));
}
