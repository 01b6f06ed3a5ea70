/** National identifiers of holders and agencies, and of registrations. Parsed once at the edge. */
import { citizenCheck, mod11_10, usccCheck } from './check-digit.js';
import { parseDay, type Day } from './calendar.js';

/** Unified social credit code, GB 32100-2015, 18 characters, check character right. */
export type Uscc = string & { readonly Uscc: unique symbol };
/** Citizen identification number, GB 11643-1999, 18 characters, upper case, check character right. */
export type CitizenId = string & { readonly CitizenId: unique symbol };

const USCC_FORM = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

export function parseUscc(text: string): Uscc | undefined {
  return USCC_FORM.test(text) && usccCheck(text) === text[17] ? (text as Uscc) : undefined;
}

/** @param today the legal day; a birth day after it is refused. The region code is not checked: codes retire, people keep theirs. */
export function parseCitizenId(text: string, today: Day): CitizenId | undefined {
  const upper = text.toUpperCase();
  if (!/^\d{17}[\dX]$/.test(upper) || citizenCheck(upper.slice(0, 17)) !== upper[17]) return undefined;
  const born = parseDay(`${upper.slice(6, 10)}-${upper.slice(10, 12)}-${upper.slice(12, 14)}`);
  if (born === undefined || born > today || upper.slice(14, 17) === '000') return undefined;
  return upper as CitizenId;
}

/** Registration number of 15 digits, GS 15-2006. */
export const isRegistrationNumber = (text: string): boolean => /^\d{15}$/.test(text) && mod11_10(text.slice(0, 14)) === text[14];

/** Food business permit number: JY, 主体业态 1 to 3, 12 digits, check digit (食品经营许可和备案管理办法, art. 27). */
export const isFoodPermitNumber = (text: string): boolean => /^JY[1-3]\d{13}$/.test(text) && mod11_10(text.slice(2, 15)) === text[15];

/** First 6 and last 4 of a citizen number; what a natural person's code looks like to whoever may not read it. */
export const maskCode = (code: string): string => (code.length < 12 ? '*'.repeat(code.length) : `${code.slice(0, 6)}${'*'.repeat(code.length - 10)}${code.slice(-4)}`);
