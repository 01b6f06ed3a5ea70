/** Commands that write the register of matters and trades. */
import Type from 'typebox';
import { IDENTITY_DOCUMENTS } from './identity.js';
import { closed, code, FieldName, fieldParts, Label, literals, TypeCode, Uscc, VersionNumber } from './parts.js';

const Material = Type.Union([
  Type.Object({ type: Type.Literal('licence'), kind: TypeCode, daysLeft: Type.Optional(Type.Integer({ minimum: 1, maximum: 3660 })), fields: Type.Optional(Type.Array(FieldName, { minItems: 1, maxItems: 64, uniqueItems: true })) }, closed),
  Type.Object({ type: Type.Literal('promise'), code, name: Label }, closed),
  Type.Object({ type: Type.Literal('paper'), code, name: Label, identity: Type.Optional(literals(IDENTITY_DOCUMENTS)) }, closed),
]);
const FormField = Type.Object({ ...fieldParts, fills: Type.Optional(FieldName), from: Type.Array(Type.Object({ kind: TypeCode, field: FieldName }, closed), { maxItems: 8 }) }, closed);
const Variant = Type.Object({ code, name: Label, materials: Type.Array(Material, { maxItems: 64 }) }, closed);

export const MatterPut = Type.Object({
  op: Type.Literal('matter.put'), code, version: VersionNumber, name: Label, agency: Type.Optional(Uscc), kind: Type.Optional(TypeCode), purpose: code,
  form: Type.Array(FormField, { minItems: 1, maxItems: 64 }), variants: Type.Array(Variant, { minItems: 1, maxItems: 16 }), active: Type.Boolean(),
}, closed);
/** More matters than 16 are no form that one person fills in. */
export const MATTERS_MAX = 16;
export const TradePut = Type.Object({ op: Type.Literal('trade.put'), code, name: Label, matters: Type.Array(code, { minItems: 1, maxItems: MATTERS_MAX, uniqueItems: true }), active: Type.Boolean() }, closed);
