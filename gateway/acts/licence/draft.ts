/** Builds the document and the command of an act before anybody signs: identifier, places, unsigned credential and QR. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { commitment } from '#chaincode/facts/act-digest';
import { addDays, dayOf, instantOf, parseDay, type Day, type LegalZone } from '#chaincode/facts/calendar';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import type { LicenceCommand } from '#chaincode/facts/commands';
import { credentialHeader, type Face } from '#chaincode/facts/credential';
import { normaliseNumber } from '#chaincode/facts/face';
import { base64url, certificateKey, fromBase64url, hmacSha256 } from '#chaincode/facts/hash';
import { identifierOf, licenceId, serialOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { listUri } from '#chaincode/facts/list-uri';
import type { KindRecord, LicenceRecord, Place, SealRecord, VersionRecord } from '#chaincode/facts/records';
import { isForKind, mayTrigger } from '#chaincode/facts/seal';
import { todayOf, nowOf, type Clock } from '../../clock.js';
import { compact, contentOf, credentialDigest, draftCredential, sealCredential } from '../../documents/credential.js';
import { missingGlyphs } from '../../documents/pdf/glyphs.js';
import { draftQr, keyIdOf, sealQr } from '../../documents/qr.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import { laneOf, laneOfAct } from '../../ledger/lanes.js';
import type { Places } from '../../ledger/places.js';
import type { Projection } from '../../ledger/projection.js';
import { lockedFault, otherKeyFault, type SealKeys, type Signer } from '../../seals/signer.js';
import type { PublicityRecord } from '../../tables/index.js';
import type { Vault, VaultEntry } from '../../vault/vault.js';
import { besideIn, besideOf, promised } from './beside.js';
import { collect } from './collect.js';
import { compose, ending, freshPermit, membersIn, type Composed, type FreshPermit } from './compose.js';
import type { Draft, Sealed, Unsealed } from './drafted.js';
import { checkFace, documentNumberFault } from './face.js';
import { faceFault } from './gone.js';
import type { ActInput, Decision, IssueInput, StatusInput, Term, VersionInput } from './inputs.js';

export interface DraftOptions {
  readonly chance?: Chance | undefined;
  /** When it is drafted, ms. */
  readonly at?: number | undefined;
  readonly by?: string | undefined;
  readonly fresh?: readonly FreshPermit[] | undefined;
}
type Circumstances = Required<DraftOptions> & { readonly chance: Chance; readonly at: number };

/** How a draft gets its randomness: fresh for one act, derived from a job's key for rows that must come out the same again. */
export interface Chance {
  places(agency: string, lane: number, both: boolean): Promise<{ place: Place; line?: Place }>;
  bytes(label: string, length: number): Uint8Array;
}

/** How long persons have to sign. */
export const EXPIRES_DAYS = 7;

export interface DrafterParts {
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly sealKeys: SealKeys;
  readonly vault: Vault;
  readonly places: Places;
  readonly clock: Clock;
  readonly publicName: string;
}

export class Drafter {
  readonly #parts: DrafterParts;
  /** Names that were found printable last. */
  #printed = '';
  #last = { at: Number.NaN, day: '' as Day, expiry: '' };
  readonly #proven = new WeakSet<Signer>();
  readonly #headers = new Map<string, { header: string; keyId: Uint8Array }>();

  constructor(parts: DrafterParts) {
    this.#parts = parts;
  }

  get zone(): LegalZone {
    const ledger = this.#parts.projection.get('ledger', 'settings');
    if (!ledger) throw new GatewayFault('LEDGER_UNAVAILABLE');
    return ledger.zone;
  }

  get today(): Day {
    return todayOf(this.#parts.clock, this.zone);
  }

  /**
   * @param by staff member who drafts: of several seals one that this person may trigger is taken
   * @throws GatewayFault FACE_INVALID, NOT_FOUND, REQUEST_MALFORMED, SEAL_NOT_HERE, FACE_NOT_HERE
   */
  async draft(agency: string, input: ActInput, { chance = this.#chance(), at = this.#parts.clock.now(), by, fresh }: DraftOptions = {}): Promise<Draft> {
    if (input.op === 'issue') return this.#issue(agency, input, { chance, at, by, fresh });
    if (input.op === 'import') return this.#import(agency, input.record, chance, at);
    if (input.op === 'register') return { agency, act: input.act, expiresAt: this.#expiry(at), lane: laneOfAct(input.act) };
    if (isVersion(input)) return this.#version(agency, input, { chance, at, by, fresh });
    return this.#status(agency, input, at);
  }

  kind(type: string): KindRecord {
    const kind = this.#parts.projection.get('kind', type);
    if (!kind) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'kind', code: 'KIND_UNKNOWN', choices: this.#kinds().map((each) => `${each.type} ${each.name.zh}`) }] });
    return kind;
  }

  /** A composite licence after the permits that are issued with it, in the order in which the contract must hear of them. */
  async together(agency: string, { permits = [], ...input }: IssueInput, by: string): Promise<Draft[]> {
    const drafts: Draft[] = [];
    for (const permit of permits) drafts.push(await this.draft(agency, { op: 'issue', ...permit }, { by }));
    const fresh = drafts.map((draft) => freshPermit(this.#parts.publicName, draft));
    return [...drafts, await this.draft(agency, input, { by, fresh })];
  }

  async #issue(agency: string, input: IssueInput, { chance, at, by, fresh }: Circumstances): Promise<Draft> {
    const kind = this.kind(input.kind);
    const checked = checkFace(kind, input.face, this.#day(at));
    const docNoFault = input.docNo === undefined ? undefined : documentNumberFault(input.docNo);
    if (docNoFault !== undefined) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'docNo', code: docNoFault }] });
    const licence = licenceId(kind.type, agency, this.serial(agency, kind, checked.number, chance));
    const lane = input.automatic ? laneOf(kind.type) : laneOf(licence);
    const promise = promised(input.promise, () => chance.bytes('promise', 32));
    const composed = compose(this.#parts.projection, this.#parts.publicName, kind, input.members, fresh);
    const term = this.#term({ ...input, validUntil: ending(kind, input, composed) }, at);
    const seal = this.sealFor(agency, kind.type, by);
    const subject = await this.subjectOf(agency, kind, checked.holderCode);
    const places = await chance.places(agency, lane, true);
    const unsealed = this.#unsealed({ kind, agency, licence, version: 1, face: checked.face, term, seal, places: { place: places.place, line: places.line ?? places.place }, chance, at, subject, holderName: checked.holderName, composed });
    const act: LicenceCommand = { op: 'licence.issue', licence, subject, line: places.line ?? places.place, ...membersIn(composed), ...term, schema: kind.schema, seal: seal.id, place: places.place, ...besideIn(input, promise), ...this.#decision(agency, input, 'APPLICATION', term.issuedOn) };
    return { agency, act, content: contentOf(unsealed.credential), expiresAt: this.#expiry(at), lane, unsealed: { ...unsealed, ...besideOf(input, promise) } };
  }

  /** What the agency before this one still keeps is written anew from what the clerk has before him: then all of it is asked for. @returns the face as it was, where it is here */
  #nextFace(agency: string, record: LicenceRecord, kind: KindRecord, change: VersionInput['face']): { readonly kept?: Face; readonly checked: ReturnType<typeof checkFace> } {
    const kept = this.#parts.vault.get(record.id, record.versions.at(-1)?.documents[0]?.digest ?? '', record.subject)?.face;
    const isElsewhere = !kept && record.manager !== agency && !this.#parts.vault.isErased(record.subject);
    if (!kept && !isElsewhere) throw faceFault(this.#parts.vault, record.subject);
    const checked = checkFace(kind, { ...kept, ...change }, this.today);
    if (isElsewhere && kind.holder === 'organisation' && record.subject !== `uscc:${checked.holderCode}`) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'holderCode', code: 'HOLDER_OTHER' }] });
    if (checked.number !== undefined && kind.number !== 'none') this.#sameNumber(record, kind, checked.number);
    return { ...(kept ? { kept } : {}), checked };
  }

  async #version(agency: string, input: VersionInput, { chance, at, by }: Circumstances): Promise<Draft> {
    const record = this.#record(input.licence);
    const current = record.versions.at(-1);
    const after = input.after ?? record.events.at(-1)?.seq;
    const kind = this.kind(splitLicenceId(record.id as LicenceId).type);
    if (!current || after === undefined) throw faceFault(this.#parts.vault, record.subject);
    const { kept, checked } = this.#nextFace(agency, record, kind, input.face);
    const lane = laneOf(record.id);
    const version = current.version + 1;
    const composed = compose(this.#parts.projection, this.#parts.publicName, kind, input.members ?? current.members?.map(({ licence }) => licence));
    const before = input.op === 'renew' ? undefined : current;
    const term = this.#term({ issuedOn: input.issuedOn, validFrom: input.validFrom ?? before?.validFrom, validUntil: ending(kind, input, composed, before?.validUntil) }, at);
    this.#demandNews(input, current, { kind, term, composed, isSame: kept !== undefined && canonical(checked.face) === canonical(kept) });
    const seal = this.sealFor(agency, kind.type, by);
    const { place, line } = await chance.places(agency, lane, record.line === undefined);
    const places = { place, line: record.line ?? line ?? place };
    const unsealed = this.#unsealed({ kind, agency, licence: record.id as LicenceId, version, face: checked.face, term, seal, places, chance, at, subject: record.subject, holderName: checked.holderName, composed });
    const usual = { confirm: 'CONFIRMATION', renew: 'APPLICATION', change: 'APPLICATION', accept: 'RIGHTS_MOVED' }[input.op];
    const act: LicenceCommand = { op: `licence.${input.op}`, licence: record.id, version, after, ...(record.line ? {} : { line: places.line }), ...membersIn(composed), ...term, schema: kind.schema, seal: seal.id, place, ...this.#decision(agency, input, usual, term.issuedOn) };
    return { agency, act, content: contentOf(unsealed.credential), expiresAt: this.#expiry(at), lane, unsealed };
  }

  /**
   * A version that says what the one before it says (but for today's day of issue, which every act bears) would overtake good paper for nothing. The contract knows the last day of a renewal; whether a face is another one only the agency's gateway can see.
   * A change under a new form of the kind is one, and so is one that puts a seal in force under what a stopped seal has signed: no further paper is made of that.
   */
  #demandNews({ op, issuedOn }: VersionInput, current: VersionRecord, { kind, term, composed, isSame }: { readonly kind: KindRecord; readonly term: Term; readonly composed: Composed | undefined; readonly isSame: boolean }): void {
    const lasts = term.validUntil === current.validUntil;
    const members = (of: readonly { readonly licence: string }[] = []) => of.map(({ licence }) => licence).join(' ');
    const isAsBefore = isSame && lasts && term.validFrom === current.validFrom && [undefined, current.issuedOn, this.today].includes(issuedOn) && kind.schema === current.schema && members(composed?.members) === members(current.members);
    if (op === 'renew' ? !lasts : op !== 'change' || !isAsBefore || !this.#isSealing(current.seal)) return;
    throw new GatewayFault('REFUSED', { refusal: 'NOTHING_CHANGED', fields: op === 'renew' ? [{ field: 'validUntil', code: 'NOTHING_CHANGED' }] : [] });
  }

  #isSealing(id: string | undefined): boolean {
    const [seal, now] = [id === undefined ? undefined : this.#parts.projection.get('seal', id), nowOf(this.#parts.clock)];
    return seal?.status === 'in-use' && now <= seal.validUntil;
  }

  /** A published row: kept with its source, committed to, unsealed. Known certificates become their kind, others the collected kind. */
  async #import(agency: string, row: PublicityRecord, chance: Chance, at: number): Promise<Draft> {
    const { kind, issuer, source, face, state } = collect(row, agency, this.#parts.projection, this.#kinds());
    const licence = licenceId(kind.type, issuer, this.serialOfNumber(issuer, kind.type, row.licenceNo ?? `文书号:${row.documentNo}`));
    // Nobody is made known by a row that is here already, perhaps of somebody who was erased.
    const subject = row.uscc === undefined ? (this.#parts.projection.get('licence', licence)?.subject ?? (await this.#parts.vault.person(agency, `${row.holderName}\0${row.documentNo}`))) : `uscc:${row.uscc}`;
    const opening = chance.bytes('opening', 32);
    const content = base64url(commitment('yizheng/import-row/1', opening, canonical(row as unknown as Canonical)));
    const validFrom = row.edition === 'current' ? row.validFrom : row.decidedOn;
    const act: LicenceCommand = {
      op: 'licence.import', licence, subject, schema: kind.schema, source, status: state, issuedOn: row.decidedOn, validFrom, ...(row.validUntil === undefined ? {} : { validUntil: row.validUntil }),
      reason: 'COLLECTION', decidedBy: issuer, docNo: row.documentNo, effectiveOn: row.decidedOn,
    };
    const collected: VaultEntry = { licence, digest: content, subject, kept: { face, row, opening: base64url(opening) } };
    return { agency, act, content, expiresAt: this.#expiry(at), lane: laneOf(licence), collected };
  }

  #kinds(): readonly KindRecord[] {
    return this.#parts.projection.kinds();
  }

  #status(agency: string, input: StatusInput, at: number): Draft {
    const record = this.#record(input.licence);
    const version = record.versions.at(-1)?.version ?? 1;
    const after = input.after ?? record.events.at(-1)?.seq ?? 1;
    if (input.reason === undefined) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'reason', code: 'FIELD_MISSING' }] });
    const act: LicenceCommand = { op: `licence.${input.op}`, licence: record.id, version, after, ...(input.to === undefined ? {} : { to: input.to }), ...this.#decision(agency, input, input.reason, this.today) };
    return { agency, act, expiresAt: this.#expiry(at), lane: laneOf(record.id) };
  }

  /** The seal signs; the command and what the vault keeps come out. */
  async seal(draft: Draft): Promise<Sealed> {
    const { act, content, expiresAt, unsealed, collected } = draft;
    if (collected && content !== undefined) return { command: { act, content, expiresAt, documents: [{ type: 'import-row', alg: 'sha-256', digest: content }] }, entry: collected };
    if (!unsealed || content === undefined || !('licence' in act)) return { command: { act, expiresAt } };
    const entry = await this.sealed(draft.agency, act.licence, unsealed);
    return { command: { act, content, expiresAt, documents: [{ type: 'credential', alg: 'sha-256', digest: entry.digest }] }, entry };
  }

  /** Credential and QR signed by the seal, as the vault keeps them. @throws GatewayFault SEAL_NOT_HERE, SEAL_LOCKED */
  async sealed(agency: string, licence: string, { seal, credential, qr, face, secret, subject, beside }: Unsealed): Promise<VaultEntry> {
    const record = this.#parts.projection.get('seal', seal);
    if (record?.agency !== agency || !this.holds(record)) throw new GatewayFault('SEAL_NOT_HERE');
    const signer = await this.signer(record);
    const sealed = sealCredential(credential, await signer.sign(Buffer.from(credential.signingInput)));
    const digest = credentialDigest(sealed);
    const code = draftQr(this.#headerOf(record).keyId, { ...qr, digest, secret: fromBase64url(secret) ?? new Uint8Array() });
    // Of what a machine issues the endorsers see the face, which the rules look at; of all else that it is sealed.
    const shown = compact(beside?.inputs ? sealed : { ...sealed, disclosures: [] });
    return { licence, digest, subject, shown, kept: { face, credential: compact(sealed), qr: sealQr(code, await signer.sign(code.toBeSigned)), secret, ...beside } };
  }

  /** Whether the seal's signature can be asked for here. */
  holds({ agency, id }: SealRecord): boolean {
    return this.#parts.sealKeys.holds(agency, id);
  }

  /** The signer of the registered key: files that were put in each other's place would seal what nobody can verify. @throws GatewayFault SEAL_LOCKED */
  async signer({ agency, id, certificate }: SealRecord): Promise<Signer> {
    const signer = await this.#parts.sealKeys.signer(agency, id).catch((error: unknown) => { throw lockedFault(error); });
    if (this.#proven.has(signer)) return signer;
    const registered = certificateKey(certificate)?.export({ format: 'der', type: 'spki' });
    if (!registered || base64url(registered) !== signer.spki) throw otherKeyFault(agency, id);
    this.#proven.add(signer);
    return signer;
  }

  /** HMAC of the normalised number under the serial key; random for kinds without numbers (docs/decisions/0003). */
  serial(issuer: string, kind: KindRecord, number: string | undefined, chance: Pick<Chance, 'bytes'>): string {
    if (number === undefined || kind.number === 'none') return serialOf(chance.bytes('serial', 32));
    return this.serialOfNumber(issuer, kind.type, number);
  }

  serialOfNumber(issuer: string, type: string, number: string): string {
    return serialOf(hmacSha256(this.#parts.keyring.serialKey(issuer, type), normaliseNumber(number)));
  }

  async subjectOf(agency: string, kind: KindRecord, holderCode: string): Promise<string> {
    return kind.holder === 'organisation' ? `uscc:${holderCode}` : this.#parts.vault.person(agency, holderCode);
  }

  /** The number names the licence; changing it would make another one. */
  #sameNumber(record: LicenceRecord, kind: KindRecord, number: string): void {
    const { issuer, serial } = splitLicenceId(record.id as LicenceId);
    // The key of an issuer's serials is handed over with the rights (formats): until it is here, the number is the clerk's word.
    if (!this.#parts.keyring.serialKeys().some((each) => each.issuer === issuer && each.kind === kind.type)) return;
    if (record.origin === 'issued' && this.serialOfNumber(issuer, kind.type, number) !== serial) {
      throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'number', code: 'NUMBER_NAMES_ANOTHER_LICENCE' }] });
    }
  }

  #record(licence: string): LicenceRecord {
    const record = this.#parts.projection.get('licence', licence);
    if (!record) throw new GatewayFault('NOT_FOUND');
    return record;
  }

  #term({ issuedOn, validFrom, validUntil }: Term, at: number): { issuedOn: Day; validFrom: Day; validUntil?: Day } {
    const faults = Object.entries({ issuedOn, validFrom, validUntil }).filter(([, day]) => day !== undefined && !parseDay(day));
    if (faults.length > 0) throw new GatewayFault('FACE_INVALID', { fields: faults.map(([field]) => ({ field, code: 'DATE_UNREAL' })) });
    const from = (issuedOn ?? this.#day(at)) as Day;
    const start = (validFrom ?? from) as Day;
    if (validUntil !== undefined && validUntil < start) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'validUntil', code: 'DATES_REVERSED' }] });
    return { issuedOn: from, validFrom: start, ...(validUntil === undefined ? {} : { validUntil: validUntil as Day }) };
  }

  #decision(agency: string, { reason, basis, decidedBy, docNo, effectiveOn }: Decision, usual: string, on: string) {
    return { reason: reason ?? usual, ...(basis === undefined ? {} : { basis }), decidedBy: decidedBy ?? agency, ...(docNo === undefined ? {} : { docNo }), effectiveOn: effectiveOn ?? on };
  }

  #expiryOf(at: number): string {
    const now = instantOf(at);
    return `${addDays(now.slice(0, 10) as Day, EXPIRES_DAYS)}${now.slice(10)}`;
  }

  /** The legal day of a moment; a job asks for the same one a hundred thousand times. */
  #day(at: number): Day {
    if (this.#last.at !== at) this.#last = { at, day: dayOf(instantOf(at), this.zone), expiry: this.#expiryOf(at) };
    return this.#last.day;
  }

  #expiry(at: number): string {
    this.#day(at);
    return this.#last.expiry;
  }

  /**
   * The agency's seal in use for a kind, whose key is here: one that this person may trigger, if there is one; of those the one that lasts longest, so that a
   * renewed seal takes over from the older one. @throws GatewayFault SEAL_NOT_HERE
   */
  sealFor(agency: string, kind: string, by: string | undefined): SealRecord {
    const roles = by === undefined ? [] : (this.#parts.projection.get('staff', by)?.roles ?? []);
    const seals = this.#sealsOf(agency).filter((seal) => isForKind(seal, kind));
    const seal = seals.find((each) => mayTrigger(each, [{ roles }])) ?? seals[0];
    if (!seal) throw new GatewayFault('SEAL_NOT_HERE');
    return seal;
  }

  #sealsOf(agency: string): SealRecord[] {
    const now = nowOf(this.#parts.clock);
    return this.#parts.projection.sealsOf(agency)
      .filter((seal) => seal.status === 'in-use' && seal.validFrom <= now && now <= seal.validUntil && this.#parts.sealKeys.holds(agency, seal.id))
      .sort((a, b) => (a.validUntil < b.validUntil ? 1 : -1));
  }

  #unsealed(given: { kind: KindRecord; agency: string; licence: LicenceId; version: number; face: Face; term: { issuedOn: Day; validFrom: Day; validUntil?: Day }; seal: SealRecord; places: { place: Place; line: Place }; chance: Chance; at: number; subject: string; holderName: string; composed: Composed | undefined }): Unsealed {
    const { kind, agency, licence, version, face, term, seal, places, chance } = given;
    const { header } = this.#headerOf(seal);
    this.#printable(agency, kind, seal);
    const identifier = identifierOf(licence, version);
    const record = version === 1 ? undefined : this.#parts.projection.get('licence', licence);
    // The line stays in the list of whoever sealed first, whoever seals now.
    const lineAgency = (record && this.#parts.projection.lineAgency(record)) ?? agency;
    const uri = (of: string, list: number) => listUri(this.#parts.publicName, of, list);
    const salts = chance.bytes('salts', 16 * Object.keys(face).length);
    const credential = draftCredential(header, {
      type: kind.type, schema: kind.schema, issuer: agency, identifier, face, issuedAt: Math.floor(given.at / 1000), validFrom: term.validFrom, validUntil: term.validUntil, zone: this.zone,
      place: { uri: uri(agency, places.place.list), idx: places.place.index }, line: { uri: uri(lineAgency, places.line.list), idx: places.line.index },
      ...(given.composed && kind.composite ? { composition: { members: given.composed.members, rollUp: kind.composite.rollUp } } : {}),
      salt: (field) => salts.subarray(16 * field, 16 * field + 16),
    });
    const secret = base64url(chance.bytes('secret', 16));
    const displayName = kind.holder === 'organisation' ? given.holderName : undefined;
    const qr = { identifier, ...term, list: places.place.list, place: places.place.index, line: { ...places.line, ...(lineAgency === agency ? {} : { agency: lineAgency }) }, ...(displayName === undefined ? {} : { displayName }) };
    return { seal: seal.id, credential, qr, face, secret, subject: given.subject };
  }

  /** What stands on the paper beside the face; looked at once for each name. */
  #printable(agency: string, kind: KindRecord, seal: SealRecord): void {
    const words = [this.#parts.projection.get('agency', agency)?.name ?? agency, seal.name, kind.name.zh, kind.name.en, ...kind.fields.map(({ label }) => label.zh)].join('');
    if (this.#printed === words) return;
    const missing = missingGlyphs(words);
    if (missing.length > 0) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'kind', code: 'GLYPH_MISSING', characters: missing.join('') }] });
    this.#printed = words;
  }

  #headerOf(seal: SealRecord): { header: string; keyId: Uint8Array } {
    let known = this.#headers.get(seal.id);
    if (!known) this.#headers.set(seal.id, (known = { header: credentialHeader(seal.certificate), keyId: keyIdOf(fromBase64url(seal.certificate) ?? new Uint8Array()) }));
    return known;
  }

  #chance(): Chance {
    return {
      places: async (agency, lane, both) => (both ? this.#parts.places.pair(agency, lane) : { place: await this.#parts.places.one(agency, lane) }),
      bytes: (_label, length) => randomBytes(length),
    };
  }
}

const isVersion = (input: VersionInput | StatusInput): input is VersionInput => ['confirm', 'renew', 'change', 'accept'].includes(input.op);

/** What a page shows to see what the holder may see: HKDF-SHA-256 of the document secret, base64url. */
export function lookupToken(secret: string): string {
  return base64url(Buffer.from(hkdfSync('sha256', fromBase64url(secret) ?? Buffer.alloc(0), Buffer.alloc(0), 'lookup', 32)));
}
