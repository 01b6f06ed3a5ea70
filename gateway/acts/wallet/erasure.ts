/** Asking for erasure, and what stands against it: the same rule that the contract goes by, told before anybody asks it. */
import { commitment } from '#chaincode/facts/act-digest';
import { ERASURE_REASONS, HOLD_TAG, isErased, isNatural, type ErasureRecord, type ErasureStatus, type Ground, type HoldRecord, type RetentionRecord } from '#chaincode/facts/erasure';
import { addDays, dayOf, type Instant } from '#chaincode/facts/calendar';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import { groundsOf } from '#chaincode/rules/erasure';
import { todayOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import { ruleReader } from '../../ledger/rule-reader.js';
import { messageOf } from '../../messages.js';
import type { Vault } from '../../vault/vault.js';
import type { Drafter } from '../licence/draft.js';
import { holdAddress } from './erasing.js';
import { findByHolder, findByIdentifier, parseHolder, type ByHolder } from '../use/find.js';
import type { Acting, ActResult, DraftView, LicenceActs } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import type { Managers } from '../../ledger/managers.js';
import type { Uses } from '../use/use.js';

/** A ground in words: what is in the way, of which kind. */
export type GroundView = Ground & { readonly words: Label; readonly kind?: Label };

export interface ErasureView {
  readonly subject: string;
  /** Absent where nobody has asked and nobody has begun. */
  readonly status?: ErasureStatus;
  readonly reason?: string;
  readonly askedAt?: string;
  /** Until when the agency must have answered what the holder asked. */
  readonly answerBy?: string;
  readonly begunAt?: string;
  readonly erasedAt?: string;
  /** Agencies that have still to destroy what they hold. */
  readonly waitsFor: readonly string[];
  /** His licences, whoever manages them. */
  readonly licences: readonly { readonly identifier: string; readonly kind?: Label }[];
  /** What stands against it now. */
  readonly grounds: readonly GroundView[];
  /** What an organisation registers stays, whatever its licences. */
  readonly organisation: boolean;
}

export interface HoldView extends Pick<HoldRecord, 'id' | 'subject' | 'putAt' | 'liftedAt'> {
  readonly caseNo?: string;
}

/** Whose data are meant: the holder of a licence, by its identifier, by kind and code, or as the ledger calls him. */
export type Held = { readonly licence: string } | { readonly subject: string } | ByHolder;

/** Personal information security specification (GB/T 35273), 8.7: thirty days. */
const ANSWER_DAYS = 30;

export interface ErasuresParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly acts: LicenceActs;
  readonly managers: Pick<Managers, 'of'>;
  readonly lookup: Lookup;
  readonly uses: Pick<Uses, 'note'>;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
  readonly carrier: (wanted?: string) => string;
}

export class Erasures {
  constructor(private readonly parts: ErasuresParts) {}

  async view(subject: string): Promise<ErasureView> {
    const record = this.parts.projection.get('erasure', subject);
    const asked = record?.asks.at(-1);
    const { zone } = this.parts.drafter;
    return {
      subject, organisation: !isNatural(subject), licences: await this.#licences(subject), waitsFor: (record?.keepers ?? []).filter(({ at }) => at === undefined).map(({ agency }) => agency),
      ...(record ? { status: record.status, reason: record.reason } : {}), ...(asked ? { askedAt: asked.at } : {}), ...(record?.status === 'ASKED' && asked ? { answerBy: addDays(dayOf(asked.at as Instant, zone), ANSWER_DAYS) } : {}),
      ...(record?.begunAt === undefined ? {} : { begunAt: record.begunAt }), ...(record?.erasedAt === undefined ? {} : { erasedAt: record.erasedAt }),
      grounds: isErased(record) || !isNatural(subject) ? [] : await this.#grounds(subject),
    };
  }

  async #licences(subject: string): Promise<ErasureView['licences']> {
    const { projection } = this.parts;
    return (await this.retentionOf(subject)).licences.flatMap((id) => {
      const version = projection.get('licence', id)?.versions.at(-1)?.version;
      const kind = projection.get('kind', splitLicenceId(id as LicenceId).type)?.name;
      return version === undefined ? [] : [{ identifier: identifierOf(id as LicenceId, version), ...(kind ? { kind } : {}) }];
    });
  }

  async #grounds(subject: string): Promise<GroundView[]> {
    const { projection, drafter, clock } = this.parts;
    const grounds = await groundsOf(ruleReader(projection), await this.retentionOf(subject), drafter.zone, todayOf(clock, drafter.zone));
    return grounds.map((ground) => {
      const name = ground.code === 'ERASURE_IN_FORCE' || ground.code === 'ERASURE_RETENTION' ? projection.get('kind', splitLicenceId(ground.of as LicenceId).type)?.name : undefined;
      return { ...ground, words: messageOf(ground.code), ...(name ? { kind: name } : {}) };
    });
  }

  /** What is kept, by the ledger's own list and by the index: of licences that are older than the list, only the index knows. */
  async retentionOf(subject: string): Promise<RetentionRecord> {
    const { projection } = this.parts;
    const listed = projection.get('retention', subject);
    const union = (a: readonly string[] = [], b: readonly string[] = []) => [...new Set([...a, ...b])];
    return { subject, licences: union(listed?.licences, await projection.licencesOf(subject, Infinity)), applications: union(listed?.applications, await projection.applicationsBy(subject)), holds: listed?.holds ?? [] };
  }

  /** Carries what the holder's device has signed; the contract answers. @throws GatewayFault REFUSED */
  async ask(asked: { readonly id: string; readonly subject: string; readonly reason: string; readonly by: ByDevice }): Promise<ActResult> {
    const { acts, carrier } = this.parts;
    return acts.carry(carrier(), asked.id, { op: 'erasure.ask', ...asked });
  }

  /** Whose data are meant, for an agency that manages a licence of his; the look-up leaves its record. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async subjectOf(acting: Acting, held: Held): Promise<string> {
    const { projection, vault, lookup, uses, drafter, clock } = this.parts;
    if ('subject' in held) {
      if (!(await this.#keeps(acting.agency, held.subject))) throw new GatewayFault('NOT_FOUND');
      return held.subject;
    }
    const own = (record: LicenceRecord) => this.#holds(acting.agency, record);
    const record = 'licence' in held ? findByIdentifier(projection, held.licence) : await findByHolder({ projection, vault, agencies: [acting.agency] }, parseHolder(projection, held, todayOf(clock, drafter.zone)), own);
    if (!own(record)) throw new GatewayFault('NOT_FOUND');
    const licence = lookup.current(record.id, acting.agency);
    await uses.note(acting, 'look-up', licence ? { licence } : {});
    return record.subject;
  }

  /** A draft for two persons to sign. @throws GatewayFault FACE_INVALID, NOT_FOUND; REFUSED with what stands against it */
  async begin(acting: Acting, requestId: string, held: Held, reason: string): Promise<DraftView> {
    const subject = await this.subjectOf(acting, held);
    const { grounds: [ground], organisation } = await this.view(subject);
    if (organisation) throw new GatewayFault('REFUSED', { refusal: 'ERASURE_ORGANISATION' });
    if (ground) throw new GatewayFault('REFUSED', { refusal: ground.code, explained: explainedGround(ground) });
    return this.parts.acts.draft(acting, requestId, { op: 'register', act: { op: 'erasure.begin', subject, reason } });
  }

  /** What holders of the agency have asked for, and what is under way; newest first. */
  async list(agency: string): Promise<ErasureView[]> {
    const { projection } = this.parts;
    const records: ErasureRecord[] = [];
    for (const record of await projection.all('erasure')) if (await this.#concerns(agency, record)) records.push(record);
    const at = ({ asks, begunAt }: ErasureRecord): string => begunAt ?? asks.at(-1)?.at ?? '';
    return Promise.all(records.sort((a, b) => (at(a) < at(b) ? 1 : -1)).map(({ subject }) => this.view(subject)));
  }

  /** Persons of whom the agency keeps something that nothing wants kept any more: to be erased unasked. */
  async due(agency: string, limit: number): Promise<ErasureView[]> {
    const { projection } = this.parts;
    const found: ErasureView[] = [];
    for await (const [subject] of projection.records('retention')) {
      if (found.length === limit) break;
      if (isErased(projection.get('erasure', subject)) || !(await this.#keeps(agency, subject))) continue;
      const view = await this.view(subject);
      if (view.grounds.length === 0) found.push(view);
    }
    return found;
  }

  async #concerns(agency: string, { subject, keepers }: ErasureRecord): Promise<boolean> {
    return keepers ? keepers.some((keeper) => keeper.agency === agency) : this.#keeps(agency, subject);
  }

  /** The contract asks the same: whoever manages the licence now. */
  #holds(agency: string, record: LicenceRecord): boolean {
    return this.parts.managers.of(record) === agency;
  }

  async #keeps(agency: string, subject: string): Promise<boolean> {
    const { projection } = this.parts;
    const { licences, applications } = await this.retentionOf(subject);
    return licences.some((id) => { const record = projection.get('licence', id); return record !== undefined && this.#holds(agency, record); }) || applications.some((id) => projection.get('application', id)?.agency === agency);
  }

  /** A draft for two persons to sign. The number of the case stays here, under the holder's key. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async hold(acting: Acting, requestId: string, held: Held, caseNo: string): Promise<DraftView> {
    const { projection, acts, vault, keyring } = this.parts;
    const subject = await this.subjectOf(acting, held);
    if (!isNatural(subject)) throw new GatewayFault('REFUSED', { refusal: 'ERASURE_ORGANISATION' });
    // The same request gives the same bytes, so that it can be sent again.
    const opening = hmacSha256(keyring.secret(`agencies/${acting.agency}/counter.key`, { create: true }), requestId);
    if (!projection.get('hold', requestId)) await vault.keep(holdAddress(requestId), subject, { caseNo, opening: base64url(opening) });
    return acts.draft(acting, requestId, { op: 'register', act: { op: 'hold.put', id: requestId, subject, case: base64url(commitment(HOLD_TAG, opening, caseNo)) } });
  }

  /** The agency's own holds, also those lifted. */
  async holds(agency: string): Promise<HoldView[]> {
    const { projection, vault } = this.parts;
    return (await projection.all('hold')).filter((hold) => hold.agency === agency).map(({ id, subject, putAt, liftedAt }) => {
      const kept = vault.kept(holdAddress(id), subject) as { readonly caseNo: string } | undefined;
      return { id, subject, putAt, ...(liftedAt === undefined ? {} : { liftedAt }), ...(kept ? { caseNo: kept.caseNo } : {}) };
    });
  }
}

function explainedGround({ of, until, kind }: GroundView): Label {
  return { zh: `${kind?.zh ?? ''} ${of}${until === undefined ? '' : `，至 ${until}`}`.trim(), en: `${kind?.en ?? ''} ${of}${until === undefined ? '' : `, until ${until}`}`.trim() };
}

/** Of the table of reasons. */
export const reasonWords = (code: string): Label => (Object.hasOwn(ERASURE_REASONS, code) ? ERASURE_REASONS[code] : undefined) ?? { zh: code, en: code };
