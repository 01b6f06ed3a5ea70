/** Grants: the holder's yes, counted down with every use and taken back at once. Block order decides which came first. */
import type { GrantAct } from '../facts/grant-commands.js';
import { grantDigest, grantRevokeDigest, termFault, type GrantRecord } from '../facts/grant.js';
import type { Outcome } from '../facts/records.js';
import { demand, RuleError } from '../facts/refusal.js';
import type { World } from '../world.js';
import { demandPersons } from './actors.js';
import { retain } from './erasure.js';
import { COUNTER_ROLES, demandCounter, demandDevice, type Speaker } from './holder.js';
import type { RegistryContext } from './registrar.js';

type ActOf<Op extends GrantAct['op']> = Extract<GrantAct, { op: Op }>;

/** At a counter nobody but staff says that the holder agreed: enough for the matter in hand, not for a standing order. */
export const COUNTER_HOURS_MAX = 24;
export const COUNTER_USES_MAX = 10;
const HOUR_MS = 3_600_000;

export async function applyGrant(context: RegistryContext, act: GrantAct): Promise<Outcome> {
  switch (act.op) {
    case 'grant.put': return put(context, act);
    case 'grant.revoke': return revoke(context, act);
    case 'grant.use': return use(context, act);
  }
}

async function put(context: RegistryContext, act: ActOf<'grant.put'>): Promise<Outcome> {
  const { world, moment, agency } = context;
  const { grant } = act;
  demand((await world.get('grant', grant.id)) === undefined, 'GRANT_EXISTS', 'id');
  demand((await world.get('agency', grant.grantee))?.active, 'AGENCY_UNKNOWN', 'grantee');
  const fault = termFault(grant, moment.now);
  if (fault) throw new RuleError(...fault);
  const origin = act.by === undefined ? await byCounter(context, act) : await byDevice(context, act, act.by);
  await retain(context, grant.subject);
  world.put('grant', grant.id, { ...grant, ...origin, agency, status: 'in-force', putAt: moment.now, left: grant.uses, used: 0 });
  return { id: grant.id, status: 'in-force', left: grant.uses };
}

type Origin = Pick<GrantRecord, 'assurance' | 'device' | 'delegations' | 'signature' | 'staff' | 'evidence'>;

/** Whoever may say yes for a time says it for no longer. */
async function byDevice(context: RegistryContext, { grant, evidence, held }: ActOf<'grant.put'>, by: NonNullable<ActOf<'grant.put'>['by']>): Promise<Origin> {
  demand(evidence === undefined && held === undefined, 'COMMAND_MALFORMED', 'by');
  const { device, delegations } = await demandDevice(context, by, grant.subject, grantDigest(context.ledger.ledger, grant), 'grant');
  demand(delegations.every(({ notAfter }) => grant.notAfter <= notAfter), 'DELEGATION_EXCEEDS', 'notAfter');
  return { assurance: 'device', device: device.id, signature: by.signature, ...(delegations.length === 0 ? {} : { delegations: delegations.map(({ id }) => id) }) };
}

async function byCounter(context: RegistryContext, act: ActOf<'grant.put'>): Promise<Origin> {
  const { grant } = act;
  // From now on, not from a day that the request names: it must not lie ready for next year.
  demand(Date.parse(grant.notAfter) <= Date.parse(context.moment.now) + COUNTER_HOURS_MAX * HOUR_MS, 'GRANT_TOO_LONG', 'notAfter');
  demand(grant.uses <= COUNTER_USES_MAX, 'GRANT_USES', 'uses');
  return { assurance: 'counter', ...(await demandCounter(context, act, grant.subject, 1)) };
}

/** By a device of the holder; or by staff with keys of their own at the agency that brought it, who have him before them. */
async function revoke(context: RegistryContext, act: ActOf<'grant.revoke'>): Promise<Outcome> {
  const { world, ledger, moment, agency, persons } = context;
  const grant = await knownGrant(world, act.id);
  const speaker = act.by && (await demandDevice(context, act.by, grant.subject, grantRevokeDigest(ledger.ledger, act.id), 'grant'));
  if (speaker) await demandOwn(world, grant, speaker);
  else {
    demandPersons(persons, { persons: 1, ownKey: true, roles: COUNTER_ROLES });
    demand(grant.agency === agency, 'GRANT_NOT_YOURS', 'id');
  }
  demand(grant.status === 'in-force', 'GRANT_REVOKED', 'id');
  const delegations = speaker?.delegations ?? [];
  world.put('grant', act.id, { ...grant, status: 'revoked', revokedAt: moment.now, ...(delegations.length === 0 ? {} : { revokedBy: delegations.map(({ id }) => id) }) });
  return { id: act.id, status: 'revoked' };
}

/** A person or an agent takes back what he gave, or a clerk of his did; nothing of the holder's own. */
async function demandOwn(world: World, { subject, delegations = [] }: GrantRecord, speaker: Speaker): Promise<void> {
  const own = speaker.delegations.find((each) => each.subject === subject);
  if (!own) return;
  const given = await Promise.all(delegations.map((id) => world.get('delegation', id)));
  demand(given.some((each) => each?.id === own.id || each?.above === own.id), 'DELEGATION_SCOPE', 'by');
}

/** Before any data leave. The gateway's word for its signed-in clerk is enough: what may be seen, and how often, the holder has said. */
async function use(context: RegistryContext, act: ActOf<'grant.use'>): Promise<Outcome> {
  const { world, moment, agency, persons } = context;
  const grant = await knownGrant(world, act.grant);
  demand(grant.grantee === agency, 'GRANTEE_DIFFERS', 'grant');
  demandPersons(persons, { persons: 1, ownKey: false, roles: COUNTER_ROLES });
  demand(grant.status === 'in-force', 'GRANT_REVOKED', 'grant');
  await retain(context, grant.subject);
  demand(grant.notBefore <= moment.now, 'GRANT_NOT_YET', 'grant');
  demand(moment.now <= grant.notAfter, 'GRANT_OVER', 'grant');
  // The time is the client's: set back it would make an expired grant good again, though it was used later before.
  demand(moment.now >= (grant.usedAt ?? grant.putAt), 'TIME_STEPS_BACK');
  demand(grant.left > 0, 'GRANT_USED_UP', 'grant');
  const left = grant.left - 1;
  world.put('grant', grant.id, { ...grant, left, used: grant.used + 1, usedAt: moment.now });
  return { grant: grant.id, left, leaf: act.leaf };
}

async function knownGrant(world: World, id: string): Promise<GrantRecord> {
  const grant = await world.get('grant', id);
  demand(grant, 'GRANT_UNKNOWN', 'grant');
  return grant;
}
