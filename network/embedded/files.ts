import { type FileHandle, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LedgerFault } from '#network/fault';

/** What is where in a ledger directory. */
export const LAYOUT = {
  /** LedgerCard, written last when a ledger is made: without it there is no ledger */
  card: 'ledger.json',
  /** DamageNote: present after damage was found; LevelDB repairs away the evidence, so that a second try would pass */
  damage: 'damaged.json',
  /** the height up to which transactions were acknowledged, outside the database that may lose them */
  height: 'height',
  /** checksums of LevelDB's table files, which it does not check itself when reading */
  tables: 'tables.json',
  database: 'db',
  keys: 'keys',
} as const;

export interface LedgerCard {
  format: 1;
  channel: string;
  chaincode: string;
  mspId: string;
  /** base64url of the header hash of block 0 */
  genesis: string;
}

/** Writes a file so that after a crash either the old or the new content is there, whole. */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** A new or renamed file is only there after a crash when its directory was synced too. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** @throws LedgerFault LEDGER_MISSING when there is nothing, LEDGER_DAMAGED when there is something else */
export async function readCard(directory: string): Promise<LedgerCard> {
  const text = await readFile(join(directory, LAYOUT.card), 'utf8').catch(() => undefined);
  if (text === undefined) {
    const others = await readdir(directory).catch(() => []);
    if (others.length === 0) throw new LedgerFault('LEDGER_MISSING', 'there is no ledger in this directory');
    throw new LedgerFault('LEDGER_DAMAGED', 'ledger.json is missing from a directory that is not empty');
  }
  try {
    const card = JSON.parse(text) as LedgerCard;
    const texts = [card.channel, card.chaincode, card.mspId, card.genesis];
    if (card.format !== 1 || texts.some((item) => typeof item !== 'string')) throw new TypeError('unknown shape');
    return card;
  } catch (cause) {
    throw new LedgerFault('LEDGER_DAMAGED', 'ledger.json cannot be read', { cause });
  }
}

const SLOT_BYTES = 4096;

/**
 * The acknowledged height in two alternating slots of one preallocated file: overwriting in place costs one fdatasync
 * without a journal commit, and a torn slot leaves the other. LevelDB drops a damaged tail of its log without a word;
 * only something outside of it can tell that blocks are missing.
 */
export class HeightFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string, height: number): Promise<void> {
    const content = Buffer.alloc(SLOT_BYTES * 2);
    writeSlot(content.subarray(SLOT_BYTES * (height % 2)), height);
    await writeDurably(path, content);
  }

  static async open(path: string): Promise<HeightFile> {
    return new HeightFile(await open(path, 'r+'));
  }

  /** The highest readable slot; undefined when both are damaged. */
  static async read(path: string): Promise<number | undefined> {
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    const heights = [0, SLOT_BYTES].map((at) => readSlot(content.subarray(at, at + 12))).filter((height) => height !== undefined);
    return heights.length === 0 ? undefined : Math.max(...heights);
  }

  async write(height: number): Promise<void> {
    const slot = Buffer.alloc(12);
    writeSlot(slot, height);
    await this.#file.write(slot, 0, slot.length, SLOT_BYTES * (height % 2));
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function writeSlot(slot: Buffer, height: number): void {
  slot.writeBigUInt64BE(BigInt(height));
  slot.writeUInt32BE(crc32(slot.subarray(0, 8)), 8);
}

function readSlot(slot: Buffer): number | undefined {
  if (slot.length < 12) return undefined;
  const height = Number(slot.readBigUInt64BE());
  return height > 0 && crc32(slot.subarray(0, 8)) === slot.readUInt32BE(8) ? height : undefined;
}
