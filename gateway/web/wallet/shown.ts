/** What a holder's yes would open, read from the very bytes that he signs the commitment to; a gateway's own words about it are not asked. */
import { fromBase64url } from '#chaincode/facts/hash';
import { grantDetailsCommitment, OPENING_BYTES, parseGrantDetails, type GrantDetails } from '../../documents/grant.js';
import type { AskedGrant } from '../types.js';

/** @returns undefined where it is not what would be signed, or not this holder's on this ledger */
export function shownOf({ grant, text, opening, ledger }: Pick<AskedGrant, 'grant' | 'text' | 'opening' | 'ledger'>, own: { readonly subject: string; readonly ledger: string }): GrantDetails | undefined {
  const bytes = fromBase64url(opening);
  if (grant.subject !== own.subject || ledger !== own.ledger || bytes?.length !== OPENING_BYTES || grantDetailsCommitment(bytes, text) !== grant.details) return undefined;
  return parseGrantDetails(text);
}
