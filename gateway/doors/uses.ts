/** Uses of licences by agencies: for a purpose and a case, under a scene or a grant, each with its record; and the records, for those who audit. */
import Type from 'typebox';
import { InstantText, RandomId } from '#chaincode/facts/commands';
import { code, FieldName, TypeCode } from '#chaincode/facts/parts';
import { sessionOf } from '../access.js';
import type { Used as UsedValue, UseView as UseViewValue } from '../acts/use/use.js';
import type { Door } from '../app.js';
import { USE_ACTS, type UseProof as UseProofValue } from '../documents/use-record.js';
import { CaseNumber, Identifier } from './schemas.js';

/** A counter's pace; programs that look up for a whole office stay below. */
const USE_LIMIT = { max: 1_200, timeWindow: 60_000 };
const PAGE_MAX = 200;
const DETAILS_MAX = 100_000;
const closed = { additionalProperties: false } as const;

const Named = Type.Union([
  Type.Object({ scene: RandomId }, closed),
  Type.Object({ grant: RandomId, details: Type.Optional(Type.String({ minLength: 2, maxLength: DETAILS_MAX, description: 'the text that the holder signed the commitment to, where this gateway does not keep it' })), opening: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'the 32 random bytes of the commitment' })) }, closed),
], { description: 'by whose leave; without it, what the agency manages itself and scenes' });
const wanted = { requestId: RandomId, purpose: code, caseNo: CaseNumber, fields: Type.Array(FieldName, { minItems: 1, maxItems: 64 }), authority: Type.Optional(Named) };
const UseRequest = Type.Union([
  Type.Object({ licence: Identifier, ...wanted }, closed),
  Type.Object({ kind: TypeCode, holder: Type.String({ minLength: 15, maxLength: 18, description: 'social credit code or identity number' }), ...wanted }, closed),
]);
const Authority = Type.Object({ by: Type.Enum(['own', 'public', 'shown', 'scene', 'grant', 'identity']), id: Type.Optional(Type.String()) });
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Used = Type.Unsafe<UsedValue>(Type.Object({
  identifier: Type.String(), licence: Type.String(), version: Type.Integer(), status: Type.String(), validUntil: Type.Optional(Type.String()),
  fields: Type.Array(Type.Object({ name: Type.String(), label: Label, value: Type.Union([Type.String(), Type.Array(Type.String())]) })),
  record: Type.Object({ log: Type.String(), seq: Type.Integer(), at: InstantText, authority: Authority, transaction: Type.Optional(Type.String()), token: Type.String({ description: 'the signed record, to be kept: compact JWS' }) }), replayed: Type.Boolean(),
  from: Type.Optional(Type.Object({ code: Type.String(), name: Type.String(), proof: Type.Enum(['ledger', 'agency'], { description: 'ledger: its sealed document, whose digest is on the ledger. agency: its signed word' }), record: Type.String({ description: 'the signed record of the agency that gave the fields' }) }, { description: 'the agency whose gateway gave the fields, where they are not kept here' })),
}));
/** A use record as it is listed. */
export const UseView = Type.Unsafe<UseViewValue>(Type.Object({
  seq: Type.Integer(), at: InstantText, agency: Type.String(), staff: Type.String(), act: Type.Enum([...USE_ACTS]), authority: Authority, purpose: Type.Optional(Type.String()), case: Type.Enum(['given', 'none']), caseNo: Type.Optional(Type.String()),
  licence: Type.Optional(Type.String()), version: Type.Optional(Type.Integer()), source: Type.Optional(Type.String()), fields: Type.Array(Type.String()), transaction: Type.Optional(Type.String()),
  release: Type.Optional(Type.Object({ log: Type.String(), seq: Type.Integer(), leaf: Type.String() }, { description: 'what was used at another gateway: the record there' })),
}));
const UseProof = Type.Unsafe<UseProofValue>(Type.Object({
  format: Type.String(), ledger: Type.String(), record: Type.String(), size: Type.Integer(), root: Type.String(), path: Type.Array(Type.String()), transaction: Type.String(), block: Type.Optional(Type.String()),
  opening: Type.Optional(Type.Object({ random: Type.String(), personal: Type.Object({ subject: Type.Optional(Type.String()), caseNo: Type.Optional(Type.String()) }) })),
}, { description: 'that the record is under a root on the ledger (docs/decisions/0018)' }));
const Query = Type.Object({ side: Type.Optional(Type.Union([Type.Literal('agency'), Type.Literal('source')], { description: 'agency: what its staff used. source: what others used of its licences' })), staff: Type.Optional(RandomId), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ pattern: '^\\d{1,10}$' })) }, closed);

export const usesDoor: Door = async (app, { services, limits }) => {
  const { uses } = services;

  app.post('/api/uses', { config: { access: ['clerk', 'reviewer', 'approver'], ...limits(USE_LIMIT) }, bodyLimit: DETAILS_MAX * 2, schema: { tags: ['use'], summary: 'Use fields of a licence for a case; recorded first', body: UseRequest, response: { 201: Used, 200: Used } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, ...input } = request.body;
    const used = await uses.use({ staff, agency }, requestId, input);
    return reply.code(used.replayed ? 200 : 201).send(used);
  });

  app.get('/api/uses', { config: { access: ['auditor'] }, schema: { tags: ['use'], summary: "Use records of the auditor's agency, newest first", querystring: Query, response: { 200: Type.Object({ uses: Type.Array(UseView) }) } } }, async (request) => {
    const { side = 'agency', staff, limit, before } = request.query;
    return { uses: await uses.page(sessionOf(request).agency, { side, staff, limit: Math.min(PAGE_MAX, Number(limit ?? 50)), before: before === undefined ? undefined : Number(before) }) };
  });

  /** Whoever used, and whose licence it was, may show it; nobody else learns that it is there. */
  app.get('/api/uses/:seq/proof', { config: { access: 'signed-in' }, schema: { tags: ['use'], summary: 'Proof of a use record', params: Type.Object({ seq: Type.String({ pattern: '^\\d{1,10}$' }) }), response: { 200: UseProof } } }, async (request) => {
    const { agency } = sessionOf(request);
    return uses.proof(agency, Number(request.params.seq));
  });
};
