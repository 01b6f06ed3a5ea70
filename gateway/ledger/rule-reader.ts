/** The index, read as the rules of the contract read the ledger: so that a page foretells what the contract would say by the same rule. */
import type { World } from '#chaincode/world';
import type { Projection } from './projection.js';

export const ruleReader = (projection: Pick<Projection, 'get'>): Pick<World, 'get'> => ({ get: (noun, id) => Promise.resolve(projection.get(noun, id)) });
