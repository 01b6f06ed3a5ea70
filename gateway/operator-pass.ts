/** How the operator's tools show a gateway at work that they may read its data directory: by a key that lies there. What is sent is good for a minute and for one route, so whoever listens on the port instead gets nothing that lasts. */
import { timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';

/** File of the key, in the keyring; 32 random bytes, made at the first start. */
export const OPERATOR_KEY = 'operator.key';
const SCHEME = 'Operator';
const GOOD_MS = 60_000;

/** Key of an installation, for a tool on its machine. @returns undefined where its gateway has never made one, or this user may not read it */
export function operatorKeyOf(data: string): Uint8Array | undefined {
  const path = join(data, 'keys', OPERATOR_KEY);
  try {
    return existsSync(path) ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Value of the header `authorization`. @param at ms since 1970 */
export const operatorPass = (key: Uint8Array, method: string, path: string, at: number): string => `${SCHEME} ${String(at)}.${base64url(hmacSha256(key, `yizheng/operator/1\0${method}\0${path}\0${String(at)}`))}`;

/** Whether a header opens a route now. */
export function isOperatorPass(header: string | undefined, key: Uint8Array, method: string, path: string, now: number): boolean {
  const at = Number(/^Operator (\d{1,16})\./.exec(header ?? '')?.[1] ?? NaN);
  if (!(Math.abs(now - at) <= GOOD_MS)) return false;
  const [given, right] = [Buffer.from(header ?? ''), Buffer.from(operatorPass(key, method, path, at))];
  return given.length === right.length && timingSafeEqual(given, right);
}
