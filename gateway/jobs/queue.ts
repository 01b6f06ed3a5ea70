/**
 * A durable queue: jobs survive a crash, show their progress, can be stopped and resumed. It knows no act; handlers do the work.
 * Jobs of one agency run one after the other, in the order they were made; those of different agencies run side by side.
 */
import { EventEmitter } from 'node:events';
import type { BatchOperation, Level } from 'level';
import { decrypt, encrypt } from '../cipher.js';
import type { Clock } from '../clock.js';
import { nowOf } from '../clock.js';
import { GatewayFault } from '../fault.js';
import { randomId } from '../keyring.js';
import type { ReportRow } from '../tables/report.js';

export type JobState = 'preparing' | 'waiting' | 'running' | 'stopped' | 'done' | 'failed';

export interface Job<Params = unknown, Plan = unknown> {
  readonly id: string;
  readonly agency: string;
  readonly staff: string;
  readonly createdAt: string;
  readonly params: Params;
  state: JobState;
  /** State to go back to when a stopped job is resumed. */
  before?: JobState;
  total?: number;
  prepared: number;
  done: number;
  already: number;
  refused: number;
  /** Why it failed. */
  code?: string;
  /** What the handler needs to go on after a crash. */
  plan?: Plan;
}

/** What a handler may do with its job. */
export interface JobRun<Params, Plan> {
  readonly job: Job<Params, Plan>;
  readonly signal: AbortSignal;
  /** Progress and rows in one batch: a row is reported exactly if its progress is. */
  save(rows?: readonly ReportRow[], binary?: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Forgets the rows reported so far: preparing begins anew. */
  restart(): Promise<void>;
  binary(name: string): Promise<Uint8Array | undefined>;
}
export type Handler<Params, Plan> = (run: JobRun<Params, Plan>) => Promise<void>;

interface Running<Params, Plan> {
  readonly job: Job<Params, Plan>;
  readonly stop: AbortController;
  /** The handler has returned: a stop has nobody to tell, and acts on the job itself. */
  over: boolean;
  work: Promise<void>;
}

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

const JOBS_LISTED = 100;
/** Agencies at work at once: each holds the leaves of its table in memory, and all share one thread. */
export const AGENCIES_AT_ONCE = 4;

export class Queue<Params, Plan> {
  readonly #store: Store;
  readonly #key: Uint8Array;
  readonly #handler: Handler<Params, Plan>;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job<Params, Plan>>();
  readonly #written = new Map<string, JobState>();
  /** What is still to be written of a job: a write that failed goes with the next one, so that no progress is kept without its rows. */
  readonly #unwritten = new Map<string, Operation[]>();
  readonly #turns = new Map<string, Promise<void>>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #finished: (job: Job<Params, Plan>) => Promise<void>;
  /** Jobs at work, by agency. */
  readonly #running = new Map<string, Running<Params, Plan>>();
  #closing = false;
  /** Told of failures that no caller waits for: a state that could not be written, a cleaning-up that did not succeed. */
  onFailure: (error: unknown) => void = () => undefined;

  /** Told when no job is at work any more. */
  onIdle: () => void = () => undefined;

  /**
   * @param key 32 bytes: cells of tables in reports are personal data, and encrypted under it
   * @param at where its rows lie in the store, where several queues share one
   */
  constructor(store: Store, key: Uint8Array, clock: Clock, handler: Handler<Params, Plan>, finished: (job: Job<Params, Plan>) => Promise<void>, private readonly at = '') {
    this.#store = store;
    this.#key = key;
    this.#clock = clock;
    this.#handler = handler;
    this.#finished = finished;
  }

  /** Takes up what an earlier run left unfinished. A failed job can be resumed: its lists and its table are still its own. */
  async load(): Promise<readonly Job<Params, Plan>[]> {
    for await (const text of this.#store.values({ gt: `${this.at}job/`, lt: `${this.at}job0` })) {
      const job = JSON.parse(text) as Job<Params, Plan>;
      this.#jobs.set(job.id, job);
    }
    return [...this.#jobs.values()].filter(({ state }) => state !== 'done');
  }

  /** Whether a job that is not done has such parameters. */
  needs(which: (params: Params) => boolean): boolean {
    return [...this.#jobs.values()].some(({ state, params }) => state !== 'done' && which(params));
  }

  start(): void {
    this.#wake();
  }

  get isWorking(): boolean {
    return this.#running.size > 0;
  }

  async add(agency: string, staff: string, params: Params): Promise<Job<Params, Plan>> {
    const job: Job<Params, Plan> = { id: randomId(), agency, staff, createdAt: nowOf(this.#clock), params, state: 'preparing', prepared: 0, done: 0, already: 0, refused: 0 };
    this.#jobs.set(job.id, job);
    await this.#write(job);
    this.#wake();
    return job;
  }

  /** @throws GatewayFault JOB_UNKNOWN, also for another agency's job */
  get(id: string, agency: string): Job<Params, Plan> {
    const job = this.#jobs.get(id);
    if (job?.agency !== agency) throw new GatewayFault('JOB_UNKNOWN');
    return job;
  }

  list(agency: string): Job<Params, Plan>[] {
    return [...this.#jobs.values()].filter((job) => job.agency === agency).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).slice(0, JOBS_LISTED);
  }

  /** Changes a job that is not running now, and wakes the queue. */
  async advance(job: Job<Params, Plan>, state: JobState): Promise<void> {
    const before = job.state;
    job.state = state;
    try {
      await this.#write(job);
    } catch (error) {
      job.state = before;
      throw error;
    }
    this.#wake();
  }

  async stop(job: Job<Params, Plan>): Promise<void> {
    if (job.state === 'done' || job.state === 'failed' || job.state === 'stopped') throw new GatewayFault('JOB_STATE');
    const running = this.#running.get(job.agency);
    if (running?.job === job && !running.over) running.stop.abort();
    else await this.#stopped(job);
  }

  async resume(job: Job<Params, Plan>): Promise<void> {
    if (job.state !== 'stopped' && job.state !== 'failed') throw new GatewayFault('JOB_STATE');
    delete job.code;
    await this.advance(job, job.before ?? 'preparing');
  }

  onChange(id: string, listener: (job: Job<Params, Plan>) => void): () => void {
    this.#events.on(id, listener);
    return () => this.#events.off(id, listener);
  }

  /** The report, row by row. @throws GatewayFault REPORT_DAMAGED where a cell on the disk is not what was written */
  async *rows(id: string): AsyncIterable<ReportRow> {
    // A job is seen to be done a moment before its last rows are on the disk.
    await this.#turns.get(id)?.catch(() => undefined);
    for await (const [key, text] of this.#store.iterator({ gt: `${this.at}row/${id}/`, lt: `${this.at}row/${id}0` })) yield this.#open(key, JSON.parse(text) as ReportRow);
  }

  /** The cell that a row was refused for is unreadable on the disk, and fits this row of this job only. */
  #seal(key: string, row: ReportRow): ReportRow {
    return row.value === undefined ? row : { ...row, value: encrypt(this.#key, Buffer.from(row.value), key).toString('base64') };
  }

  #open(key: string, row: ReportRow): ReportRow {
    if (row.value === undefined) return row;
    try {
      return { ...row, value: decrypt(this.#key, Buffer.from(row.value, 'base64'), key).toString('utf8') };
    } catch (cause) {
      throw new GatewayFault('REPORT_DAMAGED', { cause });
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ work }) => work));
  }

  #wake(): void {
    for (let job = this.#next(); job; job = this.#next()) {
      const running: Running<Params, Plan> = { job, stop: new AbortController(), over: false, work: Promise.resolve() };
      this.#running.set(job.agency, running);
      running.work = this.#run(running).finally(() => {
        this.#running.delete(running.job.agency);
        this.#wake();
        if (!this.isWorking) this.onIdle();
      });
    }
  }

  /** The oldest job that may run beside those at work. */
  #next(): Job<Params, Plan> | undefined {
    if (this.#closing || this.#running.size >= AGENCIES_AT_ONCE) return undefined;
    return [...this.#jobs.values()].filter(({ state, agency }) => (state === 'preparing' || state === 'running') && !this.#running.has(agency)).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))[0];
  }

  /** Never rejects: nobody waits for it. */
  async #run(running: Running<Params, Plan>): Promise<void> {
    const { job, stop } = running;
    try {
      const failure = await this.#handle(job, stop.signal).catch((error: unknown) => ({ error }));
      running.over = true;
      if (job.state === 'done' && !failure) await this.#clear(job);
      // Asked to stop, be it in the last moment, when the handler no longer looked. Closing leaves the job as it is: it goes on at the next start.
      else if (stop.signal.aborted) await (this.#closing ? this.#write(job) : this.#stopped(job));
      else if (failure) await this.#failed(job, failure.error);
    } catch (error) {
      // The job's state stands in memory and listeners see it; the disk still has the one before, and the next start goes on from there.
      this.onFailure(error);
      this.#events.emit(job.id, job);
    }
  }

  async #handle(job: Job<Params, Plan>, signal: AbortSignal): Promise<undefined> {
    await this.#handler({
      job, signal,
      save: (rows = [], binary = {}) => this.#write(job, rows, binary),
      restart: () => this.#forgetRows(job.id),
      binary: (name) => this.#store.get(`${this.at}binary/${job.id}/${name}`).then((text) => (text === undefined ? undefined : Buffer.from(text, 'base64'))),
    });
  }

  async #clear(job: Job<Params, Plan>): Promise<void> {
    await this.#store.clear({ gt: `${this.at}binary/${job.id}/`, lt: `${this.at}binary/${job.id}0` });
    await this.#finished(job);
  }

  async #stopped(job: Job<Params, Plan>): Promise<void> {
    job.before = job.state;
    job.state = 'stopped';
    await this.#write(job);
  }

  async #failed(job: Job<Params, Plan>, error: unknown): Promise<void> {
    job.before = job.state;
    job.state = 'failed';
    job.code = error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL';
    await this.#write(job);
  }

  /** Steps on what is kept of one job, in the order they were asked for. A step that fails does not hold up the next. */
  #inOrder(id: string, step: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).catch(() => undefined).then(step);
    this.#turns.set(id, turn);
    return turn;
  }

  async #forgetRows(id: string): Promise<void> {
    await this.#inOrder(id, async () => {
      this.#unwritten.delete(id);
      await this.#store.clear({ gt: `${this.at}row/${id}/`, lt: `${this.at}row/${id}0` });
    });
  }

  async #write(job: Job<Params, Plan>, rows: readonly ReportRow[] = [], binary: Readonly<Record<string, Uint8Array>> = {}): Promise<void> {
    const { id, state } = job;
    const operations: Operation[] = rows.map((row) => {
      const key = `${this.at}row/${id}/${String(row.row).padStart(9, '0')}`;
      return { type: 'put', key, value: JSON.stringify(this.#seal(key, row)) };
    });
    for (const [name, bytes] of Object.entries(binary)) operations.push({ type: 'put', key: `${this.at}binary/${id}/${name}`, value: Buffer.from(bytes).toString('base64') });
    // The job as it is now, with these rows: what others add while this waits its turn comes with rows of their own.
    operations.push({ type: 'put', key: `${this.at}job/${id}`, value: JSON.stringify(job) });
    await this.#inOrder(id, async () => {
      const all = [...(this.#unwritten.get(id) ?? []), ...operations];
      this.#unwritten.set(id, all);
      // Progress may be lost with the process's last moments: what is done twice is found done. A new state may not.
      await this.#store.batch(all, { sync: this.#written.get(id) !== state });
      this.#unwritten.delete(id);
      this.#written.set(id, state);
    });
    this.#events.emit(id, job);
  }
}
