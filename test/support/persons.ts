/** Persons with real P-256 keys: a key file and a passkey each. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { Actor } from '#chaincode/facts/commands';
import type { Role, StaffKey } from '#chaincode/facts/records';

export const randomId = (): string => randomBytes(16).toString('base64url');
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();

export const ORIGIN = 'https://yizheng.example';
export const RP_ID = 'yizheng.example';

export interface TestKey {
  readonly id: string;
  readonly method: StaffKey['method'];
  readonly spki: string;
  readonly privateKey: KeyObject;
}

export function newKey(method: StaffKey['method']): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { id: randomId(), method, spki: b64(publicKey.export({ format: 'der', type: 'spki' })), privateKey };
}

export interface Person {
  readonly id: string;
  readonly agency: string;
  readonly person: string;
  readonly roles: readonly Role[];
  readonly file: TestKey;
  readonly passkey: TestKey;
}

export function newPerson(agency: string, roles: readonly Role[], person = randomId()): Person {
  return { id: randomId(), agency, person, roles, file: newKey('key-file'), passkey: newKey('webauthn') };
}

export const recordKey = ({ id, method, spki }: TestKey, active = true): StaffKey => ({ id, method, alg: 'ES256', spki, active });

/** How an actor vouches for a digest. */
export type Signing = (digest: Uint8Array) => Actor;

const p1363 = (data: Uint8Array, key: KeyObject): string => b64(sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }));

export const byGateway = (person: Person): Signing => () => ({ staff: person.id, method: 'gateway' });
export const byFile = (person: Person, key: TestKey = person.file): Signing => (digest) => ({ staff: person.id, method: 'key-file', key: key.id, signature: p1363(digest, key.privateKey) });

/** What an authenticator and a browser say; tests change one thing at a time. */
export interface Assertion {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  readonly crossOrigin?: boolean;
  readonly rpId?: string;
  readonly flags?: number;
  readonly key?: TestKey;
  /** Replaces the whole client data. */
  readonly client?: string;
}

/** WebAuthn assertion, Level 3 sections 6.1 and 5.8.1: rpIdHash, flags, counter; type, challenge, origin. */
export function byPasskey(person: Person, change: Assertion = {}): Signing {
  return (digest) => {
    const key = change.key ?? person.passkey;
    const counter = Buffer.from([0, 0, 0, 1]);
    const data = Buffer.concat([sha256(change.rpId ?? RP_ID), Buffer.from([change.flags ?? 0x05]), counter]);
    const client = Buffer.from(change.client ?? JSON.stringify({ type: change.type ?? 'webauthn.get', challenge: change.challenge ?? b64(digest), origin: change.origin ?? ORIGIN, crossOrigin: change.crossOrigin ?? false }));
    const signature = p1363(Buffer.concat([data, sha256(client)]), key.privateKey);
    return { staff: person.id, method: 'webauthn', key: key.id, signature, authenticatorData: b64(data), clientDataJSON: b64(client) };
  };
}
