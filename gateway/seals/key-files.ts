/** Keys of seals in files, encrypted: `agencies/<agency>/seal-<id>.key` in the directory of keys. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeKeyFile } from '../keyring.js';
import { decryptKey, encryptKey, isEncryptedKey, isPlainKey } from './encrypted-key.js';
import type { PassphraseFile } from './passphrase.js';
import { SealKeyFault, signerOf, type SealKeys, type Signer } from './signer.js';

const NAME = /^seal-[A-Za-z0-9_-]{22}\.key$/;

function plainKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch (cause) {
    throw new SealKeyFault('SEAL_KEY_DAMAGED', path, { cause });
  }
}

export class SealKeyFiles implements SealKeys {
  readonly #directory: string;
  readonly #passphrase: PassphraseFile;
  readonly #signers = new Map<string, Signer>();
  readonly #opening = new Map<string, Promise<Signer>>();
  /** Keys once seen: drafting asks for every row of a table. */
  readonly #here = new Set<string>();

  /** @param directory of all keys */
  constructor(directory: string, passphrase: PassphraseFile) {
    this.#directory = directory;
    this.#passphrase = passphrase;
  }

  #path(agency: string, seal: string): string {
    return join(this.#directory, 'agencies', agency, `seal-${seal}.key`);
  }

  holds(agency: string, seal: string): boolean {
    const path = this.#path(agency, seal);
    if (!this.#here.has(path) && existsSync(path)) this.#here.add(path);
    return this.#here.has(path);
  }

  async signer(agency: string, seal: string): Promise<Signer> {
    const path = this.#path(agency, seal);
    const known = this.#signers.get(path) ?? this.#opening.get(path);
    if (known) return known;
    // What failed is tried anew when it is asked for again: the operator may have put the right file there meanwhile.
    const opening = this.#open(path).finally(() => this.#opening.delete(path));
    this.#opening.set(path, opening);
    const signer = await opening;
    this.#signers.set(path, signer);
    return signer;
  }

  async #open(path: string): Promise<Signer> {
    if (!existsSync(path)) throw new SealKeyFault('SEAL_KEY_MISSING', path);
    const pem = readFileSync(path, 'utf8');
    if (!isEncryptedKey(pem)) throw new SealKeyFault(isPlainKey(pem) ? 'SEAL_KEY_UNPROTECTED' : 'SEAL_KEY_DAMAGED', path);
    return this.#usable(await this.#decrypted(pem, path), path);
  }

  async #decrypted(pem: string, path: string): Promise<KeyObject> {
    const passphrase = this.#passphrase.read();
    try {
      return await decryptKey(pem, passphrase);
    } catch (cause) {
      throw new SealKeyFault('SEAL_KEY_LOCKED', path, { cause });
    }
  }

  #usable(key: KeyObject, path: string): Signer {
    try {
      return signerOf(key);
    } catch (cause) {
      throw new SealKeyFault('SEAL_KEY_DAMAGED', path, { cause });
    }
  }

  /** Closes a key and keeps it. It is durable when this returns. @throws SealKeyFault of the passphrase; TypeError for a key that is not P-256 */
  async store(agency: string, seal: string, key: KeyObject): Promise<Signer> {
    const signer = signerOf(key);
    const path = this.#path(agency, seal);
    writeKeyFile(path, await encryptKey(key, this.#passphraseToClose()));
    this.#signers.set(path, signer);
    return signer;
  }

  /** A missing passphrase is not made anew once keys are closed with it. */
  #passphraseToClose(): string {
    return this.#paths().some((path) => isEncryptedKey(readFileSync(path, 'utf8'))) ? this.#passphrase.read() : this.#passphrase.readOrMake();
  }

  /** A key that was never registered: of an application that is taken back. */
  remove(agency: string, seal: string): void {
    const path = this.#path(agency, seal);
    this.#signers.delete(path);
    this.#here.delete(path);
    rmSync(path, { force: true });
  }

  /**
   * Looks at what is here before anybody needs it: the passphrase file, where there is something to open, and keys of earlier versions, which lay
   * open and are closed now. Opens none. @throws SealKeyFault
   */
  async prepare(): Promise<void> {
    const paths = this.#paths();
    for (const path of paths) if (isPlainKey(readFileSync(path, 'utf8'))) await this.#enclose(path);
    if (paths.length > 0) this.#passphrase.read();
  }

  /** Opened once before it takes the place of the plain one: a file that nobody can open must not replace one that works. */
  async #enclose(path: string): Promise<void> {
    const passphrase = this.#passphraseToClose();
    const key = plainKey(path);
    const pem = await encryptKey(key, passphrase);
    if (!(await decryptKey(pem, passphrase)).equals(key)) throw new SealKeyFault('SEAL_KEY_LOCKED', path);
    writeKeyFile(path, pem);
  }

  #paths(): string[] {
    const root = join(this.#directory, 'agencies');
    const agencies = existsSync(root) ? readdirSync(root) : [];
    return agencies.flatMap((agency) => readdirSync(join(root, agency)).filter((file) => NAME.test(file)).map((file) => join(root, agency, file)));
  }
}
