/** A thief has the whole disk of a server. What lies on it makes no grant that the contract accepts. */
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { grantDigest } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import type { Request } from '#chaincode/facts/commands';
import { actDigest } from '#chaincode/facts/act-digest';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { GatewayFault } from '#gateway/fault';
import { BUREAU, HOLDER, MARKET, sha } from '#test/support/ledger';
import { install, signed } from '#test/support/installation';
import { newKey } from '#test/support/persons';

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const ledger = services.ledger.ledgerId;
const phone = { id: randomId(), key: newKey('key-file') };
await signed(installation, ['clerk'], { op: 'register', act: { op: 'device.put', id: phone.id, subject: HOLDER, alg: 'ES256', spki: phone.key.spki, evidence: sha('seen') } });

/** Every private key in a file of the server that opens without more. Key files of persons are not kept there; a demo hands them out in a directory of its own. */
function keysOnDisk(): KeyObject[] {
  const files = readdirSync(installation.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.parentPath.includes(join(installation.data, 'demo')));
  return files.flatMap(({ parentPath, name }) => [...readFileSync(join(parentPath, name), 'latin1').matchAll(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g)].flatMap(([pem]) => {
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    return key.asymmetricKeyType === 'ec' ? [key] : [];
  }));
}
const p1363 = (digest: Uint8Array, key: KeyObject) => sign('sha256', digest, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
const at = (ms: number) => new Date(services.clock.now() + ms).toISOString();
const newGrant = (): Grant => ({ id: randomId(), subject: HOLDER, grantee: MARKET, notBefore: at(-1000), notAfter: at(3_600_000), uses: 1, details: sha('details') });
const refusalOf = (work: Promise<unknown>) => work.then(() => 'carried out', (error: unknown) => (error instanceof GatewayFault ? error.refusal : error));

await t.test('when the keys of a server are tried on a grant', async (t) => {
  const keys = keysOnDisk();
  t.ok(keys.length >= 5, `${String(keys.length)} keys: identities, lists, receipts, sessions, authorities`);
  const clerk = installation.file('clerk');
  for (const key of keys) {
    const grant = newGrant();
    const by = { device: phone.id, signature: p1363(grantDigest(ledger, grant), key) };
    t.equal(await refusalOf(services.acts.carry(BUREAU, randomId(), { op: 'grant.put', grant, by })), 'DEVICE_SIGNATURE');
    const [act, requestId, expiresAt] = [{ op: 'grant.put' as const, grant, evidence: sha('seen') }, randomId(), at(3_600_000)];
    const signature = p1363(actDigest({ ledger, agency: BUREAU, requestId, act, expiresAt }), key);
    const request: Request = { agency: BUREAU, requestId, content: sha('content'), actors: [{ staff: clerk.staff, method: 'key-file', key: clerk.key, signature }], commands: [{ act, expiresAt }] };
    const [outcome] = (await services.submitter.submit(BUREAU, [request])).results;
    t.match(outcome?.results, [{ ok: false, code: 'ACTOR_SIGNATURE' }]);
    t.equal(services.projection.get('grant', grant.id), undefined);
  }
  const grant = newGrant();
  t.equal(await refusalOf(services.acts.perform(installation.acting('approver'), randomId(), { op: 'register', act: { op: 'grant.put', grant, evidence: sha('seen') } })), 'ACTOR_OWN_KEY_NEEDED', 'nor is the word of the gateway one');
  t.equal(await refusalOf(services.acts.carry(BUREAU, randomId(), { op: 'device.put', id: randomId(), subject: HOLDER, alg: 'ES256', spki: newKey('key-file').spki, evidence: sha('seen') })), 'ACTORS_TOO_FEW', 'nor does it make a device');
  t.equal(await refusalOf(services.acts.carry(BUREAU, randomId(), { op: 'grant.put', grant, by: { device: phone.id, signature: p1363(grantDigest(ledger, grant), phone.key.privateKey) } })), 'carried out', 'the phone itself does');
});

await t.test('when the index is opened again', async (t) => {
  const id = randomId();
  await signed(installation, ['approver'], { op: 'register', act: { op: 'scene.put', id, name: { zh: '复用', en: 'reuse' }, owner: BUREAU, grantee: MARKET, kinds: [{ kind: KIND.food, fields: ['number'] }], purpose: 'INSPECTION', from: services.drafter.today, statute: false } });
  const given = async () => (await installation.services.projection.grants({ of: HOLDER }, { limit: 10 })).map(({ id: grant }) => grant);
  const before = await given();
  t.equal(before.length, 1, 'of all that was tried');
  await installation.restart();
  const { projection } = installation.services;
  t.strictSame(projection.scenes().map((scene) => scene.id), [id]);
  t.strictSame((await projection.devicesOf(HOLDER)).map((device) => device.id), [phone.id]);
  t.strictSame(await given(), before);
  const [row] = await projection.grants({ to: MARKET }, { limit: 1 });
  t.equal(row?.id, before[0]);
  t.strictSame(await projection.grants({ to: MARKET }, { limit: 1, before: row?.cursor }), [], 'and goes on after a row');
});
