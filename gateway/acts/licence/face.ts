/** The face of a licence: checked against its kind once, at the edge. Every fault is reported, not only the first. */
import type { Day } from '#chaincode/facts/calendar';
import { DOCUMENT_NUMBER_MAX } from '#chaincode/facts/commands';
import type { Face, FaceValue } from '#chaincode/facts/credential';
import { fieldFault, isBlank, normaliseNumber, numberFault, roleField, textFault, type FieldForm } from '#chaincode/facts/face';
import type { KindRecord } from '#chaincode/facts/records';
import { missingGlyphs } from '../../documents/pdf/glyphs.js';
import { GatewayFault, type FieldFault } from '../../fault.js';

export interface CheckedFace {
  readonly face: Face;
  readonly holderName: string;
  readonly holderCode: string;
  /** Normalised licence number; absent for kinds without numbers. */
  readonly number?: string;
}

/** @throws GatewayFault FACE_INVALID with a code for every field that must change */
export function checkFace(kind: KindRecord, input: Readonly<Record<string, unknown>>, today: Day): CheckedFace {
  const { face, faults } = checkFields(kind.fields, input, today);
  const number = text(face[roleField(kind, 'number')]);
  const wrong = number === '' ? undefined : numberFault(kind, number);
  if (wrong) faults.push({ field: roleField(kind, 'number'), code: wrong });
  if (faults.length > 0) throw new GatewayFault('FACE_INVALID', { fields: faults });
  return {
    face, holderName: text(face[roleField(kind, 'holder-name')]), holderCode: text(face[roleField(kind, 'holder-code')]),
    ...(number === '' ? {} : { number: normaliseNumber(number) }),
  };
}

/** Values as the fields want them, and a fault for each that is not. */
export function checkFields(fields: readonly FieldForm[], input: Readonly<Record<string, unknown>>, today: Day): { readonly face: Record<string, FaceValue>; readonly faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const face: Record<string, FaceValue> = {};
  for (const name of Object.keys(input)) if (!fields.some((field) => field.name === name)) faults.push({ field: name, code: 'FIELD_UNKNOWN', choices: fields.map((field) => field.name) });
  for (const field of fields) {
    const given = input[field.name];
    const value = typeof given === 'string' ? given.trim() : given;
    if (isBlank(value)) {
      if (field.required) faults.push({ field: field.name, code: 'FIELD_MISSING' });
      continue;
    }
    const fault = faultOf(field, value, today);
    if (fault === undefined) face[field.name] = normal(field, value as FaceValue);
    else faults.push({ field: field.name, ...fault });
  }
  return { face, faults };
}

const text = (value: FaceValue | undefined): string => (typeof value === 'string' ? value : '');


/** What is wrong with a value; last, whether it can be printed. */
function faultOf(field: FieldForm, value: unknown, today: Day): Omit<FieldFault, 'field'> | undefined {
  const code = fieldFault(field, value, today);
  if (code !== undefined) return { code, ...(code === 'FIELD_NOT_A_CHOICE' && field.choices ? { choices: field.choices } : {}) };
  const missing = missingGlyphs(Array.isArray(value) ? value.join('') : String(value));
  return missing.length > 0 ? { code: 'GLYPH_MISSING', characters: missing.join('') } : undefined;
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

