/** Commands of supervising agencies. */
import Type, { type Static } from 'typebox';
import { closed, code, DayText, DocumentNumber, LicenceIdText, RandomId, VersionNumber } from './parts.js';

export const SupervisionTake = Type.Object({ op: Type.Literal('supervision.take'), licence: LicenceIdText, version: VersionNumber }, closed);
export const SupervisionFind = Type.Object({ op: Type.Literal('supervision.find'), id: RandomId, licence: LicenceIdText, version: VersionNumber, finding: code, onDay: DayText, docNo: Type.Optional(DocumentNumber) }, closed);
export const SupervisionAct = Type.Union([SupervisionTake, SupervisionFind]);
export type SupervisionAct = Static<typeof SupervisionAct>;
