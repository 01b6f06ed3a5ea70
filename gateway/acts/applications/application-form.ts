/** The one form of an application, as the agency keeps it: every value with the licence it came from, and what somebody made of it since. */
import type { Day } from '#chaincode/facts/calendar';
import type { MatterRecord } from '#chaincode/facts/matter';
import type { FaceField, KindRecord } from '#chaincode/facts/records';
import type { Face, FaceValue } from '#chaincode/facts/credential';
import { GatewayFault, type FieldFault } from '../../fault.js';
import { roleField } from '#chaincode/facts/face';
import { checkFields } from '../licence/face.js';
import type { FilledField, MaterialsAnswer } from './materials.js';
import type { Use } from '../use/may-use.js';

export interface FormSource {
  readonly licence: string;
  readonly version: number;
  readonly kind: string;
  readonly field: string;
  readonly use: Use;
  /** When it was read. */
  readonly at: string;
  /** What the licence says, where the form now says something else. */
  readonly value?: FaceValue;
}
export interface FormEntry {
  readonly name: string;
  readonly value: FaceValue;
  readonly source?: FormSource;
  readonly changed?: { readonly by: string; readonly at: string };
}
/** held: a licence, or the holder's identity record, answers for it. handed: given in. promised: 告知承诺. absent: still to come. */
export interface KeptMaterial {
  readonly key: string;
  readonly matters: readonly string[];
  readonly state: 'held' | 'handed' | 'promised' | 'absent';
  readonly licence?: { readonly licence: string; readonly version: number; readonly use: Use };
  readonly identity?: string;
}
export interface Applicant {
  readonly name: string;
  /** holder: the holder or its legal representative. agent: 代办. */
  readonly capacity: 'holder' | 'agent';
  readonly contact?: string | undefined;
}
/** What the ledger's commitment is to, for a receipt and for every form sent again. */
export interface ApplicationDetails {
  readonly number: string;
  readonly caseNo?: string;
  readonly applicant: Applicant;
  readonly form: readonly FormEntry[];
  readonly materials: readonly KeptMaterial[];
  readonly note?: string;
}

export type FormText = Readonly<Record<string, FaceValue>>;

/** @throws GatewayFault FACE_INVALID with a code for every field that must change */
export function checkForm(fields: readonly Omit<FaceField, 'role'>[], form: FormText, today: Day, more: (face: Face) => readonly FieldFault[] = () => []): Face {
  const { face, faults } = checkFields(fields, form, today);
  const all = [...faults, ...more(face)];
  if (all.length > 0) throw new GatewayFault('FACE_INVALID', { fields: all });
  return face;
}

/** The code on the form is the holder's for whom it is sent: a licence for somebody else could not come of it. */
export function holderFaults(matters: readonly MatterRecord[], kindOf: (type: string) => KindRecord | undefined, face: Face, code: string): FieldFault[] {
  const names = matters.flatMap(({ kind, form }) => {
    const record = kind === undefined ? undefined : kindOf(kind);
    return record ? form.filter(({ fills }) => fills === roleField(record, 'holder-code')).map(({ name }) => name) : [];
  });
  return [...new Set(names)].filter((name) => face[name] !== undefined && face[name] !== code).map((field) => ({ field, code: 'HOLDER_DIFFERS' }));
}

const same = (one: FaceValue | undefined, other: FaceValue | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A form sent for the first time: a value that differs from its source is kept beside it. */
export function entriesOf(face: Face, filled: readonly FilledField[], changed: { readonly by: string; readonly at: string }): readonly FormEntry[] {
  return Object.entries(face).map(([name, value]): FormEntry => {
    const from = filled.find((field) => field.name === name);
    if (from?.source === undefined || from.value === undefined || from.at === undefined) return { name, value };
    const { identifier: _, ...source } = from.source;
    return same(value, from.value) ? { name, value, source: { ...source, at: from.at } } : { name, value, source: { ...source, at: from.at, value: from.value }, changed };
  });
}

/** A form sent again: what stays keeps its source and time, what changes is marked, and may be changed back. */
export function changedEntries(face: Face, before: readonly FormEntry[], changed: { readonly by: string; readonly at: string }): readonly FormEntry[] {
  return Object.entries(face).map(([name, value]): FormEntry => {
    const earlier = before.find((entry) => entry.name === name);
    if (earlier && same(earlier.value, value)) return earlier;
    if (!earlier?.source) return { name, value, changed };
    const { value: said = earlier.value, ...source } = earlier.source;
    return same(said, value) ? { name, value, source } : { name, value, source: { ...source, value: said }, changed };
  });
}

/** @param given keys of papers that were handed in and promises that were made @throws GatewayFault FACE_INVALID for a key that is not asked for */
export function keptMaterials({ materials }: Pick<MaterialsAnswer, 'materials'>, given: readonly string[]): readonly KeptMaterial[] {
  if (!given.every((key) => materials.some((each) => each.key === key))) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'given', code: 'MATERIAL_UNKNOWN', choices: materials.map(({ key }) => key) }] });
  return materials.map(({ key, type, matters, state, licence, identity }): KeptMaterial => {
    if (state === 'held' && licence) return { key, matters, state: 'held', licence: { licence: licence.licence, version: licence.version, use: licence.use } };
    if (state === 'held' && identity) return { key, matters, state: 'held', identity: identity.id };
    return { key, matters, state: !given.includes(key) ? 'absent' : type === 'promise' ? 'promised' : 'handed' };
  });
}

/** The licences that a form and its materials rest on, each version once. */
export function reliedOn({ form, materials }: Pick<ApplicationDetails, 'form' | 'materials'>, matter: string): { licence: string; version: number }[] {
  const all = [...materials.filter(({ matters }) => matters.includes(matter)).flatMap(({ licence }) => licence ?? []), ...form.flatMap(({ source }) => source ?? [])];
  return [...new Map(all.map(({ licence, version }) => [`${licence}/${String(version)}`, { licence, version }])).values()];
}

/** The face of the licence that is granted: what the form fills, and what the agency adds. @throws GatewayFault FACE_INVALID where it adds what the form says */
export function faceOf({ form: fields }: MatterRecord, form: readonly FormEntry[], added: FormText): Face {
  const filled = fields.flatMap(({ name, fills }): [string, FaceValue][] => {
    const value = form.find((entry) => entry.name === name)?.value;
    return fills === undefined || value === undefined ? [] : [[fills, value]];
  });
  const faults = Object.keys(added).filter((name) => fields.some(({ fills }) => fills === name)).map((field) => ({ field, code: 'FORM_SAYS_IT' }));
  if (faults.length > 0) throw new GatewayFault('FACE_INVALID', { fields: faults });
  return { ...Object.fromEntries(filled), ...added };
}
