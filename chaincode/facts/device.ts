/** Holders' devices: what the ledger keeps of them, and what they sign (docs/decisions/0019). Each digest has a tag of its own, so that none passes for another. */
import { sha256 } from '#chaincode/facts/hash';
import { canonical } from './canonical.js';

export const DEVICE_STATUSES = ['in-use', 'lost', 'revoked'] as const;
export type DeviceStatusName = (typeof DEVICE_STATUSES)[number];

/** The public half of a key that never leaves a holder's device. */
export interface DeviceRecord {
  readonly id: string;
  readonly subject: string;
  readonly alg: 'ES256';
  readonly spki: string;
  /** How it came on the ledger: staff saw the holder at a counter, or a device in use took it up. */
  readonly method: 'counter' | 'device';
  /** The agency that carried it here. */
  readonly agency: string;
  readonly evidence?: string;
  readonly device?: string;
  /** Of one of the holder's people; absent: the holder's own. */
  readonly delegation?: string;
  readonly staff: readonly string[];
  readonly status: DeviceStatusName;
  readonly history: readonly { readonly status: DeviceStatusName; readonly at: string }[];
}

/** What the rules must know of a subject at once. */
export interface HolderRecord {
  readonly subject: string;
  /** His own devices in use; those of his people stand with their delegations. */
  readonly devices: readonly string[];
  /** How many there ever were: only the very first one may be taken up by one person. */
  readonly registered: number;
}

export interface NewDevice {
  readonly id: string;
  readonly subject: string;
  readonly alg: 'ES256';
  readonly spki: string;
  readonly delegation?: string;
}

/** A device in use takes another one up for the same subject. */
export const deviceDigest = (ledger: string, { id, subject, alg, spki, delegation }: NewDevice): Uint8Array =>
  sha256('yizheng/device/1\0', canonical({ ledger, id, subject, alg, spki, ...(delegation === undefined ? {} : { delegation }) }));

/** A device lays itself, or another one of the subject, aside. */
export const deviceStatusDigest = (ledger: string, id: string, status: 'lost' | 'revoked'): Uint8Array => sha256('yizheng/device-status/1\0', canonical({ ledger, id, status }));

/** Where a device shows that it has its key: at this gateway (origin of its public name), now. */
export interface ChallengePlace {
  readonly ledger: string;
  readonly gateway: string;
  readonly challenge: string;
}

/** A device that nobody knows yet shows that it has the key that it brings to a counter. */
export const devicePairingDigest = ({ ledger, gateway, challenge }: ChallengePlace, { id, spki }: Pick<NewDevice, 'id' | 'spki'>): Uint8Array => sha256('yizheng/device-pairing/1\0', canonical({ ledger, gateway, challenge, id, spki }));

/** A device signs its holder in. */
export const deviceSessionDigest = ({ ledger, gateway, challenge }: ChallengePlace, id: string): Uint8Array => sha256('yizheng/device-session/1\0', canonical({ ledger, gateway, challenge, id }));

const FINGERPRINT_DIGITS = 16;

/** Sixteen digits that holder and clerk compare: more than anybody who sits between them finds another key for while they wait. */
export function deviceFingerprint(spki: string): string {
  const number = sha256('yizheng/device-fingerprint/1\0', spki).subarray(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return String(number % 10n ** BigInt(FINGERPRINT_DIGITS)).padStart(FINGERPRINT_DIGITS, '0').replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** At a counter: the tag of the commitment to what the staff saw. */
export const COUNTER_TAG = 'yizheng/counter/1';
