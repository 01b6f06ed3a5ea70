/** Uses of licences by agencies: decided, recorded, and only then answered. What nobody has opened for this purpose stays closed here, at the source. */
import { instantOf } from '#chaincode/facts/calendar';
import { hmacSha256 } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { isPurpose } from '#chaincode/facts/purpose';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import { Damaged } from '../../cipher.js';
import { nowOf, todayOf, type Clock } from '../../clock.js';
import type { Face, FaceValue } from '#chaincode/facts/credential';
import { keyName } from '../../documents/jws.js';
import { keeperOf, readUseProof, useDigest, USE_PROOF_FORMAT, type Authority, type PersonalPart, type PurposeCopy, type UseActName, type UseProof, type UseRecord } from '../../documents/use-record.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import type { Managers } from '../../ledger/managers.js';
import type { Projection } from '../../ledger/projection.js';
import type { KeptUse, Page, Prepared, UseLog } from '../../uses/log.js';
import type { Vault } from '../../vault/vault.js';
import { decide, demandAsking, mayUse, type Named, type Register, type Wish } from './authority.js';
import type { Drafter } from '../licence/draft.js';
import type { Exchange, Obtained } from './exchange.js';
import { demandFields, findByHolder, findByIdentifier, orNone, parseHolder, type ByHolder } from './find.js';
import { Guesses, MISSES_MAX } from './guesses.js';
import type { Acting, LicenceActs } from '../licence/licence.js';
import type { Answer, Lookup } from '../verify/lookup.js';
import { statusOn } from '../verify/members.js';

/** What is to be used: a licence by its identifier, or the one of a kind that a holder has, by his code. */
export type UseInput = ({ readonly licence: string } | ByHolder) & {
  readonly purpose: string;
  readonly caseNo: string;
  readonly fields: readonly string[];
  readonly authority?: Named;
};

/** The fields, and the record that they left under. */
export interface Used {
  readonly identifier: string;
  readonly licence: string;
  readonly version: number;
  readonly status: string;
  readonly validUntil?: string;
  readonly fields: readonly { readonly name: string; readonly label: Label; readonly value: FaceValue }[];
  readonly record: { readonly log: string; readonly seq: number; readonly at: string; readonly authority: Authority; readonly transaction?: string; readonly token: string };
  /** Where the fields came from, if not from here: the agency, what proves them (docs/decisions/0022), and its own signed record. */
  readonly from?: { readonly code: string; readonly name: string; readonly proof: Obtained['from']['proof']; readonly record: string };
  /** The request had been answered before; this is the same use. */
  readonly replayed: boolean;
}

export interface UsesParts {
  readonly log: UseLog;
  readonly projection: Projection;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly managers: Pick<Managers, 'ofKind'>;
  readonly lookup: Lookup;
  readonly acts: Pick<LicenceActs, 'perform' | 'contentOf'>;
  readonly register: Register;
  readonly exchange: Pick<Exchange, 'way' | 'fields' | 'find'>;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
}

/** An answer that was lost is asked for again within that time. */
const REPLAY_MS = 3600_000;

export class Uses {
  readonly #parts: UsesParts;
  /** Requests under way: a client that asks twice at once uses once. */
  readonly #running = new Map<string, { readonly content: string; readonly used: Promise<Used> }>();
  readonly #guesses: Guesses;

  constructor(parts: UsesParts) {
    this.#parts = parts;
    this.#guesses = new Guesses(parts.log, parts.clock);
  }

  /** @throws GatewayFault USE_NOT_AUTHORISED, USE_PURPOSE, USE_FIELDS, USE_DETAILS, TOO_MANY_MISSES, NOT_FOUND, FACE_INVALID, FACE_NOT_HERE, REFUSED, SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_ANSWER_WRONG */
  async use(acting: Acting, requestId: string, input: UseInput): Promise<Used> {
    const content = this.#parts.acts.contentOf(acting.agency, { staff: acting.staff, input });
    const key = `${acting.agency}/${requestId}`;
    const running = this.#running.get(key);
    if (running) return running.content === content ? running.used : reused();
    const used = this.#use(acting, requestId, content, input).finally(() => { this.#running.delete(key); });
    this.#running.set(key, { content, used });
    return used;
  }

  async #use(acting: Acting, requestId: string, content: string, input: UseInput): Promise<Used> {
    const { log, projection, register } = this.#parts;
    const { staff, agency } = acting;
    const earlier = log.earlier(agency, requestId);
    if (earlier) return earlier.content === content ? this.#again(log.read(earlier.seq), requestId, input) : reused();
    if (!isPurpose(input.purpose)) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'purpose', code: 'PURPOSE_UNKNOWN' }] });
    const licence = await this.#find(acting, input);
    const version = licence.versions.at(-1)?.version ?? 0;
    const counted = projection.get('request', `${agency}/${requestId}`) !== undefined;
    const face = this.#parts.lookup.kept(licence, version)?.face;
    const authority = decide({ ...this.#wish(agency, input), licence, counted, isElsewhere: face === undefined && licence.manager !== agency }, input.authority, register);
    // Asked before anything is counted. What is on a face elsewhere is not known: the record names what is asked for.
    if (!face) this.#wayElsewhere(agency, licence);
    const fields = face ? input.fields.filter((name) => Object.hasOwn(face, name)) : input.fields;
    const use = { agency, staff, act: 'use', authority, purpose: input.purpose, licence: licence.id, version, source: licence.manager, fields } as const;
    // The same request has the same commitment, so that a grant counts it once, whatever comes between the count and the record.
    const random = hmacSha256(this.#parts.keyring.requestKey(agency), 'yizheng/use-random\0', requestId, content);
    const prepared = log.prepare(use, { subject: licence.subject, caseNo: input.caseNo }, random);
    const transaction = authority.by === 'grant' ? await this.#count(acting, requestId, authority.id, prepared) : undefined;
    return this.#released(await log.append(prepared, { transaction, request: { id: requestId, content } }), requestId, input, false);
  }

  #wish(agency: string, { purpose, fields }: UseInput): Omit<Wish, 'licence'> {
    const { clock, drafter } = this.#parts;
    return { agency, purpose, fields, today: todayOf(clock, drafter.zone), now: nowOf(clock), counted: false };
  }

  /** The ledger counts the use before any data leave. The clock here is asked once more: a transaction's time is the sender's. */
  async #count(acting: Acting, requestId: string, grant: string, { use }: Prepared): Promise<string | undefined> {
    const { transaction } = await this.#parts.acts.perform(acting, requestId, { op: 'register', act: { op: 'grant.use', grant, leaf: useDigest(use) } });
    if (nowOf(this.#parts.clock) > (this.#parts.projection.get('grant', grant)?.notAfter ?? '')) throw new GatewayFault('REFUSED', { refusal: 'GRANT_OVER' });
    return transaction;
  }

  async #find(acting: Acting, input: UseInput): Promise<LicenceRecord> {
    if ('holder' in input) return this.#guesses.take(acting.staff, MISSES_MAX, () => this.#orMiss(acting, input, () => this.#search(acting, input)));
    return this.#orMiss(acting, input, () => {
      const { projection } = this.#parts;
      const licence = findByIdentifier(projection, input.licence);
      demandFields(input.fields, projection.get('kind', splitLicenceId(licence.id as LicenceId).type));
      return licence;
    });
  }

  /** A search by a holder's code for something else than a licence, or by a one-time code: limited and recorded alike. @throws GatewayFault TOO_MANY_MISSES, and what `find` throws */
  async search<T>(acting: Acting, asked: Partial<Pick<UseInput, 'purpose' | 'caseNo'>>, find: () => Promise<T>): Promise<T> {
    return this.#guesses.take(acting.staff, MISSES_MAX, () => this.#orMiss(acting, asked, find));
  }

  /** That an agency relies on an identity record: asked whether it fits, or shown it by the holder. Durable when it returns; only then may the answer leave. */
  async rely({ staff, agency }: Acting, { identity, source, subject, act = 'use' }: { readonly identity: string; readonly source: string; readonly subject: string; readonly act?: 'use' | 'verify' }, { purpose, caseNo }: Asked): Promise<UseRecord> {
    const { log } = this.#parts;
    const use = { agency, staff, act, authority: { by: 'identity', id: identity }, ...(purpose === undefined ? {} : { purpose }), source, fields: ['holderCode', 'holderName'] } as const;
    return (await log.append(log.prepare(use, { subject, ...(caseNo === undefined ? {} : { caseNo }) }))).record;
  }

  /** That nothing was found is recorded too, so that trying codes out shows. */
  async #orMiss<T>(acting: Acting, { purpose, caseNo }: Partial<Pick<UseInput, 'purpose' | 'caseNo'>>, find: () => T | Promise<T>): Promise<T> {
    try {
      return await find();
    } catch (error) {
      if (error instanceof GatewayFault && error.code === 'NOT_FOUND') await this.note(acting, 'look-up', {}, { purpose, caseNo });
      throw error;
    }
  }

  async #search(acting: Acting, input: UseInput & ByHolder): Promise<LicenceRecord> {
    const { projection, vault, keyring, register, exchange } = this.#parts;
    const { agency } = acting;
    const wish = this.#wish(agency, input);
    const parsed = parseHolder(projection, input, wish.today);
    demandFields(input.fields, parsed.kind);
    const issues = projection.get('agency', agency)?.rights.some(({ kind, right }) => right === 'issue' && kind === input.kind) ?? false;
    demandAsking({ ...wish, kind: input.kind, issues }, input.authority, register);
    const maySee = (licence: LicenceRecord): boolean => mayUse({ ...wish, licence }, input.authority, register);
    const here = await orNone(() => findByHolder({ projection, vault, agencies: [...keyring.identities().keys()] }, parsed, maySee));
    if (here) return here;
    // Organisations are known by their codes everywhere; persons at each agency by a reference of its own.
    const scene = input.authority && 'scene' in input.authority ? input.authority.scene : undefined;
    const elsewhere = parsed.kind.holder === 'person' ? await exchange.find(acting, { ...wish, kind: input.kind, holder: parsed.code, caseNo: input.caseNo, scene }) : undefined;
    if (!elsewhere || !maySee(elsewhere)) throw new GatewayFault('NOT_FOUND');
    return elsewhere;
  }

  /** Whoever lost an answer gets it again; later it would be another use, for which nobody has been asked. */
  async #again(kept: KeptUse | undefined, requestId: string, input: UseInput): Promise<Used> {
    const since = instantOf(this.#parts.clock.now() - REPLAY_MS);
    return kept && kept.record.at >= since ? this.#released(kept, requestId, input, true) : reused();
  }

  async #released(kept: KeptUse, requestId: string, input: UseInput, replayed: boolean): Promise<Used> {
    const { projection, lookup, clock, drafter } = this.#parts;
    const { licence: id, version: number } = kept.record;
    const licence = id === undefined ? undefined : projection.get('licence', id);
    const version = licence && lookup.whole(licence).versions.find((each) => each.version === number);
    if (!licence || !version) throw new GatewayFault('FACE_NOT_HERE');
    const { face, from } = await this.#face(licence, kept, requestId, input);
    const { log, seq, at, authority, transaction, fields } = kept.record;
    const labels = new Map(projection.get('kind', splitLicenceId(licence.id as LicenceId).type)?.fields.map(({ name, label }) => [name, label]));
    return {
      identifier: identifierOf(licence.id as LicenceId, version.version), licence: licence.id, version: version.version,
      status: statusOn(projection, version, todayOf(clock, drafter.zone)), ...(version.validUntil === undefined ? {} : { validUntil: version.validUntil }),
      fields: fields.flatMap((name) => { const value = face[name]; return value === undefined ? [] : [{ name, label: labels.get(name) ?? { zh: name, en: name }, value }]; }),
      record: { log, seq, at, authority, ...(transaction === undefined ? {} : { transaction }), token: kept.token },
      ...(from ? { from: { code: from.agency, name: projection.get('agency', from.agency)?.name ?? from.agency, proof: from.proof, record: from.record } } : {}), replayed,
    };
  }

  /** @throws GatewayFault FACE_ERASED, or as the exchange does where there is no way to the gateway that keeps the face */
  #wayElsewhere(agency: string, { subject, manager }: LicenceRecord): void {
    if (this.#parts.vault.isErased(subject)) throw new GatewayFault('FACE_ERASED');
    this.#parts.exchange.way(agency, manager);
  }

  /** From the vault; else from the gateway of the agency that manages the licence, under the record that is written. */
  async #face(licence: LicenceRecord, kept: KeptUse, requestId: string, { authority }: UseInput): Promise<{ readonly face: Face; readonly from?: Obtained['from'] }> {
    const here = this.#parts.lookup.kept(licence, kept.record.version ?? 0);
    if (here) return here;
    if (this.#parts.vault.isErased(licence.subject)) throw new GatewayFault('FACE_ERASED');
    const grant = authority && 'grant' in authority ? { counted: requestId, ...this.#opening(licence, authority) } : {};
    return this.#parts.exchange.fields(kept, grant);
  }

  /** What opens a grant, where it is at hand: the source may keep it too. */
  #opening({ subject }: LicenceRecord, { grant, details, opening }: Extract<Named, { grant: string }>): { readonly details?: string; readonly opening?: string } {
    if (details !== undefined && opening !== undefined) return { details, opening };
    const kept = this.#parts.vault.grant(grant, subject);
    return kept ? { details: kept.text, opening: kept.opening } : {};
  }

  /** A look-up or a verification by somebody signed in. Durable when it returns; only then may the answer leave. */
  async note({ staff, agency }: Acting, act: Exclude<UseActName, 'use'>, { licence }: Pick<Answer, 'licence'>, { purpose, caseNo, copy }: Asked = {}): Promise<UseRecord> {
    const { log, projection } = this.#parts;
    if (purpose !== undefined && !isPurpose(purpose)) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'purpose', code: 'PURPOSE_UNKNOWN' }] });
    const base = { agency, staff, act, ...(purpose === undefined ? {} : { purpose }) };
    const record = licence && projection.get('licence', licence.licence);
    const subject = record?.subject;
    const by = licence?.audience === 'agency' ? 'own' : licence?.audience === 'holder' ? 'shown' : 'public';
    const found = licence ? { licence: licence.licence, version: licence.version, source: record?.manager ?? licence.manager.code, fields: licence.face.map(({ name }) => name) } : { fields: [] };
    const part = { ...(subject === undefined ? {} : { subject }), ...(caseNo === undefined ? {} : { caseNo }), ...(copy ? { copy } : {}) };
    return (await log.append(log.prepare({ ...base, authority: { by }, ...found }, part))).record;
  }

  /** The uses of an agency's staff, or of its licences by others; newest first. */
  async page(agency: string, { side, staff, ...page }: { readonly side: 'agency' | 'source'; readonly staff?: string | undefined } & Page): Promise<UseView[]> {
    const { log } = this.#parts;
    const kept = staff === undefined ? await log.page(side, agency, page) : await log.page('staff', staff, page);
    return kept.filter(({ record }) => record[side] === agency).map((each) => viewOf(each, agency));
  }

  /** What was done with a holder's licences, for himself: the everyday case without his consent too. */
  async ofHolder(subject: string, page: Page): Promise<UseView[]> {
    return (await this.#parts.log.ofHolder(subject, page)).map((each) => viewOf(each, undefined));
  }

  /** A record as an agency sees it. */
  viewFor(agency: string, kept: KeptUse): UseView {
    return viewOf(kept, agency);
  }

  /** Of the licence that was used, today; undefined where none was. */
  #managerOf({ licence, source }: UseRecord): string | undefined {
    return licence === undefined || source === undefined ? undefined : this.#parts.managers.ofKind(source, splitLicenceId(licence as LicenceId).type);
  }

  /** What was done with one licence, for whoever audits it, newest first; nothing once its holder's key is gone. @param asking sees the numbers of its own cases alone */
  async ofLicence(asking: string, { id, subject }: Pick<LicenceRecord, 'id' | 'subject'>, page: Page): Promise<{ readonly rows: UseView[]; readonly before?: number }> {
    const kept = await this.#parts.log.ofHolder(subject, page);
    const last = kept.length === page.limit ? kept.at(-1)?.record.seq : undefined;
    return { rows: kept.filter(({ record }) => record.licence === id).map((each) => viewOf(each, asking)), ...(last === undefined ? {} : { before: last }) };
  }

  /** @throws GatewayFault NOT_FOUND for any agency but the two sides and the one that manages the licence today, USE_NOT_ANCHORED, USE_DAMAGED */
  async proof(agency: string, seq: number): Promise<UseProof & { readonly opening?: Opening }> {
    const { log, projection } = this.#parts;
    try {
      const kept = log.read(seq);
      if (!kept || ![kept.record.agency, kept.record.source, this.#managerOf(kept.record)].includes(agency)) throw new GatewayFault('NOT_FOUND');
      const anchor = await log.anchors.of(seq);
      if (!anchor) throw new GatewayFault('USE_NOT_ANCHORED');
      const block = projection.blockOf(anchor.txId);
      const proof: UseProof = {
        format: USE_PROOF_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', record: kept.token, size: anchor.size, root: anchor.root, path: log.inclusion(seq, anchor.size),
        transaction: anchor.txId, ...(block === undefined ? {} : { block: String(block) }),
      };
      const keys = new Map(projection.agencyKeys('use-record', keeperOf(kept.record)).map((key) => [keyName(key.spki), key]));
      // Nothing is handed over that does not prove itself.
      if (typeof (await readUseProof(proof, (kid) => keys.get(kid))) === 'string') throw new GatewayFault('USE_DAMAGED');
      const { personal, random } = kept;
      return { ...proof, ...(kept.record.agency === agency && personal !== undefined && random !== undefined ? { opening: { random, personal } } : {}) };
    } catch (cause) {
      if (cause instanceof Damaged) throw new GatewayFault('USE_DAMAGED', { cause });
      throw cause;
    }
  }
}

/** What opens the commitment of a record. */
export interface Opening {
  readonly random: string;
  readonly personal: PersonalPart;
}

/** A record as it is listed; the case number only to the agency whose case it is, and to the holder. */
export type UseView = Omit<UseRecord, 'format' | 'log' | 'personal'> & { readonly caseNo?: string };

function viewOf({ record, personal }: KeptUse, agency: string | undefined): UseView {
  const { format: _format, log: _log, personal: _personal, ...view } = record;
  return { ...view, ...(personal?.caseNo !== undefined && (agency === undefined || agency === record.agency) ? { caseNo: personal.caseNo } : {}) };
}

/** What somebody says of his question. */
export interface Asked {
  readonly purpose?: string | undefined;
  readonly caseNo?: string | undefined;
  /** What he gets is a copy for one purpose. */
  readonly copy?: PurposeCopy;
}

function reused(): never {
  throw new GatewayFault('REFUSED', { refusal: 'REQUEST_ID_REUSED' });
}
