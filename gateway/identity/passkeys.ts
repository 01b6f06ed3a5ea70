/** Passkeys of staff: made in the browser, pending until a registrar writes them to the ledger, then good for acts and for signing in. */
import { generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse, type AuthenticationResponseJSON, type PublicKeyCredentialCreationOptionsJSON, type RegistrationResponseJSON } from '@simplewebauthn/server';
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers';
import { decode, encode } from 'cborg';
import type { Level } from 'level';
import { LRUCache } from 'lru-cache';
import { base64url } from '#chaincode/facts/hash';
import type { LedgerRecord, StaffKey, StaffRecord } from '#chaincode/facts/records';
import { nowOf, type Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';
import { randomId } from '../keyring.js';
import type { Projection } from '../ledger/projection.js';
import { sessionDigest } from './challenge.js';
import { keepsStaffOf } from './staff.js';
import { Turns } from './turns.js';

interface Passkey {
  readonly key: string;
  readonly staff: string;
  readonly agency: string;
  readonly credentialId: string;
  readonly spki: string;
  readonly registeredAt?: string;
  readonly rejectedAt?: string;
  /** The authenticator's count of signatures at the last sign-in; 0 where it keeps none. */
  readonly counter?: number;
}
export interface PasskeyView {
  readonly key: string;
  readonly staff: string;
  readonly credentialId: string;
  readonly registeredAt?: string;
  /** Relying party under which it is used. */
  readonly rpId: string;
  readonly state: 'pending' | 'rejected' | 'active' | 'revoked';
}
export interface PendingPasskey {
  readonly passkey: PasskeyView;
  readonly agency: string;
  /** The staff record with the new key: what the registrar signs. */
  readonly act: { op: 'staff.put' } & StaffRecord;
}

/** A person has few devices; a thief of a session must not bury the registrar. */
const PENDING_MAX = 5;
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

/** The inverse: the COSE key of a SubjectPublicKeyInfo on P-256, as the verifier of assertions takes it. */
function coseOf(spki: string): Uint8Array<ArrayBuffer> {
  const point = new Uint8Array(Buffer.from(spki, 'base64url').subarray(-64));
  return new Uint8Array(encode(new Map<number, unknown>([[1, 2], [3, ES256], [-1, 1], [-2, point.slice(0, 32)], [-3, point.slice(32)]])));
}

export class Passkeys {
  readonly #challenges = new LRUCache<string, string>({ max: 1_000, ttl: CHALLENGE_MS });
  readonly #turns = new Turns();

  constructor(private readonly store: Level<string, string>, private readonly projection: Projection, private readonly clock: Clock) {}

  #ledger(): LedgerRecord {
    const ledger = this.projection.get('ledger', 'settings');
    if (!ledger) throw new GatewayFault('LEDGER_UNAVAILABLE');
    return ledger;
  }

  async options(staff: string, displayName: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const inUse = (await this.of(staff)).filter(({ state }) => state === 'pending' || state === 'active');
    const options = await generateRegistrationOptions({
      rpName: 'Yizheng 一证', rpID: this.#ledger().rpId, userName: displayName || staff, userDisplayName: displayName || staff, userID: new Uint8Array(Buffer.from(staff, 'base64url')),
      // Kept on the device together with whose it is: signing in needs no name then.
      attestationType: 'none', supportedAlgorithmIDs: [ES256], authenticatorSelection: { userVerification: 'required', residentKey: 'required' },
      excludeCredentials: inUse.map(({ credentialId }) => ({ id: credentialId })),
    });
    this.#challenges.set(staff, options.challenge);
    return options;
  }

  /** @throws GatewayFault PASSKEY_NOT_MADE where the browser's answer does not fit what was asked, PASSKEYS_TOO_MANY, REQUEST_MALFORMED (KEY_NOT_P256) */
  async register(staff: string, agency: string, response: RegistrationResponseJSON): Promise<PasskeyView> {
    return this.#turns.take(staff, () => this.#register(staff, agency, response));
  }

  async #register(staff: string, agency: string, response: RegistrationResponseJSON): Promise<PasskeyView> {
    const expectedChallenge = this.#challenges.get(staff);
    this.#challenges.delete(staff);
    if (expectedChallenge === undefined) throw new GatewayFault('PASSKEY_NOT_MADE');
    const known = await this.of(staff);
    if (known.filter(({ state }) => state === 'pending').length >= PENDING_MAX) throw new GatewayFault('PASSKEYS_TOO_MANY');
    const { origins, rpId } = this.#ledger();
    const verified = await verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin: [...origins], expectedRPID: rpId, requireUserVerification: true, supportedAlgorithmIDs: [ES256] }).catch((cause: unknown) => { throw new GatewayFault('PASSKEY_NOT_MADE', { cause }); });
    if (!verified.verified || !verified.registrationInfo) throw new GatewayFault('PASSKEY_NOT_MADE');
    const { credential } = verified.registrationInfo;
    // WebAuthn Level 3, section 7.1: under the id of another passkey it would be asked for in that one's place.
    if (known.some(({ credentialId, state }) => credentialId === credential.id && state !== 'rejected')) throw new GatewayFault('PASSKEY_NOT_MADE');
    const passkey: Passkey = { key: randomId(), staff, agency, credentialId: credential.id, spki: spkiOf(credential.publicKey), registeredAt: nowOf(this.clock), counter: credential.counter };
    await this.#write(passkey);
    return this.#view(passkey);
  }

  /**
   * Whose passkey answered the challenge (WebAuthn Level 3, section 7.2). What is not yet approved or not valid any more is told only to who holds the key.
   * @param ledger settings at the time the challenge was spent
   * @throws GatewayFault KEY_REFUSED, PASSKEY_PENDING, PASSKEY_COUNTER
   */
  async signIn(ledger: LedgerRecord, challenge: string, response: AuthenticationResponseJSON): Promise<StaffRecord> {
    const known = (await this.#all(`passkey/${response.response.userHandle ?? ''}`)).find(({ credentialId, rejectedAt }) => credentialId === response.id && rejectedAt === undefined);
    if (!known) throw new GatewayFault('KEY_REFUSED');
    const staff = this.projection.get('staff', known.staff);
    const key = staff?.keys.find(({ id, method }) => id === known.key && method === 'webauthn');
    const counter = await this.#verify(ledger, challenge, response, key?.spki ?? known.spki);
    if (staff?.active !== true || key?.active === false) throw new GatewayFault('KEY_REFUSED');
    if (!key) throw new GatewayFault('PASSKEY_PENDING');
    await this.#turns.take(known.key, () => this.#count(known, counter));
    return staff;
  }

  async #verify({ ledger, origins, rpId }: LedgerRecord, challenge: string, response: AuthenticationResponseJSON, spki: string): Promise<number> {
    const expectedChallenge = base64url(sessionDigest(ledger, undefined, challenge));
    // The counter is compared with the stored one afterwards, under a fault of its own.
    const credential = { id: response.id, publicKey: coseOf(spki), counter: 0 };
    const verified = await verifyAuthenticationResponse({ response, expectedChallenge, expectedOrigin: [...origins], expectedRPID: rpId, requireUserVerification: true, credential }).catch((cause: unknown) => { throw new GatewayFault('KEY_REFUSED', { cause }); });
    // A page of another site could hold ours in a frame.
    if (!verified.verified || decodeClientDataJSON(response.response.clientDataJSON).crossOrigin === true) throw new GatewayFault('KEY_REFUSED');
    return verified.authenticationInfo.newCounter;
  }

  /** A counter that does not go up says that two devices hold the key (WebAuthn Level 3, section 6.1.1). */
  async #count({ staff, key }: Passkey, counter: number): Promise<void> {
    const passkey = (await this.#all(`passkey/${staff}`)).find((each) => each.key === key);
    if (!passkey) throw new GatewayFault('KEY_REFUSED');
    const before = passkey.counter ?? 0;
    if ((counter > 0 || before > 0) && counter <= before) throw new GatewayFault('PASSKEY_COUNTER');
    if (counter > before) await this.#write({ ...passkey, counter });
  }

  async of(staff: string): Promise<PasskeyView[]> {
    return (await this.#all(`passkey/${staff}`)).map((passkey) => this.#view(passkey));
  }

  /** What a registrar of the agency is asked to sign, oldest first. The agency that keeps the register sees those of agencies without a registrar of their own too. */
  async pending(agency: string): Promise<PendingPasskey[]> {
    const waiting = (await this.#all('passkey')).filter((passkey) => this.#reaches(agency, passkey.agency) && this.#view(passkey).state === 'pending');
    waiting.sort((a, b) => (a.registeredAt ?? '').localeCompare(b.registeredAt ?? ''));
    return waiting.flatMap((passkey) => {
      const record = this.projection.get('staff', passkey.staff);
      if (record?.active !== true) return [];
      const key: StaffKey = { id: passkey.key, method: 'webauthn', alg: 'ES256', spki: passkey.spki, active: true };
      return [{ passkey: this.#view(passkey), agency: passkey.agency, act: { op: 'staff.put' as const, ...record, keys: [...record.keys, key] } }];
    });
  }

  /** Turns down a passkey that waits. It is not on the ledger, so there is nothing to sign. @throws GatewayFault NOT_FOUND where none such waits */
  async reject(agency: string, key: string): Promise<void> {
    const passkey = (await this.#all('passkey')).find((each) => each.key === key && this.#reaches(agency, each.agency) && this.#view(each).state === 'pending');
    if (!passkey) throw new GatewayFault('NOT_FOUND');
    await this.#write({ ...passkey, rejectedAt: nowOf(this.clock) });
  }

  #reaches(registrar: string, agency: string): boolean {
    return keepsStaffOf(this.projection, registrar, agency);
  }

  async #write(passkey: Passkey): Promise<void> {
    await this.store.put(`passkey/${passkey.staff}/${passkey.key}`, JSON.stringify(passkey), { sync: true });
  }

  async #all(prefix: string): Promise<Passkey[]> {
    return (await this.store.values({ gt: `${prefix}/`, lt: `${prefix}0` }).all()).map((text) => JSON.parse(text) as Passkey);
  }

  #view({ key, staff, credentialId, registeredAt, rejectedAt }: Passkey): PasskeyView {
    const known = this.projection.get('staff', staff)?.keys.find(({ id }) => id === key);
    const state = known === undefined ? (rejectedAt === undefined ? 'pending' : 'rejected') : known.active ? 'active' : 'revoked';
    return { key, staff, credentialId, ...(registeredAt === undefined ? {} : { registeredAt }), rpId: this.#ledger().rpId, state };
  }
}
