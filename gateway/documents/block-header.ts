/** The header of a block, by which a chain hangs together (Fabric: protoutil.BlockHeaderBytes). Pure: auditors and browsers compute it too. */
import { sha256 } from '#chaincode/facts/hash';

/** DER: SEQUENCE { INTEGER number, OCTET STRING previous hash, OCTET STRING data hash }: what orderers sign. */
export function headerBytes(number: number, previous: Uint8Array, data: Uint8Array): Uint8Array {
  const digits = number.toString(16);
  const even = digits.length % 2 ? `0${digits}` : digits;
  const bytes = Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const integer = (bytes[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...bytes) : bytes;
  return der(0x30, Uint8Array.of(...der(0x02, integer), ...der(0x04, previous), ...der(0x04, data)));
}

/** All lengths here are below 128: two hashes and a number. */
const der = (tag: number, body: Uint8Array): Uint8Array => Uint8Array.of(tag, body.length, ...body);

export const headerHash = (number: number, previous: Uint8Array, data: Uint8Array): Uint8Array => sha256(headerBytes(number, previous, data));

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Headers of blocks one after the other. */
export interface HeaderRun {
  /** Number of the first. */
  readonly from: number;
  /** Header hash of the block before it; empty before block 0. */
  readonly previous: Uint8Array;
  readonly data: readonly Uint8Array[];
}

/** The header hash of every block of a run. */
export function runHashes({ from, previous, data }: HeaderRun): Uint8Array[] {
  let before = previous;
  return data.map((each, i) => (before = headerHash(from + i, before, each)));
}
