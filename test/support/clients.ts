/** People at counters and at the verify page of a gateway in trouble: each repeats his request until it is answered, and notes what he saw. */
import { setTimeout as delay } from 'node:timers/promises';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { foodFace } from '#test/support/samples';

export interface Asked {
  readonly requestId: string;
  readonly serial: number;
  identifier?: string;
}

interface Answer {
  readonly identifier?: string;
  readonly code?: string;
}

/** What the outcome table lets a client see (docs/decisions/0004), besides success. */
const PASSING: Readonly<Record<number, readonly string[]>> = { 503: ['LEDGER_UNAVAILABLE', 'LEDGER_CONFLICT', 'BUSY', 'ENDORSEMENT_MISMATCH'], 202: ['COMMIT_UNKNOWN'] };
const PAUSE_MS = 100;
/** Verification is limited to 1,200 a minute and address. */
const VERIFY_EVERY = 5;

export const issueBody = ({ requestId, serial }: Asked): string => JSON.stringify({ requestId, act: { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(serial) } });

/** Issues one licence after the other, under load of `count` clerks, until stopped. */
export class Clerks {
  readonly asked: Asked[] = [];
  /** How often each outcome was seen. */
  readonly seen = new Map<string, number>();
  /** Outcomes that the table does not have. */
  readonly strange: string[] = [];
  #stopped = false;
  #abandoned = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(private readonly gateway: () => { readonly base: string; readonly headers: Readonly<Record<string, string>> }, private serial: number) {}

  /** Licences issued so far. */
  get done(): number {
    return this.asked.filter(({ identifier }) => identifier !== undefined).length;
  }

  start(count: number): this {
    this.#stopped = false;
    this.#working = Promise.all(Array.from({ length: count }, () => this.#work()));
    return this;
  }

  /** Lets each finish his request. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  /** Lets everybody go home, answered or not. */
  abandon(): void {
    this.#stopped = true;
    this.#abandoned = true;
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const request: Asked = { requestId: randomId(), serial: this.serial++ };
      this.asked.push(request);
      while (request.identifier === undefined && !this.#abandoned) {
        await this.ask(request);
        if (request.identifier === undefined) await delay(PAUSE_MS);
      }
    }
  }

  /** Asks once. A licence that comes back under another identifier than before is strange. */
  async ask(request: Asked): Promise<void> {
    const { base, headers } = this.gateway();
    try {
      const response = await fetch(`${base}/api/acts`, { method: 'POST', headers, body: issueBody(request), signal: AbortSignal.timeout(60_000) });
      const answer = (await response.json()) as Answer;
      this.#note(request, response, answer);
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') this.strange.push('no answer in a minute');
      this.#count('no answer');
    }
  }

  #note(request: Asked, { status, headers }: Response, { identifier, code = '' }: Answer): void {
    if (identifier !== undefined && (status === 201 || status === 200)) {
      if (request.identifier !== undefined && request.identifier !== identifier) this.strange.push(`${request.identifier} and ${identifier}`);
      request.identifier = identifier;
      return this.#count(String(status));
    }
    this.#count(`${String(status)} ${code}`);
    if (PASSING[status]?.includes(code) !== true) this.strange.push(`${String(status)} ${code}`);
    else if (!headers.has('retry-after')) this.strange.push(`${String(status)} ${code} without Retry-After`);
  }

  #count(outcome: string): void {
    this.seen.set(outcome, (this.seen.get(outcome) ?? 0) + 1);
  }
}

/** Somebody who keeps asking after one licence. */
export class Reader {
  asked = 0;
  readonly failed: string[] = [];
  slowestMs = 0;
  /** The oldest knowledge that an answer was given from, ms. */
  oldestMs = 0;
  readonly #stop = new AbortController();
  readonly #working: Promise<void>;

  constructor(base: string, identifier: string) {
    this.#working = this.#work(base, identifier);
  }

  async stop(): Promise<this> {
    this.#stop.abort();
    await this.#working;
    return this;
  }

  async #work(base: string, identifier: string): Promise<void> {
    for (; !this.#stop.signal.aborted; this.asked++) {
      const from = Date.now();
      const status = await fetch(`${base}/api/status/${identifier}`);
      const { knownAt = '' } = (await status.json()) as { knownAt?: string };
      if (status.status !== 200) this.failed.push(`status: ${String(status.status)}`);
      if (this.asked % VERIFY_EVERY === 0) {
        const verdict = await fetch(`${base}/api/verify`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ identifier }) });
        const { outcome = '' } = ((await verdict.json()) as { verdict?: { outcome: string } }).verdict ?? {};
        if (verdict.status !== 200 || outcome !== 'valid') this.failed.push(`verify: ${String(verdict.status)} ${outcome}`);
      }
      this.slowestMs = Math.max(this.slowestMs, Date.now() - from);
      this.oldestMs = Math.max(this.oldestMs, Date.now() - Date.parse(knownAt));
      await delay(PAUSE_MS / 4);
    }
  }
}
