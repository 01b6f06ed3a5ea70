import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { TableError } from './errors.js';

const inflate = promisify(inflateRaw);
/** An ordinary workbook has a few dozen parts. */
const PARTS_MAX = 1_000;

/**
 * Unpacks the XML parts of a workbook within a limit and packs them again without compression.
 * Whoever sends a workbook could let a few kilobytes unpack to gigabytes in the reader, or show it
 * other parts than the directory lists; what is handed on holds what was measured here and no more.
 */
export async function repackWithin(archive: Buffer, unpackedMax: number): Promise<Buffer> {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let [offset, total, parts] = [0, 0, 0];
  for (const part of directory(archive)) {
    if (!/\.xml$|\.rels$/.test(part.name)) continue;
    const left = unpackedMax - total;
    const data = await unpack(archive, part, left, unpackedMax);
    total += data.length;
    const name = Buffer.from(part.name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), fields, name, data);
    central.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, tail, name);
    offset += 30 + name.length + data.length;
    parts++;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts, 8);
  end.writeUInt16LE(parts, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, list, end]);
}

interface Part { readonly name: string; readonly method: number; readonly flags: number; readonly packed: number; readonly at: number }

function* directory(archive: Buffer): Generator<Part, void, undefined> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > archive.length) throw broken();
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  if (count > PARTS_MAX) throw new TableError('TABLE_TOO_LARGE', { limit: PARTS_MAX, reason: 'parts' });
  for (let i = 0; i < count; i++) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== 0x02014b50) throw broken();
    const [name, extra, comment] = [archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30), archive.readUInt16LE(at + 32)];
    yield {
      name: archive.toString('utf8', at + 46, at + 46 + name),
      flags: archive.readUInt16LE(at + 8),
      method: archive.readUInt16LE(at + 10),
      packed: archive.readUInt32LE(at + 20),
      at: archive.readUInt32LE(at + 42),
    };
    at += 46 + name + extra + comment;
  }
}

async function unpack(archive: Buffer, part: Part, left: number, limit: number): Promise<Buffer> {
  if ((part.flags & 1) !== 0) throw new TableError('TABLE_FORMAT', { reason: 'encrypted' });
  if (part.at + 30 > archive.length || archive.readUInt32LE(part.at) !== 0x04034b50) throw broken();
  const start = part.at + 30 + archive.readUInt16LE(part.at + 26) + archive.readUInt16LE(part.at + 28);
  if (start + part.packed > archive.length) throw broken();
  const data = archive.subarray(start, start + part.packed);
  if (part.method === 0 && data.length <= left) return data;
  if (part.method === 0 || left <= 0) throw tooLarge(limit);
  if (part.method !== 8) throw broken();
  try {
    return await inflate(data, { maxOutputLength: left });
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(limit) : broken(cause);
  }
}

function tooLarge(limit: number): TableError {
  return new TableError('TABLE_TOO_LARGE', { limit, reason: 'unpacked-bytes' });
}

function broken(cause?: unknown): TableError {
  return new TableError('TABLE_FORMAT', { reason: 'archive', cause });
}
