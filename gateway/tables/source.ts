import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { detectEncoding, StrictDecoder, type TextEncoding } from './decode.js';
import { TableError } from './errors.js';
import { HEAD_BYTES } from './limits.js';

export type TableSource = { readonly stream: Readable } | { readonly path: string };

/** The bytes of a file, of which the first were looked at. */
export interface Bytes {
  readonly head: Uint8Array;
  /** All bytes from the start, once. */
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  /** Lets go of the file when the rows will not be read to the end. */
  close(): void;
}

export async function openBytes(source: TableSource, bytesMax: number): Promise<Bytes> {
  const stream = 'path' in source ? createReadStream(source.path) : source.stream;
  const iterator = stream.iterator({ destroyOnReturn: true });
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = asBytes(next.value);
    first.push(chunk);
    length += chunk.length;
  }
  const head = Buffer.concat(first);
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    let total = 0;
    try {
      for (let chunk: Uint8Array | undefined = head; chunk !== undefined;) {
        total += chunk.length;
        if (total > bytesMax) throw new TableError('TABLE_TOO_LARGE', { limit: bytesMax, reason: 'bytes' });
        yield chunk;
        const next = await iterator.next();
        chunk = next.done === true ? undefined : asBytes(next.value);
      }
    } finally {
      stream.destroy();
    }
  }
  return { head, chunks: chunks(), close: () => { stream.destroy(); } };
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('the stream must deliver bytes, not text');
}

/** Decodes strictly, as it goes; ASCII at first may turn out to be either encoding later. */
export function decodeBytes(bytes: Bytes): { encoding: () => TextEncoding; text: AsyncGenerator<string, void, undefined> } {
  const found = detectEncoding(bytes.head);
  const decoder = new StrictDecoder(found?.encoding, found?.bom ?? 0);
  async function* text(): AsyncGenerator<string, void, undefined> {
    let skip = found?.bom ?? 0;
    for await (const chunk of bytes.chunks) {
      const decoded = decoder.decode(skip === 0 ? chunk : chunk.subarray(skip), false);
      skip = 0;
      if (decoded !== '') yield decoded;
    }
    decoder.decode(new Uint8Array(0), true);
  }
  return { encoding: () => decoder.encoding, text: text() };
}
