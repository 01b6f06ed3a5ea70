/** A private key at rest: encrypted PKCS#8 (RFC 5958) under PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018). OpenSSL opens it. */
import { createCipheriv, pbkdf2, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { asn1 as Asn1 } from 'node-forge';

/** What OWASP's password storage guide asks of PBKDF2 with SHA-256; node:crypto's own export uses 2,048. */
const ROUNDS = 600_000;
const OID = { pbes2: '1.2.840.113549.1.5.13', pbkdf2: '1.2.840.113549.1.5.12', hmacSha256: '1.2.840.113549.2.9', aes256cbc: '2.16.840.1.101.3.4.1.42' } as const;
const LABEL = 'ENCRYPTED PRIVATE KEY';
const FORM = new RegExp(`^-----BEGIN ${LABEL}-----\\n(?:[A-Za-z0-9+/]{1,64}={0,2}\\n)+-----END ${LABEL}-----\\n$`);

const derive = promisify(pbkdf2);

/** PEM. @param passphrase UTF-8 */
export async function encryptKey(key: KeyObject, passphrase: string): Promise<string> {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', await derive(passphrase, salt, ROUNDS, 32, 'sha256'), iv);
  const data = Buffer.concat([cipher.update(key.export({ format: 'der', type: 'pkcs8' })), cipher.final()]);
  const lines = (await encoded(salt, iv, data)).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${LABEL}-----\n${lines.join('\n')}\n-----END ${LABEL}-----\n`;
}

/** EncryptedPrivateKeyInfo of RFC 5958, section 3. */
async function encoded(salt: Uint8Array, iv: Uint8Array, data: Uint8Array): Promise<Buffer> {
  const { asn1 } = (await import('node-forge')).default;
  const { Type } = asn1;
  const primitive = (type: Asn1.Type, bytes: string): Asn1.Asn1 => asn1.create(asn1.Class.UNIVERSAL, type, false, bytes);
  const sequence = (...parts: Asn1.Asn1[]): Asn1.Asn1 => asn1.create(asn1.Class.UNIVERSAL, Type.SEQUENCE, true, parts);
  const oid = (dotted: string): Asn1.Asn1 => primitive(Type.OID, asn1.oidToDer(dotted).getBytes());
  const octets = (bytes: Uint8Array): Asn1.Asn1 => primitive(Type.OCTETSTRING, Buffer.from(bytes).toString('latin1'));
  const derivation = sequence(oid(OID.pbkdf2), sequence(octets(salt), primitive(Type.INTEGER, asn1.integerToDer(ROUNDS).getBytes()), sequence(oid(OID.hmacSha256), primitive(Type.NULL, ''))));
  const scheme = sequence(oid(OID.pbes2), sequence(derivation, sequence(oid(OID.aes256cbc), octets(iv))));
  return Buffer.from(asn1.toDer(sequence(scheme, octets(data))).getBytes(), 'latin1');
}

/** Whether the text has the form of an encrypted key, so that a failure to open it lies with the passphrase. */
export const isEncryptedKey = (pem: string): boolean => FORM.test(pem);

/** On a thread of its own: node:crypto derives the key of a PEM without letting anybody else run meanwhile. @throws Error where it does not open */
export async function decryptKey(pem: string, passphrase: string): Promise<KeyObject> {
  const worker = new Worker(new URL('./decrypt-key.worker.js', import.meta.url), { workerData: { pem, passphrase } });
  return new Promise((done, failed) => {
    worker.once('message', done).once('error', failed);
  });
}

/** Whether a key lies open in the text. */
export const isPlainKey = (pem: string): boolean => pem.startsWith('-----BEGIN PRIVATE KEY-----');
