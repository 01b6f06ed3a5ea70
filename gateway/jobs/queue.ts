/** A durable queue: jobs survive a crash, show their progress, can be stopped and resumed. It knows no act; handlers do the work. */
import { EventEmitter } from 'node:events';
import type { BatchOperation, Level } from 'level';
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

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

const JOBS_LISTED = 100;
const rowKey = (job: string, row: number): string => `row/${job}/${String(row).padStart(9, '0')}`;

export class Queue<Params, Plan> {
  readonly #store: Store;
  readonly #handler: Handler<Params, Plan>;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job<Params, Plan>>();
  readonly #written = new Map<string, JobState>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #finished: (job: Job<Params, Plan>) => Promise<void>;
  #current: { id: string; stop: AbortController } | undefined;
  #working: Promise<void> | undefined;
  #closing = false;

  constructor(store: Store, clock: Clock, handler: Handler<Params, Plan>, finished: (job: Job<Params, Plan>) => Promise<void>) {
    this.#store = store;
    this.#clock = clock;
    this.#handler = handler;
    this.#finished = finished;
  }

  /** Takes up what an earlier run left unfinished. A failed job can be resumed: its lists and its table are still its own. */
  async load(): Promise<readonly Job<Params, Plan>[]> {
    for await (const text of this.#store.values({ gt: 'job/', lt: 'job0' })) {
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
    job.state = state;
    await this.#write(job);
    this.#wake();
  }

  async stop(job: Job<Params, Plan>): Promise<void> {
    if (job.state === 'done' || job.state === 'failed' || job.state === 'stopped') throw new GatewayFault('JOB_STATE');
    if (this.#current?.id === job.id) this.#current.stop.abort();
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

  async *rows(id: string): AsyncIterable<ReportRow> {
    for await (const text of this.#store.values({ gt: `row/${id}/`, lt: `row/${id}0` })) yield JSON.parse(text) as ReportRow;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#current?.stop.abort();
    await this.#working;
  }

  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (!this.#closing && this.#next()) this.#wake();
    });
  }

  #next(): Job<Params, Plan> | undefined {
    return [...this.#jobs.values()].filter(({ state }) => state === 'preparing' || state === 'running').sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))[0];
  }

  async #work(): Promise<void> {
    for (let job = this.#next(); job && !this.#closing; job = this.#next()) await this.#run(job);
  }

  async #run(job: Job<Params, Plan>): Promise<void> {
    const stop = new AbortController();
    this.#current = { id: job.id, stop };
    try {
      await this.#handler({
        job, signal: stop.signal,
        save: (rows = [], binary = {}) => this.#write(job, rows, binary),
        restart: () => this.#forgetRows(job.id),
        binary: (name) => this.#store.get(`binary/${job.id}/${name}`).then((text) => (text === undefined ? undefined : Buffer.from(text, 'base64'))),
      });
      if (job.state === 'done') {
        await this.#store.clear({ gt: `binary/${job.id}/`, lt: `binary/${job.id}0` });
        await this.#finished(job);
      }
    } catch (error) {
      // Closing the gateway leaves the job as it is: it goes on at the next start.
      if (stop.signal.aborted) await (this.#closing ? this.#write(job) : this.#stopped(job));
      else await this.#failed(job, error);
    } finally {
      this.#current = undefined;
    }
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

  async #forgetRows(id: string): Promise<void> {
    await this.#store.clear({ gt: `row/${id}/`, lt: `row/${id}0` });
  }

  async #write(job: Job<Params, Plan>, rows: readonly ReportRow[] = [], binary: Readonly<Record<string, Uint8Array>> = {}): Promise<void> {
    const operations: Operation[] = rows.map((row) => ({ type: 'put', key: rowKey(job.id, row.row), value: JSON.stringify(row) }));
    for (const [name, bytes] of Object.entries(binary)) operations.push({ type: 'put', key: `binary/${job.id}/${name}`, value: Buffer.from(bytes).toString('base64') });
    operations.push({ type: 'put', key: `job/${job.id}`, value: JSON.stringify(job) });
    // Progress may be lost with the process's last moments: what is done twice is found done. A new state may not.
    await this.#store.batch(operations, { sync: this.#written.get(job.id) !== job.state });
    this.#written.set(job.id, job.state);
    this.#events.emit(job.id, job);
  }
}
