/** Keys with which agencies sign lists for verifiers, and the root that says whose signatures make a trust list. */
import type { PlainAct } from '../facts/commands.js';
import { isGatewayAddress } from '../facts/address.js';
import { importP256 } from '../facts/hash.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { claimKey, demandRegistrar, type RegistryContext } from './registrar.js';

type ActOf<Op extends PlainAct['op']> = Extract<PlainAct, { op: Op }>;

/** A further key may be in use beside the old one: lists signed by either are good while they overlap. */
export async function putAgencyKey(context: RegistryContext, act: ActOf<'agency-key.put'>): Promise<Outcome> {
  demandRegistrar(context, act.agency);
  const { world, moment } = context;
  demand(await world.get('agency', act.agency), 'AGENCY_UNKNOWN', 'agency');
  demand((await world.get('agency-key', act.id)) === undefined, 'KEY_EXISTS', 'id');
  demand(importP256(act.spki), 'COMMAND_MALFORMED', 'spki');
  demand(act.use === 'transport' ? isGatewayAddress(act.address) : act.address === undefined, 'KEY_ADDRESS', 'address');
  await claimKey(world, act.spki, act.use, act.id);
  const { op: _, ...fields } = act;
  world.put('agency-key', act.id, { ...fields, status: 'in-use', history: [{ status: 'in-use', at: moment.now }], putIn: moment.txId });
  return { id: act.id, status: 'in-use' };
}

/** Retired may still become stopped, when it turns out that it was in other hands; nothing comes back into use. */
export async function setAgencyKeyStatus(context: RegistryContext, act: ActOf<'agency-key.status'>): Promise<Outcome> {
  const { world, moment } = context;
  const key = await world.get('agency-key', act.id);
  demand(key, 'KEY_UNKNOWN', 'id');
  demandRegistrar(context, key.agency);
  demand(key.status !== 'stopped' && key.status !== act.status, 'KEY_NOT_IN_USE', 'status');
  world.put('agency-key', act.id, { ...key, status: act.status, history: [...key.history, { status: act.status, at: moment.now }] });
  return { id: act.id, status: act.status };
}

/** The next root, without a gap: trust keys in use, of a different agency each, at least as many as must sign. */
export async function putTrustRoot(context: RegistryContext, act: ActOf<'trust-root.put'>): Promise<Outcome> {
  demandRegistrar(context);
  const { world, moment } = context;
  const before = act.version === 1 || (await world.get('trust-root', String(act.version - 1))) !== undefined;
  demand(before && (await world.get('trust-root', String(act.version))) === undefined, 'ROOT_VERSION', 'version');
  const agencies = new Set<string>();
  for (const id of act.keys) {
    const key = await world.get('agency-key', id);
    demand(key?.use === 'trust', 'KEY_UNKNOWN', 'keys');
    demand(key.status === 'in-use', 'KEY_NOT_IN_USE', 'keys');
    agencies.add(key.agency);
  }
  demand(agencies.size === act.keys.length && act.threshold <= act.keys.length, 'ROOT_THRESHOLD', 'keys');
  world.put('trust-root', String(act.version), { version: act.version, threshold: act.threshold, keys: act.keys, issuedAt: moment.now });
  return { id: String(act.version) };
}
