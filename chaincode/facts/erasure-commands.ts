/** Commands of erasure (删除) and of legal holds (保全): what is kept of a natural person goes, unless the law wants it kept. */
import Type, { type Static } from 'typebox';
import { ByDevice } from './device-commands.js';
import { closed, code, RandomId, Sha256, Subject } from './parts.js';

/** The holder asks; what stands against it is answered by the rule itself, at once. */
export const ErasureAsk = Type.Object({ op: Type.Literal('erasure.ask'), id: RandomId, subject: Subject, reason: code, by: ByDevice }, closed);
export const ErasureBegin = Type.Object({ op: Type.Literal('erasure.begin'), subject: Subject, reason: code }, closed);
/** `case`: commitment to the number of the case for which it must stay. */
export const HoldPut = Type.Object({ op: Type.Literal('hold.put'), id: RandomId, subject: Subject, case: Sha256 }, closed);
export const HoldLift = Type.Object({ op: Type.Literal('hold.lift'), id: RandomId }, closed);

export const ErasureAct = Type.Union([ErasureAsk, ErasureBegin, HoldPut, HoldLift]);
export type ErasureAct = Static<typeof ErasureAct>;

/** The gateway of an agency says that nothing of the person can be read there any more; no person acts. */
export const ErasureConfirm = Type.Object({ op: Type.Literal('erasure.confirm'), subject: Subject }, closed);
export type ErasureConfirm = Static<typeof ErasureConfirm>;
