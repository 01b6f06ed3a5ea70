/** Sessions that ended before their time: signed out one by one, or all of a person's at once. A token says the rest itself. */
import type { Level } from 'level';
import type { Clock } from '../clock.js';
import { randomId } from '../keyring.js';

/** What a token carries so that it can be ended. */
export interface SessionMark {
  readonly jti: string;
  /** How often all sessions of the person had been ended when this one began: no clock is needed to tell before from after. */
  readonly series: number;
}

const ENDED = 'session-ended/';
const SERIES = 'session-series/';
/** Ends are remembered beyond the token's own: a clock that ran ahead for some days and was put back makes expired tokens good again. */
const REMEMBERED_MS = 31 * 86_400_000;

export class Sessions {
  /** Token id to the instant, ms, at which the token expires by itself. */
  readonly #ended: Map<string, number>;
  readonly #series: Map<string, number>;

  private constructor(private readonly store: Level<string, string>, private readonly clock: Clock, ended: Map<string, number>, series: Map<string, number>) {
    this.#ended = ended;
    this.#series = series;
  }

  static async open(store: Level<string, string>, clock: Clock): Promise<Sessions> {
    const read = async (prefix: string) => new Map((await store.iterator({ gt: prefix, lt: `${prefix.slice(0, -1)}0` }).all()).map(([key, value]) => [key.slice(prefix.length), Number(value)]));
    const sessions = new Sessions(store, clock, await read(ENDED), await read(SERIES));
    await store.batch(sessions.#pruned());
    return sessions;
  }

  begin(whose: string): SessionMark {
    return { jti: randomId(), series: this.#series.get(whose) ?? 0 };
  }

  /** Whether the session has not been ended; a token without a mark never was one of ours. @param whose member of staff, or device of a holder */
  isOpen(whose: string, { jti, series }: Partial<SessionMark>): boolean {
    return jti !== undefined && !this.#ended.has(jti) && series === (this.#series.get(whose) ?? 0);
  }

  /** Number of sessions that are remembered as ended, because their tokens have not expired yet, or not for long. */
  get remembered(): number {
    return this.#ended.size;
  }

  /** On the disk before it counts, so that what was answered survives a restart. @param expiresAt instant, ms, after which the token is no good anyway */
  async end(jti: string, expiresAt: number): Promise<void> {
    await this.store.batch([{ type: 'put', key: `${ENDED}${jti}`, value: String(expiresAt) }, ...this.#pruned()], { sync: true });
    this.#ended.set(jti, expiresAt);
  }

  /** Every session of a person, also those nobody knows of. */
  async endAll(staff: string): Promise<void> {
    const series = (this.#series.get(staff) ?? 0) + 1;
    await this.store.put(`${SERIES}${staff}`, String(series), { sync: true });
    this.#series.set(staff, series);
  }

  /** Forgets what has expired. */
  #pruned(): { type: 'del'; key: string }[] {
    const expired = [...this.#ended].filter(([, expiresAt]) => expiresAt + REMEMBERED_MS < this.clock.now()).map(([jti]) => jti);
    for (const jti of expired) this.#ended.delete(jti);
    return expired.map((jti) => ({ type: 'del', key: `${ENDED}${jti}` }));
  }
}
