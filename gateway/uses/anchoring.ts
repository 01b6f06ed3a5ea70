/** Puts the root of the use log on the ledger within seconds of a new record, and goes on without the ledger: what waits is flagged, and nobody at a counter is. */
import { setTimeout as delay } from 'node:timers/promises';
import { canonical } from '#chaincode/facts/canonical';
import { instantOf } from '#chaincode/facts/calendar';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import type { LogAct } from '#chaincode/facts/log-commands';
import type { LogRecord } from '#chaincode/facts/log';
import { Damaged } from '../cipher.js';
import type { Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';
import { randomId, type Keyring } from '../keyring.js';
import { laneOf, type Lanes } from '../ledger/lanes.js';
import type { Projection } from '../ledger/projection.js';
import type { UseLog } from './log.js';

/** A root carries what came in so long; with the time of a transaction it stays within what is promised. */
const EVERY_MS = 1_000;
/** What is promised: a record that waits longer is late. */
export const LATE_MS = 5_000;
/** A stop does not wait longer for the last root: the next start brings it. */
const LAST_MS = 2_000;
/** A root that the ledger took in later than that is not asked for again. */
const EXPIRES_MS = 600_000;

export interface AnchoringState {
  readonly log: string;
  /** Durable records, and how many of them are under a root on the ledger. */
  readonly records: number;
  readonly anchored: number;
  /** Since the oldest record that is under none came in. */
  readonly lagSeconds: number;
  readonly late: boolean;
  /** Why the last try failed. */
  readonly failure?: string;
}

export interface AnchoringParts {
  readonly log: UseLog;
  readonly lanes: Pick<Lanes, 'submit'>;
  readonly projection: Pick<Projection, 'get'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

export class Anchoring {
  readonly #parts: AnchoringParts;
  #anchored = 0;
  #failure: string | undefined;
  #trying: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the first record above the last root came in, as it was asked for last. */
  #oldest: { readonly seq: number; readonly at: number } | undefined;
  onFailure: (error: unknown) => void = () => undefined;

  constructor(parts: AnchoringParts) {
    this.#parts = parts;
  }

  start(everyMs = EVERY_MS): void {
    this.#timer = setInterval(() => { void this.anchor(); }, everyMs).unref();
  }

  get state(): AnchoringState {
    const { log, clock } = this.#parts;
    const waits = log.size > this.#anchored;
    const lagMs = waits ? Math.max(0, clock.now() - this.#oldestAt()) : 0;
    return { log: log.id, records: log.size, anchored: this.#anchored, lagSeconds: Math.floor(lagMs / 1000), late: lagMs > LATE_MS, ...(this.#failure === undefined ? {} : { failure: this.#failure }) };
  }

  #oldestAt(): number {
    const seq = this.#anchored;
    if (this.#oldest?.seq !== seq) this.#oldest = { seq, at: this.#cameInAt(seq) };
    return this.#oldest.at;
  }

  /** What cannot be read has waited for ever. */
  #cameInAt(seq: number): number {
    try {
      return Date.parse(this.#parts.log.read(seq)?.record.at ?? instantOf(0));
    } catch (error) {
      if (error instanceof Damaged) return 0;
      throw error;
    }
  }

  /** One root at a time; whoever asks meanwhile waits for the same. Never throws. */
  anchor(): Promise<void> {
    this.#trying ??= this.#try().catch((error: unknown) => {
      const failure = error instanceof GatewayFault ? (error.refusal ?? error.code) : 'INTERNAL';
      // Said once, not every second for as long as the ledger is away.
      if (failure !== this.#failure) this.onFailure(error);
      this.#failure = failure;
    }).finally(() => { this.#trying = undefined; });
    return this.#trying;
  }

  async #try(): Promise<void> {
    const { log, projection } = this.#parts;
    const known = projection.get('log', log.id);
    // Also of an earlier run, and where the answer to the last try was lost.
    if (known && known.size > this.#anchored) await this.#adopt(known);
    if (log.size > this.#anchored) await this.#submit(log.size);
    this.#failure = undefined;
  }

  /** A ledger that knows of more than lies here, or of other records, is never overwritten. @throws GatewayFault REFUSED */
  async #adopt({ size, root, txId, at }: LogRecord): Promise<void> {
    const { log } = this.#parts;
    if (size > log.size) throw new GatewayFault('REFUSED', { refusal: 'LOG_SHRINKS' });
    if (log.root(size) !== root) throw new GatewayFault('REFUSED', { refusal: 'LOG_INCONSISTENT' });
    await log.anchors.put({ size, root, txId, at });
    this.#anchored = size;
  }

  async #submit(size: number): Promise<void> {
    const { log, lanes, keyring, clock } = this.#parts;
    const act: LogAct = { op: 'log.anchor', log: log.id, size, root: log.root(size), proof: log.consistency(this.#anchored, size) };
    const command = { act, expiresAt: instantOf(clock.now() + EXPIRES_MS) };
    const content = base64url(hmacSha256(keyring.requestKey(log.agency), canonical(act)));
    const done = await lanes.submit({ request: { agency: log.agency, requestId: randomId(), content, actors: [], commands: [command] }, entries: [] }, laneOf(log.id));
    const [result] = done.results;
    if (result?.ok !== true) throw new GatewayFault('REFUSED', { ...(result ? { refusal: result.code } : {}) });
    await log.anchors.put({ size, root: act.root, txId: done.txId ?? '', at: instantOf(clock.now()) });
    this.#anchored = size;
  }

  /** Tries once more for what came in last. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.race([this.anchor(), delay(LAST_MS, undefined, { ref: false })]);
  }
}
