/**
 * Protobuf wire format, just enough for the hot paths: the generated classes build an object tree per message, which
 * was a fifth of the time of a transaction. Everything read here comes from outside: a malformed length throws.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 as text, in a process and in a browser: there the blocks of an evidence bundle are read too. */
export function utf8Text(view: Uint8Array): string {
  return typeof Buffer === 'undefined' ? decoder.decode(view) : Buffer.from(view.buffer, view.byteOffset, view.length).toString('utf8');
}

/** Reads the fields of one message in order: `while (reader.next()) switch (reader.field) ...`. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #type = 0;
  field = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Moves to the next field; the caller must then take its value or skip it. */
  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.#type = tag & 7;
    if (this.field === 0) throw new WireError('field number 0');
    return true;
  }

  /** The current field as bytes (a view, not a copy). */
  bytes(): Uint8Array {
    if (this.#type !== 2) throw new WireError('length-delimited field expected');
    const end = this.#varint() + this.#at;
    if (end > this.#bytes.length) throw new WireError('field runs past the end');
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  string(): string {
    return utf8Text(this.bytes());
  }

  /** The current field as an unsigned number; beyond 2^53 it throws rather than round. */
  number(): number {
    if (this.#type !== 0) throw new WireError('varint field expected');
    return this.#varint();
  }

  skip(): void {
    if (this.#type === 0) this.#skipVarint();
    else if (this.#type === 1) this.#at += 8;
    else if (this.#type === 2) this.bytes();
    else if (this.#type === 5) this.#at += 4;
    else throw new WireError('unknown wire type');
    if (this.#at > this.#bytes.length) throw new WireError('field runs past the end');
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new WireError('truncated number');
      if (byte < 0x80) return;
    }
    throw new WireError('number too long');
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 8; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new WireError('truncated number');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 128;
    }
    throw new WireError('number out of range');
  }
}

/** The elements of a repeated field of messages or bytes; other fields are passed over. */
export function readRepeated(bytes: Uint8Array, field: number): Uint8Array[] {
  const elements: Uint8Array[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === field) elements.push(reader.bytes());
    else reader.skip();
  }
  return elements;
}

/** Collects the fields of one message; default values (0, empty) are left out, as proto3 does. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(512);
  #length = 0;

  number(field: number, value: number): this {
    if (value !== 0) {
      this.#tag(field, 0);
      this.#varint(value);
    }
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.number(field, value ? 1 : 0);
  }

  string(field: number, value: string): this {
    if (value === '') return this;
    this.#tag(field, 2);
    const size = Buffer.byteLength(value);
    this.#varint(size);
    this.#reserve(size);
    this.#length += this.#buffer.write(value, this.#length);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.message(field, value);
  }

  /** A sub-message or an element of a repeated field: written even when empty. */
  message(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#varint(value.length);
    return this.raw(value);
  }

  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** How many bytes are written so far: the offset at which the next field starts. */
  get length(): number {
    return this.#length;
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #tag(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    this.#reserve(10);
    while (value > 0x7f) {
      this.#buffer[this.#length++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    this.#buffer[this.#length++] = value;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
