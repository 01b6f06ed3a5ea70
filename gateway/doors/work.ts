/** The work of agencies after an issue: open conditions, supervision, rules for automatic issue and the machine that asks by them. */
import Type from 'typebox';
import { CONSEQUENCES } from '#chaincode/facts/condition';
import { DayText, DocumentNumber, LicenceIdText, RandomId } from '#chaincode/facts/commands';
import { TypeCode } from '#chaincode/facts/parts';
import { sessionOf } from '../access.js';
import { PROMISE_BYTES_MAX } from '../acts/licence/beside.js';
import type { ConditionItem as ConditionItemValue, UntakenItem as UntakenItemValue } from '../acts/office/work.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { DraftView, Face, Identifier, LicenceView } from './schemas.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver', 'auditor'] as const;
const LIST_MAX = 200;
const pageOf = { kind: Type.Optional(TypeCode), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), after: Type.Optional(Type.String({ maxLength: 240, description: 'cursor of the last one seen' })) };
const mostOf = ({ limit }: { readonly limit?: string | undefined }): number => Math.min(LIST_MAX, Number(limit ?? 50));
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const ConditionItem = Type.Unsafe<ConditionItemValue>(Type.Object({
  licence: Type.Optional(Type.String()), identifier: Type.Optional(Type.String()), application: Type.Optional(Type.String()), matter: Type.Optional(Type.String()),
  material: Type.String(), name: Label, dueOn: Type.String(), consequence: Type.Enum([...CONSEQUENCES]), overdue: Type.Boolean(), cursor: Type.String(),
}));
const UntakenItem = Type.Unsafe<UntakenItemValue>(Type.Object({ cursor: Type.String(), licence: LicenceView, recordedAt: Type.String(), dueOn: Type.String(), overdue: Type.Boolean() }));
const RuleSetView = Type.Any({ description: 'as rule-set.put, with version, digest, status, leftToday' });

export const workDoor: Door = async (app, { services: { work, automatic, projection, lookup, managers } }) => {
  const tags = ['issue'];

  app.get('/api/conditions', { config: { access: WORKING }, schema: { tags, summary: 'Papers still to be handed in (容缺), those due first, first', querystring: Type.Object({ overdue: Type.Optional(Type.Literal('1')), ...pageOf }, closed), response: { 200: Type.Object({ conditions: Type.Array(ConditionItem) }) } } }, async (request) => {
    const { overdue, ...page } = request.query;
    return { conditions: await work.conditions(sessionOf(request).agency, { overdue: overdue === '1', ...page, limit: mostOf(page) }) };
  });

  app.get('/api/licences/:identifier/promise', { config: { access: WORKING }, schema: { tags, summary: 'The signed promise (告知承诺书) under which a licence was issued, with what opens its commitment', params: Type.Object({ identifier: Identifier }), response: { 200: Type.Object({ document: Type.String({ description: 'base64' }), opening: Type.String(), commitment: Type.String() }) } } }, (request) => {
    const view = lookup.current(request.params.identifier, sessionOf(request).agency) ?? lookup.byIdentifier(request.params.identifier, { agency: sessionOf(request).agency }).licence;
    const record = view && projection.get('licence', view.licence);
    const version = record && lookup.whole(record).versions.findLast(({ promise }) => promise !== undefined);
    const kept = record && managers.of(record) === sessionOf(request).agency && version ? lookup.kept(record, version.version)?.promise : undefined;
    if (!kept || version?.promise === undefined) throw new GatewayFault('NOT_FOUND');
    return { ...kept, commitment: version.promise };
  });

  app.get('/api/supervision', { config: { access: WORKING }, schema: { tags, summary: 'New versions that your agency supervises and has not taken over (审管联动)', querystring: Type.Object(pageOf, closed), response: { 200: Type.Object({ versions: Type.Array(UntakenItem) }) } } }, async (request) => ({ versions: await work.untaken(sessionOf(request).agency, { ...request.query, limit: mostOf(request.query) }) }));

  app.get('/api/supervision/:licence', { config: { access: 'public' }, schema: { tags, summary: 'Who took a licence over, and what was found since', params: Type.Object({ licence: LicenceIdText }), response: { 200: Type.Any() } } }, (request) => work.supervision(request.params.licence) ?? { licence: request.params.licence, takenOver: [], findings: [] });

  app.get('/api/rule-sets', { config: { access: [...WORKING, 'machine'] }, schema: { tags, summary: 'Rules by which your agency issues automatically (秒批)', response: { 200: Type.Object({ rules: Type.Array(RuleSetView) }) } } }, async (request) => ({ rules: await automatic.rules(sessionOf(request).agency) }));

  app.post('/api/automatic', { config: { access: ['machine'] }, bodyLimit: PROMISE_BYTES_MAX * 2, schema: { tags, summary: 'Draft a licence by rule, for the machine to sign', body: Type.Object({ requestId: RandomId, kind: TypeCode, face: Face, promise: Type.Optional(Type.String({ maxLength: PROMISE_BYTES_MAX * 2, description: 'base64' })), docNo: Type.Optional(DocumentNumber), validUntil: Type.Optional(DayText) }, closed), response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...input } = request.body;
    return reply.code(201).send(await automatic.draft({ staff, agency }, requestId, input));
  });
};
