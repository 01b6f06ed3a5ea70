/** Keys of seals on the disk: closed, opened, taken over from plain files, and what is said of files that are not as they should be. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { newKeyPair, randomId } from '#gateway/keyring';
import { SealKeyFiles } from '#gateway/seals/key-files';
import { PassphraseFile } from '#gateway/seals/passphrase';
import { SealKeyFault } from '#gateway/seals/signer';
import { failsWith } from '#test/support/matchers';

const AGENCY = '113703030099999063';
const root = mkdtempSync(join(tmpdir(), 'yizheng-seal-keys-'));
t.teardown(() => { rmSync(root, { recursive: true, force: true }); });

interface Kept { readonly directory: string; readonly passphrase: string; readonly open: (given?: string) => SealKeyFiles; readonly file: (seal: string) => string }
function fresh(): Kept {
  const directory = mkdtempSync(join(root, 'keys-'));
  const passphrase = join(directory, 'seal.passphrase');
  return {
    directory, passphrase, file: (seal) => join(directory, 'agencies', AGENCY, `seal-${seal}.key`),
    open: (given) => new SealKeyFiles(directory, new PassphraseFile(given ?? passphrase, given === undefined)),
  };
}
const key = () => createPrivateKey(newKeyPair().privateKey);
/** One key, closed once, for the tests that only bend files. */
const shared = fresh();
const [seal, kept] = [randomId(), key()];
await shared.open().store(AGENCY, seal, kept);
const bent = (change: (file: string) => void): SealKeyFiles => {
  const copy = fresh();
  mkdirSync(join(copy.directory, 'agencies', AGENCY), { recursive: true });
  writeFileSync(copy.passphrase, readFileSync(shared.passphrase), { mode: 0o600 });
  writeFileSync(copy.file(seal), readFileSync(shared.file(seal)), { mode: 0o600 });
  change(copy.file(seal));
  return copy.open();
};

t.test('when a key is stored', async (t) => {
  const text = readFileSync(shared.file(seal), 'utf8');
  t.match(text, /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
  t.notMatch(text, kept.export({ format: 'der', type: 'pkcs8' }).toString('base64').slice(40, 90), 'nothing of it lies open');
  for (const path of [shared.file(seal), shared.passphrase]) t.equal(statSync(path).mode & 0o777, 0o600, path);
  t.ok(readFileSync(shared.passphrase, 'utf8').trim().length >= 43, '32 random bytes');
  t.strictSame(readdirSync(join(shared.directory, 'agencies', AGENCY)), [`seal-${seal}.key`], 'no half-written file beside it');
  const again = shared.open();
  t.ok(again.holds(AGENCY, seal));
  t.notOk(again.holds(AGENCY, randomId()));
  const signers = await Promise.all([1, 2, 3].map(() => again.signer(AGENCY, seal)));
  t.equal(new Set(signers).size, 1, 'opened once, however many ask');
  const [signer] = signers;
  const data = Buffer.from('what is sealed');
  const signature = await signer?.sign(data);
  t.equal(signature?.length, 64);
  t.ok(signature && verify('sha256', data, { key: kept, dsaEncoding: 'ieee-p1363' }, signature));
});

const run = (...args: string[]) => spawnSync('openssl', args, { encoding: 'utf8' });
t.test('when OpenSSL looks at it', { skip: run('version').error ? 'no openssl here' : false }, (t) => {
  t.equal(run('pkey', '-in', shared.file(seal), '-passin', `file:${shared.passphrase}`, '-noout', '-check').status, 0, 'it opens with the same file');
  t.not(run('pkey', '-in', shared.file(seal), '-passin', 'pass:another passphrase', '-noout').status, 0);
  const form = run('asn1parse', '-in', shared.file(seal)).stdout;
  t.match(form, /PBKDF2[\s\S]*INTEGER +:0927C0[\s\S]*hmacWithSHA256[\s\S]*aes-256-cbc/, '600,000 rounds');
  t.end();
});

t.test('when files are not as they should be', async (t) => {
  const refused = async (keys: SealKeyFiles, code: string, file: RegExp) => {
    const error: unknown = await keys.signer(AGENCY, seal).then(() => undefined, (reason: unknown) => reason);
    t.ok(error instanceof SealKeyFault, code);
    t.match(error, { code, message: file });
    t.notMatch(String(error), readFileSync(shared.passphrase, 'utf8').trim(), 'the passphrase is in no message');
  };
  const beside = (file: string) => join(file, '../../../seal.passphrase');
  await refused(bent((file) => { rmSync(file); }), 'SEAL_KEY_MISSING', /seal-.*\.key/);
  await refused(bent((file) => { writeFileSync(file, readFileSync(file, 'utf8').slice(0, 200)); }), 'SEAL_KEY_DAMAGED', /seal-.*\.key/);
  await refused(bent((file) => { writeFileSync(file, readFileSync(file, 'utf8').replace(/\n(.)(.{20})/, (_, a: string, rest: string) => `\n${a === 'M' ? 'N' : 'M'}${rest}`)); }), 'SEAL_KEY_LOCKED', /seal-.*\.key/);
  await refused(bent((file) => { writeFileSync(beside(file), 'another passphrase\n'); }), 'SEAL_KEY_LOCKED', /seal-.*\.key/);
  await refused(bent((file) => { rmSync(beside(file)); }), 'SEAL_PASSPHRASE_MISSING', /seal\.passphrase/);
  await refused(bent((file) => { chmodSync(beside(file), 0o640); }), 'SEAL_PASSPHRASE_EXPOSED', /seal\.passphrase.*chmod 600/);
  await refused(bent((file) => { writeFileSync(beside(file), '\nsecond lines do not count\n'); }), 'SEAL_PASSPHRASE_SHORT', /seal\.passphrase/);
  await refused(bent((file) => { writeFileSync(file, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' })); }), 'SEAL_KEY_UNPROTECTED', /seal-.*\.key/);
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  await refused(bent((file) => { writeFileSync(file, p384.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: readFileSync(beside(file), 'utf8').trim() })); }), 'SEAL_KEY_DAMAGED', /seal-.*\.key/);
});

t.test('when the right file comes back', async (t) => {
  let path = '';
  const keys = bent((file) => { path = join(file, '../../../seal.passphrase'); writeFileSync(path, 'another passphrase\n'); });
  await failsWith(t, () => keys.signer(AGENCY, seal), SealKeyFault, 'SEAL_KEY_LOCKED');
  writeFileSync(path, readFileSync(shared.passphrase));
  t.equal((await keys.signer(AGENCY, seal)).alg, 'ES256', 'no start is needed');
});

t.test('when the operator gives a passphrase file', async (t) => {
  const own = fresh();
  const given = join(own.directory, 'given');
  await failsWith(t, () => own.open(given).store(AGENCY, seal, kept), SealKeyFault, 'SEAL_PASSPHRASE_MISSING');
  t.notOk(existsSync(given), 'a file of the operator is never made');
  writeFileSync(given, '一句足够长的口令，不用记住\r\nsecond line', { mode: 0o600 });
  await own.open(given).store(AGENCY, seal, kept);
  t.notOk(existsSync(own.passphrase));
  t.equal((await own.open(given).signer(AGENCY, seal)).alg, 'ES256');
  await failsWith(t, () => own.open().store(AGENCY, randomId(), kept), SealKeyFault, 'SEAL_PASSPHRASE_MISSING');
  t.notOk(existsSync(own.passphrase), 'none is made where keys are closed with another');
});

t.test('when keys of an earlier version lie open', async (t) => {
  const old = fresh();
  const [one, plain] = [randomId(), newKeyPair().privateKey];
  mkdirSync(join(old.directory, 'agencies', AGENCY), { recursive: true });
  writeFileSync(old.file(one), plain, { mode: 0o600 });
  writeFileSync(join(old.directory, 'agencies', AGENCY, 'identity.key'), plain, { mode: 0o600 });
  await old.open().prepare();
  t.match(readFileSync(old.file(one), 'utf8'), /^-----BEGIN ENCRYPTED/);
  t.equal(readFileSync(join(old.directory, 'agencies', AGENCY, 'identity.key'), 'utf8'), plain, 'other keys are left alone');
  t.equal((await old.open().signer(AGENCY, one)).alg, 'ES256');
  const closed = readFileSync(old.file(one), 'utf8');
  await old.open().prepare();
  t.equal(readFileSync(old.file(one), 'utf8'), closed, 'once');
  rmSync(old.passphrase);
  await failsWith(t, () => old.open().prepare(), SealKeyFault, 'SEAL_PASSPHRASE_MISSING');
  await fresh().open().prepare();
});

t.test('when a key that was never registered is taken away', async (t) => {
  const own = fresh();
  const keys = own.open();
  await keys.store(AGENCY, seal, kept);
  keys.remove(AGENCY, seal);
  t.notOk(keys.holds(AGENCY, seal));
  await failsWith(t, () => keys.signer(AGENCY, seal), SealKeyFault, 'SEAL_KEY_MISSING');
  await failsWith(t, () => keys.store(AGENCY, seal, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey), TypeError, undefined as never);
});
