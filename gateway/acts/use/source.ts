/** The source: what the gateway of another agency asks of the faces kept here. Whatever that gateway has decided, everything is decided again here, by the ledger as it is read here; recorded here; and then answered. */
import { instantOf } from '#chaincode/facts/calendar';
import { fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { isPurpose } from '#chaincode/facts/purpose';
import { TRIGGER_ROLES, type LicenceRecord, type Role } from '#chaincode/facts/records';
import type { RefusalCode } from '#chaincode/facts/refusal';
import { requestKey } from '#chaincode/world';
import { nowOf, todayOf, type Clock } from '../../clock.js';
import type { Face } from '#chaincode/facts/credential';
import { withhold } from '../../documents/credential.js';
import { askedDigest, type ExchangeAsked, type FieldsAnswer, type FieldsAsked, type LicenceAnswer, type LicenceAsked } from '../../documents/exchange.js';
import { keyName } from '../../documents/jws.js';
import { parseUse, personalCommitment, readUse, releaseOf, useDigest, useIn, type UseRecord } from '../../documents/use-record.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { KeptUse, RequestMark, UseLog } from '../../uses/log.js';
import type { Vault } from '../../vault/vault.js';
import { decide, demandAsking, mayUse, type Named, type Register, type Wish } from './authority.js';
import type { Drafter } from '../licence/draft.js';
import { demandFields, findByHolder, orNone, parseHolder } from './find.js';
import { faceFault } from '../licence/gone.js';
import { Guesses, MISSES_MAX } from './guesses.js';
import type { Lookup } from '../verify/lookup.js';
import type { Asker, Transport } from '../transport/transport.js';

export interface SourceParts {
  readonly transport: Pick<Transport, 'speaksFor' | 'answer'>;
  readonly log: Pick<UseLog, 'append' | 'prepare' | 'earlier' | 'read' | 'misses'>;
  readonly projection: Projection;
  readonly vault: Vault;
  readonly lookup: Pick<Lookup, 'kept' | 'whole'>;
  readonly register: Register;
  readonly hosted: () => Iterable<string>;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly clock: Clock;
}

/** Who is asked under a statute has often none, so more than at a counter here. Persons of another agency are its gateway's word: its misses are counted together too. */
const ASKER_MISSES_MAX = 3 * MISSES_MAX;
export const AGENCY_MISSES_MAX = 30 * MISSES_MAX;
/** An answer that was lost is asked for again within that time. */
const GOOD_MS = 3600_000;
const AHEAD_MS = 5 * 60_000;
/** What the asker has read from the ledger already comes here within moments. */
const BEHIND_MS = 2_000;

/** Whoever may use licences at a counter here. */
const SERVING: ReadonlySet<Role> = new Set(TRIGGER_ROLES);

const refused = (refusal: RefusalCode): GatewayFault => new GatewayFault('REFUSED', { refusal });
const unfit = (code: string): GatewayFault => new GatewayFault('EXCHANGE_RECORD', { fields: [{ field: 'record', code }] });

export class Source {
  readonly #parts: SourceParts;
  readonly #guesses: Guesses;
  /** Records whose use is being released: asked for twice at once, it is one. */
  readonly #running = new Map<string, { readonly content: string; readonly kept: Promise<KeptUse> }>();

  constructor(parts: SourceParts) {
    this.#parts = parts;
    this.#guesses = new Guesses(parts.log, parts.clock);
  }

  /** @throws GatewayFault ASSERTION_REFUSED, EXCHANGE_RECORD, EXCHANGE_NOT_COUNTED, USE_NOT_AUTHORISED, USE_PURPOSE, USE_FIELDS, USE_DETAILS, FACE_INVALID, FACE_NOT_HERE, FACE_ERASED, REFUSED */
  async fields(asker: Asker, asked: FieldsAsked): Promise<string> {
    const { projection, lookup, vault, transport } = this.#parts;
    const record = await this.#record(asker, asked, 'use');
    const { record: { licence: id = '', version = 0, fields }, token } = await this.#once(record, asked, (mark) => this.#release(record, asked, mark));
    const licence = projection.get('licence', id);
    const { face, credential } = (licence && lookup.kept(licence, version)) ?? {};
    if (!face) throw faceFault(vault, licence?.subject ?? '');
    const closed = new Set(Object.keys(face).filter((name) => !fields.includes(name)));
    const content: FieldsAnswer = credential === undefined ? { record: token, face: only(face, fields) } : { record: token, credential: withhold(credential, closed) };
    return transport.answer(asker, content);
  }

  /** @throws GatewayFault as above, and TOO_MANY_MISSES */
  async licence(asker: Asker, asked: LicenceAsked): Promise<string> {
    const record = await this.#record(asker, asked, 'look-up');
    const { record: { licence }, token } = await this.#once(record, asked, (mark) => this.#look(record, asked, mark));
    const content: LicenceAnswer = { record: token, ...(licence === undefined ? {} : { licence }) };
    return this.#parts.transport.answer(asker, content);
  }

  /** The record of the agency that asks: its own, of just now, and about licences that are managed here. */
  async #record(asker: Asker, asked: ExchangeAsked, act: 'use' | 'look-up'): Promise<UseRecord> {
    const { projection, transport, clock, hosted } = this.#parts;
    if (askedDigest(asked) !== asker.request) throw new GatewayFault('ASSERTION_REFUSED', { fields: [{ field: 'assertion', code: 'ASSERTION_REQUEST' }] });
    const keys = projection.agencyKeys('use-record', parseUse(asked.record)?.record.agency ?? '').filter(({ status }) => status === 'in-use');
    const record = await readUse(asked.record, (kid) => keys.find(({ spki }) => keyName(spki) === kid));
    if (typeof record === 'string') throw unfit(record);
    if (record.act !== act || (record.licence === undefined) !== (act === 'look-up')) throw unfit('USE_FORM');
    if (!transport.speaksFor(asker, record.agency)) throw unfit('IDENTITY_NOT_OF_AGENCY');
    const staff = projection.get('staff', record.staff);
    if (staff?.agency !== record.agency) throw unfit('ACTOR_UNKNOWN');
    if (!staff.active || !staff.roles.some((role) => SERVING.has(role))) throw unfit(staff.active ? 'ACTOR_ROLE' : 'ACTOR_INACTIVE');
    if (record.at < instantOf(clock.now() - GOOD_MS) || record.at > instantOf(clock.now() + AHEAD_MS)) throw unfit('EXCHANGE_TIME');
    const { random, personal } = asked;
    if (personalCommitment(fromBase64url(random) ?? new Uint8Array(), personal) !== record.personal || personal.caseNo === undefined) throw unfit('EXCHANGE_OPENING');
    if (!isPurpose(record.purpose ?? '')) throw unfit('PURPOSE_UNKNOWN');
    if (![...hosted()].includes(record.source ?? '')) throw new GatewayFault('FACE_NOT_HERE');
    return record;
  }

  /** One use is released once: to the same record again, to another never. Nor is a second person looked for under one record. */
  async #once(record: UseRecord, asked: ExchangeAsked, make: (mark: RequestMark) => Promise<KeptUse>): Promise<KeptUse> {
    const { log } = this.#parts;
    const mark = { id: useDigest(useIn(record)), content: 'holder' in asked ? askedDigest(asked) : sha256Text(asked.record) };
    const running = this.#running.get(mark.id);
    const earlier = running ?? log.earlier(record.agency, mark.id);
    if (earlier && earlier.content !== mark.content) throw refused('REQUEST_ID_REUSED');
    if (running) return running.kept;
    const before = earlier && 'seq' in earlier ? log.read(earlier.seq) : undefined;
    if (before) return before;
    const kept = make(mark).finally(() => { this.#running.delete(mark.id); });
    this.#running.set(mark.id, { content: mark.content, kept });
    return kept;
  }

  async #release(record: UseRecord, asked: FieldsAsked, mark: RequestMark): Promise<KeptUse> {
    const { projection, lookup, vault, log } = this.#parts;
    const { agency, staff, purpose = '', version = 0, source = '', fields, transaction } = record;
    await this.#heard(record);
    const licence = projection.get('licence', record.licence ?? '');
    if (!licence || licence.manager !== source || !this.#isCurrent(licence, record)) throw refused(licence ? 'LICENCE_CHANGED' : 'LICENCE_UNKNOWN');
    if (asked.personal.subject !== licence.subject) throw unfit('EXCHANGE_OPENING');
    if (fields.length === 0) throw unfit('USE_FORM');
    demandFields(fields, projection.get('kind', splitLicenceId(licence.id as LicenceId).type));
    const authority = decide({ ...this.#wish(record), licence }, this.#named(record, asked), this.#parts.register);
    if (authority.by === 'grant') this.#demandCounted(record, authority.id, asked.counted);
    const face = lookup.kept(licence, version)?.face;
    if (!face) throw faceFault(vault, licence.subject);
    const use = { agency, staff, act: 'use', authority, purpose, licence: licence.id, version, source, release: releaseOf(record), fields: fields.filter((name) => Object.hasOwn(face, name)) } as const;
    return log.append(log.prepare(use, asked.personal, fromBase64url(asked.random)), { transaction: authority.by === 'grant' ? transaction : undefined, request: mark, asked: asked.record });
  }

  /** A gateway reads the blocks in its own time: what the asker has seen is waited for. */
  async #heard({ licence: id = '', version, transaction, authority }: UseRecord): Promise<void> {
    const { projection, lookup } = this.#parts;
    const isHere = (): boolean => {
      const licence = projection.get('licence', id);
      return licence !== undefined && lookup.whole(licence).versions.some((each) => each.version === version) && (authority.by !== 'grant' || transaction === undefined || projection.blockOf(transaction) !== undefined)
        && (authority.by !== 'scene' || projection.get('scene', authority.id) !== undefined);
    };
    const signal = AbortSignal.timeout(BEHIND_MS);
    while (!isHere() && !signal.aborted) await projection.moved(signal);
  }

  /** The current version; or the one that was, when the asker wrote his record. */
  #isCurrent(licence: LicenceRecord, { version = 0, at }: UseRecord): boolean {
    const { versions, events } = this.#parts.lookup.whole(licence);
    const next = events.find((event) => event.version === version + 1);
    return versions.some((each) => each.version === version) && (next === undefined || next.recordedAt > at);
  }

  #wish({ agency, purpose = '', fields }: UseRecord): Omit<Wish, 'licence'> {
    const { clock, drafter } = this.#parts;
    return { agency, purpose, fields, today: todayOf(clock, drafter.zone), now: nowOf(clock), counted: true };
  }

  /** Nobody has a right to another's licences of himself: a scene, or a grant, by its name. */
  #named({ authority }: UseRecord, { details, opening }: Partial<Pick<FieldsAsked, 'details' | 'opening'>> = {}): Named {
    if (authority.by === 'scene') return { scene: authority.id };
    if (authority.by !== 'grant') throw new GatewayFault('USE_NOT_AUTHORISED');
    return { grant: authority.id, ...(details === undefined ? {} : { details }), ...(opening === undefined ? {} : { opening }) };
  }

  /** The ledger has counted this very use, in the transaction that the record names. */
  #demandCounted(record: UseRecord, grant: string, request = ''): void {
    const { txId, done } = this.#parts.projection.get('request', requestKey(record.agency, request)) ?? {};
    const counted = done?.['0'];
    if (txId === undefined || txId !== record.transaction || counted?.grant !== grant || counted.leaf !== useDigest(useIn(record))) throw new GatewayFault('EXCHANGE_NOT_COUNTED');
  }

  async #look(record: UseRecord, { kind: type, holder, fields, personal, record: asked }: LicenceAsked, mark: RequestMark): Promise<KeptUse> {
    const { projection, vault, register, hosted, log } = this.#parts;
    const { agency, staff, authority, purpose = '', source = '' } = record;
    const [wish, named] = [{ ...this.#wish(record), fields }, this.#named(record)];
    const parsed = parseHolder(projection, { kind: type, holder }, wish.today);
    demandFields(fields, parsed.kind);
    demandAsking({ ...wish, kind: type, issues: false }, named, register);
    const maySee = (licence: LicenceRecord): boolean => licence.manager === source && mayUse({ ...wish, licence }, named, register);
    return this.#guesses.take(agency, AGENCY_MISSES_MAX, () => this.#guesses.take(staff, ASKER_MISSES_MAX, async () => {
      const found = await orNone(() => findByHolder({ projection, vault, agencies: [...hosted()] }, parsed, maySee));
      const use = { agency, staff, act: 'look-up', authority, purpose, source, release: releaseOf(record), fields: [], ...(found ? { licence: found.id, version: found.versions.at(-1)?.version ?? 0 } : {}) } as const;
      return log.append(log.prepare(use, { ...personal, ...(found ? { subject: found.subject } : {}) }), { request: mark, asked });
    }));
  }
}

const only = (face: Face, fields: readonly string[]): Face => Object.fromEntries(fields.flatMap((name) => { const value = face[name]; return value === undefined ? [] : [[name, value]]; }));
