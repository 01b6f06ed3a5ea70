/** Legal validity is calendar days in the ledger's legal zone; recorded time is an instant. No locale, no system clock. */

/** A calendar day, `yyyy-mm-dd`, that exists. */
export type Day = string & { readonly Day: unique symbol };
/** An instant, ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type Instant = string & { readonly Instant: unique symbol };

/** The legal zone as data on the ledger. Asia/Shanghai has had no daylight saving since 1991, so an offset is exact. */
export interface LegalZone {
  readonly name: string;
  readonly utcOffsetMinutes: number;
}
export const SHANGHAI: LegalZone = { name: 'Asia/Shanghai', utcOffsetMinutes: 480 };

const DAY_MS = 86_400_000;
const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;

/** @returns the day, or undefined where the text is not `yyyy-mm-dd` or the date does not exist. */
export function parseDay(text: string): Day | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? (text as Day) : undefined;
}

/** The legal day on which an instant falls. */
export function dayOf(instant: Instant, zone: LegalZone): Day {
  return new Date(Date.parse(instant) + zone.utcOffsetMinutes * 60_000).toISOString().slice(0, 10) as Day;
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10) as Day;
}

/** The same day `years` later; 29 February becomes 28 February where it must. */
export function addYears(day: Day, years: number): Day {
  const year = String(Number(day.slice(0, 4)) + years).padStart(4, '0');
  return parseDay(`${year}${day.slice(4)}`) ?? (`${year}-02-28` as Day);
}

/** Whole days from `from` to `to`; negative where `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}

/** The first instant of a day in the zone, in whole seconds since 1970 (RFC 7519 NumericDate). */
export function startOfDay(day: Day, zone: LegalZone): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000 - zone.utcOffsetMinutes * 60;
}

/** The last second of the year 9999: later ones have no instant of this form. */
const SECONDS_MAX = 253_402_300_799;
/** A NumericDate of RFC 7519 in whole seconds, as it arrives from outside. */
export const isSeconds = (value: unknown): value is number => isNumericDate(value) && value >= 0;
/** The same, of days before 1970 too. */
export const isNumericDate = (value: unknown): value is number => Number.isSafeInteger(value) && Math.abs(value as number) <= SECONDS_MAX;

/** Instants of this form compare as text. */
export function instantOf(ms: number): Instant {
  return new Date(ms).toISOString() as Instant;
}

/** @returns undefined where the text is another form, or no instant at all */
export function parseInstant(text: string): Instant | undefined {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && instantOf(ms) === text ? (text as Instant) : undefined;
}
