/** Delegations: given by a device of the holder, in part passed on by a manager, taken back at once. Block order decides which came first. */
import type { DelegationAct } from '../facts/delegation-commands.js';
import { beyond, delegationDigest, delegationRevokeDigest } from '../facts/delegation.js';
import { termFault } from '../facts/grant.js';
import { parseUscc } from '../facts/holder-code.js';
import { isPurpose } from '../facts/purpose.js';
import type { Outcome } from '../facts/records.js';
import { demand, RuleError } from '../facts/refusal.js';
import { demandPersons } from './actors.js';
import { retain } from './erasure.js';
import { COUNTER_ROLES, demandAbove, demandDelegation, demandIssuer, demandSigned, knownDelegation } from './holder.js';
import type { RegistryContext } from './registrar.js';

type ActOf<Op extends DelegationAct['op']> = Extract<DelegationAct, { op: Op }>;

export async function applyDelegation(context: RegistryContext, act: DelegationAct): Promise<Outcome> {
  return act.op === 'delegation.put' ? put(context, act) : revoke(context, act);
}

async function put(context: RegistryContext, { delegation, by }: ActOf<'delegation.put'>): Promise<Outcome> {
  const { world, ledger, moment, agency } = context;
  demand((await world.get('delegation', delegation.id)) === undefined, 'DELEGATION_EXISTS', 'id');
  await checkForm(context, delegation);
  const device = await demandSigned(world, by, delegation.subject, delegationDigest(ledger.ledger, delegation));
  const [own] = device.delegation === undefined ? [] : await demandDelegation(context, device.delegation, 'members');
  const field = own && beyond(delegation, own);
  if (field) throw new RuleError('DELEGATION_EXCEEDS', field);
  await retain(context, delegation.subject);
  world.put('delegation', delegation.id, { ...delegation, device: device.id, signature: by.signature, ...(own ? { above: own.id } : {}), agency, devices: [], status: 'in-force', putAt: moment.now });
  return { id: delegation.id, status: 'in-force' };
}

async function checkForm({ world, moment }: RegistryContext, delegation: ActOf<'delegation.put'>['delegation']): Promise<void> {
  const { role, delegate, subject, acts, kinds = [], purposes = [] } = delegation;
  demand((role === 'agent') === (delegate !== undefined) && subject !== `uscc:${delegate ?? ''}`, 'COMMAND_MALFORMED', 'delegate');
  demand(delegate === undefined || parseUscc(delegate), 'USCC_CHECK_DIGIT', 'delegate');
  // A natural person has no people; whoever is to act for him is an agent.
  demand(role === 'agent' || subject.startsWith('uscc:'), 'COMMAND_MALFORMED', 'role');
  demand(role === 'manager' || !acts.includes('members'), 'DELEGATION_EXCEEDS', 'acts');
  demand(purposes.every(isPurpose), 'PURPOSE_UNKNOWN', 'purposes');
  for (const kind of kinds) demand(await world.get('kind', kind), 'KIND_UNKNOWN', 'kinds');
  const fault = termFault(delegation, moment.now, 'DELEGATION');
  if (fault) throw new RuleError(...fault);
}

/** By whoever watches over it, by whoever has it, who so gives it up; or at a counter, by a person with a key of his own. */
async function revoke(context: RegistryContext, { id, by }: ActOf<'delegation.revoke'>): Promise<Outcome> {
  const { world, ledger, moment, agency, persons } = context;
  const delegation = await knownDelegation(world, id);
  if (by) {
    const signer = await world.get('device', by.device);
    const gaveUp = delegation.delegate !== undefined && signer?.subject === `uscc:${delegation.delegate}`;
    const device = await demandSigned(world, by, gaveUp ? signer.subject : delegation.subject, delegationRevokeDigest(ledger.ledger, id));
    if (device.delegation !== id) await demandAbove(context, device, delegation);
  } else {
    demandPersons(persons, { persons: 1, ownKey: true, roles: COUNTER_ROLES });
    if (agency !== delegation.agency) {
      demand(delegation.subject.startsWith('uscc:'), 'SUBJECT_NOT_YOURS', 'id');
      await demandIssuer(context);
    }
  }
  demand(delegation.status === 'in-force', 'DELEGATION_REVOKED', 'id');
  world.put('delegation', id, { ...delegation, status: 'revoked', revokedAt: moment.now, ...(by ? { revokedBy: by.device } : { staff: persons.map(({ staff }) => staff) }) });
  return { id, status: 'revoked' };
}
