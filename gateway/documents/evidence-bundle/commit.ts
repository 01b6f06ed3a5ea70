/** Fabric's commit hash, which ties what a block's transactions wrote and their validation codes to those of all blocks before (core/ledger/kvledger, txmgmt/txmgr/update_batch_bytes). */
import { sha256 } from '#chaincode/facts/hash';
import { utf8 } from '#chaincode/facts/text';
import { readReadWriteSet } from '#network/rwset';
import { readPair } from '#network/transaction';
import { readRepeated, utf8Text, WireReader } from '#network/wire';

const EMPTY = new Uint8Array();

interface Update {
  readonly key: Uint8Array;
  /** undefined: deleted */
  readonly value: Uint8Array | undefined;
  readonly tx: number;
}

/** What a block's valid transactions leave, by namespace and collection. */
export class BlockWrites {
  readonly #sets = new Map<string, Map<string, Map<string, Update>>>();

  /** @param results rwset.TxReadWriteSet @throws WireError */
  add(results: Uint8Array, tx: number): void {
    for (const { namespace, writes } of readReadWriteSet(results)) {
      for (const { key, isDelete, value } of writes) this.#put(namespace, '', { key: utf8(key), value: isDelete ? undefined : value, tx });
    }
    for (const bytes of readRepeated(results, 2)) {
      const namespace = utf8Text(readPair(bytes, 1, 1)[0]);
      for (const collection of readRepeated(bytes, 3)) {
        const [name, hashed] = readPair(collection, 1, 2);
        for (const write of readRepeated(hashed, 2)) this.#put(namespace, utf8Text(name), { ...readHashedWrite(write), tx });
      }
    }
  }

  #put(namespace: string, collection: string, update: Update): void {
    const collections = this.#sets.get(namespace) ?? new Map<string, Map<string, Update>>();
    const keys = collections.get(collection) ?? new Map<string, Update>();
    this.#sets.set(namespace, collections.set(collection, keys.set(update.key.join(), update)));
  }

  /** SHA-256(varint length of the codes, codes, writes in byte order of namespace, collection and key, commit hash before). */
  commitHash(block: number, codes: Uint8Array, before: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let last = '';
    for (const [namespace, collections] of byBytes(this.#sets)) {
      for (const [collection, keys] of byBytes(collections)) {
        const updates = [...keys.values()].sort((a, b) => compare(a.key, b.key));
        for (const [i, { key, value, tx }] of updates.entries()) {
          parts.push(field(1, message([
            optional(1, utf8(namespace === last ? '' : namespace)), optional(2, utf8(i === 0 ? collection : '')), optional(3, key), value === undefined ? Uint8Array.of(0x20, 1) : EMPTY, optional(5, value ?? EMPTY), optional(6, Uint8Array.of(...ordered(block), ...ordered(tx))),
          ])));
          last = namespace;
        }
      }
    }
    return sha256(varint(codes.length), codes, message(parts), before);
  }
}

/** kvrwset.KVWriteHash{key_hash, is_delete, value_hash}. */
function readHashedWrite(bytes: Uint8Array): Omit<Update, 'tx'> {
  const reader = new WireReader(bytes);
  let [key, isDelete, value]: [Uint8Array, boolean, Uint8Array] = [EMPTY, false, EMPTY];
  while (reader.next()) {
    if (reader.field === 1) key = reader.bytes();
    else if (reader.field === 2) isDelete = reader.number() !== 0;
    else if (reader.field === 3) value = reader.bytes();
    else reader.skip();
  }
  return { key, value: isDelete ? undefined : value };
}

const byBytes = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => compare(utf8(a), utf8(b)));

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Uint8Array.from([...bytes, value]);
}

function message(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const field = (number: number, bytes: Uint8Array): Uint8Array => message([varint(number * 8 + 2), varint(bytes.length), bytes]);
const optional = (number: number, bytes: Uint8Array): Uint8Array => (bytes.length === 0 ? EMPTY : field(number, bytes));

/** A number that orders as bytes: how many there are, then they without leading zeros. */
function ordered(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [bytes.length, ...bytes];
}
