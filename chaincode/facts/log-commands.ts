/** The command by which a gateway puts the root of its use log on the ledger. */
import Type, { type Static } from 'typebox';
import { LOG_SIZE_MAX } from './merkle.js';
import { closed, RandomId, Sha256 } from './parts.js';

/** A path in a tree of 2^32 leaves has at most 33 hashes; twice that leaves room for a larger one. */
const PROOF_MAX = 64;

export const LogAct = Type.Object({ op: Type.Literal('log.anchor'), log: RandomId, size: Type.Integer({ minimum: 1, maximum: LOG_SIZE_MAX }), root: Sha256, proof: Type.Array(Sha256, { maxItems: PROOF_MAX }) }, closed);
export type LogAct = Static<typeof LogAct>;
