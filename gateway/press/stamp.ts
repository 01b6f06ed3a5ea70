/** Asks a time stamp authority over HTTP (RFC 3161, 3.4). */
import { randomBytes } from 'node:crypto';
import { stampRequest, stampToken } from '../documents/pdf/time-stamp.js';

/** A paper waits this long for its time; then it goes without, and gets it later. */
const TIMEOUT_MS = 5_000;
/** An answer with all certificates has some 6 KB. */
const ANSWER_MAX = 64 * 1024;

/** @returns undefined where the authority is away, refuses, or answers something else: never an error */
export async function askStamp(authority: string, data: Uint8Array): Promise<Uint8Array | undefined> {
  const nonce = randomBytes(8);
  try {
    const answer = await fetch(authority, { method: 'POST', headers: { 'content-type': 'application/timestamp-query' }, body: stampRequest(data, nonce) as BodyInit, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const bytes = answer.ok ? await bounded(answer) : undefined;
    return bytes && (await stampToken(bytes, data, nonce));
  } catch {
    return undefined;
  }
}

/** The whole answer, whether or not it says how long it is. @returns undefined where it is too long for a time stamp */
async function bounded({ body }: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += (chunk as Uint8Array).length;
    if (length > ANSWER_MAX) return undefined;
  }
  return Buffer.concat(chunks);
}
