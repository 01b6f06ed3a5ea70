/** Signs a draft with a person's key file. Used by the CLI and by the first run; the gateway itself holds no person's key. */
import { createPrivateKey, sign } from 'node:crypto';
import { actDigest } from '#chaincode/facts/act-digest';
import type { Actor } from '#chaincode/facts/commands';
import { base64url } from '#chaincode/facts/hash';

/** A staff member's key file. */
export interface KeyFile {
  readonly format: 'yizheng-key/1';
  readonly staff: string;
  readonly key: string;
  readonly agency: string;
  /** Address of the gateway at which the person signs in. */
  readonly gateway?: string;
  /** PKCS#8 PEM, P-256. */
  readonly privateKey: string;
}

/** What is to be signed, as the gateway shows it. */
export interface Signable {
  readonly requestId: string;
  readonly ledger: string;
  readonly agency: string;
  readonly act: unknown;
  readonly content?: string | undefined;
  readonly expiresAt: string;
}

export function signDigest(file: KeyFile, digest: Uint8Array): Actor {
  const signature = sign('sha256', digest, { key: createPrivateKey(file.privateKey), dsaEncoding: 'ieee-p1363' });
  return { staff: file.staff, method: 'key-file', key: file.key, signature: base64url(signature) };
}

/** The digest is computed anew from what is shown: a signature never covers something else than the act in view. */
export const signAct = (file: KeyFile, shown: Signable): Actor => signDigest(file, actDigest(shown));
