/** Roots of use logs: a gateway's tree of use records may grow, and nothing that was once under its root may change or go. */
import { fromBase64url } from '../facts/hash.js';
import type { LogAct } from '../facts/log-commands.js';
import { verifyConsistency } from '../facts/merkle.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { Moment, World } from '../world.js';

export interface LogContext {
  readonly world: World;
  readonly moment: Moment;
  /** The identity of the gateway that speaks; no person is asked for what the gateway does by itself every few seconds. */
  readonly agency: string;
}

/** The first root binds the log to its agency; every later one must be proven to go on from the last. */
export async function anchorLog({ world, moment, agency }: LogContext, { log, size, root, proof }: LogAct): Promise<Outcome> {
  const [rootBytes, path] = [bytesOf(root, 'root'), proof.map((hash) => bytesOf(hash, 'proof'))];
  const known = await world.get('log', log);
  if (known) {
    demand(known.agency === agency, 'LOG_NOT_YOURS', 'log');
    demand(size >= known.size, 'LOG_SHRINKS', 'size');
    demand(verifyConsistency(known.size, size, bytesOf(known.root, 'root'), rootBytes, path), 'LOG_INCONSISTENT', 'proof');
  } else demand(path.length === 0, 'LOG_INCONSISTENT', 'proof'); // every tree begins with the empty one
  world.put('log', log, { id: log, agency, size, root, at: moment.now, txId: moment.txId, anchors: (known?.anchors ?? 0) + 1 });
  return { id: log };
}

function bytesOf(hash: string, field: string): Uint8Array {
  const bytes = fromBase64url(hash);
  demand(bytes, 'COMMAND_MALFORMED', field);
  return bytes;
}
