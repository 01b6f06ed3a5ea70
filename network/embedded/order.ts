const HAS_SURROGATES = /[\ud800-\udfff]/;

/** Compares as UTF-8 bytes would, which is Fabric's order; JavaScript's own puts U+FF5E after U+10000. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** The keys in UTF-8 byte order. */
export function sortUtf8(keys: Iterable<string>): string[] {
  const list = [...keys];
  return list.some((key) => HAS_SURROGATES.test(key)) ? list.sort(compareUtf8) : list.sort();
}

// Surrogates (code points from U+10000) come after everything else.
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
