import type { Version } from '#network/transaction';
import { readRepeated, WireReader, WireWriter } from '#network/wire';

export interface KeyRead {
  key: string;
  /** absent when the key did not exist */
  version: Version | undefined;
}

export interface KeyWrite {
  key: string;
  isDelete: boolean;
  value: Uint8Array;
}

/** A hash tree over the results of a long range, in place of the results. */
export interface RangeSummary {
  maxDegree: number;
  maxLevel: number;
  hashes: Uint8Array[];
}

export interface RangeRead {
  startKey: string;
  endKey: string;
  /** false: the caller stopped at endKey, which then belongs to the range */
  exhausted: boolean;
  reads: KeyRead[];
  summary?: RangeSummary;
}

export interface NamespaceSet {
  namespace: string;
  reads: KeyRead[];
  ranges: RangeRead[];
  writes: KeyWrite[];
  /** private data or key-level policies: not supported by the embedded ledger, only noticed */
  hasOther: boolean;
}

/** Encodes one namespace as a rwset.TxReadWriteSet; keys must already be in UTF-8 byte order. */
export function writeReadWriteSet(set: Readonly<Omit<NamespaceSet, 'hasOther'>>): Buffer {
  const kv = new WireWriter();
  for (const read of set.reads) kv.message(1, writeRead(read));
  for (const range of set.ranges) kv.message(2, writeRange(range));
  for (const { key, isDelete, value } of set.writes) kv.message(3, new WireWriter().string(1, key).bool(2, isDelete).bytes(3, value).finish());
  const namespace = new WireWriter().string(1, set.namespace).bytes(2, kv.finish()).finish();
  return new WireWriter().message(2, namespace).finish();
}

export function writeReads(reads: readonly KeyRead[]): Buffer {
  const writer = new WireWriter();
  for (const read of reads) writer.message(1, writeRead(read));
  return writer.finish();
}

function writeRead({ key, version }: KeyRead): Buffer {
  const writer = new WireWriter().string(1, key);
  if (version) writer.message(2, new WireWriter().number(1, version.block).number(2, version.tx).finish());
  return writer.finish();
}

function writeRange(range: RangeRead): Buffer {
  const writer = new WireWriter().string(1, range.startKey).string(2, range.endKey).bool(3, range.exhausted);
  if (range.summary) {
    const summary = new WireWriter().number(1, range.summary.maxDegree).number(2, range.summary.maxLevel);
    for (const hash of range.summary.hashes) summary.message(3, hash);
    return writer.message(5, summary.finish()).finish();
  }
  return writer.message(4, writeReads(range.reads)).finish();
}

/** Reads a rwset.TxReadWriteSet. */
export function readReadWriteSet(bytes: Uint8Array): NamespaceSet[] {
  return readRepeated(bytes, 2).map(readNamespace);
}

function readNamespace(bytes: Uint8Array): NamespaceSet {
  const set: NamespaceSet = { namespace: '', reads: [], ranges: [], writes: [], hasOther: false };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) set.namespace = reader.string();
    else if (reader.field === 2) readKeyValues(reader.bytes(), set);
    else {
      set.hasOther ||= reader.field === 3;
      reader.skip();
    }
  }
  return set;
}

function readKeyValues(bytes: Uint8Array, set: NamespaceSet): void {
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) set.reads.push(readRead(reader.bytes()));
    else if (reader.field === 2) set.ranges.push(readRange(reader.bytes()));
    else if (reader.field === 3) set.writes.push(readWrite(reader.bytes()));
    else {
      set.hasOther = true;
      reader.skip();
    }
  }
}

function readWrite(bytes: Uint8Array): KeyWrite {
  const write: KeyWrite = { key: '', isDelete: false, value: new Uint8Array(0) };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) write.key = reader.string();
    else if (reader.field === 2) write.isDelete = reader.number() !== 0;
    else if (reader.field === 3) write.value = reader.bytes();
    else reader.skip();
  }
  // Fabric: an empty value is a deletion.
  write.isDelete ||= write.value.length === 0;
  return write;
}

function readRead(bytes: Uint8Array): KeyRead {
  const read: KeyRead = { key: '', version: undefined };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) read.key = reader.string();
    else if (reader.field === 2) read.version = readVersion(reader.bytes());
    else reader.skip();
  }
  return read;
}

function readVersion(bytes: Uint8Array): Version {
  const version = { block: 0, tx: 0 };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) version.block = reader.number();
    else if (reader.field === 2) version.tx = reader.number();
    else reader.skip();
  }
  return version;
}

function readRange(bytes: Uint8Array): RangeRead {
  const range: RangeRead = { startKey: '', endKey: '', exhausted: false, reads: [] };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) range.startKey = reader.string();
    else if (reader.field === 2) range.endKey = reader.string();
    else if (reader.field === 3) range.exhausted = reader.number() !== 0;
    else if (reader.field === 4) range.reads = readReads(reader.bytes());
    else if (reader.field === 5) range.summary = readSummary(reader.bytes());
    else reader.skip();
  }
  return range;
}

function readReads(bytes: Uint8Array): KeyRead[] {
  return readRepeated(bytes, 1).map(readRead);
}

function readSummary(bytes: Uint8Array): RangeSummary {
  const summary: RangeSummary = { maxDegree: 0, maxLevel: 0, hashes: [] };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) summary.maxDegree = reader.number();
    else if (reader.field === 2) summary.maxLevel = reader.number();
    else if (reader.field === 3) summary.hashes.push(reader.bytes());
    else reader.skip();
  }
  return summary;
}

