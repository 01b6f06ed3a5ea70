/** Sealed PDFs at rest: a file each, under the holder's key. Sixty thousand bytes each would only be moved about by the store of the faces. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decrypt, encrypt } from '../cipher.js';

/** What a paper is kept under: the version it is a form of, and its own digest as on the ledger. */
export interface PaperKey {
  readonly licence: string;
  readonly version: number;
  /** base64url SHA-256 of the file. */
  readonly digest: string;
}

const about = ({ licence, version, digest }: PaperKey): string => `paper/${licence}/${String(version)}/${digest}`;

/** The name of a paper's file says nothing of what it holds. Not base64url: some disks take capitals and small letters for the same. */
export const paperName = (key: PaperKey): string => createHash('sha256').update(about(key)).digest('hex');

export class PaperFiles {
  constructor(private readonly directory: string) {}

  #path(key: PaperKey): string {
    const name = paperName(key);
    return join(this.directory, name.slice(0, 2), name);
  }

  /** Names of all files, in order; also of those that a crash left half written. */
  async *names(): AsyncIterable<string> {
    const folders = await readdir(this.directory).catch(() => []);
    for (const folder of folders.sort()) yield* (await readdir(join(this.directory, folder))).sort();
  }

  /** Takes a file out of the way. Durable when it returns. @param to directory */
  async moveOut(name: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true, mode: 0o700 });
    await rename(join(this.directory, name.slice(0, 2), name), join(to, name));
    for (const changed of [to, join(this.directory, name.slice(0, 2))]) await syncFolder(changed);
  }

  /** Durable when it returns. */
  async put(key: PaperKey, holderKey: Uint8Array, pdf: Uint8Array): Promise<void> {
    const path = this.#path(key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomBytes(6).toString('hex')}`;
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(encrypt(holderKey, pdf, about(key)));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  }

  /** @returns undefined where it is not kept here. @throws Damaged */
  async get(key: PaperKey, holderKey: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return decrypt(holderKey, await readFile(this.#path(key)), about(key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(key: PaperKey): Promise<void> {
    await rm(this.#path(key), { force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
