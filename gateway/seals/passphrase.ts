/** The passphrase that closes the keys of seals: the first line of a file, read when a key is opened or closed and kept nowhere else. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { base64url } from '#chaincode/facts/hash';
import { writeKeyFile } from '../keyring.js';
import { SealKeyFault } from './signer.js';

const CHARACTERS_MIN = 12;
const OTHERS = 0o077;

export class PassphraseFile {
  /** @param isOurs a file that the gateway may make, with a random passphrase; otherwise the operator's */
  constructor(readonly path: string, private readonly isOurs: boolean) {}

  /** @throws SealKeyFault naming the file */
  read(): string {
    if (!existsSync(this.path)) throw new SealKeyFault('SEAL_PASSPHRASE_MISSING', this.path);
    if ((statSync(this.path).mode & OTHERS) !== 0) throw new SealKeyFault('SEAL_PASSPHRASE_EXPOSED', this.path);
    const passphrase = readFileSync(this.path, 'utf8').split(/\r?\n/, 1)[0] ?? '';
    if ([...passphrase].length < CHARACTERS_MIN) throw new SealKeyFault('SEAL_PASSPHRASE_SHORT', this.path);
    return passphrase;
  }

  /** The same; made where nothing was closed with it yet. */
  readOrMake(): string {
    if (this.isOurs && !existsSync(this.path)) writeKeyFile(this.path, `${base64url(randomBytes(32))}\n`);
    return this.read();
  }
}
