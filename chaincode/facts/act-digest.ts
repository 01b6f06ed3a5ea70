/** What actors sign (formats: acts and actors). Two independent developers get the same bytes from docs/decisions/0005. */
import { canonical, type Canonical } from './canonical.js';
import { sha256 } from './hash.js';
import { leafHash, rootOf } from './merkle.js';

export interface DigestedAct {
  readonly ledger: string;
  readonly agency: string;
  readonly requestId: string;
  readonly act: unknown;
  readonly content?: string | undefined;
  readonly expiresAt: string;
}

/** SHA-256("yizheng/act/1" || 0x00 || JCS{ledger, agency, requestId, act, content?, expiresAt}). */
export function actDigest({ ledger, agency, requestId, act, content, expiresAt }: DigestedAct): Buffer {
  return sha256('yizheng/act/1\0', canonical({ ledger, agency, requestId, act: act as Canonical, content, expiresAt }));
}

/** What is signed once for a mass act: SHA-256("yizheng/mass/1" || 0x00 || number of acts, 8 bytes, big-endian || root over their digests). A root alone does not tell how many lie under it, and how many decides who must sign. */
export function treeDigest(root: Uint8Array, size: number): Buffer {
  const count = new DataView(new ArrayBuffer(8));
  count.setBigUint64(0, BigInt(size));
  return sha256('yizheng/mass/1\0', new Uint8Array(count.buffer), root);
}

/** The same, of act digests. */
export const massDigest = (digests: readonly Uint8Array[]): Buffer => treeDigest(rootOf(digests.map(leafHash)), digests.length);

/** A commitment: SHA-256(tag || 0x00 || 32 random bytes || content). The random bytes stay with whoever may open it. */
export function commitment(tag: string, random: Uint8Array, content: Uint8Array | string): Buffer {
  return sha256(`${tag}\0`, random, content);
}
