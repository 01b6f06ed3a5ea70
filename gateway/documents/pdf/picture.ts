/**
 * The red round seal as drawing operators: ring, five-pointed star, the agency's name along the upper arc, the seal's words below.
 * Text stands as glyph outlines, so that the picture needs no font. No national emblem. A likeness for the eye: what counts is the signature.
 */
import type { Font } from 'fontkit';

/** Edge of the drawing's own coordinate space; whole numbers there are a twenty-fifth of a millimetre on paper. */
export const PICTURE = 1000;
const CENTRE = PICTURE / 2;
const RING = { radius: 475, width: 25 };
const TEXT_RADIUS = 350;
const STAR = { outer: 135, inner: 51.5 };
/** The name leaves the lower part open for the words below the star. */
const ARC_MAX = 232;
const STEP_MAX = 22;
const CIRCLE = 0.5523; // a quarter circle as a Bézier curve

type Map2 = (x: number, y: number) => readonly [number, number];

/** @returns content stream, uncompressed. @param name of the agency; what stands in brackets goes below @param words of the seal, such as 电子证照专用章 */
export function sealPicture(font: Font, name: string, words: string): string {
  const [, main = name, note = ''] = /^(.*?)[（(](.*)[）)]$/.exec(name) ?? [];
  const characters = [...main];
  const step = characters.length < 2 ? 0 : Math.min(STEP_MAX, ARC_MAX / (characters.length - 1));
  const size = Math.min(115, 2.1 * TEXT_RADIUS * Math.sin((step * Math.PI) / 360) || 115);
  const arc = characters.map((character, i) => glyph(font, character, size, onArc((i - (characters.length - 1) / 2) * step)));
  const below = [straight(font, words, 65, CENTRE - 280), ...(note === '' ? [] : [straight(font, note, 55, CENTRE - 360)])];
  return ['0.816 0.122 0.122 rg 0.816 0.122 0.122 RG', ring(), star(), ...arc, ...below].join('\n');
}

const point = (x: number, y: number): string => `${String(Math.round(x))} ${String(Math.round(y))}`;

function ring(): string {
  const { radius: r, width } = RING;
  const k = r * CIRCLE;
  const c = CENTRE;
  return `${String(width)} w ${point(c + r, c)} m ${point(c + r, c + k)} ${point(c + k, c + r)} ${point(c, c + r)} c ${point(c - k, c + r)} ${point(c - r, c + k)} ${point(c - r, c)} c `
    + `${point(c - r, c - k)} ${point(c - k, c - r)} ${point(c, c - r)} c ${point(c + k, c - r)} ${point(c + r, c - k)} ${point(c + r, c)} c s`;
}

function star(): string {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const [angle, radius] = [(i * Math.PI) / 5, i % 2 === 0 ? STAR.outer : STAR.inner];
    return point(CENTRE + radius * Math.sin(angle), CENTRE + radius * Math.cos(angle));
  });
  return `${corners.map((corner, i) => `${corner} ${i === 0 ? 'm' : 'l'}`).join(' ')} f`;
}

/** Upright at `degrees` from the top, clockwise, standing on the circle. */
function onArc(degrees: number): (width: number) => Map2 {
  const angle = (-degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return (width) => (x, y) => {
    const [u, v] = [x - width / 2, y + TEXT_RADIUS - 20];
    return [CENTRE + u * cos - v * sin, CENTRE + u * sin + v * cos];
  };
}

function straight(font: Font, text: string, size: number, y: number): string {
  const glyphs = [...text].map((character) => font.glyphForCodePoint(character.codePointAt(0) ?? 0));
  const natural = glyphs.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0) / font.unitsPerEm;
  const scale = Math.min(size, 575 / natural);
  let x = CENTRE - (natural * scale) / 2;
  return [...text].map((character, i) => {
    const start = x;
    x += ((glyphs[i]?.advanceWidth ?? 0) / font.unitsPerEm) * scale;
    return glyph(font, character, scale, () => (u, v) => [start + u, y + v]);
  }).join('\n');
}

/** The outline of one character, filled. Quadratic curves of the font become the cubic ones of PDF. */
function glyph(font: Font, character: string, size: number, place: (width: number) => Map2): string {
  const drawn = font.glyphForCodePoint(character.codePointAt(0) ?? 0);
  const scale = size / font.unitsPerEm;
  const map = place(drawn.advanceWidth * scale);
  const at = (x: number, y: number) => point(...map(x * scale, y * scale));
  let [px, py] = [0, 0];
  const operators = drawn.path.commands.map(({ command, args }) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    const [fromX, fromY] = [px, py];
    switch (command) {
      case 'moveTo': [px, py] = [a, b]; return `${at(a, b)} m`;
      case 'lineTo': [px, py] = [a, b]; return `${at(a, b)} l`;
      case 'quadraticCurveTo': [px, py] = [c, d]; return `${at(fromX + (2 / 3) * (a - fromX), fromY + (2 / 3) * (b - fromY))} ${at(c + (2 / 3) * (a - c), d + (2 / 3) * (b - d))} ${at(c, d)} c`;
      case 'bezierCurveTo': [px, py] = [e, f]; return `${at(a, b)} ${at(c, d)} ${at(e, f)} c`;
      default: return 'h';
    }
  });
  return operators.length === 0 ? '' : `${operators.join(' ')} f`;
}
