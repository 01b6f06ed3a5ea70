/** Bulk issue and import: a table becomes requests of 256 acts under one signature. Drafted once to be signed, once more to be sealed; both come out the same. */
import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { canonical } from '#chaincode/facts/canonical';
import { actDigest } from '#chaincode/facts/act-digest';
import { CHUNK, type Actor, type Request } from '#chaincode/facts/commands';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import { leafHash, rootOf, subtreePath } from '#chaincode/facts/merkle';
import { RuleError } from '#chaincode/facts/refusal';
import { demandPersons, signedBy, type Person } from '#chaincode/rules/actors';
import type { Result } from '#chaincode/rules/batch';
import type { VaultEntry } from '../vault/vault.js';
import { GatewayFault } from '../fault.js';
import { chunkRequestId, jobPlaces, rowBytes, ROWS_PER_LIST } from '../jobs/chance.js';
import type { Job, JobRun } from '../jobs/queue.js';
import type { Uploads } from '../jobs/uploads.js';
import { LANES, type Done } from '../ledger/lanes.js';
import { messageOf } from '../messages.js';
import type { ReportRow } from '../tables/report.js';
import type { Chance, Draft } from './draft.js';
import { openRows, type BulkParams, type InputRow } from './bulk-rows.js';
import type { BulkServices } from './bulk-rows.js';

export interface BulkPlan {
  /** base64url; salts and ids of the rows come from it. Destroyed with the end of the job. */
  key: string;
  /** When the job was made, ms: every draft bears this time. */
  at: number;
  /** Status lists by lane, in order of use. */
  lists: number[][];
  /** Acts to be signed, and the root over them (base64url). */
  size?: number;
  root?: string;
  actors?: readonly Actor[];
  /** Chunks whose results are reported. */
  finished: number[];
}
export type BulkJob = Job<BulkParams, BulkPlan>;
type Run = JobRun<BulkParams, BulkPlan>;

/** Drafts between two turns of the event loop: other people's requests wait at most a few milliseconds. */
const TURN = 24;

interface Drafted {
  readonly row: number;
  readonly draft: Draft;
}

export class Bulk {
  constructor(private readonly services: BulkServices, private readonly uploads: Uploads) {}

  readonly handle = async (run: Run): Promise<void> => {
    if (run.job.state === 'preparing') await this.#prepare(run);
    if (run.job.state === 'running') await this.#commit(run);
  };

  /** Lists that unfinished jobs hold; said to the allocator before anything else asks. */
  async keepLists(jobs: readonly BulkJob[]): Promise<void> {
    for (const { agency, plan } of jobs) if (plan) await this.services.places.keepReserved(agency, plan.lists.flat());
  }

  /**
   * Takes the signatures over a prepared job. Signatures that the ledger would refuse are refused here: sent on, they would spend the job, every row refused.
   * @throws GatewayFault JOB_STATE, REFUSED (ACTOR_SIGNATURE, ACTOR_ROLE, ACTORS_TOO_FEW, ACTORS_SAME_PERSON)
   */
  sign(job: BulkJob, actors: readonly Actor[]): void {
    const { plan } = job;
    const ledger = this.services.projection.get('ledger', 'settings');
    const root = fromBase64url(plan?.root ?? '');
    if (job.state !== 'waiting' || !plan || !ledger || !root) throw new GatewayFault('JOB_STATE');
    const persons: Person[] = [];
    for (const actor of actors) {
      const staff = this.services.projection.get('staff', actor.staff);
      const key = actor.method === 'gateway' ? undefined : staff?.keys.find(({ id, active, method }) => active && id === actor.key && method === actor.method);
      if (actor.method === 'gateway' || staff?.active !== true || staff.agency !== job.agency || !key || !signedBy(ledger, key, actor, root)) throw new GatewayFault('REFUSED', { refusal: 'ACTOR_SIGNATURE' });
      persons.push({ staff: staff.id, person: staff.person, roles: staff.roles, method: actor.method, key: actor.key });
    }
    const kind = job.params.type === 'issue' ? this.services.projection.get('kind', job.params.kind ?? '') : undefined;
    try {
      demandPersons(persons, { persons: kind?.persons['issue'] ?? 1, ownKey: true });
    } catch (error) {
      if (error instanceof RuleError) throw new GatewayFault('REFUSED', { refusal: error.code });
      throw error;
    }
    plan.actors = actors;
  }

  async #prepare(run: Run): Promise<void> {
    const { job } = run;
    job.plan ??= { key: base64url(randomBytes(32)), at: this.services.clock.now(), lists: Array.from({ length: LANES }, () => []), finished: [] };
    Object.assign(job, { total: 0, prepared: 0, done: 0, already: 0, refused: 0 });
    await run.restart();
    const leaves: Buffer[] = [];
    const accepted: number[] = [];
    let reports: ReportRow[] = [];
    for await (const row of openRows(this.services, this.uploads, job)) {
      job.total = (job.total ?? 0) + 1;
      const drafted = await this.#draft(job, row, accepted.length, true);
      if ('draft' in drafted) {
        const { draft } = drafted;
        accepted.push(row.number);
        leaves.push(this.#leaf(job, chunkOf(accepted.length - 1), draft));
        job.prepared++;
        if (job.params.dryRun) { reports.push({ row: row.number, result: 'done', code: 'DRY_RUN', licence: 'licence' in draft.act ? draft.act.licence : '' }); job.done++; }
      } else {
        reports.push(drafted);
        job[drafted.result === 'already' ? 'already' : 'refused']++;
      }
      if (job.total % TURN === 0) await breathe();
      if (job.total % CHUNK === 0) {
        run.signal.throwIfAborted();
        await run.save(reports);
        reports = [];
      }
    }
    await this.#planned(run, leaves, accepted, reports);
  }

  async #planned(run: Run, leaves: readonly Buffer[], accepted: readonly number[], reports: readonly ReportRow[]): Promise<void> {
    const { job } = run;
    run.signal.throwIfAborted();
    if (job.params.dryRun || leaves.length === 0 || !job.plan) {
      job.state = 'done';
      delete job.plan;
      return run.save(reports);
    }
    Object.assign(job.plan, { size: leaves.length, root: base64url(rootOf(leaves)) });
    job.state = this.#vouched(job) ? 'running' : 'waiting';
    return run.save(reports, { leaves: Buffer.concat(leaves), accepted: Buffer.from(Uint32Array.from(accepted).buffer) });
  }

  #leaf(job: BulkJob, chunk: number, { act, content, expiresAt }: Draft): Buffer {
    const ledger = this.services.projection.get('ledger', 'settings')?.ledger ?? '';
    return leafHash(actDigest({ ledger, agency: job.agency, requestId: job.plan ? requestIdOf(job.plan, chunk) : '', act, content, expiresAt }));
  }

  /** Few enough rows of a kind that allows it need no signature of their own. */
  #vouched(job: BulkJob): boolean {
    const name = job.params.type;
    const kinds = this.services.projection.kinds().filter(({ type }) => name === 'import' || type === job.params.kind);
    return kinds.every((kind) => kind.vouched.includes(name) && (kind.persons[name] ?? 1) === 1 && (job.plan?.size ?? 0) < kind.massFrom);
  }

  async #draft(job: BulkJob, row: InputRow, index: number, first: boolean): Promise<Drafted | ReportRow> {
    if ('refused' in row) return { row: row.number, result: 'refused', ...row.refused };
    try {
      const draft = await this.services.drafter.draft(job.agency, row.input, this.#chance(job, index), job.plan?.at);
      // Only the first pass looks whether it is there: the second must find the same rows although some are.
      if (first && 'licence' in draft.act && this.services.projection.get('licence', draft.act.licence)) return this.#existing(row, draft, draft.act.licence);
      return { row: row.number, draft };
    } catch (error) {
      if (!(error instanceof GatewayFault) || error.code !== 'FACE_INVALID') throw error;
      const [fault] = error.fields;
      const column = row.columnOf(fault?.field ?? '');
      return { row: row.number, result: 'refused', code: fault?.code ?? error.code, column, value: row.cells[column] ?? '', message: messageOf(fault?.code ?? error.code).zh };
    }
  }

  /** A row of an earlier run, or another one under the same number: only the first is "already there". */
  #existing(row: Extract<InputRow, { input: unknown }>, draft: Draft, licence: string): ReportRow {
    const record = this.services.projection.get('licence', licence);
    const first = record && this.services.vault.get(licence, record.versions[0]?.documents[0]?.digest ?? '', record.subject);
    const face = draft.unsealed?.face ?? draft.collected?.kept.face ?? {};
    const same = first !== undefined && record !== undefined && record.pages === undefined && canonical(first.face) === canonical(face) && 'validUntil' in draft.act === (record.versions[0]?.validUntil !== undefined)
      && (!('validUntil' in draft.act) || draft.act.validUntil === record.versions[0]?.validUntil);
    const code = same ? 'LICENCE_EXISTS' : 'LICENCE_DIFFERS';
    return { row: row.number, result: same ? 'already' : 'refused', code, licence, message: messageOf(code).zh };
  }

  #chance(job: BulkJob, index: number): Chance {
    const plan = job.plan ?? { key: '', lists: [] as number[][] };
    const key = keyOf(plan);
    return {
      bytes: rowBytes(key, index),
      places: async () => {
        const chunk = chunkOf(index);
        const lane = chunk % LANES;
        const row = Math.floor(chunk / LANES) * CHUNK + (index % CHUNK);
        const lists = (plan.lists[lane] ??= []);
        while (lists.length <= Math.floor(row / ROWS_PER_LIST)) lists.push(...(await this.services.places.reserve(job.agency, lane, 1)));
        return jobPlaces(key, lists[Math.floor(row / ROWS_PER_LIST)] ?? 0, row);
      },
    };
  }

  async #commit(run: Run): Promise<void> {
    const { job } = run;
    const [leaves, accepted] = [await run.binary('leaves'), await run.binary('accepted')];
    if (!job.plan || !leaves || !accepted) throw new GatewayFault('JOB_STATE');
    const tree = new Tree(leaves);
    const wanted = new Set(new Uint32Array(Uint8Array.from(accepted).buffer));
    const finished = new Set(job.plan.finished);
    const flights = new Set<Promise<void>>();
    // A flight may fail while rows are being drafted, when nobody waits for it: what failed is kept, or the job would end without it.
    const failures: unknown[] = [];
    let chunk: Drafted[] = [];
    let index = 0;
    const send = async () => {
      const number = chunkOf(index - 1);
      const drafted = chunk;
      chunk = [];
      if (finished.has(number)) return;
      while (flights.size >= LANES) await Promise.race(flights);
      run.signal.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      const flight: Promise<void> = this.#send(run, number, drafted, tree).catch((error: unknown) => { failures.push(error); }).finally(() => flights.delete(flight));
      flights.add(flight);
    };
    try {
      for await (const row of openRows(this.services, this.uploads, job)) {
        if (!wanted.has(row.number)) continue;
        const skip = finished.has(chunkOf(index));
        if (!skip) {
          const drafted = await this.#draft(job, row, index, false);
          if (!('draft' in drafted)) throw new GatewayFault('CONFLICT');
          chunk.push(drafted);
        }
        index++;
        if (index % TURN === 0) await breathe();
        if (index % CHUNK === 0) await send();
      }
      if (index % CHUNK !== 0) await send();
    } finally {
      await Promise.all(flights);
    }
    if (failures.length > 0) throw failures[0];
    job.state = 'done';
    delete job.plan;
    await run.save();
  }

  async #send(run: Run, number: number, drafted: readonly Drafted[], tree: Tree): Promise<void> {
    const { job } = run;
    const { plan } = job;
    if (!plan) throw new GatewayFault('JOB_STATE');
    // A seal or a kind that changed since the signature makes other documents: none of them is what was signed.
    if (plan.actors && !tree.holds(number, drafted.map(({ draft }) => this.#leaf(job, number, draft)))) throw new GatewayFault('JOB_STALE');
    const sealed = drafted.map(({ draft }) => this.services.drafter.seal(draft));
    const entries: (VaultEntry | undefined)[] = sealed.map(({ entry }) => entry);
    const request: Request = {
      agency: job.agency, requestId: requestIdOf(plan, number), content: this.services.acts.contentOf(job.agency, { job: job.id, chunk: number }),
      actors: [...(plan.actors ?? [{ staff: job.staff, method: 'gateway' as const }])],
      ...(plan.actors ? { tree: tree.part(number) } : {}), commands: sealed.map(({ command }) => command),
    };
    const done = await this.services.lanes.submit({ request, entries }, number % LANES);
    const reports = drafted.map(({ row }, i) => reportOf(row, done.results[i], done));
    for (const { result } of reports) job[result]++;
    plan.finished.push(number);
    await run.save(reports);
  }
}

const chunkOf = (index: number): number => Math.floor(index / CHUNK);
const keys = new WeakMap<object, Buffer>();

function keyOf(plan: { readonly key: string }): Buffer {
  let key = keys.get(plan);
  if (!key) keys.set(plan, (key = Buffer.from(plan.key, 'base64url')));
  return key;
}

const requestIdOf = (plan: BulkPlan, chunk: number): string => chunkRequestId(keyOf(plan), chunk);

function reportOf(row: number, result: Result | undefined, done: Done): ReportRow {
  if (!result?.ok) {
    const code = result?.code ?? 'INTERNAL';
    return { row, result: code === 'LICENCE_EXISTS' ? 'already' : 'refused', code, ...(result?.field === undefined ? {} : { column: result.field }), message: messageOf(code).zh };
  }
  const transaction = done.txId ?? done.recordedIn;
  return {
    row, result: 'done', licence: result.licence === undefined ? '' : identifierOf(result.licence as LicenceId, result.version ?? 1), version: result.version ?? 1,
    ...(transaction === undefined ? {} : { transaction }), ...(done.block === undefined ? {} : { block: done.block.toString() }),
  };
}

/** The tree over all acts of a job; a chunk proves itself by its block of leaves and the path above it. */
class Tree {
  readonly #size: number;
  readonly #blocks: Uint8Array[] = [];

  constructor(leaves: Uint8Array) {
    this.#size = leaves.length / 32;
    for (let at = 0; at < this.#size; at += CHUNK) {
      const count = Math.min(CHUNK, this.#size - at);
      this.#blocks.push(rootOf(Array.from({ length: count }, (_, i) => leaves.subarray(32 * (at + i), 32 * (at + i + 1)))));
    }
  }

  /** Whether these are the leaves of a chunk. */
  holds(chunk: number, leaves: readonly Uint8Array[]): boolean {
    const block = this.#blocks[chunk];
    return block !== undefined && leaves.length > 0 && Buffer.from(rootOf(leaves)).equals(block);
  }

  part(chunk: number): NonNullable<Request['tree']> {
    return { index: chunk * CHUNK, size: this.#size, path: subtreePath(this.#blocks, chunk, 1).map(base64url) };
  }
}
