/** The members of a composite licence, as its act and its certificate name them: by their lines, which follow what becomes of each. */
import type { Day } from '#chaincode/facts/calendar';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { KindRecord, LicenceRecord } from '#chaincode/facts/records';
import type { CredentialMember } from '../documents/credential.js';
import { listUri } from '../documents/status-list.js';
import { GatewayFault } from '../fault.js';
import type { Projection } from '../ledger/projection.js';

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

/** @param named identifiers, or licences @throws GatewayFault FACE_INVALID where one is not on the ledger or has never been sealed; what else is wrong the contract says */
export function compose(projection: Projection, publicName: string, kind: KindRecord, named: readonly string[] | undefined): Composed | undefined {
  if (named === undefined) return undefined;
  const members = named.map((name) => memberOf(projection, publicName, kind, name));
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
    licence: record.id, required: isRequired(kind, record), ...(current.validUntil === undefined ? {} : { validUntil: current.validUntil as Day }),
    line: { uri: listUri(publicName, agency, record.line.list), idx: record.line.index },
  };
}

const isRequired = ({ composite }: KindRecord, { id }: LicenceRecord): boolean => composite?.members.some(({ kind, required }) => required && kind === splitLicenceId(id as LicenceId).type) ?? false;
const unfit = (code: 'MEMBER_UNKNOWN' | 'MEMBER_NOT_IN_FORCE', name: string): GatewayFault => new GatewayFault('FACE_INVALID', { fields: [{ field: 'members', code, characters: name }] });
