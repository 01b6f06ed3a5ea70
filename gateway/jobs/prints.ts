/** Files for a printer: encrypted on disk while they wait to be fetched, once and within a day. */
import { existsSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Damaged, decrypt, encrypt } from '../cipher.js';
import { GatewayFault } from '../fault.js';

/** Binds a file to its name: one batch in the place of another does not open. */
const aboutOf = (batch: string): string => `yizheng/print/1 ${batch}`;
/** What nobody has fetched in a day is printed no more; making it again is a reprint. */
const FORGOTTEN_MS = 24 * 3600_000;

export class PrintFiles {
  constructor(private readonly directory: string, private readonly key: Uint8Array) {}

  #path(batch: string): string {
    return join(this.directory, `${batch}.print`);
  }

  /** Durable when it returns. */
  async put(batch: string, pdf: Uint8Array): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const temporary = `${this.#path(batch)}.part`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(encrypt(this.key, pdf, aboutOf(batch)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path(batch));
  }

  /** @returns undefined where it was fetched, or is not made yet @throws GatewayFault JOB_DAMAGED */
  async get(batch: string): Promise<Uint8Array | undefined> {
    try {
      return decrypt(this.key, await readFile(this.#path(batch)), aboutOf(batch));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      if (error instanceof Damaged) throw new GatewayFault('JOB_DAMAGED', { cause: error });
      throw error;
    }
  }

  has(batch: string): boolean {
    return existsSync(this.#path(batch));
  }

  /** At once: nobody gets it in the moment after. */
  forget(batch: string): void {
    rmSync(this.#path(batch), { force: true });
  }

  /** What is too old; all of them where a person's data must go: what was not fetched yet can be made again. */
  async sweep(now: number, all = false): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [] as string[])) {
      if (!/\.print(\.part)?$/.test(name)) continue;
      const path = join(this.directory, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
      if (all || now - mtimeMs > FORGOTTEN_MS) await rm(path, { force: true });
    }
  }
}
