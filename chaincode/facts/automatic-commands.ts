/** Commands on rules for automatic issue. */
import Type, { type Static } from 'typebox';
import { ReliedOn } from './application-commands.js';
import { closed, FieldName, Sha256, text, TypeCode } from './parts.js';

const ruleSet = {
  kind: TypeCode, schema: Type.Integer({ minimum: 1, maximum: 999 }),
  held: Type.Array(Type.Object({ kind: TypeCode, daysLeft: Type.Integer({ minimum: 0, maximum: 3660 }) }, closed), { maxItems: 16 }),
  fields: Type.Array(FieldName, { maxItems: 64, uniqueItems: true }),
  address: Type.Optional(Type.Object({ field: FieldName, within: Type.Array(text(120), { minItems: 1, maxItems: 64 }) }, closed)),
  promise: Type.Boolean(), perDay: Type.Integer({ minimum: 1, maximum: 100_000 }), perHour: Type.Integer({ minimum: 1, maximum: 100_000 }),
};
export const RuleSetPut = Type.Object({ op: Type.Literal('rule-set.put'), ...ruleSet }, closed);
export const RuleSetStop = Type.Object({ op: Type.Literal('rule-set.stop'), kind: TypeCode }, closed);
export const RuleSetResume = Type.Object({ op: Type.Literal('rule-set.resume'), kind: TypeCode }, closed);
export const RuleSetAct = Type.Union([RuleSetPut, RuleSetStop, RuleSetResume]);
export type RuleSetAct = Static<typeof RuleSetAct>;

/** Of an issue: by which rules, on which inputs. */
export const Automatic = Type.Object({ rules: Sha256, inputs: Sha256, reliedOn: ReliedOn }, closed);
export type Automatic = Static<typeof Automatic>;
