/** The sealed document of an act, as those who endorse are shown it: it says what the act says, its signers have signed this very text, and the act's seal is on it. */
import { addDays, startOfDay, type Day } from '../facts/calendar.js';
import type { IssueCommand, VersionCommand } from '../facts/commands.js';
import type { CredentialClaims, ParsedCredential } from '../facts/credential.js';
import { sha256Text } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '../facts/identifier.js';
import { pointsTo } from '../facts/list-uri.js';
import type { LicenceRecord, Place, SealRecord, VersionRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { World } from '../world.js';
import type { LicenceContext } from './licence.js';
import { whole } from './pages.js';

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
export async function demandDocument({ world, ledger, shown, content, documents }: LicenceContext, act: IssueCommand | VersionCommand, { seal, version, line, lineAgency, members }: Meant): Promise<ParsedCredential> {
  const document = shown.get(documents?.[0]?.digest ?? '');
  demand(document, 'DOCUMENT_NOT_SHOWN', 'documents');
  const { credential } = document;
  const { claims } = credential;
  const { type } = splitLicenceId(act.licence as LicenceId);
  const until = act.validUntil === undefined ? undefined : startOfDay(addDays(act.validUntil as Day, 1), ledger.zone);
  const agrees: Readonly<Record<string, boolean>> = {
    content: sha256Text(credential.signingInput) === content,
    claims: Object.keys(claims).every((claim) => CLAIMS.has(claim)),
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

/** The agency in whose lists a licence has its line: the one that sealed its first document. */
export async function lineAgencyOf(world: World, record: LicenceRecord): Promise<string | undefined> {
  const first = (record.pages === undefined ? record : await whole(world, record)).versions.find(({ seal }) => seal !== undefined);
  return first?.seal === undefined ? undefined : (await world.get('seal', first.seal))?.agency;
}

async function membersAgree(world: World, { composition }: CredentialClaims, { members = [], rollUp }: Pick<VersionRecord, 'members' | 'rollUp'>): Promise<boolean> {
  const named = composition?.members ?? [];
  if (named.length !== members.length || composition?.rollUp !== rollUp) return false;
  for (const [i, { licence, required }] of members.entries()) {
    const [each, record] = [named[i], await world.get('licence', licence)];
    const agrees = each !== undefined && record?.line !== undefined && each.licence === licence && each.required === required && each.validUntil === record.versions.at(-1)?.validUntil;
    if (!agrees || !pointsTo(each.line.status_list, record.line, await lineAgencyOf(world, record))) return false;
  }
  return true;
}
