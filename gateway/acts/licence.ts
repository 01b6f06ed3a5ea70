/** Acts on licences: drafted, signed, kept, committed. One request id is one outcome, however often it is asked for. */
import { LRUCache } from 'lru-cache';
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import type { Actor, Request } from '#chaincode/facts/commands';
import { actDigest } from '#chaincode/facts/act-digest';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { identifierOf, type Identifier, type LicenceId } from '#chaincode/facts/identifier';
import type { Result } from '#chaincode/rules/batch';
import { GatewayFault } from '../fault.js';
import type { Keyring } from '../keyring.js';
import type { Done, Lanes } from '../ledger/lanes.js';
import type { Projection } from '../ledger/projection.js';
import type { Drafter, Draft, ActInput } from './draft.js';

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
  readonly transaction?: string;
  readonly block?: string;
  /** The request had been carried out before; this is its first outcome. */
  readonly replayed: boolean;
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

export interface LicenceActsParts {
  readonly drafter: Drafter;
  readonly lanes: Lanes;
  readonly projection: Projection;
  readonly keyring: Keyring;
}

export class LicenceActs {
  readonly #parts: LicenceActsParts;
  readonly #drafts = new LRUCache<string, { draft: Draft; content: string }>({ max: DRAFTS_MAX, ttl: DRAFT_TTL_MS });

  constructor(parts: LicenceActsParts) {
    this.#parts = parts;
  }

  /** An ordinary act on the word of the gateway. @throws GatewayFault; REFUSED carries the rule's code */
  async perform(acting: Acting, requestId: string, input: ActInput): Promise<ActResult> {
    const content = this.contentOf(acting.agency, input);
    const earlier = await this.#earlier(acting.agency, requestId, content);
    if (earlier) return earlier;
    const draft = await this.#parts.drafter.draft(acting.agency, input);
    return this.#submit(draft, requestId, content, [{ staff: acting.staff, method: 'gateway' }]);
  }

  /** Everything but the signature. */
  async draft(acting: Acting, requestId: string, input: ActInput): Promise<DraftView> {
    const content = this.contentOf(acting.agency, input);
    const key = `${acting.agency}/${requestId}`;
    const waiting = this.#drafts.get(key);
    if (waiting && waiting.content !== content) throw new GatewayFault('REFUSED', { refusal: 'REQUEST_ID_REUSED' });
    const draft = waiting?.draft ?? (await this.#parts.drafter.draft(acting.agency, input));
    this.#drafts.set(key, { draft, content });
    return this.#view(draft, requestId);
  }

  /** The signed act: sealed after its last actor, then committed. */
  async sign(acting: Acting, requestId: string, actors: readonly Actor[]): Promise<ActResult> {
    const waiting = this.#drafts.get(`${acting.agency}/${requestId}`);
    if (!waiting) throw new GatewayFault('DRAFT_UNKNOWN');
    const result = await this.#submit(waiting.draft, requestId, waiting.content, actors);
    this.#drafts.delete(`${acting.agency}/${requestId}`);
    return result;
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
    const outcome = known.done['0'];
    return outcome ? this.#result({ ok: true, ...outcome }, { results: [], recordedIn: known.txId }) : undefined;
  }

  #view(draft: Draft, requestId: string): DraftView {
    const ledger = this.#parts.projection.get('ledger', 'settings')?.ledger ?? '';
    const { agency, act, content, expiresAt } = draft;
    const digest = base64url(actDigest({ ledger, agency, requestId, act, content, expiresAt }));
    return { requestId, ledger, agency, act, ...(content === undefined ? {} : { content }), expiresAt, digest };
  }

  async #submit(draft: Draft, requestId: string, content: string, actors: readonly Actor[]): Promise<ActResult> {
    const { command, entry } = this.#parts.drafter.seal(draft);
    const request: Request = { agency: draft.agency, requestId, content, actors: [...actors], commands: [command] };
    const done = await this.#parts.lanes.submit({ request, entries: [entry] }, draft.lane);
    const [result] = done.results;
    if (!result) throw new GatewayFault('INTERNAL');
    const answer = this.#result(result, done);
    if (done.block !== undefined) await this.#parts.projection.reached(done.block);
    return answer;
  }

  #result(result: Result, done: Done): ActResult {
    if (!result.ok) throw new GatewayFault('REFUSED', { refusal: result.code, fields: result.field === undefined ? [] : [{ field: result.field, code: result.code }] });
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
