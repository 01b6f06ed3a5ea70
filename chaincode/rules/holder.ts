/** Who speaks for a holder: a device of his in use, one of his people or an agent within what he gave them, or the staff of an agency that has him before it. */
import { parseUscc } from '../facts/holder-code.js';
import { delegationFault, type DelegatedAct, type DelegationRecord } from '../facts/delegation.js';
import type { ByDevice, DeviceAct } from '../facts/device-commands.js';
import type { DeviceRecord } from '../facts/device.js';
import type { GrantAct } from '../facts/grant-commands.js';
import { fromBase64url, importP256, verifyP256 } from '../facts/hash.js';
import { isErased, isNatural } from '../facts/erasure.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { Role } from '../facts/records.js';
import { demand, RuleError } from '../facts/refusal.js';
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

type Transaction = Pick<RegistryContext, 'world' | 'moment'>;

/** The device that signed this digest, whatever its delegation. @throws RuleError SUBJECT_ERASED, DEVICE_UNKNOWN, DEVICE_OF_OTHER_HOLDER, DEVICE_NOT_IN_USE, DEVICE_SIGNATURE */
export async function demandSigned(world: World, by: ByDevice, subject: string, digest: Uint8Array): Promise<DeviceRecord> {
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

export interface Speaker {
  readonly device: DeviceRecord;
  /** What it acts by: the agent's, and that of the person whose device it is. None for the holder's own devices. */
  readonly delegations: readonly DelegationRecord[];
}

/**
 * The device that does this for the subject, and may: the only place where a device speaks. Every delegation is read again at every act, so that one that has ended ends at once.
 * @param act what is done; `holder`: what only the holder's own devices do
 * @throws RuleError as `demandSigned` does, and DELEGATION_UNKNOWN, DELEGATION_OF_OTHER, DELEGATION_REVOKED, DELEGATION_NOT_YET, DELEGATION_OVER, DELEGATION_SCOPE
 */
export async function demandDevice(context: Transaction, by: ByDevice, subject: string, digest: Uint8Array, act: DelegatedAct | 'holder'): Promise<Speaker> {
  const { world } = context;
  const mandate = by.delegation === undefined ? undefined : await world.get('delegation', by.delegation);
  demand(by.delegation === undefined || mandate, 'DELEGATION_UNKNOWN', 'by');
  demand(mandate === undefined || (mandate.subject === subject && mandate.delegate !== undefined), 'DELEGATION_OF_OTHER', 'by');
  const device = await demandSigned(world, by, mandate?.delegate === undefined ? subject : `uscc:${mandate.delegate}`, digest);
  const own = device.delegation === undefined ? [] : await demandDelegation(context, device.delegation, act);
  const agents = mandate === undefined ? [] : await demandDelegation(context, mandate.id, act);
  return { device, delegations: [...agents, ...own] };
}

/** A delegation that is in force and covers the act, and so does the one that it rests on. @param act absent: only that it is in force @returns the delegation alone */
export async function demandDelegation({ world, moment }: Transaction, id: string, act?: DelegatedAct | 'holder'): Promise<[DelegationRecord]> {
  const delegation = await knownDelegation(world, id);
  const above = delegation.above === undefined ? [] : [await knownDelegation(world, delegation.above)];
  const fault = delegationFault([delegation, ...above], moment.now, act);
  if (fault) throw new RuleError(fault, 'by');
  return [delegation];
}

/** A device that watches over a delegation: one of the holder's own, or of the manager who gave it. @throws RuleError DELEGATION_SCOPE and as `demandDelegation` does */
export async function demandAbove(context: Transaction, device: DeviceRecord, delegation: Pick<DelegationRecord, 'above'> | undefined): Promise<void> {
  if (device.delegation === undefined) return;
  demand(delegation?.above === device.delegation, 'DELEGATION_SCOPE', 'by');
  await demandDelegation(context, device.delegation, 'members');
}

export async function knownDelegation(world: World, id: string): Promise<DelegationRecord> {
  const delegation = await world.get('delegation', id);
  demand(delegation, 'DELEGATION_UNKNOWN', 'delegation');
  return delegation;
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
