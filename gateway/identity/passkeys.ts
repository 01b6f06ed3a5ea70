/** Passkeys of staff: made in the browser, pending until a registrar writes them to the ledger, then good for acts and for signing in. */
import { generateRegistrationOptions, verifyRegistrationResponse, type PublicKeyCredentialCreationOptionsJSON, type RegistrationResponseJSON } from '@simplewebauthn/server';
import { decode } from 'cborg';
import type { Level } from 'level';
import { LRUCache } from 'lru-cache';
import { base64url } from '#chaincode/facts/hash';
import type { LedgerRecord, StaffKey, StaffRecord } from '#chaincode/facts/records';
import { GatewayFault } from '../fault.js';
import { randomId } from '../keyring.js';
import type { Projection } from '../ledger/projection.js';

interface Passkey {
  readonly key: string;
  readonly staff: string;
  readonly agency: string;
  readonly credentialId: string;
  readonly spki: string;
}
export interface PasskeyView {
  readonly key: string;
  readonly staff: string;
  readonly credentialId: string;
  readonly state: 'pending' | 'active' | 'revoked';
}

const CHALLENGE_MS = 300_000;
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const ES256 = -7;

/** SubjectPublicKeyInfo of a COSE EC2 key on P-256 (RFC 9053, 7.1). */
function spkiOf(cose: Uint8Array): string {
  const key: unknown = decode(cose, { useMaps: true, rejectDuplicateMapKeys: true });
  const coordinate = (label: number): unknown => (key instanceof Map ? (key as Map<number, unknown>).get(label) : undefined);
  const [x, y] = [coordinate(-2), coordinate(-3)];
  if (!(x instanceof Uint8Array) || !(y instanceof Uint8Array) || x.length !== 32 || y.length !== 32) throw new GatewayFault('REQUEST_MALFORMED', { fields: [{ field: 'response', code: 'KEY_NOT_P256' }] });
  return base64url(Buffer.concat([P256_SPKI, Uint8Array.of(4), x, y]));
}

export class Passkeys {
  readonly #challenges = new LRUCache<string, string>({ max: 1_000, ttl: CHALLENGE_MS });

  constructor(private readonly store: Level<string, string>, private readonly projection: Projection) {}

  #ledger(): LedgerRecord {
    const ledger = this.projection.get('ledger', 'settings');
    if (!ledger) throw new GatewayFault('LEDGER_UNAVAILABLE');
    return ledger;
  }

  async options(staff: string, displayName: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await this.of(staff);
    const options = await generateRegistrationOptions({
      rpName: 'Yizheng 一证', rpID: this.#ledger().rpId, userName: displayName || staff, userDisplayName: displayName || staff, userID: new Uint8Array(Buffer.from(staff, 'base64url')),
      attestationType: 'none', supportedAlgorithmIDs: [ES256], authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
      excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    });
    this.#challenges.set(staff, options.challenge);
    return options;
  }

  /** @throws GatewayFault SIGN_IN_FAILED where the browser's answer does not fit what was asked */
  async register(staff: string, agency: string, response: RegistrationResponseJSON): Promise<PasskeyView> {
    const expectedChallenge = this.#challenges.get(staff);
    this.#challenges.delete(staff);
    if (expectedChallenge === undefined) throw new GatewayFault('SIGN_IN_FAILED');
    const { origins, rpId } = this.#ledger();
    const verified = await verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin: [...origins], expectedRPID: rpId, requireUserVerification: true, supportedAlgorithmIDs: [ES256] }).catch((cause: unknown) => { throw new GatewayFault('SIGN_IN_FAILED', { cause }); });
    if (!verified.verified || !verified.registrationInfo) throw new GatewayFault('SIGN_IN_FAILED');
    const { credential } = verified.registrationInfo;
    const passkey: Passkey = { key: randomId(), staff, agency, credentialId: credential.id, spki: spkiOf(credential.publicKey) };
    await this.store.put(`passkey/${staff}/${passkey.key}`, JSON.stringify(passkey), { sync: true });
    return this.#view(passkey);
  }

  async of(staff: string): Promise<PasskeyView[]> {
    return (await this.#all(`passkey/${staff}`)).map((passkey) => this.#view(passkey));
  }

  /** What a registrar of the agency is asked to sign: the staff record with the new key. */
  async pending(agency: string): Promise<{ readonly passkey: PasskeyView; readonly act: { op: 'staff.put' } & StaffRecord }[]> {
    const all = (await this.#all('passkey')).filter((passkey) => passkey.agency === agency);
    return all.flatMap((passkey) => {
      const view = this.#view(passkey);
      const record = this.projection.get('staff', passkey.staff);
      if (view.state !== 'pending' || !record) return [];
      const key: StaffKey = { id: passkey.key, method: 'webauthn', alg: 'ES256', spki: passkey.spki, active: true };
      return [{ passkey: view, act: { op: 'staff.put' as const, ...record, keys: [...record.keys, key] } }];
    });
  }

  async #all(prefix: string): Promise<Passkey[]> {
    return (await this.store.values({ gt: `${prefix}/`, lt: `${prefix}0` }).all()).map((text) => JSON.parse(text) as Passkey);
  }

  #view({ key, staff, credentialId }: Passkey): PasskeyView {
    const known = this.projection.get('staff', staff)?.keys.find(({ id }) => id === key);
    return { key, staff, credentialId, state: known === undefined ? 'pending' : known.active ? 'active' : 'revoked' };
  }
}
