/** The sealed document of an act, as those who endorse are shown it: it says what the act says, its signers have signed this very text, and the act's seal is on it. */
import { addDays, startOfDay, type Day } from '../facts/calendar.js';
import type { IssueCommand, VersionCommand } from '../facts/commands.js';
import { credentialHeader, type CredentialClaims, type ParsedCredential } from '../facts/credential.js';
import { base64url, sha256Text } from '../facts/hash.js';
import { identifierOf, splitLicenceId, type LicenceId } from '../facts/identifier.js';
import { pointsTo } from '../facts/list-uri.js';
import type { LicenceRecord, Place, SealRecord, VersionRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { World } from '../world.js';
import type { LicenceContext } from './licence.js';
import { whole } from './pages.js';

/** From `iat` to the block, either way: verifiers off line go by it, and allow as much. */
const DRAFTED_WITHIN_S = 31 * 86_400;
/** A claim more, and a reader who knows it would take the document for something else than the act. */
const CLAIMS: ReadonlySet<string> = new Set(['iss', 'vct', 'iat', 'nbf', 'exp', 'certificateIdentifier', 'status', 'line', 'composition', '_sd', '_sd_alg']);

export interface Meant {
  readonly seal: SealRecord;
  readonly version: number;
  readonly line: Place;
  /** In whose lists the line is. */
  readonly lineAgency: string | undefined;
  readonly members: Pick<VersionRecord, 'members' | 'rollUp'>;
}

/** @throws RuleError DOCUMENT_NOT_SHOWN, DOCUMENT_NOT_OF_ACT with what differs, DOCUMENT_UNSEALED */
export async function demandDocument({ world, ledger, moment, shown, content, documents }: LicenceContext, act: IssueCommand | VersionCommand, { seal, version, line, lineAgency, members }: Meant): Promise<ParsedCredential> {
  const document = shown.get(documents?.[0]?.digest ?? '');
  demand(document, 'DOCUMENT_NOT_SHOWN', 'documents');
  const { credential } = document;
  const { claims } = credential;
  const [{ type }, now] = [splitLicenceId(act.licence as LicenceId), Date.parse(moment.now) / 1000];
  const until = act.validUntil === undefined ? undefined : startOfDay(addDays(act.validUntil as Day, 1), ledger.zone);
  const agrees: Readonly<Record<string, boolean>> = {
    content: sha256Text(credential.signingInput) === content,
    header: credential.signingInput.startsWith(`${credentialHeader(seal.certificate)}.`),
    claims: isPlain(credential),
    iat: Math.abs(claims.iat - now) <= DRAFTED_WITHIN_S,
    iss: claims.iss === `urn:uscc:${seal.agency}`,
    vct: claims.vct === `urn:yizheng:${type}:${String(act.schema)}`,
    certificateIdentifier: claims.certificateIdentifier === identifierOf(act.licence as LicenceId, version),
    validFrom: claims.nbf === startOfDay((act.validFrom ?? act.issuedOn) as Day, ledger.zone),
    validUntil: claims.exp === until,
    place: pointsTo(claims.status.status_list, act.place, seal.agency),
    line: pointsTo(claims.line.status_list, line, lineAgency),
    members: await membersAgree(world, claims, members),
  };
  demand(credential.certificate === seal.certificate && (await document.isSigned), 'DOCUMENT_UNSEALED', 'seal');
  const differs = Object.keys(agrees).find((name) => agrees[name] !== true);
  demand(differs === undefined, 'DOCUMENT_NOT_OF_ACT', differs);
  return credential;
}

/** Written as 0006 says: no member twice, of which readers take one or the other, and nothing beside what is compared, digests in an inner object least of all. */
function isPlain({ signingInput, claims }: ParsedCredential): boolean {
  const places = [claims.status, claims.line, ...(claims.composition?.members ?? []).map(({ line }) => line)];
  return signingInput.endsWith(`.${base64url(JSON.stringify(claims))}`) && Object.keys(claims).every((claim) => CLAIMS.has(claim))
    && places.every(({ status_list: place, ...more }) => Object.keys(more).length === 0 && Object.keys(place).length === 2);
}

/** The agency in whose lists a licence has its line: the one that sealed its first document. */
export async function lineAgencyOf(world: World, record: LicenceRecord): Promise<string | undefined> {
  const first = (record.pages === undefined ? record : await whole(world, record)).versions.find(({ seal }) => seal !== undefined);
  return first?.seal === undefined ? undefined : (await world.get('seal', first.seal))?.agency;
}

/** A member's last day as it was when the composite was drafted: it may have been renewed since, and its line follows. */
async function membersAgree(world: World, { composition }: CredentialClaims, { members = [], rollUp }: Pick<VersionRecord, 'members' | 'rollUp'>): Promise<boolean> {
  const named = composition?.members ?? [];
  if (named.length !== members.length || composition?.rollUp !== rollUp) return false;
  for (const [i, { licence, required }] of members.entries()) {
    const [each, record] = [named[i], await world.get('licence', licence)];
    const agrees = each !== undefined && record?.line !== undefined && each.licence === licence && each.required === required && record.versions.some(({ validUntil }) => validUntil === each.validUntil);
    if (!agrees || !pointsTo(each.line.status_list, record.line, await lineAgencyOf(world, record))) return false;
  }
  return true;
}
