/** What came of one piece of work of a reverse trace. */
import Type, { type Static } from 'typebox';
import { closed, EventNumber, LicenceIdText, literals, RandomId, VersionNumber } from './parts.js';
import { TRACE_OUTCOMES } from './trace.js';

/** What relied on the licence: a composite that lists it, a permit issued by rule upon it, a decision that granted something, a grant of its holder's. */
export const TraceItem = Type.Union([
  Type.Object({ composite: LicenceIdText }, closed),
  Type.Object({ permit: LicenceIdText }, closed),
  Type.Object({ application: RandomId, seq: EventNumber }, closed),
  Type.Object({ grant: RandomId }, closed),
]);
export type TraceItem = Static<typeof TraceItem>;

/** `event`: the act by which the licence fell; or `version`: the one whose term ended. */
export const TraceClose = Type.Object({ op: Type.Literal('trace.close'), licence: LicenceIdText, event: Type.Optional(EventNumber), version: Type.Optional(VersionNumber), item: TraceItem, outcome: literals(TRACE_OUTCOMES) }, closed);
export type TraceClose = Static<typeof TraceClose>;
