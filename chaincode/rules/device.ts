/** Devices of holders: taken up at a counter or by another device, laid aside at once. */
import type { DeviceAct } from '../facts/device-commands.js';
import { deviceDigest, deviceStatusDigest, type DeviceRecord, type HolderRecord } from '../facts/device.js';
import { importP256 } from '../facts/hash.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { demandPersons } from './actors.js';
import { retain } from './erasure.js';
import { COUNTER_ROLES, demandAbove, demandCounter, demandDelegation, demandIssuer, demandSigned, knownDelegation } from './holder.js';
import { claimKey, type RegistryContext } from './registrar.js';

type ActOf<Op extends DeviceAct['op']> = Extract<DeviceAct, { op: Op }>;

/** More are no phones of one holder. */
export const DEVICES_MAX = 10;
/** More are no phones of one person. */
export const PERSON_DEVICES_MAX = 3;

export async function applyDevice(context: RegistryContext, act: DeviceAct): Promise<Outcome> {
  return act.op === 'device.put' ? put(context, act) : setStatus(context, act);
}

async function put(context: RegistryContext, act: ActOf<'device.put'>): Promise<Outcome> {
  const { world, moment, agency } = context;
  demand((await world.get('device', act.id)) === undefined, 'DEVICE_EXISTS', 'id');
  demand(importP256(act.spki), 'COMMAND_MALFORMED', 'spki');
  const holder = (await world.get('holder', act.subject)) ?? { subject: act.subject, devices: [], registered: 0 };
  const origin = await demandOrigin(context, act, holder);
  await claimKey(world, act.spki, 'device', act.id);
  const { id, subject, alg, spki, delegation } = act;
  await retain(context, subject);
  if (delegation === undefined) {
    demand(holder.devices.length < DEVICES_MAX, 'DEVICES_TOO_MANY', 'subject');
    world.put('holder', subject, { subject, devices: [...holder.devices, id], registered: holder.registered + 1 });
  } else await countDevice(context, delegation, id);
  world.put('device', id, { id, subject, alg, spki, ...origin, ...(delegation === undefined ? {} : { delegation }), agency, status: 'in-use', history: [{ status: 'in-use', at: moment.now }] });
  return { id, status: 'in-use' };
}

/** A person's device stands with the delegation, so that neither outlives the other. */
async function countDevice(context: RegistryContext, delegation: string, id: string): Promise<void> {
  const record = await knownDelegation(context.world, delegation);
  demand(record.devices.length < PERSON_DEVICES_MAX, 'DEVICES_TOO_MANY', 'delegation');
  context.world.put('delegation', delegation, { ...record, devices: [...record.devices, id] });
}

/** After the first device two persons must have seen the holder, also when it is lost: whoever stole a name could otherwise begin anew. */
async function demandOrigin(context: RegistryContext, act: ActOf<'device.put'>, holder: HolderRecord): Promise<Pick<DeviceRecord, 'method' | 'evidence' | 'device' | 'staff'>> {
  // Whom a company lets act for it, it says itself: a counter makes only its own devices.
  if (act.by === undefined) {
    demand(act.delegation === undefined, 'COMMAND_MALFORMED', 'delegation');
    return { method: 'counter', ...(await demandCounter(context, act, act.subject, holder.registered === 0 ? 1 : 2)) };
  }
  demand(act.evidence === undefined && act.held === undefined, 'COMMAND_MALFORMED', 'by');
  const device = await demandSigned(context.world, act.by, act.subject, deviceDigest(context.ledger.ledger, act));
  await demandGiver(context, device, act);
  return { method: 'device', device: device.id, staff: [] };
}

/** The holder's own devices take up each other, and those of his people; a manager's, only those of clerks that he appointed. */
async function demandGiver(context: RegistryContext, device: DeviceRecord, { delegation: id, subject }: ActOf<'device.put'>): Promise<void> {
  const delegation = id === undefined ? undefined : await knownDelegation(context.world, id);
  demand(delegation === undefined || (delegation.subject === subject && delegation.role !== 'agent'), 'DELEGATION_OF_OTHER', 'delegation');
  await demandAbove(context, device, delegation);
  if (id !== undefined) await demandDelegation(context, id);
}

/** Losing must be easy: one person's word is enough. Nothing comes back into use. */
async function setStatus(context: RegistryContext, act: ActOf<'device.status'>): Promise<Outcome> {
  const { world, moment, agency, ledger, persons } = context;
  const device = await world.get('device', act.id);
  demand(device, 'DEVICE_UNKNOWN', 'id');
  if (act.by) {
    const signer = await demandSigned(world, act.by, device.subject, deviceStatusDigest(ledger.ledger, act.id, act.status));
    if (signer.id !== act.id) await demandAbove(context, signer, device.delegation === undefined ? undefined : await knownDelegation(world, device.delegation));
  } else {
    demandPersons(persons, { persons: 1, ownKey: false, roles: COUNTER_ROLES });
    if (agency !== device.agency) {
      demand(device.subject.startsWith('uscc:'), 'SUBJECT_NOT_YOURS', 'id');
      await demandIssuer(context);
    }
  }
  demand(device.status === 'in-use', 'DEVICE_NOT_IN_USE', 'id');
  world.put('device', act.id, { ...device, status: act.status, history: [...device.history, { status: act.status, at: moment.now }] });
  const delegation = device.delegation === undefined ? undefined : await knownDelegation(world, device.delegation);
  if (delegation) world.put('delegation', delegation.id, { ...delegation, devices: delegation.devices.filter((id) => id !== act.id) });
  const holder = delegation ? undefined : await world.get('holder', device.subject);
  if (holder) world.put('holder', device.subject, { ...holder, devices: holder.devices.filter((id) => id !== act.id) });
  return { id: act.id, status: act.status };
}
