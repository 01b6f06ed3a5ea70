/** The face of a licence: checked against its kind once, at the edge. Every fault is reported, not only the first. */
import { parseDay, type Day } from '#chaincode/facts/calendar';
import { DOCUMENT_NUMBER_MAX } from '#chaincode/facts/commands';
import { isFoodPermitNumber, parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import type { FaceField, KindRecord } from '#chaincode/facts/records';
import type { Face, FaceValue } from '../../documents/credential.js';
import { missingGlyphs } from '../../documents/pdf/glyphs.js';
import { GatewayFault, type FieldFault } from '../../fault.js';

export interface CheckedFace {
  readonly face: Face;
  readonly holderName: string;
  readonly holderCode: string;
  /** Normalised licence number; absent for kinds without numbers. */
  readonly number?: string;
}

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const LIST_MAX = 40;

/** One number is one licence however it is typed: compatibility forms folded, spaces out, upper case (docs/decisions/0003). */
export const normaliseNumber = (number: string): string => number.normalize('NFKC').replace(/\s+/g, '').toUpperCase();

/** @throws GatewayFault FACE_INVALID with a code for every field that must change */
export function checkFace(kind: KindRecord, input: Readonly<Record<string, unknown>>, today: Day): CheckedFace {
  const { face, faults } = checkFields(kind.fields, input, today);
  const number = text(face[roleField(kind, 'number')]);
  const numberFault = number === '' ? undefined : numberFaultOf(kind, number);
  if (numberFault) faults.push({ field: roleField(kind, 'number'), code: numberFault });
  if (faults.length > 0) throw new GatewayFault('FACE_INVALID', { fields: faults });
  return {
    face, holderName: text(face[roleField(kind, 'holder-name')]), holderCode: text(face[roleField(kind, 'holder-code')]),
    ...(number === '' ? {} : { number: normaliseNumber(number) }),
  };
}

type FieldForm = Omit<FaceField, 'role'>;

/** Values as the fields want them, and a fault for each that is not. */
export function checkFields(fields: readonly FieldForm[], input: Readonly<Record<string, unknown>>, today: Day): { readonly face: Record<string, FaceValue>; readonly faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const face: Record<string, FaceValue> = {};
  for (const name of Object.keys(input)) if (!fields.some((field) => field.name === name)) faults.push({ field: name, code: 'FIELD_UNKNOWN', choices: fields.map((field) => field.name) });
  for (const field of fields) {
    const given = input[field.name];
    const value = typeof given === 'string' ? given.trim() : given;
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      if (field.required) faults.push({ field: field.name, code: 'FIELD_MISSING' });
      continue;
    }
    const fault = faultOf(field, value, today);
    if (fault === undefined) face[field.name] = normal(field, value as FaceValue);
    else faults.push({ field: field.name, ...fault });
  }
  return { face, faults };
}

export const roleField = (kind: KindRecord, role: NonNullable<FaceField['role']>): string => kind.fields.find((field) => field.role === role)?.name ?? '';
const text = (value: FaceValue | undefined): string => (typeof value === 'string' ? value : '');

/** What is wrong with a value; last, whether it can be printed. */
function faultOf(field: FieldForm, value: unknown, today: Day): Omit<FieldFault, 'field'> | undefined {
  const code = codeOf(field, value, today);
  if (code !== undefined) return { code, ...(code === 'FIELD_NOT_A_CHOICE' && field.choices ? { choices: field.choices } : {}) };
  const missing = missingGlyphs(Array.isArray(value) ? value.join('') : String(value));
  return missing.length > 0 ? { code: 'GLYPH_MISSING', characters: missing.join('') } : undefined;
}

function codeOf(field: FieldForm, value: unknown, today: Day): string | undefined {
  if (field.type === 'list') {
    const items = Array.isArray(value) && value.length <= LIST_MAX && value.every((item) => typeof item === 'string' && item.trim() !== '') ? (value as string[]) : undefined;
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
function textFault(value: string, max: number): string | undefined {
  if (!value.isWellFormed()) return 'FIELD_BROKEN_CHARACTER';
  if (CONTROL.test(value)) return 'FIELD_CONTROL_CHARACTER';
  return [...value].length > max ? 'FIELD_TOO_LONG' : undefined;
}

/** A document number as the ledger takes it: one line. One that it refused would take every other act of its request with it. */
export function documentNumberFault(value: string): string | undefined {
  if (value === '') return 'FIELD_MISSING';
  return textFault(value, DOCUMENT_NUMBER_MAX) ?? (value.includes('\n') ? 'FIELD_CONTROL_CHARACTER' : undefined);
}

function normal(field: FieldForm, value: FaceValue): FaceValue {
  if (typeof value !== 'string') return value.map((item) => item.trim());
  return field.type === 'uscc' || field.type === 'citizen-id' ? value.toUpperCase() : value;
}

function numberFaultOf(kind: KindRecord, number: string): string | undefined {
  const normalised = normaliseNumber(number);
  if (kind.number === 'food-permit' && !isFoodPermitNumber(normalised)) return 'NUMBER_CHECK_DIGIT';
  if (kind.number === 'uscc' && !parseUscc(normalised)) return 'USCC_CHECK_DIGIT';
  return undefined;
}
