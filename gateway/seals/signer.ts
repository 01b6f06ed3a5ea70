/** Who signs for a seal. The gateway asks for signatures and never for keys, so that a token or a key service fits behind it as well as a file. */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { base64url } from '#chaincode/facts/hash';
import { GatewayFault } from '../fault.js';

export interface Signer {
  readonly alg: 'ES256';
  /** base64url SubjectPublicKeyInfo: whoever uses it compares it with the certificate on the ledger. */
  readonly spki: string;
  /** IEEE P1363, 64 bytes, over SHA-256 of the data. Several at a time are welcome. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** Where the keys of seals are. The gateway's own are in files (key-files.ts); a token or a key service is another of these. */
export interface SealKeys {
  /** Whether the seal's signature can be asked for here. Asked for every draft: no waiting, and no promise that the key opens. */
  holds(agency: string, seal: string): boolean;
  /** @throws SealKeyFault where the key is not here or does not open */
  signer(agency: string, seal: string): Promise<Signer>;
}

const WHAT_TO_DO = {
  SEAL_KEY_MISSING: 'is not here: restore it from backup, or renew the seal',
  SEAL_KEY_DAMAGED: 'is damaged or no key of a seal: restore it from backup, or renew the seal',
  SEAL_KEY_LOCKED: 'does not open: the passphrase file is another one than when it was closed, or the key file is damaged; restore whichever was changed',
  SEAL_KEY_UNPROTECTED: 'is not encrypted: start the gateway again, it is then encrypted',
  SEAL_KEY_OTHER: 'is not the key of its certificate on the ledger: restore it from backup',
  SEAL_PASSPHRASE_MISSING: 'is missing: restore it from backup or name the right one in YIZHENG_SEAL_PASSPHRASE; another passphrase would not open the keys of seals that are here',
  SEAL_PASSPHRASE_EXPOSED: 'can be read by others than its owner: chmod 600',
  SEAL_PASSPHRASE_SHORT: 'holds a passphrase of fewer than 12 characters in its first line: choose a longer one',
} as const;
export type SealKeyCode = keyof typeof WHAT_TO_DO;

/** A key or its passphrase that cannot be used. The message names the file, for the operator; nothing of the passphrase is in it. */
export class SealKeyFault extends Error {
  override readonly name = 'SealKeyFault';
  constructor(readonly code: SealKeyCode, readonly file: string, options?: ErrorOptions) {
    super(`${file} ${WHAT_TO_DO[code]}`, options);
  }
}

/** For whoever waits for a seal: constant words. The cause, which names the file, is for the log. */
export const lockedFault = (cause: unknown): unknown => (cause instanceof SealKeyFault ? new GatewayFault('SEAL_LOCKED', { cause }) : cause);

/** The key that is here is not the one that the ledger registers for the seal. */
export const otherKeyFault = (agency: string, seal: string): unknown => lockedFault(new SealKeyFault('SEAL_KEY_OTHER', `the key of seal ${seal} of ${agency}`));

/** Signs on the thread pool: bulk work keeps several in flight. @throws TypeError for a key that is not P-256 */
export function signerOf(key: KeyObject): Signer {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('not a P-256 key');
  return {
    alg: 'ES256', spki: base64url(createPublicKey(key).export({ format: 'der', type: 'spki' })),
    sign: (data) => new Promise((done, failed) => {
      sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, (error, signature) => { if (error) failed(error); else done(signature); });
    }),
  };
}
