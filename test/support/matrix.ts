/** The transition matrix as product and domain facts state it, written down a second time: the tests must not ask the code what is right. */
import type { Status } from '#chaincode/facts/status';

interface Transition {
  readonly from: readonly Status[];
  readonly to: Status;
}

export const MATRIX: Readonly<Record<string, Transition>> = {
  suspend: { from: ['VALID'], to: 'SUSPENDED' }, restore: { from: ['SUSPENDED'], to: 'VALID' },
  withdraw: { from: ['VALID', 'SUSPENDED'], to: 'WITHDRAWN' }, annul: { from: ['VALID', 'SUSPENDED'], to: 'ANNULLED' }, revoke: { from: ['VALID', 'SUSPENDED'], to: 'REVOKED' },
  // ANNULLED and REVOKED admit a closing CANCELLED and nothing else.
  cancel: { from: ['VALID', 'SUSPENDED', 'ANNULLED', 'REVOKED'], to: 'CANCELLED' },
  transfer: { from: ['VALID'], to: 'TRANSFERRED' }, takeback: { from: ['TRANSFERRED'], to: 'VALID' },
  confirm: { from: ['VALID'], to: 'SUPERSEDED' }, renew: { from: ['VALID'], to: 'SUPERSEDED' }, change: { from: ['VALID'], to: 'SUPERSEDED' }, accept: { from: ['TRANSFERRED'], to: 'SUPERSEDED' },
};
export const ENDED: ReadonlySet<Status> = new Set(['SUPERSEDED', 'CANCELLED', 'WITHDRAWN', 'ANNULLED', 'REVOKED']);

export function transition(name: string): Transition {
  const found = MATRIX[name];
  if (!found) throw new Error(`no act ${name}`);
  return found;
}
