/** Erasure, holds, and everything about one holder in one file: for the holder, by his device, and for the staff who answer him. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { ByDevice } from '#chaincode/facts/device-commands';
import { RandomId } from '#chaincode/facts/commands';
import { code, Subject, TypeCode } from '#chaincode/facts/parts';
import { ownerOf, sessionOf } from '../access.js';
import type { ErasureView as ErasureViewValue, HoldView as HoldViewValue } from '../acts/wallet/erasure.js';
import type { Door } from '../app.js';
import { CaseNumber, DraftView, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const SERVING = ['clerk', 'reviewer', 'approver'] as const;
/** All documents of a holder are opened for one file. */
const EXPORT_LIMIT = { max: 10, timeWindow: 60_000 };
/** A day's work; when it is done, the next. */
const DUE_MAX = 200;
const HOLDER_LIMIT = { max: 60, timeWindow: 60_000 };

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const ErasureView = Type.Unsafe<ErasureViewValue>(Type.Object({
  subject: Type.String(), status: Type.Optional(Type.Enum(['ASKED', 'REFUSED', 'ERASING', 'ERASED'])), reason: Type.Optional(Type.String()), askedAt: Type.Optional(Type.String()), answerBy: Type.Optional(Type.String({ description: 'the agency must have answered by then' })),
  begunAt: Type.Optional(Type.String()), erasedAt: Type.Optional(Type.String()), waitsFor: Type.Array(Type.String()), organisation: Type.Boolean({ description: 'what organisations register is public by law and stays' }),
  licences: Type.Array(Type.Object({ identifier: Type.String(), kind: Type.Optional(Label) })),
  grounds: Type.Array(Type.Object({ code: Type.String(), of: Type.String(), until: Type.Optional(Type.String({ description: 'last day on which it stands against it, where that is known' })), words: Label, kind: Type.Optional(Label) })),
}, { description: 'how far erasure is, and what stands against it' }));
const HoldView = Type.Unsafe<HoldViewValue>(Type.Object({ id: Type.String(), subject: Type.String(), putAt: Type.String(), liftedAt: Type.Optional(Type.String()), caseNo: Type.Optional(Type.String()) }));

/** Whose data are meant; codes of persons come in bodies, never in addresses, which are logged. */
const Held = Type.Union([Type.Object({ licence: Identifier }, closed), Type.Object({ subject: Subject }, closed), Type.Object({ kind: TypeCode, holder: Type.String({ minLength: 15, maxLength: 18, description: 'social credit code or identity number' }) }, closed)]);

const sendFile = (reply: FastifyReply, pieces: AsyncIterable<string>) =>
  reply.type('application/json').header('content-disposition', 'attachment; filename="yizheng-export.json"').send(Readable.from(pieces));

export const erasureDoor: Door = async (app, { services: { erasures, exports }, limits }) => {
  const wallet = { tags: ['wallet'] };
  const tags = ['erasure'];

  app.get('/api/wallet/export', { config: { access: 'holder', ...limits(EXPORT_LIMIT) }, schema: { ...wallet, summary: 'Everything that is kept about the holder, in one file' } }, (request, reply) => sendFile(reply, exports.of(ownerOf(request).subject)));

  app.get('/api/wallet/erasure', { config: { access: 'holder' }, schema: { ...wallet, summary: 'Whether erasure may be had, and if not why not', response: { 200: ErasureView } } }, (request) => erasures.view(ownerOf(request).subject));

  app.post('/api/wallet/erasure', { config: { access: 'holder', ...limits(HOLDER_LIMIT) }, schema: { ...wallet, summary: 'Ask for erasure; the device has signed, the rule answers', body: Type.Object({ id: RandomId, reason: code, by: ByDevice }, closed), response: { 200: ErasureView } } }, async (request) => {
    const { subject } = ownerOf(request);
    await erasures.ask({ ...request.body, subject });
    return erasures.view(subject);
  });

  app.get('/api/erasures', { config: { access: [...SERVING, 'auditor'] }, schema: { tags, summary: 'Erasures asked for and under way, of holders of the agency', response: { 200: Type.Object({ erasures: Type.Array(ErasureView) }) } } }, async (request) => ({ erasures: await erasures.list(sessionOf(request).agency) }));

  app.get('/api/erasures/due', { config: { access: [...SERVING, 'auditor'], ...limits(EXPORT_LIMIT) }, schema: { tags, summary: 'Persons of whom nothing need be kept any more, asked or not', response: { 200: Type.Object({ erasures: Type.Array(ErasureView) }) } } }, async (request) => ({ erasures: await erasures.due(sessionOf(request).agency, DUE_MAX) }));

  app.post('/api/erasures/view', { config: { access: SERVING, ...limits(HOLDER_LIMIT) }, schema: { tags, summary: 'What stands against erasing a holder', body: Held, response: { 200: ErasureView } } }, async (request) => {
    const { staff, agency } = sessionOf(request);
    return erasures.view(await erasures.subjectOf({ staff, agency }, request.body));
  });

  app.post('/api/erasures', { config: { access: SERVING, ...limits(HOLDER_LIMIT) }, schema: { tags, summary: 'Draft the erasure of a holder, for two persons to sign', body: Type.Object({ requestId: RandomId, holder: Held, reason: code }, closed), response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, holder, reason } = request.body;
    return reply.code(201).send(await erasures.begin({ staff, agency }, requestId, holder, reason));
  });

  app.get('/api/holds', { config: { access: [...SERVING, 'auditor'] }, schema: { tags, summary: "The agency's holds", response: { 200: Type.Object({ holds: Type.Array(HoldView) }) } } }, async (request) => ({ holds: await erasures.holds(sessionOf(request).agency) }));

  app.post('/api/holds', { config: { access: SERVING, ...limits(HOLDER_LIMIT) }, schema: { tags, summary: 'Draft a legal hold, for two persons to sign', body: Type.Object({ requestId: RandomId, holder: Held, caseNo: CaseNumber }, closed), response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, holder, caseNo } = request.body;
    return reply.code(201).send(await erasures.hold({ staff, agency }, requestId, holder, caseNo));
  });

  app.post('/api/exports', { config: { access: SERVING, ...limits(EXPORT_LIMIT) }, schema: { tags, summary: 'Everything that the agency keeps about a holder, to hand to him; recorded first', body: Type.Object({ holder: Held, purpose: code, caseNo: CaseNumber }, closed) } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { holder, purpose, caseNo } = request.body;
    return sendFile(reply, await exports.forStaff({ staff, agency }, await erasures.subjectOf({ staff, agency }, holder), { purpose, caseNo }));
  });
};
