/** Commands of delegations (委托): a holder lets one of his own people, or an agency that acts for others (代办), speak for him within limits. */
import Type, { type Static } from 'typebox';
import { DELEGATED_ACTS, DELEGATION_ROLES } from './delegation.js';
import { ByDevice } from './device-commands.js';
import { closed, code, InstantText, literals, RandomId, Subject, TypeCode, Uscc } from './parts.js';

export const DelegatedActs = Type.Array(literals(DELEGATED_ACTS), { minItems: 1, maxItems: DELEGATED_ACTS.length, uniqueItems: true });
/** Absent kinds, absent purposes: all of them. No name is here: who the person is lies with the holder. */
export const Delegation = Type.Object({
  id: RandomId, subject: Subject, role: literals(DELEGATION_ROLES), delegate: Type.Optional(Uscc), acts: DelegatedActs,
  kinds: Type.Optional(Type.Array(TypeCode, { minItems: 1, maxItems: 64, uniqueItems: true })), purposes: Type.Optional(Type.Array(code, { minItems: 1, maxItems: 32, uniqueItems: true })), notBefore: InstantText, notAfter: InstantText,
}, closed);
export type Delegation = Static<typeof Delegation>;

export const DelegationPut = Type.Object({ op: Type.Literal('delegation.put'), delegation: Delegation, by: ByDevice }, closed);
export const DelegationRevoke = Type.Object({ op: Type.Literal('delegation.revoke'), id: RandomId, by: Type.Optional(ByDevice) }, closed);

export const DelegationAct = Type.Union([DelegationPut, DelegationRevoke]);
export type DelegationAct = Static<typeof DelegationAct>;
