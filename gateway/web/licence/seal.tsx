/** A round red seal drawn from the agency's name: a likeness for the eye. What counts is the electronic signature. */

const SIZE = 200;
const CENTRE = SIZE / 2;
/** The name runs along the upper part, open at the bottom for the words below the star. */
const ARC_MAX = 232;
const STEP_MAX = 22;

const WORDS_SIZE = 13;
/** What the ring leaves free below the star. */
const WORDS_WIDTH = 130;

/** Where each character of a name stands on the arc: degrees from the top, clockwise. */
export function arcOf(characters: number): readonly number[] {
  const step = characters < 2 ? 0 : Math.min(STEP_MAX, ARC_MAX / (characters - 1));
  return Array.from({ length: characters }, (_, i) => (i - (characters - 1) / 2) * step);
}

const STAR = Array.from({ length: 10 }, (_, i) => {
  const [angle, radius] = [(i * Math.PI) / 5, i % 2 === 0 ? 27 : 10.3];
  return `${(CENTRE + radius * Math.sin(angle)).toFixed(2)},${(CENTRE - radius * Math.cos(angle)).toFixed(2)}`;
}).join(' ');

export function Seal({ name, words, title }: { name: string; words: string; title: string }) {
  // What stands in brackets, such as （演示）, goes below the star: the arc is for the name.
  const [, main = name, note] = /^(.*?)[（(](.*)[）)]$/.exec(name) ?? [];
  const characters = [...main];
  const size = characters.length > 16 ? 17 : characters.length > 12 ? 20 : 23;
  return (
    <svg class="seal" viewBox={`0 0 ${String(SIZE)} ${String(SIZE)}`} role="img" aria-label={`${title}${name}`}>
      <circle cx={CENTRE} cy={CENTRE} r="95" class="seal-ring" />
      <polygon points={STAR} class="seal-fill" />
      {arcOf(characters.length).map((angle, i) => <text key={i} x={CENTRE} y="30" font-size={size} text-anchor="middle" class="seal-text" transform={`rotate(${angle.toFixed(2)} ${String(CENTRE)} ${String(CENTRE)})`}>{characters[i]}</text>)}
      <text x={CENTRE} y="151" font-size={Math.min(WORDS_SIZE, WORDS_WIDTH / [...words].length).toFixed(1)} text-anchor="middle" class="seal-text">{words}</text>
      {note !== undefined && <text x={CENTRE} y="169" font-size="12" text-anchor="middle" class="seal-text">{note}</text>}
    </svg>
  );
}
