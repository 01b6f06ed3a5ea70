/**
 * The life of seals at this gateway: applied for, made here or certified by an outside authority, filed on the ledger by a registrar's signature. What comes
 * after (stopped, restarted, cancelled) is on the ledger alone. A renewal is another seal of the same name; both are good until the older one ends.
 */
import { createPrivateKey } from 'node:crypto';
import type { Level } from 'level';
import { instantOf } from '#chaincode/facts/calendar';
import type { SealRecord, TriggerRole } from '#chaincode/facts/records';
import { EXPIRY_DAYS_MAX } from '#chaincode/rules/actors';
import { requestCertificate } from '#network/ca/authority';
import { nowOf, type Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';
import { keepsRecordsOf } from '../identity/staff.js';
import { Turns } from '../identity/turns.js';
import { newKeyPair, randomId, type Keyring } from '../keyring.js';
import type { Projection } from '../ledger/projection.js';
import { filingOf, listKeyOf, stateOf, type ListKeyAct, type SealApplication, type SealPutAct } from './application.js';
import { certifySeal, sealUri } from './authority.js';
import { readSealCertificate } from './certificate.js';
import { ending, endingSeals, successorOf, type EndingSeal } from './ending.js';
import type { SealKeyFiles } from './key-files.js';
import { lockedFault } from './signer.js';

/** What is applied for. Of a renewal the name, and what is not said anew, are its predecessor's. */
export interface SealWish {
  readonly agency?: string | undefined;
  readonly name?: string | undefined;
  readonly years: number;
  readonly triggers?: readonly TriggerRole[] | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly renews?: string | undefined;
}

/** A seal as registrars and approvers see it, whether it is on the ledger yet or not. */
export interface SealView {
  readonly id: string;
  readonly agency: string;
  readonly agencyName: string;
  readonly name: string;
  readonly alg: 'ES256';
  readonly state: ReturnType<typeof stateOf> | SealRecord['status'];
  readonly triggers?: readonly TriggerRole[];
  readonly kinds?: readonly string[];
  readonly renews?: string;
  readonly renewedBy?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly daysLeft?: number;
  readonly warning?: EndingSeal['warning'];
  /** Whether its signature can be asked for at this gateway. */
  readonly here: boolean;
  /** base64url DER */
  readonly certificate?: string;
  readonly history?: SealRecord['history'];
  readonly appliedAt?: string;
  /** PEM, PKCS#10: for the outside authority. */
  readonly request?: string;
  /** What a registrar signs to file it. */
  readonly filing?: SealPutAct;
  /** What a registrar signs before that, where the agency has no key for its status lists yet. */
  readonly listKey?: ListKeyAct;
}

interface Acting {
  readonly staff: string;
  readonly agency: string;
}

/** Nobody has more waiting in good faith. */
const WAITING_MAX = 20;
const DAY_MS = 86_400_000;
/** As long as a certificate of the usual authorities is good, and some more. */
export const YEARS_MAX = 10;
/** What was signed before a withdrawal may be filed that long, and a seal on the ledger without its key would be worth nothing. */
const WITHDRAWN_KEPT_MS = (EXPIRY_DAYS_MAX + 1) * DAY_MS;

export interface SealsParts {
  readonly desk: Level<string, string>;
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly keys: SealKeyFiles;
  readonly clock: Clock;
  /** Whether acts of the agency can be made here. */
  readonly hosts: (agency: string) => boolean;
}

export class Seals {
  readonly #parts: SealsParts;
  readonly #turns = new Turns();

  constructor(parts: SealsParts) {
    this.#parts = parts;
  }

  /** What waits, and what is on the ledger, of all agencies whose records these registrars keep; what asks for something first. */
  async list(registrar: string): Promise<SealView[]> {
    const [waiting, records] = [await this.#waiting(), await this.#parts.projection.all('seal')];
    const views = [...(await Promise.all(waiting.map((application) => this.#applied(application)))), ...records.map((record) => this.#filed(record, records))];
    return views.filter(({ agency }) => this.#keeps(registrar, agency)).sort((a, b) => rank(a) - rank(b) || (a.validUntil ?? '').localeCompare(b.validUntil ?? '') || (a.id < b.id ? -1 : 1));
  }

  /** @throws GatewayFault NOT_FOUND */
  async view(registrar: string, id: string): Promise<SealView> {
    const found = (await this.list(registrar)).find((seal) => seal.id === id);
    if (!found) throw new GatewayFault('NOT_FOUND');
    return found;
  }

  /** @throws GatewayFault FORBIDDEN, AGENCY_NOT_HOSTED, NOT_FOUND, FACE_INVALID, SEALS_WAITING */
  async apply({ staff, agency: registrar }: Acting, wish: SealWish): Promise<SealView> {
    const renewed = wish.renews === undefined ? undefined : this.#predecessor(registrar, wish.renews);
    const agency = wish.agency ?? renewed?.agency ?? registrar;
    if (!this.#keeps(registrar, agency) || (renewed && renewed.agency !== agency)) throw new GatewayFault('FORBIDDEN');
    if (!this.#parts.hosts(agency)) throw new GatewayFault('AGENCY_NOT_HOSTED');
    const name = renewed?.name ?? wish.name?.trim();
    if (name === undefined || name === '') throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'name', code: 'FIELD_MISSING' }] });
    if (renewed && this.#until(wish.years) <= renewed.validUntil) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'years', code: 'DATES_REVERSED' }] });
    const { triggers = renewed?.triggers, kinds = renewed?.kinds } = wish;
    return this.#turns.take(agency, async () => {
      const waiting = (await this.#waiting()).filter((each) => each.agency === agency);
      if (waiting.length >= WAITING_MAX || (renewed && waiting.some(({ renews }) => renews === renewed.id))) throw new GatewayFault('SEALS_WAITING');
      const application: SealApplication = {
        id: randomId(), agency, name, years: wish.years, ...(triggers ? { triggers } : {}), ...(kinds ? { kinds } : {}), ...(renewed ? { renews: renewed.id } : {}),
        appliedBy: staff, appliedAt: nowOf(this.#parts.clock),
      };
      return this.#write(application);
    });
  }

  /** The key, and the certificate by this gateway's own authority. @throws GatewayFault NOT_FOUND, SEAL_STATE, SEAL_LOCKED */
  async make(registrar: string, id: string): Promise<SealView> {
    return this.#step(registrar, id, ['applied'], async (application) => {
      const { agency, name, years } = application;
      const privateKey = await this.#newKey(application);
      const from = new Date(this.#parts.clock.now());
      const until = new Date(this.#until(years));
      const certificate = await certifySeal(this.#parts.keyring, { agency, name, privateKey, from, until });
      return this.#made(application, { certificate: base64urlOf(certificate), validFrom: from.toISOString(), validUntil: until.toISOString() });
    });
  }

  /** The key, and a request that an outside authority certifies. @throws as {@link make} */
  async request(registrar: string, id: string): Promise<SealView> {
    return this.#step(registrar, id, ['applied'], async (application) => {
      const { agency, name } = application;
      const privateKey = await this.#newKey(application);
      const organization = this.#parts.projection.get('agency', agency)?.name ?? agency;
      return { ...application, request: await requestCertificate({ privateKey, commonName: name, organization, uris: [sealUri(agency)] }) };
    });
  }

  /**
   * The certificate that an outside authority has given for the key that is here: made for a request, or imported.
   * @param given PEM. @throws GatewayFault SEAL_CERTIFICATE saying what is wrong with it, SEAL_STATE, SEAL_LOCKED, NOT_FOUND
   */
  async certify(registrar: string, id: string, given: string): Promise<SealView> {
    return this.#step(registrar, id, ['applied', 'requested'], async (application) => {
      const { agency, years } = application;
      if (!this.#parts.keys.holds(agency, id)) throw new GatewayFault('SEAL_STATE');
      const now = this.#parts.clock.now();
      const { spki } = await this.#parts.keys.signer(agency, id);
      const { certificate, notAfter } = readSealCertificate(given, { agency, spki, now });
      const until = Math.min(notAfter, Date.parse(this.#until(years)));
      const renewed = application.renews === undefined ? undefined : this.#parts.projection.get('seal', application.renews);
      if (renewed && instantOf(until) <= renewed.validUntil) throw new GatewayFault('SEAL_CERTIFICATE', { fields: [{ field: 'certificate', code: 'CERTIFICATE_ENDS_FIRST' }] });
      return this.#made(application, { certificate, validFrom: instantOf(now), validUntil: instantOf(until) });
    });
  }

  /** Takes back what is not filed. @throws GatewayFault NOT_FOUND; SEAL_STATE where it is filed, or its filing waits for a second signature */
  async withdraw(registrar: string, id: string): Promise<void> {
    await this.#turns.take(id, async () => {
      const application = await this.#application(registrar, id);
      const proposed = (await this.#parts.projection.all('proposal')).some(({ status, act }) => status === 'open' && act['id'] === id);
      if (proposed) throw new GatewayFault('SEAL_STATE');
      await this.#put({ ...application, withdrawnAt: nowOf(this.#parts.clock) });
    });
  }

  /** Keys of what was withdrawn, when no filing of it can come any more. */
  async sweep(): Promise<void> {
    const { clock, desk, keys } = this.#parts;
    for (const { id, agency, withdrawnAt } of await this.#unfiled()) {
      if (withdrawnAt === undefined || Date.parse(withdrawnAt) + WITHDRAWN_KEPT_MS > clock.now()) continue;
      keys.remove(agency, id);
      await desk.del(`seal/${id}`, { sync: true });
    }
  }

  /** Seals in use here and when they end. */
  async ending(): Promise<EndingSeal[]> {
    return endingSeals(await this.#parts.projection.all('seal'), this.#parts.keys, this.#parts.clock.now());
  }

  /** Opens the keys that are in use, one by one, so that what is wrong with one is known before somebody needs it. @returns what does not open */
  async tryKeys(): Promise<{ readonly agency: string; readonly seal: string; readonly error: unknown }[]> {
    const faults: { agency: string; seal: string; error: unknown }[] = [];
    for (const { agency, seal } of await this.ending()) await this.#parts.keys.signer(agency, seal).catch((error: unknown) => { faults.push({ agency, seal, error }); });
    return faults;
  }

  #keeps(registrar: string, agency: string): boolean {
    const ledger = this.#parts.projection.get('ledger', 'settings');
    return ledger !== undefined && keepsRecordsOf(ledger, registrar, agency);
  }

  #predecessor(registrar: string, id: string): SealRecord {
    const record = this.#parts.projection.get('seal', id);
    if (!record || !this.#keeps(registrar, record.agency)) throw new GatewayFault('NOT_FOUND');
    return record;
  }

  #until(years: number): string {
    return instantOf(this.#parts.clock.now() + years * 365 * DAY_MS);
  }

  async #made(application: SealApplication, made: NonNullable<SealApplication['made']>): Promise<SealApplication> {
    if (await this.#signsLists(application.agency)) return { ...application, made };
    const [id, { spki, privateKey }] = [randomId(), newKeyPair()];
    this.#parts.keyring.storeSigner('status-list', application.agency, id, privateKey);
    return { ...application, made, listKey: { id, spki } };
  }

  async #signsLists(agency: string): Promise<boolean> {
    return (await this.#parts.projection.all('agency-key')).some((key) => key.agency === agency && key.use === 'status-list' && key.status === 'in-use');
  }

  /** Durable before anything refers to it. @returns PEM, for the certificate's sake */
  async #newKey({ agency, id }: SealApplication): Promise<string> {
    const { privateKey } = newKeyPair();
    await this.#parts.keys.store(agency, id, createPrivateKey(privateKey));
    return privateKey;
  }

  async #step(registrar: string, id: string, states: readonly ReturnType<typeof stateOf>[], step: (application: SealApplication) => Promise<SealApplication>): Promise<SealView> {
    return this.#turns.take(id, async () => {
      const application = await this.#application(registrar, id);
      if (!states.includes(stateOf(application))) throw new GatewayFault('SEAL_STATE');
      return this.#write(await step(application).catch((error: unknown) => { throw lockedFault(error); }));
    });
  }

  async #application(registrar: string, id: string): Promise<SealApplication> {
    const record = this.#parts.projection.get('seal', id);
    if (record && this.#keeps(registrar, record.agency)) throw new GatewayFault('SEAL_STATE');
    const found = (await this.#waiting()).find((each) => each.id === id);
    if (!found || !this.#keeps(registrar, found.agency)) throw new GatewayFault('NOT_FOUND');
    return found;
  }

  async #write(application: SealApplication): Promise<SealView> {
    await this.#put(application);
    return this.#applied(application);
  }

  async #put(application: SealApplication): Promise<void> {
    await this.#parts.desk.put(`seal/${application.id}`, JSON.stringify(application), { sync: true });
  }

  async #waiting(): Promise<SealApplication[]> {
    return (await this.#unfiled()).filter(({ withdrawnAt }) => withdrawnAt === undefined);
  }

  /** What has reached the ledger is no application any more. */
  async #unfiled(): Promise<SealApplication[]> {
    const all = (await this.#parts.desk.values({ gt: 'seal/', lt: 'seal0' }).all()).map((text) => JSON.parse(text) as SealApplication);
    for (const { id } of all) if (this.#parts.projection.get('seal', id)) await this.#parts.desk.del(`seal/${id}`);
    return all.filter(({ id }) => !this.#parts.projection.get('seal', id));
  }

  async #applied(application: SealApplication): Promise<SealView> {
    const { id, agency, name, triggers, kinds, renews, appliedAt, request, made } = application;
    const filing = filingOf(application);
    const listKey = filing === undefined || (await this.#signsLists(agency)) ? undefined : listKeyOf(application);
    return {
      id, agency, agencyName: this.#agencyName(agency), name, alg: 'ES256', state: stateOf(application), ...(triggers ? { triggers } : {}), ...(kinds ? { kinds } : {}), ...(renews === undefined ? {} : { renews }),
      appliedAt, here: this.#parts.keys.holds(agency, id), ...(request === undefined ? {} : { request }), ...made, ...(filing ? { filing } : {}), ...(listKey ? { listKey } : {}),
    };
  }

  #filed(record: SealRecord, all: readonly SealRecord[]): SealView {
    const { use: _, status, ...rest } = record;
    const renewedBy = successorOf(record, all)?.id;
    const { daysLeft, warning } = ending(record, this.#parts.clock.now());
    return {
      ...rest, agencyName: this.#agencyName(record.agency), state: status, daysLeft, here: this.#parts.keys.holds(record.agency, record.id),
      ...(renewedBy === undefined ? {} : { renewedBy }), ...(warning === undefined || status !== 'in-use' || renewedBy !== undefined ? {} : { warning }),
    };
  }

  #agencyName(agency: string): string {
    return this.#parts.projection.get('agency', agency)?.name ?? '';
  }
}

/** What waits for somebody, then what is in use, then the rest. */
const rank = ({ state }: SealView): number => ['made', 'requested', 'applied', 'in-use', 'stopped', 'cancelled'].indexOf(state);

const base64urlOf = (pem: string): string => Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('base64url');
