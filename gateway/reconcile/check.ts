/** A check under way: what the steps share. Counts, stops, keeps how far it is, and leaves the machine to others where the gateway is at work. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Services } from '../services.js';
import { findingOf, type Finding, type Seen } from './finding.js';
import type { Noted, Scratch } from './scratch.js';
import type { SetAside, Traced } from './set-aside.js';

/** A broken disk breaks everything at once; the first thousand say enough. */
export const FINDINGS_MAX = 1_000;
/** How far it is is kept so often: what a kill loses is looked at once more. */
const SAVE_MS = 1_000;
/** Beside a gateway at work: so long at a stretch, or one piece of work, and then nothing for three times as long. A counter waits a few milliseconds longer; a check takes four times as long. */
const STRETCH_MS = 5;
const REST = 3;
/** What is under way looks like damage: beside a gateway at work a finding counts when it is there after so long too. */
const AGAIN_MS = 3_000;

export interface Step {
  readonly step: string;
  readonly done: number;
  /** Where it is known. */
  readonly of?: number;
  /** A second, since this run began the step. */
  readonly rate: number;
}

/** The run was asked to stop; what it has found so far is kept. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface CheckOptions {
  readonly services: Services;
  readonly scratch: Scratch;
  readonly aside: SetAside;
  /** Whether the gateway is at work on the same stores. */
  readonly live: boolean;
  readonly repair: boolean;
  /** Whether the links between blocks are looked at while they are read. */
  readonly chain: boolean;
  readonly signal: AbortSignal;
  readonly progress: (step: Step) => void;
  readonly againMs?: number | undefined;
}

export class Check {
  readonly services: Services;
  readonly scratch: Scratch;
  readonly aside: SetAside;
  readonly live: boolean;
  readonly repair: boolean;
  readonly chain: boolean;
  readonly #options: CheckOptions;
  #step = '';
  #stepAt = 0;
  #from = 0;
  #savedAt = Date.now();
  #stretchAt = Date.now();

  constructor(options: CheckOptions) {
    this.#options = options;
    ({ services: this.services, scratch: this.scratch, aside: this.aside, live: this.live, repair: this.repair, chain: this.chain } = options);
  }

  /** @param record that it was met at, as `<noun>/<id>` */
  found(seen: Seen, { repaired = false, record }: { repaired?: boolean; record?: string } = {}): void {
    const { state } = this.scratch;
    state.total++;
    if (state.noted.length < FINDINGS_MAX) state.noted.push({ finding: findingOf(seen, repaired), step: this.#step, ...(record === undefined ? {} : { record }) });
  }

  get findings(): readonly Finding[] {
    return this.scratch.state.noted.map(({ finding }) => finding);
  }

  /** Begins a step. */
  begin(step: string, from = 0): void {
    [this.#step, this.#stepAt, this.#from] = [step, Date.now(), from];
    this.#options.progress({ step, done: from, rate: 0 });
  }

  /** What an earlier run noted in the step of now is taken out, to be met again. */
  takeBack(of: (noted: Noted) => boolean = () => true): void {
    const { state } = this.scratch;
    const gone = state.noted.filter((noted) => noted.step === this.#step && of(noted));
    state.noted = state.noted.filter((noted) => !gone.includes(noted));
    state.total -= gone.length;
  }

  /** After a piece of work. @param every tells of it once in so many @throws Stopped */
  async turn(done: number, of?: number, every = 1): Promise<void> {
    if (done % every !== 0) return;
    const { signal, progress } = this.#options;
    const now = Date.now();
    const seconds = (now - this.#stepAt) / 1000;
    progress({ step: this.#step, done, ...(of === undefined ? {} : { of }), rate: seconds > 0 ? Math.round((done - this.#from) / seconds) : 0 });
    if (signal.aborted) {
      this.scratch.save();
      throw new Stopped();
    }
    if (now - this.#savedAt > SAVE_MS) {
      this.#savedAt = now;
      this.scratch.save();
    }
    if (this.live && now - this.#stretchAt > STRETCH_MS) {
      await delay(REST * (now - this.#stretchAt));
      this.#stretchAt = Date.now();
    }
  }

  /** Beside a gateway at work: time for what is under way to arrive. @throws Stopped */
  async again(): Promise<void> {
    await delay(this.#options.againMs ?? AGAIN_MS, undefined, { signal: this.#options.signal }).catch(() => { throw new Stopped(); });
    const { projection, ledger } = this.services;
    await projection.reached((await ledger.height()) - 1n, 60_000);
  }

  /** Looks; beside a gateway at work a second time where something was found, and what is there both times counts. */
  async twice<T extends Seen>(look: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const first = await look();
    if (!this.live || first.length === 0) return first;
    await this.again();
    const then = new Set(first.map(({ code, where }) => `${code} ${where}`));
    return (await look()).filter(({ code, where }) => then.has(`${code} ${where}`));
  }

  trace(all: readonly Traced[]): void {
    this.aside.trace(all);
  }
}
