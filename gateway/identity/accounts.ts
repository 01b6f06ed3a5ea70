/** Sign-in names and passwords of staff. Only what is needed to know a person again; roles and keys are on the ledger. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import type { Level } from 'level';
import type { Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';

interface Account {
  readonly name: string;
  readonly displayName: string;
  readonly staff: string;
  readonly salt: string;
  readonly hash: string;
  readonly failures: number;
  readonly lockedUntil: number;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
/** 64 MiB and about 0.1 s: OWASP's floor for scrypt is N = 2^17, r = 8, p = 1 or an equal trade. */
const COST: ScryptOptions = { N: 2 ** 16, r: 8, p: 2, maxmem: 160 * 1024 * 1024 };
const FAILURES_FREE = 5;
const LOCK_MS = 30_000;
const LOCK_MS_MAX = 15 * 60_000;
export const PASSWORD_MIN = 12;

export class Accounts {
  readonly #store: Level<string, string>;
  readonly #clock: Clock;
  readonly #guesses = new Map<string, Promise<unknown>>();

  constructor(store: Level<string, string>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async create(name: string, displayName: string, staff: string, password: string): Promise<void> {
    if ([...password].length < PASSWORD_MIN) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'password', code: 'PASSWORD_TOO_SHORT' }] });
    if (!/^[a-z0-9][a-z0-9._-]{1,39}$/.test(name)) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'name', code: 'NAME_FORM' }] });
    if ((await this.#store.get(`account/${name}`)) !== undefined) throw new GatewayFault('CONFLICT', { fields: [{ field: 'name', code: 'NAME_TAKEN' }] });
    const salt = randomBytes(16);
    const hash = await derive(password.normalize('NFKC'), salt, 32, COST);
    await this.#write({ name, displayName, staff, salt: salt.toString('base64'), hash: hash.toString('base64'), failures: 0, lockedUntil: 0 });
  }

  /** @returns the staff id. @throws GatewayFault SIGN_IN_FAILED, TOO_MANY_REQUESTS; the answer never tells which half was wrong */
  async signIn(name: string, password: string): Promise<{ staff: string; displayName: string }> {
    // One guess at a name after the other: guesses sent side by side would be counted as one.
    const before = this.#guesses.get(name) ?? Promise.resolve();
    const guess = before.catch(() => undefined).then(() => this.#guess(name, password));
    this.#guesses.set(name, guess);
    try {
      return await guess;
    } finally {
      if (this.#guesses.get(name) === guess) this.#guesses.delete(name);
    }
  }

  async #guess(name: string, password: string): Promise<{ staff: string; displayName: string }> {
    const account = await this.#read(name);
    if (account && account.lockedUntil > this.#clock.now()) throw new GatewayFault('TOO_MANY_REQUESTS');
    // An unknown name costs the same time as a known one.
    const salt = account ? Buffer.from(account.salt, 'base64') : Buffer.alloc(16);
    const hash = await derive(password.normalize('NFKC'), salt, 32, COST);
    if (!account || !timingSafeEqual(hash, Buffer.from(account.hash, 'base64'))) {
      if (account) await this.#failed(account);
      throw new GatewayFault('SIGN_IN_FAILED');
    }
    if (account.failures > 0) await this.#write({ ...account, failures: 0, lockedUntil: 0 });
    return { staff: account.staff, displayName: account.displayName };
  }

  async #failed(account: Account): Promise<void> {
    const failures = account.failures + 1;
    const beyond = failures - FAILURES_FREE;
    const lockedUntil = beyond < 0 ? 0 : this.#clock.now() + Math.min(LOCK_MS * 2 ** beyond, LOCK_MS_MAX);
    await this.#write({ ...account, failures, lockedUntil });
  }

  async #read(name: string): Promise<Account | undefined> {
    const text = /^[a-z0-9._-]{1,40}$/.test(name) ? await this.#store.get(`account/${name}`) : undefined;
    return text === undefined ? undefined : (JSON.parse(text) as Account);
  }

  async #write(account: Account): Promise<void> {
    await this.#store.put(`account/${account.name}`, JSON.stringify(account), { sync: true });
  }
}
