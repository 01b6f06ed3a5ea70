/** What of a job's randomness must come out the same after a crash: the ids of its requests, and the order of its places. */
import { createCipheriv } from 'node:crypto';
import { base64url } from '#chaincode/facts/hash';
import type { Place } from '#chaincode/facts/records';
import { LIST_SIZE } from '#chaincode/rules/status-list';

/** `length` bytes of AES-256-CTR key stream under the job's key: as good as random to whoever lacks the key. */
function stream(key: Uint8Array, domain: number, index: number, length: number): Buffer {
  const nonce = Buffer.alloc(16);
  nonce.writeUInt32BE(domain, 0);
  nonce.writeUInt32BE(index, 4);
  return createCipheriv('aes-256-ctr', key, nonce).update(Buffer.alloc(length));
}
const REQUEST = 2;
const SHUFFLE = 3;

/** The request id of a chunk: the same however often the chunk is sent. */
export const chunkRequestId = (key: Uint8Array, chunk: number): string => base64url(stream(key, REQUEST, chunk, 16));

const shuffled = new WeakMap<Uint8Array, Map<number, Uint16Array>>();

/** All places of a list in an order that only the job's key tells (Fisher and Yates). */
function placesOf(key: Uint8Array, list: number): Uint16Array {
  let lists = shuffled.get(key);
  if (!lists) shuffled.set(key, (lists = new Map<number, Uint16Array>()));
  const known = lists.get(list);
  if (known) return known;
  const order = Uint16Array.from({ length: LIST_SIZE }, (_, i) => i);
  const random = stream(key, SHUFFLE, list, 4 * LIST_SIZE);
  for (let i = LIST_SIZE - 1; i > 0; i--) {
    const j = random.readUInt32BE(4 * i) % (i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  lists.set(list, order);
  return order;
}

/** Rows that fit a list: two places each. */
export const ROWS_PER_LIST = LIST_SIZE / 2;

/** The two places of the n-th row of a lane. @param list number of the list that holds it */
export function jobPlaces(key: Uint8Array, list: number, row: number): { place: Place; line: Place } {
  const order = placesOf(key, list);
  const at = 2 * (row % ROWS_PER_LIST);
  return { place: { list, index: order[at] ?? 0 }, line: { list, index: order[at + 1] ?? 0 } };
}
