import { halfWidth } from './text.js';

/** A calendar day, yyyy-mm-dd, without time or zone. */
export type Day = string;

const FORMS: readonly RegExp[] = [
  /^(\d{4})-(\d{1,2})-(\d{1,2})$/,
  /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/,
  /^(\d{4})\.(\d{1,2})\.(\d{1,2})$/,
  /^(\d{4})(\d{2})(\d{2})$/,
  /^(\d{4})年(\d{1,2})月(\d{1,2})日?$/,
];
/** A time of day behind the day; one with a zone is not a calendar day and is refused. */
const TIME = /(?:\s+|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?$/;
/** Days since 1899-12-30, as spreadsheet programs store them: 1940-01-01 to 2200-12-31, and 9999-12-31. */
const SERIAL = /^(\d{5,7})(?:\.\d+)?$/;
const SERIAL_FIRST = 14_611;
const SERIAL_LAST = 109_939;
const SERIAL_END_OF_TIME = 2_958_465;
const YEAR_FIRST = 1900;
const YEAR_LAST = 2200;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The day a published table means; undefined for what is none: impossible, two-digit year, with a zone. */
export function parseDay(raw: string): Day | undefined {
  const text = halfWidth(raw).trim();
  const serial = SERIAL.exec(text);
  if (serial !== null) return fromSerial(Number(serial[1]));
  const day = text.replace(TIME, '').replace(/\s+/g, '');
  for (const form of FORMS) {
    const match = form.exec(day);
    if (match !== null) return existing(Number(match[1]), Number(match[2]), Number(match[3]));
  }
  return undefined;
}

function fromSerial(days: number): Day | undefined {
  if ((days < SERIAL_FIRST || days > SERIAL_LAST) && days !== SERIAL_END_OF_TIME) return undefined;
  return new Date(Date.UTC(1899, 11, 30 + days)).toISOString().slice(0, 10);
}

function existing(year: number, month: number, day: number): Day | undefined {
  if ((year < YEAR_FIRST || year > YEAR_LAST) && year !== 9999) return undefined;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && leap ? 29 : MONTH_DAYS[month - 1];
  if (last === undefined || day < 1 || day > last) return undefined;
  return `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

const WITHOUT_END_WORDS = new Set(['长期', '长期有效', '永久', '永久有效', '无固定期限', '无期限', '无限期']);
/** The exchange rules have a licence without end written as the first of these; systems also write the other. */
const WITHOUT_END_DAYS = new Set(['2099-12-31', '9999-12-31']);

/** The last day of validity, or 'open' where the table says that there is none. Never read from an empty cell. */
export function parseEnd(raw: string): Day | 'open' | undefined {
  if (WITHOUT_END_WORDS.has(halfWidth(raw).replace(/\s+/g, ''))) return 'open';
  const day = parseDay(raw);
  return day !== undefined && WITHOUT_END_DAYS.has(day) ? 'open' : day;
}
