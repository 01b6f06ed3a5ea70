/** Erasure against backups and kills: what was erased does not come back, and what was begun is finished. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { hmacSha256 } from '#chaincode/facts/hash';
import { reconcile } from '#gateway/reconcile';
import { randomId } from '#gateway/keyring';
import { HolderKeys } from '#gateway/vault/holder-keys';
import { WrappingKeys } from '#gateway/vault/wrapping';
import { idNumber, practice, registerPractice } from '#test/support/erasure';
import { install, signed } from '#test/support/installation';

const installation = await install();
t.teardown(() => installation.remove());
const { data } = installation;
const backup = mkdtempSync(join(tmpdir(), 'yizheng-backup-'));
t.teardown(() => { rmSync(backup, { recursive: true, force: true }); });
const clerk = installation.acting('clerk');
await registerPractice(installation);
const made = async (serial: number) => {
  const { licence = '' } = await installation.services.acts.perform(clerk, randomId(), practice(idNumber(serial), `样例${String(serial).padStart(4, '0')}`));
  return { licence, subject: installation.services.projection.get('licence', licence)?.subject ?? '', code: idNumber(serial) };
};
const persons = [await made(1), await made(2), await made(3)];
const [first, second, third] = persons as [typeof persons[0], typeof persons[0], typeof persons[0]];
const kept = ({ licence, subject }: typeof first) => { const { projection, vault } = installation.services; return vault.get(licence, projection.get('licence', licence)?.versions[0]?.documents[0]?.digest ?? '', subject); };
/** Whether a file of the vault holds the name of the row that a person's number leads to. What bounded a table is named in the manifest until the store is opened next. */
const leadsTo = ({ code }: typeof first, files = /./) => {
  const name = hmacSha256(readFileSync(join(data, 'keys', 'vault', 'index.key')), `person\0${clerk.agency}\0${code}`).toString('base64url').slice(4);
  return readdirSync(join(data, 'vault')).filter((file) => files.test(file)).some((file) => readFileSync(join(data, 'vault', file)).includes(name));
};
const begin = (subject: string) => signed(installation, ['clerk', 'approver'], { op: 'register', act: { op: 'erasure.begin', subject, reason: 'TERM_ENDED' } });
async function erased(subject: string): Promise<void> {
  for (let tries = 0; installation.services.projection.get('erasure', subject)?.status !== 'ERASED' && tries < 300; tries++) await delay(20);
}
/** Everything of the data directory but its ledger: what a backup of stores holds. */
const STORES = ['vault', 'holder-keys', 'papers', 'desk', 'uses', 'projection', 'keys'];
const restore = (names: readonly string[]) => installation.restart(() => {
  for (const name of names.filter((each) => existsSync(join(backup, each)))) {
    rmSync(join(data, name), { recursive: true, force: true });
    cpSync(join(backup, name), join(data, name), { recursive: true });
  }
});

await t.test('when a backup is made, and a person is erased', async (t) => {
  await installation.restart(() => { cpSync(data, backup, { recursive: true }); });
  t.ok(kept(first) && kept(second) && kept(third), 'the backup has them');
  await begin(first.subject);
  await erased(first.subject);
  t.notOk(kept(first));
});

await t.test('when the stores come back from a backup', async (t) => {
  for (const names of [STORES, ['vault'], ['holder-keys']]) {
    await restore(names);
    t.equal(kept(first), undefined, names.join());
    t.notOk(installation.services.vault.mayHold(first.subject));
    t.equal(installation.services.vault.knownPerson(clerk.agency, first.code), undefined);
    t.ok(kept(second), 'others stay');
  }
});

await t.test('when everything comes back, the ledger with it', async (t) => {
  await restore(readdirSync(data));
  t.equal(installation.services.projection.get('erasure', first.subject), undefined, 'the ledger of the backup knows nothing of it');
  t.equal(kept(first), undefined, 'the list beside the directory does');
  t.notOk(installation.services.vault.mayHold(first.subject));
  t.match(installation.services.lookup.current(first.licence, clerk.agency), { face: [], erased: {} });
  t.ok(kept(second));
});

await t.test('when a gateway is stopped before it has destroyed anything', async (t) => {
  const { services } = installation;
  services.projection.onErasing = () => undefined;
  services.erasing.goOn = () => undefined;
  await begin(second.subject);
  t.ok(services.vault.mayHold(second.subject), 'the key still lies there');
  t.equal(kept(second), undefined, 'and opens nothing any more');
  await services.close();
  t.ok(leadsTo(second), 'and his number still leads to him');
  const { findings } = await reconcile(data, () => undefined);
  t.match(findings.filter(({ code }) => code.startsWith('ERASED')), [{ invariant: 'v', code: 'ERASED_STILL_HERE', where: second.subject }], 'fsck says so, and changes nothing');
  await installation.restart();
  t.notOk(installation.services.vault.mayHold(second.subject), 'the next start destroys it before it serves');
  await erased(second.subject);
  t.notOk(leadsTo(second, /^(?!MANIFEST)/), 'no table and no log of the vault has the row by which his number led to him');
  await installation.restart();
  t.notOk(leadsTo(second), 'and after a start no file at all');
  t.ok(leadsTo(third), 'others stay');
  t.match(installation.services.projection.get('erasure', second.subject), { status: 'ERASED' }, 'and says so on the ledger');
});

await t.test('when wrapping keys are replaced', async (t) => {
  const before = readFileSync(join(data, 'keys', 'vault', 'wrapping-1.key'));
  await installation.services.vault.holderKeys.rotate(true);
  t.strictSame(readdirSync(join(data, 'keys', 'vault')).sort(), ['index.key', 'wrapping-2.key']);
  t.ok(kept(third));
  await installation.restart(() => { rmSync(join(data, 'projection'), { recursive: true }); });
  t.ok(kept(third), 'after a rebuild too');
  t.equal(kept(first), undefined);
  await installation.services.close();
  t.strictSame((await reconcile(data, () => undefined)).findings, [], 'fsck finds nothing: erased faces are not missing');
  t.equal(before.length, 32);
  await installation.restart();
});

await t.test('when replacing the wrapping key is killed at the command line', async (t) => {
  await installation.services.close();
  const wrapping = () => new WrappingKeys(join(data, 'keys', 'vault'));
  const subjects = Array.from({ length: 20_000 }, (_, i) => `person:${String(i).padStart(22, '0')}`);
  const filled = await HolderKeys.open(join(data, 'holder-keys'), wrapping());
  await filled.ensure(subjects);
  const before = subjects.map((subject) => filled.get(subject));
  await filled.close();
  const rotate = () => spawn(process.execPath, [resolve('dist/cli/main.js'), 'rotate-wrapping', '--json'], { env: { ...process.env, NODE_OPTIONS: '', YIZHENG_DATA: data }, stdio: ['ignore', 'pipe', 'inherit'] });
  for (const after of [0, 80, 200]) {
    const child = rotate();
    const ended = once(child, 'close');
    while (wrapping().numbers().length === 1 && child.exitCode === null) await delay(2);
    await delay(after);
    child.kill('SIGKILL');
    await ended;
    const keys = await HolderKeys.open(join(data, 'holder-keys'), wrapping());
    t.ok(subjects.every((subject, i) => Buffer.compare(keys.get(subject) ?? Buffer.alloc(0), before[i] ?? Buffer.alloc(1)) === 0), `every key opens after a kill at ${String(after)} ms`);
    await keys.close();
  }
  const child = rotate();
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  const [code] = (await once(child, 'close')) as [number];
  t.equal(code, 0);
  t.match(out, /"wrapped":/);
  t.equal(wrapping().numbers().length, 1, 'one wrapping key is left');
  await installation.restart();
  t.ok(kept(third));
});
