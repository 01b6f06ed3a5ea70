/** Objections: the holder's comes in with his signature, the answer from the counter; both sides see the thread. */
import Type from 'typebox';
import { EventNumber, RandomId } from '#chaincode/facts/commands';
import { ByDevice } from '#chaincode/facts/device-commands';
import { OBJECTION_REASONS } from '#chaincode/facts/objection';
import { Objection } from '#chaincode/facts/objection-commands';
import { literals } from '#chaincode/facts/parts';
import { holderOf, sessionOf } from '../access.js';
import type { ObjectionView as ObjectionViewValue } from '../acts/holder/objection.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { ActResult, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver'] as const;
const HOLDER_LIMIT = { max: 60, timeWindow: 60_000 };
const LIST_MAX = 100;
/** Longer is a petition. */
const WORDS_MAX = 1000;

const words = Type.String({ minLength: 1, maxLength: WORDS_MAX, pattern: '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f\\ud800-\\udfff]+$' });
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const ObjectionView = Type.Unsafe<ObjectionViewValue>(Type.Object({
  id: Type.String(), cursor: Type.String(), licence: Type.String(), identifier: Type.String(), currentIdentifier: Type.String(), version: Type.Integer(), kind: Label, fields: Type.Array(Label), reason: Type.Enum([...OBJECTION_REASONS]), status: Type.Enum(['open', 'accepted', 'rejected']),
  filedAt: Type.String(), after: Type.Integer({ description: 'last event of the licence when it was made' }), dueOn: Type.String({ description: 'day by which it is to be answered' }), manager: Named, text: Type.Optional(Type.String()),
  answer: Type.Optional(Type.Object({ agency: Named, at: Type.String(), remedy: Type.Optional(Type.Integer({ description: 'event of the licence that put it right' })), text: Type.Optional(Type.String()) })),
}));
const Views = Type.Object({ objections: Type.Array(ObjectionView) });
const byId = { params: Type.Object({ id: RandomId }) };
const outcome = { response: { 200: ActResult, 201: ActResult } };
const page = { limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ maxLength: 60 })) };
const pageOf = ({ limit, before }: { limit?: string; before?: string }) => ({ limit: Math.min(LIST_MAX, Number(limit ?? 50)), before });

export const objectionsDoor: Door = async (app, { services: { objections }, limits }) => {
  app.put('/api/objections/:id', { config: { access: 'public', ...limits(HOLDER_LIMIT) }, schema: { tags: ['wallet'], summary: 'Object to what a licence says, signed by a device of its holder', ...byId, body: Type.Object({ objection: Objection, text: words, opening: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), by: ByDevice }, closed), ...outcome } }, async (request, reply) => {
    const { objection, text, opening, by } = request.body;
    if (objection.id !== request.params.id) throw new GatewayFault('REQUEST_MALFORMED');
    const result = await objections.put(objection, { text, opening }, by);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.get('/api/objections', { config: { access: 'signed-in' }, schema: { tags: ['wallet'], summary: 'Objections that your agency answers, newest first; or those against one of its licences', querystring: Type.Object({ ...page, licence: Type.Optional(Identifier) }, closed), response: { 200: Views } } }, async (request) => ({ objections: await objections.to(sessionOf(request).agency, request.query.licence, pageOf(request.query)) }));

  app.post('/api/objections/:id/answer', { config: { access: WORKING }, schema: { tags: ['wallet'], summary: 'Answer: put right by an act on the licence, or rejected with the reason', ...byId, body: Type.Object({ requestId: RandomId, outcome: literals(['accepted', 'rejected']), remedy: Type.Optional(EventNumber), text: words }, closed), ...outcome } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...answered } = request.body;
    const result = await objections.answer({ staff, agency }, requestId, request.params.id, answered);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.get('/api/wallet/objections', { config: { access: 'holder' }, schema: { tags: ['wallet'], summary: "The holder's objections and their answers, newest first", querystring: Type.Object({ ...page, mandate: Type.Optional(RandomId) }, closed), response: { 200: Views } } }, async (request) => ({ objections: await objections.of(holderOf(request), request.query.mandate, pageOf(request.query)) }));
};
