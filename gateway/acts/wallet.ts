/** What a holder sees of his own: licences as they stand now, who asks for them, to whom he opened them, who looked. Everything begins with the subject of the device that signed in. */
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { PURPOSES } from '#chaincode/facts/purpose';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import { GatewayFault } from '../fault.js';
import type { Projection } from '../ledger/projection.js';
import type { Page } from '../uses/log.js';
import type { AskedGrant, GrantRequests } from './grant-request.js';
import type { Grants, GrantView } from './grant.js';
import type { Answer, Lookup } from './lookup.js';
import type { Papers } from './papers.js';
import type { Named } from './scene.js';
import type { Uses, UseView } from './use.js';

/** A use as the holder reads it: the agency answers for its staff, so no person is named. */
export interface OwnUse extends Pick<UseView, 'seq' | 'at' | 'act' | 'authority' | 'case' | 'caseNo'> {
  readonly agency: Named;
  readonly purpose?: Label;
  readonly kind?: Label;
  readonly licence?: string;
  readonly fields: readonly Label[];
}

export interface WalletParts {
  readonly projection: Projection;
  readonly lookup: Pick<Lookup, 'ofHolder' | 'kept'>;
  readonly papers: Pick<Papers, 'pdf'>;
  readonly grants: Pick<Grants, 'list'>;
  readonly grantRequests: Pick<GrantRequests, 'of'>;
  readonly uses: Pick<Uses, 'ofHolder'>;
}

/** A holder with more, a chain of shops, works with its own system. */
const LICENCES_MAX = 200;
const REQUESTS_MAX = 50;

/** What is asked of an identity record. */
const OF_IDENTITY: Readonly<Record<string, Label>> = { holderCode: { zh: '证件号码是否已核验', en: 'whether the code was verified' }, holderName: { zh: '姓名或名称是否一致', en: 'whether the name agrees' } };

export class Wallet {
  constructor(private readonly parts: WalletParts) {}

  async licences(subject: string): Promise<Answer[]> {
    const { projection, lookup } = this.parts;
    const ids = await projection.licencesOf(subject, LICENCES_MAX);
    return ids.flatMap((id) => projection.get('licence', id) ?? []).map((record) => lookup.ofHolder(record));
  }

  /** What is in the code on the paper. @throws GatewayFault NOT_FOUND for anybody else's licence too, FACE_NOT_HERE */
  qr(subject: string, identifier: string): string {
    const { record, version } = this.#own(subject, identifier);
    const qr = this.parts.lookup.kept(record, version)?.qr;
    if (qr === undefined) throw new GatewayFault('FACE_NOT_HERE');
    return qr;
  }

  /** @throws GatewayFault NOT_FOUND for anybody else's licence too, PAPER_NOT_HERE */
  async pdf(subject: string, identifier: string): Promise<Uint8Array> {
    const { record, version } = this.#own(subject, identifier);
    return this.parts.papers.pdf(record, version);
  }

  #own(subject: string, identifier: string): { record: LicenceRecord; version: number } {
    const own = parseOwnIdentifier(identifier);
    const record = own && this.parts.projection.get('licence', own.id);
    if (record?.subject !== subject || own === undefined) throw new GatewayFault('NOT_FOUND');
    return { record, version: own.version };
  }

  async requests(subject: string): Promise<AskedGrant[]> {
    return this.parts.grantRequests.of(subject, REQUESTS_MAX);
  }

  async grants(subject: string, page: { readonly limit: number; readonly before?: string | undefined }): Promise<GrantView[]> {
    return this.parts.grants.list({ of: subject }, page);
  }

  async uses(subject: string, page: Page): Promise<OwnUse[]> {
    return (await this.parts.uses.ofHolder(subject, page)).map((use) => this.#use(use));
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
