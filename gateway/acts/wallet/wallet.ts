/** What a holder sees of his own: licences as they stand now, who asks for them, to whom he opened them, who looked. Everything begins with the subject of the device that signed in. */
import type { DelegatedAct } from '#chaincode/facts/delegation';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { PURPOSES } from '#chaincode/facts/purpose';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import type { Clock } from '../../clock.js';
import { detailsKinds, parseGrantDetails, type GrantDetails } from '../../documents/grant.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Page } from '../../uses/log.js';
import type { Vault } from '../../vault/vault.js';
import type { Applications } from '../applications/application.js';
import type { OwnApplication } from '../applications/application-view.js';
import type { AskedGrant, GrantRequests } from '../use/grant-request.js';
import type { Grants, GrantView } from '../use/grant.js';
import type { Answer, Lookup } from '../verify/lookup.js';
import type { Papers } from '../print/papers.js';
import { pickUpOf } from '../print/print-order.js';
import type { Named } from '../use/scene.js';
import { inReach, standing, type SignedIn, type Standing } from '../use/standing.js';
import type { Uses, UseView } from '../use/use.js';

/** A use as the holder reads it: the agency answers for its staff, so no person is named. */
export interface OwnUse extends Pick<UseView, 'seq' | 'at' | 'act' | 'authority' | 'case' | 'caseNo'> {
  readonly agency: Named;
  readonly purpose?: Label;
  readonly kind?: Label;
  readonly licence?: string;
  readonly fields: readonly Label[];
}

/** With the code for which the printed certificate is handed over, while it waits. */
export interface OwnLicence extends Answer {
  readonly pickUp?: { readonly code: string; readonly agency: Named };
}

export interface WalletParts {
  readonly projection: Projection;
  readonly vault: Pick<Vault, 'kept' | 'isErased'>;
  readonly lookup: Pick<Lookup, 'ofHolder' | 'kept'>;
  readonly papers: Pick<Papers, 'pdf'>;
  readonly grants: Pick<Grants, 'list'>;
  readonly grantRequests: Pick<GrantRequests, 'of' | 'decline'>;
  readonly uses: Pick<Uses, 'ofHolder'>;
  readonly applications: Pick<Applications, 'of'>;
  readonly clock: Clock;
}

/** Who asks: the device that signed in, and where it acts as an agent, by which delegation. */
export interface Asking extends SignedIn {
  readonly mandate?: string | undefined;
}

/** A holder with more, a chain of shops, works with its own system. */
const LICENCES_MAX = 200;
const REQUESTS_MAX = 50;

/** What is asked of an identity record. */
const OF_IDENTITY: Readonly<Record<string, Label>> = { holderCode: { zh: '证件号码是否已核验', en: 'whether the code was verified' }, holderName: { zh: '姓名或名称是否一致', en: 'whether the name agrees' } };
const reached = (delegations: Standing['delegations'], details: GrantDetails): boolean => detailsKinds(details).every((kind) => inReach(delegations, { kind, purpose: details.purpose }));

export class Wallet {
  constructor(private readonly parts: WalletParts) {}

  /** Of the kinds that whoever asks may see. @throws GatewayFault REFUSED */
  async licences(who: Asking): Promise<OwnLicence[]> {
    const { projection, lookup } = this.parts;
    const { subject, delegations } = this.#standing(who, 'show');
    const ids = (await projection.licencesOf(subject, LICENCES_MAX)).filter((id) => inReach(delegations, { kind: splitLicenceId(id as LicenceId).type }));
    return ids.flatMap((id) => projection.get('licence', id) ?? []).map((record) => {
      // For himself alone: his people and agents have no say in who fetches the paper, and a name by a provider is no device.
      const waiting = who.device !== undefined && delegations.length === 0 ? pickUpOf(this.parts, record) : undefined;
      return { ...lookup.ofHolder(record), ...(waiting ? { pickUp: { code: waiting.code, agency: { code: waiting.agency, name: projection.get('agency', waiting.agency)?.name ?? waiting.agency } } } : {}) };
    });
  }

  /** What is in the code on the paper. @throws GatewayFault NOT_FOUND for anybody else's licence too, FACE_NOT_HERE, REFUSED */
  qr(who: Asking, identifier: string): string {
    const { record, version } = this.#own(who, identifier);
    const qr = this.parts.lookup.kept(record, version)?.qr;
    if (qr === undefined) throw new GatewayFault('FACE_NOT_HERE');
    return qr;
  }

  /** @throws GatewayFault NOT_FOUND for anybody else's licence too, PAPER_NOT_HERE, REFUSED */
  async pdf(who: Asking, identifier: string): Promise<Uint8Array> {
    const { record, version } = this.#own(who, identifier);
    return this.parts.papers.pdf(record, version);
  }

  #standing({ mandate, ...who }: Asking, act: DelegatedAct): Standing {
    return standing(this.parts.projection, this.parts.clock, who, act, mandate);
  }

  #own(who: Asking, identifier: string): { record: LicenceRecord; version: number } {
    const { subject, delegations } = this.#standing(who, 'show');
    const own = parseOwnIdentifier(identifier);
    const record = own && this.parts.projection.get('licence', own.id);
    if (record?.subject !== subject || own === undefined || !inReach(delegations, { kind: splitLicenceId(own.id).type })) throw new GatewayFault('NOT_FOUND');
    return { record, version: own.version };
  }

  /** What whoever asks may say yes to. @throws GatewayFault REFUSED */
  async requests(who: Asking): Promise<AskedGrant[]> {
    const { subject, delegations } = this.#standing(who, 'grant');
    const all = await this.parts.grantRequests.of(subject, REQUESTS_MAX);
    return all.filter(({ text }) => {
      const details = parseGrantDetails(text);
      return details !== undefined && reached(delegations, details);
    });
  }

  /** The holder says no: nothing of it stays. @throws GatewayFault NOT_FOUND, REFUSED */
  async decline(who: Asking, id: string): Promise<void> {
    if (!(await this.requests(who)).some(({ grant }) => grant.id === id)) throw new GatewayFault('NOT_FOUND');
    await this.parts.grantRequests.decline(id);
  }

  /** @throws GatewayFault REFUSED */
  async grants(who: Asking, page: { readonly limit: number; readonly before?: string | undefined }): Promise<GrantView[]> {
    const { subject, delegations } = this.#standing(who, 'grant');
    const all = await this.parts.grants.list({ of: subject }, page);
    return all.map(({ details, ...rest }) => ({ ...rest, ...(details && reached(delegations, details) ? { details } : {}) }));
  }

  /** @throws GatewayFault REFUSED */
  async applications(who: Asking, page: { readonly limit: number; readonly before?: string | undefined }): Promise<OwnApplication[]> {
    const { subject, delegations } = this.#standing(who, 'apply');
    return this.parts.applications.of(subject, page, (matters) => matters.every((matter) => inReach(delegations, matter)));
  }

  /** Who looked concerns the holder, and managers as far as their kinds go. @throws GatewayFault REFUSED */
  async uses(who: SignedIn, page: Page): Promise<OwnUse[]> {
    const { subject, delegations } = this.#standing(who, 'members');
    const uses = await this.parts.uses.ofHolder(subject, page);
    return uses.filter(({ licence }) => inReach(delegations, { kind: licence?.split('.')[0] })).map((use) => this.#use(use));
  }

  #use({ seq, at, act, authority, case: given, caseNo, agency, purpose, licence, fields }: UseView): OwnUse {
    const { projection } = this.parts;
    const kind = licence === undefined ? undefined : projection.get('kind', splitLicenceId(licence as LicenceId).type);
    const words = purpose === undefined ? undefined : Object.hasOwn(PURPOSES, purpose) ? PURPOSES[purpose] : { zh: purpose, en: purpose };
    return {
      seq, at, act, authority, case: given, ...(caseNo === undefined ? {} : { caseNo }), agency: { code: agency, name: projection.get('agency', agency)?.name ?? agency },
      ...(words ? { purpose: words } : {}), ...(kind ? { kind: kind.name } : {}), ...(licence === undefined ? {} : { licence }),
      fields: fields.map((name) => kind?.fields.find((field) => field.name === name)?.label ?? (authority.by === 'identity' ? OF_IDENTITY[name] : undefined) ?? { zh: name, en: name }),
    };
  }
}
