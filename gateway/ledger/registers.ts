/** The small registers in memory: catalogue, scenes, seals, keys of agencies. They are few, and asked for on every issue and verification. */
import { base64url, sha256 } from '#chaincode/facts/hash';
import type { AgencyKeyRecord, KindRecord, SealRecord } from '#chaincode/facts/records';
import type { SceneRecord } from '#chaincode/facts/scene';
import { keyOf, type Noun, type RecordTypes } from '#chaincode/world';
import { Listings } from './listings.js';

export abstract class Registers extends Listings {
  readonly #kinds = new Map<string, KindRecord>();
  readonly #scenes = new Map<string, SceneRecord>();
  readonly #seals = new Map<string, SealRecord>();
  readonly #sealNames = new Map<string, SealRecord>();
  readonly #agencyKeys = new Map<string, AgencyKeyRecord>();

  /** All records of a noun. */
  abstract all<N extends Noun>(noun: N): Promise<RecordTypes[N][]>;

  /** As the rows say, whatever was known before. */
  protected async loadRegisters(): Promise<void> {
    for (const small of [this.#seals, this.#sealNames, this.#agencyKeys, this.#kinds, this.#scenes]) small.clear();
    for (const seal of await this.all('seal')) this.takeRegister(keyOf('seal', seal.id), seal);
    for (const key of await this.all('agency-key')) this.takeRegister(keyOf('agency-key', key.id), key);
    for (const kind of await this.all('kind')) this.takeRegister(keyOf('kind', kind.type), kind);
    for (const scene of await this.all('scene')) this.takeRegister(keyOf('scene', scene.id), scene);
  }

  /** A record that was written; those of other nouns are none of these. */
  protected takeRegister(key: string, record: object): void {
    if (key.startsWith('seal/')) this.#takeSeal(record as SealRecord);
    if (key.startsWith('agency-key/')) this.#agencyKeys.set(key, record as AgencyKeyRecord);
    if (key.startsWith('kind/')) this.#kinds.set(key, record as KindRecord);
    if (key.startsWith('scene/')) this.#scenes.set(key, record as SceneRecord);
  }

  #takeSeal(seal: SealRecord): void {
    this.#seals.set(seal.id, seal);
    this.#sealNames.set(seal.certificate, seal);
    this.#sealNames.set(base64url(sha256(Buffer.from(seal.certificate, 'base64url')).subarray(0, 8)), seal);
  }

  /** The catalogue, in memory: every imported row looks for its kind. */
  kinds(): readonly KindRecord[] {
    return [...this.#kinds.values()];
  }

  /** Scenes are few, and asked for before every look-up of another agency: kept in memory. */
  scenes(): readonly SceneRecord[] {
    return [...this.#scenes.values()];
  }

  /** Keys of an agency for a use, the newest first: every list, receipt and use record is signed with one. */
  agencyKeys(use: AgencyKeyRecord['use'], agency: string): AgencyKeyRecord[] {
    return [...this.#agencyKeys.values()].filter((key) => key.use === use && key.agency === agency).sort((a, b) => ((a.history[0]?.at ?? '') < (b.history[0]?.at ?? '') ? 1 : -1));
  }

  /** Keys of all agencies for a use, those laid aside too. */
  keysOfUse(use: AgencyKeyRecord['use']): AgencyKeyRecord[] {
    return [...this.#agencyKeys.values()].filter((key) => key.use === use);
  }

  /** Seals are few and asked for on every issue and verification: kept in memory. */
  sealsOf(agency: string): SealRecord[] {
    return [...this.#seals.values()].filter((seal) => seal.agency === agency);
  }

  /** The seal with this certificate (base64url DER). */
  sealByCertificate(certificate: string): SealRecord | undefined {
    return this.#sealNames.get(certificate);
  }

  /** The seal with this key id (base64url of 8 bytes). */
  sealByKeyId(keyId: string): SealRecord | undefined {
    return this.#sealNames.get(keyId);
  }

  protected readonly ownerOf = (seal: string): string | undefined => this.#seals.get(seal)?.agency;
}
