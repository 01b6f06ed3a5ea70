/** What a verifier keeps: a pin given by a person, a bundle checked again each time, packages between networks. No gateway is asked. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readPackage, writePackage } from '#cli/exchange';
import { CliError } from '#cli/exit';
import { importTrust, readTrust, trustSummary } from '#cli/trust-store';
import { newRegister } from '#test/support/documents';
import { BLOCK, LISTED_AT, TestTrust } from '#test/support/trust';
import { BUREAU } from '#test/support/ledger';

const home = mkdtempSync(join(tmpdir(), 'yizheng-trust-store-'));
t.teardown(() => { rmSync(home, { recursive: true }); });
const trust = new TestTrust(await newRegister());
let made = 0;
const fresh = () => join(home, String(made++));
const file = (content: unknown): string => {
  const path = fresh();
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const refused = async (t: Test, work: () => unknown, code: string): Promise<void> => {
  const error: unknown = await Promise.resolve().then(work).then(() => undefined, (reason: unknown) => reason);
  t.match(error, { exit: 3, message: new RegExp(`^${code}`) }, code);
  t.ok(error instanceof CliError);
};

t.test('when a bundle is imported', async (t) => {
  const directory = fresh();
  t.equal(await readTrust(directory), undefined);
  await refused(t, () => importTrust(directory, file(trust.bundle()), undefined), 'TRUST_ROOT_NEEDED');
  await refused(t, () => importTrust(directory, file(trust.bundle()), 'A'.repeat(43)), 'ROOT_NOT_PINNED');
  await refused(t, () => importTrust(directory, file('{'), trust.pin), 'BUNDLE_FORM');
  t.notOk(existsSync(directory), 'nothing was changed by what was refused');
  t.match(trustSummary(await importTrust(directory, file(trust.bundle()), trust.pin)), { root: 1, threshold: 2, signers: { length: 3 }, block: BLOCK, statusLists: 1, oldestStatusList: new Date(LISTED_AT * 1000).toISOString() });
  await importTrust(directory, file(trust.bundle({ statusLists: [trust.token({ uri: `https://yizheng.example/status-lists/${BUREAU}/2` })] })), undefined);
  t.equal((await readTrust(directory))?.statusLists.size, 2, 'without the digest, once it is pinned');
  await refused(t, () => importTrust(directory, file(trust.bundle()), 'A'.repeat(43)), 'TRUST_ROOT_PINNED');
  const kept = readFileSync(join(directory, 'bundle.json'), 'utf8');
  await refused(t, () => importTrust(directory, file(trust.bundle({ trustList: trust.signedList({ block: BLOCK - 1 }) })), undefined), 'TRUST_LIST_ROLLED_BACK');
  await refused(t, () => importTrust(directory, file(trust.bundle({ statusLists: [trust.token({ block: BLOCK - 1 })] })), undefined), 'STATUS_LIST_ROLLED_BACK');
  t.equal(readFileSync(join(directory, 'bundle.json'), 'utf8'), kept);
});

t.test('when somebody has been at the directory', async (t) => {
  const directory = fresh();
  await importTrust(directory, file(trust.bundle()), trust.pin);
  writeFileSync(join(directory, 'bundle.json'), JSON.stringify(trust.bundle({ trustList: trust.signedList({}, trust.trustKeys.slice(0, 1)) })));
  await refused(t, () => readTrust(directory), 'TRUST_LIST_SIGNATURES_TOO_FEW');
  rmSync(join(directory, 'root.pin'));
  await refused(t, () => readTrust(directory), 'ROOT_NOT_PINNED');
});

t.test('when a package is made and read', async (t) => {
  const directory = fresh();
  const document = file('a document');
  const manifest = writePackage(directory, JSON.stringify(trust.bundle()), [{ file: document }, { name: '1.2.156.credential.txt', text: 'x~\n' }]);
  t.strictSame(manifest.files.map(({ name }) => name), ['trust.json', document.slice(document.lastIndexOf('/') + 1), '1.2.156.credential.txt']);
  t.strictSame(readPackage(directory), manifest);
  await refused(t, () => writePackage(directory, '', []), directory);
  await refused(t, () => writePackage(fresh(), '', [{ name: 'trust.json', text: '' }]), 'trust.json');
  await refused(t, () => writePackage(fresh(), '', [{ name: 'a', text: '' }, { name: 'a', text: '' }]), 'a');
  await refused(t, () => writePackage(fresh(), '', [{ name: '../a', text: '' }]), '../a');
});

t.test('when a package is damaged', async (t) => {
  const broken = async (code: string, damage: (directory: string) => void) => {
    const directory = fresh();
    writePackage(directory, '{}', [{ name: 'a.txt', text: 'a' }]);
    damage(directory);
    await refused(t, () => readPackage(directory), code);
  };
  const listing = (change: (files: Record<string, unknown>[]) => unknown) => (directory: string) => {
    const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { files: Record<string, unknown>[] };
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, files: change(manifest.files) }));
  };
  await broken('PACKAGE_INCOMPLETE', (directory) => { rmSync(join(directory, 'a.txt')); });
  await broken('PACKAGE_INCOMPLETE', (directory) => { rmSync(join(directory, 'a.txt')); symlinkSync('/etc/hostname', join(directory, 'a.txt')); });
  await broken('PACKAGE_DAMAGED', (directory) => { writeFileSync(join(directory, 'a.txt'), 'b'); });
  await broken('PACKAGE_FOREIGN', (directory) => { writeFileSync(join(directory, 'b.txt'), 'b'); });
  await broken('PACKAGE_FORM', (directory) => { rmSync(join(directory, 'manifest.json')); });
  await broken('PACKAGE_FORM', listing(() => 'x'));
  await broken('PACKAGE_FORM', listing(() => [null]));
  await broken('PACKAGE_FORM', listing((files) => files.map((entry) => ({ ...entry, name: `../${String(entry['name'])}` }))));
});
