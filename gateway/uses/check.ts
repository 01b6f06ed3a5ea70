/** Reconciliation of the use log: every record there, signed, unchanged, in its place, and under the root on the ledger. */
import { leafHash, nodeHash } from '#chaincode/facts/merkle';
import type { LogRecord } from '#chaincode/facts/log';
import { utf8 } from '#chaincode/facts/text';
import { Damaged } from '../cipher.js';
import { readUse, releaseOf, useText, type UseKeys } from '../documents/use-record.js';
import { opens, type KeptUse, type UseLog } from './log.js';

export interface UseFinding {
  readonly code: string;
  readonly where: string;
}

const STEP = 5_000;

/** @param onLedger the record of the log on the ledger, where it has one */
export async function* checkUses(log: UseLog, onLedger: LogRecord | undefined, keyOf: UseKeys, progress: (done: number) => void = () => undefined): AsyncGenerator<UseFinding, void> {
  const edge: Uint8Array[] = [];
  let next = 0;
  for await (const seq of log.numbers()) {
    for (; next < seq; next++) yield { code: 'USE_MISSING', where: `record ${String(next)}` };
    next = seq + 1;
    if (next % STEP === 0) progress(next);
    for (const code of await faultsOf(log, seq, keyOf, edge)) yield { code, where: `record ${String(seq)}` };
  }
  if (onLedger && onLedger.size > log.size) yield { code: 'USES_LOST', where: `records from ${String(log.size)} to ${String(onLedger.size - 1)}` };
  else if (onLedger && !rootHolds(log, onLedger)) yield { code: 'USE_ROOT_DIFFERS', where: `root of ${String(onLedger.size)}` };
}

/** @param edge hashes of the whole subtrees so far, computed from the leaves alone */
async function faultsOf(log: UseLog, seq: number, keyOf: UseKeys, edge: Uint8Array[]): Promise<string[]> {
  let kept: KeptUse | undefined;
  try {
    kept = log.read(seq);
  } catch (error) {
    if (!(error instanceof Damaged || error instanceof SyntaxError)) throw error;
  }
  if (!kept) return ['USE_DAMAGED'];
  const found: string[] = [];
  const signed = await readUse(kept.token, keyOf);
  if (typeof signed === 'string') found.push(signed);
  if (kept.record.log !== log.id || kept.record.seq !== seq) found.push('USE_MISPLACED');
  if (!opens(kept)) found.push('USE_PERSONAL_DIFFERS');
  if (!(await askedFor(kept, keyOf))) found.push('USE_RELEASE_DIFFERS');
  if (log.missingRows(kept).length > 0) found.push('USE_ROW_MISSING');
  if (!subtreesHold(log, leafHash(utf8(useText(kept.record))), seq, edge)) found.push('USE_CHANGED');
  return found;
}

/** A release was asked for by the record that it names, which the other agency has signed. */
async function askedFor({ record: { release }, asked }: KeptUse, keyOf: UseKeys): Promise<boolean> {
  if (!release || asked === undefined) return release === undefined && asked === undefined;
  const record = await readUse(asked, keyOf);
  return typeof record !== 'string' && releaseOf(record).leaf === release.leaf;
}

/** Recomputes every subtree that the leaf makes whole, and compares it with what is kept. */
function subtreesHold(log: UseLog, leaf: Uint8Array, seq: number, edge: Uint8Array[]): boolean {
  let hash = leaf;
  let holds = same(log, 0, seq, hash);
  let level = 0;
  for (; Math.floor(seq / 2 ** level) % 2 === 1; level++) {
    hash = nodeHash(edge[level] ?? new Uint8Array(), hash);
    holds = same(log, level + 1, Math.floor(seq / 2 ** (level + 1)), hash) && holds;
  }
  edge[level] = hash;
  return holds;
}

function same(log: UseLog, level: number, index: number, hash: Uint8Array): boolean {
  try {
    return Buffer.compare(log.subtree(level, index), hash) === 0;
  } catch {
    return false;
  }
}

function rootHolds(log: UseLog, { size, root }: LogRecord): boolean {
  try {
    return log.root(size) === root;
  } catch {
    return false;
  }
}
