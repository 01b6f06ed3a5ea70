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
  readonly staff: readonly string[];
  readonly status: DeviceStatusName;
  readonly history: readonly { readonly status: DeviceStatusName; readonly at: string }[];
}

/** What the rules must know of a subject at once. */
export interface HolderRecord {
  readonly subject: string;
  /** Devices in use. */
  readonly devices: readonly string[];
  /** How many there ever were: only the very first one may be taken up by one person. */
  readonly registered: number;
}

export interface NewDevice {
  readonly id: string;
  readonly subject: string;
  readonly alg: 'ES256';
  readonly spki: string;
}

/** A device in use takes another one up for the same subject. */
export const deviceDigest = (ledger: string, { id, subject, alg, spki }: NewDevice): Uint8Array => sha256('yizheng/device/1\0', canonical({ ledger, id, subject, alg, spki }));

/** A device lays itself, or another one of the subject, aside. */
export const deviceStatusDigest = (ledger: string, id: string, status: 'lost' | 'revoked'): Uint8Array => sha256('yizheng/device-status/1\0', canonical({ ledger, id, status }));

/** At a counter: the tag of the commitment to what the staff saw. */
export const COUNTER_TAG = 'yizheng/counter/1';
