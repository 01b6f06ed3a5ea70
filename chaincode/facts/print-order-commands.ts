/** Commands of print orders. Codes, digests and ids; no face. */
import Type, { type Static } from 'typebox';
import { closed, code, EventNumber, LicenceIdText, RandomId, Sha256, VersionNumber } from './parts.js';
import { PICK_UP_ALPHABET, PICK_UP_LENGTH } from './print-order.js';

export const PickUpCode = Type.String({ pattern: `^[${PICK_UP_ALPHABET}]{${String(PICK_UP_LENGTH)}}$` });
/** `after`: the last event the actor saw. */
const step = { id: RandomId, after: EventNumber };

const Order = Type.Object({ op: Type.Literal('print.order'), id: RandomId, licence: LicenceIdText, version: VersionNumber }, closed);
/** `reason`: where this version has been printed before, and only there. */
const Print = Type.Object({ op: Type.Literal('print.print'), ...step, document: Sha256, batch: Type.Optional(RandomId), reason: Type.Optional(code) }, closed);
export const PrintSeal = Type.Object({ op: Type.Literal('print.seal'), ...step }, closed);
const Release = Type.Object({ op: Type.Literal('print.release'), ...step, pickUp: Sha256 }, closed);
const HandOver = Type.Object({ op: Type.Literal('print.hand-over'), ...step, code: PickUpCode, opening: Sha256 }, closed);
const Cancel = Type.Object({ op: Type.Literal('print.cancel'), ...step, reason: code }, closed);

export const PrintOrderAct = Type.Union([Order, Print, PrintSeal, Release, HandOver, Cancel]);
export type PrintOrderAct = Static<typeof PrintOrderAct>;
