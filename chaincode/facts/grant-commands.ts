/** Commands of grants (持证人授权): the holder lets somebody use his licences, for a time and a number of uses. */
import Type, { type Static } from 'typebox';
import { ByDevice, counterParts } from './device-commands.js';
import { closed, InstantText, RandomId, Sha256, Subject, Uscc } from './parts.js';

export const GRANT_USES_MAX = 100_000;
/** `details`: commitment to the licences or kinds, the fields, the purpose and the text that the holder saw. Nothing personal is on the chain. */
export const Grant = Type.Object({
  id: RandomId, subject: Subject, grantee: Uscc, notBefore: InstantText, notAfter: InstantText, uses: Type.Integer({ minimum: 1, maximum: GRANT_USES_MAX }), details: Sha256,
}, closed);
export type Grant = Static<typeof Grant>;

export const GrantPut = Type.Object({ op: Type.Literal('grant.put'), grant: Grant, ...counterParts, by: Type.Optional(ByDevice) }, closed);
export const GrantRevoke = Type.Object({ op: Type.Literal('grant.revoke'), id: RandomId, by: Type.Optional(ByDevice) }, closed);
/** `leaf`: digest of the use (docs/decisions/0018), made before its record has its place in the log. */
export const GrantUse = Type.Object({ op: Type.Literal('grant.use'), grant: RandomId, leaf: Sha256 }, closed);

export const GrantAct = Type.Union([GrantPut, GrantRevoke, GrantUse]);
export type GrantAct = Static<typeof GrantAct>;
