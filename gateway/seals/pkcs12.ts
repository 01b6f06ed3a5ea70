/**
 * Keystores of PKCS#12 (RFC 7292), as certificate authorities hand out seals: the newer ones with PBES2 and AES, and the older ones with RC2 or triple DES,
 * which OpenSSL's present defaults no longer open. node-forge opens the containers; it knows no EC keys, so the key and the certificate are taken out as they lie there.
 */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { asn1 as Asn1, pkcs12 as Pkcs12 } from 'node-forge';

export type KeystoreCode = 'KEYSTORE_FORM' | 'KEYSTORE_PASSPHRASE' | 'KEYSTORE_PASSPHRASE_CHARACTERS' | 'KEYSTORE_KEY_MISSING' | 'KEYSTORE_KEYS_SEVERAL' | 'KEYSTORE_CURVE' | 'KEYSTORE_CERTIFICATE_MISSING' | 'KEYSTORE_TOO_LARGE';
const WHAT_TO_DO: Readonly<Record<KeystoreCode, string>> = {
  KEYSTORE_FORM: 'is no PKCS#12 file, is damaged, or is closed in a way that is not supported: export it anew',
  KEYSTORE_PASSPHRASE: 'does not open with this passphrase, or was changed since it was made',
  KEYSTORE_PASSPHRASE_CHARACTERS: 'does not open with this passphrase; one with letters beyond ASCII is read in two ways: export it anew with one of ASCII',
  KEYSTORE_KEY_MISSING: 'holds no private key: export the seal together with its key',
  KEYSTORE_KEYS_SEVERAL: 'holds several private keys: export the one of this seal alone',
  KEYSTORE_CURVE: 'holds a key that is not of the curve P-256: have the seal certified for a P-256 key',
  KEYSTORE_CERTIFICATE_MISSING: 'holds no certificate for its key: export the seal together with its certificate',
  KEYSTORE_TOO_LARGE: 'is larger than 256 KiB: export this seal alone',
};

export class KeystoreFault extends Error {
  override readonly name = 'KeystoreFault';
  constructor(readonly code: KeystoreCode, options?: ErrorOptions) {
    super(`the keystore ${WHAT_TO_DO[code]}`, options);
  }
}

export interface Keystore {
  readonly key: KeyObject;
  /** DER */
  readonly certificate: Uint8Array;
}

/** A key with a chain of certificates is a few KiB. */
const BYTES_MAX = 256 * 1024;
const ASCII = /^[\x20-\x7e]*$/;

/** The one key of a keystore and the certificate over it. @throws KeystoreFault */
export async function readKeystore(bytes: Uint8Array, passphrase: string): Promise<Keystore> {
  if (bytes.length > BYTES_MAX) throw new KeystoreFault('KEYSTORE_TOO_LARGE');
  const forge = (await import('node-forge')).default;
  const der = (value: Asn1.Asn1): Buffer => Buffer.from(forge.asn1.toDer(value).getBytes(), 'latin1');
  const bags = opened(forge, bytes, passphrase).safeContents.flatMap(({ safeBags }) => safeBags);
  const { oids } = forge.pki;
  const keys = bags.filter(({ type }) => type === oids['pkcs8ShroudedKeyBag'] || type === oids['keyBag']);
  const [only, another] = keys;
  if (!only) throw new KeystoreFault('KEYSTORE_KEY_MISSING');
  if (another) throw new KeystoreFault('KEYSTORE_KEYS_SEVERAL');
  // What forge understood is RSA; what it did not is left as it lay there.
  const key = only.key ? undefined : privateKey(der(only.asn1));
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new KeystoreFault('KEYSTORE_CURVE');
  const spki = createPublicKey(key);
  const certificate = bags.filter(({ type, cert }) => type === oids['certBag'] && !cert).map(({ asn1 }) => certificateOf(der(asn1))).find((each) => each?.publicKey.equals(spki));
  if (!certificate) throw new KeystoreFault('KEYSTORE_CERTIFICATE_MISSING');
  return { key, certificate: certificate.raw };
}

function opened({ asn1, pkcs12, util }: typeof import('node-forge'), bytes: Uint8Array, passphrase: string): Pkcs12.Pkcs12Pfx {
  let outer: Asn1.Asn1;
  try {
    outer = asn1.fromDer(util.createBuffer(Buffer.from(bytes).toString('latin1')));
  } catch (cause) {
    throw new KeystoreFault('KEYSTORE_FORM', { cause });
  }
  try {
    return pkcs12.pkcs12FromAsn1(outer, false, passphrase);
  } catch (cause) {
    // Told apart by the form of the outer sequence, not by the library's words: version, content, MAC.
    const isKeystore = Array.isArray(outer.value) && outer.value.length >= 2 && outer.type === asn1.Type.SEQUENCE;
    throw new KeystoreFault(!isKeystore ? 'KEYSTORE_FORM' : ASCII.test(passphrase) ? 'KEYSTORE_PASSPHRASE' : 'KEYSTORE_PASSPHRASE_CHARACTERS', { cause });
  }
}

function privateKey(der: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}

function certificateOf(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
