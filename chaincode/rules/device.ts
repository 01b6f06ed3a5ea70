/** Devices of holders: taken up at a counter or by another device, laid aside at once. */
import type { DeviceAct } from '../facts/device-commands.js';
import { deviceDigest, deviceStatusDigest, type DeviceRecord, type HolderRecord } from '../facts/device.js';
import { importP256 } from '../facts/hash.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { demandPersons } from './actors.js';
import { COUNTER_ROLES, demandCounter, demandDevice, demandIssuer } from './holder.js';
import { claimKey, type RegistryContext } from './registrar.js';

type ActOf<Op extends DeviceAct['op']> = Extract<DeviceAct, { op: Op }>;

/** More are no phones of one holder. */
export const DEVICES_MAX = 10;

export async function applyDevice(context: RegistryContext, act: DeviceAct): Promise<Outcome> {
  return act.op === 'device.put' ? put(context, act) : setStatus(context, act);
}

async function put(context: RegistryContext, act: ActOf<'device.put'>): Promise<Outcome> {
  const { world, moment, agency } = context;
  demand((await world.get('device', act.id)) === undefined, 'DEVICE_EXISTS', 'id');
  demand(importP256(act.spki), 'COMMAND_MALFORMED', 'spki');
  const holder = (await world.get('holder', act.subject)) ?? { subject: act.subject, devices: [], registered: 0 };
  const origin = await demandOrigin(context, act, holder);
  demand(holder.devices.length < DEVICES_MAX, 'DEVICES_TOO_MANY', 'subject');
  await claimKey(world, act.spki, 'device', act.id);
  const { id, subject, alg, spki } = act;
  world.put('device', id, { id, subject, alg, spki, ...origin, agency, status: 'in-use', history: [{ status: 'in-use', at: moment.now }] });
  world.put('holder', subject, { subject, devices: [...holder.devices, id], registered: holder.registered + 1 });
  return { id, status: 'in-use' };
}

/** After the first device two persons must have seen the holder, also when it is lost: whoever stole a name could otherwise begin anew. */
async function demandOrigin(context: RegistryContext, act: ActOf<'device.put'>, holder: HolderRecord): Promise<Pick<DeviceRecord, 'method' | 'evidence' | 'device' | 'staff'>> {
  if (act.by === undefined) return { method: 'counter', ...(await demandCounter(context, act, act.subject, holder.registered === 0 ? 1 : 2)) };
  demand(act.evidence === undefined && act.held === undefined, 'COMMAND_MALFORMED', 'by');
  const device = await demandDevice(context.world, act.by, act.subject, deviceDigest(context.ledger.ledger, act));
  return { method: 'device', device: device.id, staff: [] };
}

/** Losing must be easy: one person's word is enough. Nothing comes back into use. */
async function setStatus(context: RegistryContext, act: ActOf<'device.status'>): Promise<Outcome> {
  const { world, moment, agency, ledger, persons } = context;
  const device = await world.get('device', act.id);
  demand(device, 'DEVICE_UNKNOWN', 'id');
  if (act.by) await demandDevice(world, act.by, device.subject, deviceStatusDigest(ledger.ledger, act.id, act.status));
  else {
    demandPersons(persons, { persons: 1, ownKey: false, roles: COUNTER_ROLES });
    if (agency !== device.agency) {
      demand(device.subject.startsWith('uscc:'), 'SUBJECT_NOT_YOURS', 'id');
      await demandIssuer(context);
    }
  }
  demand(device.status === 'in-use', 'DEVICE_NOT_IN_USE', 'id');
  world.put('device', act.id, { ...device, status: act.status, history: [...device.history, { status: act.status, at: moment.now }] });
  const holder = await world.get('holder', device.subject);
  if (holder) world.put('holder', device.subject, { ...holder, devices: holder.devices.filter((id) => id !== act.id) });
  return { id: act.id, status: act.status };
}
