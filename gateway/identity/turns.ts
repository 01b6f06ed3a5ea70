import { GatewayFault } from '../fault.js';

/** One after the other under a name: guesses at one password sent side by side would be counted as one. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(name: string, step: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(name) ?? Promise.resolve()).catch(() => undefined).then(step);
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }
}

/** So many steps at once and no more; a few others wait, in the order they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number, private readonly waitingMax: number) {
    this.#free = atOnce;
  }

  /** @throws GatewayFault BUSY where too many wait already */
  async take<T>(step: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else if (this.#waiting.length < this.waitingMax) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    else throw new GatewayFault('BUSY');
    try {
      return await step();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
