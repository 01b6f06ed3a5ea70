import type { KeyObject } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import { signLowS } from '#network/ecdsa';
import { equalBytes, headerBytes, sha256 } from '#network/embedded/crypto';
import { readPair, type Version } from '#network/transaction';
import { readRepeated, WireReader, WireWriter } from '#network/wire';

export interface BlockParts {
  number: number;
  previousHash: Uint8Array;
  dataHash: Uint8Array;
  envelopes: Uint8Array[];
  /** by common.BlockMetadataIndex: 0 signatures, 1 last config, 2 transactions filter, 4 commit hash */
  metadata: Uint8Array[];
}

export interface Update {
  /** undefined: deleted */
  value: Uint8Array | undefined;
  version: Version;
}

const EMPTY: Uint8Array = new Uint8Array(0);

export function headerHash(block: Pick<BlockParts, 'number' | 'previousHash' | 'dataHash'>): Buffer {
  return sha256(headerBytes(block.number, block.previousHash, block.dataHash));
}

export function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  return sha256(...envelopes);
}

/** common.Block bytes, and at which offset each envelope begins (history rows point there). */
export function writeBlock(block: Readonly<BlockParts>): { bytes: Buffer; offsets: number[] } {
  const header = new WireWriter().number(1, block.number).bytes(2, block.previousHash).bytes(3, block.dataHash).finish();
  const data = new WireWriter();
  const offsets = block.envelopes.map((envelope) => data.message(1, envelope).length - envelope.length);
  const metadata = new WireWriter();
  for (const item of block.metadata) metadata.message(1, item);
  const writer = new WireWriter().message(1, header).message(2, data.finish());
  const base = writer.length - data.length;
  const bytes = writer.message(3, metadata.finish()).finish();
  return { bytes, offsets: offsets.map((offset) => base + offset) };
}

export function readBlock(bytes: Uint8Array): BlockParts {
  const block: BlockParts = { number: 0, previousHash: EMPTY, dataHash: EMPTY, envelopes: [], metadata: [] };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) Object.assign(block, readBlockHeader(reader.bytes()));
    else if (reader.field === 2) block.envelopes = readRepeated(reader.bytes(), 1);
    else if (reader.field === 3) block.metadata = readRepeated(reader.bytes(), 1);
    else reader.skip();
  }
  return block;
}

function readBlockHeader(bytes: Uint8Array): Pick<BlockParts, 'number' | 'previousHash' | 'dataHash'> {
  const reader = new WireReader(bytes);
  const header = { number: 0, previousHash: EMPTY, dataHash: EMPTY };
  while (reader.next()) {
    if (reader.field === 1) header.number = reader.number();
    else if (reader.field === 2) header.previousHash = reader.bytes();
    else if (reader.field === 3) header.dataHash = reader.bytes();
    else reader.skip();
  }
  return header;
}

// OrdererBlockMetadata{last_config{index 0}}: block 0 is the only config block. (Metadata 1, which says the same in
// the old way, is empty for index 0.)
const LAST_CONFIG = new WireWriter().message(1, EMPTY).finish();

export interface OrdererKey {
  /** msp.SerializedIdentity */
  identity: Uint8Array;
  key: KeyObject;
}

/** The orderer's signature over last config, its own header and the block header, as metadata 0. */
export function signBlock(header: Uint8Array, orderer: OrdererKey): Buffer {
  const signatureHeader = new WireWriter().bytes(1, orderer.identity).bytes(2, randomBytes(24)).finish();
  const signature = signLowS(Buffer.concat([LAST_CONFIG, signatureHeader, header]), orderer.key);
  const signed = new WireWriter().bytes(1, signatureHeader).bytes(2, signature).finish();
  return new WireWriter().bytes(1, LAST_CONFIG).message(2, signed).finish();
}

/** Takes metadata 0 apart: who signed which bytes. */
export function readBlockSignature(block: BlockParts): { creator: Uint8Array; message: Buffer; signature: Uint8Array } {
  const [value, signed] = readPair(block.metadata[0] ?? EMPTY, 1, 2);
  const [signatureHeader, signature] = readPair(signed, 1, 2);
  const header = headerBytes(block.number, block.previousHash, block.dataHash);
  return { creator: readPair(signatureHeader, 1, 2)[0], message: Buffer.concat([value, signatureHeader, header]), signature };
}

export function readCommitHash(block: BlockParts): Uint8Array {
  return readPair(block.metadata[4] ?? EMPTY, 1, 1)[0];
}

export function writeCommitHash(hash: Uint8Array): Buffer {
  return new WireWriter().bytes(1, hash).finish();
}

/** Final writes of a block to one namespace, or to one private collection of it, sorted by the bytes of their keys. */
export interface UpdateSet {
  namespace: string;
  /** its keys and values are hashes */
  collection?: string;
  updates: readonly (readonly [key: string | Uint8Array, Update])[];
}

/**
 * Fabric's commit hash: SHA-256(varint length of the filter, filter, update bytes, previous commit hash). The update
 * bytes are a list of writes in namespace, collection and key byte order, each with what differs from the one before.
 * Source: core/ledger/kvledger/kv_ledger.go and txmgmt/txmgr/update_batch_bytes.go.
 *
 * @param sets sorted by namespace and collection, public writes first
 */
export function commitHash(filter: Uint8Array, sets: readonly UpdateSet[], previous: Uint8Array): Buffer {
  const list = new WireWriter();
  let before = '';
  for (const { namespace, collection = '', updates } of sets) {
    for (const [index, [key, update]] of updates.entries()) {
      const write = new WireWriter().string(1, namespace === before ? '' : namespace).string(2, index === 0 ? collection : '');
      if (typeof key === 'string') write.string(3, key);
      else write.bytes(3, key);
      write.bool(4, update.value === undefined).bytes(5, update.value ?? EMPTY);
      list.message(1, write.bytes(6, orderedVersion(update.version)).finish());
      before = namespace;
    }
  }
  return sha256(varint(filter.length), filter, list.finish(), previous);
}

/** Two order-preserving numbers: a length byte, then the big-endian bytes without leading zeros. */
function orderedVersion({ block, tx }: Version): Buffer {
  return Buffer.concat([orderedNumber(block), orderedNumber(tx)]);
}

function orderedNumber(value: number): Buffer {
  if (value === 0) return Buffer.from([0]);
  let hex = value.toString(16);
  if (hex.length % 2) hex = '0' + hex;
  return Buffer.concat([Buffer.from([hex.length / 2]), Buffer.from(hex, 'hex')]);
}

/** An unsigned number as protobuf writes it. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  while (value > 0x7f) {
    bytes.push((value % 128) | 0x80);
    value = Math.floor(value / 128);
  }
  return Buffer.from([...bytes, value]);
}

/** Says what is wrong with the block as such: number, chain, data. Undefined: nothing. */
export function blockFault(block: BlockParts, number: number, previousHash: Uint8Array): 'BLOCK_NUMBER' | 'PREVIOUS_HASH' | 'DATA_HASH' | undefined {
  if (block.number !== number) return 'BLOCK_NUMBER';
  if (!equalBytes(block.previousHash, previousHash)) return 'PREVIOUS_HASH';
  if (!equalBytes(block.dataHash, dataHash(block.envelopes))) return 'DATA_HASH';
  return undefined;
}
