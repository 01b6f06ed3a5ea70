/** Which characters the font of the papers can draw: asked before anything is issued, for a licence that cannot be printed helps nobody. */
import { COVERAGE } from './coverage.js';

/** Ends of Unicode's planes 0 to 3; no Chinese font reaches further. */
const CODE_POINTS = 0x40000;
const RADIX = 36;

/** Code points as runs: how many are left out, how many follow, in base 36. A table of 31,000 characters so has 3 KB. */
export function runsOf(codePoints: Iterable<number>): string {
  const runs: string[] = [];
  let [from, next, last] = [-1, -1, 0];
  const close = () => {
    if (from < 0) return;
    runs.push(`${(from - last).toString(RADIX)}.${(next - from).toString(RADIX)}`);
    last = next;
  };
  for (const point of [...codePoints].sort((a, b) => a - b)) {
    if (point >= CODE_POINTS || point === next - 1) continue;
    if (point !== next) { close(); from = point; }
    next = point + 1;
  }
  close();
  return runs.join(' ');
}

function bitsOf(runs: string): Uint8Array {
  const bits = new Uint8Array(CODE_POINTS / 8);
  let at = 0;
  for (const run of runs.split(' ')) {
    const [gap = 0, length = 0] = run.split('.').map((number) => Number.parseInt(number, RADIX));
    at += gap;
    for (const end = at + length; at < end; at++) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bits;
}

const bits = bitsOf(COVERAGE);

/** The characters of a text that would print as a box, each once, in order. A line feed is layout. */
export function missingGlyphs(text: string): string[] {
  const missing = new Set<string>();
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point !== 0x0a && (point >= CODE_POINTS || ((bits[point >> 3] ?? 0) & (1 << (point & 7))) === 0)) missing.add(character);
  }
  return [...missing];
}
