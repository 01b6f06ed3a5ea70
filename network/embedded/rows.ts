import { crc32 } from 'node:zlib';
import type { Version } from '#network/transaction';
import { LedgerFault } from '#network/fault';

// One key space, told apart by the first byte. State keys end with the contract's key itself, so that LevelDB's byte
// order is Fabric's UTF-8 order.
const STATE = 0x73;
const HISTORY = 0x68;
const BLOCK = 0x62;
const TRANSACTION = 0x78;
export const HEAD_KEY = Buffer.from('m:head');

const STATE_HEADER = 18;

export interface StateValue {
  version: Version;
  value: Buffer;
}

export function stateKey(namespace: string, key: string): Buffer {
  const size = Buffer.byteLength(namespace) + 2;
  const row = Buffer.allocUnsafe(size + Buffer.byteLength(key));
  row[0] = STATE;
  row.write(namespace, 1);
  row[size - 1] = 0;
  row.write(key, size);
  return row;
}

/** All state rows of a namespace lie in [start, end). */
export function stateBounds(namespace: string): { start: Buffer; end: Buffer } {
  const start = stateKey(namespace, '');
  const end = Buffer.from(start);
  end[end.length - 1] = 1;
  return { start, end };
}

export function keyOfState(row: Buffer, namespace: string): string {
  return row.toString('utf8', Buffer.byteLength(namespace) + 2);
}

/** Version (8 + 6 bytes), checksum over key and all (4 bytes), value. */
export function writeState(row: Buffer, version: Version, value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(STATE_HEADER + value.length);
  bytes.writeUInt16BE(0, 0);
  bytes.writeUIntBE(version.block, 2, 6);
  bytes.writeUIntBE(version.tx, 8, 6);
  bytes.set(value, STATE_HEADER);
  bytes.writeUInt32BE(stateSum(row, bytes), 14);
  return bytes;
}

/** @throws LedgerFault LEDGER_DAMAGED when the row is not what was written */
export function readState(row: Buffer, bytes: Buffer): StateValue {
  if (bytes.length < STATE_HEADER || stateSum(row, bytes) !== bytes.readUInt32BE(14)) {
    throw new LedgerFault('LEDGER_DAMAGED', 'a state row is not what was written');
  }
  const version = { block: bytes.readUIntBE(2, 6), tx: bytes.readUIntBE(8, 6) };
  return { version, value: bytes.subarray(STATE_HEADER) };
}

function stateSum(row: Buffer, bytes: Buffer): number {
  return crc32(bytes.subarray(STATE_HEADER), crc32(bytes.subarray(0, 14), crc32(row)));
}

export function blockKey(number: number): Buffer {
  const row = Buffer.allocUnsafe(9);
  row[0] = BLOCK;
  row.writeBigUInt64BE(BigInt(number), 1);
  return row;
}

export function transactionKey(txId: string): Buffer {
  return Buffer.concat([Buffer.of(TRANSACTION), Buffer.from(txId)]);
}

export interface TransactionPlace {
  block: number;
  tx: number;
  code: number;
}

export function writePlace({ block, tx, code }: TransactionPlace): Buffer {
  const bytes = Buffer.allocUnsafe(13);
  bytes.writeBigUInt64BE(BigInt(block), 0);
  bytes.writeUInt32BE(tx, 8);
  bytes[12] = code;
  return bytes;
}

export function readPlace(bytes: Buffer): TransactionPlace {
  if (bytes.length !== 13) throw new LedgerFault('LEDGER_DAMAGED', 'a transaction row is not what was written');
  return { block: Number(bytes.readBigUInt64BE(0)), tx: bytes.readUInt32BE(8), code: bytes[12]! };
}

/** The key's length stands in front: otherwise the rows of one key could lie among those of a longer one. */
export function historyPrefix(namespace: string, key: string): Buffer {
  const name = stateKey(namespace, key);
  const row = Buffer.allocUnsafe(name.length + 4);
  row[0] = HISTORY;
  row.writeUInt32BE(name.length - 1, 1);
  name.copy(row, 5, 1);
  return row;
}

export function historyKey(prefix: Buffer, block: number, tx: number): Buffer {
  const row = Buffer.allocUnsafe(prefix.length + 12);
  prefix.copy(row);
  row.writeBigUInt64BE(BigInt(block), prefix.length);
  row.writeUInt32BE(tx, prefix.length + 8);
  return row;
}

export interface HistoryPlace {
  block: number;
  tx: number;
  /** where in the block's bytes the envelope lies */
  offset: number;
  length: number;
}

export function writeHistory(offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(offset, 0);
  bytes.writeUInt32BE(length, 4);
  return bytes;
}

export function readHistory(row: Buffer, value: Buffer): HistoryPlace {
  const at = row.length - 12;
  const [block, tx] = [Number(row.readBigUInt64BE(at)), row.readUInt32BE(at + 8)];
  return { block, tx, offset: value.readUInt32BE(0), length: value.readUInt32BE(4) };
}

export interface Head {
  height: number;
  headerHash: Buffer;
  commitHash: Buffer;
}

export function writeHead({ height, headerHash, commitHash }: Head): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), headerHash, commitHash]);
  bytes.writeBigUInt64BE(BigInt(height));
  return Buffer.concat([bytes, sum(bytes)]);
}

export function readHead(bytes: Buffer): Head {
  const body = bytes.subarray(0, -4);
  if (bytes.length < 44 || !sum(body).equals(bytes.subarray(-4))) throw new LedgerFault('LEDGER_DAMAGED', 'the head row is not what was written');
  return { height: Number(body.readBigUInt64BE()), headerHash: Buffer.from(body.subarray(8, 40)), commitHash: Buffer.from(body.subarray(40)) };
}

function sum(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(crc32(bytes));
  return out;
}
