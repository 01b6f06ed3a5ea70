/** Web hooks by the Standard Webhooks specification: signed, from a durable queue, tried again with growing pauses. It knows nothing of what it tells. */
import { createHash } from 'node:crypto';
import type { BatchOperation, Level } from 'level';
import { Webhook } from 'standardwebhooks';
import type { Clock } from '../clock.js';
import type { Hook } from './settings.js';

/** Pauses between tries (Standard Webhooks, deliverability); after the last one the message is given up. */
export const RETRY_MS: readonly number[] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000);
/** A line of messages is tried at least so often, and its first one given up after about as long as others: when a receiver is back, all that waits is told within the hour. */
export const LINE_PAUSE_MS = 3600_000;
export const LINE_TRIES_MAX = 80;
const PAUSE_MAX_MS = Math.max(...RETRY_MS);
const TIMEOUT_MS = 15_000;
/** How often the queue is looked at while nothing is put into it. */
const LOOK_MS = 5_000;
/** Messages on their way at once to one target. */
const AT_ONCE = 4;
const GONE = 410;

interface Message {
  readonly id: string;
  /** Id of the hook. */
  readonly hook: string;
  readonly body: string;
  readonly tries: number;
  /** When it was put, ms; absent in what lay in the queue before that was kept. */
  readonly putAt?: number;
  /** Its place in the line of the hook, where it is sent in order. */
  readonly line?: number;
}
type Operation = BatchOperation<Level<string, string>, string, string>;

/** What is put into the queue, and the row by which it is known to have been put: both or none. */
export interface Put {
  readonly hook: string;
  /** The same text is put once. */
  readonly once: string;
  readonly body: string;
}

export interface HooksParts {
  readonly desk: Level<string, string>;
  readonly clock: Clock;
  readonly hooks: readonly Hook[];
}

const dueKey = (at: number, id: string): string => `notice/${String(at).padStart(15, '0')}/${id}`;
const lineKey = (hook: string, place: number): string => `notice-line/${hook}/${String(place).padStart(15, '0')}`;
const lineEnd = (hook: string): string => `notice-line/${hook}0`;
/** Of a target that has lost a message: when that was put, until it takes another. */
const downKey = (hook: string): string => `notice-down/${hook}`;
const onceKey = (hook: string, once: string): string => `noticed/${hook}/${once}`;

const due = (at: number, message: Message): Operation => ({ type: 'put', key: dueKey(at, message.id), value: JSON.stringify(message) });
const pauseAfter = ({ tries, line }: Message): number | undefined => (line === undefined ? RETRY_MS[tries] : tries < LINE_TRIES_MAX ? Math.min(RETRY_MS[tries] ?? LINE_PAUSE_MS, LINE_PAUSE_MS) : undefined);
/** The id comes from what is told: also a receiver that was told twice after a crash knows it to be one. */
const messageOf = ({ hook, once, body }: Put, putAt: number): Message => ({ id: `msg_${createHash('sha256').update(`${hook} ${once}`).digest('base64url').slice(0, 27)}`, hook, body, tries: 0, putAt });

/** What a target has not been told. */
export interface Untold {
  readonly hook: string;
  readonly agency: string;
  /** When the oldest of it was put, ms. */
  readonly since: number;
  readonly waiting: number;
}
/** Messages under way to one target. */
interface Lane {
  readonly done: Promise<void>;
  /** Something came up since it last looked. */
  again: boolean;
}

export class HookFailed extends Error {
  override readonly name = 'HookFailed';
  constructor(readonly outcome: 'given up' | 'gone', readonly url: string, readonly notice: string) {
    super(`web hook ${url}: ${outcome}`);
  }
}

export class Hooks {
  readonly #hooks: ReadonlyMap<string, Hook>;
  #turn: Promise<void> = Promise.resolve();
  /** By target: one that does not answer holds up nobody else. */
  readonly #lanes = new Map<string, Lane>();
  /** Whoever reads the end of a line and writes after it. */
  #writing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  readonly #stop = new AbortController();
  /** Told of messages that are given up. */
  onFailure: (error: unknown) => void = () => undefined;

  constructor(private readonly parts: HooksParts) {
    this.#hooks = new Map(parts.hooks.map((hook) => [hook.id, hook]));
  }

  start(): void {
    this.#timer = setInterval(() => { this.goOn(); }, LOOK_MS).unref();
    this.goOn();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#turn;
    await this.#lanesDone();
  }

  /** Durable when it returns. What was put before is not put again. @returns how many are new */
  async put(all: readonly Put[]): Promise<number> {
    const { desk, clock } = this.parts;
    const fresh = await this.fresh(all);
    await desk.batch(fresh.flatMap((each) => [{ type: 'put' as const, key: onceKey(each.hook, each.once), value: '' }, due(clock.now(), messageOf(each, clock.now()))]), { sync: true });
    return fresh.length;
  }

  /** Puts messages that a hook gets one after the other, each when the one before is taken or given up; together with rows by which the caller knows that he has put them: both or none. */
  async putInOrder(all: readonly Put[], rows: readonly Operation[]): Promise<void> {
    const { desk, clock } = this.parts;
    await this.#alone(async () => {
      const lasts = new Map<string, number | undefined>();
      for (const { hook } of all) if (!lasts.has(hook)) lasts.set(hook, await this.#lastInLine(hook));
      const operations = all.flatMap((each): Operation[] => {
        const last = lasts.get(each.hook);
        const message: Message = { ...messageOf(each, clock.now()), line: (last ?? 0) + 1 };
        lasts.set(each.hook, message.line);
        return [{ type: 'put', key: lineKey(each.hook, message.line ?? 0), value: JSON.stringify(message) }, ...(last === undefined ? [due(clock.now(), message)] : [])];
      });
      await desk.batch([...operations, ...rows], { sync: true });
    });
    if (all.length > 0) this.goOn();
  }

  async #lastInLine(hook: string): Promise<number | undefined> {
    const [key] = await this.parts.desk.keys({ gt: lineKey(hook, 0), lt: lineEnd(hook), reverse: true, limit: 1 }).all();
    return key === undefined ? undefined : Number(key.slice(-15));
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  /** Those of which nothing was put yet. */
  async fresh<T extends Pick<Put, 'hook' | 'once'>>(all: readonly T[]): Promise<T[]> {
    const known = await this.parts.desk.getMany(all.map(({ hook, once }) => onceKey(hook, once)));
    return all.filter((_, i) => known[i] === undefined);
  }

  /** Forgets what was put, up to a text in order: it cannot come up any more. */
  async forgetUntil(hook: string, once: string, from = ''): Promise<void> {
    await this.parts.desk.clear({ gt: onceKey(hook, from), lt: onceKey(hook, once) });
  }

  /** Messages that wait. */
  async waiting(): Promise<number> {
    const { desk } = this.parts;
    const [queued, lined] = await Promise.all([desk.values({ gt: 'notice/', lt: 'notice0' }).all(), desk.keys({ gt: 'notice-line/', lt: 'notice-line0' }).all()]);
    return queued.filter((text) => (JSON.parse(text) as Message).line === undefined).length + lined.length;
  }

  /** What each target has not been told, the longest waiting first. Targets that are in the file no more are none. */
  async untold(): Promise<Untold[]> {
    const { desk } = this.parts;
    const found = new Map<string, { since: number; waiting: number }>();
    const add = (hook: string, since: number | undefined, count: number) => {
      const known = found.get(hook) ?? { since: Infinity, waiting: 0 };
      found.set(hook, { since: Math.min(known.since, since ?? Infinity), waiting: known.waiting + count });
    };
    for await (const text of desk.values({ gt: 'notice/', lt: 'notice0' })) { const { hook, line, putAt } = JSON.parse(text) as Message; if (line === undefined) add(hook, putAt, 1); }
    for await (const text of desk.values({ gt: 'notice-line/', lt: 'notice-line0' })) { const { hook, putAt } = JSON.parse(text) as Message; add(hook, putAt, 1); }
    for await (const [key, at] of desk.iterator({ gt: 'notice-down/', lt: 'notice-down0' })) add(key.slice('notice-down/'.length), Number(at), 0);
    return [...found].flatMap(([hook, { since, waiting }]): Untold[] => { const agency = this.#hooks.get(hook)?.agency; return agency === undefined || since === Infinity ? [] : [{ hook, agency, since, waiting }]; }).sort((a, b) => a.since - b.since);
  }

  /** Sends what is due, to each target by itself. */
  goOn(): void {
    this.#turn = this.#turn.then(() => this.#look()).catch((error: unknown) => { this.onFailure(error); });
  }

  /** Resolves when what is due now has been tried. */
  async settled(): Promise<void> {
    this.goOn();
    await this.#turn;
    await this.#lanesDone();
  }

  async #lanesDone(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all([...this.#lanes.values()].map(({ done }) => done));
  }

  async #look(): Promise<void> {
    const due = new Set<string>();
    for await (const [, { hook }] of this.#due()) due.add(hook);
    for (const hook of due) this.#run(hook);
  }

  #run(hook: string): void {
    const running = this.#lanes.get(hook);
    if (running) { running.again = true; return; }
    const done = this.#work(hook).catch((error: unknown) => { this.onFailure(error); }).then(() => {
      const again = this.#lanes.get(hook)?.again === true && !this.#stop.signal.aborted;
      this.#lanes.delete(hook);
      if (again) this.#run(hook);
    });
    this.#lanes.set(hook, { done, again: false });
  }

  /** Messages whose time has come. */
  async *#due(): AsyncGenerator<[string, Message]> {
    const { desk, clock } = this.parts;
    const now = clock.now();
    // A longer pause than there is was set by a clock that has been put back since.
    for (const range of [{ gt: 'notice/', lt: dueKey(now + 1, '') }, { gt: dueKey(now + PAUSE_MAX_MS, '~'), lt: 'notice0' }]) for await (const [key, text] of desk.iterator(range)) yield [key, JSON.parse(text) as Message];
  }

  async #work(hook: string): Promise<void> {
    for (;;) {
      const ready: [string, Message][] = [];
      for await (const each of this.#due()) if (each[1].hook === hook && ready.push(each) === AT_ONCE) break;
      if (ready.length === 0 || this.#stop.signal.aborted) return;
      const answered = await Promise.all(ready.map(([key, message]) => this.#try(key, message)));
      // Whoever does not answer at all is asked again at the next look, and not for every message that waits.
      if (!answered.every(Boolean)) return;
    }
  }

  /** @returns whether there was an answer, whatever it was */
  async #try(key: string, message: Message): Promise<boolean> {
    const { desk, clock } = this.parts;
    const hook = this.#hooks.get(message.hook);
    const status = hook ? await this.#send(hook, message) : GONE;
    if (this.#stop.signal.aborted) return false; // goes on at the next start
    const pause = pauseAfter(message);
    const done = status !== undefined && status >= 200 && status < 300;
    const again = !done && status !== GONE && pause !== undefined;
    await this.#alone(async () => {
      const next = again ? [due(clock.now() + pause, { ...message, tries: message.tries + 1 })] : await this.#next(message);
      await desk.batch([{ type: 'del', key }, ...next, ...(await this.#stands(message, done, !done && !again && status !== GONE))], { sync: true });
    });
    if (!done && !again) this.onFailure(new HookFailed(status === GONE ? 'gone' : 'given up', hook?.url ?? '', message.id));
    return status !== undefined;
  }

  /** A target that lost a message is down until it takes another, also where nothing waits any more. */
  async #stands({ hook, putAt }: Message, done: boolean, lost: boolean): Promise<Operation[]> {
    if (!done && !lost) return [];
    const known = await this.parts.desk.get(downKey(hook));
    if (done) return known === undefined ? [] : [{ type: 'del', key: downKey(hook) }];
    return known !== undefined || putAt === undefined ? [] : [{ type: 'put', key: downKey(hook), value: String(putAt) }];
  }

  /** Whoever stands behind it in line is due. */
  async #next({ hook, line }: Message): Promise<Operation[]> {
    if (line === undefined) return [];
    const [behind] = await this.parts.desk.values({ gt: lineKey(hook, line), lt: lineEnd(hook), limit: 1 }).all();
    return [{ type: 'del', key: lineKey(hook, line) }, ...(behind === undefined ? [] : [due(this.parts.clock.now(), JSON.parse(behind) as Message)])];
  }

  /** @returns the status of the answer; undefined where there was none. A redirect leads nowhere: only the address of the file is told. */
  async #send({ url, secret }: Hook, { id, body }: Message): Promise<number | undefined> {
    const at = new Date(this.parts.clock.now());
    try {
      const response = await fetch(url, {
        method: 'POST', body, redirect: 'manual', signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#stop.signal]),
        headers: { 'content-type': 'application/json', 'user-agent': 'Yizheng', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, body) },
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return undefined;
    }
  }
}
