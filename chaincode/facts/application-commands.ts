/** Commands on applications. No face, no number and no free text: those are committed to. */
import Type, { type Static } from 'typebox';
import { CHANNELS, DECISIONS } from './application.js';
import { MatterConditions } from './condition-commands.js';
import { ByDevice } from './device-commands.js';
import { MATTERS_MAX } from './matter-commands.js';
import { closed, code, DocumentNumber, EventNumber, LicenceIdText, literals, RandomId, Sha256, Subject, Uscc, VersionNumber } from './parts.js';

const stated = { authority: Uscc, basis: Type.Optional(code), docNo: Type.Optional(DocumentNumber) };
/** `after`: the last event the actor saw. */
const step = { id: RandomId, after: EventNumber, ...stated, details: Type.Optional(Sha256) };

/** Of the agent, or of the person of the holder's, who stands at the counter for him. */
const agent = { delegation: Type.Optional(RandomId) };

/** What a device signed; the application is received by staff all the same. */
const Filed = Type.Object({ details: Sha256, by: ByDevice }, closed);

const Receive = Type.Object({
  op: Type.Literal('application.receive'), id: RandomId, subject: Subject, trade: Type.Optional(code), channel: literals(CHANNELS),
  matters: Type.Array(Type.Object({ matter: code, variant: code, version: VersionNumber }, closed), { minItems: 1, maxItems: MATTERS_MAX }), ...stated, ...agent, filed: Type.Optional(Filed), details: Sha256,
}, closed);
const Step = Type.Object({ op: literals(['application.accept', 'application.correct', 'application.resubmit', 'application.reject', 'application.deliver', 'application.withdraw']), ...step, ...agent, conditions: Type.Optional(MatterConditions) }, closed);
/** More than 64 licences are no ground that anybody could trace. */
export const ReliedOn = Type.Array(Type.Object({ licence: LicenceIdText, version: VersionNumber }, closed), { maxItems: 64, uniqueItems: true });
export const DecideAct = Type.Object({
  op: Type.Literal('application.decide'), ...step, matter: code, outcome: literals(DECISIONS), docNo: DocumentNumber, licence: Type.Optional(LicenceIdText), version: Type.Optional(VersionNumber), reliedOn: ReliedOn,
}, closed);

export const ApplicationCommand = Type.Union([Receive, Step, DecideAct]);
export type ApplicationCommand = Static<typeof ApplicationCommand>;
export type ReceiveCommand = Static<typeof Receive>;
export type StepCommand = Static<typeof Step>;
export type DecideCommand = Static<typeof DecideAct>;
