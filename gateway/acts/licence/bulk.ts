/** Bulk issue and import: a table becomes requests of 256 acts under one signature. Drafted to be signed, kept in a spool, sealed from there. */
import { randomBytes } from 'node:crypto';
import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { canonical } from '#chaincode/facts/canonical';
import { actDigest, treeDigest } from '#chaincode/facts/act-digest';
import { ACTORS_MAX, CHUNK, type Actor, type LicenceCommand, type Request } from '#chaincode/facts/commands';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { leafHash, rootOf, subtreePath } from '#chaincode/facts/merkle';
import { demand, RuleError, type RefusalCode } from '#chaincode/facts/refusal';
import { mayTrigger } from '#chaincode/facts/seal';
import { demandPersons, signedBy, type Person } from '#chaincode/rules/actors';
import type { KindRecord, Role, VersionRecord } from '#chaincode/facts/records';
import { isBackdated, personsFor } from '#chaincode/rules/licence';
import type { Result } from '#chaincode/rules/batch';
import { GatewayFault, type FaultCode } from '../../fault.js';
import { chunkRequestId, jobPlaces, ROWS_PER_LIST } from '../../jobs/chance.js';
import type { Job, JobRun } from '../../jobs/queue.js';
import type { Spools } from '../../jobs/spool.js';
import type { Uploads } from '../../jobs/uploads.js';
import type { Done, Work } from '../../ledger/lanes.js';
import type { ReportRow } from '../../tables/report.js';
import { onlyMembers } from './compose.js';
import { EXPIRES_DAYS, type Chance } from './draft.js';
import type { Draft, Sealed } from './drafted.js';
import type { ActInput } from './inputs.js';
import { checkFace } from './face.js';
import type { ManifestRow } from './manifest.js';
import { openRows, type BulkParams, type InputRow } from './bulk-rows.js';
import type { BulkServices } from './bulk-rows.js';

export interface BulkPlan {
  /** base64url; closes the spool, and the ids of requests come from it. Destroyed with the end of the job. */
  key: string;
  /** When its preparing began, ms: every draft bears this time. */
  at: number;
  /** Status lists by lane, in order of use. */
  lists: number[][];
  /** Acts to be signed, and what is signed over them (base64url). */
  size?: number;
  digest?: string;
  /** A row dates its certificate back, which takes two persons; then they sign for all of them. */
  retroactive?: boolean;
  actors?: readonly Actor[];
  /** Chunks whose results are reported. */
  finished: number[];
}
export type BulkJob = Job<BulkParams, BulkPlan>;
type Run = JobRun<BulkParams, BulkPlan>;

/** Drafts between two turns of the event loop: other people's requests wait at most a few milliseconds. */
const TURN = 24;
/** A node is back within seconds, a machine within minutes; what lasts longer somebody has to look at. The job can then be resumed. */
const PATIENCE_MS = 5 * 60_000;
const AGAIN_MS = 1_000;
const DAY_MS = 86_400_000;
const APPROVING: readonly Role[] = ['clerk', 'reviewer', 'approver'];

function refused(refusal: RefusalCode): never {
  throw new GatewayFault('REFUSED', { refusal });
}

interface Drafted {
  readonly row: number;
  readonly draft: Draft;
}

export class Bulk {
  constructor(private readonly services: BulkServices, private readonly uploads: Uploads, private readonly spools: Spools) {}

  readonly handle = async (run: Run): Promise<void> => {
    if (run.job.state === 'preparing') await this.#prepare(run);
    if (run.job.state === 'running') await this.#commit(run);
  };

  /** Lists that unfinished jobs hold; said to the allocator before anything else asks. */
  keepLists(jobs: readonly BulkJob[]): void {
    for (const { agency, plan } of jobs) if (plan) this.services.places.keepReserved(agency, plan.lists.flat());
  }

  /**
   * Takes signatures over a prepared job, of all its persons at once or of one after the other. Signatures that the ledger would refuse are refused here: sent on, they would spend the job, every row refused.
   * @returns running once all have signed, waiting before
   * @throws GatewayFault JOB_STATE, REFUSED (COMMAND_MALFORMED, ACTOR_SIGNATURE, ACTOR_ROLE, ACTORS_SAME_PERSON, SEAL_NOT_YOURS)
   */
  sign(job: BulkJob, actors: readonly Actor[]): 'running' | 'waiting' {
    const { plan } = job;
    if (job.state !== 'waiting' || !plan) throw new GatewayFault('JOB_STATE');
    // Who has signed and left the office since does not keep the others from it.
    const earlier = (plan.actors ?? []).filter((actor) => this.#signer(job, actor) !== undefined);
    const together = [...earlier, ...actors];
    if (together.length > ACTORS_MAX) refused('COMMAND_MALFORMED');
    const persons = together.map((actor) => this.#signer(job, actor) ?? refused('ACTOR_SIGNATURE'));
    const needed = this.persons(job);
    const complete = persons.length >= needed;
    const kind = job.params.type === 'issue' ? this.services.projection.get('kind', job.params.kind ?? '') : undefined;
    try {
      demandPersons(persons, complete ? { persons: needed, ownKey: true } : { persons: 1, ownKey: true, roles: APPROVING });
      if (kind && complete) demand(mayTrigger(this.services.drafter.sealFor(job.agency, kind.type, job.staff), persons), 'SEAL_NOT_YOURS', 'seal');
    } catch (error) {
      if (error instanceof RuleError) refused(error.code);
      throw error;
    }
    plan.actors = together;
    return complete ? 'running' : 'waiting';
  }

  /** How many different persons sign a prepared job. */
  persons(job: BulkJob): 1 | 2 | 3 {
    return Math.max(...this.#kinds(job).map((each) => personsFor(each, job.params.type, { mass: job.plan?.size ?? 0, retroactive: job.plan?.retroactive === true }))) as 1 | 2 | 3;
  }

  /** @returns undefined where the signature is not one of the agency's active staff over the job */
  #signer({ agency, plan }: BulkJob, actor: Actor): Person | undefined {
    const { projection } = this.services;
    const [ledger, digest, staff] = [projection.get('ledger', 'settings'), fromBase64url(plan?.digest ?? ''), projection.get('staff', actor.staff)];
    if (!ledger || !digest || actor.method === 'gateway' || staff?.active !== true || staff.agency !== agency) return undefined;
    const key = staff.keys.find(({ id, active, method }) => active && id === actor.key && method === actor.method);
    return key && signedBy(ledger, key, actor, digest) ? { staff: staff.id, person: staff.person, roles: staff.roles, method: actor.method, key: actor.key } : undefined;
  }

  /** Whether a job waited for its signature longer than its acts are good for: it has to be prepared anew. */
  isExpired({ state, plan }: BulkJob): boolean {
    return state === 'waiting' && plan !== undefined && this.services.clock.now() >= plan.at + EXPIRES_DAYS * DAY_MS;
  }

  /** The acts that a job's root is over, in order. @throws GatewayFault JOB_STATE where nothing is prepared, JOB_DAMAGED */
  async *manifest({ id, plan }: BulkJob): AsyncGenerator<ManifestRow> {
    if (plan?.digest === undefined) throw new GatewayFault('JOB_STATE');
    for await (const { number, chunk } of this.spools.read<Drafted[]>(id, keyOf(plan))) {
      for (const { row, draft: { act, content = '', expiresAt, unsealed, collected } } of chunk) {
        yield { row, requestId: requestIdOf(plan, number), act: act as LicenceCommand, content, expiresAt, ...(unsealed ? { document: unsealed.credential } : {}), ...(collected?.kept.opening === undefined ? {} : { opening: collected.kept.opening }) };
      }
    }
  }

  async #prepare(run: Run): Promise<void> {
    const { job } = run;
    const plan = (job.plan ??= { key: base64url(randomBytes(32)), at: 0, lists: Array.from({ length: this.services.lanes.count }, () => []), finished: [] });
    plan.at = this.services.clock.now();
    delete plan.actors; // what they signed is made anew
    delete plan.retroactive;
    Object.assign(job, { total: 0, prepared: 0, done: 0, already: 0, refused: 0 });
    await run.restart();
    const spool = await this.spools.write(job.id, keyOf(plan));
    try {
      const blocks: Uint8Array[] = [];
      let [chunk, leaves, reports]: [Drafted[], Buffer[], ReportRow[]] = [[], [], []];
      const close = async () => {
        blocks.push(rootOf(leaves));
        if (!job.params.dryRun) await spool.add(chunk); // nobody will seal it
        [chunk, leaves] = [[], []];
      };
      for await (const row of openRows(this.services, this.uploads, job)) {
        job.total = (job.total ?? 0) + 1;
        const drafted = await this.#draft(job, row, job.prepared);
        if ('draft' in drafted) {
          const { draft } = drafted;
          if (this.#isBackdated(draft)) plan.retroactive = true;
          chunk.push(drafted);
          leaves.push(this.#leaf(job, blocks.length, draft));
          job.prepared++;
          if (job.params.dryRun) { reports.push({ row: row.number, result: 'done', code: 'DRY_RUN', ...kindOf(draft), licence: 'licence' in draft.act ? draft.act.licence : '' }); job.done++; }
          if (chunk.length === CHUNK) await close();
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
      if (chunk.length > 0) await close();
      await spool.finish();
      await this.#planned(run, plan, blocks, reports);
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  async #planned(run: Run, plan: BulkPlan, blocks: readonly Uint8Array[], reports: readonly ReportRow[]): Promise<void> {
    const { job } = run;
    run.signal.throwIfAborted();
    if (job.params.dryRun || blocks.length === 0) {
      job.state = 'done';
      delete job.plan;
      return run.save(reports);
    }
    Object.assign(plan, { size: job.prepared, digest: base64url(treeDigest(new Tree(job.prepared, blocks).root, job.prepared)) });
    job.state = this.#vouched(job) ? 'running' : 'waiting';
    return run.save(reports, { blocks: Buffer.concat(blocks) });
  }

  #leaf(job: BulkJob, chunk: number, { act, content, expiresAt }: Draft): Buffer {
    const ledger = this.services.projection.get('ledger', 'settings')?.ledger ?? '';
    return leafHash(actDigest({ ledger, agency: job.agency, requestId: job.plan ? requestIdOf(job.plan, chunk) : '', act, content, expiresAt }));
  }

  /** Few enough rows of a kind that allows it need no signature of their own. */
  #vouched(job: BulkJob): boolean {
    const name = job.params.type;
    return this.#kinds(job).every((kind) => kind.vouched.includes(name) && (kind.persons[name] ?? 1) === 1 && (job.plan?.size ?? 0) < kind.massFrom) && job.plan?.retroactive !== true;
  }

  #isBackdated({ act }: Draft): boolean {
    const kind = act.op === 'licence.issue' ? this.services.projection.get('kind', splitLicenceId(act.licence as LicenceId).type) : undefined;
    return act.op === 'licence.issue' && kind !== undefined && isBackdated(act, kind, this.services.drafter.today);
  }

  #kinds({ params }: BulkJob): readonly KindRecord[] {
    return this.services.projection.kinds().filter(({ type }) => params.type === 'import' || type === params.kind);
  }

  async #draft(job: BulkJob, row: InputRow, index: number): Promise<Drafted | ReportRow> {
    if ('refused' in row) return { row: row.number, result: 'refused', ...row.refused };
    try {
      const draft = await this.services.drafter.draft(job.agency, await this.#composed(job.agency, row.input), { chance: this.#chance(job, index), at: job.plan?.at, by: job.staff });
      if ('licence' in draft.act && this.services.projection.get('licence', draft.act.licence)) return this.#existing(row.number, draft, draft.act.licence);
      return { row: row.number, draft };
    } catch (error) {
      if (!(error instanceof GatewayFault) || error.code !== 'FACE_INVALID') throw error;
      const [fault] = error.fields;
      const column = row.columnOf(fault?.field ?? '');
      return { row: row.number, result: 'refused', code: fault?.code ?? error.code, column, value: row.cells[column] ?? '' };
    }
  }

  /** A table has a row for a certificate, and no column for a list. */
  async #composed(agency: string, input: ActInput): Promise<ActInput> {
    const { projection, drafter } = this.services;
    const kind = input.op === 'issue' ? projection.get('kind', input.kind) : undefined;
    if (input.op !== 'issue' || !kind?.composite) return input;
    const { holderCode } = checkFace(kind, input.face, drafter.today);
    return { ...input, members: await onlyMembers(projection, kind, { subject: await drafter.subjectOf(agency, kind, holderCode), agency, today: drafter.today }) };
  }

  /** A row of an earlier run, one that says what the licence says today, or another one under the same number: only the first two are "already there". */
  #existing(row: number, draft: Draft, licence: string): ReportRow {
    const record = this.services.projection.get('licence', licence);
    const face = canonical(draft.unsealed?.face ?? draft.collected?.kept.face ?? {});
    const until = 'validUntil' in draft.act ? draft.act.validUntil : undefined;
    const saidBy = (version: VersionRecord | undefined): boolean => {
      const kept = record && version && this.services.vault.get(licence, version.documents[0]?.digest ?? '', record.subject);
      return kept !== undefined && canonical(kept.face) === face && version?.validUntil === until;
    };
    const same = saidBy(record?.versions.at(-1)) || (record?.pages === undefined && saidBy(record?.versions[0]));
    return { row, result: same ? 'already' : 'refused', code: same ? 'LICENCE_EXISTS' : 'LICENCE_DIFFERS', licence };
  }

  #chance(job: BulkJob, index: number): Chance {
    const plan = job.plan;
    if (!plan) throw new GatewayFault('JOB_STATE');
    const key = keyOf(plan);
    return {
      bytes: (_label, length) => randomBytes(length),
      places: async () => {
        const chunk = chunkOf(index);
        const lanes = plan.lists.length;
        const lane = chunk % lanes;
        const row = Math.floor(chunk / lanes) * CHUNK + (index % CHUNK);
        const lists = (plan.lists[lane] ??= []);
        while (lists.length <= Math.floor(row / ROWS_PER_LIST)) lists.push(...(await this.services.places.reserve(job.agency, lane, 1)));
        return jobPlaces(key, lists[Math.floor(row / ROWS_PER_LIST)] ?? 0, row);
      },
    };
  }

  /** Where the number was taken since the row was drafted, perhaps by an earlier row of the same table, the two are compared. */
  async #report(row: number, draft: Draft, result: Result | undefined, done: Done): Promise<ReportRow> {
    if (result?.ok !== false || result.code !== 'LICENCE_EXISTS' || !('licence' in draft.act)) return reportOf(row, result, done);
    const { projection } = this.services;
    // The ledger has it; the index follows a moment later.
    while (!projection.get('licence', draft.act.licence) && (await projection.reached(projection.block + 1n)));
    return this.#existing(row, draft, draft.act.licence);
  }

  async #commit(run: Run): Promise<void> {
    const { job } = run;
    const blocks = await run.binary('blocks');
    const { plan } = job;
    if (!plan || !blocks) throw new GatewayFault('JOB_STATE');
    const tree = new Tree(plan.size ?? 0, Array.from({ length: blocks.length / HASH }, (_, i) => blocks.subarray(HASH * i, HASH * (i + 1))));
    const finished = new Set(plan.finished);
    const flights = new Set<Promise<void>>();
    // A flight may fail while nobody waits for it: what failed is kept, or the job would end without it.
    const failures: unknown[] = [];
    try {
      for await (const { number, chunk } of this.spools.read<Drafted[]>(job.id, keyOf(plan), (each) => finished.has(each))) {
        while (flights.size >= plan.lists.length) await Promise.race(flights);
        run.signal.throwIfAborted();
        if (failures.length > 0) break;
        const flight: Promise<void> = this.#send(run, plan, number, chunk, tree).catch((error: unknown) => { failures.push(error); }).finally(() => flights.delete(flight));
        flights.add(flight);
      }
    } finally {
      await Promise.all(flights);
    }
    if (failures.length > 0) throw failures[0];
    if (plan.finished.length !== blocks.length / HASH) throw new GatewayFault('JOB_DAMAGED');
    job.state = 'done';
    delete job.plan;
    await run.save();
  }

  async #send(run: Run, plan: BulkPlan, number: number, drafted: readonly Drafted[], tree: Tree): Promise<void> {
    const { job } = run;
    const sealed: Sealed[] = [];
    // Side by side on the thread pool, in the order of the rows.
    for (let i = 0; i < drafted.length; i += TURN) sealed.push(...(await Promise.all(drafted.slice(i, i + TURN).map(({ draft }) => this.services.drafter.seal(draft)))));
    const request: Request = {
      agency: job.agency, requestId: requestIdOf(plan, number), content: this.services.acts.contentOf(job.agency, { job: job.id, chunk: number }),
      actors: [...(plan.actors ?? [{ staff: job.staff, method: 'gateway' as const }])],
      ...(plan.actors ? { tree: tree.part(number) } : {}), commands: sealed.map(({ command }) => command),
    };
    const done = await this.#carried(run, { request, entries: sealed.map(({ entry }) => entry) }, number % plan.lists.length);
    const reports = await Promise.all(drafted.map(async ({ row, draft }, i) => ({ ...(await this.#report(row, draft, done.results[i], done)), ...kindOf(draft) })));
    for (const { result } of reports) job[result]++;
    plan.finished.push(number);
    await run.save(reports);
  }

  /** Nobody sits before a job: a node that is started again is waited for, with one and the same request. */
  async #carried({ signal }: Run, work: Work, lane: number): Promise<Done> {
    for (const from = Date.now(); ;) {
      try {
        return await this.services.lanes.submit(work, lane);
      } catch (error) {
        if (!(error instanceof GatewayFault) || !PASSING.has(error.code) || signal.aborted || Date.now() - from > PATIENCE_MS) throw error;
        await delay(AGAIN_MS, undefined, { signal }).catch(() => { throw error; });
      }
    }
  }
}

/** Of these nothing has happened, or the same request asked again says what has. */
const PASSING: ReadonlySet<string> = new Set<FaultCode>(['LEDGER_UNAVAILABLE', 'LEDGER_CONFLICT', 'BUSY', 'COMMIT_UNKNOWN']);

const chunkOf = (index: number): number => Math.floor(index / CHUNK);
const keys = new WeakMap<object, Buffer>();

function keyOf(plan: { readonly key: string }): Buffer {
  let key = keys.get(plan);
  if (!key) keys.set(plan, (key = Buffer.from(plan.key, 'base64url')));
  return key;
}

const requestIdOf = (plan: BulkPlan, chunk: number): string => chunkRequestId(keyOf(plan), chunk);

/** An imported row says which kind it became: the table names certificates, and the rights are over kinds. */
const kindOf = ({ act }: Draft): Pick<ReportRow, 'kind'> => (act.op === 'licence.import' ? { kind: splitLicenceId(act.licence as LicenceId).type } : {});

function reportOf(row: number, result: Result | undefined, done: Done): ReportRow {
  if (!result?.ok) {
    const code = result?.code ?? 'INTERNAL';
    return { row, result: 'refused', code, ...(result?.field === undefined ? {} : { column: result.field }) };
  }
  const transaction = done.txId ?? done.recordedIn;
  return {
    row, result: 'done', licence: result.licence === undefined ? '' : identifierOf(result.licence as LicenceId, result.version ?? 1), version: result.version ?? 1,
    ...(transaction === undefined ? {} : { transaction }), ...(done.block === undefined ? {} : { block: done.block.toString() }),
  };
}

const HASH = 32;

/** The tree over all acts of a job, from the roots of its chunks up; a chunk proves itself by the path above it. */
class Tree {
  constructor(private readonly size: number, private readonly blocks: readonly Uint8Array[]) {}

  get root(): Uint8Array {
    return rootOf(this.blocks);
  }

  part(chunk: number): NonNullable<Request['tree']> {
    return { index: chunk * CHUNK, size: this.size, path: subtreePath(this.blocks, chunk, 1).map(base64url) };
  }
}
