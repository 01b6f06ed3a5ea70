/** The verify door's questions: by identifier, number, credential, QR. What is shown depends on what the asker holds. */
import { timingSafeEqual } from 'node:crypto';
import { certificateKey, fromBase64url, base64url } from '#chaincode/facts/hash';
import { identifierOf, parseOwnIdentifier, licenceId, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { AutomaticRecord } from '#chaincode/facts/automatic';
import { conditionsSeen, type ConditionView } from '../licence/conditions.js';
import type { EventRecord, Label, LicenceRecord, SealRecord, VersionRecord } from '#chaincode/facts/records';
import { REASONS } from '#chaincode/facts/reason';
import { nowOf, todayOf, type Clock } from '../../clock.js';
import { parseCredential, type Face, type ParsedCredential } from '#chaincode/facts/credential';
import { credentialOf, signatureHolds, type Finding, type LedgerFacts, type Presented, type Registered } from '../../documents/evidence.js';
import { faceFor, type Audience, type ShownField } from '../../documents/face.js';
import type { Purpose } from '../../documents/pdf/paper.js';
import { parseQr } from '../../documents/qr.js';
import { judge, type Verdict } from '../../documents/verdict.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import { whole } from '../../ledger/pages.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import { lookupToken, type Drafter } from '../licence/draft.js';
import type { Managers } from '../../ledger/managers.js';
import { memberFacts, Members, sinceOn, statusOn, type MemberView } from './members.js';

export interface LicenceView {
  readonly identifier: string;
  readonly licence: string;
  readonly version: number;
  readonly currentIdentifier: string;
  readonly kind: { readonly type: string; readonly name: Label };
  readonly issuer: { readonly code: string; readonly name: string };
  readonly manager: { readonly code: string; readonly name: string };
  readonly origin: 'issued' | 'imported';
  readonly source?: string;
  readonly sample: boolean;
  readonly status: string;
  readonly since: string;
  readonly reason?: Label;
  readonly reasonCode?: string;
  readonly decidedBy?: { readonly code: string; readonly name: string };
  readonly docNo?: string;
  readonly issuedOn: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  /** Of a composite licence, in the order of its certificate. */
  readonly members?: readonly MemberView[];
  /** What it was issued without (容缺). */
  readonly conditions?: readonly ConditionView[];
  /** Issued on a signed promise (告知承诺). */
  readonly promise?: true;
  /** Issued by rule (秒批): digest of the rules, and the licences relied on. */
  readonly automatic?: Pick<AutomaticRecord, 'rules' | 'reliedOn'>;
  readonly face: readonly ShownField[];
  readonly transaction: string;
  readonly block?: string;
  readonly recordedAt: string;
  readonly audience: Audience;
  /** What was kept of the holder is erased, or being erased, since then: there is no face any more, and that is no fault of the licence. */
  readonly erased?: { readonly since?: string };
}
export interface Answer {
  readonly by: Presented['by'];
  readonly verdict: Verdict;
  readonly checkedAt: string;
  readonly licence?: LicenceView;
  readonly pdf?: PdfView;
  /** For whoever asks by identifier, or is shown a licence, and compares the document himself. */
  readonly registered?: Registered;
}

/** What a PDF says of itself, where it could be read. */
export interface PdfView {
  readonly seals: readonly { readonly agency?: { readonly code: string; readonly name: string }; readonly claimedAt: string; readonly stampedAt?: string }[];
  /** Time stamps over the whole file. */
  readonly stampedAt: readonly string[];
  readonly purpose?: Purpose;
}

/** Longer than this without word from the ledger, what is known is no longer called known. */
const STALE_MS = 10 * 60_000;

export interface LookupParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly drafter: Drafter;
  /** The one agency whose staff see a licence whole. */
  readonly managers: Pick<Managers, 'of'>;
  readonly clock: Clock;
}

export class Lookup {
  readonly #parts: LookupParts;
  readonly #members: Members;

  constructor(parts: LookupParts) {
    this.#parts = parts;
    this.#members = new Members({ projection: parts.projection, vault: parts.vault, managers: parts.managers, today: () => parts.drafter.today });
  }

  /** @param token base64url HKDF of the document secret, for what the holder may see @param digest of a document that the asker holds */
  byIdentifier(text: string, { token, agency, digest }: { token?: string | undefined; agency?: string | undefined; digest?: string | undefined } = {}): Answer {
    const own = parseOwnIdentifier(text);
    if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'identifier', code: 'IDENTIFIER_CHECK' }] });
    const record = this.#parts.projection.get('licence', own.id);
    return this.#answer({ by: 'identifier', digest }, record, own.version, undefined, this.#audience(record, own.version, token, agency));
  }

  /** A version, for whoever holds the document and for its managing agency. @throws GatewayFault FACE_INVALID; NOT_FOUND for anybody else too */
  held(text: string, { token, agency }: { token?: string | undefined; agency?: string | undefined }): { record: LicenceRecord; version: number } {
    const own = parseOwnIdentifier(text);
    if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'identifier', code: 'IDENTIFIER_CHECK' }] });
    const record = this.#parts.projection.get('licence', own.id);
    if (!record || this.#audience(record, own.version, token, agency) === 'public' || !this.whole(record).versions.some(({ version }) => version === own.version)) throw new GatewayFault('NOT_FOUND');
    return { record, version: own.version };
  }

  /** The current version, as its managing agency lists it. */
  current(id: string, agency: string): LicenceView | undefined {
    const record = this.#parts.projection.get('licence', id);
    const version = record?.versions.at(-1)?.version;
    if (!record || version === undefined) return undefined;
    return this.#answer({ by: 'identifier' }, record, version, undefined, this.#parts.managers.of(record) === agency ? 'agency' : 'public').licence;
  }

  /** The current version, as its holder sees it. */
  ofHolder(record: LicenceRecord): Answer {
    return this.#answer({ by: 'identifier' }, record, record.versions.at(-1)?.version ?? 0, undefined, 'holder');
  }

  /** A licence number is guessable, so only public facts come back. @throws GatewayFault NOT_FOUND */
  byNumber(number: string, type?: string, agency?: string): Answer {
    for (const { issuer, kind } of this.#parts.keyring.serialKeys()) {
      if (type !== undefined && type !== kind) continue;
      const id = licenceId(kind, issuer, this.#parts.drafter.serialOfNumber(issuer, kind, number));
      const record = this.#parts.projection.get('licence', id);
      const version = record?.versions.at(-1)?.version;
      if (record && version !== undefined) return this.#answer({ by: 'identifier' }, record, version, undefined, this.#audience(record, version, undefined, agency));
    }
    throw new GatewayFault('NOT_FOUND');
  }

  async byCredential(text: string): Promise<Answer> {
    return this.#byCredential({ by: 'credential', credential: parseCredential(text) });
  }

  /** What a device of the holder shows: the fields in the credential are those that he chose. @param binding what was found of the device */
  async byPresentation(credential: ParsedCredential, binding: Finding): Promise<Answer> {
    return this.#byCredential({ by: 'presentation', credential }, binding);
  }

  /** A sealed PDF: the face comes from the credential inside, never from what is drawn. */
  async byPdf(bytes: Uint8Array): Promise<Answer> {
    // Loaded with the first PDF: reading signatures takes libraries that nothing else needs.
    const { presentPdf } = await import('../../documents/pdf/present.js');
    const presented = await presentPdf(bytes);
    const answer = await this.#byCredential(presented);
    if (!presented.pdf.ok) return answer;
    const { seals, stamps, purpose } = presented.pdf;
    const sealers = seals.map(({ certificate, claimedAt, stamp }) => {
      const agency = this.#parts.projection.sealByCertificate(certificate)?.agency;
      return { ...(agency === undefined ? {} : { agency: this.#named(agency) }), claimedAt, ...(stamp ? { stampedAt: stamp.at } : {}) };
    });
    return { ...answer, pdf: { seals: sealers, stampedAt: stamps.map(({ at }) => at), ...(purpose ? { purpose } : {}) } };
  }

  async #byCredential(presented: Presented, binding?: Finding): Promise<Answer> {
    const credential = credentialOf(presented);
    if (!credential) return this.#answer(presented, undefined, 0, undefined, 'public');
    const own = parseOwnIdentifier(credential.claims.certificateIdentifier);
    const record = own && this.#parts.projection.get('licence', own.id);
    const seal = this.#parts.projection.sealByCertificate(credential.certificate);
    return this.#answer(presented, record, own?.version ?? 0, { ...(await signedWith(presented, seal)), binding }, 'holder', credential.face);
  }

  #named(code: string): { code: string; name: string } {
    return { code, name: this.#parts.projection.get('agency', code)?.name ?? code };
  }

  async byQr(text: string): Promise<Answer> {
    const qr = parseQr(text);
    if (!qr.ok) return this.#answer({ by: 'qr', qr }, undefined, 0, undefined, 'public');
    const own = parseOwnIdentifier(qr.identifier);
    const record = own && this.#parts.projection.get('licence', own.id);
    const seal = this.#parts.projection.sealByKeyId(base64url(qr.keyId));
    const audience = this.#audience(record, own?.version ?? 0, lookupToken(base64url(qr.secret)), undefined);
    return this.#answer({ by: 'qr', qr }, record, own?.version ?? 0, await signedWith({ by: 'qr', qr }, seal), audience);
  }

  /** Only who holds the document knows its secret; compared in constant time. */
  #audience(record: LicenceRecord | undefined, version: number, token: string | undefined, agency: string | undefined): Audience {
    if (!record) return 'public';
    if (agency !== undefined && agency === this.#parts.managers.of(record)) return 'agency';
    const secret = token === undefined ? undefined : this.kept(record, version)?.secret;
    if (token === undefined || secret === undefined) return 'public';
    const [given, right] = [fromBase64url(token), fromBase64url(lookupToken(secret))];
    return given && right && given.length === right.length && timingSafeEqual(given, right) ? 'holder' : 'public';
  }

  /** With what has moved to pages. */
  whole(record: LicenceRecord): Pick<LicenceRecord, 'versions' | 'events'> {
    return whole(this.#parts.projection, record);
  }

  kept(record: LicenceRecord, version: number) {
    const digest = this.whole(record).versions.find((each) => each.version === version)?.documents[0]?.digest;
    return digest === undefined ? undefined : this.#parts.vault.get(record.id, digest, record.subject);
  }

  #answer(presented: Presented, record: LicenceRecord | undefined, number: number, named: Sealed | undefined, audience: Audience, shown?: Face): Answer {
    const { projection, clock, drafter } = this.#parts;
    const now = nowOf(clock);
    const { versions, events } = record ? this.whole(record) : { versions: [], events: [] };
    const version = versions.find((each) => each.version === number);
    const made = events.find((event) => event.version === number);
    const seal = presented.by === 'identifier' && version?.seal !== undefined ? projection.get('seal', version.seal) : named?.seal;
    const stale = clock.now() - Date.parse(projection.knownAt) > STALE_MS;
    const seals = presented.by === 'pdf' && presented.pdf.ok ? presented.pdf.seals.map(({ certificate }) => projection.sealByCertificate(certificate)) : [];
    const ledger: LedgerFacts | undefined = stale ? undefined : { record, version, made, seal, seals, sealKey: keyOfSeal(seal), lineAgency: record && projection.lineAgency(record), members: memberFacts(projection, version, todayOf(clock, drafter.zone)), knownAt: projection.knownAt };
    const verdict = judge({ presented, ledger, signatureHolds: named?.holds, binding: named?.binding, today: todayOf(clock, drafter.zone), now, zone: drafter.zone });
    if (!record || !version || !made) return { by: presented.by, verdict, checkedAt: now };
    const registered = (presented.by === 'identifier' || presented.by === 'presentation') && ledger ? { registered: registeredOf(ledger) } : {};
    // A document that is not to be trusted lends its fields no credit, nor does one that nobody is known to have signed, while the ledger cannot be asked: only the ledger's own view is shown.
    const isTrusted = verdict.outcome !== 'untrusted' && (!named || named.holds === true);
    return { by: presented.by, verdict, checkedAt: now, licence: this.#view(record, version, made, isTrusted ? audience : 'public', verdict, isTrusted ? shown : undefined), ...registered };
  }

  #view(record: LicenceRecord, version: VersionRecord, made: EventRecord, audience: Audience, verdict: Verdict, shown: Face | undefined): LicenceView {
    const { projection } = this.#parts;
    const id = record.id as LicenceId;
    const { type, issuer } = splitLicenceId(id);
    const kind = projection.get('kind', type);
    const last = this.whole(record).events.findLast((event) => event.version === version.version) ?? made;
    const said = version.status === 'VALID' ? undefined : REASONS[last.reason];
    const block = projection.blockOf(last.txId);
    const name = (code: string) => this.#named(code);
    const members = this.#members.views(version);
    const { today } = this.#parts.drafter;
    // The days say it, whether or not there is word from the ledger.
    const status = verdict.status ?? statusOn(projection, version, today);
    return {
      identifier: identifierOf(id, version.version), licence: id, version: version.version,
      currentIdentifier: identifierOf(id, record.versions.at(-1)?.version ?? version.version),
      kind: { type, name: kind?.name ?? { zh: type, en: type } }, issuer: name(issuer), manager: name(this.#parts.managers.of(record)),
      origin: version.seal === undefined ? 'imported' : 'issued', ...(record.source === undefined ? {} : { source: record.source }), sample: kind?.sample ?? false,
      status, since: sinceOn(projection, version, status, today), ...(said ? { reason: { zh: said.zh, en: said.en }, reasonCode: last.reason, decidedBy: name(last.decidedBy) } : {}),
      ...(last.docNo === undefined ? {} : { docNo: last.docNo }),
      issuedOn: version.issuedOn, ...(version.validFrom === undefined ? {} : { validFrom: version.validFrom }), ...(version.validUntil === undefined ? {} : { validUntil: version.validUntil }),
      ...(members ? { members } : {}), ...conditionsSeen(record, kind, audience, today), ...(version.promise === undefined ? {} : { promise: true as const }), ...(version.automatic ? { automatic: { rules: version.automatic.rules, reliedOn: version.automatic.reliedOn } } : {}),
      face: kind ? faceFor(kind.fields, shown ?? this.kept(record, version.version)?.face ?? {}, audience) : [],
      transaction: last.txId, ...(block === undefined ? {} : { block: String(block) }), recordedAt: last.recordedAt, audience, ...this.#erased(record.subject),
    };
  }

  /** Known by the ledger; where a backup came back without it, by the list of tombstones, which knows no more. */
  #erased(subject: string): Pick<LicenceView, 'erased'> {
    if (!this.#parts.vault.isErased(subject)) return {};
    const begunAt = this.#parts.projection.get('erasure', subject)?.begunAt;
    return { erased: begunAt === undefined ? {} : { since: begunAt } };
  }

  /** History for readers: acts, reasons, deciding agency, days; who acted stays with the agency and its auditors. */
  async history(licence: string): Promise<readonly Omit<EventRecord, 'actors'>[]> {
    const { projection } = this.#parts;
    const record = projection.get('licence', licence);
    if (!record) throw new GatewayFault('NOT_FOUND');
    return this.whole(record).events.map(({ actors: _, ...event }) => event);
  }
}

/** Only what documents are compared with: the subject stays out. */
const registeredOf = ({ record, version, made, lineAgency, members, knownAt }: LedgerFacts): Registered => ({
  ...(record ? { record: { id: record.id, origin: record.origin, ...(record.line ? { line: record.line } : {}) } } : {}), ...(version ? { version } : {}),
  ...(made ? { made: { recordedAt: made.recordedAt } } : {}), ...(lineAgency === undefined ? {} : { lineAgency }), ...(members ? { members } : {}), knownAt,
});

/** The seal that a document names, and whether it signed it. */
interface Sealed { readonly seal: SealRecord | undefined; readonly holds: boolean | undefined; readonly binding?: Finding | undefined }

const keyOfSeal = (seal: SealRecord | undefined) => seal && certificateKey(seal.certificate);

async function signedWith(presented: Presented, seal: SealRecord | undefined): Promise<Sealed> {
  return { seal, holds: await signatureHolds(presented, keyOfSeal(seal)) };
}
