/** Acts of the register, of holders and of proposals, from the transactions that made them: their records keep what is so now, and who signed what stands in the request alone. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { Request, Setup, type Act, type PlainAct, type ProposalAct } from '#chaincode/facts/commands';
import type { AgencyRecord, ProposalRecord, RequestRecord, StaffRecord } from '#chaincode/facts/records';
import { requestKey } from '#chaincode/world';
import type { DecodedTransaction } from '#network/blocks';
import type { RegisterActName, RegisterNoun } from './act-names.js';
import type { MadeAct } from './act-rows.js';
import { holderActOf } from './holder-acts.js';
import type { Listings } from './listings.js';

/** What an act says of itself that no record keeps. */
export interface ToldAct {
  readonly transaction: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
  /** Codes: roles, rights, a status, a version. */
  readonly details: readonly string[];
  readonly effectiveOn?: string;
}
export interface RegisterAct extends MadeAct {
  readonly told: ToldAct;
}

/** Keys under which lie records that keep no acts. */
const REGISTER: ReadonlySet<string> = new Set(['ledger', 'agency', 'staff', 'kind', 'matter', 'trade', 'seal', 'agency-key', 'trust-root', 'rule-set', 'scene', 'report', 'device', 'grant', 'delegation', 'identity', 'erasure', 'hold', 'part', 'proposal']);
/** More rights than these that change at once are counted. */
const RIGHTS_TOLD = 12;

const requestSchema = Compile(Request);
const setupSchema = Compile(Setup);
const answerSchema = Compile(Type.Object({ results: Type.Array(Type.Object({ ok: Type.Boolean(), id: Type.Optional(Type.String()), licence: Type.Optional(Type.String()), grant: Type.Optional(Type.String()), version: Type.Optional(Type.Integer()) })) }));
/** An act by the record that it is about. */
export type Said = { readonly noun: RegisterNoun; readonly id: string; readonly act: RegisterActName; readonly manager: string; readonly kind?: string; readonly licence?: string; readonly details?: readonly string[]; readonly effectiveOn?: string };

export interface RegisterReads {
  /** As it was before the block. */
  readonly get: Listings['get'];
  /** Acts on a record so far. */
  readonly count: (noun: RegisterNoun, id: string) => number;
}

/** Reads the transactions of one block, in order. */
export class RegisterActs {
  readonly #written = new Map<string, Uint8Array>();
  readonly #counts = new Map<string, number>();
  readonly #acts: RegisterAct[] = [];

  constructor(private readonly reads: RegisterReads, private readonly chaincode: string) {}

  get acts(): readonly RegisterAct[] {
    return this.#acts;
  }

  take({ txId, timestamp, args: [argument], response, writes }: Pick<DecodedTransaction, 'txId' | 'timestamp' | 'args' | 'response' | 'writes'>): void {
    const own = writes.filter(({ namespace }) => namespace === this.chaincode);
    const written = new Map(own.map(({ key, value }) => [key, value]));
    const nouns = new Set(own.map(({ key }) => key.slice(0, key.indexOf('/'))));
    const answers = [...nouns].some((noun) => REGISTER.has(noun) || noun === 'licence') ? read<unknown>(response) : undefined;
    // Most transactions are acts on licences: what they asked is read only where a document of one was registered.
    if ([...nouns].some((noun) => REGISTER.has(noun)) || addsDocument(answers)) {
      const asked = read<unknown>(argument);
      if (Array.isArray(asked) && Array.isArray(answers)) this.#requests(asked, answers, { written, txId, timestamp });
      else if (setupSchema.Check(asked)) this.#began(asked, { txId, timestamp });
    }
    for (const [key, value] of written) this.#written.set(key, value);
  }

  /** What each command that was carried out did; one whose result is an earlier one's was not. */
  #requests(requests: readonly unknown[], answers: readonly unknown[], { written, ...made }: { readonly written: ReadonlyMap<string, Uint8Array>; readonly txId: string; readonly timestamp: string }): void {
    const done = new Set<string>();
    const staff = new Map<string, StaffRecord>();
    const agencies = new Map<string, AgencyRecord>();
    const known: Around['known'] = {
      staff: (id) => staff.get(id) ?? this.#record<StaffRecord>('staff', id), agency: (code) => agencies.get(code) ?? this.#record<AgencyRecord>('agency', code),
      owner: (noun, id) => { const record = read<{ readonly agency?: string; readonly owner?: string }>(written.get(`${noun}/${id}`)); return record?.agency ?? record?.owner; },
    };
    for (const [i, request] of requests.entries()) {
      const answer = answers[i];
      // What one agency sends beside a good request must not stop the index of all: only what was carried out is read, and only in its form.
      if (!answerSchema.Check(answer) || !answer.results.some(({ ok }) => ok) || !requestSchema.Check(request)) continue;
      const { agency, requestId, actors, commands } = request;
      const key = requestKey(agency, requestId);
      const earlier = this.#record<RequestRecord>('request', key)?.done ?? {};
      for (const [at, result] of answer.results.entries()) {
        const command = commands[at];
        if (!command || !result.ok || Object.hasOwn(earlier, at) || done.has(`${key}/${String(at)}`)) continue;
        done.add(`${key}/${String(at)}`);
        const around: Around = { agency, known, version: result.version };
        const proposal = isProposal(command.act) ? read<ProposalRecord>(written.get(`proposal/${command.act.id}`)) : undefined;
        if (isProposal(command.act)) this.#add(proposalOf(command.act, proposal, around), agency, actors, made);
        // One that still waits for a person has made nothing.
        if ((result.id ?? result.licence ?? result.grant) === undefined) continue;
        const act = (proposal?.act ?? command.act) as unknown as PlainAct;
        const said = isDrawn(command.act, actors) ? undefined : saidOf(act, around);
        if (said) this.#add(said, agency, proposal?.actors ?? actors, made);
        if (act.op === 'staff.put') staff.set(act.id, act);
        if (act.op === 'agency.put') agencies.set(act.code, act);
      }
    }
  }

  #began({ agency: { code }, administrator }: Setup, made: { readonly txId: string; readonly timestamp: string }): void {
    this.#add({ noun: 'setting', id: 'settings', act: 'ledger.begin', manager: code, details: [administrator.id] }, code, [], made);
  }

  #add({ details = [], effectiveOn, ...said }: Said, by: string, signed: readonly { readonly staff: string; readonly method: string }[], { txId, timestamp }: { readonly txId: string; readonly timestamp: string }): void {
    const of = `${said.noun}/${said.id}`;
    const seq = (this.#counts.get(of) ?? this.reads.count(said.noun, said.id)) + 1;
    this.#counts.set(of, seq);
    const actors = signed.map(({ staff, method }) => ({ staff, method }));
    this.#acts.push({ ...said, at: timestamp, seq, by, actors: [...new Set(actors.map(({ staff }) => staff))], told: { transaction: txId, actors, details, ...(effectiveOn === undefined ? {} : { effectiveOn }) } });
  }

  /** As an earlier transaction of the block left it, else as it was before. */
  #record<T extends object>(noun: 'staff' | 'agency' | 'request', id: string): T | undefined {
    return read<T>(this.#written.get(`${noun}/${id}`)) ?? (this.reads.get(noun, id) as T | undefined);
  }
}

/** Of the outcomes of acts on a licence, the one without a status. */
function addsDocument(answers: unknown): boolean {
  const results = Array.isArray(answers) ? answers.flatMap((answer: unknown) => (answerSchema.Check(answer) ? answer.results : [])) : [];
  return results.some((result) => result.ok && result.licence !== undefined && !('status' in result));
}

const isProposal = (act: Act): act is ProposalAct => act.op.startsWith('proposal.');

/** A document that the gateway drew under an approval that stands: nearly every licence has one, and nobody has acted. */
const isDrawn = ({ op }: Act, actors: readonly { readonly method: string }[]): boolean => op === 'document.add' && actors.every(({ method }) => method === 'gateway');

/** What was proposed, by its act and the licence that it is about. */
function proposalOf({ op, id, ...rest }: ProposalAct, record: ProposalRecord | undefined, around: Around): Said {
  const act = ('command' in rest ? rest.command.act : record?.act) as PlainAct | undefined;
  const licence = act && 'licence' in act ? act.licence : undefined;
  return { noun: 'proposal', id, act: op, manager: around.agency, ...(licence === undefined ? {} : { licence }), details: act ? [saidOf(act, around)?.act ?? act.op.replace(/^(licence|application)\./, ''), ...(licence === undefined ? [] : [licence])] : [] };
}

/** @returns undefined for what is no JSON: a chaincode of others may have called ours */
function read<T>(bytes: Uint8Array | undefined): T | undefined {
  try {
    return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as T);
  } catch {
    return undefined;
  }
}

type Owned = 'seal' | 'agency-key' | 'scene' | 'device' | 'grant' | 'delegation' | 'identity' | 'hold';
/** What stands around an act: who asked, and what was so just before it. */
export interface Around {
  readonly agency: string;
  readonly known: { readonly staff: (id: string) => StaffRecord | undefined; readonly agency: (code: string) => AgencyRecord | undefined; /** Whose record it is that was just written. */ readonly owner: (noun: Owned, id: string) => string | undefined };
  readonly version: number | undefined;
}
const inactive = ({ active }: { readonly active: boolean }): string[] => (active ? [] : ['inactive']);
const SEAL_ACTS = { 'in-use': 'seal.resume', stopped: 'seal.stop', cancelled: 'seal.cancel' } as const;

/** @returns undefined for an act that stands in a record of its own */
function saidOf(act: PlainAct, around: Around): Said | undefined {
  const { agency, known } = around;
  switch (act.op) {
    case 'agency.put': return { noun: 'agency', id: act.code, act: act.op, manager: act.code, details: [...rightsChanged(known.agency(act.code), act), ...inactive(act)] };
    case 'right.move': return { noun: 'right', id: [act.kind, act.right, act.from, act.to].join(':'), act: act.op, manager: act.from, kind: act.kind, details: [act.right], effectiveOn: act.on };
    case 'staff.put': return { noun: 'staff', id: act.id, act: staffAct(known.staff(act.id), act), manager: act.agency, details: [...act.roles, ...inactive(act)] };
    case 'kind.put': return { noun: 'kind', id: act.type, act: act.op, manager: agency, kind: act.type, details: [String(act.schema), ...inactive(act)] };
    case 'matter.put': return { noun: 'matter', id: act.code, act: act.op, manager: act.agency ?? agency, details: [String(act.version), ...inactive(act)] };
    case 'trade.put': return { noun: 'trade', id: act.code, act: act.op, manager: agency, details: inactive(act) };
    case 'seal.put': return { noun: 'seal', id: act.id, act: act.op, manager: act.agency };
    case 'seal.status': return { noun: 'seal', id: act.id, act: SEAL_ACTS[act.status], manager: known.owner('seal', act.id) ?? agency };
    case 'agency-key.put': return { noun: 'agency-key', id: act.id, act: act.op, manager: act.agency, details: [act.use] };
    case 'agency-key.status': return { noun: 'agency-key', id: act.id, act: act.status === 'stopped' ? 'agency-key.stop' : 'agency-key.retire', manager: known.owner('agency-key', act.id) ?? agency };
    case 'trust-root.put': return { noun: 'trust-root', id: String(act.version), act: act.op, manager: agency, details: [String(act.threshold)] };
    case 'setting.put': return { noun: 'setting', id: 'settings', act: act.op, manager: agency };
    default: return decidedOf(act, around);
  }
}

/** What agencies decide for themselves. */
function decidedOf(act: PlainAct, around: Around): Said | undefined {
  const { agency, known, version } = around;
  switch (act.op) {
    case 'rule-set.put': case 'rule-set.stop': case 'rule-set.resume': return { noun: 'rule-set', id: `${act.kind}:${agency}`, act: act.op, manager: agency, kind: act.kind, details: version === undefined ? [] : [String(version)] };
    case 'scene.put': return { noun: 'scene', id: act.id, act: act.op, manager: act.owner, details: act.statute ? ['statute'] : [] };
    case 'scene.approve': case 'scene.end': return { noun: 'scene', id: act.id, act: act.op, manager: known.owner('scene', act.id) ?? agency };
    case 'report.record': return { noun: 'report', id: `${act.agency}:${act.quarter}`, act: act.op, manager: act.agency, details: [act.quarter, ...(version === undefined ? [] : [String(version)])] };
    default: return holderActOf(act, around);
  }
}

/** What is new in a staff record; that somebody left goes before all else. */
function staffAct(before: StaffRecord | undefined, after: Pick<StaffRecord, 'roles' | 'active'>): RegisterActName {
  if (!before) return 'staff.put';
  if (before.active !== after.active) return after.active ? 'staff.return' : 'staff.leave';
  const same = [...before.roles].sort().join() === [...after.roles].sort().join();
  return same ? 'staff.keys' : 'staff.roles';
}

/** `+issue:<kind>`, `-issue:<kind>`: rights that the agency did not have so before, or has no longer. */
function rightsChanged(before: AgencyRecord | undefined, after: Pick<AgencyRecord, 'rights'>): string[] {
  const told = ({ rights }: Pick<AgencyRecord, 'rights'>) => new Map(rights.filter(({ until }) => until === undefined).map(({ right, kind, over }) => [`${right}:${kind}:${over ?? ''}`, `${right}:${kind}`]));
  const [was, is] = [told(before ?? { rights: [] }), told(after)];
  const changed = [...[...is].filter(([key]) => !was.has(key)).map(([, text]) => `+${text}`), ...[...was].filter(([key]) => !is.has(key)).map(([, text]) => `-${text}`)];
  return changed.length > RIGHTS_TOLD ? [...changed.slice(0, RIGHTS_TOLD), `+${String(changed.length - RIGHTS_TOLD)}`] : changed;
}
