/** The issue door: agencies write certificates. An act on the gateway's word, or drafted and signed by the persons' own keys. */
import Type from 'typebox';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { EFFECTIVE_STATUSES, type EffectiveStatus } from '#chaincode/facts/status';
import { sessionOf } from '../access.js';
import { licencesListed, licencesOf } from '../acts/office/agency-licences.js';
import { PROMISE_BYTES_MAX } from '../acts/licence/beside.js';
import { faceFault } from '../acts/licence/gone.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { RandomId, Uscc } from '#chaincode/facts/commands';
import { TypeCode } from '#chaincode/facts/parts';
import { candidates } from '../acts/licence/compose.js';
import type { LicenceView as LicenceRow } from '../acts/verify/lookup.js';
import { todayOf } from '../clock.js';
import { ActRequest, ActResult, Approval, CaseNumber, DraftView, Identifier, LicenceView, RequestIdParam, Signatures, CopyRequest } from './schemas.js';

const ACTING = ['clerk', 'reviewer', 'approver', 'registrar'] as const;
const LIST_MAX = 200;
const status = Type.Optional(Type.Unsafe<EffectiveStatus>(Type.Enum([...EFFECTIVE_STATUSES])));
/** A face, and a promise in base64. */
const ACT_BYTES_MAX = PROMISE_BYTES_MAX * 2;
/** Drawing and sealing takes a tenth of a second of the printing thread. */
const COPY_LIMIT = { max: 60, timeWindow: 60_000 };

export const issueDoor: Door = async (app, { services, limits }) => {
  const { acts, projection, managers, lookup, papers, copies, uses } = services;

  app.post('/api/acts', { config: { access: ['clerk', 'reviewer', 'approver'] }, bodyLimit: ACT_BYTES_MAX, schema: { tags: ['issue'], summary: 'Carry out an ordinary act', body: ActRequest, response: { 201: ActResult, 200: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const result = await acts.perform({ staff, agency }, request.body.requestId, request.body.act);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.post('/api/drafts', { config: { access: ACTING }, bodyLimit: ACT_BYTES_MAX, schema: { tags: ['issue'], summary: 'Draft an act to be signed', body: ActRequest, response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    return reply.code(201).send(await acts.draft({ staff, agency }, request.body.requestId, request.body.act));
  });

  app.post('/api/drafts/:requestId/signatures', { config: { access: [...ACTING, 'machine'] }, schema: { tags: ['issue'], summary: 'Sign a draft: it is sealed and committed', params: RequestIdParam, body: Signatures, response: { 201: ActResult, 200: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const result = await acts.sign({ staff, agency }, request.params.requestId, request.body.actors);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.post('/api/drafts/:requestId/proposal', { config: { access: ACTING }, schema: { tags: ['issue'], summary: 'Sign a draft first: it waits on the ledger for the other persons', params: RequestIdParam, body: Signatures, response: { 201: ActResult, 200: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const result = await acts.propose({ staff, agency }, request.params.requestId, request.body.actors);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.get('/api/proposals', { config: { access: ACTING }, schema: { tags: ['issue'], summary: 'Proposals that wait for signatures' } }, async (request) => ({ proposals: await acts.proposals(sessionOf(request).agency) }));

  app.post('/api/proposals/:id/approvals', { config: { access: ACTING }, schema: { tags: ['issue'], summary: 'Sign a proposal; the last signature carries it out', params: Type.Object({ id: RandomId }), body: Approval, response: { 201: ActResult, 200: ActResult } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const result = await acts.approve({ staff, agency }, request.params.id, request.body.requestId, request.body.actors);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.get('/api/papers', { config: { access: 'signed-in' }, schema: { tags: ['issue'], summary: 'How many sealed PDFs are still to be made', response: { 200: Type.Object({ waiting: Type.Integer() }) } } }, async () => ({ waiting: await papers.waiting() }));

  app.post('/api/licences/:identifier/copies', { config: { access: ['clerk', 'reviewer', 'approver'], ...limits(COPY_LIMIT) }, schema: { tags: ['issue'], summary: 'A copy for one purpose (加注件): a sealed PDF', params: Type.Object({ identifier: Identifier }), body: CopyRequest } }, async (request, reply) => {
    const pdf = await copies.make(sessionOf(request), request.params.identifier, request.body);
    return reply.type('application/pdf').header('content-disposition', `attachment; filename="${request.params.identifier}.copy.pdf"`).header('cache-control', 'private, no-store').send(Buffer.from(pdf));
  });

  app.get('/api/licences', { config: { access: 'signed-in' }, schema: { tags: ['issue'], summary: "The agency's licences, newest first; `next` goes on, also where a page is short or empty", querystring: Type.Object({ kind: Type.Optional(Type.String({ maxLength: 21 })), status, limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ maxLength: 120 })) }, { additionalProperties: false }) } }, async (request) => {
    const { agency } = sessionOf(request);
    const { limit, ...wanted } = request.query;
    const { rows, next } = await licencesListed(services, agency, { ...wanted, limit: Math.min(LIST_MAX, Number(limit ?? 50)) });
    return { licences: rows.map(({ id, cursor }) => ({ cursor, ...lookup.current(id, agency) })), ...(next === undefined ? {} : { next }) };
  });

  /** A body, not an address: codes of holders stay out of logs. */
  app.post('/api/licences/holders', { config: { access: ['clerk', 'reviewer', 'approver'] }, schema: { tags: ['issue'], summary: "A holder's licences that your agency manages, by his code; recorded whether or not there are any", body: Type.Object({ holder: Type.String({ minLength: 15, maxLength: 18 }), kind: Type.Optional(TypeCode), status, purpose: Type.Optional(Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' })), caseNo: Type.Optional(CaseNumber) }, { additionalProperties: false }), response: { 200: Type.Object({ licences: Type.Array(Type.Unsafe<LicenceRow>(LicenceView)) }) } } }, async (request) => ({ licences: await licencesOf(services, sessionOf(request), request.body) }));

  app.get('/api/members', { config: { access: ['clerk', 'reviewer', 'approver'] }, schema: { tags: ['issue'], summary: 'Permits of a holder that a composite licence of a kind may list', querystring: Type.Object({ kind: TypeCode, holder: Uscc }, { additionalProperties: false }), response: { 200: Type.Object({ required: Type.Array(TypeCode), members: Type.Array(Type.Unsafe<LicenceRow>(LicenceView)) }) } } }, async (request) => {
    const session = sessionOf(request);
    const { agency } = session;
    const kind = projection.get('kind', request.query.kind);
    if (!kind?.composite) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'kind', code: 'MEMBERS_NOT_ALLOWED' }] });
    const found = await candidates(projection, kind, { subject: `uscc:${request.query.holder}`, agency, today: todayOf(services.clock, services.drafter.zone) });
    const members = found.flatMap(({ id }) => lookup.current(id, agency) ?? []);
    // Looked for by the holder's code, as at a counter: on record before it is shown, also that there was nothing.
    await Promise.all((members.length === 0 ? [{}] : members.map((licence) => ({ licence }))).map((each) => uses.note(session, 'look-up', each)));
    return { required: kind.composite.members.flatMap((member) => (member.required ? [member.kind] : [])), members };
  });

  app.get('/api/licences/:identifier/credential', { config: { access: 'signed-in' }, schema: { tags: ['issue'], summary: 'The credential, to hand to the holder', params: Type.Object({ identifier: Identifier }), response: { 200: Type.Object({ credential: Type.String(), qr: Type.String() }) } } }, async (request) => {
    const [own, session] = [parseOwnIdentifier(request.params.identifier), sessionOf(request)];
    const record = own && projection.get('licence', own.id);
    if (!record || managers.of(record) !== session.agency) throw new GatewayFault('NOT_FOUND');
    const kept = lookup.kept(record, own.version);
    if (kept?.credential === undefined || kept.qr === undefined) throw faceFault(services.vault, record.subject);
    await uses.note(session, 'copy', lookup.byIdentifier(request.params.identifier, { agency: session.agency }));
    return { credential: kept.credential, qr: `${services.publicName}/q#1.${kept.qr}` };
  });
};
