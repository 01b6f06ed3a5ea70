/** Objections 异议: what a holder says is wrong with his licence, and the answer of the agency that manages it. The ledger holds that, when and by when; the words lie here under the holder's key. */
import { randomBytes } from 'node:crypto';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import { identifierOf, parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Objection } from '#chaincode/facts/objection-commands';
import { ANSWER_TAG, OBJECTION_TAG, objectionDigest, wordsCommitment, type ObjectionRecord } from '#chaincode/facts/objection';
import type { Label } from '#chaincode/facts/records';
import { OPENING_BYTES } from '../../documents/grant.js';
import { GatewayFault } from '../../fault.js';
import type { Clock } from '../../clock.js';
import { objectionsUnder } from '../../ledger/holder-rows.js';
import type { Listing } from '../../ledger/listings.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import { invalid } from '../use/counter.js';
import type { Acting, ActResult, LicenceActs } from '../licence/licence.js';
import type { Managers } from '../../ledger/managers.js';
import type { Named } from '../use/scene.js';
import { demandSigned, inReach, standing, type SignedIn } from '../use/standing.js';

/** The words of one side, and the bytes (base64url) that open the ledger's commitment to them. */
export interface Words {
  readonly text: string;
  readonly opening: string;
}
export interface Answered {
  readonly outcome: 'accepted' | 'rejected';
  readonly remedy?: number | undefined;
  readonly text: string;
}

export interface ObjectionView extends Pick<ObjectionRecord, 'id' | 'licence' | 'version' | 'reason' | 'status' | 'filedAt' | 'after' | 'dueOn'> {
  readonly cursor: string;
  readonly identifier: string;
  /** Of the version in force now. */
  readonly currentIdentifier: string;
  readonly kind: Label;
  readonly fields: readonly Label[];
  readonly manager: Named;
  /** Absent where the words are kept at another gateway. */
  readonly text?: string;
  readonly answer?: { readonly agency: Named; readonly at: string; readonly remedy?: number; readonly text?: string };
}

type Page = { readonly limit: number; readonly before?: string | undefined };

export interface ObjectionsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly managers: Managers;
  readonly acts: LicenceActs;
  readonly clock: Clock;
  readonly carrier: (wanted?: string) => string;
}

const saidAt = (id: string): string => `objection/${id}`;
const answeredAt = (id: string): string => `objection-answer/${id}`;
/** Where the words of both sides lie. */
export const objectionAddresses = (id: string): string[] => [saidAt(id), answeredAt(id)];
const opens = (tag: Parameters<typeof wordsCommitment>[0], { text, opening }: Words, details: string): boolean => {
  const bytes = fromBase64url(opening);
  return bytes?.length === OPENING_BYTES && wordsCommitment(tag, bytes, text) === details;
};

/** What one side said, where it is kept here; only what the ledger was told of counts as said. */
export function saidIn(vault: Pick<Vault, 'kept'>, { id, subject, details, answer }: ObjectionRecord, side: 'objection' | 'answer'): string | undefined {
  const [tag, address, told] = side === 'objection' ? [OBJECTION_TAG, saidAt(id), details] as const : [ANSWER_TAG, answeredAt(id), answer?.details] as const;
  const words = told === undefined ? undefined : (vault.kept(address, subject) as Words | undefined);
  return words && told !== undefined && opens(tag, words, told) ? words.text : undefined;
}

export class Objections {
  constructor(private readonly parts: ObjectionsParts) {}

  /** Its id is the request's too: sent again it is the same request. @throws GatewayFault FACE_INVALID, REFUSED */
  async put(objection: Objection, words: Words, by: ByDevice): Promise<ActResult> {
    const { projection, vault, acts, carrier } = this.parts;
    const { id, subject, licence } = objection;
    const known = projection.get('objection', id);
    const carry = (): Promise<ActResult> => acts.carry(known?.agency ?? carrier(projection.get('licence', licence)?.manager), id, { op: 'objection.put', objection, by });
    if (known) return carry();
    if (!opens(OBJECTION_TAG, words, objection.details)) throw invalid('details', 'DETAILS_DIFFER');
    demandSigned(projection, by, subject, (ledger) => objectionDigest(ledger, objection));
    await vault.keep(saidAt(id), subject, words);
    return this.#undone(saidAt(id), carry);
  }

  /** @throws GatewayFault NOT_FOUND for another agency too, REFUSED */
  async answer(acting: Acting, requestId: string, id: string, answered: Answered): Promise<ActResult> {
    const { vault, acts } = this.parts;
    const record = this.parts.projection.get('objection', id);
    if (!record || !this.#manages(acting.agency, record.licence)) throw new GatewayFault('NOT_FOUND');
    const { outcome, remedy, text } = answered;
    return this.#undone(answeredAt(id), () => acts.performBuilt(acting, requestId, { answer: id, answered }, async () => {
      const opening = randomBytes(OPENING_BYTES);
      // Of a person who was erased it is closed, and no words are kept.
      if (record.status === 'open' && !vault.isErased(record.subject)) await vault.keep(answeredAt(id), record.subject, { text, opening: base64url(opening) } satisfies Words);
      return { input: { op: 'register', act: { op: 'objection.answer', id, outcome, ...(remedy === undefined ? {} : { remedy }), details: wordsCommitment(ANSWER_TAG, opening, text) } } };
    }), () => this.parts.projection.get('objection', id)?.answer === undefined);
  }

  /** What the ledger refused is not ours to keep; where the outcome is not known, it stays. */
  async #undone(address: string, work: () => Promise<ActResult>, mayForget = () => true): Promise<ActResult> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GatewayFault && error.outcome === 'no-effect' && mayForget()) await this.parts.vault.forget(address);
      throw error;
    }
  }

  /** The holder's, or those that whoever asks may make for him. @throws GatewayFault REFUSED */
  async of(who: SignedIn, mandate: string | undefined, page: Page): Promise<ObjectionView[]> {
    const { projection, clock } = this.parts;
    const { subject, delegations } = standing(projection, clock, who, 'object', mandate);
    const all = this.#views(await projection.objections({ by: subject }, page));
    return all.filter(({ licence }) => inReach(delegations, { kind: splitLicenceId(licence as LicenceId).type }));
  }

  /** Those that an agency must answer, or has answered; of one licence, the whole thread. @throws GatewayFault FACE_INVALID; NOT_FOUND for another agency's licence too */
  async to(agency: string, identifier: string | undefined, page: Page): Promise<ObjectionView[]> {
    const { projection, managers } = this.parts;
    if (identifier === undefined) return this.#views(await projection.listed(await managers.under(agency, objectionsUnder), page));
    const own = parseOwnIdentifier(identifier);
    if (!own) throw invalid('licence', 'IDENTIFIER_CHECK');
    if (!this.#manages(agency, own.id)) throw new GatewayFault('NOT_FOUND');
    return this.#views(await projection.objections({ against: own.id }, page));
  }

  #manages(agency: string, licence: string): boolean {
    const record = this.parts.projection.get('licence', licence);
    return record !== undefined && this.parts.managers.of(record) === agency;
  }

  #views(rows: readonly Listing[]): ObjectionView[] {
    return rows.flatMap(({ id, cursor }) => {
      const record = this.parts.projection.get('objection', id);
      return record ? [{ ...this.#view(record), cursor }] : [];
    });
  }

  #view(record: ObjectionRecord): Omit<ObjectionView, 'cursor'> {
    const { id, licence, version, fields, reason, status, filedAt, after, dueOn, manager, answer } = record;
    const kind = this.parts.projection.get('kind', splitLicenceId(licence as LicenceId).type);
    const [text, said] = [saidIn(this.parts.vault, record, 'objection'), saidIn(this.parts.vault, record, 'answer')];
    return {
      id, licence, identifier: identifierOf(licence as LicenceId, version), currentIdentifier: identifierOf(licence as LicenceId, this.parts.projection.get('licence', licence)?.versions.at(-1)?.version ?? version), version, kind: kind?.name ?? { zh: licence, en: licence }, fields: fields.map((name) => kind?.fields.find((field) => field.name === name)?.label ?? { zh: name, en: name }),
      reason, status, filedAt, after, dueOn, manager: this.#named(this.parts.managers.ofKind(manager, splitLicenceId(licence as LicenceId).type)), ...(text === undefined ? {} : { text }),
      ...(answer ? { answer: { agency: this.#named(answer.agency), at: answer.at, ...(answer.remedy === undefined ? {} : { remedy: answer.remedy }), ...(said === undefined ? {} : { text: said }) } } : {}),
    };
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}
