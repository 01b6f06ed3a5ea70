/** Acts on licences: drafted, signed, kept, committed. One request id is one outcome, however often it is asked for. */
import { LRUCache } from 'lru-cache';
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import type { Act, Actor, Command, PlainAct, Request } from '#chaincode/facts/commands';
import { actDigest } from '#chaincode/facts/act-digest';
import { instantOf } from '#chaincode/facts/calendar';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type Identifier, type LicenceId } from '#chaincode/facts/identifier';
import type { ProposalRecord } from '#chaincode/facts/records';
import type { RefusalCode } from '#chaincode/facts/refusal';
import { mayTrigger } from '#chaincode/facts/seal';
import type { Refused, Result } from '#chaincode/rules/batch';
import { requestKey } from '#chaincode/world';
import type { Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import { laneOfAct, type Done, type Lanes } from '../../ledger/lanes.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault, VaultEntry } from '../../vault/vault.js';
import { choicesFor, explained, rolesFor } from './explained.js';
import { rulesFault } from './beside.js';
import type { Drafter } from './draft.js';
import type { Draft, Unsealed } from './drafted.js';
import type { ActInput, IssueInput, RegisterInput } from './inputs.js';

/** Who asks, as the sign-in knows it. */
export interface Acting {
  readonly staff: string;
  readonly agency: string;
}

export interface ActResult {
  readonly licence?: string;
  readonly identifier?: Identifier;
  readonly version?: number;
  readonly status?: string;
  /** The record of the register that was written. */
  readonly id?: string;
  readonly proposal?: string;
  readonly grant?: string;
  /** Uses that the grant still has. */
  readonly left?: number;
  readonly transaction?: string;
  readonly block?: string;
  /** The request had been carried out before; this is its first outcome. */
  readonly replayed: boolean;
}

/** An act, and another that rests on it. */
export interface Built {
  readonly input: ActInput;
  readonly further?: (act: Draft['act']) => Command['act'];
}

/** A draft shown to its signer: everything needed to compute the digest anew. */
export interface DraftView {
  readonly requestId: string;
  readonly ledger: string;
  readonly agency: string;
  readonly act: Draft['act'];
  readonly content?: string;
  readonly expiresAt: string;
  readonly digest: string;
}

/** Drafts wait in memory for a signature: a lost one is made again by sending the same request again. */
const DRAFTS_MAX = 2_000;
const DRAFT_TTL_MS = 15 * 60_000;
/** What is refused so has been overtaken since it was drafted. */
const OUTDATED: ReadonlySet<string> = new Set<RefusalCode>(['DOCUMENT_NOT_OF_ACT', 'LICENCE_CHANGED', 'RULES_CHANGED', 'SCHEMA_OUTDATED']);
/** A transaction's time may differ from the clock here by a quarter of an hour; what looks expired may still be signed until then. */
const CLOCKS_APART_MS = 30 * 60_000;

export interface LicenceActsParts {
  readonly drafter: Drafter;
  readonly lanes: Lanes;
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly vault: Vault;
  readonly clock: Clock;
}

export class LicenceActs {
  readonly #parts: LicenceActsParts;
  readonly #drafts = new LRUCache<string, { draft: Draft; content: string }>({ max: DRAFTS_MAX, ttl: DRAFT_TTL_MS });

  constructor(parts: LicenceActsParts) {
    this.#parts = parts;
  }

  /** An ordinary act on the word of the gateway. @throws GatewayFault; REFUSED carries the rule's code */
  async perform(acting: Acting, requestId: string, input: ActInput): Promise<ActResult> {
    if (input.op === 'issue' && input.permits) return this.#together(acting, requestId, input);
    return this.#once(acting.agency, requestId, input, async () => ({ input }), [{ staff: acting.staff, method: 'gateway' }]);
  }

  /** Several licences, the last one over the others: all of them, or none. */
  async #together({ staff, agency }: Acting, requestId: string, input: IssueInput): Promise<ActResult> {
    const content = this.contentOf(agency, input);
    const earlier = await this.#earlier(agency, requestId, content);
    if (earlier) return earlier;
    const drafts = await this.#parts.drafter.together(agency, input, staff);
    const actors: Actor[] = [{ staff, method: 'gateway' }];
    for (const draft of drafts) this.#demandTrigger(draft, actors);
    const sealed = await Promise.all(drafts.map((draft) => this.#parts.drafter.seal(draft)));
    const last = drafts.at(-1);
    if (!last) throw new GatewayFault('INTERNAL');
    return this.#commit({ agency, requestId, content, actors, commands: sealed.map(({ command }) => command), lane: last.lane, entries: sealed.map(({ entry }) => entry), told: sealed.length - 1 });
  }

  /**
   * The same, for an act that is built from what was asked: what was asked tells a retry. What follows from the act is done with it or not at all.
   * @param build not called where the request has been carried out before
   */
  async performBuilt(acting: Acting, requestId: string, asked: unknown, build: () => Promise<Built>): Promise<ActResult> {
    return this.#once(acting.agency, requestId, asked, build, [{ staff: acting.staff, method: 'gateway' }]);
  }

  /** What a holder's device has signed: nobody of the agency acts, its gateway only carries it. @throws GatewayFault; REFUSED carries the rule's code */
  async carry(agency: string, requestId: string, act: RegisterInput['act']): Promise<ActResult> {
    const input = { op: 'register', act } as const;
    return this.#once(agency, requestId, input, async () => ({ input }), []);
  }

  async #once(agency: string, requestId: string, asked: unknown, build: () => Promise<Built>, actors: readonly Actor[]): Promise<ActResult> {
    const content = this.contentOf(agency, asked);
    const earlier = await this.#earlier(agency, requestId, content);
    if (earlier) return earlier;
    const { input, further } = await build();
    const [actor] = actors;
    const draft = await this.#parts.drafter.draft(agency, input, { by: actor?.staff });
    return this.#submit(draft, requestId, content, actors, further?.(draft.act));
  }

  /** Everything but the signature. */
  async draft(acting: Acting, requestId: string, input: ActInput): Promise<DraftView> {
    // Persons sign one act at a time; several at once rest on the gateway's word, or are issued one after the other.
    if (input.op === 'issue' && input.permits) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'permits', code: 'ACTOR_OWN_KEY_NEEDED' }] });
    const content = this.contentOf(acting.agency, input);
    const key = `${acting.agency}/${requestId}`;
    const waiting = this.#drafts.get(key);
    if (waiting && waiting.content !== content) throw new GatewayFault('REFUSED', { refusal: 'REQUEST_ID_REUSED' });
    const draft = waiting?.draft ?? (await this.#parts.drafter.draft(acting.agency, input, { by: acting.staff }));
    this.#drafts.set(key, { draft, content });
    return this.#view(draft, requestId);
  }

  /** The signed act: sealed after its last actor, then committed. */
  async sign(acting: Acting, requestId: string, actors: readonly Actor[]): Promise<ActResult> {
    const waiting = this.#drafts.get(`${acting.agency}/${requestId}`);
    if (!waiting) throw new GatewayFault('DRAFT_UNKNOWN');
    const { act } = waiting.draft;
    const result = await this.#submit(waiting.draft, requestId, waiting.content, actors).catch((error: unknown) => {
      // Drafted anew it may be as it should; as it is, never.
      if (error instanceof GatewayFault && OUTDATED.has(error.refusal ?? '')) this.#drafts.delete(`${acting.agency}/${requestId}`);
      throw error;
    });
    this.#drafts.delete(`${acting.agency}/${requestId}`);
    const withdrawn = act.op === 'proposal.withdraw' ? this.#parts.projection.get('proposal', act.id) : undefined;
    if (withdrawn) await this.#forgetUnsealed(withdrawn);
    return result;
  }

  /** Opens a proposal: the first signature is on the ledger, the document waits in the vault. */
  async propose(acting: Acting, requestId: string, actors: readonly Actor[]): Promise<ActResult> {
    const waiting = this.#drafts.get(`${acting.agency}/${requestId}`);
    if (!waiting) throw new GatewayFault('DRAFT_UNKNOWN');
    const { act, content, expiresAt, unsealed, lane } = waiting.draft;
    if (act.op === 'proposal.withdraw') throw new GatewayFault('REQUEST_MALFORMED');
    const proposal: Command['act'] = { op: 'proposal.open', id: requestId, command: { act, ...(content === undefined ? {} : { content }), expiresAt, requestId } };
    const entry = unsealed && content !== undefined && 'licence' in act ? { licence: act.licence, digest: content, subject: unsealed.subject, kept: { face: unsealed.face, unsealed } } : undefined;
    return this.#commit({ agency: acting.agency, requestId, content: waiting.content, actors, commands: [{ act: proposal, expiresAt }], lane, entries: [entry] });
  }

  /** Adds a signature to a proposal; with the last one the document is sealed and the act carried out. */
  async approve(acting: Acting, id: string, requestId: string, actors: readonly Actor[]): Promise<ActResult> {
    const proposal = this.#parts.projection.get('proposal', id);
    if (proposal?.agency !== acting.agency) throw new GatewayFault('NOT_FOUND');
    const { act, content, expiresAt } = proposal;
    const send = (entry?: VaultEntry): Promise<ActResult> => this.#commit({
      agency: acting.agency, requestId, content: this.contentOf(acting.agency, { approve: id }), actors, lane: laneOfAct(act as PlainAct), entries: [entry],
      commands: [{ act: { op: 'proposal.approve', id }, expiresAt, ...(entry ? { documents: [{ type: 'credential', alg: 'sha-256', digest: entry.digest }] } : {}) }],
    });
    let result: ActResult;
    try {
      result = await send();
    } catch (error) {
      // The rules miss the document only when nothing else is missing: so the seal signs after the last person, and never before.
      if (!(error instanceof GatewayFault) || error.refusal !== 'DOCUMENT_MISSING' || content === undefined) throw error;
      result = await send(await this.#sealProposed(proposal));
    }
    if (result.status !== 'open') await this.#forgetUnsealed(proposal);
    return result;
  }

  async #sealProposed(proposal: ProposalRecord): Promise<VaultEntry> {
    const waiting = this.#unsealed(proposal);
    if (!waiting) throw new GatewayFault('FACE_NOT_HERE');
    return this.#parts.drafter.sealed(proposal.agency, waiting.licence, waiting.unsealed);
  }

  /** The document of a proposal as it waits in the vault. */
  #unsealed({ act, content }: ProposalRecord): { licence: string; digest: string; unsealed: Unsealed } | undefined {
    const { licence } = act;
    if (content === undefined || typeof licence !== 'string') return undefined;
    const subject = typeof act['subject'] === 'string' ? act['subject'] : this.#parts.projection.get('licence', licence)?.subject;
    const kept = subject === undefined ? undefined : this.#parts.vault.get(licence, content, subject);
    return kept?.unsealed === undefined ? undefined : { licence, digest: content, unsealed: kept.unsealed as Unsealed };
  }

  /** What was sealed, taken back or let expire is kept in its sealed form or not at all. */
  async #forgetUnsealed(proposal: ProposalRecord): Promise<void> {
    const waiting = this.#unsealed(proposal);
    if (waiting) await this.#parts.vault.remove([waiting]);
  }

  /** Forgets the documents of all proposals that nobody can sign any more, also where a crash came between. */
  async sweepProposals(): Promise<void> {
    const over = instantOf(this.#parts.clock.now() - CLOCKS_APART_MS);
    for (const proposal of await this.#parts.projection.all('proposal')) {
      if (proposal.status !== 'open' || proposal.expiresAt < over) await this.#forgetUnsealed(proposal);
    }
  }

  /** The agency's proposals that wait for a signature, as their signers must see them. */
  async proposals(agency: string): Promise<(DraftView & { readonly id: string; readonly signers: readonly string[] })[]> {
    const all = await this.#parts.projection.all('proposal');
    const ledger = this.#parts.projection.get('ledger', 'settings')?.ledger ?? '';
    return all.filter((proposal) => proposal.agency === agency && proposal.status === 'open').map(({ id, requestId, act, content, expiresAt, actors }) => ({
      id, requestId, ledger, agency, act: act as Draft['act'], ...(content === undefined ? {} : { content }), expiresAt, signers: actors.map(({ staff }) => staff),
      digest: base64url(actDigest({ ledger, agency, requestId, act, content, expiresAt })),
    }));
  }

  /** Drafts hold faces in memory. */
  forget(subjects: ReadonlySet<string>): void {
    for (const [key, { draft }] of this.#drafts.entries()) if (subjects.has(draft.unsealed?.subject ?? draft.collected?.subject ?? '')) this.#drafts.delete(key);
  }

  /** HMAC of the client's request: tells a retry from another request without putting anything of it on the chain. */
  contentOf(agency: string, input: unknown): string {
    return base64url(hmacSha256(this.#parts.keyring.requestKey(agency), canonicalOf(input)));
  }

  /** What a request id led to before. @throws GatewayFault REFUSED (REQUEST_ID_REUSED) */
  async #earlier(agency: string, requestId: string, content: string): Promise<ActResult | undefined> {
    const known = this.#parts.projection.get('request', `${agency}/${requestId}`);
    if (!known) return undefined;
    if (known.content !== content) throw new GatewayFault('REFUSED', { refusal: 'REQUEST_ID_REUSED' });
    // Of several licences in one act the last one is over the others.
    const outcome = Object.values(known.done).findLast(({ version }) => version !== undefined) ?? known.done['0'];
    return outcome ? this.#result({ ok: true, ...outcome }, { results: [], recordedIn: known.txId }) : undefined;
  }

  #view(draft: Draft, requestId: string): DraftView {
    const ledger = this.#parts.projection.get('ledger', 'settings')?.ledger ?? '';
    const { agency, act, content, expiresAt } = draft;
    const digest = base64url(actDigest({ ledger, agency, requestId, act, content, expiresAt }));
    return { requestId, ledger, agency, act, ...(content === undefined ? {} : { content }), expiresAt, digest };
  }

  async #submit(draft: Draft, requestId: string, content: string, actors: readonly Actor[], further?: Command['act']): Promise<ActResult> {
    this.#demandTrigger(draft, actors);
    this.#demandRules(draft, requestId);
    const { command, entry } = await this.#parts.drafter.seal(draft);
    return this.#commit({ agency: draft.agency, requestId, content, actors, commands: further ? [command, { act: further, expiresAt: command.expiresAt }] : [command], lane: draft.lane, entries: [entry] });
  }

  /** The contract asks it again. Asked here, the key signs nothing for those who may not trigger it. */
  #demandTrigger({ unsealed }: Draft, actors: readonly Actor[]): void {
    const seal = unsealed && this.#parts.projection.get('seal', unsealed.seal);
    const persons = actors.map(({ staff }) => ({ roles: this.#parts.projection.get('staff', staff)?.roles ?? [] }));
    if (seal && !mayTrigger(seal, persons)) throw new GatewayFault('REFUSED', { refusal: 'SEAL_NOT_YOURS', fields: [{ field: 'seal', code: 'SEAL_NOT_YOURS' }] });
  }

  /** Rules may have changed, or been stopped, since the act was drafted. */
  #demandRules({ agency, act }: Draft, requestId: string): void {
    const { projection } = this.#parts;
    if (act.op !== 'licence.issue' || !act.automatic || projection.get('request', requestKey(agency, requestId))) return;
    const refusal = rulesFault(projection, agency, splitLicenceId(act.licence as LicenceId).type, act.automatic.rules);
    if (refusal !== undefined) throw new GatewayFault('REFUSED', { refusal });
  }

  /** @param told the command whose outcome is the answer; several are carried out together or not at all */
  async #commit({ agency, requestId, content, actors, commands, lane, entries, told = 0 }: { agency: string; requestId: string; content: string; actors: readonly Actor[]; commands: Command[]; lane: number; entries: (VaultEntry | undefined)[]; told?: number }): Promise<ActResult> {
    const request: Request = { agency, requestId, content, actors: [...actors], commands, ...(commands.length > 1 ? { atomic: true } : {}) };
    const done = await this.#parts.lanes.submit({ request, entries }, lane);
    const result = done.results[told];
    if (!result) throw new GatewayFault('INTERNAL');
    if (!result.ok) {
      const first = done.results.findIndex((each) => !each.ok && each.code !== 'ATOMIC_ROLLED_BACK');
      const refused = done.results[first];
      throw this.#refused(refused?.ok === false ? refused : result, (commands[Math.max(first, 0)] ?? commands[0])?.act, actors);
    }
    const answer = this.#result(result, done);
    if (done.block !== undefined) await this.#parts.projection.reached(done.block);
    return answer;
  }

  #refused({ code, field }: Refused, act: Act | undefined, actors: readonly Actor[]): GatewayFault {
    const { projection } = this.#parts;
    const proposed = act === undefined ? undefined : act.op === 'proposal.open' ? act.command.act : act.op === 'proposal.approve' ? projection.get('proposal', act.id)?.act : act;
    const licence = proposed && 'licence' in proposed && typeof proposed['licence'] === 'string' ? proposed['licence'] : undefined;
    const op = typeof proposed?.op === 'string' ? proposed.op : '';
    const matters = act?.op === 'application.accept' ? act.conditions?.map(({ matter }) => matter) : [];
    const choices = choicesFor(code, { op, licence, matters: matters ?? [] }, projection);
    const signed = () => actors.map(({ staff }) => projection.get('staff', staff)?.roles ?? []);
    return new GatewayFault('REFUSED', {
      refusal: code, fields: field === undefined ? [] : [{ field, code, ...(choices ? { choices } : {}) }],
      explained: code === 'ACTOR_ROLE' ? rolesFor(op, signed(), Math.min(Math.max(actors.length, 1), 3) as 1 | 2 | 3) : licence === undefined ? undefined : explained(code, licence, projection),
    });
  }

  #result(result: Exclude<Result, Refused>, done: Done): ActResult {
    const txId = done.txId ?? done.recordedIn;
    const block = done.block ?? (txId === undefined ? undefined : this.#parts.projection.blockOf(txId));
    const { ok: _, ...outcome } = result;
    return {
      ...outcome,
      ...(result.licence === undefined || result.version === undefined ? {} : { identifier: identifierOf(result.licence as LicenceId, result.version) }),
      ...(txId === undefined ? {} : { transaction: txId }), ...(block === undefined ? {} : { block: String(block) }),
      replayed: done.recordedIn !== undefined,
    };
  }
}

function canonicalOf(input: unknown): string {
  try {
    return canonical(JSON.parse(JSON.stringify(input)) as Canonical);
  } catch (cause) {
    if (cause instanceof CanonicalError) throw new GatewayFault('REQUEST_MALFORMED', { cause });
    throw cause;
  }
}
