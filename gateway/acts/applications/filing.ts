/** Applications from the wallet: signed by the applicant's device, kept here until the agency takes them in. Nothing is on the ledger before that, and the number is given then. */
import type { Level } from 'level';
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { filingCommitment, filingDigest, type Filing } from '#chaincode/facts/application';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { fromBase64url } from '#chaincode/facts/hash';
import type { Label } from '#chaincode/facts/records';
import { nowOf, type Clock } from '../../clock.js';
import { OPENING_BYTES } from '../../documents/grant.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { Applicant, FormText } from './application-form.js';
import { invalid } from '../use/counter.js';
import type { Materials, MaterialsAnswer } from './materials.js';
import { chosen, type Wanted } from './matters.js';
import type { Named } from '../use/scene.js';
import { demandSigned, inReach, refused, standing, type SignedIn } from '../use/standing.js';

/** What the applicant says. */
export interface Filed {
  readonly form: FormText;
  readonly given: readonly string[];
  readonly applicant: Applicant;
}
export interface KeptFiling {
  readonly filing: Filing;
  /** Canonical text of what was filed, and the bytes (base64url) that open the commitment to it. */
  readonly text: string;
  readonly opening: string;
  readonly by: ByDevice;
  readonly filedAt: string;
}
export interface FilingView extends Filed {
  readonly id: string;
  readonly subject: string;
  readonly agency: Named;
  readonly trade?: string;
  readonly matters: readonly { readonly matter: string; readonly variant: string; readonly name: Label }[];
  readonly filedAt: string;
}

export interface FilingsParts {
  readonly desk: Level<string, string>;
  readonly vault: Vault;
  readonly projection: Projection;
  readonly materials: Pick<Materials, 'answer'>;
  readonly clock: Clock;
  /** Whether this gateway is the agency's. */
  readonly hosts: (agency: string) => boolean;
}

/** What no agency has taken in by then is forgotten: the applicant asks again, with licences as they are then. */
const KEPT_MS = 30 * 86_400_000;
/** More wait for nobody. */
const WAITING_MAX = 20;

export const filingAddress = (id: string): string => `filing/${id}`;
export const filingRow = (agency: string, id: string): string => `filing/${agency}/${id}`;
/** Before the ids of what a subject has filed. */
export const ownFilingsOf = (subject: string): string => `filed/${subject}/`;
const ownRowOf = (subject: string, id: string): string => ownFilingsOf(subject) + id;

export class Filings {
  constructor(private readonly parts: FilingsParts) {}

  /** What an agency asks of the holder for some matters, and which of his licences answer. @throws GatewayFault FACE_INVALID, REFUSED */
  async materials(who: SignedIn & { readonly mandate?: string | undefined }, agency: string, wanted: Wanted): Promise<MaterialsAnswer> {
    const { projection, clock, materials } = this.parts;
    const { mandate, ...signedIn } = who;
    const { subject, delegations } = standing(projection, clock, signedIn, 'apply', mandate);
    // A natural person's number is not kept: he applies at a counter.
    if (!subject.startsWith('uscc:')) throw invalid('holder', 'HOLDER_CODE');
    if (!chosen(projection, wanted).every(({ record }) => inReach(delegations, record))) throw refused('DELEGATION_SCOPE', 'matters');
    return materials.answer(agency, subject.slice(5), wanted);
  }

  /** The contract asks for the signature when it is taken in; asked here too, whoever was removed or lost fills nothing. @throws GatewayFault FACE_INVALID, REFUSED, CONFLICT, AGENCY_NOT_HOSTED, TOO_MANY_REQUESTS */
  async put(kept: Omit<KeptFiling, 'filedAt'>): Promise<void> {
    const { projection, vault, desk, clock, hosts } = this.parts;
    const { id, subject, agency, details } = kept.filing;
    const opening = fromBase64url(kept.opening);
    if (opening?.length !== OPENING_BYTES || filingCommitment(opening, kept.text) !== details || !parsed(kept.text)) throw invalid('details', 'DETAILS_DIFFER');
    if (!hosts(agency)) throw new GatewayFault('AGENCY_NOT_HOSTED');
    demandSigned(projection, kept.by, subject, (ledger) => filingDigest(ledger, kept.filing));
    this.#demandStanding(kept);
    if (projection.get('application', id) ?? (await desk.get(filingRow(agency, id)))) throw new GatewayFault('CONFLICT');
    if ((await desk.keys({ gt: ownFilingsOf(subject), lt: `filed/${subject}0`, limit: WAITING_MAX }).all()).length === WAITING_MAX) throw new GatewayFault('TOO_MANY_REQUESTS');
    const filedAt = nowOf(clock);
    await vault.keep(filingAddress(id), subject, { ...kept, filedAt } satisfies KeptFiling);
    await desk.batch([{ type: 'put', key: filingRow(agency, id), value: JSON.stringify({ subject, filedAt }) }, { type: 'put', key: ownRowOf(subject, id), value: agency }], { sync: true });
  }

  #demandStanding({ filing: { matters }, by }: Pick<KeptFiling, 'filing' | 'by'>): void {
    const { projection, clock } = this.parts;
    const device = projection.get('device', by.device);
    if (device?.status !== 'in-use') throw refused('DEVICE_NOT_IN_USE', 'by');
    const { delegations } = standing(projection, clock, { ...device, device: device.id }, 'apply', by.delegation);
    if (!matters.every(({ matter }) => inReach(delegations, projection.get('matter', matter) ?? {}))) throw refused('DELEGATION_SCOPE', 'matters');
  }

  /** What waits at an agency. @returns undefined where there is no such thing */
  async waiting(agency: string, id: string): Promise<KeptFiling | undefined> {
    const row = await this.parts.desk.get(filingRow(agency, id));
    return row === undefined ? undefined : (this.parts.vault.kept(filingAddress(id), (JSON.parse(row) as { subject: string }).subject) as KeptFiling | undefined);
  }

  /** For the agency, the first that came first. */
  async to(agency: string): Promise<FilingView[]> {
    const ids = await this.#ids(`filing/${agency}/`);
    const all = await Promise.all(ids.map((id) => this.waiting(agency, id)));
    return this.#views(all.filter((each) => each !== undefined && !this.parts.projection.get('application', each.filing.id)));
  }

  /** For the applicant: what waits to be taken in. @throws GatewayFault REFUSED */
  async of(who: SignedIn, mandate?: string): Promise<FilingView[]> {
    const { projection, clock, vault } = this.parts;
    const { subject } = standing(projection, clock, who, 'apply', mandate);
    const ids = await this.#ids(ownFilingsOf(subject));
    return this.#views(ids.filter((id) => !projection.get('application', id)).map((id) => vault.kept(filingAddress(id), subject) as KeptFiling | undefined));
  }

  /** Taken back before it was taken in. @throws GatewayFault NOT_FOUND, REFUSED */
  async withdraw(who: SignedIn, id: string, mandate?: string): Promise<void> {
    const filing = (await this.of(who, mandate)).find((each) => each.id === id);
    if (!filing) throw new GatewayFault('NOT_FOUND');
    await this.#forget(filing.agency.code, filing.subject, id);
  }

  /** Forgets what has been taken in, and what nobody took in. */
  async sweep(): Promise<void> {
    const { desk, projection, clock } = this.parts;
    for (const [key, text] of await desk.iterator({ gt: 'filing/', lt: 'filing0' }).all()) {
      const [, agency = '', id = ''] = key.split('/');
      const { subject, filedAt } = JSON.parse(text) as { subject: string; filedAt: string };
      if (projection.get('application', id) ?? Date.parse(filedAt) + KEPT_MS < clock.now()) await this.#forget(agency, subject, id);
    }
  }

  async #forget(agency: string, subject: string, id: string): Promise<void> {
    await this.parts.vault.forget(filingAddress(id));
    await this.parts.desk.batch([{ type: 'del', key: filingRow(agency, id) }, { type: 'del', key: ownRowOf(subject, id) }]);
  }

  async #ids(prefix: string): Promise<string[]> {
    const keys = await this.parts.desk.keys({ gt: prefix, lt: `${prefix}~` }).all();
    return keys.map((key) => key.slice(key.lastIndexOf('/') + 1));
  }

  #views(all: readonly (KeptFiling | undefined)[]): FilingView[] {
    const { projection } = this.parts;
    const views = all.flatMap((kept) => {
      const said = kept && parsed(kept.text);
      if (!said) return [];
      const { id, subject, agency, trade, matters } = kept.filing;
      return [{
        id, subject, agency: { code: agency, name: projection.get('agency', agency)?.name ?? agency }, ...(trade === undefined ? {} : { trade }), filedAt: kept.filedAt, ...said,
        matters: matters.map(({ matter, variant }) => ({ matter, variant, name: projection.get('matter', matter)?.name ?? { zh: matter, en: matter } })),
      }];
    });
    return views.sort((a, b) => (a.filedAt < b.filedAt ? -1 : 1));
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'));
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns undefined where it is not the canonical text of what is filed */
function parsed(text: string): Filed | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || canonical(value as Canonical) !== text || Object.keys(value).some((name) => !['form', 'given', 'applicant'].includes(name))) return undefined;
    const { form, given, applicant } = value;
    const fits = isRecord(form) && Object.values(form).every(isText) && Array.isArray(given) && given.every((each) => typeof each === 'string')
      && isRecord(applicant) && typeof applicant['name'] === 'string' && ['holder', 'agent'].includes(String(applicant['capacity'])) && (applicant['contact'] === undefined || typeof applicant['contact'] === 'string');
    return fits ? (value as unknown as Filed) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CanonicalError) return undefined;
    throw error;
  }
}
