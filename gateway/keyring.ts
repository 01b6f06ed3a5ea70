/** Keys of the gateway: files, mode 0600, written durably, each with one use. Never in configuration, never in a database. Keys of seals: gateway/seals. */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { dirname, join } from 'node:path';
import { base64url } from '#chaincode/facts/hash';

/** Signs with a key of an agency what verifiers need: lists, receipts. Keys of seals, which bind the agency itself, are asked for in gateway/seals. */
export interface ListSigner {
  readonly alg: 'ES256';
  /** IEEE P1363, 64 bytes, over SHA-256 of the data. */
  sign(data: Uint8Array): Uint8Array;
}

/** What an agency's key signs, and nothing else. */
export type SignerUse = 'status-list' | 'trust' | 'receipt' | 'use-record' | 'transport' | 'head';

export interface AgencyIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';
  readonly code = 'KEY_MISSING';
  constructor(readonly file: string) {
    super(`the key file ${file} is missing: restore it from backup; a new one would not open what the old one closed`);
  }
}

/** Writes a file that is either there whole or not at all, readable by its owner only. */
export function writeKeyFile(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, typeof content === 'string' ? Buffer.from(content) : content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function listSignerOf(privateKey: string): ListSigner {
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('not a P-256 key');
  return { alg: 'ES256', sign: (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }) };
}

/** A new P-256 key pair: PKCS#8 PEM and base64url SubjectPublicKeyInfo. */
export function newKeyPair(): { privateKey: string; spki: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), spki: base64url(publicKey.export({ format: 'der', type: 'spki' })) };
}

/** 128 random bits, base64url: ids of requests, staff, seals, jobs. */
export const randomId = (): string => base64url(randomBytes(16));

export class Keyring {
  readonly #directory: string;
  readonly #secrets = new Map<string, Buffer>();
  readonly #signers = new Map<string, ListSigner>();
  #serials: readonly { issuer: string; kind: string }[] | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  path(...names: string[]): string {
    return join(this.#directory, ...names);
  }

  /** 32 secret bytes. @throws KeyMissing where the file is not there and `create` was not asked. */
  secret(name: string, { create = false } = {}): Buffer {
    const known = this.#secrets.get(name);
    if (known) return known;
    const path = this.path(name);
    if (!existsSync(path)) {
      if (!create) throw new KeyMissing(path);
      writeKeyFile(path, randomBytes(32));
    }
    const bytes = readFileSync(path);
    if (bytes.length !== 32) throw new KeyMissing(path);
    this.#secrets.set(name, bytes);
    return bytes;
  }

  /** The serial key of a kind at an issuer: never rotated, handed over with the rights. */
  serialKey(issuer: string, type: string): Buffer {
    const name = join('agencies', issuer, `serial-${type}.key`);
    const known = this.#secrets.has(name);
    const key = this.secret(name, { create: true });
    if (!known) this.#serials = undefined;
    return key;
  }

  /** Kinds at issuers whose numbers this gateway can look up. */
  serialKeys(): readonly { issuer: string; kind: string }[] {
    if (this.#serials) return this.#serials;
    const root = this.path('agencies');
    const issuers = existsSync(root) ? readdirSync(root) : [];
    this.#serials = issuers.flatMap((issuer) => readdirSync(join(root, issuer)).flatMap((file) => {
      const kind = /^serial-([0-9A-Z]{21})\.key$/.exec(file)?.[1];
      return kind === undefined ? [] : [{ issuer, kind }];
    }));
    return this.#serials;
  }

  requestKey(agency: string): Buffer {
    return this.secret(join('agencies', agency, 'request.key'), { create: true });
  }

  storeIdentity(agency: string, { certificate, privateKey }: AgencyIdentity): void {
    writeKeyFile(this.path('agencies', agency, 'identity.crt'), certificate);
    writeKeyFile(this.path('agencies', agency, 'identity.key'), privateKey);
  }

  /** Identities of the agencies whose keys this gateway hosts. */
  identities(): Map<string, AgencyIdentity> {
    const root = this.path('agencies');
    const hosted = existsSync(root) ? readdirSync(root).filter((agency) => existsSync(join(root, agency, 'identity.key'))) : [];
    return new Map(hosted.map((agency) => [agency, { certificate: readFileSync(join(root, agency, 'identity.crt'), 'utf8'), privateKey: readFileSync(join(root, agency, 'identity.key'), 'utf8') }]));
  }

  storeSigner(use: SignerUse, agency: string, id: string, privateKey: string): void {
    writeKeyFile(this.path('agencies', agency, `${use}-${id}.key`), privateKey);
  }

  /** @returns undefined where this gateway does not hold the key. */
  signer(use: SignerUse, agency: string, id: string): ListSigner | undefined {
    const name = `${use}-${id}.key`;
    const known = this.#signers.get(name);
    if (known) return known;
    const path = this.path('agencies', agency, name);
    if (!existsSync(path)) return undefined;
    const signer = listSignerOf(readFileSync(path, 'utf8'));
    this.#signers.set(name, signer);
    return signer;
  }

  /** A PEM key made on first use, such as the session key. */
  keyPair(name: string): { privateKey: string } {
    const path = this.path(name);
    if (!existsSync(path)) writeKeyFile(path, newKeyPair().privateKey);
    return { privateKey: readFileSync(path, 'utf8') };
  }
}
