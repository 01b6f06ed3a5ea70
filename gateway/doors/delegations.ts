/** A holder's people and agents: what his devices have signed comes in without a session, for the contract checks it; who sees what of them is asked of the ledger at every request. */
import Type from 'typebox';
import { RandomId, Uscc } from '#chaincode/facts/commands';
import { DELEGATED_ACTS, DELEGATION_ROLES } from '#chaincode/facts/delegation';
import { Delegation } from '#chaincode/facts/delegation-commands';
import { ByDevice } from '#chaincode/facts/device-commands';
import { text } from '#chaincode/facts/parts';
import { holderOf } from '../access.js';
import type { DelegationView as DelegationViewValue } from '../acts/holder/delegation.js';
import { standing } from '../acts/use/standing.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { PairingView } from './pairing.js';
import { DeviceView } from './reuse.js';
import { ActResult, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const SERVING = ['clerk', 'reviewer', 'approver'] as const;
/** A holder has people seldom; whoever tries signatures, often. */
const HOLDER_LIMIT = { max: 60, timeWindow: 60_000 };
const INVITE_LIMIT = { max: 20, timeWindow: 60_000 };
const LABEL_MAX = 40;

const Acted = Type.Object({ at: Type.String(), act: Type.String(), id: Type.String() });
const DelegationView = Type.Unsafe<DelegationViewValue>(Type.Object({
  id: Type.String(), subject: Type.String(), role: Type.Enum([...DELEGATION_ROLES]), delegate: Type.Optional(Type.String()), acts: Type.Array(Type.Enum([...DELEGATED_ACTS])), kinds: Type.Optional(Type.Array(Type.String())), purposes: Type.Optional(Type.Array(Type.String())),
  notBefore: Type.String(), notAfter: Type.String(), above: Type.Optional(Type.String()), putAt: Type.String(), revokedAt: Type.Optional(Type.String()), state: Type.Enum(['in-force', 'not-yet', 'over', 'revoked']), label: Type.Optional(Type.String()),
  devices: Type.Array(Type.Object({ id: Type.String(), at: Type.String() })), last: Type.Optional(Acted),
}));
const Views = Type.Object({ delegations: Type.Array(DelegationView) });
const Invited = Type.Object({ id: Type.String(), code: Type.String({ description: 'one-time code for the new phone, good for ten minutes; told once' }), expiresAt: Type.String() });
const byId = { params: Type.Object({ id: RandomId }) };
const outcome = { response: { 200: ActResult, 201: ActResult } };
const statusOf = ({ replayed }: { replayed: boolean }): 200 | 201 => (replayed ? 200 : 201);

export const delegationsDoor: Door = async (app, { services, limits }) => {
  const { delegations, devices, pairings, projection, clock } = services;
  const signed = { config: { access: 'public', ...limits(HOLDER_LIMIT) } } as const;
  const own = { access: 'holder' } as const;
  const tags = ['wallet'];

  app.put('/api/delegations/:id', { ...signed, schema: { tags, summary: 'Let one of the holder\'s people, or an agent, act for him; signed by a device', ...byId, body: Type.Object({ delegation: Delegation, label: Type.Optional(Type.String({ ...text(LABEL_MAX), description: 'what the holder calls him; kept under the holder\'s key' })), by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const { delegation, label, by } = request.body;
    if (delegation.id !== request.params.id) throw new GatewayFault('REQUEST_MALFORMED');
    const result = await delegations.put(delegation, label, by);
    return reply.code(statusOf(result)).send(result);
  });

  app.post('/api/delegations/:id/revocation', { ...signed, schema: { tags, summary: 'Take it back, or give it up; signed by a device', ...byId, body: Type.Object({ requestId: RandomId, by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const result = await delegations.revoke(request.body.requestId, request.params.id, request.body.by);
    return reply.code(statusOf(result)).send(result);
  });

  app.get('/api/delegations', { config: { access: SERVING }, schema: { tags, summary: 'By what somebody at the counter may act for a holder', querystring: Type.Object({ licence: Type.Optional(Identifier), organisation: Type.Optional(Uscc) }, closed), response: { 200: Views } } }, async (request) => ({ delegations: await delegations.atCounter(request.query) }));

  app.get('/api/wallet/delegations', { config: own, schema: { tags, summary: "The holder's people and agents; for a manager his clerks", response: { 200: Views } } }, async (request) => ({ delegations: await delegations.list(holderOf(request)) }));

  app.get('/api/wallet/delegations/:id/acts', { config: own, schema: { tags, summary: 'What was done by one of them, newest first', ...byId, response: { 200: Type.Object({ acts: Type.Array(Acted) }) } } }, async (request) => ({ acts: await delegations.acts(holderOf(request), request.params.id) }));

  app.get('/api/wallet/mandates', { config: own, schema: { tags, summary: 'By what the signed-in organisation is an agent of others', response: { 200: Views } } }, async (request) => ({ delegations: await delegations.mandates(holderOf(request)) }));

  app.get('/api/wallet/devices', { config: own, schema: { tags, summary: "The holder's devices", response: { 200: Type.Object({ devices: Type.Array(DeviceView) }) } } }, async (request) => ({ devices: await devices.of(standing(projection, clock, holderOf(request), 'holder').subject) }));

  app.post('/api/wallet/invitations', { config: { ...own, ...limits(INVITE_LIMIT) }, schema: { tags, summary: 'A one-time code for a new phone: a further one of the holder, or one of his people', body: Type.Object({ delegation: Type.Optional(RandomId) }, closed), response: { 201: Invited } } }, async (request, reply) => reply.code(201).send(await pairings.invite(holderOf(request), request.body.delegation)));

  app.get('/api/wallet/invitations/:id', { config: own, schema: { tags, summary: 'How far it is, and the key that the phone brought', ...byId, response: { 200: PairingView } } }, (request) => pairings.view({ opener: holderOf(request).device }, request.params.id));
};
