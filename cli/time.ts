/** Instants as people read them: by the clock of Beijing, whose day is the legal one. Programs (--json) get them as they are. */
import { dayOf, instantOf, parseInstant, SHANGHAI, type Day } from '#chaincode/facts/calendar';

/** A cursor is to be given back as it is. */
const INSTANT = /(?<=^|[\s(（])(?<!--(?:before|after) )\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z(?=$|[\s,.;:)）])/gm;

/** Every instant in what a person is shown, `2026-03-14T17:30:00.000Z`, as `2026-03-15 01:30:00 +08:00`. */
export const byBeijing = (words: string): string => words.replace(INSTANT, (given) => {
  const ms = Date.parse(given);
  return Number.isNaN(ms) ? given : `${new Date(ms + 60_000 * SHANGHAI.utcOffsetMinutes).toISOString().slice(0, 19).replace('T', ' ')} +08:00`;
});

/** The legal day of an instant: from 16:00 UTC on it is the next one. @returns what was given where it is none */
export const legalDay = (given: string): string => {
  const instant = parseInstant(given);
  return instant === undefined ? given : dayOf(instant, SHANGHAI);
};

/** The legal day now. */
export const today = (): Day => dayOf(instantOf(Date.now()), SHANGHAI);
