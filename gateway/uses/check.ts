/** Reconciliation of the use log: every record there, signed, unchanged, in its place, and under the root on the ledger. */
import { leafHash, nodeHash } from '#chaincode/facts/merkle';
import type { LogRecord } from '#chaincode/facts/log';
import { utf8 } from '#chaincode/facts/text';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import { Damaged } from '../cipher.js';
import { readUse, releaseOf, useText, type UseFault, type UseKeys } from '../documents/use-record.js';
import { opens, type KeptUse, type UseLog } from './log.js';
import type { Whole } from './tree.js';

export type UseFindingCode = Exclude<UseFault, 'USE_NOT_INCLUDED'> | 'USE_MISSING' | 'USES_LOST' | 'USE_DAMAGED' | 'USE_MISPLACED' | 'USE_PERSONAL_DIFFERS' | 'USE_RELEASE_DIFFERS' | 'USE_ROW_MISSING' | 'USE_CHANGED' | 'USE_ROOT_DIFFERS';

export interface UseFinding {
  readonly code: UseFindingCode;
  readonly where: string;
  /** Writes what follows from records that are whole; absent where nothing does. */
  readonly mend?: () => Promise<void>;
}

/** Up to where every record was found right, and the hashes of the whole subtrees up to there: enough to go on. */
export interface UseMark {
  readonly next: number;
  readonly edge: readonly (string | undefined)[];
}

export interface UseCheck {
  /** Record of the log on the ledger, where it has one. */
  readonly onLedger: LogRecord | undefined;
  readonly keyOf: UseKeys;
  readonly from?: UseMark | undefined;
  /** Told after every record; what it throws ends the check. */
  readonly progress?: (done: number, mark: () => UseMark | undefined) => Promise<void> | void;
}

/** What the log has now is checked; what comes in meanwhile is for the next time. */
export async function* checkUses(log: UseLog, { onLedger, keyOf, from, progress }: UseCheck): AsyncGenerator<UseFinding, void> {
  const edge: Uint8Array[] = (from?.edge ?? []).map((hash) => fromBase64url(hash ?? '') ?? new Uint8Array());
  const size = log.size;
  const wrong: { readonly seq: number; readonly whole: readonly Whole[] }[] = [];
  let next = from?.next ?? 0;
  let clean = next;
  let leafRoot = onLedger && next >= onLedger.size && next > 0 ? rootOr(log, onLedger.size) : undefined;
  const mark = (): UseMark | undefined => (clean === next ? { next, edge: Array.from(edge, (hash: Uint8Array | undefined) => hash && base64url(hash)) } : undefined);
  for await (const seq of log.numbers(next)) {
    if (seq >= size) break;
    for (; next < seq; next++) yield { code: 'USE_MISSING', where: `record ${String(next)}` };
    const { found, differing } = await faultsOf(log, seq, keyOf, edge);
    if (found.length === 0 && differing.length === 0 && clean === seq) clean = seq + 1;
    next = seq + 1;
    for (const finding of found) yield finding;
    if (differing.length > 0) wrong.push({ seq, whole: differing });
    if (next === onLedger?.size) leafRoot = base64url(rootOfEdge(edge, next));
    await progress?.(next, mark);
  }
  // Records that lead to the root on the ledger are the true ones: then it is the hashes between that are wrong, and follow from them.
  const follows = onLedger !== undefined && leafRoot === onLedger.root;
  const mend = (whole: readonly Whole[]) => (follows ? { mend: () => log.putSubtrees(whole) } : {});
  for (const { seq, whole } of wrong) yield { code: 'USE_CHANGED', where: `record ${String(seq)}`, ...mend(whole) };
  if (onLedger && onLedger.size > log.size) yield { code: 'USES_LOST', where: `records from ${String(log.size)} to ${String(onLedger.size - 1)}` };
  else if (onLedger && rootOr(log, onLedger.size) !== onLedger.root) yield { code: 'USE_ROOT_DIFFERS', where: `root of ${String(onLedger.size)}` };
}

/** Root of a tree by its whole subtrees, lowest first (RFC 9162, 2.1.1). */
function rootOfEdge(edge: readonly (Uint8Array | undefined)[], size: number): Uint8Array {
  let root: Uint8Array | undefined;
  for (const [level, hash] of edge.entries()) if (hash && Math.floor(size / 2 ** level) % 2 === 1) root = root ? nodeHash(hash, root) : hash;
  return root ?? new Uint8Array();
}

/** @param edge hashes of the whole subtrees so far, computed from the leaves alone */
async function faultsOf(log: UseLog, seq: number, keyOf: UseKeys, edge: Uint8Array[]): Promise<{ readonly found: UseFinding[]; readonly differing: Whole[] }> {
  const where = `record ${String(seq)}`;
  let kept: KeptUse | undefined;
  try {
    kept = log.read(seq);
  } catch (error) {
    if (!(error instanceof Damaged || error instanceof SyntaxError)) throw error;
  }
  if (!kept) return { found: [{ code: 'USE_DAMAGED', where }], differing: [] };
  const whole = kept;
  const found: UseFinding[] = [];
  const signed = await readUse(kept.token, keyOf);
  if (typeof signed === 'string') found.push({ code: signed, where });
  if (kept.record.log !== log.id || kept.record.seq !== seq) found.push({ code: 'USE_MISPLACED', where });
  if (!opens(kept)) found.push({ code: 'USE_PERSONAL_DIFFERS', where });
  if (!(await askedFor(kept, keyOf))) found.push({ code: 'USE_RELEASE_DIFFERS', where });
  // The rows follow from the record: only one that is right tells them.
  if (log.missingRows(kept).length > 0) found.push({ code: 'USE_ROW_MISSING', where, ...(found.length === 0 ? { mend: () => log.putRows(whole) } : {}) });
  return { found, differing: differingSubtrees(log, leafHash(utf8(useText(kept.record))), seq, edge) };
}

/** A release was asked for by the record that it names, which the other agency has signed. */
async function askedFor({ record: { release }, asked }: KeptUse, keyOf: UseKeys): Promise<boolean> {
  if (!release || asked === undefined) return release === undefined && asked === undefined;
  const record = await readUse(asked, keyOf);
  return typeof record !== 'string' && releaseOf(record).leaf === release.leaf;
}

/** Recomputes every subtree that the leaf makes whole. @returns those that are kept otherwise, or not at all */
function differingSubtrees(log: UseLog, leaf: Uint8Array, seq: number, edge: Uint8Array[]): Whole[] {
  const whole: Whole[] = [{ level: 0, index: seq, hash: leaf }];
  let hash = leaf;
  let level = 0;
  for (; Math.floor(seq / 2 ** level) % 2 === 1; level++) {
    hash = nodeHash(edge[level] ?? new Uint8Array(), hash);
    whole.push({ level: level + 1, index: Math.floor(seq / 2 ** (level + 1)), hash });
  }
  edge[level] = hash;
  return whole.filter((each) => !same(log, each));
}

function same(log: UseLog, { level, index, hash }: Whole): boolean {
  try {
    return Buffer.compare(log.subtree(level, index), hash) === 0;
  } catch {
    return false;
  }
}

function rootOr(log: UseLog, size: number): string | undefined {
  try {
    return log.root(size);
  } catch {
    return undefined;
  }
}
