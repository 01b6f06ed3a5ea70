/** Identity records in tests of the rules. */
import { randomId } from './persons.js';
import { HOLDER, sha } from './ledger.js';

export const identityPut = (change: object = {}): { op: 'identity.put'; id: string } => ({ op: 'identity.put', id: randomId(), subject: HOLDER, method: 'counter', document: 'E_BUSINESS_LICENCE', digest: sha('facts'), evidence: sha('seen'), until: '2029-03-14', ...change }) as { op: 'identity.put'; id: string };
