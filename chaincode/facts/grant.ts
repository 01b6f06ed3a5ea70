/** Grants: what the ledger keeps of them, and what the holder's device signs (docs/decisions/0019). */
import { sha256 } from '#chaincode/facts/hash';
import { addYears, parseInstant, type Day, type Instant } from './calendar.js';
import { canonical } from './canonical.js';
import type { Grant } from './grant-commands.js';
import type { RefusalCode } from './refusal.js';

export interface GrantRecord extends Grant {
  /** device: the holder's own key signed exactly this. counter: a person of the agency says so; lower. */
  readonly assurance: 'device' | 'counter';
  /** The agency that brought it here. */
  readonly agency: string;
  readonly device?: string;
  /** By which it was given, where the device is not the holder's own: of the agent, of the person. It stays when they end. */
  readonly delegations?: readonly string[];
  /** base64url P1363: whoever reads the record can check the holder's yes again. */
  readonly signature?: string;
  readonly staff?: readonly string[];
  readonly evidence?: string;
  readonly status: 'in-force' | 'revoked';
  readonly putAt: string;
  readonly left: number;
  readonly used: number;
  readonly usedAt?: string;
  readonly revokedAt?: string;
  /** Delegations by which it was taken back, where not by the holder's own device or at a counter. */
  readonly revokedBy?: readonly string[];
}

export const GRANT_YEARS_MAX = 3;

/** What is wrong with the time of a grant or a delegation that somebody wants: asked before the holder is, and by the contract after him. @returns the code and the field to change */
export function termFault({ notBefore, notAfter }: Pick<Grant, 'notBefore' | 'notAfter'>, now: Instant, of: 'GRANT' | 'DELEGATION' = 'GRANT'): readonly [RefusalCode, 'notBefore' | 'notAfter'] | undefined {
  if (!parseInstant(notBefore)) return ['DATE_UNREAL', 'notBefore'];
  if (!parseInstant(notAfter)) return ['DATE_UNREAL', 'notAfter'];
  if (notAfter <= notBefore) return ['DATES_REVERSED', 'notAfter'];
  if (notAfter < now) return [`${of}_OVER`, 'notAfter'];
  const last = addYears(notBefore.slice(0, 10) as Day, GRANT_YEARS_MAX) + notBefore.slice(10);
  return last < notAfter ? [`${of}_TOO_LONG`, 'notAfter'] : undefined;
}

export type GrantState = 'in-force' | 'not-yet' | 'over' | 'used-up' | 'revoked';

export function grantState({ status, left, notBefore, notAfter }: Pick<GrantRecord, 'status' | 'left' | 'notBefore' | 'notAfter'>, now: Instant): GrantState {
  if (status === 'revoked') return 'revoked';
  if (notAfter < now) return 'over';
  if (left === 0) return 'used-up';
  return now < notBefore ? 'not-yet' : 'in-force';
}

/** The holder's yes. */
export const grantDigest = (ledger: string, { id, subject, grantee, notBefore, notAfter, uses, details }: Grant): Uint8Array =>
  sha256('yizheng/grant/1\0', canonical({ ledger, grantId: id, subject, grantee, notBefore, notAfter, uses, details }));

/** The holder takes it back. */
export const grantRevokeDigest = (ledger: string, grantId: string): Uint8Array => sha256('yizheng/grant-revoke/1\0', canonical({ ledger, grantId }));

/** Tag of the commitment that `details` is. */
export const GRANT_DETAILS_TAG = 'yizheng/grant-details/1';
