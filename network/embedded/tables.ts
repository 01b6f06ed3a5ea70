import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LAYOUT, writeDurably } from '#network/embedded/files';
import { LedgerFault } from '#network/fault';

interface TableSum {
  size: number;
  crc: number;
}

/**
 * LevelDB verifies the checksums of its tables only on request, and the binding cannot ask: a flipped bit in an index
 * or filter block makes keys vanish in silence. Tables never change once written, so we keep a checksum of each file.
 */
export async function recordTables(directory: string): Promise<void> {
  const known = await readSums(directory);
  const sums: Record<string, TableSum> = {};
  for (const name of await listTables(directory)) {
    const sum = known[name] ?? (await sumFile(join(directory, LAYOUT.database, name)));
    if (sum) sums[name] = sum;
  }
  await writeDurably(join(directory, LAYOUT.tables), JSON.stringify(sums));
}

/** @throws LedgerFault LEDGER_DAMAGED naming the first table whose content changed */
export async function verifyTables(directory: string): Promise<void> {
  const known = await readSums(directory);
  for (const name of await listTables(directory)) {
    const expected = known[name];
    if (!expected) continue; // written after the last record; its blocks and rows still carry their own hashes
    const actual = await sumFile(join(directory, LAYOUT.database, name));
    if (!actual || actual.size !== expected.size || actual.crc !== expected.crc) {
      throw new LedgerFault('LEDGER_DAMAGED', `table ${name} is not what was written`);
    }
  }
}

async function readSums(directory: string): Promise<Record<string, TableSum>> {
  const text = await readFile(join(directory, LAYOUT.tables), 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as Record<string, TableSum>;
  } catch (cause) {
    throw new LedgerFault('LEDGER_DAMAGED', 'tables.json cannot be read', { cause });
  }
}

async function listTables(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, LAYOUT.database));
  return names.filter((name) => name.endsWith('.ldb'));
}

/** The last bytes of every finished table (LevelDB, table_format.md). */
const FOOTER_MAGIC = Buffer.from('57fb808b247547db', 'hex');

/** Undefined when a compaction removed the file meanwhile, or is still writing it: half a table is nothing to compare with. */
async function sumFile(path: string): Promise<TableSum | undefined> {
  try {
    let [size, crc, tail] = [0, 0, Buffer.alloc(0)];
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const bytes = chunk as Buffer;
      [size, crc, tail] = [size + bytes.length, crc32(bytes, crc), Buffer.concat([tail, bytes.subarray(-FOOTER_MAGIC.length)]).subarray(-FOOTER_MAGIC.length)];
    }
    return tail.equals(FOOTER_MAGIC) ? { size, crc } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
