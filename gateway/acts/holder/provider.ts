/**
 * Holders who have signed in at an identity provider. That opens their own licences to be read. What is to be on the ledger, an identity record and the phone's key, waits for a
 * person of an agency, who signs it without having the holder before him: the contract believes no gateway by itself.
 */
import type { Level } from 'level';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { deviceFingerprint } from '#chaincode/facts/device';
import { maskCode, parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import { documentFor } from '#chaincode/facts/identity';
import { nowOf, type Clock } from '../../clock.js';
import { providerCommitment } from '../../documents/identity.js';
import { GatewayFault } from '../../fault.js';
import { randomId, type Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { Counter } from '../use/counter.js';
import type { DeviceKey, Devices } from './device.js';
import type { Drafter } from '../licence/draft.js';
import type { Identities } from './identity.js';
import type { Acting, DraftView } from '../licence/licence.js';

/** What a provider said, and the key that its token is about. */
export interface SignedIn {
  readonly issuer: string;
  readonly code: string;
  readonly name: string;
  readonly idToken: string;
  readonly device?: DeviceKey | undefined;
}
/** For the clerk: who, by which provider, since when; the digits of the key. */
export interface ProvidedView {
  readonly id: string;
  readonly at: string;
  readonly issuer: string;
  /** Masked for natural persons. */
  readonly code: string;
  readonly name: string;
  readonly attested: boolean;
  readonly device?: DeviceKey & { readonly fingerprint: string; readonly registered: boolean };
  /** Not his first device: two persons sign. */
  readonly further: boolean;
}

interface Row {
  readonly id: string;
  readonly subject: string;
  readonly at: string;
  /** The agency that knows a natural person; absent for organisations, whom every agency may serve. */
  readonly agency?: string;
}
export const providedRow = (id: string): string => `provided/${id}`;
export const providedOf = (subject: string): string => `provided-of/${subject}`;
/** An agency works through it within the week, or the holder signs in again. */
const KEPT_MS = 7 * 86_400_000;
/** A clerk's list. */
const LIST_MAX = 200;

export interface ProviderSignInsParts {
  readonly desk: Level<string, string>;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly projection: Projection;
  readonly identities: Pick<Identities, 'attested'>;
  readonly devices: Pick<Devices, 'forSubject'>;
  readonly counter: Pick<Counter, 'held'>;
  readonly drafter: Pick<Drafter, 'today'>;
  readonly clock: Clock;
}

export class ProviderSignIns {
  constructor(private readonly parts: ProviderSignInsParts) {}

  /** @returns the subject whose licences are now open to be read @throws GatewayFault PROVIDER_CLAIMS, PROVIDER_HOLDER */
  async take(word: SignedIn): Promise<string> {
    const { vault, desk, clock } = this.parts;
    const { subject, agency } = this.#subjectOf(word.code);
    const before = await desk.get(providedOf(subject));
    const row: Row = { id: randomId(), subject, at: nowOf(clock), ...(agency === undefined ? {} : { agency }) };
    // One for each holder, the latest: whoever signs in a hundred times fills nothing.
    await vault.keep(providedRow(row.id), subject, { ...word, code: word.code.trim().toUpperCase() });
    await desk.batch([{ type: 'put', key: providedRow(row.id), value: JSON.stringify(row) }, { type: 'put', key: providedOf(subject), value: row.id }, ...(before === undefined ? [] : [{ type: 'del', key: providedRow(before) } as const])], { sync: true });
    if (before !== undefined) await vault.forget(providedRow(before));
    return subject;
  }

  /** What waits for an agency's staff, the latest first. */
  async list(agency: string): Promise<ProvidedView[]> {
    const rows = (await this.parts.desk.values({ gt: 'provided/', lt: 'provided0', limit: LIST_MAX }).all()).map((text) => JSON.parse(text) as Row);
    const mine = rows.filter((row) => this.#isOpen(row, agency)).sort((a, b) => (a.at < b.at ? 1 : -1));
    return (await Promise.all(mine.map((row) => this.#view(row)))).filter((view) => view !== undefined);
  }

  /** The identity record, to be signed. @throws GatewayFault PROVIDED_UNKNOWN for another agency's too */
  async attest(acting: Acting, requestId: string, id: string): Promise<DraftView> {
    const { row, word } = await this.#demand(acting.agency, id);
    const opening = this.#opening(acting.agency, id);
    const facts = { v: 1, document: documentFor(row.subject), code: word.code, name: word.name.normalize('NFKC').trim(), method: 'provider', issuer: word.issuer } as const;
    const held = await this.parts.counter.held(acting.agency, row.subject);
    return this.parts.identities.attested(acting, requestId, row.subject, facts, { evidence: providerCommitment(opening, word.idToken), provider: { idToken: word.idToken, opening: base64url(opening) }, ...(held === undefined ? {} : { held }) });
  }

  /** The phone's key, to be signed: by one person for the first device, by two for a further one, as at a counter. @throws GatewayFault PROVIDED_UNKNOWN */
  async register(acting: Acting, requestId: string, id: string): Promise<DraftView> {
    const { row, word } = await this.#demand(acting.agency, id);
    if (!word.device) throw new GatewayFault('PROVIDED_UNKNOWN');
    return this.parts.devices.forSubject(acting, requestId, row.subject, word.device, ['IDENTITY_PROVIDER']);
  }

  async sweep(): Promise<void> {
    const { desk, vault, clock } = this.parts;
    for (const text of await desk.values({ gt: 'provided/', lt: 'provided0' }).all()) {
      const { id, subject, at } = JSON.parse(text) as Row;
      if (Date.parse(at) + KEPT_MS >= clock.now()) continue;
      await vault.forget(providedRow(id));
      await desk.batch([{ type: 'del', key: providedRow(id) }, { type: 'del', key: providedOf(subject) }]);
    }
  }

  async #demand(agency: string, id: string): Promise<{ readonly row: Row; readonly word: SignedIn }> {
    const text = await this.parts.desk.get(providedRow(id));
    const row = text === undefined ? undefined : (JSON.parse(text) as Row);
    const word = row && this.#isOpen(row, agency) ? (this.parts.vault.kept(providedRow(id), row.subject) as SignedIn | undefined) : undefined;
    if (!row || !word) throw new GatewayFault('PROVIDED_UNKNOWN');
    return { row, word };
  }

  #isOpen(row: Row, agency: string): boolean {
    // An agency that issues nothing may not vouch for anybody: the contract would refuse it.
    const issues = this.parts.projection.get('agency', agency)?.rights.some(({ right }) => right === 'issue') === true;
    return issues && (row.agency === undefined || row.agency === agency) && Date.parse(row.at) + KEPT_MS >= this.parts.clock.now();
  }

  async #view({ id, at, subject }: Row): Promise<ProvidedView | undefined> {
    const { vault, projection } = this.parts;
    const word = vault.kept(providedRow(id), subject) as SignedIn | undefined;
    if (!word) return undefined;
    const { device } = word;
    const registered = device !== undefined && projection.get('device', device.id) !== undefined;
    const records = await projection.identitiesOf(subject, LIST_MAX);
    return {
      id, at, issuer: word.issuer, code: subject.startsWith('uscc:') ? word.code : maskCode(word.code), name: word.name, attested: records.some((record) => record.method === 'provider' && record.status === 'in-use' && record.at >= at),
      ...(device ? { device: { ...device, fingerprint: deviceFingerprint(device.spki), registered } } : {}), further: (projection.get('holder', subject)?.registered ?? 0) > 0,
    };
  }

  /** An organisation is known by its code everywhere; a natural person only to agencies that have a licence of his. */
  #subjectOf(code: string): { readonly subject: string; readonly agency?: string } {
    const { keyring, vault, drafter } = this.parts;
    const given = code.trim().toUpperCase();
    if (parseUscc(given)) return { subject: `uscc:${given}` };
    if (!parseCitizenId(given, drafter.today)) throw new GatewayFault('PROVIDER_CLAIMS');
    for (const agency of keyring.identities().keys()) {
      const subject = vault.knownPerson(agency, given);
      if (subject !== undefined) return { subject, agency };
    }
    throw new GatewayFault('PROVIDER_HOLDER');
  }

  #opening(agency: string, id: string): Uint8Array {
    return hmacSha256(this.parts.keyring.secret(`agencies/${agency}/counter.key`, { create: true }), 'provider\0', id);
  }
}
