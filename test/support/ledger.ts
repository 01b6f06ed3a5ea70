/** A ledger in memory: the rules run on it directly, at a time the test says. Everything on it was registered by signed acts. */
import { createHash, X509Certificate } from 'node:crypto';
import { actDigest, massDigest } from '#chaincode/facts/act-digest';
import { addDays, dayOf, SHANGHAI, type Day, type Instant } from '#chaincode/facts/calendar';
import { CHUNK, type Command, type IssueCommand, type Request, type VersionCommand } from '#chaincode/facts/commands';
import { leafHash, subtreePath } from '#chaincode/facts/merkle';
import type { AgencyRecord, KindRecord, LicenceRecord, RightRecord } from '#chaincode/facts/records';
import { documentsNamed, readShown, type Shown } from '#chaincode/facts/shown';
import type { Caller } from '#chaincode/rules/actors';
import { runBatch, type RequestResult, type Result } from '#chaincode/rules/batch';
import { initialise } from '#chaincode/rules/setup';
import { keyOf, World, type Moment, type Noun, type RecordTypes, type State } from '#chaincode/world';
import { createAuthority, issueIdentity, type Credentials } from '#network/ca/authority';
import { sealedFor, type Around, type SealedChange, type TestSeal } from './sealed.js';
import { byFile, newPerson, ORIGIN, randomId, recordKey, RP_ID, type Person, type Signing } from './persons.js';

/** Synthetic agencies and holders (domain facts, section 6). */
export const BUREAU = '113703030099999063';
export const MARKET = '11370303009999228K';
export const POLICE = '11370303009999914X';
export const BRANCH = '113703030099993087';
export const AGENCIES = [BUREAU, MARKET, POLICE, BRANCH] as const;
export const MSP: Readonly<Record<string, string>> = { [BUREAU]: 'BureauMSP', [BRANCH]: 'BureauMSP', [MARKET]: 'MarketMSP', [POLICE]: 'PoliceMSP' };
export const HOLDER = 'uscc:91370303MA99TXT04C';
export const OTHER_HOLDER = 'uscc:92370303MA99TXT124';
export const callerOf = (agency: string): Caller => ({ mspId: MSP[agency] ?? '', agency });

const DEFINER = '11370000000000000T';
/** food: ordinary. drug: issued by two. person: held by natural persons. triple: cancelled by three; nothing on the gateway's word. shop: a composite of food and perhaps drug. */
export const KIND = { food: `${DEFINER}901`, drug: `${DEFINER}905`, person: `${DEFINER}907`, triple: `${DEFINER}908`, shop: `${DEFINER}921` } as const;

const ordinary = ['issue', 'renew', 'change', 'suspend', 'restore', 'cancel', 'confirm', 'import', 'transfer', 'takeback', 'accept'];
const kind = (type: string, change: Partial<KindRecord>): KindRecord => ({
  type, name: { zh: '样例许可', en: 'sample permit' }, aliases: [], schema: 1, holder: 'organisation', number: 'free', termYears: 5,
  fields: [{ name: 'number', label: { zh: '编号', en: 'number' }, type: 'text', required: true, disclosure: 'public', max: 60, role: 'number' }, { name: 'holderCode', label: { zh: '统一社会信用代码', en: 'code' }, type: 'uscc', required: false, disclosure: 'public', max: 18, role: 'holder-code' }],
  persons: { revoke: 2, annul: 2, withdraw: 2 }, vouched: ordinary, massFrom: 3, windowBefore: 30, windowAfter: 60, retentionYears: 10, sample: true, active: true, ...change,
});
const untimed = ({ termYears: _, ...rest }: KindRecord): KindRecord => rest;
export const KINDS: readonly KindRecord[] = [
  kind(KIND.food, {}),
  kind(KIND.drug, { persons: { issue: 2, revoke: 2, annul: 2, withdraw: 2 } }),
  untimed(kind(KIND.person, { holder: 'person' })),
  kind(KIND.triple, { persons: { cancel: 3 }, vouched: [] }),
  untimed(kind(KIND.shop, { composite: { members: [{ kind: KIND.food, required: true }, { kind: KIND.drug, required: false }], term: 'earliest', rollUp: 'required' } })),
];

export class MemoryState implements State {
  readonly map: Map<string, Buffer>;
  constructor(map = new Map<string, Buffer>()) {
    this.map = map;
  }
  get(key: string): Promise<Uint8Array> {
    return Promise.resolve(this.map.get(key) ?? new Uint8Array());
  }
  put(key: string, value: Uint8Array): Promise<void> {
    this.map.set(key, Buffer.from(value));
    return Promise.resolve();
  }
}

export const sha = (text: string): string => createHash('sha256').update(text).digest('base64url');
export const LEDGER = sha('genesis of the test ledger');
export const START = '2026-03-15T02:00:00.000Z' as Instant;
const EXPIRES = '2026-03-20T02:00:00.000Z';

export type { TestSeal };
/** Every seal that was made, by id. */
const SEALS = new Map<string, TestSeal>();
/** Every document that was sealed, as endorsers are shown it, by digest. */
const SEALED = new Map<string, string>();

export async function newSeal(agency: string, authority: Credentials, uri = `urn:uscc:${agency}`): Promise<TestSeal> {
  const made = await issueIdentity(authority, { commonName: 'test seal', role: 'client', uris: [uri], notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2040-01-01T00:00:00Z') });
  const seal = { ...made, id: randomId(), agency, der: new X509Certificate(made.certificate).raw.toString('base64url') };
  SEALS.set(seal.id, seal);
  return seal;
}

/** What endorsers are shown of the documents that requests name. */
export const shownWith = (requests: readonly unknown[]): Shown => readShown(documentsNamed(requests).flatMap((digest) => SEALED.get(digest) ?? []));

export const sealPut = (seal: TestSeal, change: object = {}): object => ({
  op: 'seal.put', id: seal.id, agency: seal.agency, name: '测试专用章', use: 'seal', alg: 'ES256', certificate: seal.der, validFrom: '2026-01-01T00:00:00.000Z', validUntil: '2030-01-01T00:00:00.000Z', ...change,
});

export interface Staff {
  readonly registrar: Person;
  readonly clerk: Person;
  readonly reviewer: Person;
  readonly approver: Person;
  readonly auditor: Person;
}

export interface Options {
  readonly requestId?: string;
  readonly content?: string;
  readonly atomic?: boolean;
  readonly tree?: Request['tree'];
  readonly caller?: Caller;
  readonly ledger?: string;
}

const rights = (kinds: readonly string[], names: readonly RightRecord['right'][], over?: string): RightRecord[] =>
  kinds.flatMap((each) => names.map((right) => ({ kind: each, right, from: '2020-01-01', ...(over === undefined ? {} : { over }) })));

export const AGENCY_RIGHTS: Readonly<Record<string, readonly RightRecord[]>> = {
  [BUREAU]: [...rights(Object.values(KIND), ['issue', 'import']), ...rights(Object.values(KIND), ['supervise'], BUREAU)],
  [MARKET]: rights([KIND.food, KIND.drug], ['supervise', 'penalise', 'import']),
  [POLICE]: [],
  [BRANCH]: rights([KIND.food], ['issue']),
};
export const agencyPut = (code: string, change: Partial<AgencyRecord> = {}): object => ({
  op: 'agency.put', code, name: `演示机关 ${code}`, mspId: MSP[code], active: true, rights: AGENCY_RIGHTS[code] ?? [], ...(code === BRANCH ? { parent: BUREAU } : {}), ...change,
});
export const staffPut = (person: Person, change: object = {}): object => ({
  op: 'staff.put', id: person.id, agency: person.agency, person: person.person, roles: person.roles, active: true, keys: [recordKey(person.file), recordKey(person.passkey)], ...change,
});

/** State, clock and counters of one ledger; `fork` gives an independent copy of it. */
export class TestLedger {
  readonly state: MemoryState;
  readonly staff: Readonly<Record<string, Staff>>;
  readonly seals: Readonly<Record<string, TestSeal>>;
  readonly authority: Credentials;
  now = START;
  #tx: number;
  #place: number;
  #serial: number;
  /** Licences for which a document was made, and which may not be there yet. */
  readonly #drafted = new Map<string, LicenceRecord>();

  constructor(parts: { state: MemoryState; staff: Record<string, Staff>; seals: Record<string, TestSeal>; authority: Credentials }, counters = { tx: 1, place: 0, serial: 1 }) {
    this.state = parts.state;
    this.staff = parts.staff;
    this.seals = parts.seals;
    this.authority = parts.authority;
    this.#tx = counters.tx;
    this.#place = counters.place;
    this.#serial = counters.serial;
  }

  fork(): TestLedger {
    const copy = new TestLedger({ state: new MemoryState(new Map(this.state.map)), staff: this.staff, seals: this.seals, authority: this.authority }, { tx: this.#tx, place: this.#place, serial: this.#serial });
    copy.now = this.now;
    return copy;
  }

  get today(): Day {
    return dayOf(this.now, SHANGHAI);
  }

  of(agency: string): Staff {
    const staff = this.staff[agency];
    if (!staff) throw new Error('no such staff');
    return staff;
  }

  moment(): Moment {
    return { txId: createHash('sha256').update(`tx ${String(this.#tx++)}`).digest('hex'), now: this.now, today: this.today };
  }

  /** A fresh licence id. */
  licence(type: string = KIND.food, issuer: string = BUREAU): string {
    return `${type}.${issuer}.${String(this.#serial++).padStart(20, '0')}`;
  }

  place(list = 1): { list: number; index: number } {
    return { list, index: this.#place++ };
  }

  /** Runs requests as one transaction. What a refused command wrote would show in the state. */
  async submit(requests: readonly unknown[], caller: Caller, shown = shownWith(requests)): Promise<RequestResult[]> {
    const world = new World(this.state);
    const results = await runBatch(world, caller, this.moment(), requests, shown);
    await world.flush();
    return results;
  }

  /** One request of an agency, signed, in a transaction of its own. */
  async send(agency: string, commands: readonly object[], signers: readonly Signing[], options: Options = {}): Promise<readonly Result[]> {
    const [outcome] = await this.submit([this.request(agency, commands, signers, options)], options.caller ?? callerOf(agency));
    return outcome?.results ?? [];
  }

  /** One act, signed; its result. */
  async act(agency: string, act: object, signers: readonly Signing[], options: Options & { command?: object } = {}): Promise<Result> {
    const [result] = await this.send(agency, [this.command(act, options.command)], signers, options);
    if (!result) throw new Error('no result');
    return result;
  }

  command(act: object, change: object = {}): object {
    const op = (act as { op?: string }).op ?? '';
    const sealed = /^licence\.(issue|renew|change|confirm|accept)$/.test(op);
    const imported = op === 'licence.import';
    if (sealed) return { act, expiresAt: EXPIRES, ...this.sealed(act), ...change };
    const content = sha(randomId());
    const documents = imported ? [{ type: 'import-row', alg: 'sha-256', digest: content }] : undefined;
    return { act, expiresAt: EXPIRES, ...(imported ? { content } : {}), ...(documents ? { documents } : {}), ...change };
  }

  /** A document for an act, of which the endorsers are shown `face`. What is no act has none that anybody would take. */
  sealed(act: object, change: SealedChange = {}): { readonly content: string; readonly documents: readonly object[] } {
    const named = act as IssueCommand | VersionCommand;
    const known = (licence: string): LicenceRecord | undefined => this.read('licence', licence) ?? this.#drafted.get(licence);
    const [issuer] = Object.values(this.seals);
    const seal = SEALS.get(named.seal) ?? issuer;
    if (named.op === 'licence.issue') this.#drafted.set(named.licence, { id: named.licence, line: named.line, versions: [{ version: 1, seal: named.seal, validUntil: named.validUntil }] } as never);
    const composite = (type: string): KindRecord['composite'] => this.read('kind', type)?.composite;
    const around: Around = {
      now: this.now, record: known, agencyOf: (id) => SEALS.get(id)?.agency, rollUp: (type) => composite(type)?.rollUp,
      required: ({ licence, members = [] }) => members.map((member) => composite(licence.slice(0, 21))?.members.find(({ kind }) => kind === member.slice(0, 21))?.required ?? false),
    };
    try {
      if (!seal) throw new Error('no seal');
      const { content, digest, shown } = sealedFor(named, seal, around, change);
      SEALED.set(digest, shown);
      return { content, documents: [{ type: 'credential', alg: 'sha-256', digest }] };
    } catch {
      return { content: sha(randomId()), documents: [{ type: 'credential', alg: 'sha-256', digest: sha(randomId()) }] };
    }
  }

  request(agency: string, commands: readonly object[], signers: readonly Signing[], { requestId = randomId(), content = sha('content'), atomic, tree, ledger = LEDGER }: Options = {}): Record<string, unknown> {
    const decided = commands.map((command) => decidedBy(agency, command as Command));
    const digests = decided.map((command) => digestOf(ledger, agency, requestId, command, this.state));
    const [only] = digests;
    const digest = tree === undefined && digests.length === 1 && only ? only : massDigest(digests);
    return { agency, requestId, content, ...(atomic === undefined ? {} : { atomic }), actors: signers.map((signer) => signer(digest)), ...(tree ? { tree } : {}), commands: decided };
  }

  read<N extends Noun>(noun: N, id: string): RecordTypes[N] | undefined {
    const bytes = this.state.map.get(keyOf(noun, id));
    return bytes && (JSON.parse(bytes.toString('utf8')) as RecordTypes[N]);
  }

  record(id: string): LicenceRecord {
    const record = this.read('licence', id);
    if (!record) throw new Error(`no licence ${id}`);
    return record;
  }

  /** An issue act that every rule allows; `change` is what the test is about. */
  issueAct(change: object = {}, issuer: string = BUREAU, type: string = KIND.food): Record<string, unknown> & { licence: string } {
    return { op: 'licence.issue', licence: this.licence(type, issuer), subject: HOLDER, line: this.place(), issuedOn: this.today, validFrom: this.today, validUntil: '2029-03-14', schema: 1, seal: this.seals[issuer]?.id, place: this.place(), reason: 'APPLICATION', basis: 'XZXKF-38', decidedBy: issuer, effectiveOn: this.today, ...change };
  }

  importAct(change: object = {}, type: string = KIND.food): Record<string, unknown> & { licence: string } {
    return { op: 'licence.import', licence: this.licence(type), subject: HOLDER, schema: 1, source: MARKET, status: 'VALID', issuedOn: '2025-01-01', validUntil: '2029-12-31', reason: 'COLLECTION', decidedBy: BUREAU, effectiveOn: '2025-01-01', ...change };
  }

  versionAct(name: 'confirm' | 'renew' | 'change' | 'accept', licence: string, change: object = {}, agency: string = BUREAU): object {
    const record = this.record(licence);
    const reason = { confirm: 'CONFIRMATION', renew: 'APPLICATION', change: 'APPLICATION', accept: 'RIGHTS_MOVED' }[name];
    const last = record.versions.at(-1)?.validUntil;
    // A renewal lasts longer than what it renews.
    const validUntil = name === 'renew' && last !== undefined ? addDays(last as Day, 1) : '2029-03-14';
    return { op: `licence.${name}`, licence, version: (record.versions.at(-1)?.version ?? 0) + 1, after: record.events.at(-1)?.seq, ...(record.line ? {} : { line: this.place() }), issuedOn: this.today, validFrom: this.today, validUntil, schema: 1, seal: this.seals[agency]?.id, place: this.place(), reason, decidedBy: agency, effectiveOn: this.today, ...change };
  }

  statusAct(name: string, licence: string, change: object = {}): object {
    const record = this.record(licence);
    const reasons: Readonly<Record<string, string>> = { suspend: 'RECTIFICATION', restore: 'RECTIFIED', withdraw: 'LAW_CHANGED', annul: 'GRANTED_UNLAWFULLY', revoke: 'PENALTY_REVOCATION', cancel: 'HOLDER_CEASED', transfer: 'RIGHTS_MOVED', takeback: 'TRANSFER_ABANDONED' };
    return { op: `licence.${name}`, licence, version: record.versions.at(-1)?.version, after: record.events.at(-1)?.seq, ...(name === 'transfer' ? { to: BRANCH } : {}), reason: reasons[name], effectiveOn: this.today, ...change };
  }

  /** Issues a licence; throws where the test set-up is wrong. */
  async issued(change: object = {}, issuer: string = BUREAU, type: string = KIND.food): Promise<string> {
    const act = this.issueAct(change, issuer, type);
    const { clerk, approver } = this.of(issuer);
    must(await this.act(issuer, act, [byFile(clerk), byFile(approver)]));
    return act.licence;
  }

  async imported(change: object = {}): Promise<string> {
    const act = this.importAct(change);
    must(await this.act(BUREAU, act, [byFile(this.of(BUREAU).clerk)]));
    return act.licence;
  }

  /** Two persons of an agency, with keys of their own. */
  two(agency: string): Signing[] {
    return [byFile(this.of(agency).clerk), byFile(this.of(agency).approver)];
  }

  /** An entry by whoever keeps it: staff by the registrar of their agency, where it has one, all else by the bureau's. */
  async register(act: object): Promise<Result> {
    const { op, agency: owner = '' } = act as { readonly op?: string; readonly agency?: string };
    const agency = op === 'staff.put' && this.read('registrar', owner) ? owner : BUREAU;
    const { registrar, approver } = this.of(agency);
    const takesTwo = op === 'agency.put' || op === 'kind.put' || (act as { readonly right?: string }).right === 'issue';
    return this.act(agency, act, [byFile(registrar), ...(takesTwo && this.read('staff', approver.id) ? [byFile(approver)] : [])]);
  }
}

export function must(result: Result | undefined): void {
  if (result?.ok !== true) throw new Error(`set-up: ${result ? result.code + ' ' + String(result.field) : 'no result'}`);
}

/** The digest that persons sign (formats: acts and actors); a proposal is signed as the act it proposes. */
function digestOf(ledger: string, agency: string, requestId: string, command: Command, state: MemoryState): Uint8Array {
  const { act, content, expiresAt } = command;
  try {
    if (act.op === 'proposal.open') return actDigest({ ledger, agency, ...act.command });
    if (act.op === 'proposal.approve') {
      const stored = state.map.get(keyOf('proposal', act.id));
      const proposal = stored && (JSON.parse(stored.toString('utf8')) as RecordTypes['proposal']);
      if (proposal) return actDigest({ ledger, agency: proposal.agency, requestId: proposal.requestId, act: proposal.act, content: proposal.content, expiresAt: proposal.expiresAt });
    }
    return actDigest({ ledger, agency, requestId, act, content, expiresAt });
  } catch {
    return Buffer.alloc(32); // what cannot be canonical cannot be signed; the rules refuse it before they ask
  }
}

/** An act on a licence is decided by whoever does it, where the test does not say otherwise. */
function decidedBy(agency: string, command: Command): Command {
  const { act } = command;
  if (act.op === 'proposal.open') return { ...command, act: { ...act, command: decidedBy(agency, act.command as Command) as never } };
  return act.op.startsWith('licence.') && !('decidedBy' in act) ? { ...command, act: { ...act, decidedBy: agency } as never } : command;
}

/** A mass act: one signature for all commands, cut into requests of CHUNK commands with their paths. */
export function massRequests(ledger: TestLedger, agency: string, undecided: readonly object[], signers: readonly Signing[]): Record<string, unknown>[] {
  const commands = undecided.map((command) => decidedBy(agency, command as Command));
  const chunks = Array.from({ length: Math.ceil(commands.length / CHUNK) }, (_, i) => ({ requestId: randomId(), index: i * CHUNK, commands: commands.slice(i * CHUNK, (i + 1) * CHUNK) }));
  const digests = chunks.flatMap(({ requestId, commands: some }) => (some as Command[]).map((command) => digestOf(LEDGER, agency, requestId, command, ledger.state)));
  const leaves = digests.map(leafHash);
  const root = massDigest(digests);
  const actors = signers.map((signer) => signer(root));
  return chunks.map(({ requestId, index, commands: some }) => ({
    agency, requestId, content: sha('mass'), actors, commands: some,
    tree: { index, size: commands.length, path: subtreePath(leaves, index, CHUNK).map((hash) => Buffer.from(hash).toString('base64url')) },
  }));
}

/** The registrar last: an agency that has one keeps its own staff. */
const ROLES = { clerk: ['clerk'], reviewer: ['reviewer'], approver: ['approver'], auditor: ['auditor'], registrar: ['registrar'] } as const;

/** A ledger set up as an installation is: first transaction, then signed registry acts. */
export async function newLedger({ demo = true }: { demo?: boolean } = {}): Promise<TestLedger> {
  const authority = await createAuthority({ commonName: 'test seal authority', organization: 'test' });
  const staffOf = (agency: string): Staff => Object.fromEntries(Object.entries(ROLES).map(([name, roles]) => [name, newPerson(agency, roles)])) as never;
  const staff = Object.fromEntries(AGENCIES.map((agency) => [agency, staffOf(agency)]));
  const seals = Object.fromEntries(await Promise.all([BUREAU, BRANCH, MARKET].map(async (agency) => [agency, await newSeal(agency, authority)] as const)));
  const ledger = new TestLedger({ state: new MemoryState(), staff, seals, authority });
  const administrator = ledger.of(BUREAU).registrar;
  const world = new World(ledger.state);
  await initialise(world, callerOf(BUREAU), ledger.moment(), {
    ledger: LEDGER, demo, zone: { ...SHANGHAI }, origins: [ORIGIN], rpId: RP_ID, agency: { code: BUREAU, name: '演示局', mspId: MSP[BUREAU] ?? '' },
    administrator: { id: administrator.id, person: administrator.person, key: recordKey(administrator.file) },
  });
  await world.flush();
  for (const record of KINDS) must(await ledger.register({ op: 'kind.put', ...record }));
  for (const agency of AGENCIES) must(await ledger.register(agencyPut(agency)));
  for (const agency of AGENCIES) for (const [role, person] of Object.entries(ledger.of(agency))) if (agency !== BUREAU || role !== 'registrar') must(await ledger.register(staffPut(person as Person)));
  for (const seal of Object.values(seals)) must(await ledger.register(sealPut(seal)));
  return ledger;
}
