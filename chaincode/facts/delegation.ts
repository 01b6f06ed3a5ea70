/** Delegations: what the ledger keeps of them, what the giver's device signs, and when they are good (docs/decisions/0023). */
import { sha256 } from '#chaincode/facts/hash';
import type { Instant } from './calendar.js';
import { canonical } from './canonical.js';
import type { Delegation } from './delegation-commands.js';
import type { RefusalCode } from './refusal.js';

/** manager: may have clerks of his own. clerk: may not. agent: another organisation, which acts with its own devices. */
export const DELEGATION_ROLES = ['manager', 'clerk', 'agent'] as const;
/** show: see licences and show them. grant: open them to others, and take that back. apply: stand at a counter for the holder. object: object to what a licence says. members: give parts of this to clerks. */
export const DELEGATED_ACTS = ['show', 'grant', 'apply', 'object', 'members'] as const;
export type DelegatedAct = (typeof DELEGATED_ACTS)[number];

export interface DelegationRecord extends Delegation {
  /** The device that gave it, and its signature (base64url P1363), so that everybody can check the giver's yes. */
  readonly device: string;
  readonly signature: string;
  /** The delegation that it rests on, where a manager gave it: it ends with that one. */
  readonly above?: string;
  /** The agency that carried it here. */
  readonly agency: string;
  /** Devices in use of the holder's own people. */
  readonly devices: readonly string[];
  readonly status: 'in-force' | 'revoked';
  readonly putAt: string;
  readonly revokedAt?: string;
  /** The device that took it back; the staff, where it was done at a counter. */
  readonly revokedBy?: string;
  readonly staff?: readonly string[];
}

export type DelegationState = 'in-force' | 'not-yet' | 'over' | 'revoked';

export function delegationState({ status, notBefore, notAfter }: Pick<DelegationRecord, 'status' | 'notBefore' | 'notAfter'>, now: Instant): DelegationState {
  if (status === 'revoked') return 'revoked';
  if (notAfter < now) return 'over';
  return now < notBefore ? 'not-yet' : 'in-force';
}

const FAULTS = { revoked: 'DELEGATION_REVOKED', over: 'DELEGATION_OVER', 'not-yet': 'DELEGATION_NOT_YET' } as const satisfies Record<string, RefusalCode>;

/** Why nobody acts by these now. @param act what is to be done; `holder`: what no delegation ever covers @returns undefined where all of them stand and cover it */
export function delegationFault(delegations: readonly DelegationRecord[], now: Instant, act?: DelegatedAct | 'holder'): RefusalCode | undefined {
  for (const each of delegations) {
    const state = delegationState(each, now);
    if (state !== 'in-force') return FAULTS[state];
  }
  return act !== undefined && delegations.some(({ acts }) => act === 'holder' || !acts.includes(act)) ? 'DELEGATION_SCOPE' : undefined;
}

/** A delegation and the one that it rests on. @returns undefined where one of them is not known */
export function withAbove(id: string, get: (id: string) => DelegationRecord | undefined): readonly DelegationRecord[] | undefined {
  const own = get(id);
  const above = own?.above === undefined ? undefined : get(own.above);
  return own && (own.above === undefined ? [own] : above && [own, above]);
}

/** Why a device that is in use does not speak for its holder now: its delegation has ended. @returns undefined where it does; the holder's own devices always do */
export function standingFault({ delegation }: { readonly delegation?: string }, now: Instant, get: (id: string) => DelegationRecord | undefined, act?: DelegatedAct | 'holder'): RefusalCode | undefined {
  if (delegation === undefined) return undefined;
  const delegations = withAbove(delegation, get);
  return delegations ? delegationFault(delegations, now, act) : 'DELEGATION_UNKNOWN';
}

/** Whether a delegation reaches a kind of licence and a purpose. */
export const reaches = ({ kinds, purposes }: Pick<Delegation, 'kinds' | 'purposes'>, { kind, purpose }: { readonly kind?: string | undefined; readonly purpose?: string | undefined }): boolean =>
  (kinds === undefined || (kind !== undefined && kinds.includes(kind))) && (purposes === undefined || purpose === undefined || purposes.includes(purpose));

/** The first field in which one goes beyond another; a manager gives away only what is his. */
export function beyond(given: Delegation, own: Delegation): 'role' | 'acts' | 'kinds' | 'purposes' | 'notBefore' | 'notAfter' | undefined {
  const within = (part: readonly string[] | undefined, whole: readonly string[] | undefined): boolean => whole === undefined || (part?.every((each) => whole.includes(each)) ?? false);
  if (given.role !== 'clerk') return 'role';
  if (!within(given.acts, own.acts)) return 'acts';
  if (!within(given.kinds, own.kinds)) return 'kinds';
  if (!within(given.purposes, own.purposes)) return 'purposes';
  if (given.notBefore < own.notBefore) return 'notBefore';
  return given.notAfter > own.notAfter ? 'notAfter' : undefined;
}

/** The giver's yes. */
export const delegationDigest = (ledger: string, { id, ...terms }: Delegation): Uint8Array => sha256('yizheng/delegation/1\0', canonical({ ledger, delegationId: id, ...terms }));

export const delegationRevokeDigest = (ledger: string, delegationId: string): Uint8Array => sha256('yizheng/delegation-revoke/1\0', canonical({ ledger, delegationId }));
