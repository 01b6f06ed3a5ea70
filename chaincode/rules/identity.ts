/** Identity records: attested by staff with keys of their own, ended at once. A gateway by itself attests nobody, whatever a provider has told it. */
import { addYears, parseDay, type Day } from '../facts/calendar.js';
import type { IdentityAct } from '../facts/identity-commands.js';
import { documentFor, identityEndDigest, IDENTITY_YEARS_MAX } from '../facts/identity.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { demandPersons } from './actors.js';
import { retain } from './erasure.js';
import { COUNTER_ROLES, demandCounter, demandDevice } from './holder.js';
import type { RegistryContext } from './registrar.js';

type ActOf<Op extends IdentityAct['op']> = Extract<IdentityAct, { op: Op }>;

export async function applyIdentity(context: RegistryContext, act: IdentityAct): Promise<Outcome> {
  return act.op === 'identity.put' ? put(context, act) : end(context, act);
}

async function put(context: RegistryContext, act: ActOf<'identity.put'>): Promise<Outcome> {
  const { world, moment, agency } = context;
  const { id, subject, method, document, digest, until } = act;
  demand((await world.get('identity', id)) === undefined, 'IDENTITY_EXISTS', 'id');
  demand(document === documentFor(subject), 'IDENTITY_DOCUMENT', 'document');
  demand(parseDay(until), 'DATE_UNREAL', 'until');
  demand(until >= moment.today, 'DATES_REVERSED', 'until');
  demand((until as Day) <= addYears(moment.today, IDENTITY_YEARS_MAX), 'IDENTITY_TOO_LONG', 'until');
  const origin = await demandCounter(context, act, subject, 1);
  await retain(context, subject);
  world.put('identity', id, { id, subject, method, document, digest, ...origin, agency, at: moment.now, until, status: 'in-use' });
  return { id, status: 'in-use' };
}

/** By a device of the holder, or by the agency that answers for it, on one person's word: what nobody stands for any more must go at once. */
async function end(context: RegistryContext, act: ActOf<'identity.end'>): Promise<Outcome> {
  const { world, ledger, moment, agency, persons } = context;
  const identity = await world.get('identity', act.id);
  demand(identity, 'IDENTITY_UNKNOWN', 'id');
  if (act.by) await demandDevice(context, act.by, identity.subject, identityEndDigest(ledger.ledger, act.id), 'holder');
  else {
    demandPersons(persons, { persons: 1, ownKey: false, roles: COUNTER_ROLES });
    demand(identity.agency === agency, 'IDENTITY_NOT_YOURS', 'id');
  }
  demand(identity.status === 'in-use', 'IDENTITY_ENDED', 'id');
  world.put('identity', act.id, { ...identity, status: 'ended', endedAt: moment.now });
  return { id: act.id, status: 'ended' };
}
