/**
 * Scenes, holders' devices, grants. Scenes are put, approved and ended, devices laid aside and grants taken back at a counter the way every act is: as a draft of the
 * register. What a holder's device has signed comes in without a session: the signature is checked by the contract.
 */
import Type from 'typebox';
import { InstantText, RandomId, Uscc } from '#chaincode/facts/commands';
import { ByDevice, DeviceStatus } from '#chaincode/facts/device-commands';
import { Grant, GRANT_USES_MAX } from '#chaincode/facts/grant-commands';
import { FieldName, literals, Spki, Subject, TypeCode } from '#chaincode/facts/parts';
import { PURPOSES } from '#chaincode/facts/purpose';
import { sessionOf } from '../access.js';
import { SEEN } from '../acts/use/counter.js';
import type { DeviceView as DeviceViewValue } from '../acts/holder/device.js';
import type { AskedGrant as AskedGrantValue } from '../acts/use/grant-request.js';
import type { GrantView as GrantViewValue } from '../acts/use/grant.js';
import type { SceneView as SceneViewValue } from '../acts/use/scene.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { ActResult, DraftView, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const SERVING = ['clerk', 'reviewer', 'approver'] as const;
/** Whoever has the link of a request, and whoever carries a signature: a holder asks seldom, a guesser often. */
const HOLDER_LIMIT = { max: 60, timeWindow: 60_000 };
/** A code has twelve digits and an hour. */
const CODE_LIMIT = { max: 20, timeWindow: 60_000 };
const LIST_MAX = 200;
const ITEMS_MAX = 32;
/** Canonical text of what a grant is for: 32 items with their fields, and words in two languages. */
const DETAILS_MAX = 100_000;

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const SceneView = Type.Unsafe<SceneViewValue>(Type.Object({
  id: Type.String(), name: Label, state: Type.Enum(['in-force', 'waiting', 'not-yet', 'over', 'ended']), owner: Named, grantee: Named, statute: Type.Boolean(),
  kinds: Type.Array(Type.Object({ type: Type.String(), name: Label, fields: Type.Array(Type.Object({ name: Type.String(), label: Label })) })),
  purpose: Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() }), basis: Type.Optional(Type.String()), from: Type.String(), until: Type.Optional(Type.String()),
  approvals: Type.Array(Type.Object({ code: Type.String(), name: Type.String(), at: Type.String() })), endedAt: Type.Optional(Type.String()), may: Type.Array(Type.Enum(['approve', 'end'])),
}));
const Details = Type.Object({
  v: Type.Integer(), licences: Type.Optional(Type.Array(Type.Object({ licence: Type.String(), fields: Type.Array(Type.String()) }))), kinds: Type.Optional(Type.Array(Type.Object({ kind: Type.String(), fields: Type.Array(Type.String()) }))),
  purpose: Type.String(), text: Label,
});
export const GrantView = Type.Unsafe<GrantViewValue>(Type.Object({
  id: Type.String(), cursor: Type.String(), state: Type.Enum(['in-force', 'not-yet', 'over', 'used-up', 'revoked']), subject: Type.String(), grantee: Named, broughtBy: Named, assurance: Type.Enum(['device', 'counter'], { description: 'counter: staff say that the holder agreed; lower' }), delegations: Type.Optional(Type.Array(Type.String(), { description: 'by which one of his people, or an agent, gave it' })),
  notBefore: Type.String(), notAfter: Type.String(), uses: Type.Integer(), left: Type.Integer(), used: Type.Integer(), putAt: Type.String(), usedAt: Type.Optional(Type.String()), revokedAt: Type.Optional(Type.String()), details: Type.Optional(Details),
}));
const asked = {
  grant: Grant, text: Type.String({ description: 'canonical JSON: what the grant is for' }), opening: Type.String({ description: '32 bytes, base64url: with the text they give the commitment in the grant' }),
  ledger: Type.String(), grantee: Named, askedAt: Type.String(), expiresAt: Type.String(),
};
export const AskedGrant = Type.Unsafe<AskedGrantValue>(Type.Object(asked));
const MadeRequest = Type.Unsafe<AskedGrantValue & { readonly code: string; readonly link: string }>(Type.Object({ ...asked, code: Type.String({ description: 'one-time code for a holder without a device, good for an hour' }), link: Type.String({ description: 'for the holder' }) }));
const fields = Type.Array(FieldName, { minItems: 1, maxItems: 64, uniqueItems: true });
const GrantWish = Type.Object({
  licences: Type.Optional(Type.Array(Type.Object({ identifier: Identifier, fields }, closed), { minItems: 1, maxItems: ITEMS_MAX })), kinds: Type.Optional(Type.Array(Type.Object({ kind: TypeCode, fields }, closed), { minItems: 1, maxItems: ITEMS_MAX })),
  organisation: Type.Optional(Uscc), purpose: Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' }), notBefore: Type.Optional(InstantText), notAfter: InstantText, uses: Type.Integer({ minimum: 1, maximum: GRANT_USES_MAX }),
}, closed);
const whom = { licence: Type.Optional(Identifier), organisation: Type.Optional(Uscc) };
const SeenList = Type.Array(literals(SEEN), { minItems: 1, maxItems: SEEN.length, uniqueItems: true });
export const DeviceView = Type.Unsafe<DeviceViewValue>(Type.Object({ id: Type.String(), method: Type.Enum(['counter', 'device']), delegation: Type.Optional(Type.String()), status: Type.Enum(['in-use', 'lost', 'revoked']), history: Type.Array(Type.Object({ status: Type.String(), at: Type.String() })) }));
const byId = { params: Type.Object({ id: RandomId }) };
const outcome = { response: { 200: ActResult, 201: ActResult } };
const limited = { limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ maxLength: 60 })) };
const pageOf = ({ limit, before }: { limit?: string; before?: string }) => ({ limit: Math.min(LIST_MAX, Number(limit ?? 50)), before });
const statusOf = ({ replayed }: { replayed: boolean }): 200 | 201 => (replayed ? 200 : 201);

export const reuseDoor: Door = async (app, context) => {
  await scenes(app, context);
  await devices(app, context);
  await grants(app, context);
};

const scenes: Door = async (app, { services: { scenes } }) => {
  app.get('/api/purposes', { config: { access: 'public' }, schema: { tags: ['reuse'], summary: 'Codes of what licences are used for', response: { 200: Type.Record(Type.String(), Label) } } }, () => ({ ...PURPOSES }));

  app.get('/api/scenes', { config: { access: 'signed-in' }, schema: { tags: ['reuse'], summary: 'Scenes that your agency gave or got, and statutes', querystring: Type.Object({ kind: Type.Optional(TypeCode), state: Type.Optional(literals(['in-force', 'waiting', 'not-yet', 'over', 'ended'])), as: Type.Optional(literals(['owner', 'grantee'])) }, closed), response: { 200: Type.Object({ scenes: Type.Array(SceneView) }) } } }, async (request) => ({ scenes: scenes.list(sessionOf(request).agency, request.query) }));

  app.get('/api/scenes/:id', { config: { access: 'signed-in' }, schema: { tags: ['reuse'], summary: 'One of them', ...byId, response: { 200: SceneView } } }, async (request) => scenes.view(sessionOf(request).agency, request.params.id));
};

const devices: Door = async (app, { services: { devices }, limits }) => {
  const forHolders = { config: { access: 'public', ...limits(HOLDER_LIMIT) } } as const;

  app.get('/api/devices', { config: { access: SERVING }, schema: { tags: ['reuse'], summary: "A holder's devices", querystring: Type.Object(whom, closed), response: { 200: Type.Object({ devices: Type.Array(DeviceView) }) } } }, async (request) => ({ devices: await devices.list(request.query) }));

  app.post('/api/devices', { config: { access: SERVING }, schema: { tags: ['reuse'], summary: 'Draft the registration of a device at the counter, to be signed', body: Type.Object({ requestId: RandomId, ...whom, device: Type.Object({ id: RandomId, spki: Spki }, closed), seen: SeenList }, closed), response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, device, seen, licence, organisation } = request.body;
    return reply.code(201).send(await devices.atCounter({ staff, agency }, requestId, { licence, organisation }, device, seen));
  });

  app.put('/api/devices/:id', { ...forHolders, schema: { tags: ['reuse'], summary: 'A further device, signed by one in use', ...byId, body: Type.Object({ subject: Subject, spki: Spki, delegation: Type.Optional(RandomId), by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const { spki, by, ...whose } = request.body;
    const result = await devices.takeUp({ id: request.params.id, spki }, whose, by);
    return reply.code(statusOf(result)).send(result);
  });

  app.post('/api/devices/:id/status', { ...forHolders, schema: { tags: ['reuse'], summary: 'Lay a device aside, signed by one in use', ...byId, body: Type.Object({ requestId: RandomId, status: DeviceStatus.properties.status, by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const { requestId, status, by } = request.body;
    const result = await devices.layAside(requestId, request.params.id, status, by);
    return reply.code(statusOf(result)).send(result);
  });
};

const grants: Door = async (app, { services: { grants, grantRequests, publicName, uses }, limits }) => {
  const forHolders = { config: { access: 'public', ...limits(HOLDER_LIMIT) } } as const;

  app.post('/api/grant-requests', { config: { access: SERVING }, schema: { tags: ['reuse'], summary: 'Ask a holder for a grant to your agency', body: GrantWish, response: { 201: MadeRequest } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const made = await grantRequests.ask({ staff, agency }, request.body);
    return reply.code(201).send({ ...made, link: `${publicName}/grant#${made.grant.id}` });
  });

  app.get('/api/grant-requests/:id', { ...forHolders, schema: { tags: ['reuse'], summary: 'What is asked for, as long as it waits', ...byId, response: { 200: AskedGrant } } }, (request) => grantRequests.asked(request.params.id));

  app.delete('/api/grant-requests/:id', { config: { access: SERVING }, schema: { tags: ['reuse'], summary: 'Take back what your agency asked for; the holder says no in his wallet', ...byId } }, async (request, reply) => {
    await grantRequests.decline(request.params.id, sessionOf(request).agency);
    return reply.code(204).send();
  });

  app.put('/api/grants/:id', { ...forHolders, bodyLimit: DETAILS_MAX + 4096, schema: { tags: ['reuse'], summary: "The holder's yes, signed by a device", ...byId, body: Type.Object({ grant: Grant, text: Type.String({ minLength: 2, maxLength: DETAILS_MAX }), opening: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const { by, ...kept } = request.body;
    if (kept.grant.id !== request.params.id) throw new GatewayFault('REQUEST_MALFORMED');
    const result = await grants.put(kept, by, await grantRequests.askerOf(kept.grant.id));
    return reply.code(statusOf(result)).send(result);
  });

  app.post('/api/grants', { config: { access: SERVING, ...limits(CODE_LIMIT) }, schema: { tags: ['reuse'], summary: 'Draft a grant at the counter by its one-time code, to be signed', body: Type.Object({ requestId: RandomId, code: Type.String({ pattern: '^\\d{12}$' }), seen: SeenList }, closed), response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, code, seen } = request.body;
    return reply.code(201).send(await uses.search({ staff, agency }, {}, () => grantRequests.atCounter({ staff, agency }, requestId, code, seen)));
  });

  app.post('/api/grants/:id/revocation', { ...forHolders, schema: { tags: ['reuse'], summary: 'The holder takes it back, signed by a device', ...byId, body: Type.Object({ requestId: RandomId, by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const result = await grants.revoke(request.body.requestId, request.params.id, request.body.by);
    return reply.code(statusOf(result)).send(result);
  });

  app.get('/api/grants', { config: { access: 'signed-in' }, schema: { tags: ['reuse'], summary: 'Grants to your agency, newest first; or those of a holder whose licence your agency manages', querystring: Type.Object({ ...limited, licence: Type.Optional(Identifier) }, closed), response: { 200: Type.Object({ grants: Type.Array(GrantView) }) } } }, async (request) => {
    const { agency } = sessionOf(request);
    const { licence } = request.query;
    return { grants: await grants.list(licence === undefined ? { to: agency } : { of: grants.holderFor(agency, licence) }, pageOf(request.query)) };
  });
};
