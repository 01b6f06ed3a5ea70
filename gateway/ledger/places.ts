/** Gives out random places in status lists. Lanes use lists of their own, so that two transactions in flight never meet in one. */
import { randomInt } from 'node:crypto';
import type { Place } from '#chaincode/facts/records';
import { LIST_SIZE } from '#chaincode/rules/status-list';
import type { Projection } from './projection.js';

interface OpenList {
  readonly number: number;
  readonly taken: Uint8Array;
  free: number;
}

/** A list is closed with a sixteenth unused: the rest are the decoys, and finding a free place stays quick. */
const CLOSED_AT = LIST_SIZE / 16;

export class Places {
  readonly #projection: Projection;
  readonly #open = new Map<string, OpenList>();
  readonly #highest = new Map<string, number>();
  readonly #loaded = new Map<string, Promise<void>>();
  readonly #reserved = new Map<string, Set<number>>();

  /** @param lanes as many as the ledger carries transactions at once */
  constructor(projection: Projection, private readonly lanes: number) {
    this.#projection = projection;
  }

  /** Two places of one list: for the version and for the line. */
  async pair(agency: string, lane: number): Promise<{ place: Place; line: Place }> {
    const list = await this.#list(agency, lane);
    return { place: take(list), line: take(list) };
  }

  async one(agency: string, lane: number): Promise<Place> {
    return take(await this.#list(agency, lane));
  }

  /** Numbers of fresh lists for a job, used by nobody else. */
  async reserve(agency: string, lane: number, count: number): Promise<number[]> {
    await this.#load(agency);
    return Array.from({ length: count }, () => this.#next(agency, lane));
  }

  /** Lists that an unfinished job reserved in an earlier run; said before anything else asks for a place. */
  keepReserved(agency: string, numbers: readonly number[]): void {
    const reserved = this.#reserved.get(agency) ?? new Set();
    for (const number of numbers) reserved.add(number);
    this.#reserved.set(agency, reserved);
  }

  async #list(agency: string, lane: number): Promise<OpenList> {
    await this.#load(agency);
    const key = `${agency}/${String(lane % this.lanes)}`;
    let list = this.#open.get(key);
    if (!list || list.free <= CLOSED_AT) {
      list = { number: this.#next(agency, lane), taken: new Uint8Array(LIST_SIZE / 8), free: LIST_SIZE };
      this.#open.set(key, list);
    }
    return list;
  }

  #next(agency: string, lane: number): number {
    let number = (this.#highest.get(agency) ?? 0) + 1;
    while (number % this.lanes !== lane % this.lanes) number++;
    this.#highest.set(agency, number);
    return number;
  }

  /** Once, also for those who ask side by side: a second reading would bring back places that were given out since the first. */
  #load(agency: string): Promise<void> {
    let loaded = this.#loaded.get(agency);
    if (!loaded) {
      loaded = this.#read(agency);
      this.#loaded.set(agency, loaded);
      loaded.catch(() => this.#loaded.delete(agency));
    }
    return loaded;
  }

  async #read(agency: string): Promise<void> {
    const reserved = this.#reserved.get(agency);
    let highest = Math.max(0, ...(reserved ?? []));
    for await (const [key, record] of this.#projection.records('list')) {
      if (!key.startsWith(`${agency}/`)) continue;
      highest = Math.max(highest, record.number);
      if (reserved?.has(record.number)) continue;
      const taken = new Uint8Array(Buffer.from(record.taken, 'base64'));
      const free = LIST_SIZE - taken.reduce((sum, byte) => sum + bits(byte), 0);
      const lane = `${agency}/${String(record.number % this.lanes)}`;
      if (free > Math.max(CLOSED_AT, this.#open.get(lane)?.free ?? 0)) this.#open.set(lane, { number: record.number, taken, free });
    }
    this.#highest.set(agency, highest);
  }
}

function bits(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function take(list: OpenList): Place {
  for (;;) {
    const index = randomInt(LIST_SIZE);
    const [byte, bit] = [index >> 3, 1 << (index & 7)];
    if (((list.taken[byte] ?? 0) & bit) !== 0) continue;
    list.taken[byte] = (list.taken[byte] ?? 0) | bit;
    list.free--;
    return { list: list.number, index };
  }
}
