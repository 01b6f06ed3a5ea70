/** Grants through the gateway's own services: counted down and taken back on this ledger, also when many are in flight. */
import { sign } from 'node:crypto';
import type { Test } from 'tap';
import { delegationDigest, delegationRevokeDigest } from '#chaincode/facts/delegation';
import { deviceDigest } from '#chaincode/facts/device';
import { grantDigest, grantRevokeDigest, type GrantRecord } from '#chaincode/facts/grant';
import { keyOf } from '#chaincode/world';
import { GatewayFault } from '#gateway/fault';
import { randomId } from '#gateway/keyring';
import { delegationOf } from '#test/support/delegations';
import { signedBy } from '#test/support/holders';
import { BUREAU, HOLDER, MARKET, sha } from '#test/support/ledger';
import { signed, type Installation } from '#test/support/installation';
import { faults } from '#test/support/matchers';
import { newKey } from '#test/support/persons';

const HOUR_MS = 3_600_000;

export async function grants(t: Test, installation: Installation): Promise<void> {
  const services = () => installation.services;
  const { ledgerId } = services().ledger;
  const market = installation.acting('market');
  const [id, key] = [randomId(), newKey('key-file')];
  const by = (digest: Uint8Array) => ({ device: id, signature: sign('sha256', digest, { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url') });
  const instant = (ms: number) => new Date(services().clock.now() + ms).toISOString();
  const use = (grant: string) => services().acts.perform(market, randomId(), { op: 'register', act: { op: 'grant.use', grant, leaf: sha(randomId()) } });
  const granted = async (uses: number) => {
    const grant = { id: randomId(), subject: HOLDER, grantee: MARKET, notBefore: instant(-HOUR_MS), notAfter: instant(HOUR_MS), uses, details: sha('details') };
    await services().acts.carry(BUREAU, randomId(), { op: 'grant.put', grant, by: by(grantDigest(ledgerId, grant)) });
    return grant.id;
  };
  const recordOf = async (grant: string) => (await services().submitter.read(MARKET, [keyOf('grant', grant)]))[0] as GrantRecord;
  const taken = (results: readonly PromiseSettledResult<unknown>[]) => results.map((result) => (result.status === 'fulfilled' ? 'used' : result.reason instanceof GatewayFault ? result.reason.refusal : String(result.reason)));

  await signed(installation, ['clerk'], { op: 'register', act: { op: 'device.put', id, subject: HOLDER, alg: 'ES256', spki: key.spki, evidence: sha('seen') } });

  await t.test('when a grant is used by many at once', async (t) => {
    const grant = await granted(5);
    const outcomes = taken(await Promise.allSettled(Array.from({ length: 12 }, () => use(grant))));
    t.equal(outcomes.filter((each) => each === 'used').length, 5, 'as often as the holder said');
    t.equal(outcomes.filter((each) => each === 'GRANT_USED_UP').length, 7, outcomes.join());
    t.match(await recordOf(grant), { left: 0, used: 5, assurance: 'device', device: id });
  });

  await t.test('when it is taken back while it is used', async (t) => {
    const grant = await granted(1000);
    const revoke = services().acts.carry(BUREAU, randomId(), { op: 'grant.revoke', id: grant, by: by(grantRevokeDigest(ledgerId, grant)) });
    const [revoked, ...outcomes] = taken(await Promise.allSettled([revoke, ...Array.from({ length: 10 }, () => use(grant))]));
    t.equal(revoked, 'used');
    t.ok(outcomes.every((each) => each === 'used' || each === 'GRANT_REVOKED'), outcomes.join());
    const record = await recordOf(grant);
    t.match(record, { status: 'revoked', used: outcomes.filter((each) => each === 'used').length }, 'what was answered is what is on the ledger');
    await faults(t, () => use(grant), 'REFUSED', 'GRANT_REVOKED');
    t.match(await recordOf(grant), { used: record.used });
  });

  await t.test('when a clerk of the holder is removed while he signs', async (t) => {
    const delegation = delegationOf({ acts: ['grant'], notBefore: instant(-HOUR_MS), notAfter: instant(24 * HOUR_MS) });
    await services().acts.carry(BUREAU, randomId(), { op: 'delegation.put', delegation, by: by(delegationDigest(ledgerId, delegation)) });
    const clerk = { ...newKey('key-file'), id: randomId(), subject: HOLDER };
    const put = { id: clerk.id, subject: HOLDER, alg: 'ES256' as const, spki: clerk.spki, delegation: delegation.id };
    await services().acts.carry(BUREAU, randomId(), { op: 'device.put', ...put, by: by(deviceDigest(ledgerId, put)) });
    const give = () => {
      const grant = { id: randomId(), subject: HOLDER, grantee: MARKET, notBefore: instant(-HOUR_MS), notAfter: instant(HOUR_MS), uses: 1, details: sha('details') };
      return services().acts.carry(MARKET, grant.id, { op: 'grant.put', grant, by: signedBy(clerk, grantDigest(ledgerId, grant)) });
    };
    await give();
    const remove = () => services().acts.carry(BUREAU, randomId(), { op: 'delegation.revoke', id: delegation.id, by: by(delegationRevokeDigest(ledgerId, delegation.id)) });
    const before = Array.from({ length: 4 }, give);
    const [removed, ...outcomes] = taken(await Promise.allSettled([remove(), ...before, ...Array.from({ length: 4 }, give)]));
    t.equal(removed, 'used');
    t.ok(outcomes.every((each) => each === 'used' || each === 'DELEGATION_REVOKED'), outcomes.join());
    t.strictSame(taken(await Promise.allSettled([give()])), ['DELEGATION_REVOKED'], 'and nothing after it');
  });

  await t.test('when an approval is sent again', async (t) => {
    const grant = { id: randomId(), subject: HOLDER, grantee: MARKET, notBefore: instant(-HOUR_MS), notAfter: instant(HOUR_MS), uses: 1, details: sha('details') };
    const act = { op: 'grant.put' as const, grant, by: by(grantDigest(ledgerId, grant)) };
    const outcomes = taken(await Promise.allSettled([BUREAU, MARKET, BUREAU].map((agency) => services().acts.carry(agency, randomId(), act))));
    t.strictSame(outcomes.sort(), ['GRANT_EXISTS', 'GRANT_EXISTS', 'used'], 'it counts once, whoever carries it');
    await faults(t, () => services().acts.carry(BUREAU, randomId(), { ...act, grant: { ...grant, id: randomId() } }), 'REFUSED', 'DEVICE_SIGNATURE');
    await faults(t, () => services().acts.carry(BUREAU, randomId(), { op: 'device.put', id: randomId(), subject: HOLDER, alg: 'ES256', spki: newKey('key-file').spki, by: by(deviceDigest(ledgerId, { id, subject: HOLDER, alg: 'ES256', spki: key.spki })) }), 'REFUSED', 'DEVICE_SIGNATURE');
  });
}
