/** Commands of composite licences: the rule of a kind, the members of a version, and the part of another agency. */
import Type, { type Static } from 'typebox';
import { COMPOSITE_TERMS, MEMBERS_MAX, ROLL_UPS } from './composite.js';
import { closed, DayText, LicenceIdText, literals, TypeCode, Uscc } from './parts.js';

export const Composite = Type.Object({
  members: Type.Array(Type.Object({ kind: TypeCode, required: Type.Boolean() }, closed), { minItems: 1, maxItems: MEMBERS_MAX }),
  term: literals(COMPOSITE_TERMS), rollUp: literals(ROLL_UPS),
}, closed);
/** Licences, in the order in which the certificate lists them. */
export const Members = Type.Array(LicenceIdText, { minItems: 1, maxItems: MEMBERS_MAX });

export const PartPut = Type.Object({ op: Type.Literal('part.put'), licence: LicenceIdText, to: Uscc, kind: TypeCode, until: DayText }, closed);
export const PartEnd = Type.Object({ op: Type.Literal('part.end'), licence: LicenceIdText, to: Uscc }, closed);
export const PartAct = Type.Union([PartPut, PartEnd]);
export type PartAct = Static<typeof PartAct>;
