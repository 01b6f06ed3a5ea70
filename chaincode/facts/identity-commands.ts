/** Commands of identity records (身份核验记录): that an agency has seen once who a holder is. */
import Type, { type Static } from 'typebox';
import { ByDevice } from './device-commands.js';
import { IDENTITY_DOCUMENTS, IDENTITY_METHODS } from './identity.js';
import { closed, DayText, LicenceIdText, literals, RandomId, Sha256, Subject } from './parts.js';

/** `digest`: commitment to what was attested. `evidence`: to what the staff saw, or to the provider's token. Nothing personal is on the chain. */
export const IdentityPut = Type.Object({
  op: Type.Literal('identity.put'), id: RandomId, subject: Subject, method: literals(IDENTITY_METHODS), document: literals(IDENTITY_DOCUMENTS), digest: Sha256, until: DayText, evidence: Sha256, held: Type.Optional(LicenceIdText),
}, closed);
export const IdentityEnd = Type.Object({ op: Type.Literal('identity.end'), id: RandomId, by: Type.Optional(ByDevice) }, closed);

export const IdentityAct = Type.Union([IdentityPut, IdentityEnd]);
export type IdentityAct = Static<typeof IdentityAct>;
