/** Faces at rest: AES-256-GCM under the holder's key. Trusted for reading faces, never for what is in force: that is the ledger's. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Level, type BatchOperation } from 'level';
import type { Grant } from '#chaincode/facts/grant-commands';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { decrypt, encrypt } from '../cipher.js';
import type { Face } from '#chaincode/facts/credential';
import type { Keyring } from '../keyring.js';
import { Erased, HolderKeys } from './holder-keys.js';
import { PaperFiles, type PaperKey } from './papers.js';
import { keysUnder, shred } from './shred.js';
import { WrappingKeys } from './wrapping.js';

/** Beside a document: openings are base64url, 32 bytes, of commitments on the ledger. */
export interface Beside {
  /** The signed promise, base64. */
  readonly promise?: { readonly opening: string; readonly document: string };
  /** What the rules of an automatic issue were applied to. */
  readonly inputs?: { readonly opening: string; readonly text: string };
}

/** What is kept of one version of a licence, under the digest that the ledger holds. */
export interface Kept extends Beside {
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
  /** What those who endorse its act see of it (docs/decisions/0037); not kept. */
  readonly shown?: string;
}

/** What a grant is for, and the bytes (base64url) that open the ledger's commitment to it. */
export interface KeptGrant {
  readonly grant: Grant;
  readonly text: string;
  readonly opening: string;
}

/** Where things of a holder lie that is to be erased, as the ledger's index tells. */
export interface Remains {
  readonly subject: string;
  readonly licences: readonly string[];
  readonly papers: readonly PaperKey[];
  readonly grants: readonly string[];
  readonly applications: readonly string[];
  /** Of whatever else was kept under his key. */
  readonly addresses: readonly string[];
}

type Store = Level<string, Uint8Array>;
type Operation = BatchOperation<Store, string, Uint8Array>;

const grantKey = (id: string): string => `grant/${id}`;
/** Says that nothing of a subject is left here; a store that comes back from a backup does not say so. */
const erasedKey = (subject: string): string => `erased/${subject}`;
const faceKey = ({ licence, digest }: Pick<VaultEntry, 'licence' | 'digest'>): string => `face/${licence}/${digest}`;

export class Vault {
  readonly #store: Store;
  readonly #keys: HolderKeys;
  readonly #index: Uint8Array;
  readonly #papers: PaperFiles;
  /** Persons being given their reference right now: two clerks at once get the same one. */
  readonly #persons = new Map<string, string>();

  private constructor(store: Store, keys: HolderKeys, index: Uint8Array, papers: PaperFiles, private readonly erased: (subject: string) => boolean) {
    this.#store = store;
    this.#keys = keys;
    this.#index = index;
    this.#papers = papers;
  }

  /** @param erased whether a subject is one of whom nothing is kept any more */
  static async open(directory: string, keyring: Keyring, erased: (subject: string) => boolean = () => false): Promise<Vault> {
    const keys = await HolderKeys.open(join(directory, 'holder-keys'), new WrappingKeys(keyring.path('vault')), erased);
    const store: Store = new Level(join(directory, 'vault'), { valueEncoding: 'view', compression: false, writeBufferSize: 16 << 20 });
    await store.open();
    return new Vault(store, keys, keyring.secret('vault/index.key'), new PaperFiles(join(directory, 'papers')), erased);
  }

  /** Durable when it returns; all entries or none. */
  async put(given: readonly VaultEntry[]): Promise<void> {
    // Erased meanwhile: the ledger refuses it, and what goes with it in one transaction has nothing to do with that.
    const entries = given.filter(({ subject }) => !this.erased(subject));
    // Keys and faces are durable together before the ledger hears of them; neither alone says anything.
    const keys = this.#keys.ensure(entries.map(({ subject }) => subject));
    const operations = entries.map((entry): Operation => {
      const key = faceKey(entry);
      return { type: 'put', key, value: encrypt(this.#holderKey(entry.subject), Buffer.from(JSON.stringify(entry.kept)), key) };
    });
    await Promise.all([keys, this.#store.batch(operations, { sync: true })]);
  }

  #holderKey(subject: string): Uint8Array {
    if (this.erased(subject)) throw new Erased();
    const key = this.#keys.get(subject);
    if (!key) throw new Error('holder key was not made');
    return key;
  }

  /** The key of a holder, made where new; durable when it returns. */
  async holderKey(subject: string): Promise<Uint8Array> {
    await this.#keys.ensure([subject]);
    return this.#holderKey(subject);
  }

  get holderKeys(): Pick<HolderKeys, 'rotate' | 'isRotating' | 'wrappedSince'> {
    return this.#keys;
  }

  isErased(subject: string): boolean {
    return this.erased(subject);
  }

  /** Whether something of an erased subject may lie here: since it was erased elsewhere, or since a backup came back. */
  mayHold(subject: string): boolean {
    return this.#keys.has(subject) || this.#store.getSync(erasedKey(subject)) === undefined;
  }

  /** Destroys what lies here of subjects that count as erased. The keys go last: what is found with their help is then gone already, also where a crash came between. Durable when it returns. */
  async erase(all: readonly Remains[]): Promise<void> {
    const subjects = new Set(all.map(({ subject }) => subject));
    const applications = new Set(all.flatMap((remains) => remains.applications));
    const under = [...all.flatMap(({ licences }) => licences.map((id) => `face/${id}/`)), ...[...applications].map((id) => `application/${id}/`)];
    const found = await Promise.all(under.map((prefix) => keysUnder(this.#store, prefix)));
    await this.#store.batch([...found.flat(), ...all.flatMap(({ grants, addresses }) => [...grants.map(grantKey), ...addresses])].map((key): Operation => ({ type: 'del', key })), { sync: true });
    for (const key of all.flatMap(({ papers }) => papers)) await this.#papers.remove(key);
    // What is found by a person's or a case's number lies under no key.
    const numbers = [...applications].map((id) => this.#named('application-number', id));
    await shred(this.#store, [...numbers, ...(await this.#leadingTo('person', subjects)), ...(await this.#leadingTo('named', applications))]);
    await this.#keys.destroy([...subjects]);
    await this.#store.batch([...subjects].map((subject): Operation => ({ type: 'put', key: erasedKey(subject), value: new Uint8Array() })), { sync: true });
  }

  async #leadingTo(index: 'person' | 'named', ids: ReadonlySet<string>): Promise<string[]> {
    const keys: string[] = [];
    if (ids.size > 0) for await (const [key, value] of this.#store.iterator({ gt: `${index}/`, lt: `${index}0` })) if (ids.has(Buffer.from(value).toString())) keys.push(key);
    return keys;
  }

  /** @returns undefined where there is none, or none any more */
  knownHolderKey(subject: string): Uint8Array | undefined {
    return this.erased(subject) ? undefined : this.#keys.get(subject);
  }

  has(entry: Pick<VaultEntry, 'licence' | 'digest'>): boolean {
    return this.#store.getSync(faceKey(entry)) !== undefined;
  }

  /** @returns undefined where this vault does not hold it or the holder's key is gone. */
  get(licence: string, digest: string, subject: string): Kept | undefined {
    const key = faceKey({ licence, digest });
    const sealed = this.#store.getSync(key);
    const holderKey = sealed && this.knownHolderKey(subject);
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
    const holderKey = sealed && this.knownHolderKey(subject);
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
    const holderKey = this.knownHolderKey(subject);
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
    const holderKey = sealed && this.knownHolderKey(subject);
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

  /** A face as it lies here, encrypted. */
  sealedFace(entry: Pick<VaultEntry, 'licence' | 'digest'>): Uint8Array | undefined {
    return this.#store.getSync(faceKey(entry));
  }

  /** Files of sealed PDFs, whatever they hold. */
  get paperFiles(): Pick<PaperFiles, 'names' | 'moveOut'> {
    return this.#papers;
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
