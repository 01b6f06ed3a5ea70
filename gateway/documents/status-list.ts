/** Status lists: Token Status List as a JWT (draft-ietf-oauth-status-list), 4 bits a place, one series of lists for each agency (docs/decisions/0014). */
import { isSeconds } from '#chaincode/facts/calendar';
import { fromBase64url, base64url, importP256, verifyP256Aside } from '#chaincode/facts/hash';
import { parseListUri } from '#chaincode/facts/list-uri';
import { STATUS_LIST_VALUE, type ListedStatus } from '#chaincode/facts/status';
import { objectOf } from '#chaincode/facts/text';
import { namedKey, protectedHeader, signingInput } from './jws.js';
import type { KeyEntry } from './trust-list.js';

export const STATUS_LIST_TYPE = 'statuslist+jwt';
export const STATUS_LIST_MEDIA_TYPE = `application/${STATUS_LIST_TYPE}`;
const BITS = 4;

/** Name of a list among all lists of a ledger. */
export const listName = (agency: string, list: number): string => `${agency}/${String(list)}`;

/** The value at a place: the lower half of a byte comes first (section 4.1). */
export function valueAt(bytes: Uint8Array, index: number): number | undefined {
  const byte = bytes[index >> 1];
  return byte === undefined ? undefined : (index & 1) === 0 ? byte & 0x0f : byte >> 4;
}

export function setValue(bytes: Uint8Array, index: number, value: number): void {
  const byte = bytes[index >> 1] ?? 0;
  bytes[index >> 1] = (index & 1) === 0 ? (byte & 0xf0) | value : (byte & 0x0f) | (value << 4);
}

const STATUS_OF = new Map(Object.entries(STATUS_LIST_VALUE).map(([status, value]) => [value, status as ListedStatus]));
/** @returns undefined for a value that this version does not know */
export const statusOfValue = (value: number): ListedStatus | undefined => STATUS_OF.get(value);

/** Instants in seconds since 1970. */
export interface StatusListFacts {
  readonly uri: string;
  readonly agency: string;
  readonly ledger: string;
  /** The last block whose acts are in it. */
  readonly block: number;
  readonly issuedAt: number;
  /** A newer one is there by then. */
  readonly nextUpdateAt: number;
  /** Not to be relied on afterwards. */
  readonly expiresAt: number;
}

/** @param lst the values, compressed with ZLIB @param kid name of the agency's status-list key @returns ASCII `header.payload`, to be signed */
export function draftStatusList({ uri, agency, ledger, block, issuedAt, nextUpdateAt, expiresAt }: StatusListFacts, lst: Uint8Array, kid: string): string {
  const claims = { iss: `urn:uscc:${agency}`, sub: uri, iat: issuedAt, exp: expiresAt, ttl: nextUpdateAt - issuedAt, next_update: nextUpdateAt, ledger, block, status_list: { bits: BITS, lst: base64url(lst) } };
  return `${protectedHeader(STATUS_LIST_TYPE, kid)}.${base64url(JSON.stringify(claims))}`;
}

/** A status list whose signature holds. */
export interface StatusList extends StatusListFacts {
  readonly ok: true;
  readonly list: number;
  readonly values: Uint8Array;
  readonly token: string;
}
export type StatusListFault =
  | 'STATUS_LIST_FORM' | 'STATUS_LIST_TYPE' | 'STATUS_LIST_SUBJECT' | 'STATUS_LIST_FOREIGN' | 'STATUS_LIST_KEY_UNKNOWN' | 'STATUS_LIST_KEY_USE' | 'STATUS_LIST_KEY_STOPPED' | 'STATUS_LIST_SIGNATURE'
  | 'STATUS_LIST_BITS' | 'STATUS_LIST_COMPRESSION' | 'STATUS_LIST_TOO_LARGE' | 'STATUS_LIST_FOREIGN_LEDGER' | 'STATUS_LIST_SHRUNK' | 'STATUS_LIST_ROLLED_BACK';
type Refused = { readonly ok: false; readonly code: StatusListFault };
const refuse = (code: StatusListFault): Refused => ({ ok: false, code });

/** Places a list may have at most. Ours have 16,384. */
export const PLACES_MAX = 1 << 20;
const VALUES_MAX = (PLACES_MAX * BITS) / 8;
/** Characters of a token: as many incompressible values, in base64url twice. */
export const STATUS_LIST_MAX = 2 * VALUES_MAX;

export interface StatusListTrust {
  readonly ledger: string;
  readonly keys: ReadonlyMap<string, KeyEntry>;
}

/**
 * Opens a presented list: form, key of the agency for this very use, signature, then what is in it.
 * Whether it has expired depends on the hour, and is asked when it is used; whether it is older than another, `regress` says.
 */
export async function openStatusList(token: string, trust: StatusListTrust): Promise<StatusList | Refused> {
  if (token.length > STATUS_LIST_MAX) return refuse('STATUS_LIST_TOO_LARGE');
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const [claims, bytes] = [claimsOf(payload), fromBase64url(signature)];
  if (more.length > 0 || !claims || !bytes) return refuse('STATUS_LIST_FORM');
  const kid = namedKey(header, STATUS_LIST_TYPE);
  if (kid === undefined) return refuse('STATUS_LIST_TYPE');
  const named = parseListUri(claims.sub);
  if (!named) return refuse('STATUS_LIST_SUBJECT');
  const fault = keyFault(trust.keys.get(kid), named.agency, claims);
  if (fault) return refuse(fault);
  const key = importP256(trust.keys.get(kid)?.spki ?? '');
  if (!key || !(await verifyP256Aside(key, signingInput(header, payload), bytes))) return refuse('STATUS_LIST_SIGNATURE');
  if (claims.ledger !== trust.ledger) return refuse('STATUS_LIST_FOREIGN_LEDGER');
  if (claims.status_list.bits !== BITS) return refuse('STATUS_LIST_BITS');
  const values = await inflate(fromBase64url(claims.status_list.lst));
  if (typeof values === 'string') return refuse(values);
  return { ok: true, uri: claims.sub, ...named, ledger: claims.ledger, block: claims.block, issuedAt: claims.iat, nextUpdateAt: claims.next_update, expiresAt: claims.exp, values, token };
}

/** What is wrong with a list beside the newest one of its name that a verifier has taken before. */
export function regress(list: StatusList, seen: StatusList | undefined): StatusListFault | undefined {
  if (!seen) return undefined;
  // Fewer places than before would leave the licences at its end without a status.
  if (list.values.length < seen.values.length) return 'STATUS_LIST_SHRUNK';
  return list.block < seen.block || (list.block === seen.block && list.issuedAt < seen.issuedAt) ? 'STATUS_LIST_ROLLED_BACK' : undefined;
}

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly next_update: number;
  readonly ledger: string;
  readonly block: number;
  readonly status_list: { readonly bits: number; readonly lst: string };
}

function claimsOf(payload: string): Claims | undefined {
  const claims = objectOf(fromBase64url(payload)) as Partial<Claims> | undefined;
  if (!claims) return undefined;
  const texts = [claims.iss, claims.sub, claims.ledger, claims.status_list?.lst].every((each) => typeof each === 'string');
  const times = [claims.iat, claims.exp, claims.next_update].every(isSeconds);
  const numbers = [claims.block, claims.status_list?.bits].every((each) => Number.isSafeInteger(each) && (each as number) >= 0);
  return texts && times && numbers ? (claims as Claims) : undefined;
}

/** Keys have one registered use each: a list under a seal's key, or another agency's, is none. */
function keyFault(key: KeyEntry | undefined, agency: string, { iss, iat }: Claims): StatusListFault | undefined {
  if (!key) return 'STATUS_LIST_KEY_UNKNOWN';
  if (key.use !== 'status-list') return 'STATUS_LIST_KEY_USE';
  if (key.agency !== agency || iss !== `urn:uscc:${agency}`) return 'STATUS_LIST_FOREIGN';
  if (key.status === 'in-use') return undefined;
  // A retired key was laid aside in good order: what it signed before stands until it expires. A stopped one may be in a thief's hand.
  const retiredAt = key.status === 'retired' ? key.history.findLast(({ status }) => status === 'retired')?.at : undefined;
  return retiredAt !== undefined && iat * 1000 <= Date.parse(retiredAt) ? undefined : 'STATUS_LIST_KEY_STOPPED';
}

/** Inflates no further than a list may be long: a few bytes can stand for gigabytes. */
async function inflate(packed: Uint8Array | undefined): Promise<Uint8Array | 'STATUS_LIST_COMPRESSION' | 'STATUS_LIST_TOO_LARGE'> {
  if (!packed) return 'STATUS_LIST_COMPRESSION';
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > VALUES_MAX) {
        await reader.cancel();
        return 'STATUS_LIST_TOO_LARGE';
      }
      chunks.push(value);
    }
  } catch {
    return 'STATUS_LIST_COMPRESSION';
  }
  const values = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    values.set(chunk, at);
    at += chunk.length;
  }
  return values;
}
