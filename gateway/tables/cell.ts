/** A cell of a CSV file that a spreadsheet program opens: nothing in it becomes a formula, no number is rounded. */

/** Full-width forms too: spreadsheet programs with East Asian input take them for the half-width ones. */
const FORMULA = /^[\s\u200b\ufeff]*[=+\-@|%＝＋－＠]|^[\t\r\n]/;
/** Digits that a spreadsheet program would round or strip of zeros: 12 and more, leading zeros, or like 12E34. */
const MANGLED_NUMBER = /^(?:\d{12,}|0\d+|\d+[eE]\d+)$/;

/** Quoted where it must be. @param value absent: an empty cell */
export function csvCell(value: string | number | bigint | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : MANGLED_NUMBER.test(value) ? `\t${value}` : value;
  return /[",\r\n\t;]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
}
