/** Commands of objections. Names of fields and a code are on the ledger; the words are committed to. */
import Type, { type Static } from 'typebox';
import { ByDevice } from './device-commands.js';
import { OBJECTION_REASONS } from './objection.js';
import { closed, EventNumber, FieldName, LicenceIdText, literals, RandomId, Sha256, Subject, VersionNumber } from './parts.js';

export const Objection = Type.Object({
  id: RandomId, subject: Subject, licence: LicenceIdText, version: VersionNumber, fields: Type.Array(FieldName, { minItems: 1, maxItems: 64, uniqueItems: true }), reason: literals(OBJECTION_REASONS), details: Sha256,
}, closed);
export type Objection = Static<typeof Objection>;

const ObjectionPut = Type.Object({ op: Type.Literal('objection.put'), objection: Objection, by: ByDevice }, closed);
/** `remedy`: the event of the licence that put it right; with `accepted`, and only there. */
const Answered = Type.Object({ op: Type.Literal('objection.answer'), id: RandomId, outcome: literals(['accepted', 'rejected']), remedy: Type.Optional(EventNumber), details: Sha256 }, closed);

export const ObjectionAct = Type.Union([ObjectionPut, Answered]);
export type ObjectionAct = Static<typeof ObjectionAct>;
