/** The face as it is shown: in the kind's order, with its labels, to whoever may see it. */
import { maskCode } from '#chaincode/facts/holder-code';
import type { FaceField, Label } from '#chaincode/facts/records';
import type { Face, FaceValue } from '#chaincode/facts/credential';

/** public: anybody. holder: whoever shows the document or its secret. agency: the managing agency's own staff. */
export type Audience = 'public' | 'holder' | 'agency';

export interface ShownField {
  readonly name: string;
  readonly label: Label;
  readonly value: FaceValue;
  readonly masked: boolean;
}

/** Persons' names and codes only to whoever holds the document, codes masked even then. */
export function faceFor(fields: readonly Pick<FaceField, 'name' | 'label' | 'type' | 'disclosure'>[], face: Face, audience: Audience): readonly ShownField[] {
  return fields.flatMap((field) => {
    const value = Object.hasOwn(face, field.name) ? face[field.name] : undefined;
    if (value === undefined || (audience === 'public' && field.disclosure !== 'public')) return [];
    const masked = audience !== 'agency' && (field.disclosure === 'restricted' || field.type === 'citizen-id');
    return [{ name: field.name, label: field.label, value: masked && typeof value === 'string' ? maskCode(value) : value, masked }];
  });
}
