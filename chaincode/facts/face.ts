/** The face of a licence as its kind wants it. Every fault has a code of its own; `FIELD_...` are told by the gateway, field by field. */
import { parseDay, type Day } from './calendar.js';
import type { Face, FaceValue } from './credential.js';
import { isFoodPermitNumber, parseCitizenId, parseUscc } from './holder-code.js';
import type { FaceField, KindRecord } from './records.js';

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LIST_MAX = 40;

/** Of what is not seen: white space, control characters, marks without a letter, and what is drawn as nothing (Unicode, Default_Ignorable_Code_Point). A list of our own, for every peer must find the same whatever its tables. */
const UNSEEN = /^[\s\u0000-\u001f\u007f-\u009f\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]*$/u;

/** Whether nothing can be read in a value. */
export const isBlank = (value: unknown): boolean => value === undefined || (typeof value === 'string' ? UNSEEN.test(value) : Array.isArray(value) && value.length === 0);

/** One number is one licence however it is typed: compatibility forms folded, spaces out, upper case (docs/decisions/0003). */
export const normaliseNumber = (number: string): string => number.normalize('NFKC').replace(/\s+/g, '').toUpperCase();

export type FieldForm = Omit<FaceField, 'role'>;

export const roleField = (kind: KindRecord, role: NonNullable<FaceField['role']>): string => kind.fields.find((field) => field.role === role)?.name ?? '';
/** What is wrong with the form of a value. */
export function fieldFault(field: FieldForm, value: unknown, today: Day): string | undefined {
  if (field.type === 'list') {
    const items = Array.isArray(value) && value.length <= LIST_MAX && value.every((item) => typeof item === 'string' && !isBlank(item)) ? (value as string[]) : undefined;
    return items ? items.map((item) => textFault(item, field.max)).find((code) => code !== undefined) : 'FIELD_NOT_A_LIST';
  }
  if (typeof value !== 'string') return 'FIELD_NOT_TEXT';
  const fault = textFault(value, field.max);
  if (fault !== undefined) return fault;
  switch (field.type) {
    case 'day': return parseDay(value) ? undefined : 'DATE_UNREAL';
    case 'uscc': return parseUscc(value.toUpperCase()) ? undefined : 'USCC_CHECK_DIGIT';
    case 'citizen-id': return parseCitizenId(value, today) ? undefined : 'CITIZEN_ID_CHECK_DIGIT';
    case 'choice': return field.choices?.includes(value) === true ? undefined : 'FIELD_NOT_A_CHOICE';
    default: return undefined;
  }
}

/** Length counts characters as people see code points, so that rare characters beyond the BMP count once. */
export function textFault(value: string, max: number): string | undefined {
  if (!value.isWellFormed()) return 'FIELD_BROKEN_CHARACTER';
  if (CONTROL.test(value)) return 'FIELD_CONTROL_CHARACTER';
  return [...value].length > max ? 'FIELD_TOO_LONG' : undefined;
}

/** What is wrong with a number that is not empty. */
export function numberFault(kind: KindRecord, number: string): string | undefined {
  // What folds to a letter or a digit in a later Unicode only, two peers would read otherwise.
  if ((kind.number === 'food-permit' || kind.number === 'uscc') && !/^[\s\u0021-\u007e\uff01-\uff5e]*$/.test(number)) return kind.number === 'uscc' ? 'USCC_CHECK_DIGIT' : 'NUMBER_CHECK_DIGIT';
  const normalised = normaliseNumber(number);
  if (kind.number === 'food-permit' && !isFoodPermitNumber(normalised)) return 'NUMBER_CHECK_DIGIT';
  if (kind.number === 'uscc' && !parseUscc(normalised)) return 'USCC_CHECK_DIGIT';
  return undefined;
}

/** The first field that is not as the kind wants it. */
export function faceFault(kind: KindRecord, face: Face, today: Day): { readonly field: string; readonly code: string } | undefined {
  const unknown = Object.keys(face).find((name) => !kind.fields.some((field) => field.name === name));
  if (unknown !== undefined) return { field: unknown, code: 'FIELD_UNKNOWN' };
  for (const field of kind.fields) {
    const value = valueOf(face, field.name);
    const code = isBlank(value) ? (field.required || value !== undefined ? 'FIELD_MISSING' : undefined) : fieldFault(field, value, today);
    if (code !== undefined) return { field: field.name, code };
  }
  const field = roleField(kind, 'number');
  const number = valueOf(face, field);
  const code = typeof number === 'string' ? numberFault(kind, number) : undefined;
  return code === undefined ? undefined : { field, code };
}

/** @returns undefined where the face has no such field */
export const valueOf = (face: Face, field: string): FaceValue | undefined => (Object.hasOwn(face, field) ? face[field] : undefined);
