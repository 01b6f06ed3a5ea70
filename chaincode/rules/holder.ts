/** Who speaks for a holder: a device of his in use, or the staff of an agency that has him before it. */
import { parseUscc } from '../facts/holder-code.js';
import type { ByDevice, DeviceAct } from '../facts/device-commands.js';
import type { DeviceRecord } from '../facts/device.js';
import type { GrantAct } from '../facts/grant-commands.js';
import { fromBase64url, importP256, verifyP256 } from '../facts/hash.js';
import { isErased, isNatural } from '../facts/erasure.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { Role } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { World } from '../world.js';
import { demandPersons } from './actors.js';
import type { RegistryContext } from './registrar.js';
import { managerOn } from './rights.js';

/** Those who serve holders. */
export const COUNTER_ROLES: readonly Role[] = ['clerk', 'reviewer', 'approver'];

/** Nothing more of an erased person is taken in. @throws RuleError SUBJECT_ERASED */
export async function demandNotErased(world: World, subject: string): Promise<void> {
  demand(!isNatural(subject) || !isErased(await world.get('erasure', subject)), 'SUBJECT_ERASED', 'subject');
}

/** The device that signed this digest for the subject. @throws RuleError SUBJECT_ERASED, DEVICE_UNKNOWN, DEVICE_OF_OTHER_HOLDER, DEVICE_NOT_IN_USE, DEVICE_SIGNATURE */
export async function demandDevice(world: World, by: ByDevice, subject: string, digest: Uint8Array): Promise<DeviceRecord> {
  await demandNotErased(world, subject);
  const device = await world.get('device', by.device);
  demand(device, 'DEVICE_UNKNOWN', 'by');
  demand(device.subject === subject, 'DEVICE_OF_OTHER_HOLDER', 'by');
  demand(device.status === 'in-use', 'DEVICE_NOT_IN_USE', 'by');
  const key = importP256(device.spki);
  const signature = fromBase64url(by.signature);
  demand(key && signature && verifyP256(key, digest, signature), 'DEVICE_SIGNATURE', 'by');
  return device;
}

/**
 * Staff with keys of their own say that the holder stood before them. A bank, which issues nothing, may not vouch for its customers'
 * consent; and of natural persons an agency vouches only for those whom it knows by a licence.
 * @param persons how many must have seen it
 */
export async function demandCounter(context: RegistryContext, act: Pick<Extract<DeviceAct | GrantAct, { held?: string }>, 'evidence' | 'held'>, subject: string, persons: 1 | 2): Promise<{ evidence: string; staff: string[] }> {
  const { world, agency, moment } = context;
  demandPersons(context.persons, { persons, ownKey: true, roles: COUNTER_ROLES });
  demand(act.evidence !== undefined, 'EVIDENCE_MISSING', 'evidence');
  await demandNotErased(world, subject);
  await demandIssuer(context);
  if (subject.startsWith('uscc:')) demand(parseUscc(subject.slice(5)), 'USCC_CHECK_DIGIT', 'subject');
  else {
    const record = act.held === undefined ? undefined : await world.get('licence', act.held);
    demand(record?.subject === subject, 'SUBJECT_NOT_YOURS', 'held');
    const { type } = splitLicenceId(record.id as LicenceId);
    demand((await managerOn(world, record.manager, type, moment.today)) === agency, 'SUBJECT_NOT_YOURS', 'held');
  }
  return { evidence: act.evidence, staff: context.persons.map(({ staff }) => staff) };
}

/** An agency that issues licences of some kind today. */
export async function demandIssuer({ world, agency, moment }: RegistryContext): Promise<void> {
  const record = await world.get('agency', agency);
  const issues = record?.rights.some(({ right, from, until }) => right === 'issue' && from <= moment.today && (until === undefined || moment.today <= until));
  demand(issues, 'RIGHT_MISSING', 'agency');
}
