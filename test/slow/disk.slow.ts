/**
 * A copy of a server's whole disk holds nothing that can make an accepted grant, device, end of one, or erasure: every private key and every secret on it is tried as the
 * device's and as the staff's, and sent to the contract by the gateway's own identities. The persons' keys of a demo, which lie beside it, are taken away first.
 */
import { createECDH, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { actDigest } from '#chaincode/facts/act-digest';
import { deviceDigest, deviceStatusDigest } from '#chaincode/facts/device';
import { erasureAskDigest } from '#chaincode/facts/erasure';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import { instantOf } from '#chaincode/facts/calendar';
import type { Actor, Request } from '#chaincode/facts/commands';
import type { Grant } from '#chaincode/facts/grant-commands';
import type { Refused } from '#chaincode/rules/batch';
import { signAct } from '#gateway/acts/licence/sign';
import { Keyring } from '#gateway/keyring';
import { HolderKeys } from '#gateway/vault/holder-keys';
import { WrappingKeys } from '#gateway/vault/wrapping';
import { idNumber, practice, registerPractice } from '#test/support/erasure';
import { newDevice, signedBy, takenUp } from '#test/support/holders';
import { install } from '#test/support/installation';
import { HOLDER, MARKET, sha } from '#test/support/ledger';
import { newKey, randomId } from '#test/support/persons';

const installation = await install();
t.teardown(() => installation.remove());
const { services, data } = installation;
const [ledger, clerk] = [services.ledger.ledgerId, installation.acting('clerk')];
await registerPractice(installation);
const device = await takenUp(installation, newDevice());
const practising = await services.acts.perform(clerk, randomId(), practice(idNumber(1), '样例0001'));
const person = services.projection.get('licence', practising.licence ?? '')?.subject ?? '';
const personal = newDevice(person);
const drafted = await services.devices.atCounter(clerk, randomId(), { licence: practising.identifier }, personal, ['ID_CARD']);
await services.acts.sign(clerk, drafted.requestId, [signAct(installation.file('clerk'), drafted)]);
services.keyring.keyPair('session.key');
const staffKeys = new Map([...(await services.projection.all('staff'))].map((staff) => [staff.id, staff]));
const grantOf = (): Grant => ({ id: randomId(), subject: HOLDER, grantee: MARKET, notBefore: instantOf(Date.now()), notAfter: instantOf(Date.now() + 3600_000), uses: 1, details: sha('details') });
const standing = grantOf();
await services.acts.carry(clerk.agency, standing.id, { op: 'grant.put', grant: standing, by: signedBy(device, grantDigest(ledger, standing)) });

const copy = mkdtempSync(join(tmpdir(), 'yizheng-disk-'));
t.teardown(() => { rmSync(copy, { recursive: true, force: true }); });
await installation.restart(() => {
  cpSync(data, copy, { recursive: true });
  // What a person keeps to himself in every installation that is not a demo.
  rmSync(join(copy, 'demo'), { recursive: true });
});

const p256 = (scalar: Uint8Array): KeyObject | undefined => {
  try {
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(scalar);
    const point = ecdh.getPublicKey();
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d: text(scalar), x: text(point.subarray(1, 33)), y: text(point.subarray(33)) } });
  } catch {
    return undefined; // no number of the curve
  }
};
const filesOf = (directory: string): string[] => readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)).filter((path) => statSync(path).isFile());

interface Found { readonly where: string; readonly key: KeyObject }
/** Every private key in a file, closed or not, and every secret of 32 bytes taken for one. */
function keysIn(path: string): Found[] {
  const [bytes, where] = [readFileSync(path), relative(copy, path)];
  const passphrase = readFileSync(join(copy, 'keys', 'seal.passphrase'), 'utf8').split('\n')[0] ?? '';
  const blocks = bytes.toString('latin1').match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
  const scalar = bytes.length === 32 ? p256(bytes) : undefined;
  return [...blocks.map((key) => ({ where, key: createPrivateKey({ key, passphrase }) })), ...(scalar ? [{ where, key: scalar }] : [])];
}

/** Keys of holders, opened by what lies beside them. */
async function holderKeys(): Promise<Found[]> {
  const keys = await HolderKeys.open(join(copy, 'holder-keys'), new WrappingKeys(new Keyring(join(copy, 'keys')).path('vault')));
  const found = [HOLDER, person].flatMap((subject) => { const key = p256(keys.get(subject) ?? new Uint8Array()); return key ? [{ where: `holder-keys of ${subject}`, key }] : []; });
  await keys.close();
  return found;
}

const p1363 = (digest: Uint8Array, key: KeyObject): string => sign('sha256', digest, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
const expiresAt = instantOf(Date.now() + 3600_000);
interface Attempt { readonly what: string; readonly act: object; readonly by?: 'device' }

/** What a thief would want; each with the device's signature, or the staff's, made by the key that he has. */
function attempts(key: KeyObject): Attempt[] {
  const [grant, further] = [grantOf(), { id: randomId(), subject: HOLDER, alg: 'ES256' as const, spki: newKey('key-file').spki }];
  const asked = { id: randomId(), subject: person, reason: 'CONSENT_WITHDRAWN' };
  const by = (digest: Uint8Array) => ({ device: device.id, signature: p1363(digest, key) });
  return [
    { what: 'a grant', act: { op: 'grant.put', grant, by: by(grantDigest(ledger, grant)) }, by: 'device' },
    { what: 'a further device', act: { op: 'device.put', ...further, by: by(deviceDigest(ledger, further)) }, by: 'device' },
    { what: 'the end of a device', act: { op: 'device.status', id: device.id, status: 'revoked', by: by(deviceStatusDigest(ledger, device.id, 'revoked')) }, by: 'device' },
    { what: 'the end of a grant', act: { op: 'grant.revoke', id: standing.id, by: by(grantRevokeDigest(ledger, standing.id)) }, by: 'device' },
    { what: 'a wish to be erased', act: { op: 'erasure.ask', ...asked, by: { ...by(erasureAskDigest(ledger, asked)), device: personal.id } }, by: 'device' },
    { what: 'a grant at a counter', act: { op: 'grant.put', grant: grantOf(), evidence: sha('seen') } },
    { what: 'a device at a counter', act: { op: 'device.put', ...further, subject: person, evidence: sha('seen'), held: practising.licence } },
    { what: 'the end of a grant at a counter', act: { op: 'grant.revoke', id: standing.id } },
    { what: 'an erasure', act: { op: 'erasure.begin', subject: person, reason: 'TERM_ENDED' } },
    { what: 'a hold', act: { op: 'hold.put', id: randomId(), subject: person, case: sha('case') } },
  ];
}

function requestsOf(agency: string, { where, key }: Found): { request: Request; where: string }[] {
  const actors = [...staffKeys.values()].filter((staff) => staff.agency === agency && staff.active && !staff.roles.includes('machine'));
  return attempts(key).flatMap(({ what, act, by }) => {
    const signings: ((digest: Uint8Array) => Actor[])[] = by === 'device' ? [() => []] : [
      (digest) => actors.slice(0, 2).flatMap(({ id, keys: [own] }): Actor[] => (own ? [{ staff: id, method: 'key-file', key: own.id, signature: p1363(digest, key) }] : [])),
      () => actors.slice(0, 2).map(({ id }) => ({ staff: id, method: 'gateway' })),
    ];
    return signings.map((signing) => {
      const requestId = randomId();
      const signers = signing(actDigest({ ledger, agency, requestId, act: act as never, content: undefined, expiresAt }));
      return { where: `${what}: ${where} for ${agency}`, request: { agency, requestId, content: sha(requestId), actors: signers, commands: [{ act, expiresAt }] } as Request };
    });
  });
}

await t.test('when everything on a disk is tried', async (t) => {
  const found = [...filesOf(copy).flatMap((path) => (/\/(desk|vault|uses|projection|holder-keys|ledger\/(state|index))\//.test(path) && !path.includes('/keys/') ? [] : keysIn(path))), ...(await holderKeys())];
  for (const part of ['identity.key', 'seal-', 'session.key', 'receipt-', 'trust-', 'use-record-', 'wrapping-', 'ledger/keys/', 'holder-keys of']) t.ok(found.some(({ where }) => where.includes(part)), `${part} is among them`);
  const codes = new Map<string, number>();
  let tried = 0;
  for (const agency of services.submitter.identities.keys()) {
    for (const each of found) {
      const asked = requestsOf(agency, each);
      const { results, txId } = await installation.services.submitter.submit(agency, asked.map(({ request }) => request));
      t.equal(txId, undefined, 'nothing goes on the ledger');
      for (const [i, { results: [result] }] of results.entries()) {
        tried++;
        if (result?.ok !== false) t.fail(asked[i]?.where ?? '');
        else codes.set((result as Refused).code, (codes.get(result.code) ?? 0) + 1);
      }
    }
  }
  t.ok(tried > 1_000, `${String(tried)} tries: ${JSON.stringify([...codes])}`);
  t.strictSame([...codes.keys()].filter((code) => !['DEVICE_SIGNATURE', 'ACTOR_SIGNATURE', 'ACTOR_OWN_KEY_NEEDED', 'ACTORS_TOO_FEW', 'ACTOR_ROLE'].includes(code)), [], 'each for want of a signature');
});

await t.test('when the keys are those of the persons themselves', async (t) => {
  const [attempt] = attempts(device.privateKey);
  const requestId = randomId();
  const { results: [result] } = await installation.services.submitter.submit(clerk.agency, [{ agency: clerk.agency, requestId, content: sha(requestId), actors: [], commands: [{ act: attempt?.act, expiresAt }] } as unknown as Request]);
  t.match(result?.results, [{ ok: true }], "the holder's own device is believed");
});

await t.test('when the stores are searched', async (t) => {
  // A private key in the clear would be found by its form.
  const found: string[] = [];
  let rows = 0;
  for (const name of ['desk', 'vault', 'uses', 'projection']) {
    const store = new Level<string, Buffer>(join(copy, name), { valueEncoding: 'buffer' });
    for await (const [key, value] of store.iterator()) {
      rows++;
      if (/PRIVATE KEY|"d":"/.test(value.toString('latin1'))) found.push(`${name} ${key}`);
    }
    await store.close();
  }
  t.ok(rows > 100, `${String(rows)} rows`);
  t.strictSame(found, [], 'no private key lies in a store');
});
