/** Sign-in by a key of one's own: the key file or passkey signs a challenge that is good once and for two minutes. A passkey signs in with its own answer (passkeys.ts), which counts. */
import { LRUCache } from 'lru-cache';
import { canonical } from '#chaincode/facts/canonical';
import type { Actor } from '#chaincode/facts/commands';
import { standingFault } from '#chaincode/facts/delegation';
import { devicePairingDigest, deviceSessionDigest, type DeviceRecord } from '#chaincode/facts/device';
import { isErased } from '#chaincode/facts/erasure';
import { fromBase64url, importP256, sha256, verifyP256 } from '#chaincode/facts/hash';
import type { LedgerRecord, StaffRecord } from '#chaincode/facts/records';
import { signedBy } from '#chaincode/rules/actors';
import { nowOf, systemClock, type Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';
import { randomId } from '../keyring.js';
import type { Projection } from '../ledger/projection.js';

const OPEN_MAX = 10_000;
const TTL_MS = 120_000;

/** SHA-256("yizheng/session/1" || 0x00 || JCS{challenge, ledger, staff}): no act has this prefix, so a sign-in is never an act. @param staff left out where a passkey itself says whose it is */
export function sessionDigest(ledger: string, staff: string | undefined, challenge: string): Buffer {
  return sha256('yizheng/session/1\0', canonical({ ledger, ...(staff === undefined ? {} : { staff }), challenge }));
}

export class Challenges {
  readonly #open = new LRUCache<string, true>({ max: OPEN_MAX, ttl: TTL_MS });

  /** @param gateway origin of the public name: what a device signs for this one is nothing to another */
  constructor(private readonly projection: Projection, private readonly gateway = '', private readonly clock: Clock = systemClock) {}

  give(): { challenge: string; ledger: string; rpId: string; gateway: string } {
    const challenge = randomId();
    this.#open.set(challenge, true);
    const settings = this.projection.get('ledger', 'settings');
    return { challenge, ledger: settings?.ledger ?? '', rpId: settings?.rpId ?? '', gateway: this.gateway };
  }

  /** Good once: gone whatever comes of it. @throws GatewayFault CHALLENGE_STALE */
  spend(challenge: string): LedgerRecord {
    const fresh = this.#open.delete(challenge);
    const ledger = this.projection.get('ledger', 'settings');
    if (!fresh || !ledger) throw new GatewayFault('CHALLENGE_STALE');
    return ledger;
  }

  /** @throws GatewayFault CHALLENGE_STALE, KEY_REFUSED */
  check(challenge: string, actor: Actor): StaffRecord {
    const ledger = this.spend(challenge);
    const staff = this.projection.get('staff', actor.staff);
    if (staff?.active !== true || actor.method !== 'key-file') throw new GatewayFault('KEY_REFUSED');
    const key = staff.keys.find((known) => known.id === actor.key && known.active && known.method === actor.method);
    if (!key || !signedBy(ledger, key, actor, sessionDigest(ledger.ledger, staff.id, challenge))) throw new GatewayFault('KEY_REFUSED');
    return staff;
  }

  /** A device that is new here has the key that it brings. @throws GatewayFault CHALLENGE_STALE, DEVICE_REFUSED */
  checkNewDevice(challenge: string, device: { readonly id: string; readonly spki: string }, signature: string): void {
    const { ledger } = this.spend(challenge);
    demandSignature(device.spki, devicePairingDigest({ ledger, gateway: this.gateway, challenge }, device), signature);
  }

  /** @throws GatewayFault CHALLENGE_STALE, DEVICE_REFUSED */
  checkDevice(challenge: string, id: string, signature: string): DeviceRecord {
    const { ledger } = this.spend(challenge);
    const device = this.projection.get('device', id);
    if (device?.status !== 'in-use' || standingFault(device, nowOf(this.clock), (each) => this.projection.get('delegation', each)) !== undefined) throw new GatewayFault('DEVICE_REFUSED');
    demandSignature(device.spki, deviceSessionDigest({ ledger, gateway: this.gateway, challenge }, id), signature);
    if (isErased(this.projection.get('erasure', device.subject))) throw new GatewayFault('REFUSED', { refusal: 'SUBJECT_ERASED' });
    return device;
  }
}

function demandSignature(spki: string, digest: Uint8Array, signature: string): void {
  const [key, bytes] = [importP256(spki), fromBase64url(signature)];
  if (!key || !bytes || !verifyP256(key, digest, bytes)) throw new GatewayFault('DEVICE_REFUSED');
}
