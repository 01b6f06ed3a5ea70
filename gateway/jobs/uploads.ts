/** Files sent for bulk work: encrypted on disk while they wait, gone when their job is done. */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable, Transform } from 'node:stream';
import { Damaged, decryptStream, encryptStream, SALT_BYTES } from '../cipher.js';
import { GatewayFault } from '../fault.js';
import { randomId } from '../keyring.js';
import { TABLE_BYTES_MAX } from '../tables/limits.js';

/** Binds a file to its name: one upload in the place of another does not open. */
const aboutOf = (id: string): string => `yizheng/upload/1 ${id}`;
/** An upload that no job took up within a day is forgotten. */
const FORGOTTEN_MS = 24 * 3600_000;

export class Uploads {
  constructor(private readonly directory: string, private readonly key: Uint8Array) {}

  #path(id: string): string {
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) throw new GatewayFault('NOT_FOUND');
    return join(this.directory, `${id}.upload`);
  }

  /** Durable when it returns. @returns the id to name the file by. @throws GatewayFault TOO_LARGE */
  async keep(content: Readable): Promise<string> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const id = randomId();
    const path = this.#path(id);
    const salt = randomBytes(SALT_BYTES);
    const file = createWriteStream(path, { mode: 0o600 });
    file.write(salt);
    let size = 0;
    const limit = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        done(size > TABLE_BYTES_MAX ? new GatewayFault('TOO_LARGE') : null, chunk);
      },
    });
    try {
      await pipeline(content, limit, (plain: AsyncIterable<Uint8Array>) => encryptStream(this.key, salt, aboutOf(id), plain), file);
      const handle = await open(path, 'r+');
      await handle.sync();
      await handle.close();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return id;
  }

  /** The content; reading it fails with UPLOAD_DAMAGED where the file was changed or cut off. @throws GatewayFault NOT_FOUND */
  async read(id: string): Promise<Readable> {
    const path = this.#path(id);
    if (!existsSync(path)) throw new GatewayFault('NOT_FOUND');
    const handle = await open(path);
    const salt = Buffer.alloc(SALT_BYTES);
    await handle.read(salt, 0, SALT_BYTES, 0);
    await handle.close();
    return Readable.from(this.#content(id, salt, createReadStream(path, { start: SALT_BYTES })));
  }

  async *#content(id: string, salt: Uint8Array, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
    try {
      yield* decryptStream(this.key, salt, aboutOf(id), sealed);
    } catch (cause) {
      throw cause instanceof Damaged ? new GatewayFault('UPLOAD_DAMAGED', { cause }) : cause;
    }
  }

  async forget(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** @param inUse uploads that a job still needs */
  async sweep(inUse: ReadonlySet<string>, now: number): Promise<void> {
    const files = existsSync(this.directory) ? await readdir(this.directory) : [];
    for (const file of files) {
      const id = /^(.+)\.upload$/.exec(file)?.[1];
      if (id === undefined) continue;
      const { mtimeMs } = await stat(join(this.directory, file));
      if (!inUse.has(id) && now - mtimeMs > FORGOTTEN_MS) await rm(join(this.directory, file), { force: true });
    }
  }
}
