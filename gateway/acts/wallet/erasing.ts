/** Destroying what lies here of persons whom the ledger, or the list of tombstones, says to be erased; and saying so on the ledger when it is done. */
import type { Level } from 'level';
import { instantOf } from '#chaincode/facts/calendar';
import { canonical } from '#chaincode/facts/canonical';
import { isErased } from '#chaincode/facts/erasure';
import type { ErasureConfirm } from '#chaincode/facts/erasure-commands';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { nowOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import { randomId, type Keyring } from '../../keyring.js';
import { laneOf, type Lanes } from '../../ledger/lanes.js';
import type { PrintFiles } from '../../jobs/prints.js';
import type { Projection } from '../../ledger/projection.js';
import { printOrdersOf } from '../../ledger/centre-rows.js';
import { keysUnder, shred } from '../../vault/shred.js';
import type { Tombstones } from '../../vault/tombstones.js';
import type { Remains, Vault } from '../../vault/vault.js';
import { labelAddress } from '../holder/delegation.js';
import { filingAddress, filingRow, ownFilingsOf } from '../applications/filing.js';
import { identityAddress } from '../holder/identity.js';
import type { LicenceActs } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import { objectionAddresses } from '../holder/objection.js';
import { pickUpAddress } from '../print/print-order.js';
import { providedOf, providedRow } from '../holder/provider.js';

/** What did not come through, because the ledger or the disk was away, is tried again after so long. */
const AGAIN_MS = 60_000;
const EXPIRES_MS = 600_000;
/** Grants read at once. */
const PAGE = 500;

export interface ErasingParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly desk: Level<string, string>;
  readonly lanes: Pick<Lanes, 'submit'>;
  readonly acts: Pick<LicenceActs, 'forget'>;
  readonly lookup: Pick<Lookup, 'whole'>;
  readonly keyring: Keyring;
  /** Files for a printer, which hold what many licences say. */
  readonly prints: Pick<PrintFiles, 'sweep'>;
  readonly tombstones: Tombstones;
  readonly clock: Clock;
  readonly hosts: (agency: string) => boolean;
}

export class Erasing {
  readonly #pending = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  onFailure: (error: unknown) => void = () => undefined;

  constructor(private readonly parts: ErasingParts) {}

  /** Every tombstone once more, before anything is served: what came back with a backup goes. @returns of how many persons something was destroyed */
  async replay(): Promise<number> {
    const { projection, tombstones, vault } = this.parts;
    const subjects = new Set(tombstones.all());
    for await (const [subject, record] of projection.records('erasure')) {
      if (isErased(record)) subjects.add(subject);
      if (record.status === 'ERASING') this.#pending.add(subject);
    }
    const left = [...subjects].filter((subject) => vault.mayHold(subject));
    await this.#destroy(left);
    return left.length;
  }

  start(): void {
    this.parts.projection.onErasing = (subject) => {
      this.#pending.add(subject);
      this.goOn();
    };
    this.#timer = setInterval(() => { this.goOn(); }, AGAIN_MS).unref();
    this.goOn();
  }

  goOn(): void {
    if (this.#pending.size > 0) this.#turn = this.#turn.then(() => this.#work()).catch((error: unknown) => { this.onFailure(error); });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
  }

  async #work(): Promise<void> {
    const subjects = [...this.#pending];
    await this.#destroy(subjects.filter((subject) => this.parts.vault.mayHold(subject)));
    for (const subject of subjects) {
      for (const agency of this.#unconfirmed(subject)) await this.#confirm(agency, subject);
      if (this.#unconfirmed(subject).length === 0) this.#pending.delete(subject);
    }
  }

  /** Agencies of this gateway that have still to say it. */
  #unconfirmed(subject: string): string[] {
    const { projection, hosts } = this.parts;
    return (projection.get('erasure', subject)?.keepers ?? []).flatMap(({ agency, at }) => (at === undefined && hosts(agency) ? [agency] : []));
  }

  /** The list first: from then on no backup brings it back. */
  async #destroy(subjects: readonly string[]): Promise<void> {
    if (subjects.length === 0) return;
    const { tombstones, vault, acts, clock } = this.parts;
    tombstones.add(subjects, nowOf(clock));
    acts.forget(new Set(subjects));
    const remains: Remains[] = [];
    for (const subject of subjects) {
      const waiting = await this.#clearDesk(subject);
      remains.push(await this.#remainsOf(subject, waiting));
    }
    await this.parts.prints.sweep(clock.now(), true);
    await vault.erase(remains);
  }

  async #remainsOf(subject: string, waiting: Pick<Remains, 'grants' | 'addresses'>): Promise<Remains> {
    const { projection, lookup } = this.parts;
    const licences = await projection.licencesOf(subject, Infinity);
    const papers = licences.flatMap((id) => {
      const record = projection.get('licence', id);
      return record ? lookup.whole(record).versions.flatMap(({ version, documents }) => documents.filter(({ type }) => type === 'pdf').map(({ digest }) => ({ licence: id, version, digest }))) : [];
    });
    const grants = [...waiting.grants, ...(await this.#grantsOf(subject))];
    return { subject, licences, papers, grants, applications: await projection.applicationsBy(subject), addresses: [...waiting.addresses, ...(await this.#addressesOf(subject))] };
  }

  /** Of whatever else of him the ledger knows: what lies here of it, lies under these. */
  async #addressesOf(subject: string): Promise<string[]> {
    const { projection } = this.parts;
    const holds = (await projection.all('hold')).filter((hold) => hold.subject === subject);
    const [identities, objections, delegations] = [await projection.identitiesOf(subject, Infinity), await projection.objections({ by: subject }, { limit: Infinity }), await projection.delegations({ of: subject })];
    const prints = (await Promise.all((await projection.licencesOf(subject, Infinity)).map((id) => projection.keysUnder(printOrdersOf(id), { limit: Infinity })))).flat();
    return [...prints.map((key) => pickUpAddress(key.slice(key.lastIndexOf('/') + 1))), ...holds.map(({ id }) => holdAddress(id)), ...identities.map(({ id }) => identityAddress(id)), ...objections.flatMap(({ id }) => objectionAddresses(id)), ...delegations.map(({ id }) => labelAddress(id))];
  }

  async #grantsOf(subject: string): Promise<string[]> {
    const ids: string[] = [];
    for (let before: string | undefined, more = true; more;) {
      const page = await this.parts.projection.grants({ of: subject }, { limit: PAGE, before });
      ids.push(...page.map(({ id }) => id));
      before = page.at(-1)?.cursor;
      more = page.length === PAGE;
    }
    return ids;
  }

  /** Requests that wait for him, what he has filed, who a provider says he is, and what staff have written down of him at a counter. @returns where the rest of what waits lies under his key */
  async #clearDesk(subject: string): Promise<Pick<Remains, 'grants' | 'addresses'>> {
    const { desk, projection } = this.parts;
    const asked = await keysUnder(desk, `grant-asked/${subject}/`);
    const ids = asked.map((key) => key.slice(key.lastIndexOf('/') + 1));
    const codes = (await desk.getMany(ids.map((id) => `grant-request/${id}`))).flatMap((row) => (row === undefined ? [] : [`grant-code/${(JSON.parse(row) as { code: string }).code}`]));
    const attested = [...(await projection.devicesOf(subject)), ...(await projection.identitiesOf(subject, Infinity)), ...(await this.#grantsOf(subject)).map((id) => projection.get('grant', id))];
    const seen = attested.flatMap((each) => (each?.evidence === undefined ? [] : [`counter/${each.evidence}`]));
    const filed = await keysUnder(desk, ownFilingsOf(subject));
    const filings = await Promise.all(filed.map(async (key) => ({ id: key.slice(key.lastIndexOf('/') + 1), agency: (await desk.get(key)) ?? '' })));
    const provided = await desk.get(providedOf(subject));
    await shred(desk, [
      ...asked, ...ids.map((id) => `grant-request/${id}`), ...codes, ...seen, ...filed, ...filings.map(({ agency, id }) => filingRow(agency, id)),
      ...(provided === undefined ? [] : [providedOf(subject), providedRow(provided)]),
    ]);
    return { grants: ids, addresses: [...filings.map(({ id }) => filingAddress(id)), ...(provided === undefined ? [] : [providedRow(provided)])] };
  }

  /** @throws GatewayFault */
  async #confirm(agency: string, subject: string): Promise<void> {
    const { lanes, projection, keyring, clock } = this.parts;
    const act: ErasureConfirm = { op: 'erasure.confirm', subject };
    const content = base64url(hmacSha256(keyring.requestKey(agency), canonical(act)));
    const command = { act, expiresAt: instantOf(clock.now() + EXPIRES_MS) };
    const { results: [result], block } = await lanes.submit({ request: { agency, requestId: randomId(), content, actors: [], commands: [command] }, entries: [] }, laneOf(subject));
    if (result?.ok !== true) throw new GatewayFault('REFUSED', result ? { refusal: result.code } : {});
    if (block !== undefined) await projection.reached(block);
  }
}

/** Where the case of a hold lies, under the holder's key. */
export const holdAddress = (id: string): string => `hold/${id}`;
