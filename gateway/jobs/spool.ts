/** Drafts of a job between their making and their sealing: a file of encrypted chunks, so that what is sealed is byte for byte what was signed. */
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decrypt, encrypt } from '../cipher.js';
import { GatewayFault } from '../fault.js';

const LENGTH = 4;

/** A spool being written, chunk after chunk. */
export class SpoolWriter {
  #chunks = 0;
  constructor(private readonly file: FileHandle, private readonly job: string, private readonly key: Uint8Array) {}

  async add(chunk: unknown): Promise<void> {
    const sealed = encrypt(this.key, Buffer.from(JSON.stringify(chunk)), aboutChunk(this.job, this.#chunks++));
    const length = Buffer.alloc(LENGTH);
    length.writeUInt32BE(sealed.length);
    await this.file.writev([length, sealed]);
  }

  /** Durable when it returns. */
  async finish(): Promise<void> {
    await this.file.sync();
    await this.close();
  }

  /** Gives the file up as it is; it is begun anew. */
  async close(): Promise<void> {
    await this.file.close();
  }
}

/** Moving a chunk to another place or another job breaks its tag. */
const aboutChunk = (job: string, number: number): string => `spool/${job}/${String(number)}`;

export class Spools {
  constructor(private readonly directory: string) {}

  #path(job: string): string {
    return join(this.directory, `${job}.spool`);
  }

  /** Begins a job's spool; an older one is overwritten. @param key 32 bytes, of this job alone */
  async write(job: string, key: Uint8Array): Promise<SpoolWriter> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    return new SpoolWriter(await open(this.#path(job), 'w', 0o600), job, key);
  }

  /** The chunks in order. @param skip numbers not to be read @throws GatewayFault JOB_DAMAGED */
  async *read<Chunk>(job: string, key: Uint8Array, skip: (number: number) => boolean = () => false): AsyncGenerator<{ number: number; chunk: Chunk }> {
    const file = await open(this.#path(job), 'r').catch((error: unknown) => { throw new GatewayFault('JOB_DAMAGED', { cause: error }); });
    try {
      const { size } = await file.stat();
      for (let at = 0, number = 0; at < size; number++) {
        const length = (await bytesOf(file, at, LENGTH, size)).readUInt32BE();
        if (!skip(number)) {
          const sealed = await bytesOf(file, at + LENGTH, length, size);
          yield { number, chunk: JSON.parse(opened(key, sealed, aboutChunk(job, number)).toString('utf8')) as Chunk };
        }
        at += LENGTH + length;
      }
    } finally {
      await file.close();
    }
  }

  async forget(job: string): Promise<void> {
    await rm(this.#path(job), { force: true });
  }

  /** Takes away what no unfinished job needs. */
  async sweep(jobs: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [] as string[])) {
      const job = /^(.+)\.spool$/.exec(name)?.[1];
      if (job !== undefined && !jobs.has(job)) await this.forget(job);
    }
  }
}

async function bytesOf(file: FileHandle, at: number, length: number, size: number): Promise<Buffer> {
  if (at + length > size) throw new GatewayFault('JOB_DAMAGED');
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  if (bytesRead !== length) throw new GatewayFault('JOB_DAMAGED');
  return bytes;
}

function opened(key: Uint8Array, sealed: Uint8Array, about: string): Buffer {
  try {
    return decrypt(key, sealed, about);
  } catch (error) {
    throw new GatewayFault('JOB_DAMAGED', { cause: error });
  }
}
