/** Identity records (身份核验记录): who a holder is, seen once by the staff of one agency or by a provider, relied on by the others instead of a copy of the card. */
import { addYears, parseDay, type Day } from '#chaincode/facts/calendar';
import { fromBase64url, hmacSha256, base64url } from '#chaincode/facts/hash';
import { maskCode, parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import { documentFor, IDENTITY_YEARS_MAX, type IdentityRecord } from '#chaincode/facts/identity';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { isPurpose } from '#chaincode/facts/purpose';
import type { Drafter } from '../licence/draft.js';
import { identityCommitment, identityText, type IdentityFacts } from '../../documents/identity.js';
import type { Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Keyring } from '../../keyring.js';
import type { Vault } from '../../vault/vault.js';
import { invalid, type Counter, type Seen, type Whom } from '../use/counter.js';
import type { Acting, ActResult, DraftView, LicenceActs } from '../licence/licence.js';
import type { Named } from '../use/scene.js';
import { standing, type SignedIn } from '../use/standing.js';
import type { Uses } from '../use/use.js';

/** What the staff read from the document before them. */
export interface SeenDocument {
  readonly code: string;
  readonly name: string;
  readonly validUntil?: string | undefined;
}
/** What another agency asks. The name is the one on its own form: whether it is the same is what it wants to know. */
export interface RelianceInput {
  readonly holder: string;
  readonly name: string;
  readonly purpose: string;
  readonly caseNo: string;
}
/** What it may rely on: that this holder has been verified, by whom, how and until when. The code masked, the name not at all. */
export interface Reliance extends Pick<IdentityRecord, 'id' | 'method' | 'document' | 'at' | 'until'> {
  readonly code: string;
  readonly sameName: boolean;
  readonly agency: Named;
  /** Last day of the document itself. */
  readonly validUntil?: string;
  /** The use record. */
  readonly record: { readonly log: string; readonly seq: number; readonly at: string };
}
export type IdentityView = Pick<IdentityRecord, 'id' | 'method' | 'document' | 'at' | 'until' | 'status' | 'endedAt'> & { readonly agency: Named };

/** As it lies in the vault. */
interface Kept {
  readonly text: string;
  readonly opening: string;
  /** What the evidence of a provider commits to. */
  readonly provider?: { readonly idToken: string; readonly opening: string };
}
export const identityAddress = (id: string): string => `identity/${id}`;
/** More of one holder are history. */
const RECORDS_MAX = 50;

export interface IdentitiesParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly acts: Pick<LicenceActs, 'draft' | 'carry'>;
  readonly counter: Counter;
  readonly uses: Pick<Uses, 'search' | 'rely'>;
  readonly drafter: Pick<Drafter, 'today'>;
  readonly clock: Clock;
  /** The agency that carries what nobody of an agency does. */
  readonly carrier: () => string;
}

/** The newest in use of a subject, on its days; nothing is opened. */
export async function identityInUse(projection: Pick<Projection, 'identitiesOf'>, subject: string, today: Day): Promise<IdentityRecord | undefined> {
  return (await projection.identitiesOf(subject, RECORDS_MAX)).find(({ status, until }) => status === 'in-use' && today <= until);
}

/** What was attested, where it is kept here and agrees with the ledger. */
export function openedIdentity(vault: Pick<Vault, 'kept'>, { id, subject, digest }: IdentityRecord): IdentityFacts | undefined {
  const kept = vault.kept(identityAddress(id), subject) as Kept | undefined;
  const opening = kept && fromBase64url(kept.opening);
  if (!kept || !opening || identityCommitment(opening, kept.text) !== digest) return undefined;
  return JSON.parse(kept.text) as IdentityFacts;
}

export class Identities {
  constructor(private readonly parts: IdentitiesParts) {}

  /** A draft for the staff to sign; the request's id is the record's. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async atCounter(acting: Acting, requestId: string, whom: Whom, document: SeenDocument, seen: readonly Seen[]): Promise<DraftView> {
    const subject = this.parts.counter.subjectOf(whom);
    const facts = this.#facts(acting.agency, subject, document);
    const { evidence, held } = await this.parts.counter.attest(acting, requestId, subject, { identity: requestId, seen });
    return this.attested(acting, requestId, subject, { ...facts, method: 'counter' }, { evidence, ...(held === undefined ? {} : { held }) });
  }

  /** Keeps what is attested, and drafts the act. The same request gives the same bytes, so that it can be sent again. */
  async attested(acting: Acting, requestId: string, subject: string, facts: IdentityFacts, { evidence, held, provider }: { readonly evidence: string; readonly held?: string; readonly provider?: Kept['provider'] }): Promise<DraftView> {
    const { projection, vault, keyring, acts, drafter } = this.parts;
    const opening = hmacSha256(keyring.secret(`agencies/${acting.agency}/counter.key`, { create: true }), 'identity\0', requestId);
    const text = identityText(facts);
    // What is on the ledger keeps what opens it: nobody puts something else behind it.
    if (!projection.get('identity', requestId)) await vault.keep(identityAddress(requestId), subject, { text, opening: base64url(opening), ...(provider ? { provider } : {}) } satisfies Kept);
    const last = addYears(drafter.today, IDENTITY_YEARS_MAX);
    const until = facts.validUntil !== undefined && facts.validUntil < last ? facts.validUntil : last;
    return acts.draft(acting, requestId, { op: 'register', act: { op: 'identity.put', id: requestId, subject, method: facts.method, document: facts.document, digest: identityCommitment(opening, text), until, evidence, ...(held === undefined ? {} : { held }) } });
  }

  /** Signed by a device of the holder. @throws GatewayFault REFUSED */
  async end(requestId: string, id: string, by: ByDevice): Promise<ActResult> {
    return this.parts.acts.carry(this.parts.carrier(), requestId, { op: 'identity.end', id, by });
  }

  /** @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async list(whom: Whom): Promise<IdentityView[]> {
    return this.of(this.parts.counter.subjectOf(whom));
  }

  async of(subject: string): Promise<IdentityView[]> {
    return (await this.parts.projection.identitiesOf(subject, RECORDS_MAX)).map((record) => this.view(record));
  }

  view({ id, method, document, agency, at, until, status, endedAt }: IdentityRecord): IdentityView {
    return { id, method, document, agency: this.#named(agency), at, until, status, ...(endedAt === undefined ? {} : { endedAt }) };
  }

  /** For the holder's own eyes. @throws GatewayFault REFUSED for people of his */
  async own(who: SignedIn): Promise<IdentityView[]> {
    return this.of(standing(this.parts.projection, this.parts.clock, who, 'holder').subject);
  }

  /** For the phone, which shows it: what opens a record of the holder's. @throws GatewayFault NOT_FOUND for anybody else's too; REFUSED for people of his */
  opening(who: SignedIn, id: string): { readonly text: string; readonly opening: string } {
    const { subject } = standing(this.parts.projection, this.parts.clock, who, 'holder');
    const record = this.parts.projection.get('identity', id);
    const kept = record?.subject === subject ? (this.parts.vault.kept(identityAddress(id), subject) as Kept | undefined) : undefined;
    if (!kept) throw new GatewayFault('NOT_FOUND');
    return { text: kept.text, opening: kept.opening };
  }

  /** The record of a subject that a commitment is of, in use today. */
  async committed(subject: string, commitment: string): Promise<IdentityRecord | undefined> {
    const today = this.parts.drafter.today;
    return (await this.parts.projection.identitiesOf(subject, RECORDS_MAX)).find(({ digest, status, until }) => digest === commitment && status === 'in-use' && today <= until);
  }

  /**
   * Another agency relies on it for a case. That it asked is on record before it is answered, also where nothing is found; codes cannot be tried out.
   * @throws GatewayFault FACE_INVALID, NOT_FOUND, TOO_MANY_MISSES
   */
  async rely(acting: Acting, { holder, name, purpose, caseNo }: RelianceInput): Promise<Reliance> {
    const { uses, vault, keyring } = this.parts;
    if (!isPurpose(purpose)) throw invalid('purpose', 'PURPOSE_UNKNOWN');
    const given = holder.trim().toUpperCase();
    const code = parseUscc(given) ?? parseCitizenId(given, this.parts.drafter.today);
    if (code === undefined) throw invalid('holder', 'HOLDER_CODE');
    const found = await uses.search(acting, { purpose, caseNo }, async () => {
      const subjects = parseUscc(given) ? [`uscc:${given}`] : [...keyring.identities().keys()].flatMap((agency) => vault.knownPerson(agency, given) ?? []);
      for (const subject of subjects) {
        const record = await identityInUse(this.parts.projection, subject, this.parts.drafter.today);
        const facts = record && openedIdentity(vault, record);
        if (record && facts) return { record, facts };
      }
      throw new GatewayFault('NOT_FOUND');
    });
    const { record: { id, method, document, agency, at, until, subject }, facts } = found;
    const use = await uses.rely(acting, { identity: id, source: agency, subject }, { purpose, caseNo });
    return {
      id, method, document, at, until, code: maskCode(facts.code), sameName: facts.name === name.normalize('NFKC').trim(), agency: this.#named(agency), ...(facts.validUntil === undefined ? {} : { validUntil: facts.validUntil }),
      record: { log: use.log, seq: use.seq, at: use.at },
    };
  }

  /** The document is the holder's own: its code is the one that the agency knows him by. @throws GatewayFault FACE_INVALID */
  #facts(agency: string, subject: string, { code: text, name, validUntil }: SeenDocument): Omit<IdentityFacts, 'method'> {
    const { vault, drafter } = this.parts;
    const document = documentFor(subject);
    const given = text.trim().toUpperCase();
    const fits = document === 'E_BUSINESS_LICENCE' ? subject === `uscc:${given}` : parseCitizenId(given, drafter.today) !== undefined && vault.knownPerson(agency, given) === subject;
    if (!fits) throw invalid('code', document === 'E_BUSINESS_LICENCE' && !parseUscc(given) ? 'USCC_CHECK_DIGIT' : 'IDENTITY_CODE');
    if (name.trim() === '') throw invalid('name', 'FIELD_MISSING');
    if (validUntil !== undefined && (!parseDay(validUntil) || (validUntil as Day) < drafter.today)) throw invalid('validUntil', parseDay(validUntil) ? 'DOCUMENT_ENDED' : 'DATE_UNREAL');
    return { v: 1, document, code: given, name: name.normalize('NFKC').trim(), ...(validUntil === undefined ? {} : { validUntil }) };
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}
