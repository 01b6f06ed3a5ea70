/** A seal on its way to the ledger: applied for, its key made, its certificate there, and the act that a registrar signs to file it. */
import type { PlainAct } from '#chaincode/facts/commands';
import type { TriggerRole } from '#chaincode/facts/records';

export interface SealApplication {
  /** What the seal will be called on the ledger. */
  readonly id: string;
  readonly agency: string;
  readonly name: string;
  readonly years: number;
  readonly triggers?: readonly TriggerRole[];
  readonly kinds?: readonly string[];
  readonly renews?: string;
  readonly appliedBy: string;
  readonly appliedAt: string;
  /** Taken back: only its key is still kept, for a filing that was signed before may yet reach the ledger. */
  readonly withdrawnAt?: string;
  /** PEM: the key is made, and an outside authority is to certify it. */
  readonly request?: string;
  /** The key is made and certified. */
  readonly made?: { readonly certificate: string; readonly validFrom: string; readonly validUntil: string };
  /** A key for the agency's status lists, made where it had none: what a seal signs points at them, and somebody must be able to sign those. */
  readonly listKey?: { readonly id: string; readonly spki: string };
}

export type SealPutAct = Extract<PlainAct, { op: 'seal.put' }>;

export type ListKeyAct = Extract<PlainAct, { op: 'agency-key.put' }>;

/** What a registrar signs before it, while the agency has no key for its status lists. */
export const listKeyOf = ({ agency, listKey }: SealApplication): ListKeyAct | undefined => listKey && { op: 'agency-key.put', id: listKey.id, agency, use: 'status-list', alg: 'ES256', spki: listKey.spki };

/** applied: nothing made. requested: waits for an outside authority. made: waits to be filed. */
export const stateOf = ({ made, request }: SealApplication): 'applied' | 'requested' | 'made' => (made ? 'made' : request === undefined ? 'applied' : 'requested');

/** What a registrar signs. @returns undefined while the seal is not made */
export function filingOf({ id, agency, name, triggers, kinds, renews, made }: SealApplication): SealPutAct | undefined {
  if (!made) return undefined;
  return {
    op: 'seal.put', id, agency, name, use: 'seal', alg: 'ES256', ...made,
    ...(triggers ? { triggers: [...triggers] } : {}), ...(kinds ? { kinds: [...kinds] } : {}), ...(renews === undefined ? {} : { renews }),
  };
}
