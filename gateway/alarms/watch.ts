/** Looks at everything once a minute, and lets the book say what came of it. A source that fails says nothing: its alarms stay as they are. */
import { dayOf, instantOf, type LegalZone } from '#chaincode/facts/calendar';
import type { Level } from 'level';
import type { Clock } from '../clock.js';
import { DAY_MS, type AlarmKind, type Found, type Moment, type Source } from './alarm.js';
import type { Book } from './book.js';

const EVERY_MS = 60_000;
/** After a start: what is under way then is no alarm. */
const FIRST_MS = 10_000;
/** Clocks that are set by a server jump less. */
const BEHIND_MS = 300_000;
const ROW = 'watch/clock';

/** The latest time that was ever seen here, and since when the clock stands before it. */
interface Seen {
  readonly at: number;
  readonly behindSince?: number;
}

export interface WatchParts {
  readonly sources: readonly Source[];
  readonly book: Pick<Book, 'settle'>;
  readonly desk: Level<string, string>;
  readonly clock: Clock;
  readonly zone: () => LegalZone;
}

export class Watch {
  #timers: NodeJS.Timeout[] = [];
  #running: Promise<void> | undefined;
  #checkedAt: string | undefined;
  onFailure: (error: unknown) => void = () => undefined;

  constructor(private readonly parts: WatchParts) {}

  start(): void {
    const check = () => { this.check().catch((error: unknown) => { this.onFailure(error); }); };
    this.#timers = [setTimeout(check, FIRST_MS).unref(), setInterval(check, EVERY_MS).unref()];
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#running?.catch(() => undefined);
  }

  /** When everything was looked at last by this process. */
  get checkedAt(): string | undefined {
    return this.#checkedAt;
  }

  /** One look at everything; whoever asks meanwhile waits for the same. */
  check(): Promise<void> {
    this.#running ??= this.#check().finally(() => { this.#running = undefined; });
    return this.#running;
  }

  async #check(): Promise<void> {
    const { sources, book, clock, zone } = this.parts;
    const ms = clock.now();
    const moment: Moment = { ms, now: instantOf(ms), today: dayOf(instantOf(ms), zone()), zone: zone() };
    const behind = await this.#behind(ms);
    const found: Found[] = behind === undefined ? [] : [{ kind: 'clock-behind', subject: 'clock', severity: 'critical', since: behind }];
    const looked = new Set<AlarmKind>(['clock-behind']);
    for (const source of sources) {
      try {
        found.push(...(await source.find(moment)));
        for (const kind of source.kinds) looked.add(kind);
      } catch (error) {
        this.onFailure(error);
      }
    }
    // By a clock that was put back nothing is late any more: that is no reason to call it done.
    await book.settle(found, looked, moment, behind === undefined);
    this.#checkedAt = moment.now;
  }

  /** @returns the latest time that is known, where the clock stands before it. A clock that has run on for a day from there is believed: it was put right, and the time before was wrong. */
  async #behind(ms: number): Promise<string | undefined> {
    const { desk } = this.parts;
    const { at, behindSince = ms } = JSON.parse((await desk.get(ROW)) ?? `{"at":${String(ms)}}`) as Seen;
    const stands = ms < at - BEHIND_MS;
    const isBehind = stands && ms - behindSince < DAY_MS;
    await desk.put(ROW, JSON.stringify(isBehind ? { at, behindSince: Math.min(behindSince, ms) } : { at: stands ? ms : Math.max(at, ms) }));
    return isBehind ? instantOf(at) : undefined;
  }
}
