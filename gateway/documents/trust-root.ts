/** The root of trust: which agencies' keys sign trust lists, and how many of them must. Pinned in the verifier by its digest; each root is handed on by the one before (docs/decisions/0014). */
import { fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { canonical } from '#chaincode/facts/canonical';
import { canonicalPayload, isSignedDocument, keyName, signers, type SignedDocument } from './jws.js';

export const ROOT_FORMAT = 'yizheng/trust-root/1';
export const ROOT_TYPE = 'yizheng-trust-root+json';

export interface RootKey {
  readonly id: string;
  readonly agency: string;
  readonly alg: 'ES256';
  readonly spki: string;
}
export interface TrustRoot {
  readonly format: typeof ROOT_FORMAT;
  readonly ledger: string;
  readonly version: number;
  /** How many different agencies must sign. */
  readonly threshold: number;
  readonly keys: readonly RootKey[];
  readonly issuedAt: string;
}

export type RootFault = 'ROOT_FORM' | 'ROOT_NOT_PINNED' | 'ROOT_SIGNATURES_TOO_FEW' | 'ROOT_SKIPPED' | 'ROOT_ROLLED_BACK';
type Refused = { readonly ok: false; readonly code: RootFault };
const refuse = (code: RootFault): Refused => ({ ok: false, code });

/** The payload as it is signed. */
export const rootText = (root: TrustRoot): string => canonical({ ...root, keys: root.keys.map((key) => ({ ...key })) });

/** What a verifier pins: base64url SHA-256 of the payload's bytes. */
export const rootDigest = ({ payload }: SignedDocument): string => sha256Text(fromBase64url(payload) ?? new Uint8Array());

/** Roots that anybody hands on, one after the other. */
export interface RootChain {
  readonly ok: true;
  /** The newest. */
  readonly root: TrustRoot;
  /** As they were signed, from the pinned one on. */
  readonly signed: readonly SignedDocument[];
}

/** A root follows each year or so; a chain longer than that is an attack on time. */
const ROOTS_MAX = 64;

/**
 * Follows the roots from the pinned one to the newest. Each must be signed by enough keys of its own and of the one before.
 * @param pin digest of a root that the verifier has from elsewhere: never from where the roots come
 * @param seen chain that this verifier has followed before
 */
export async function openRoots(offered: readonly unknown[], pin: string, seen?: RootChain): Promise<RootChain | Refused> {
  if (offered.length > ROOTS_MAX || !offered.every(isSignedDocument)) return refuse('ROOT_FORM');
  const from = offered.findIndex((each) => rootDigest(each) === pin);
  if (from < 0) return refuse('ROOT_NOT_PINNED');
  const signed = offered.slice(from);
  let root: TrustRoot | undefined;
  for (const document of signed) {
    const next = parseRoot(document);
    if (!next) return refuse('ROOT_FORM');
    if (root && (next.version !== root.version + 1 || next.ledger !== root.ledger)) return refuse('ROOT_SKIPPED');
    for (const by of [next, root]) if (by && (await signers(document, ROOT_TYPE, by.keys)).size < by.threshold) return refuse('ROOT_SIGNATURES_TOO_FEW');
    root = next;
  }
  if (!root) return refuse('ROOT_NOT_PINNED');
  // What was followed once stays: neither a shorter chain nor another root of the same version is taken.
  if (seen?.signed.some((known, i) => { const again = signed[i]; return !again || rootDigest(again) !== rootDigest(known); })) return refuse('ROOT_ROLLED_BACK');
  return { ok: true, root, signed };
}

/** @returns undefined unless it is canonical, complete, and names every agency and key once */
export function parseRoot(document: SignedDocument): TrustRoot | undefined {
  const value = canonicalPayload(document);
  return value && isRoot(value) ? value : undefined;
}

function isRoot(value: Record<string, unknown>): value is Record<string, unknown> & TrustRoot {
  const { format, ledger, version, threshold, keys, issuedAt } = value;
  if (format !== ROOT_FORMAT || typeof ledger !== 'string' || typeof issuedAt !== 'string' || !Array.isArray(keys) || !keys.every(isRootKey)) return false;
  const different = (of: (key: RootKey) => string) => new Set(keys.map(of)).size === keys.length;
  return isCount(version) && isCount(threshold) && threshold <= keys.length && different(({ agency }) => agency) && different(({ spki }) => keyName(spki));
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isRootKey = (value: unknown): value is RootKey => {
  const key = (typeof value === 'object' && value !== null ? value : {}) as Partial<RootKey>;
  return typeof key.id === 'string' && typeof key.agency === 'string' && key.alg === 'ES256' && typeof key.spki === 'string';
};
