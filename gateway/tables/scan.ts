/** Where whole characters end in `bytes`, and the first byte that belongs to none, if any. */
export interface Scan { readonly end: number; readonly bad?: number }

/** The forms of table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF. */
export function scanUtf8(bytes: Uint8Array): Scan {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    if (first < 0x80) { at++; continue; }
    const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    if (length === 0) return { end: at, bad: at };
    for (let i = 1; i < length; i++) {
      const next = bytes[at + i];
      if (next === undefined) return { end: at };
      const low = i === 1 ? (first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80) : 0x80;
      const high = i === 1 ? (first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf) : 0xbf;
      if (next < low || next > high) return { end: at, bad: at };
    }
    at += length;
  }
  return { end: at };
}

/** GB 18030: one, two or four bytes. Whether a four-byte form is assigned is left to the decoder. */
export function scanGb18030(bytes: Uint8Array): Scan {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    if (first <= 0x80) { at++; continue; }
    if (first === 0xff) return { end: at, bad: at };
    const second = bytes[at + 1];
    if (second === undefined) return { end: at };
    if (second >= 0x40 && second <= 0xfe && second !== 0x7f) { at += 2; continue; }
    if (second < 0x30 || second > 0x39) return { end: at, bad: at };
    const third = bytes[at + 2];
    const fourth = bytes[at + 3];
    if (third !== undefined && (third < 0x81 || third === 0xff)) return { end: at, bad: at };
    if (fourth !== undefined && (fourth < 0x30 || fourth > 0x39)) return { end: at, bad: at };
    if (fourth === undefined) return { end: at };
    at += 4;
  }
  return { end: at };
}

export function scanUtf16(bytes: Uint8Array, little: boolean): Scan {
  const unit = (at: number): number => ((bytes[at + (little ? 1 : 0)] as number) << 8) | (bytes[at + (little ? 0 : 1)] as number);
  let at = 0;
  while (at + 1 < bytes.length) {
    const value = unit(at);
    if (value >= 0xdc00 && value <= 0xdfff) return { end: at, bad: at };
    if (value < 0xd800 || value > 0xdbff) { at += 2; continue; }
    if (at + 3 >= bytes.length) return { end: at };
    const low = unit(at + 2);
    if (low < 0xdc00 || low > 0xdfff) return { end: at, bad: at };
    at += 4;
  }
  return { end: at };
}

/**
 * Whether bytes that are not whole UTF-8 were nevertheless meant as UTF-8. Chinese text in UTF-8 is
 * a row of three-byte forms E4..E9; GB 18030 text reads so for three characters only by rare accident.
 * Without this, one broken byte would turn a whole UTF-8 file into plausible nonsense in GB 18030.
 */
export function wasMeantAsUtf8(bytes: Uint8Array, end: number): boolean {
  let three = 0;
  let two = 0;
  for (let at = 0; at < end;) {
    const first = bytes[at] as number;
    if (first < 0x80) at++;
    else if (first < 0xe0) { two++; at += 2; }
    else if (first < 0xf0) { if (first >= 0xe4 && first <= 0xe9) three++; at += 3; }
    else at += 4;
  }
  return three >= 3 && three >= two;
}
