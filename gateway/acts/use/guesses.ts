/** Codes of holders can be tried out one after the other: who finds nothing too often, also with many questions at once, is let in no more for a while. */
import { instantOf } from '#chaincode/facts/calendar';
import type { Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { UseLog } from '../../uses/log.js';

/** A person who finds nothing so often within an hour is trying codes out. */
export const MISSES_MAX = 20;
const MISSES_MS = 3600_000;

export class Guesses {
  /** Searches under way: each may turn out a miss. */
  readonly #under = new Map<string, number>();

  constructor(private readonly log: Pick<UseLog, 'misses'>, private readonly clock: Clock) {}

  /** @param who a member of staff, or an agency that asks from outside @throws GatewayFault TOO_MANY_MISSES */
  async take<T>(who: string, max: number, search: () => Promise<T>): Promise<T> {
    const under = this.#under.get(who) ?? 0;
    this.#under.set(who, under + 1);
    try {
      if (under + (await this.log.misses(who, instantOf(this.clock.now() - MISSES_MS), max)) >= max) throw new GatewayFault('TOO_MANY_MISSES');
      return await search();
    } finally {
      const left = (this.#under.get(who) ?? 1) - 1;
      if (left === 0) this.#under.delete(who);
      else this.#under.set(who, left);
    }
  }
}
