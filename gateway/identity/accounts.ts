/** Sign-in names and passwords of staff. Only what is needed to know a person again; roles and keys are on the ledger. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import type { Level } from 'level';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';
import { Slots, Turns } from './turns.js';

/** Wrong guesses in a row, and the instant, ms, before which no other is taken. */
interface Guesses {
  readonly failures: number;
  readonly lockedUntil: number;
}
interface Account extends Guesses {
  readonly name: string;
  readonly displayName: string;
  readonly staff: string;
  readonly salt: string;
  readonly hash: string;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
/** 64 MiB and about 0.1 s: OWASP's floor for scrypt is N = 2^17, r = 8, p = 1 or an equal trade. */
const COST: ScryptOptions = { N: 2 ** 16, r: 8, p: 2, maxmem: 160 * 1024 * 1024 };
const FAILURES_FREE = 5;
const LOCK_MS = 30_000;
const LOCK_MS_MAX = 15 * 60_000;
export const PASSWORD_MIN = 12;
const NO_GUESSES: Guesses = { failures: 0, lockedUntil: 0 };
/** Names that nobody has are locked as those of accounts are: a lock would tell which is which. */
const UNKNOWN_NAMES_MAX = 10_000;
/** Each takes one of the four threads that Node has for files, and the databases need those: strangers who guess must leave some free. */
const slots = new Slots(2, 30);

const SALT_BYTES = 16;

async function hashed(password: string, salt: Buffer = randomBytes(SALT_BYTES)): Promise<Pick<Account, 'salt' | 'hash'>> {
  const hash = await slots.take(() => derive(password.normalize('NFKC'), salt, 32, COST));
  return { salt: salt.toString('base64'), hash: hash.toString('base64') };
}

function demandLength(password: string, field: string): void {
  if ([...password].length < PASSWORD_MIN) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field, code: 'PASSWORD_TOO_SHORT' }] });
}

export class Accounts {
  readonly #store: Level<string, string>;
  readonly #clock: Clock;
  readonly #turns = new Turns();
  readonly #unknown = new LRUCache<string, Guesses>({ max: UNKNOWN_NAMES_MAX });

  constructor(store: Level<string, string>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async create(name: string, displayName: string, staff: string, password: string): Promise<void> {
    demandLength(password, 'password');
    if (!/^[a-z0-9][a-z0-9._-]{1,39}$/.test(name)) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'name', code: 'NAME_FORM' }] });
    if ((await this.#store.get(`account/${name}`)) !== undefined) throw new GatewayFault('CONFLICT', { fields: [{ field: 'name', code: 'NAME_TAKEN' }] });
    await this.#write({ name, displayName, staff, ...(await hashed(password)), ...NO_GUESSES });
  }

  /** @returns the staff id. @throws GatewayFault SIGN_IN_FAILED, TOO_MANY_REQUESTS, BUSY; the answer never tells which half was wrong */
  async signIn(name: string, password: string): Promise<{ staff: string; displayName: string }> {
    const account = await this.#turns.take(name, () => this.#guess(name, password));
    if (!account) throw new GatewayFault('SIGN_IN_FAILED');
    return { staff: account.staff, displayName: account.displayName };
  }

  /**
   * Puts a new password in place of the old one.
   * @param endSessions runs once the old one is known to be right, before the new one is written: a crash between the two ends sessions and changes nothing
   * @throws GatewayFault PASSWORD_WRONG, PASSWORD_NONE, TOO_MANY_REQUESTS, BUSY; REQUEST_MALFORMED for a new one that cannot be taken
   */
  async change(staff: string, old: string, next: string, endSessions: () => Promise<void>): Promise<void> {
    demandLength(next, 'new');
    if (next === old) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'new', code: 'PASSWORD_SAME' }] });
    const name = (await this.all()).get(staff)?.name;
    if (name === undefined) throw new GatewayFault('PASSWORD_NONE');
    await this.#turns.take(name, async () => {
      const account = await this.#guess(name, old);
      if (!account) throw new GatewayFault('PASSWORD_WRONG', { fields: [{ field: 'old', code: 'PASSWORD_WRONG' }] });
      const fresh = await hashed(next);
      await endSessions();
      await this.#write({ ...account, ...fresh });
    });
  }

  /** Names by staff id, to be shown to colleagues. A gateway has some hundreds of accounts. */
  async all(): Promise<ReadonlyMap<string, { readonly name: string; readonly displayName: string }>> {
    const texts = await this.#store.values({ gt: 'account/', lt: 'account0' }).all();
    return new Map(texts.map((text) => JSON.parse(text) as Account).map(({ staff, name, displayName }) => [staff, { name, displayName }]));
  }

  /** @returns the account where the password is its own. Wrong guesses are counted, whoever makes them */
  async #guess(name: string, password: string): Promise<Account | undefined> {
    const account = await this.#read(name);
    const guesses = account ?? this.#unknown.get(name) ?? NO_GUESSES;
    const lockedMs = guesses.lockedUntil - this.#clock.now();
    // A longer lock than there is was set by a clock that has been put back since.
    if (lockedMs > 0 && lockedMs <= LOCK_MS_MAX) throw new GatewayFault('TOO_MANY_REQUESTS');
    // An unknown name costs the same time as a known one.
    const { hash } = await hashed(password, account ? Buffer.from(account.salt, 'base64') : Buffer.alloc(SALT_BYTES));
    if (!account || !timingSafeEqual(Buffer.from(hash, 'base64'), Buffer.from(account.hash, 'base64'))) {
      const failed = this.#failed(guesses);
      if (account) await this.#write({ ...account, ...failed });
      else this.#unknown.set(name, failed);
      return undefined;
    }
    const free = { ...account, ...NO_GUESSES };
    if (account.failures > 0) await this.#write(free);
    return free;
  }

  #failed(before: Guesses): Guesses {
    const failures = before.failures + 1;
    const beyond = failures - FAILURES_FREE;
    const lockedUntil = beyond < 0 ? 0 : this.#clock.now() + Math.min(LOCK_MS * 2 ** beyond, LOCK_MS_MAX);
    return { failures, lockedUntil };
  }

  async #read(name: string): Promise<Account | undefined> {
    const text = /^[a-z0-9._-]{1,40}$/.test(name) ? await this.#store.get(`account/${name}`) : undefined;
    return text === undefined ? undefined : (JSON.parse(text) as Account);
  }

  async #write(account: Account): Promise<void> {
    await this.#store.put(`account/${account.name}`, JSON.stringify(account), { sync: true });
  }
}
