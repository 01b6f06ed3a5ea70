/** The members of a composite licence, as its act and its certificate name them: by their lines, which follow what becomes of each. */
import type { Day } from '#chaincode/facts/calendar';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { KindRecord, LicenceRecord } from '#chaincode/facts/records';
import { effectiveStatus } from '#chaincode/facts/status';
import { managerOn } from '#chaincode/rules/rights';
import { partKey } from '#chaincode/world';
import type { CredentialMember } from '#chaincode/facts/credential';
import { listUri } from '#chaincode/facts/list-uri';
import { GatewayFault } from '../../fault.js';
import type { Draft } from './drafted.js';
import type { Projection } from '../../ledger/projection.js';
import { ruleReader } from '../../ledger/rule-reader.js';

/** A holder has no more permits that a trade could need. */
const CANDIDATES_MAX = 200;

/** Permits of a holder that this agency may put into a composite today: those it manages, and those of which another has let it. */
export async function candidates(projection: Projection, kind: KindRecord, { subject, agency, today }: { readonly subject: string; readonly agency: string; readonly today: Day }): Promise<LicenceRecord[]> {
  const records = (await projection.licencesOf(subject, CANDIDATES_MAX)).flatMap((id) => projection.get('licence', id) ?? []);
  const managers = await Promise.all(records.map((record) => managerOn(ruleReader(projection), record.manager, splitLicenceId(record.id as LicenceId).type, today)));
  return records.filter((record, i) => {
    const current = record.versions.at(-1);
    const part = projection.get('part', partKey(record.id, agency));
    const mayBe = kind.composite?.members.some((member) => member.kind === splitLicenceId(record.id as LicenceId).type) === true;
    const isOpen = managers[i] === agency || (part?.agency === managers[i] && part?.kind === kind.type && part.endedAt === undefined && today <= part.until);
    return mayBe && isOpen && current?.seal !== undefined && effectiveStatus(current.status, current.validFrom, current.validUntil, today) === 'VALID';
  });
}

/** For a row of a table, which lists no members: all that the holder has for it, where there is no choice. @throws GatewayFault FACE_INVALID */
export async function onlyMembers(projection: Projection, kind: KindRecord, whose: { readonly subject: string; readonly agency: string; readonly today: Day }): Promise<string[]> {
  const found = await candidates(projection, kind, whose);
  const members = (kind.composite?.members ?? []).map((member) => found.filter(({ id }) => splitLicenceId(id as LicenceId).type === member.kind));
  const [several] = members.find(({ length }) => length > 1) ?? [];
  if (several) throw unfit('MEMBERS_SEVERAL', splitLicenceId(several.id as LicenceId).type);
  return members.flat().map(({ id }) => id);
}

interface Ends {
  readonly validUntil?: string | undefined;
}

export interface Composed {
  readonly members: readonly CredentialMember[];
  /** The first end among them. */
  readonly earliest?: Day;
}

/** Where the kind says that a composite ends with its members, nobody needs to reckon. @param before end of the version before */
export const ending = ({ composite }: KindRecord, { validUntil }: Ends, composed: Composed | undefined, before?: string): string | undefined => validUntil ?? (composite?.term === 'earliest' ? composed?.earliest : before);

export const membersIn = (composed: Composed | undefined) => (composed ? { members: composed.members.map(({ licence }) => licence) } : {});

/** A permit that is issued in the same act, and so on no ledger yet. */
export type FreshPermit = Omit<CredentialMember, 'required'>;

/** @param named identifiers, or licences @param fresh after those named @throws GatewayFault FACE_INVALID where none is named, or one is not on the ledger or has never been sealed; what else is wrong the contract says */
export function compose(projection: Projection, publicName: string, kind: KindRecord, named: readonly string[] | undefined, fresh: readonly FreshPermit[] = []): Composed | undefined {
  if (named === undefined && fresh.length === 0) {
    // Said before anything is sealed, and row by row of a table, which can list none.
    if (kind.composite) throw unfit('MEMBERS_MISSING');
    return undefined;
  }
  const members = [...(named ?? []).map((name) => memberOf(projection, publicName, kind, name)), ...fresh.map((permit) => ({ ...permit, required: isRequired(kind, permit.licence) }))];
  const earliest = members.flatMap(({ validUntil }) => validUntil ?? []).sort()[0];
  return { members, ...(earliest === undefined ? {} : { earliest }) };
}

function memberOf(projection: Projection, publicName: string, kind: KindRecord, name: string): CredentialMember {
  const record = projection.get('licence', parseOwnIdentifier(name)?.id ?? name);
  const agency = record && projection.lineAgency(record);
  const current = record?.versions.at(-1);
  if (!record || !current) throw unfit('MEMBER_UNKNOWN', name);
  if (!record.line || agency === undefined) throw unfit('MEMBER_NOT_IN_FORCE', name);
  return {
    licence: record.id, required: isRequired(kind, record.id), ...(current.validUntil === undefined ? {} : { validUntil: current.validUntil as Day }),
    line: { uri: listUri(publicName, agency, record.line.list), idx: record.line.index },
  };
}

const isRequired = ({ composite }: KindRecord, licence: string): boolean => composite?.members.some(({ kind, required }) => required && kind === splitLicenceId(licence as LicenceId).type) ?? false;

/** As its own act has drafted it. */
export function freshPermit(publicName: string, { agency, act }: Draft): FreshPermit {
  if (act.op !== 'licence.issue') throw new GatewayFault('REQUEST_MALFORMED');
  return { licence: act.licence, ...(act.validUntil === undefined ? {} : { validUntil: act.validUntil as Day }), line: { uri: listUri(publicName, agency, act.line.list), idx: act.line.index } };
}
const unfit = (code: 'MEMBERS_MISSING' | 'MEMBERS_SEVERAL' | 'MEMBER_UNKNOWN' | 'MEMBER_NOT_IN_FORCE', name?: string): GatewayFault => new GatewayFault('FACE_INVALID', { fields: [{ field: 'members', code, ...(name === undefined ? {} : { characters: name }) }] });
