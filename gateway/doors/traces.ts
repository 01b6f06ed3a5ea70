/** Work lists of reverse traces: read by whoever owns what relied on a fallen licence, and closed with an outcome. */
import Type from 'typebox';
import { EventNumber, LicenceIdText, RandomId } from '#chaincode/facts/commands';
import { literals, VersionNumber } from '#chaincode/facts/parts';
import { TRACE_OUTCOMES } from '#chaincode/facts/trace';
import { TraceItem } from '#chaincode/facts/trace-commands';
import { sessionOf } from '../access.js';
import type { TraceView as TraceViewValue } from '../acts/audit/trace.js';
import type { Door } from '../app.js';
import { ActResult } from './schemas.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver'] as const;
const PAGE_MAX = 200;

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
export const TraceView = Type.Unsafe<TraceViewValue>(Type.Object({
  id: Type.String(), cursor: Type.String(), licence: Type.String(), identifier: Type.String(), kind: Label,
  fell: Type.Object({ act: Type.String({ description: 'an act, or expire' }), on: Type.String(), event: Type.Optional(Type.Integer()), version: Type.Optional(Type.Integer()), reason: Type.Optional(Type.String()), docNo: Type.Optional(Type.String()) }),
  item: Type.Object({ noun: Type.Enum(['composite', 'permit', 'decision', 'grant']), id: Type.String(), seq: Type.Optional(Type.Integer()), identifier: Type.Optional(Type.String()) }), owner: Type.Object({ code: Type.String(), name: Type.String() }), dueOn: Type.String(),
  state: Type.Enum(['open', 'closed']), overdue: Type.Boolean(), outcome: Type.Optional(Type.Enum([...TRACE_OUTCOMES])), closedAt: Type.Optional(Type.String()), closedBy: Type.Optional(Type.String()), transaction: Type.Optional(Type.String()),
}));
export const TracePage = Type.Object({ traces: Type.Array(TraceView), next: Type.Optional(Type.String()) });
export const traceQuery = { state: Type.Optional(literals(['open', 'closed'])), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:._/-]{1,300}$' })) };
export const traceQueryOf = ({ state, limit, before }: { readonly state?: 'open' | 'closed'; readonly limit?: string; readonly before?: string }) => ({ state, limit: Math.min(PAGE_MAX, Number(limit ?? 50)), before });

export const tracesDoor: Door = async (app, { services: { traces } }) => {
  app.get('/api/traces', { config: { access: WORKING }, schema: { tags: ['audit'], summary: "What fallen licences leave your agency to do, by the day it is due", querystring: Type.Object(traceQuery, closed), response: { 200: TracePage } } }, async (request) => {
    const { traces: found, next } = await traces.of(sessionOf(request).agency, traceQueryOf(request.query));
    return { traces: [...found], ...(next === undefined ? {} : { next }) };
  });

  app.post('/api/traces/close', { config: { access: WORKING }, schema: { tags: ['audit'], summary: 'Say what came of one piece of it', body: Type.Object({ requestId: RandomId, licence: LicenceIdText, event: Type.Optional(EventNumber), version: Type.Optional(VersionNumber), item: TraceItem, outcome: literals(TRACE_OUTCOMES) }, closed), response: { 200: ActResult, 201: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...closing } = request.body;
    const result = await traces.close({ staff, agency }, requestId, closing);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });
};
