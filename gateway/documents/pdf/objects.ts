/**
 * A strict reader of the PDF objects that this system writes (ISO 32000-1, 7.3 and 7.5): classic cross-reference tables, direct lengths.
 * It repairs nothing. A reader that repairs shows one document where another reader shows a different one; attackers live between the two.
 */

export class PdfName {
  constructor(readonly name: string) {}
}
export class PdfRef {
  constructor(readonly number: number) {}
}
/** The bytes between ( and ) as they stand, or between < and >. */
export class PdfString {
  constructor(readonly raw: string) {}
}
export type PdfDict = ReadonlyMap<string, PdfValue>;
export type PdfValue = number | boolean | null | PdfName | PdfRef | PdfString | readonly PdfValue[] | PdfDict;

/** The file is not one of ours in form. */
export class PdfMalformed extends Error {
  override readonly name = 'PdfMalformed';
}
const malformed = (): never => { throw new PdfMalformed(); };

const DEPTH_MAX = 12; // ours reach 6
const OBJECTS_MAX = 4096; // ours have about 40
const TOKEN_MAX = 64 * 1024; // a signature's hexadecimal string is the longest
/** Text decoded for one object: nearly all of ours are short; a signature or a table of 4,096 objects is not. */
const WINDOWS = [2 * 1024, 96 * 1024];

const latin1 = new TextDecoder('latin1');
export const textOf = (bytes: Uint8Array, from: number, to: number): string => latin1.decode(bytes.subarray(from, to));

const SPACE = /[\0\t\n\f\r ]*/y;
const NUMBER = /[+-]?(?:\d{1,10}(?:\.\d{0,10})?|\.\d{1,10})(?![\w.])/y;
const REFERENCE = /(\d{1,7}) 0 R(?!\w)/y;
const NAME = /\/([^\0\t\n\f\r ()<>[\]{}/%]{1,127})/y;
const HEX = /<([0-9A-Fa-f]*)>/y;
const WORD = /(?:true|false|null)(?!\w)/y;

/** Reads values from text, one after the other. */
class Scanner {
  at = 0;
  constructor(readonly text: string) {}

  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found ?? undefined;
  }

  take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  value(depth = 0): PdfValue {
    if (depth > DEPTH_MAX) return malformed();
    this.match(SPACE);
    if (this.take('<<')) return this.#dict(depth);
    if (this.take('[')) return this.#array(depth);
    const reference = this.match(REFERENCE);
    if (reference) return new PdfRef(Number(reference[1]));
    const number = this.match(NUMBER);
    if (number) return Number(number[0]);
    const name = this.match(NAME);
    if (name) return new PdfName(name[1] ?? '');
    const hex = this.match(HEX);
    if (hex) return hex[0].length > TOKEN_MAX ? malformed() : new PdfString(hex[0]);
    if (this.text[this.at] === '(') return this.#string();
    const word = this.match(WORD);
    return word ? ({ true: true, false: false, null: null } as const)[word[0] as 'true'] : malformed();
  }

  #dict(depth: number): PdfDict {
    const members = new Map<string, PdfValue>();
    for (;;) {
      this.match(SPACE);
      if (this.take('>>')) return members;
      const key = this.match(NAME)?.[1] ?? malformed();
      // Twice the same key: readers differ in which one they take.
      if (members.has(key)) return malformed();
      members.set(key, this.value(depth + 1));
    }
  }

  #array(depth: number): PdfValue[] {
    const values: PdfValue[] = [];
    for (;;) {
      this.match(SPACE);
      if (this.take(']')) return values;
      values.push(this.value(depth + 1));
    }
  }

  #string(): PdfString {
    const start = this.at;
    let depth = 0;
    for (; this.at < this.text.length && this.at - start < TOKEN_MAX; this.at++) {
      const character = this.text[this.at];
      if (character === '\\') this.at++;
      else if (character === '(') depth++;
      else if (character === ')' && --depth === 0) return new PdfString(this.text.slice(start, ++this.at));
    }
    return malformed();
  }
}

export interface PdfObject {
  readonly value: PdfValue;
  /** The value as it stands in the file. */
  readonly source: string;
  readonly stream?: Uint8Array;
}

/** One revision's cross-reference section. */
export interface Section {
  readonly offsets: ReadonlyMap<number, number>;
  readonly trailer: PdfDict;
  /** One past the line feed after %%EOF. */
  readonly end: number;
}

/** Parses in the narrowest window in which it succeeds. */
function inWindow<T>(bytes: Uint8Array, at: number, parse: (scanner: Scanner) => T): T {
  const [narrow = 0, wide = 0] = WINDOWS;
  try {
    return parse(new Scanner(textOf(bytes, at, at + narrow)));
  } catch (error) {
    if (!(error instanceof PdfMalformed)) throw error;
    return parse(new Scanner(textOf(bytes, at, at + wide)));
  }
}

/** @throws PdfMalformed */
export const readSection = (bytes: Uint8Array, at: number): Section => inWindow(bytes, at, (scanner) => section(scanner, at));

function section(scanner: Scanner, at: number): Section {
  if (!scanner.take('xref\n')) return malformed();
  const offsets = new Map<number, number>();
  for (let head = scanner.match(/(\d{1,7}) (\d{1,7})\n/y); head; head = scanner.match(/(\d{1,7}) (\d{1,7})\n/y)) {
    const [first, count] = [Number(head[1]), Number(head[2])];
    if (first + count > OBJECTS_MAX) return malformed();
    for (let i = 0; i < count; i++) {
      const entry = scanner.match(/(\d{10}) (\d{5}) ([nf]) ?\r?\n/y) ?? malformed();
      if (entry[3] === 'n') offsets.set(first + i, Number(entry[1]));
    }
  }
  if (!scanner.take('trailer\n')) return malformed();
  const trailer = scanner.value();
  if (!(trailer instanceof Map) || !scanner.take(`\nstartxref\n${String(at)}\n%%EOF\n`)) return malformed();
  return { offsets, trailer: trailer as PdfDict, end: at + scanner.at };
}

/** Where the last section begins; nothing may follow it. @throws PdfMalformed */
export function lastSection(bytes: Uint8Array): number {
  const found = /\nstartxref\n(\d{1,10})\n%%EOF\n$/.exec(textOf(bytes, Math.max(0, bytes.length - 64), bytes.length));
  return found ? Number(found[1]) : malformed();
}

/** @throws PdfMalformed */
export function readObject(bytes: Uint8Array, offsets: ReadonlyMap<number, number>, number: number): PdfObject {
  const at = offsets.get(number) ?? malformed();
  return inWindow(bytes, at, (scanner) => object(scanner, bytes, at, number));
}

function object(scanner: Scanner, bytes: Uint8Array, at: number, number: number): PdfObject {
  if (!scanner.take(`${String(number)} 0 obj\n`)) return malformed();
  const start = scanner.at;
  const value = scanner.value();
  const source = scanner.text.slice(start, scanner.at);
  if (scanner.take('\nendobj')) return { value, source };
  if (!(value instanceof Map) || !scanner.take('\nstream\n')) return malformed();
  const length = (value as PdfDict).get('Length');
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0) return malformed();
  const from = at + scanner.at;
  if (!/^\n(?:\n)?endstream\nendobj/.test(textOf(bytes, from + length, from + length + 20))) return malformed();
  return { value, source, stream: bytes.subarray(from, from + length) };
}

/** @throws PdfMalformed */
export function dictOf(value: PdfValue | undefined): PdfDict {
  return value instanceof Map ? (value as PdfDict) : malformed();
}
/** @throws PdfMalformed */
export function numberOf(value: PdfValue | undefined): number {
  return value instanceof PdfRef ? value.number : malformed();
}
export const nameOf = (value: PdfValue | undefined): string | undefined => (value instanceof PdfName ? value.name : undefined);
/** @throws PdfMalformed */
export function listOf(value: PdfValue | undefined): readonly PdfValue[] {
  return Array.isArray(value) ? (value as readonly PdfValue[]) : malformed();
}
