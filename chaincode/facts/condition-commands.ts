/** Commands on conditions. They are opened by what is accepted or issued with them. */
import Type, { type Static } from 'typebox';
import { CONDITIONS_MAX, CONSEQUENCES } from './condition.js';
import { closed, code, DayText, Label, LicenceIdText, literals, RandomId, Sha256 } from './parts.js';

export const ConditionOpened = Type.Object({ material: code, dueOn: DayText, consequence: literals(CONSEQUENCES) }, closed);
export type ConditionOpened = Static<typeof ConditionOpened>;
export const Conditions = Type.Array(ConditionOpened, { minItems: 1, maxItems: CONDITIONS_MAX });
/** Of an application, which has several matters. */
export const MatterConditions = Type.Array(Type.Object({ ...ConditionOpened.properties, matter: code }, closed), { minItems: 1, maxItems: CONDITIONS_MAX });

/** Of a licence or of an application; `matter` with the latter. */
const whose = { licence: Type.Optional(LicenceIdText), application: Type.Optional(RandomId), matter: Type.Optional(code), material: code };
const Meet = Type.Object({ op: Type.Literal('condition.meet'), ...whose, details: Type.Optional(Sha256) }, closed);
const Extend = Type.Object({ op: Type.Literal('condition.extend'), ...whose, dueOn: DayText, basis: Type.Optional(code) }, closed);
const Miss = Type.Object({ op: Type.Literal('condition.miss'), ...whose }, closed);
export const ConditionAct = Type.Union([Meet, Extend, Miss]);
export type ConditionAct = Static<typeof ConditionAct>;

export const ConditionRulePart = Type.Object({ materials: Type.Array(Type.Object({ code, name: Label }, closed), { minItems: 1, maxItems: 64 }), daysMax: Type.Integer({ minimum: 1, maximum: 366 }), public: Type.Boolean() }, closed);
