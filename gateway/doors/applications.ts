/** Matters, materials and applications at the counter, and for programs of the agency that sign in with a key. */
import Type from 'typebox';
import { APPLICATION_STATES, CHANNELS, DECISIONS, type ApplicationState } from '#chaincode/facts/application';
import { DayText, DocumentNumber, EventNumber, RandomId, Uscc } from '#chaincode/facts/commands';
import { Conditions, MatterConditions } from '#chaincode/facts/condition-commands';
import { MATTERS_MAX } from '#chaincode/facts/matter-commands';
import type { ApplicationView as ApplicationViewValue } from '../acts/applications/application-view.js';
import type { FilledField as FilledFieldValue, MaterialsAnswer as MaterialsAnswerValue } from '../acts/applications/materials.js';
import { PROMISE_BYTES_MAX } from '../acts/licence/beside.js';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';
import { ActResult, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver'] as const;
const LIST_MAX = 200;
const CATALOGUE_LIMIT = { max: 600, timeWindow: 60_000 };
/** A form of sixteen matters with long scopes of business. */
export const FORM_BYTES_MAX = 512 * 1024;

const code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' });
const line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$' });
const words = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f\\ud800-\\udfff]+$' });
const FormText = Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' }), Type.Union([Type.String({ maxLength: 8000 }), Type.Array(Type.String({ maxLength: 400 }), { maxItems: 40 })]), { description: 'fields of the form, by name' });
const CaseNo = line(64);
const wanted = { holder: Type.String({ minLength: 1, maxLength: 40, description: 'unified social credit code, or number of a natural person' }), trade: Type.Optional(code), matters: Type.Optional(Type.Array(Type.Object({ matter: code, variant: Type.Optional(code) }, closed), { minItems: 1, maxItems: MATTERS_MAX })) };
const stated = { authority: Type.Optional(Type.String({ ...Uscc, description: 'in whose name: your agency, or the one it is a branch of' })), basis: Type.Optional(code), docNo: Type.Optional(DocumentNumber) };
const given = Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 256, description: 'keys of papers handed in and promises made' }));

const delegation = Type.Optional(Type.String({ ...RandomId, description: 'by which an agent, or one of the holder\'s people, stands at the counter for him' }));

const Wanted = Type.Object(wanted, closed);
const Receive = Type.Object({
  requestId: RandomId, ...wanted, ...stated, form: FormText, given,
  applicant: Type.Object({ name: Type.String({ maxLength: 60, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$' }), capacity: Type.Enum(['holder', 'agent']), contact: Type.Optional(line(60)) }, closed),
  channel: Type.Unsafe<(typeof CHANNELS)[number]>(Type.Enum([...CHANNELS])), caseNo: Type.Optional(CaseNo), delegation,
}, closed);
const STEPS = ['accept', 'correct', 'resubmit', 'reject', 'deliver', 'withdraw'] as const;
const Step = Type.Object({ requestId: RandomId, act: Type.Unsafe<(typeof STEPS)[number]>(Type.Enum([...STEPS])), after: Type.Optional(EventNumber), ...stated, note: Type.Optional(words(2000)), form: Type.Optional(FormText), given, delegation, conditions: Type.Optional(MatterConditions) }, closed);
const Decide = Type.Object({
  requestId: RandomId, after: Type.Optional(EventNumber), ...stated, matter: code, outcome: Type.Unsafe<(typeof DECISIONS)[number]>(Type.Enum([...DECISIONS])), docNo: DocumentNumber, licence: Type.Optional(Identifier),
  issue: Type.Optional(Type.Object({ face: FormText, issuedOn: Type.Optional(DayText), validFrom: Type.Optional(DayText), validUntil: Type.Optional(DayText), conditions: Type.Optional(Conditions), promise: Type.Optional(Type.String({ minLength: 1, maxLength: PROMISE_BYTES_MAX * 2, description: 'signed promise, base64' })) }, { ...closed, description: 'what the agency adds to the form to issue the licence with the decision' })),
  reliedOn: Type.Optional(Type.Array(Identifier, { maxItems: 64 })),
}, closed);

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const Value = Type.Union([Type.String(), Type.Array(Type.String())]);
const texts = Type.Array(Type.String());
const Count = Type.Object({ listed: Type.Integer(), shared: Type.Integer(), held: Type.Integer(), asked: Type.Integer() }, { description: 'listed for every matter by itself; shared: not asked again; held: a licence answers for it; asked: what is left' });
const FoundLicence = Type.Object({
  identifier: Type.String(), licence: Type.String(), version: Type.Integer(), manager: Named, outcome: Type.String(), status: Type.Optional(Type.String()), validFrom: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()),
  use: Type.Enum(['own', 'statute', 'scene', 'grant', 'no']), gives: texts, unfit: texts,
});
const fieldParts = {
  name: Type.String(), label: Label, type: Type.String(), required: Type.Boolean(), disclosure: Type.String(), max: Type.Integer(), choices: Type.Optional(texts), matters: texts,
  source: Type.Optional(Type.Object({ identifier: Type.String(), licence: Type.String(), version: Type.Integer(), kind: Type.String(), field: Type.String(), use: Type.String() })),
};
export const MaterialsAnswer = Type.Unsafe<MaterialsAnswerValue>(Type.Object({
  trade: Type.Optional(Type.String()), matters: Type.Array(Type.Object({ matter: Type.String(), variant: Type.String(), version: Type.Integer(), name: Label, kind: Type.Optional(Type.String()) })),
  materials: Type.Array(Type.Object({ key: Type.String(), type: Type.String(), name: Label, matters: texts, state: Type.Enum(['held', 'grant', 'unfit', 'missing', 'asked']), daysLeft: Type.Optional(Type.Integer()), licence: Type.Optional(FoundLicence), found: Type.Optional(Type.Integer()), identity: Type.Optional(Type.Object({ id: Type.String(), agency: Named, at: Type.String(), until: Type.String() })) })),
  form: Type.Array(Type.Object(fieldParts)), saved: Type.Object({ materials: Count, fields: Count }), checkedAt: Type.String(),
}, { description: 'what is there, what may be used and by what, what is missing; no field of a face' }));
const FilledForm = Type.Object({ number: Type.String({ description: '办件编号 that it will have' }), answer: MaterialsAnswer, form: Type.Unsafe<FilledFieldValue[]>(Type.Array(Type.Object({ ...fieldParts, value: Type.Optional(Value), at: Type.Optional(Type.String()) }))) });
export const ActedBy = Type.Object({ id: Type.String(), role: Type.String(), delegate: Type.Optional(Type.String()) });
const Relied = { identifier: Type.Optional(Type.String()), reliedOn: Type.Optional(texts) };
const ApplicationView = Type.Unsafe<ApplicationViewValue>(Type.Object({
  id: Type.String(), number: Type.Optional(Type.String()), caseNo: Type.Optional(Type.String()), agency: Named, holder: Type.Object({ subject: Type.String(), name: Type.Optional(Type.String()) }),
  applicant: Type.Optional(Type.Object({ name: Type.String(), capacity: Type.String(), contact: Type.Optional(Type.String()) })), trade: Type.Optional(Type.Object({ code: Type.String(), name: Label })), channel: Type.String(), state: Type.String(),
  matters: Type.Array(Type.Object({ matter: Type.String(), name: Label, variant: Type.Object({ code: Type.String(), name: Label }), kind: Type.Optional(Type.String()), outcome: Type.Optional(Type.String()), docNo: Type.Optional(Type.String()), identifier: Type.Optional(Type.String()) })),
  form: Type.Array(Type.Object({
    name: Type.String(), label: Label, value: Value, changed: Type.Optional(Type.Object({ by: Type.String(), at: Type.String() })),
    source: Type.Optional(Type.Object({ identifier: Type.String(), kind: Type.String(), field: Type.String(), use: Type.String(), at: Type.String(), value: Type.Optional(Value) })),
  })),
  materials: Type.Array(Type.Object({ key: Type.String(), matters: texts, state: Type.String(), name: Label, identifier: Type.Optional(Type.String()) })), reliedOn: texts,
  events: Type.Array(Type.Object({
    seq: Type.Integer(), act: Type.String(), state: Type.String(), at: Type.String(), actors: Type.Array(Type.Object({ staff: Type.String(), method: Type.String() })), authority: Named, delegation: Type.Optional(ActedBy), basis: Type.Optional(Type.String()),
    docNo: Type.Optional(Type.String()), matter: Type.Optional(Type.String()), outcome: Type.Optional(Type.String()), ...Relied, note: Type.Optional(Type.String()), transaction: Type.String(),
  })),
  next: texts,
}));
const Row = Type.Object({ id: Type.String(), cursor: Type.String(), number: Type.Optional(Type.String()), holderName: Type.Optional(Type.String()), state: Type.String(), matters: Type.Array(Label), receivedAt: Type.String() });
const Received = Type.Object({ ...ActResult.properties, number: Type.Optional(Type.String({ description: '办件编号' })) }, closed);

export const applicationsDoor: Door = async (app, { services, limits }) => {
  const { applications, materials, projection } = services;
  const at = { params: Type.Object({ id: RandomId }) };

  app.get('/api/matters', { config: { access: 'public', ...limits(CATALOGUE_LIMIT) }, schema: { tags: ['applications'], summary: 'Matters and trades, and what they need' } }, async () => ({ matters: await projection.all('matter'), trades: await projection.all('trade') }));

  app.post('/api/materials', { config: { access: WORKING }, schema: { tags: ['applications'], summary: 'What a holder has for some matters, and what is missing; nothing is opened', body: Wanted, response: { 200: MaterialsAnswer } } }, (request) => {
    const { holder, ...rest } = request.body;
    const { staff, agency } = sessionOf(request);
    return materials.ask({ staff, agency }, holder, rest);
  });

  app.post('/api/forms', { config: { access: WORKING }, schema: { tags: ['applications'], summary: 'The one form of an application to be taken in under this request id, filled from the licences that may be used, each use recorded', body: Type.Object({ requestId: RandomId, ...wanted }, closed), response: { 200: FilledForm } } }, async (request) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, holder, ...rest } = request.body;
    const { number, answer, form } = await applications.form({ staff, agency }, requestId, holder, rest);
    return { number, answer, form: [...form] };
  });

  app.post('/api/applications', { config: { access: WORKING }, bodyLimit: FORM_BYTES_MAX, schema: { tags: ['applications'], summary: 'Take an application in', body: Receive, response: { 201: Received, 200: Received } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...input } = request.body;
    const { number, ...result } = await applications.receive({ staff, agency }, requestId, input);
    return reply.code(result.replayed ? 200 : 201).send({ ...result, ...(number === undefined ? {} : { number }) });
  });

  app.get('/api/applications', { config: { access: 'signed-in' }, schema: { tags: ['applications'], summary: "The agency's applications, newest first", querystring: Type.Object({ state: Type.Optional(Type.Unsafe<ApplicationState>(Type.Enum([...APPLICATION_STATES]))), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ maxLength: 80 })) }, closed), response: { 200: Type.Object({ applications: Type.Array(Row) }) } } }, async (request) => {
    const { state, limit, before } = request.query;
    const rows = await applications.list(sessionOf(request).agency, { state, before, limit: Math.min(LIST_MAX, Number(limit ?? 50)) });
    return { applications: rows.map((row) => ({ ...row, matters: [...row.matters] })) };
  });

  app.get('/api/applications/:id', { config: { access: 'signed-in' }, schema: { tags: ['applications'], summary: 'One of them', ...at, response: { 200: ApplicationView } } }, (request) => applications.view(sessionOf(request).agency, request.params.id));

  app.get('/api/applications/numbers/:number', { config: { access: 'signed-in' }, schema: { tags: ['applications'], summary: 'One of them, by 办件编号', params: Type.Object({ number: line(64) }), response: { 200: ApplicationView } } }, (request) => applications.find(sessionOf(request).agency, { number: request.params.number }));

  app.get('/api/applications/cases/:caseNo', { config: { access: 'signed-in' }, schema: { tags: ['applications'], summary: 'One of them, by the number it has in another system', params: Type.Object({ caseNo: CaseNo }), response: { 200: ApplicationView } } }, (request) => applications.find(sessionOf(request).agency, { caseNo: request.params.caseNo }));

  app.post('/api/applications/:id/steps', { config: { access: WORKING }, bodyLimit: FORM_BYTES_MAX, schema: { tags: ['applications'], summary: 'Accept, have corrected, send again, refuse to accept, deliver, withdraw', ...at, body: Step, response: { 201: ActResult, 200: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...input } = request.body;
    const result = await applications.step({ staff, agency }, request.params.id, requestId, input);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.post('/api/applications/:id/decisions', { config: { access: WORKING }, bodyLimit: FORM_BYTES_MAX, schema: { tags: ['applications'], summary: 'Decide one matter; the licence is issued with the decision, or was issued before', ...at, body: Decide, response: { 201: ActResult, 200: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...input } = request.body;
    const result = await applications.decide({ staff, agency }, request.params.id, requestId, input);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });
};
