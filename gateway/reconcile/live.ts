/** A check beside a gateway at work: one at a time, behind everything else, stopped with it and taken up again. */
import { instantOf } from '#chaincode/facts/calendar';
import type { Services } from '../services.js';
import { Stopped, type Step } from './check.js';
import { checkServices, type Reconciled } from './run.js';

/** How a check stands. */
export interface CheckView {
  readonly state: 'none' | 'running' | 'stopped' | 'done' | 'failed';
  readonly startedAt?: string;
  readonly repair?: boolean;
  readonly step?: Step;
  readonly result?: Reconciled;
}

export class LiveCheck {
  readonly #services: Services;
  readonly #againMs: number | undefined;
  #view: CheckView = { state: 'none' };
  #stop = new AbortController();
  #running: Promise<void> | undefined;
  onFailure: (error: unknown) => void = () => undefined;

  /** @param againMs a finding counts when it is there after so long too */
  constructor(services: Services, againMs?: number) {
    [this.#services, this.#againMs] = [services, againMs];
  }

  get view(): CheckView {
    return this.#view;
  }

  /** Begins a check, or goes on with one that was stopped. One that runs already runs on. */
  start(repair: boolean): CheckView {
    if (this.#running) return this.#view;
    this.#stop = new AbortController();
    const begun = { startedAt: instantOf(this.#services.clock.now()), repair };
    this.#view = { state: 'running', ...begun };
    const progress = (step: Step) => { this.#view = { state: 'running', ...begun, step }; };
    this.#running = checkServices({ services: this.#services, live: true, repair, signal: this.#stop.signal, progress, againMs: this.#againMs }).then(
      (result) => { this.#view = { state: 'done', ...begun, result }; },
      (error: unknown) => {
        this.#view = { state: error instanceof Stopped ? 'stopped' : 'failed', ...begun };
        if (!(error instanceof Stopped)) this.onFailure(error);
      },
    ).finally(() => { this.#running = undefined; });
    return this.#view;
  }

  /** Ends it; what it has found so far is kept for the next one. */
  async stop(): Promise<CheckView> {
    this.#stop.abort();
    await this.#running;
    return this.#view;
  }
}
