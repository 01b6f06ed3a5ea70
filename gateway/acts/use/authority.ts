/** By whose leave an agency uses a licence: it manages it, a scene opens it, or its holder has granted it. Asked before any data leave; nothing is guessed in the asker's favour. */
import type { Day, Instant } from '#chaincode/facts/calendar';
import { reaches, type DelegationRecord } from '#chaincode/facts/delegation';
import type { GrantRecord } from '#chaincode/facts/grant';
import { fromBase64url } from '#chaincode/facts/hash';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { RefusalCode } from '#chaincode/facts/refusal';
import { sceneOpens, type SceneRecord } from '#chaincode/facts/scene';
import { grantDetailsCommitment, grantOpens, OPENING_BYTES, parseGrantDetails, type GrantDetails } from '../../documents/grant.js';
import type { Authority } from '../../documents/use-record.js';
import { GatewayFault } from '../../fault.js';

/** What an agency wants to do with a licence. */
export interface Wish {
  readonly agency: string;
  readonly licence: Pick<LicenceRecord, 'id' | 'manager' | 'subject'>;
  readonly purpose: string;
  readonly fields: readonly string[];
  readonly today: Day;
  readonly now: Instant;
  /** Not kept at this gateway. */
  readonly isElsewhere?: boolean;
  /** The ledger has counted this very use already: that nothing is left does not stop it. */
  readonly counted: boolean;
}

/** The authority that the asker names; without one, his own licences and scenes are looked through. A grant counts down, so it is used only by name. */
export type Named =
  | { readonly scene: string }
  /** `details` and `opening` (base64url, 32 bytes): what opens the ledger's commitment, where this gateway does not keep it. */
  | { readonly grant: string; readonly details?: string; readonly opening?: string };

/** What is asked of the register. */
export interface Register {
  scenes(): readonly SceneRecord[];
  /** Who manages a licence today. */
  manager(licence: Pick<LicenceRecord, 'id' | 'manager'>): string;
  grant(id: string): GrantRecord | undefined;
  delegation(id: string): DelegationRecord | undefined;
  /** What a grant is for, where it is kept here. */
  details(id: string): GrantDetails | undefined;
}

/** @throws GatewayFault USE_NOT_AUTHORISED, USE_PURPOSE, USE_FIELDS, USE_DETAILS, REFUSED for a grant that is not in force */
export function decide(wish: Wish, named: Named | undefined, register: Register): Authority {
  if (named && 'grant' in named) return byGrant(wish, named, register);
  const manager = register.manager(wish.licence);
  if (!named && wish.agency === manager && wish.isElsewhere !== true) return { by: 'own' };
  const scenes = register.scenes().filter(({ id, grantee }) => grantee === wish.agency && (!named || id === named.scene));
  // What another gateway still keeps since the right moved, the agency that keeps it opens to the one that manages it.
  return byScene(wish, wish.agency === manager ? wish.licence.manager : manager, scenes);
}

/** Whether a licence is there for the agency at all. */
export function mayUse(wish: Wish, named: Named | undefined, register: Register): boolean {
  try {
    return decide(wish, named, register).by !== 'public';
  } catch (error) {
    if (error instanceof GatewayFault) return false;
    throw error;
  }
}

/** Whether anything lets the agency ask for holders of a kind at all. @throws GatewayFault as `decide` does */
export function demandAsking(wish: Omit<Wish, 'licence'> & { readonly kind: string; readonly issues: boolean }, named: Named | undefined, register: Register): void {
  if (named && 'grant' in named) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'licence', code: 'FIELD_MISSING' }] });
  if (!named && wish.issues) return;
  const scenes = register.scenes().filter(({ id, grantee }) => grantee === wish.agency && (!named || id === named.scene));
  openedBy(wish, scenes.map((scene) => ({ scene, opened: sceneOpens(scene, { grantee: wish.agency, manager: scene.owner, kind: wish.kind, today: wish.today }) })));
}

/** One scene must open all of it: two that each open a part were never approved together. */
function byScene({ agency, licence, purpose, fields, today }: Wish, manager: string, scenes: readonly SceneRecord[]): Authority {
  const kind = splitLicenceId(licence.id as LicenceId).type;
  return openedBy({ purpose, fields }, scenes.map((scene) => ({ scene, opened: sceneOpens(scene, { grantee: agency, manager, kind, today }) })));
}

function openedBy({ purpose, fields }: Pick<Wish, 'purpose' | 'fields'>, scenes: readonly { readonly scene: SceneRecord; readonly opened: readonly string[] | undefined }[]): Authority {
  const open = scenes.flatMap(({ scene, opened }) => (opened ? [{ scene, closed: closedTo(fields, opened) }] : []));
  if (open.length === 0) throw new GatewayFault('USE_NOT_AUTHORISED');
  const fitting = open.filter(({ scene }) => scene.purpose === purpose).sort((a, b) => a.closed.length - b.closed.length);
  const [best] = fitting;
  if (!best) throw new GatewayFault('USE_PURPOSE', { fields: [{ field: 'purpose', code: 'PURPOSE_NOT_OPENED' }] });
  demandOpen(best.closed);
  return { by: 'scene', id: best.scene.id };
}

/** The ledger counts, and knows the time; what the grant is for, only whoever opens its details can tell. */
function byGrant({ agency, licence, purpose, fields, now, counted }: Wish, named: Extract<Named, { grant: string }>, register: Register): Authority {
  const grant = register.grant(named.grant);
  const fault = grantFault(grant, agency, now, counted);
  if (!grant || fault) throw new GatewayFault('REFUSED', { refusal: fault ?? 'GRANT_UNKNOWN', fields: [{ field: 'grant', code: fault ?? 'GRANT_UNKNOWN' }] });
  const details = named.details === undefined ? register.details(grant.id) : openedDetails(grant, named.details, named.opening ?? '');
  if (!details) throw new GatewayFault('USE_DETAILS');
  const opened = grant.subject === licence.subject ? grantOpens(details, { licence: licence.id, kind: splitLicenceId(licence.id as LicenceId).type }) : undefined;
  if (!opened) throw new GatewayFault('USE_NOT_AUTHORISED');
  if (details.purpose !== purpose) throw new GatewayFault('USE_PURPOSE', { fields: [{ field: 'purpose', code: 'PURPOSE_NOT_OPENED' }] });
  demandGiver(grant, { kind: splitLicenceId(licence.id as LicenceId).type, purpose }, register);
  demandOpen(closedTo(fields, opened));
  return { by: 'grant', id: grant.id };
}

/** A clerk or an agent opens no more than what he was given. The contract sees neither kinds nor purpose, so whoever carried his yes may have let it pass; that he has been removed since takes nothing back. */
function demandGiver({ delegations = [] }: GrantRecord, what: { readonly kind: string; readonly purpose: string }, register: Register): void {
  const given = delegations.map((id) => register.delegation(id));
  if (!given.every((each) => each && reaches(each, what))) throw new GatewayFault('REFUSED', { refusal: 'DELEGATION_SCOPE', fields: [{ field: 'grant', code: 'DELEGATION_SCOPE' }] });
}

/** The rules ask all of this again when the use is counted; asked here, a use that must fail costs none. */
function grantFault(grant: GrantRecord | undefined, agency: string, now: Instant, counted: boolean): RefusalCode | undefined {
  if (!grant) return 'GRANT_UNKNOWN';
  if (grant.grantee !== agency) return 'GRANTEE_DIFFERS';
  if (grant.status === 'revoked') return 'GRANT_REVOKED';
  if (now < grant.notBefore) return 'GRANT_NOT_YET';
  if (now > grant.notAfter) return 'GRANT_OVER';
  return grant.left < 1 && !counted ? 'GRANT_USED_UP' : undefined;
}

function openedDetails({ details: commitment }: GrantRecord, details: string, opening: string): GrantDetails | undefined {
  const random = fromBase64url(opening);
  return random?.length === OPENING_BYTES && grantDetailsCommitment(random, details) === commitment ? parseGrantDetails(details) : undefined;
}

const closedTo = (fields: readonly string[], opened: readonly string[]): string[] => fields.filter((name) => !opened.includes(name));

function demandOpen(closed: readonly string[]): void {
  if (closed.length > 0) throw new GatewayFault('USE_FIELDS', { fields: closed.map((field) => ({ field, code: 'FIELD_NOT_OPENED' })) });
}
