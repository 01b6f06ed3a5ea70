/** Faces at rest: AES-256-GCM under the holder's key. Trusted for reading faces, never for what is in force: that is the ledger's. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Level, type BatchOperation } from 'level';
import type { Grant } from '#chaincode/facts/grant-commands';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { decrypt, encrypt } from '../cipher.js';
import type { Face } from '../documents/credential.js';
import type { Keyring } from '../keyring.js';
import { HolderKeys } from './holder-keys.js';
import { PaperFiles, type PaperKey } from './papers.js';

/** What is kept of one version of a licence, under the digest that the ledger holds. */
export interface Kept {
  readonly face: Face;
  /** SD-JWT with all disclosures; absent for imported records. */
  readonly credential?: string;
  /** base64url COSE_Sign1. */
  readonly qr?: string;
  /** A proposed document that waits for its last signature. */
  readonly unsealed?: unknown;
  /** base64url, 16 bytes; whoever shows HKDF of it may see what the holder may. */
  readonly secret?: string;
  /** An imported row as it was read, and the 32 bytes (base64url) that open the ledger's commitment to it. */
  readonly row?: unknown;
  readonly opening?: string;
}

export interface VaultEntry {
  readonly licence: string;
  readonly digest: string;
  readonly subject: string;
  readonly kept: Kept;
}

/** What a grant is for, and the bytes (base64url) that open the ledger's commitment to it. */
export interface KeptGrant {
  readonly grant: Grant;
  readonly text: string;
  readonly opening: string;
}

type Store = Level<string, Uint8Array>;
type Operation = BatchOperation<Store, string, Uint8Array>;

const grantKey = (id: string): string => `grant/${id}`;
const faceKey = ({ licence, digest }: Pick<VaultEntry, 'licence' | 'digest'>): string => `face/${licence}/${digest}`;

export class Vault {
  readonly #store: Store;
  readonly #keys: HolderKeys;
  readonly #index: Uint8Array;
  readonly #papers: PaperFiles;
  /** Persons being given their reference right now: two clerks at once get the same one. */
  readonly #persons = new Map<string, string>();

  private constructor(store: Store, keys: HolderKeys, index: Uint8Array, papers: PaperFiles) {
    this.#store = store;
    this.#keys = keys;
    this.#index = index;
    this.#papers = papers;
  }

  static async open(directory: string, keyring: Keyring): Promise<Vault> {
    const keys = await HolderKeys.open(join(directory, 'holder-keys'), keyring.secret('vault/wrapping.key'));
    const store: Store = new Level(join(directory, 'vault'), { valueEncoding: 'view', compression: false, writeBufferSize: 16 << 20 });
    await store.open();
    return new Vault(store, keys, keyring.secret('vault/index.key'), new PaperFiles(join(directory, 'papers')));
  }

  /** Durable when it returns; all entries or none. */
  async put(entries: readonly VaultEntry[]): Promise<void> {
    // Keys and faces are durable together before the ledger hears of them; neither alone says anything.
    const keys = this.#keys.ensure(entries.map(({ subject }) => subject));
    const operations = entries.map((entry): Operation => {
      const key = faceKey(entry);
      return { type: 'put', key, value: encrypt(this.#holderKey(entry.subject), Buffer.from(JSON.stringify(entry.kept)), key) };
    });
    await Promise.all([keys, this.#store.batch(operations, { sync: true })]);
  }

  #holderKey(subject: string): Uint8Array {
    const key = this.#keys.get(subject);
    if (!key) throw new Error('holder key was not made');
    return key;
  }

  /** The key of a holder, made where new; durable when it returns. */
  async holderKey(subject: string): Promise<Uint8Array> {
    await this.#keys.ensure([subject]);
    return this.#holderKey(subject);
  }

  /** @returns undefined where there is none, or none any more */
  knownHolderKey(subject: string): Uint8Array | undefined {
    return this.#keys.get(subject);
  }

  has(entry: Pick<VaultEntry, 'licence' | 'digest'>): boolean {
    return this.#store.getSync(faceKey(entry)) !== undefined;
  }

  /** @returns undefined where this vault does not hold it or the holder's key is gone. */
  get(licence: string, digest: string, subject: string): Kept | undefined {
    const key = faceKey({ licence, digest });
    const sealed = this.#store.getSync(key);
    const holderKey = sealed && this.#keys.get(subject);
    return holderKey ? (JSON.parse(decrypt(holderKey, sealed, key).toString('utf8')) as Kept) : undefined;
  }

  /** Takes away what the ledger refused. Not synced: a crash leaves an orphan that nothing refers to. */
  async remove(entries: readonly Pick<VaultEntry, 'licence' | 'digest'>[]): Promise<void> {
    await this.#store.batch(entries.map((entry): Operation => ({ type: 'del', key: faceKey(entry) })));
  }

  /** Keeps what a grant is for, asked for or given; durable when it returns. */
  async putGrant(kept: KeptGrant): Promise<void> {
    const { id, subject } = kept.grant;
    const made = this.#keys.ensure([subject]);
    const sealed = encrypt(this.#holderKey(subject), Buffer.from(JSON.stringify(kept)), grantKey(id));
    await Promise.all([made, this.#store.put(grantKey(id), sealed, { sync: true })]);
  }

  /** @returns undefined where it is not kept here or the holder's key is gone */
  grant(id: string, subject: string): KeptGrant | undefined {
    const sealed = this.#store.getSync(grantKey(id));
    const holderKey = sealed && this.#keys.get(subject);
    return holderKey ? (JSON.parse(decrypt(holderKey, sealed, grantKey(id)).toString('utf8')) as KeptGrant) : undefined;
  }

  async removeGrant(id: string): Promise<void> {
    await this.#store.del(grantKey(id));
  }

  /** Keeps a sealed PDF, durable when it returns. */
  async putPaper(key: PaperKey, subject: string, pdf: Uint8Array): Promise<void> {
    await this.#papers.put(key, this.#holderKey(subject), pdf);
  }

  /** @returns undefined where it is not kept here or the holder's key is gone. @throws Damaged */
  async paper(key: PaperKey, subject: string): Promise<Uint8Array | undefined> {
    const holderKey = this.#keys.get(subject);
    return holderKey && this.#papers.get(key, holderKey);
  }

  /** Keeps anything else of a holder's under his key, at an address of its own; durable when it returns. */
  async keep(address: string, subject: string, value: unknown): Promise<void> {
    await this.#keys.ensure([subject]);
    await this.#store.put(address, encrypt(this.#holderKey(subject), Buffer.from(JSON.stringify(value)), address), { sync: true });
  }

  /** @returns undefined where it is not kept here or the holder's key is gone. @throws Damaged */
  kept(address: string, subject: string): unknown {
    const sealed = this.#store.getSync(address);
    const holderKey = sealed && this.#keys.get(subject);
    return holderKey ? (JSON.parse(decrypt(holderKey, sealed, address).toString('utf8')) as unknown) : undefined;
  }

  /** Not synced: a crash leaves an orphan that nothing refers to. */
  async forget(address: string): Promise<void> {
    await this.#store.del(address);
  }

  /** A number by which something is found again: only a keyed digest of it lies here, for a stranger's number may hold anything. */
  async name(scope: string, text: string, id: string): Promise<void> {
    await this.#store.put(this.#named(scope, text), Buffer.from(id), { sync: true });
  }

  named(scope: string, text: string): string | undefined {
    const id = this.#store.getSync(this.#named(scope, text));
    return id && Buffer.from(id).toString();
  }

  #named(scope: string, text: string): string {
    return `named/${base64url(hmacSha256(this.#index, `named\0${scope}\0${text}`))}`;
  }

  /** Keys of all faces, for reconciliation. */
  async *faces(): AsyncIterable<{ licence: string; digest: string }> {
    for await (const key of this.#store.keys({ gt: 'face/', lt: 'face0' })) {
      const [, licence = '', digest = ''] = key.split('/');
      yield { licence, digest };
    }
  }

  /** The subject of a natural person at an agency, where it has one: asking makes nobody known. */
  knownPerson(agency: string, code: string): string | undefined {
    const known = this.#store.getSync(this.#personKey(agency, code));
    return known && Buffer.from(known).toString();
  }

  #personKey(agency: string, code: string): string {
    return `person/${base64url(hmacSha256(this.#index, `person\0${agency}\0${code}`))}`;
  }

  /** The subject of a natural person at an agency: found by a keyed digest of the code (blind index), made where new. */
  async person(agency: string, code: string): Promise<string> {
    const [key, known] = [this.#personKey(agency, code), this.knownPerson(agency, code)];
    if (known !== undefined) return known;
    const pending = this.#persons.get(key);
    if (pending) return pending;
    const subject = `person:${base64url(randomBytes(16))}`;
    this.#persons.set(key, subject);
    try {
      await this.#store.put(key, Buffer.from(subject), { sync: true });
    } finally {
      this.#persons.delete(key);
    }
    return subject;
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#keys.close();
  }
}
