/** Check characters of ISO 7064 and of the national identifiers. Pure arithmetic over ASCII. */

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** ISO 7064 hybrid system: MOD 11,10 (modulus 10) and MOD 37,36 (modulus 36). @returns undefined for a character outside the alphabet. */
function hybrid(text: string, modulus: 10 | 36): string | undefined {
  let product: number = modulus;
  for (const char of text) {
    const value = ALPHANUMERIC.indexOf(char);
    if (value < 0 || value >= modulus) return undefined;
    let sum = (product + value) % modulus;
    if (sum === 0) sum = modulus;
    product = (sum * 2) % (modulus + 1);
  }
  return ALPHANUMERIC[(modulus + 1 - product) % modulus];
}

/** ISO 7064 MOD 11,10: registration numbers (GS 15-2006) and food permit numbers. */
export const mod11_10 = (digits: string): string | undefined => hybrid(digits, 10);
/** ISO 7064 MOD 37,36: electronic licence identifiers (GB/T 36904). */
export const mod37_36 = (text: string): string | undefined => hybrid(text, 36);

const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Check character of a unified social credit code over its first 17 characters (GB 32100-2015, 4.6). */
export function usccCheck(first17: string): string | undefined {
  let sum = 0;
  for (let i = 0; i < 17; i++) {
    const value = USCC_ALPHABET.indexOf(first17.charAt(i));
    if (value < 0) return undefined;
    sum += value * (USCC_WEIGHTS[i] ?? 0);
  }
  return USCC_ALPHABET[(31 - (sum % 31)) % 31];
}

const CITIZEN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Check character of a citizen identification number over its first 17 digits (GB 11643-1999). */
export function citizenCheck(first17: string): string | undefined {
  if (!/^\d{17}$/.test(first17)) return undefined;
  const sum = CITIZEN_WEIGHTS.reduce((total, weight, i) => total + weight * Number(first17[i]), 0);
  return '10X98765432'[sum % 11];
}
