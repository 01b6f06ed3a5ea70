/** Group commit: concurrent requests of an agency share transactions. A lane has one transaction in flight; commands on one licence, one grant or one holder share a lane. */
import { COMMANDS_MAX, type Act, type Request } from '#chaincode/facts/commands';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Result } from '#chaincode/rules/batch';
import { GatewayFault } from '../fault.js';
import type { Vault, VaultEntry } from '../vault/vault.js';
import type { Submitter } from './submit.js';

/** Beyond this a client is told to come back later instead of waiting in memory. */
const QUEUE_COMMANDS_MAX = 8_192;
/** Before anybody on the way to the client hangs up (connections that say nothing are closed after a minute). */
const ANSWER_MS = 45_000;

export interface Work {
  readonly request: Request;
  /** Faces to keep, by command index, durable before the ledger hears of them. */
  readonly entries: readonly (VaultEntry | undefined)[];
}

export interface Done {
  readonly results: readonly Result[];
  readonly recordedIn?: string;
  readonly txId?: string;
  readonly block?: bigint;
}

interface Waiting extends Work {
  readonly timer: NodeJS.Timeout;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: unknown) => void;
}

/** Decides the lane of a licence, a grant or a holder, the same for every command on it; a ledger has as many lanes as it carries transactions at once. */
export function laneOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) | 0;
  return Math.abs(hash);
}

/** Nouns whose every act names its record. */
const BY_ID = /^(?:application|print)\./;

/** The lane of an act: two uses of one grant in flight would read the same count, and one of them would have to begin anew. */
export function laneOfAct(act: Act): number {
  if (BY_ID.test(act.op) && 'id' in act) return laneOf(act.id);
  // Counted in one place for a kind.
  if (act.op === 'licence.issue' && act.automatic) return laneOf(splitLicenceId(act.licence as LicenceId).type);
  if ('licence' in act && act.licence !== undefined) return laneOf(act.licence);
  switch (act.op) {
    case 'grant.put': return laneOf(act.grant.id);
    case 'grant.use': return laneOf(act.grant);
    case 'device.put': case 'erasure.ask': case 'erasure.begin': case 'hold.put': return laneOf(act.subject);
    case 'grant.revoke': case 'device.status': case 'identity.put': case 'identity.end': return laneOf(act.id);
    case 'condition.meet': case 'condition.extend': case 'condition.miss': return laneOf(act.application ?? '');
    case 'objection.put': return laneOf(act.objection.licence);
    case 'objection.answer': return laneOf(act.id);
    case 'delegation.put': return laneOf(act.delegation.subject);
    case 'delegation.revoke': return laneOf(act.id);
    default: return 0;
  }
}

class Lane {
  readonly #waiting: Waiting[] = [];
  #commands = 0;
  #running = false;

  constructor(private readonly agency: string, private readonly submitter: Submitter, private readonly vault: Vault, private readonly answerMs: number) {}

  /** @throws GatewayFault BUSY where it did not have its turn in time: nothing has happened; COMMIT_UNKNOWN where its turn has not ended yet */
  add(work: Work): Promise<Done> {
    const commands = work.request.commands.length;
    if (this.#commands > 0 && this.#commands + commands > QUEUE_COMMANDS_MAX) return Promise.reject(new GatewayFault('BUSY'));
    this.#commands += commands;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ...work, resolve, reject, timer: setTimeout(() => this.#late(waiting), this.answerMs) };
      this.#waiting.push(waiting);
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#run());
      }
    });
  }

  #late(waiting: Waiting): void {
    const place = this.#waiting.indexOf(waiting);
    if (place < 0) return waiting.reject(new GatewayFault('COMMIT_UNKNOWN', { outcome: 'unknown' }));
    this.#waiting.splice(place, 1);
    this.#commands -= waiting.request.commands.length;
    waiting.reject(new GatewayFault('BUSY'));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#take());
    this.#running = false;
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    let size = 0;
    for (let next = this.#waiting[0]; next && (size === 0 || size + next.request.commands.length <= COMMANDS_MAX); next = this.#waiting[0]) {
      batch.push(next);
      size += next.request.commands.length;
      this.#waiting.shift();
    }
    this.#commands -= size;
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const entries = batch.flatMap((work) => work.entries.filter((entry) => entry !== undefined));
      const fresh = new Set(entries.filter((entry) => !this.vault.has(entry)));
      if (entries.length > 0) await this.vault.put(entries);
      const { results, txId, block } = await this.submitter.submit(this.agency, batch.map(({ request }) => request), Object.fromEntries(entries.flatMap(({ digest, shown }) => (shown === undefined ? [] : [[digest, shown]]))));
      await this.#forgetRefused(batch, results, fresh);
      for (const [i, work] of batch.entries()) {
        const result = results[i];
        if (!result) throw new GatewayFault('INTERNAL');
        const where = txId === undefined || block === undefined ? {} : { txId, block };
        work.resolve(result.recordedIn === undefined ? { results: result.results, ...where } : { results: result.results, recordedIn: result.recordedIn });
      }
    } catch (error) {
      for (const work of batch) work.reject(error);
    } finally {
      for (const { timer } of batch) clearTimeout(timer);
    }
  }

  /**
   * Faces of refused commands, and of replays whose first copy is already kept, are not ours to keep. A proposed document and an imported
   * row come out byte for byte the same again, under the same key: what lay there before, or was just accepted, stays.
   */
  async #forgetRefused(batch: readonly Waiting[], results: readonly { recordedIn?: string; results: readonly Result[] }[], fresh: ReadonlySet<VaultEntry>): Promise<void> {
    const kept = new Set<string>();
    const refused: VaultEntry[] = [];
    for (const [i, { entries }] of batch.entries()) {
      for (const [j, entry] of entries.entries()) {
        if (!entry) continue;
        if (results[i]?.recordedIn === undefined && results[i]?.results[j]?.ok === true) kept.add(`${entry.licence}/${entry.digest}`);
        else if (fresh.has(entry)) refused.push(entry);
      }
    }
    const gone = refused.filter(({ licence, digest }) => !kept.has(`${licence}/${digest}`));
    if (gone.length > 0) await this.vault.remove(gone);
  }
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #pending = new Set<Promise<unknown>>();

  /**
   * @param count transactions of one agency in flight at once
   * @param answerMs from being taken in to an answer, whatever the ledger does
   */
  constructor(private readonly submitter: Submitter, private readonly vault: Vault, readonly count: number, private readonly answerMs = ANSWER_MS) {}

  /** @throws GatewayFault BUSY, and what the submitter throws */
  async submit(work: Work, lane: number): Promise<Done> {
    const { agency } = work.request;
    const key = `${agency}/${String(lane % this.count)}`;
    let found = this.#lanes.get(key);
    if (!found) this.#lanes.set(key, (found = new Lane(agency, this.submitter, this.vault, this.answerMs)));
    const done = found.add(work);
    const settled = done.catch(() => undefined);
    this.#pending.add(settled);
    void settled.then(() => this.#pending.delete(settled));
    return done;
  }

  /** Resolves when everything taken in has an outcome. */
  async drain(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
