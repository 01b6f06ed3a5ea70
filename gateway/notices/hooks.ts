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
/** Messages on their way at once, of all targets. */
const AT_ONCE = 4;
const GONE = 410;

interface Message {
  readonly id: string;
  /** Id of the hook. */
  readonly hook: string;
  readonly body: string;
  readonly tries: number;
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
const onceKey = (hook: string, once: string): string => `noticed/${hook}/${once}`;

const due = (at: number, message: Message): Operation => ({ type: 'put', key: dueKey(at, message.id), value: JSON.stringify(message) });
const pauseAfter = ({ tries, line }: Message): number | undefined => (line === undefined ? RETRY_MS[tries] : tries < LINE_TRIES_MAX ? Math.min(RETRY_MS[tries] ?? LINE_PAUSE_MS, LINE_PAUSE_MS) : undefined);
/** The id comes from what is told: also a receiver that was told twice after a crash knows it to be one. */
const messageOf = ({ hook, once, body }: Put): Message => ({ id: `msg_${createHash('sha256').update(`${hook} ${once}`).digest('base64url').slice(0, 27)}`, hook, body, tries: 0 });

export class HookFailed extends Error {
  override readonly name = 'HookFailed';
  constructor(readonly outcome: 'given up' | 'gone', readonly url: string, readonly notice: string) {
    super(`web hook ${url}: ${outcome}`);
  }
}

export class Hooks {
  readonly #hooks: ReadonlyMap<string, Hook>;
  #turn: Promise<void> = Promise.resolve();
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
  }

  /** Durable when it returns. What was put before is not put again. @returns how many are new */
  async put(all: readonly Put[]): Promise<number> {
    const { desk, clock } = this.parts;
    const fresh = await this.fresh(all);
    await desk.batch(fresh.flatMap((each) => [{ type: 'put' as const, key: onceKey(each.hook, each.once), value: '' }, due(clock.now(), messageOf(each))]), { sync: true });
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
        const message: Message = { ...messageOf(each), line: (last ?? 0) + 1 };
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

  /** Sends what is due; one turn after the other. */
  goOn(): void {
    this.#turn = this.#turn.then(() => this.#work()).catch((error: unknown) => { this.onFailure(error); });
  }

  /** Resolves when what is due now has been tried. */
  async settled(): Promise<void> {
    this.goOn();
    await this.#turn;
  }

  async #work(): Promise<void> {
    const { desk, clock } = this.parts;
    for (;;) {
      const now = clock.now();
      // A longer pause than there is was set by a clock that has been put back since.
      const ready = [...(await desk.iterator({ gt: 'notice/', lt: dueKey(now + 1, ''), limit: AT_ONCE }).all()), ...(await desk.iterator({ gt: dueKey(now + PAUSE_MAX_MS, '~'), lt: 'notice0', limit: AT_ONCE }).all())];
      if (ready.length === 0 || this.#stop.signal.aborted) return;
      await Promise.all(ready.map(([key, value]) => this.#try(key, JSON.parse(value) as Message)));
    }
  }

  async #try(key: string, message: Message): Promise<void> {
    const { desk, clock } = this.parts;
    const hook = this.#hooks.get(message.hook);
    const status = hook ? await this.#send(hook, message) : GONE;
    if (this.#stop.signal.aborted) return; // goes on at the next start
    const pause = pauseAfter(message);
    const done = status !== undefined && status >= 200 && status < 300;
    const again = !done && status !== GONE && pause !== undefined;
    await this.#alone(async () => {
      const next = again ? [due(clock.now() + pause, { ...message, tries: message.tries + 1 })] : await this.#next(message);
      await desk.batch([{ type: 'del', key }, ...next], { sync: true });
    });
    if (!done && !again) this.onFailure(new HookFailed(status === GONE ? 'gone' : 'given up', hook?.url ?? '', message.id));
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
