import { TableError } from './errors.js';
import { scanGb18030, scanUtf16, scanUtf8, wasMeantAsUtf8, type Scan } from './scan.js';

export type TextEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

const SCANS: Readonly<Record<TextEncoding, (bytes: Uint8Array) => Scan>> = {
  'utf-8': scanUtf8,
  'gb18030': scanGb18030,
  'utf-16le': (bytes) => scanUtf16(bytes, true),
  'utf-16be': (bytes) => scanUtf16(bytes, false),
};
const BOMS: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]], ['utf-16le', [0xff, 0xfe]], ['utf-16be', [0xfe, 0xff]], ['gb18030', [0x84, 0x31, 0x95, 0x33]],
];
/**
 * Characters of GB 18030 which ICU still maps to the private use area as the edition of 2000 did;
 * the edition of 2022 gives them their own code points.
 */
const PRIVATE_USE = new Map([
  [0xe816, 0x20087], [0xe817, 0x20089], [0xe818, 0x200cc], [0xe81e, 0x9fb4], [0xe826, 0x9fb5], [0xe82b, 0x9fb6], [0xe82c, 0x9fb7],
  [0xe831, 0x215d7], [0xe832, 0x9fb8], [0xe83b, 0x2298f], [0xe843, 0x9fb9], [0xe854, 0x9fba], [0xe855, 0x241fe], [0xe864, 0x9fbb],
]);

/** The encoding that `head` settles, and the length of its byte order mark; undefined while all is ASCII. */
export function detectEncoding(head: Uint8Array): { encoding: TextEncoding; bom: number } | undefined {
  for (const [encoding, bom] of BOMS) {
    if (bom.every((byte, i) => head[i] === byte)) return { encoding, bom: bom.length };
  }
  if (!head.some((byte) => byte >= 0x80)) return undefined;
  const utf8 = scanUtf8(head);
  if (utf8.bad === undefined || wasMeantAsUtf8(head, utf8.end)) return { encoding: 'utf-8', bom: 0 };
  return { encoding: 'gb18030', bom: 0 };
}

/** Decodes strictly: a byte that belongs to no character ends the file with its offset, never with U+FFFD. */
export class StrictDecoder {
  #encoding: TextEncoding | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #decoder: TextDecoder | undefined;

  constructor(encoding: TextEncoding | undefined, offset: number) {
    this.#offset = offset;
    if (encoding !== undefined) this.#settle(encoding);
  }

  /** UTF-8 as long as nothing but ASCII was seen. */
  get encoding(): TextEncoding {
    return this.#encoding ?? 'utf-8';
  }

  decode(chunk: Uint8Array, last: boolean): string {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const decoder = this.#decoder ?? this.#settle(detectEncoding(bytes)?.encoding);
    if (decoder === undefined) {
      this.#offset += bytes.length;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    }
    const scan = SCANS[this.encoding](bytes);
    if (scan.bad !== undefined) throw this.#broken(this.#offset + scan.bad);
    if (last && scan.end < bytes.length) throw this.#broken(this.#offset + scan.end);
    const text = this.#text(decoder, bytes.subarray(0, scan.end));
    this.#rest = bytes.slice(scan.end);
    this.#offset += scan.end;
    return text;
  }

  #settle(encoding: TextEncoding | undefined): TextDecoder | undefined {
    if (encoding === undefined) return undefined;
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    return this.#decoder;
  }

  #text(decoder: TextDecoder, whole: Uint8Array): string {
    try {
      const text = decoder.decode(whole);
      if (this.#encoding !== 'gb18030') return text;
      return text.replace(/[\ue816-\ue864]/g, (c) => String.fromCodePoint(PRIVATE_USE.get(c.charCodeAt(0)) ?? c.charCodeAt(0)));
    } catch (cause) {
      throw this.#broken(this.#offset + firstUnassigned(decoder, whole), cause);
    }
  }

  #broken(byteOffset: number, cause?: unknown): TableError {
    return new TableError('TABLE_ENCODING', { byteOffset, reason: this.encoding, cause });
  }
}

/** Only after a failure: the shortest prefix of whole characters that cannot be decoded ends in the culprit. */
function firstUnassigned(decoder: TextDecoder, bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 4) {
    const middle = good + SCANS[decoder.encoding as TextEncoding](bytes.subarray(good, (good + bad) >> 1)).end;
    if (middle === good) break;
    try {
      decoder.decode(bytes.subarray(good, middle));
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}
