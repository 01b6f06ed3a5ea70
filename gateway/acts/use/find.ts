/** Which licence is meant: by its identifier, or by kind and the code of its holder. Who may see nothing of a kind learns nothing of its holders. */
import type { Day } from '#chaincode/facts/calendar';
import { parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { KindRecord, LicenceRecord } from '#chaincode/facts/records';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';

export interface ByHolder {
  readonly kind: string;
  /** Social credit code or identity number. */
  readonly holder: string;
}

/** Licences of one holder that are looked through: more of one person is none of ours. */
const LICENCES_MAX = 500;

/** @throws GatewayFault FACE_INVALID, NOT_FOUND */
export function findByIdentifier(projection: Pick<Projection, 'get'>, text: string): LicenceRecord {
  const own = parseOwnIdentifier(text);
  if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'licence', code: 'IDENTIFIER_CHECK' }] });
  const record = projection.get('licence', own.id);
  if (!record || own.version > (record.versions.at(-1)?.version ?? 0)) throw new GatewayFault('NOT_FOUND');
  return record;
}

/** @throws GatewayFault FACE_INVALID for a kind that is not in the catalogue, or a code that is none */
export function parseHolder(projection: Pick<Projection, 'get'>, { kind: type, holder }: ByHolder, today: Day): { kind: KindRecord; code: string } {
  const kind = projection.get('kind', type);
  if (!kind) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'kind', code: 'KIND_UNKNOWN' }] });
  const code = kind.holder === 'organisation' ? parseUscc(holder.toUpperCase()) : parseCitizenId(holder, today);
  if (code === undefined) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'holder', code: kind.holder === 'organisation' ? 'USCC_CHECK_DIGIT' : 'CITIZEN_ID_CHECK_DIGIT' }] });
  return { kind, code };
}

/**
 * The holder's licence of the kind: one in force before others, the newest of those. One that the asker may not see is not there.
 * @param agencies hosted here: each knows its natural persons under references of its own @throws GatewayFault NOT_FOUND
 */
export async function findByHolder({ projection, vault, agencies }: { readonly projection: Projection; readonly vault: Vault; readonly agencies: readonly string[] }, { kind, code }: ReturnType<typeof parseHolder>, maySee: (licence: LicenceRecord) => boolean): Promise<LicenceRecord> {
  const records = await licencesOfHolder({ projection, vault, agencies }, { kind, code });
  const [best] = records.filter(maySee).sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
  if (!best) throw new GatewayFault('NOT_FOUND');
  return best;
}

/** All of a kind that a holder has, as far as agencies here know him. */
export async function licencesOfHolder({ projection, vault, agencies }: { readonly projection: Projection; readonly vault: Vault; readonly agencies: readonly string[] }, { kind, code }: ReturnType<typeof parseHolder>): Promise<LicenceRecord[]> {
  const subjects = kind.holder === 'organisation' ? [`uscc:${code}`] : agencies.flatMap((agency) => vault.knownPerson(agency, code) ?? []);
  const ids = (await Promise.all(subjects.map((subject) => projection.licencesOf(subject, LICENCES_MAX)))).flat();
  return ids.filter((id) => splitLicenceId(id as LicenceId).type === kind.type).flatMap((id) => projection.get('licence', id) ?? []);
}

/** @returns undefined where there is none */
export async function orNone<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof GatewayFault && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** Fields of the kind, each once. @throws GatewayFault FACE_INVALID */
export function demandFields(fields: readonly string[], kind: KindRecord | undefined): void {
  const unknown = fields.filter((name, i) => fields.indexOf(name) !== i || kind?.fields.some((field) => field.name === name) !== true);
  if (unknown.length > 0) throw new GatewayFault('FACE_INVALID', { fields: unknown.map((field) => ({ field, code: 'FIELD_UNKNOWN', choices: kind?.fields.map(({ name }) => name) ?? [] })) });
}

const rank = ({ versions, events }: LicenceRecord): string => `${versions.at(-1)?.status === 'VALID' ? '1' : '0'} ${events.at(-1)?.recordedAt ?? ''}`;
