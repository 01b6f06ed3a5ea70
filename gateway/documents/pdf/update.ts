/**
 * Incremental updates (ISO 32000-1, 7.5.6) that add a seal or a time stamp, and nothing else. The text of an update is a function of a few
 * values, so a reader takes those values from a presented file, writes the update anew and compares: whatever else was added, differs.
 */
import type { Base } from './base.js';

export interface SealUpdate {
  readonly kind: 'seal';
  /** Left, bottom, edge: whole points. */
  readonly place: { readonly x: number; readonly y: number; readonly side: number };
  /** Drawing operators of the picture in a square of 1,000, deflated. */
  readonly picture: Uint8Array;
  /** Claimed by whoever seals; `D:20260315100000+08'00'` and the like. */
  readonly date: string;
  /** Bytes kept free for the signature. */
  readonly room: number;
}
export interface StampUpdate {
  readonly kind: 'stamp';
  readonly room: number;
}
export type Update = SealUpdate | StampUpdate;

export interface Written {
  /** The whole file, with zeros where the signature goes. */
  readonly bytes: Uint8Array;
  /** The signature's hexadecimal string with its brackets: what is not signed. */
  readonly gap: readonly [from: number, to: number];
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const WIDTH = 10; // digits of an offset

/** @param earlier numbers of the signature fields that are there already. @param previous offset of the last section */
export function appendUpdate(file: Uint8Array, base: Base, update: Update, { fields, next, previous }: { fields: readonly number[]; next: number; previous: number }): Written {
  const writer = new Writer(file.length);
  const [widget, signature, picture] = [next, next + 1, next + 2];
  const all = [...fields, widget];
  const references = all.map((number) => `${String(number)} 0 R`).join(' ');
  const first = fields.length === 0;
  // DocMDP 2: after the first seal only further signatures are allowed; other readers then call anything else a change (ISO 32000-1, 12.8.2.2).
  const [docMdp = 0] = fields;
  writer.object(base.catalog.number, `<<\n${base.catalog.inner}\n/AcroForm << /Fields [${references}] /SigFlags 3 >>\n/Perms << /DocMDP ${String((first ? widget : docMdp) + 1)} 0 R >>\n>>`);
  writer.object(base.page.number, `<<\n${base.page.inner}\n/Annots [${references}]\n>>`);
  const drawn = update.kind === 'seal' ? `/Rect [${rect(update)}] /AP << /N ${String(picture)} 0 R >>` : '/Rect [0 0 0 0]';
  writer.object(widget, `<< /Type /Annot /Subtype /Widget /FT /Sig /T (${update.kind}${String(all.length)}) /F 132 /P ${String(base.page.number)} 0 R /V ${String(signature)} 0 R ${drawn} >>`);
  const gap = writer.signature(signature, update, first);
  if (update.kind === 'seal') writer.stream(picture, `<< /Type /XObject /Subtype /Form /BBox [0 0 1000 1000] /Resources << >> /Filter /FlateDecode /Length ${String(update.picture.length)} >>`, update.picture);
  const added = writer.finish({ size: next + (update.kind === 'seal' ? 3 : 2), root: base.catalog.number, info: base.info, id: base.id, previous });
  const bytes = new Uint8Array(file.length + added.length);
  bytes.set(file);
  bytes.set(added, file.length);
  bytes.set(ascii(`[0 ${String(gap[0])} ${String(gap[1])} ${String(bytes.length - gap[1])}]`), writer.rangeAt);
  return { bytes, gap };
}

const rect = ({ place: { x, y, side } }: SealUpdate): string => [x, y, x + side, y + side].map(String).join(' ');

class Writer {
  readonly #parts: Uint8Array[] = [];
  readonly #offsets = new Map<number, number>();
  #at: number;
  /** Where the ByteRange goes, once all is known. */
  rangeAt = 0;

  constructor(at: number) {
    this.#at = at;
  }

  #add(part: Uint8Array | string): void {
    const bytes = typeof part === 'string' ? ascii(part) : part;
    this.#parts.push(bytes);
    this.#at += bytes.length;
  }

  object(number: number, value: string): void {
    this.#offsets.set(number, this.#at);
    this.#add(`${String(number)} 0 obj\n${value}\nendobj\n`);
  }

  stream(number: number, head: string, data: Uint8Array): void {
    this.#offsets.set(number, this.#at);
    this.#add(`${String(number)} 0 obj\n${head}\nstream\n`);
    this.#add(data);
    this.#add('\nendstream\nendobj\n');
  }

  /** @returns where the hexadecimal string stands, with its brackets */
  signature(number: number, update: Update, first: boolean): [number, number] {
    this.#offsets.set(number, this.#at);
    const kind = update.kind === 'seal' ? `/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (${update.date})` : '/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161';
    const lock = first && update.kind === 'seal' ? ' /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>]' : '';
    this.#add(`${String(number)} 0 obj\n<< ${kind}${lock} /ByteRange `);
    this.rangeAt = this.#at;
    this.#add(' '.repeat(3 * WIDTH + 6));
    this.#add(' /Contents ');
    const from = this.#at;
    this.#add(`<${'0'.repeat(2 * update.room)}>`);
    const to = this.#at;
    this.#add(' >>\nendobj\n');
    return [from, to];
  }

  finish({ size, root, info, id, previous }: { size: number; root: number; info: number; id: string; previous: number }): Uint8Array {
    const at = this.#at;
    const rows = [...this.#offsets].sort(([a], [b]) => a - b).map(([number, offset]) => `${String(number)} 1\n${String(offset).padStart(WIDTH, '0')} 00000 n \n`);
    this.#add(`xref\n${rows.join('')}trailer\n<< /Size ${String(size)} /Root ${String(root)} 0 R /Info ${String(info)} 0 R /ID ${id} /Prev ${String(previous)} >>\nstartxref\n${String(at)}\n%%EOF\n`);
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const whole = new Uint8Array(length);
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }
}

/** The two stretches that a signature covers, joined. */
export function signedBytes({ bytes, gap: [from, to] }: Written): Uint8Array {
  const covered = new Uint8Array(bytes.length - (to - from));
  covered.set(bytes.subarray(0, from));
  covered.set(bytes.subarray(to), from);
  return covered;
}

/** Puts a signature into its gap, zeros behind it. @throws RangeError where it is longer than the room kept */
export function fillGap({ bytes, gap: [from, to] }: Written, contents: Uint8Array): Uint8Array {
  const hex = Array.from(contents, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex.length > to - from - 2) throw new RangeError('the signature is longer than the room kept for it');
  const filled = bytes.slice();
  filled.set(ascii(hex), from + 1);
  return filled;
}
