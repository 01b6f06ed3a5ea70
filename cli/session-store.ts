/** Sessions between commands: a token is kept until it ends or is refused, so that a script does not sign in for each of its commands. Beside trust and heads, for this user alone. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256Text } from '#chaincode/facts/hash';

const ENDING = '.session';
/** A token that ends while its request is under way is of no use. */
const MARGIN_MS = 60_000;

interface Kept {
  readonly gateway: string;
  readonly staff: string;
  readonly key: string;
  readonly token: string;
}
export type Whose = Omit<Kept, 'token'>;

export class SessionStore {
  constructor(private readonly directory = join(homedir(), '.yizheng', 'sessions'), private readonly now: () => number = Date.now) {}

  /** @returns undefined where none is kept, it has ended, or others could read it */
  find(whose: Whose): string | undefined {
    try {
      const path = this.#fileOf(whose);
      if ((statSync(path).mode & 0o077) !== 0) return undefined;
      const kept = JSON.parse(readFileSync(path, 'utf8')) as Partial<Kept>;
      const own = kept.gateway === whose.gateway && kept.staff === whose.staff && kept.key === whose.key;
      return own && kept.token !== undefined && this.#lasts(kept.token) ? kept.token : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where nothing can be kept, the next command signs in. */
  keep(whose: Whose, token: string): void {
    try {
      mkdirSync(this.directory, { recursive: true, mode: 0o700 });
      chmodSync(this.directory, 0o700);
      this.#prune();
      const path = this.#fileOf(whose);
      writeFileSync(`${path}.${String(process.pid)}`, JSON.stringify({ ...whose, token } satisfies Kept), { mode: 0o600 });
      renameSync(`${path}.${String(process.pid)}`, path);
    } catch { /* a home that cannot be written to */ }
  }

  forget(whose: Whose): void {
    rmSync(this.#fileOf(whose), { force: true });
  }

  /** By gateway and key: a token is never shown to another gateway than the one that gave it. */
  #fileOf({ gateway, staff, key }: Whose): string {
    return join(this.directory, `${sha256Text(`${gateway}\0${staff}\0${key}`)}${ENDING}`);
  }

  #lasts(token: string): boolean {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' && exp * 1000 > this.now() + MARGIN_MS;
  }

  #prune(): void {
    for (const name of readdirSync(this.directory).filter((each) => each.endsWith(ENDING))) {
      const path = join(this.directory, name);
      try {
        if (this.#lasts((JSON.parse(readFileSync(path, 'utf8')) as Kept).token)) continue;
      } catch { /* not one of ours any more */ }
      rmSync(path, { force: true });
    }
  }
}
