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
  /** Of a password that was made here for somebody to begin with: until this instant, ms, it is good for setting one's own. */
  readonly initialUntil?: number;
}
/** What the gateway knows of a person's sign-in. */
export interface SignInName {
  readonly name: string;
  readonly displayName: string;
  /** The person has not set a password of their own yet. */
  readonly isInitial?: true;
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
const INITIAL_MS = 7 * 86_400_000;
/** No two that look alike: it is read from a slip of paper. Sixteen of thirty-two are 80 bits. */
const INITIAL_LETTERS = '0abcdefghjkmnpqrstuvwxyz23456789';
const initialPassword = (): string => Array.from(randomBytes(16), (byte, i) => `${i > 0 && i % 4 === 0 ? '-' : ''}${INITIAL_LETTERS[byte % 32] ?? ''}`).join('');

async function hashed(password: string, salt: Buffer = randomBytes(SALT_BYTES)): Promise<Pick<Account, 'salt' | 'hash'>> {
  const hash = await slots.take(() => derive(password.normalize('NFKC'), salt, 32, COST));
  return { salt: salt.toString('base64'), hash: hash.toString('base64') };
}

function demandLength(password: string, field: string): void {
  if ([...password].length < PASSWORD_MIN) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field, code: 'PASSWORD_TOO_SHORT' }] });
}

function demandOther(next: string, old: string, field: string): void {
  demandLength(next, field);
  if (next === old) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field, code: 'PASSWORD_SAME' }] });
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
    await this.#demandFree(name);
    await this.#write({ name, displayName, staff, ...(await hashed(password)), ...NO_GUESSES });
  }

  /**
   * An account whose first password is made here and told once, to be handed to its owner, who puts another in its place. Until then it can be had anew.
   *
   * @throws GatewayFault REQUEST_MALFORMED (NAME_FORM), CONFLICT (NAME_TAKEN, ACCOUNT_EXISTS), BUSY
   */
  async invite(name: string, displayName: string, staff: string): Promise<{ readonly password: string; readonly until: number }> {
    return this.#turns.take(`invite ${staff}`, async () => {
      const before = (await this.all()).get(staff);
      if (before && before.isInitial !== true) throw new GatewayFault('CONFLICT', { fields: [{ field: 'staff', code: 'ACCOUNT_EXISTS' }] });
      const [password, until] = [initialPassword(), this.#clock.now() + INITIAL_MS];
      await this.#turns.take(name, async () => {
        if (before?.name !== name) await this.#demandFree(name);
        await this.#write({ name, displayName, staff, ...(await hashed(password)), ...NO_GUESSES, initialUntil: until });
      });
      if (before && before.name !== name) await this.#store.del(`account/${before.name}`, { sync: true });
      return { password, until };
    });
  }

  /**
   * @param next a password of the person's own, in place of the one that was made here
   * @returns the staff id
   * @throws GatewayFault SIGN_IN_FAILED, TOO_MANY_REQUESTS, BUSY; the answer never tells which half was wrong. PASSWORD_INITIAL where `next` is missing, PASSWORD_INITIAL_OVER; REQUEST_MALFORMED for one that cannot be taken
   */
  async signIn(name: string, password: string, next?: string): Promise<{ staff: string; displayName: string }> {
    const account = await this.#turns.take(name, async () => {
      const known = await this.#guess(name, password);
      if (known) await this.#begin(known, password, next);
      return known;
    });
    if (!account) throw new GatewayFault('SIGN_IN_FAILED');
    return { staff: account.staff, displayName: account.displayName };
  }

  async #begin({ initialUntil, ...account }: Account, password: string, next: string | undefined): Promise<void> {
    if (initialUntil === undefined && next !== undefined) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'next', code: 'PASSWORD_SET' }] });
    if (initialUntil === undefined) return;
    if (this.#clock.now() >= initialUntil) throw new GatewayFault('PASSWORD_INITIAL_OVER');
    if (next === undefined) throw new GatewayFault('PASSWORD_INITIAL');
    demandOther(next, password, 'next');
    await this.#write({ ...account, ...(await hashed(next)) });
  }

  /** @throws GatewayFault REQUEST_MALFORMED, CONFLICT */
  async #demandFree(name: string): Promise<void> {
    if (!/^[a-z0-9][a-z0-9._-]{1,39}$/.test(name)) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'name', code: 'NAME_FORM' }] });
    if ((await this.#store.get(`account/${name}`)) !== undefined) throw new GatewayFault('CONFLICT', { fields: [{ field: 'name', code: 'NAME_TAKEN' }] });
  }

  /**
   * Puts a new password in place of the old one.
   * @param endSessions runs once the old one is known to be right, before the new one is written: a crash between the two ends sessions and changes nothing
   * @throws GatewayFault PASSWORD_WRONG, PASSWORD_NONE, TOO_MANY_REQUESTS, BUSY; REQUEST_MALFORMED for a new one that cannot be taken
   */
  async change(staff: string, old: string, next: string, endSessions: () => Promise<void>): Promise<void> {
    demandOther(next, old, 'new');
    const name = (await this.all()).get(staff)?.name;
    if (name === undefined) throw new GatewayFault('PASSWORD_NONE');
    await this.#turns.take(name, async () => {
      const known = await this.#guess(name, old);
      if (!known) throw new GatewayFault('PASSWORD_WRONG', { fields: [{ field: 'old', code: 'PASSWORD_WRONG' }] });
      const [{ initialUntil: _, ...account }, fresh] = [known, await hashed(next)];
      await endSessions();
      await this.#write({ ...account, ...fresh });
    });
  }

  /** Names by staff id, to be shown to colleagues. A gateway has some hundreds of accounts. */
  async all(): Promise<ReadonlyMap<string, SignInName>> {
    const texts = await this.#store.values({ gt: 'account/', lt: 'account0' }).all();
    return new Map(texts.map((text) => JSON.parse(text) as Account).map(({ staff, name, displayName, initialUntil }) => [staff, { name, displayName, ...(initialUntil === undefined ? {} : { isInitial: true }) }]));
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
