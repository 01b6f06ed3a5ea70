/** Grants: carried to the ledger when the holder's device has signed, listed for those who got them, opened for those who release data. */
import type { ByDevice } from '#chaincode/facts/device-commands';
import { grantDigest, grantState, type GrantRecord, type GrantState } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import type { DelegationRecord } from '#chaincode/facts/delegation';
import { fromBase64url } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { isPurpose } from '#chaincode/facts/purpose';
import { nowOf, type Clock } from '../../clock.js';
import { detailsKinds, grantDetailsCommitment, OPENING_BYTES, parseGrantDetails, type GrantDetails } from '../../documents/grant.js';
import { GatewayFault } from '../../fault.js';
import type { Listing } from '../../ledger/listings.js';
import type { Projection } from '../../ledger/projection.js';
import type { KeptGrant, Vault } from '../../vault/vault.js';
import { invalid } from './counter.js';
import type { ActResult, LicenceActs } from '../licence/licence.js';
import type { Managers } from '../../ledger/managers.js';
import type { Named } from './scene.js';
import { demandSigned, inReach, refused } from './standing.js';

export interface GrantView extends Pick<GrantRecord, 'id' | 'subject' | 'notBefore' | 'notAfter' | 'uses' | 'left' | 'used' | 'assurance' | 'delegations' | 'putAt' | 'usedAt' | 'revokedAt'> {
  readonly cursor: string;
  readonly state: GrantState;
  readonly grantee: Named;
  readonly broughtBy: Named;
  /** Absent where they are kept at another gateway. */
  readonly details?: GrantDetails;
}

export interface GrantsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly managers: Pick<Managers, 'of'>;
  readonly acts: LicenceActs;
  readonly clock: Clock;
  /** The agency that carries what nobody of an agency does: the wanted one where it is hosted here. */
  readonly carrier: (wanted?: string) => string;
}

export class Grants {
  constructor(private readonly parts: GrantsParts) {}

  /** The holder's yes. Its id is the request's too: sent again it is the same request. @throws GatewayFault FACE_INVALID, REFUSED */
  async put(kept: KeptGrant, by: ByDevice, asker?: string): Promise<ActResult> {
    const { grant } = kept;
    const { vault, acts, projection, carrier } = this.parts;
    const known = projection.get('grant', grant.id);
    const carry = (): Promise<ActResult> => acts.carry(carrier(known?.agency ?? asker), grant.id, { op: 'grant.put', grant, by });
    // What is on the ledger is kept as it was: nobody puts other words behind it.
    if (known) return carry();
    this.check(kept);
    this.#demandReach(grant, demandSigned(projection, by, grant.subject, (ledger) => grantDigest(ledger, grant)), kept);
    const before = vault.grant(grant.id, grant.subject);
    await vault.putGrant(kept);
    try {
      return await carry();
    } catch (error) {
      if (error instanceof GatewayFault && error.outcome === 'no-effect') await (before ? vault.putGrant(before) : vault.removeGrant(grant.id));
      throw error;
    }
  }

  /** @throws GatewayFault REFUSED */
  async revoke(requestId: string, id: string, by: ByDevice): Promise<ActResult> {
    return this.parts.acts.carry(this.parts.carrier(), requestId, { op: 'grant.revoke', id, by });
  }

  /** What a grant is for: the text that opens the ledger's commitment, and nothing else. @returns undefined where it is not kept here */
  details(id: string): GrantDetails | undefined {
    const record = this.parts.projection.get('grant', id);
    const kept = record && this.parts.vault.grant(id, record.subject);
    return kept && this.#opened(kept, record.details);
  }

  #opened({ text, opening }: KeptGrant, details: string): GrantDetails | undefined {
    const bytes = fromBase64url(opening);
    return bytes?.length === OPENING_BYTES && grantDetailsCommitment(bytes, text) === details ? parseGrantDetails(text) : undefined;
  }

  /** The words fit what is signed, and speak of the holder's own licences and of fields that there are. @throws GatewayFault FACE_INVALID */
  check({ grant, text, opening }: KeptGrant): void {
    const { projection } = this.parts;
    const details = this.#opened({ grant, text, opening }, grant.details);
    if (!details) throw invalid('details', 'DETAILS_DIFFER');
    if (!isPurpose(details.purpose)) throw invalid('purpose', 'PURPOSE_UNKNOWN');
    for (const { licence, fields } of details.licences ?? []) {
      if (projection.get('licence', licence)?.subject !== grant.subject) throw invalid('licences', 'LICENCE_UNKNOWN');
      this.#checkFields('licences', splitLicenceId(licence as LicenceId).type, fields);
    }
    for (const { kind, fields } of details.kinds ?? []) this.#checkFields('kinds', kind, fields);
  }

  #checkFields(field: string, type: string, names: readonly string[]): void {
    const kind = this.parts.projection.get('kind', type);
    if (!kind) throw invalid(field, 'KIND_UNKNOWN');
    if (!names.every((name) => kind.fields.some((each) => each.name === name))) throw invalid(field, 'FIELD_UNKNOWN');
  }

  /** What the contract cannot see, for it is committed to. Whoever releases data asks it again. */
  #demandReach(grant: Grant, delegations: readonly DelegationRecord[], kept: KeptGrant): void {
    const details = this.#opened(kept, grant.details);
    if (details && !detailsKinds(details).every((kind) => inReach(delegations, { kind, purpose: details.purpose }))) throw refused('DELEGATION_SCOPE', 'by');
  }

  /** Whose licence it is, for the agency that manages it. @throws GatewayFault FACE_INVALID; NOT_FOUND for anybody else too */
  holderFor(agency: string, identifier: string): string {
    const own = parseOwnIdentifier(identifier);
    if (!own) throw invalid('licence', 'IDENTIFIER_CHECK');
    const record = this.parts.projection.get('licence', own.id);
    if (!record || this.parts.managers.of(record) !== agency) throw new GatewayFault('NOT_FOUND');
    return record.subject;
  }

  /** Newest first. @param whose those that a subject gave, or that an agency got */
  async list(whose: { readonly of: string } | { readonly to: string }, page: { readonly limit: number; readonly before?: string | undefined }): Promise<GrantView[]> {
    return (await this.parts.projection.grants(whose, page)).flatMap((row) => this.#view(row) ?? []);
  }

  #view({ id, cursor }: Listing): GrantView | undefined {
    const record = this.parts.projection.get('grant', id);
    if (!record) return undefined;
    const { subject, notBefore, notAfter, uses, left, used, assurance, delegations, putAt, usedAt, revokedAt } = record;
    const details = this.details(id);
    return {
      id, cursor, state: this.parts.vault.isErased(subject) ? 'revoked' : grantState(record, nowOf(this.parts.clock)), grantee: this.#named(record.grantee), broughtBy: this.#named(record.agency),
      subject, notBefore, notAfter, uses, left, used, assurance, ...(delegations ? { delegations } : {}), putAt, ...(usedAt === undefined ? {} : { usedAt }), ...(revokedAt === undefined ? {} : { revokedAt }), ...(details ? { details } : {}),
    };
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}
