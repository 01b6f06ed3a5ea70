/** Web hooks by the Standard Webhooks specification: signed, from a durable queue, tried again with growing pauses. It knows nothing of what it tells. */
import { createHash } from 'node:crypto';
import type { Level } from 'level';
import { Webhook } from 'standardwebhooks';
import type { Clock } from '../clock.js';
import type { Hook } from './settings.js';

/** Pauses between tries (Standard Webhooks, deliverability); after the last one the message is given up. */
export const RETRY_MS: readonly number[] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000);
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
}

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
const onceKey = (hook: string, once: string): string => `noticed/${hook}/${once}`;

export class HookFailed extends Error {
  override readonly name = 'HookFailed';
  constructor(readonly outcome: 'given up' | 'gone', readonly url: string, readonly notice: string) {
    super(`web hook ${url}: ${outcome}`);
  }
}

export class Hooks {
  readonly #hooks: ReadonlyMap<string, Hook>;
  #turn: Promise<void> = Promise.resolve();
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
    await desk.batch(fresh.flatMap(({ hook, once, body }) => {
      // The id comes from what is told: also a receiver that was told twice after a crash knows it to be one.
      const id = `msg_${createHash('sha256').update(`${hook} ${once}`).digest('base64url').slice(0, 27)}`;
      const message: Message = { id, hook, body, tries: 0 };
      return [{ type: 'put' as const, key: onceKey(hook, once), value: '' }, { type: 'put' as const, key: dueKey(clock.now(), id), value: JSON.stringify(message) }];
    }), { sync: true });
    return fresh.length;
  }

  /** Those of which nothing was put yet. */
  async fresh<T extends Pick<Put, 'hook' | 'once'>>(all: readonly T[]): Promise<T[]> {
    const known = await this.parts.desk.getMany(all.map(({ hook, once }) => onceKey(hook, once)));
    return all.filter((_, i) => known[i] === undefined);
  }

  /** Forgets what was put, up to a text in order: it cannot come up any more. */
  async forgetUntil(hook: string, once: string): Promise<void> {
    await this.parts.desk.clear({ gt: onceKey(hook, ''), lt: onceKey(hook, once) });
  }

  /** Messages that wait. */
  async waiting(): Promise<number> {
    return (await this.parts.desk.keys({ gt: 'notice/', lt: 'notice0' }).all()).length;
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
      const due = await desk.iterator({ gt: 'notice/', lt: dueKey(clock.now() + 1, ''), limit: AT_ONCE }).all();
      if (due.length === 0 || this.#stop.signal.aborted) return;
      await Promise.all(due.map(([key, value]) => this.#try(key, JSON.parse(value) as Message)));
    }
  }

  async #try(key: string, message: Message): Promise<void> {
    const { desk, clock } = this.parts;
    const hook = this.#hooks.get(message.hook);
    const status = hook ? await this.#send(hook, message) : GONE;
    if (this.#stop.signal.aborted) return; // goes on at the next start
    const pause = RETRY_MS[message.tries];
    const done = status !== undefined && status >= 200 && status < 300;
    const again = !done && status !== GONE && pause !== undefined;
    await desk.batch([{ type: 'del', key }, ...(again ? [{ type: 'put' as const, key: dueKey(clock.now() + pause, message.id), value: JSON.stringify({ ...message, tries: message.tries + 1 } satisfies Message) }] : [])], { sync: true });
    if (!done && !again) this.onFailure(new HookFailed(status === GONE ? 'gone' : 'given up', hook?.url ?? '', message.id));
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
