/** Holders with devices: real P-256 keys whose private half no server knows. */
import { sign, type KeyObject } from 'node:crypto';
import { deviceDigest, deviceStatusDigest } from '#chaincode/facts/device';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import { signAct } from '#gateway/acts/licence/sign';
import type { Installation } from './installation.js';
import { byFile, newKey, randomId } from './persons.js';
import { BUREAU, HOLDER, LEDGER, MARKET, must, sha, type TestLedger } from './ledger.js';

export interface TestDevice {
  readonly id: string;
  readonly subject: string;
  readonly spki: string;
  readonly privateKey: KeyObject;
}

export function newDevice(subject: string = HOLDER): TestDevice {
  const { spki, privateKey } = newKey('key-file');
  return { id: randomId(), subject, spki, privateKey };
}

/** The signature of a device over a digest; `named` is the device that it says it is. */
export const signedBy = (device: TestDevice, digest: Uint8Array, named = device.id): { device: string; signature: string } =>
  ({ device: named, signature: sign('sha256', digest, { key: device.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url') });

export const devicePut = ({ id, subject, spki }: TestDevice, change: object = {}): object => ({ op: 'device.put', id, subject, alg: 'ES256', spki, ...change });
export const atCounter = (device: TestDevice, change: object = {}): object => devicePut(device, { evidence: sha('seen'), ...change });
export const takenUpBy = (old: TestDevice, device: TestDevice, change: object = {}): object => devicePut(device, { by: signedBy(old, deviceDigest(LEDGER, { ...device, alg: 'ES256' })), ...change });
export const laidAside = (device: TestDevice, by: TestDevice, status: 'lost' | 'revoked' = 'lost'): object => ({ op: 'device.status', id: device.id, status, by: signedBy(by, deviceStatusDigest(LEDGER, device.id, status)) });

/** A grant of the holder to the market agency from the test's beginning on; `change` is what the test is about. */
export const grantOf = (change: Partial<Grant> = {}): Grant => ({
  id: randomId(), subject: HOLDER, grantee: MARKET, notBefore: '2026-03-15T02:00:00.000Z', notAfter: '2026-06-15T02:00:00.000Z', uses: 3, details: sha('details'), ...change,
});
export const grantPut = (grant: Grant, by: TestDevice, signed: Grant = grant): object => ({ op: 'grant.put', grant, by: signedBy(by, grantDigest(LEDGER, signed)) });
export const grantRevoke = (id: string, by: TestDevice): object => ({ op: 'grant.revoke', id, by: signedBy(by, grantRevokeDigest(LEDGER, id)) });
export const grantUse = (grant: string): object => ({ op: 'grant.use', grant, leaf: sha(randomId()) });
/** At a counter: short, few uses, from now on. */
export const counterGrant = (change: Partial<Grant> = {}, parts: object = {}): object =>
  ({ op: 'grant.put', grant: grantOf({ notAfter: '2026-03-16T02:00:00.000Z', ...change }), evidence: sha('seen'), ...parts });

/** A device in use, taken up at the bureau's counter. */
export async function registered(ledger: TestLedger, subject: string = HOLDER, change: object = {}): Promise<TestDevice> {
  const device = newDevice(subject);
  must(await ledger.act(BUREAU, atCounter(device, change), ledger.two(BUREAU)));
  return device;
}

/** A grant in force, signed by a device of its holder. */
export async function granted(ledger: TestLedger, device: TestDevice, change: Partial<Grant> = {}): Promise<Grant> {
  const grant = grantOf({ subject: device.subject, ...change });
  must(await ledger.act(BUREAU, grantPut(grant, device), []));
  return grant;
}

/** A scene of the bureau for the market agency. */
export const scenePut = (kind: string, change: object = {}): Record<string, unknown> & { id: string } => ({
  op: 'scene.put', id: randomId(), name: { zh: '食品经营许可复用', en: 'reuse of food permits' }, owner: BUREAU, grantee: MARKET, kinds: [{ kind, fields: ['number'] }], purpose: 'INSPECTION', from: '2026-03-15', statute: false, ...change,
});

export const approver = (ledger: TestLedger, agency: string) => [byFile(ledger.of(agency).approver)];
export const clerkOf = (ledger: TestLedger, agency: string) => [byFile(ledger.of(agency).clerk)];

/** A first device of an organisation, taken up by the demo's clerk. */
export async function takenUp({ services, acting, file }: Installation, device: TestDevice): Promise<TestDevice> {
  const shown = await services.devices.atCounter(acting('clerk'), randomId(), { organisation: device.subject.slice(5) }, device, ['BUSINESS_LICENCE', 'ID_CARD']);
  await services.acts.sign(acting('clerk'), shown.requestId, [signAct(file('clerk'), shown)]);
  return device;
}
