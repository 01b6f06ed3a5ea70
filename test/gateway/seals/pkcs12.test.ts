/** Keystores as authorities hand them out, made by OpenSSL while the test runs: the newer way and both of the older ones, and what must be refused. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { KeystoreFault, readKeystore, type KeystoreCode } from '#gateway/seals/pkcs12';
import { failsWith } from '#test/support/matchers';

const AGENCY = '113703030099999063';
const PASSPHRASE = 'hand-over';
const home = mkdtempSync(join(tmpdir(), 'yizheng-p12-'));
t.teardown(() => { rmSync(home, { recursive: true, force: true }); });
const ran = (...args: string[]) => spawnSync('openssl', args, { cwd: home, encoding: 'utf8' });
const openssl = (...args: string[]): void => {
  const { status, stderr } = ran(...args);
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
};
const read = (name: string): Buffer => readFileSync(join(home, name));
const there = !ran('version').error;
/** The older ciphers are a module of their own, which not every installation has. */
const legacy = there && ran('list', '-providers', '-provider', 'legacy').status === 0;

function made(name: string, ...newKey: string[]): void {
  openssl(...newKey, '-out', `${name}.key`);
  openssl('req', '-x509', '-new', '-key', `${name}.key`, '-subj', '/CN=测试专用章（演示）', '-utf8', '-addext', `subjectAltName=URI:urn:uscc:${AGENCY}`, '-days', '30', '-out', `${name}.crt`);
}
const exported = (file: string, ...args: string[]): void => { openssl('pkcs12', '-export', '-out', file, '-passout', `pass:${PASSPHRASE}`, ...args); };
const refused = (t: Test, code: KeystoreCode, bytes: Uint8Array, passphrase = PASSPHRASE) => failsWith(t, () => readKeystore(bytes, passphrase), KeystoreFault, code);

if (there) {
  made('seal', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout');
  exported('new.p12', '-inkey', 'seal.key', '-in', 'seal.crt', '-name', '印章');
}

t.test('when a keystore is of the newer kind', { skip: there ? false : 'no openssl here' }, async (t) => {
  const { key, certificate } = await readKeystore(read('new.p12'), PASSPHRASE);
  t.ok(key.equals(createPrivateKey(read('seal.key'))), 'the key');
  t.ok(new X509Certificate(read('seal.crt')).raw.equals(certificate), 'the certificate, byte for byte');
  made('authority', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout');
  exported('chain.p12', '-inkey', 'seal.key', '-in', 'seal.crt', '-certfile', 'authority.crt');
  t.ok(new X509Certificate(read('seal.crt')).raw.equals((await readKeystore(read('chain.p12'), PASSPHRASE)).certificate), 'of a chain the certificate of the key');
  exported('open.p12', '-inkey', 'seal.key', '-in', 'seal.crt', '-keypbe', 'NONE', '-certpbe', 'NONE');
  t.ok((await readKeystore(read('open.p12'), PASSPHRASE)).key.equals(key), 'also where only the whole is protected');
  openssl('pkcs12', '-export', '-out', 'words.p12', '-passout', 'pass:一句口令', '-inkey', 'seal.key', '-in', 'seal.crt');
  await refused(t, 'KEYSTORE_PASSPHRASE_CHARACTERS', read('words.p12'), '一句口令');
});

t.test('when a keystore is of the older kinds', { skip: legacy ? false : 'no openssl with its legacy provider here' }, async (t) => {
  exported('rc2.p12', '-legacy', '-inkey', 'seal.key', '-in', 'seal.crt');
  exported('des3.p12', '-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-inkey', 'seal.key', '-in', 'seal.crt');
  for (const name of ['rc2.p12', 'des3.p12']) {
    const { key, certificate } = await readKeystore(read(name), PASSPHRASE);
    t.ok(key.equals(createPrivateKey(read('seal.key'))), name);
    t.ok(new X509Certificate(read('seal.crt')).raw.equals(certificate), name);
    await refused(t, 'KEYSTORE_PASSPHRASE', read(name), 'another');
  }
});

t.test('when a keystore is not what is needed', { skip: there ? false : 'no openssl here' }, async (t) => {
  await refused(t, 'KEYSTORE_PASSPHRASE', read('new.p12'), 'another');
  await refused(t, 'KEYSTORE_PASSPHRASE', read('new.p12'), '');
  const flipped = Uint8Array.from(read('new.p12'));
  flipped[200] = (flipped[200] ?? 0) ^ 1;
  await refused(t, 'KEYSTORE_PASSPHRASE', flipped);
  made('rsa', 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
  exported('rsa.p12', '-inkey', 'rsa.key', '-in', 'rsa.crt');
  await refused(t, 'KEYSTORE_CURVE', read('rsa.p12'));
  made('p384', 'ecparam', '-name', 'secp384r1', '-genkey', '-noout');
  exported('p384.p12', '-inkey', 'p384.key', '-in', 'p384.crt');
  await refused(t, 'KEYSTORE_CURVE', read('p384.p12'));
  exported('keyless.p12', '-nokeys', '-in', 'seal.crt');
  await refused(t, 'KEYSTORE_KEY_MISSING', read('keyless.p12'));
  exported('bare.p12', '-nocerts', '-inkey', 'seal.key');
  await refused(t, 'KEYSTORE_CERTIFICATE_MISSING', read('bare.p12'));
});

t.test('when it is no keystore at all', async (t) => {
  await refused(t, 'KEYSTORE_FORM', Buffer.from('-----BEGIN CERTIFICATE-----'));
  await refused(t, 'KEYSTORE_FORM', Buffer.alloc(0));
  await refused(t, 'KEYSTORE_FORM', Buffer.from('3003020103', 'hex'));
  await refused(t, 'KEYSTORE_TOO_LARGE', Buffer.alloc(256 * 1024 + 1));
});
