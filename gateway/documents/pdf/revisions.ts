/** The revisions of a file: the drawn pages first, then one update for each seal or time stamp. */
import { lastSection, PdfMalformed, readSection, type Section } from './objects.js';

export interface Revision extends Section {
  /** Offset of the cross-reference section. */
  readonly at: number;
}

/** One seal of the issuing agency, one of another that joins it, their time stamps; a file with more was not made by us. */
export const UPDATES_MAX = 8;
/** Bytes kept free for a signature: about 1,700 are needed without, 7,000 with the certificates of a time stamp authority. */
export const ROOM = 2_560;
export const ROOM_STAMPED = 12_288;

export class TooManyUpdates extends Error {
  override readonly name = 'TooManyUpdates';
}

/** From the first to the last, each beginning where the one before ends. @throws PdfMalformed, TooManyUpdates */
export function sectionsOf(bytes: Uint8Array): [Revision, ...Revision[]] {
  const found: Revision[] = [];
  for (let at: number | undefined = lastSection(bytes); at !== undefined;) {
    // A chain that runs in a circle ends here too.
    if (found.length > UPDATES_MAX) throw new TooManyUpdates();
    const section = readSection(bytes, at);
    found.unshift({ ...section, at });
    const previous = section.trailer.get('Prev');
    if (previous !== undefined && typeof previous !== 'number') throw new PdfMalformed();
    at = previous;
  }
  const [first, ...rest] = found;
  if (!first) throw new PdfMalformed();
  return [first, ...rest];
}

/** What the next update goes on from: signature fields so far, next free number, offset of the last section. */
export function stateOf(revisions: readonly Revision[]): { fields: number[]; next: number; previous: number } {
  const sizes = revisions.map(({ trailer }) => trailer.get('Size'));
  const [last, next] = [revisions.at(-1), sizes.at(-1)];
  if (!last || typeof next !== 'number') throw new PdfMalformed();
  return { fields: sizes.slice(0, -1).filter((size) => typeof size === 'number'), next, previous: last.at };
}
