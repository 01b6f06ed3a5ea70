/** Where the gateways of other agencies ask. No session: the request is signed with a key that the ledger has, and asks for one thing, once (docs/decisions/0022). */
import Type from 'typebox';
import { FieldName, RandomId, Sha256, Subject, TypeCode } from '#chaincode/facts/parts';
import { askerOf } from '../access.js';
import type { Door, Limit } from '../app.js';
import { HEAD_MAX } from '../documents/head.js';
import { USE_RECORD_MAX } from '../documents/use-record.js';
import { CaseNumber, KeptHead } from './schemas.js';

/** The pace of all counters of one agency. */
const AGENCY_LIMIT = { max: 1_200, timeWindow: 60_000 };
const DETAILS_MAX = 100_000;
/** Of one licence; each costs the reading of a block and a signature. */
const BLOCKS_MAX = 256;
const closed = { additionalProperties: false } as const;

const recorded = { record: Type.String({ maxLength: USE_RECORD_MAX, description: 'use record of the agency that asks, durable there: compact JWS' }), random: Sha256, personal: Type.Object({ subject: Type.Optional(Subject), caseNo: CaseNumber }, closed) };
const FieldsAsked = Type.Object({
  ...recorded, counted: Type.Optional(RandomId), details: Type.Optional(Type.String({ minLength: 2, maxLength: DETAILS_MAX })), opening: Type.Optional(Sha256),
}, closed);
const LicenceAsked = Type.Object({ ...recorded, kind: TypeCode, holder: Type.String({ minLength: 15, maxLength: 18 }), fields: Type.Array(FieldName, { minItems: 1, maxItems: 64 }) }, closed);
const Answer = Type.Object({ answer: Type.String({ description: 'for whoever asked: compact JWS by the transport key of the source' }) });
const documented = (summary: string) => ({ tags: ['between gateways'], summary, response: { 200: Answer } });

export const exchangeDoor: Door = async (app, { services: { source, headSending }, limits }) => {
  /** By agency, which the guard has established: addresses are those of proxies. */
  const perAgency = (limit: Limit) => {
    const { rateLimit } = limits(limit);
    return rateLimit ? { rateLimit: { ...rateLimit, keyGenerator: (request: Parameters<typeof askerOf>[0]) => askerOf(request).agency } } : {};
  };
  const config = { access: 'agency', ...perAgency(AGENCY_LIMIT) } as const;

  app.post('/exchange/fields', { config, bodyLimit: DETAILS_MAX * 2, schema: { ...documented('Fields of a licence that is kept here, for the use that the record names'), body: FieldsAsked } }, async (request) => ({ answer: await source.fields(askerOf(request), request.body) }));

  app.post('/exchange/licence', { config, schema: { ...documented('Which licence of a kind a natural person has here'), body: LicenceAsked } }, async (request) => ({ answer: await source.licence(askerOf(request), request.body) }));

  app.post('/exchange/attestations', { config, schema: { tags: ['between gateways'], summary: 'Signed heads at blocks: what the peer here made of them', body: Type.Object({ blocks: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: BLOCKS_MAX }) }, closed), response: { 200: Type.Object({ heads: Type.Array(Type.String()) }) } } }, async (request) => ({ heads: await headSending.attestations(askerOf(request), request.body.blocks) }));

  app.post('/exchange/heads', { config, schema: { tags: ['between gateways'], summary: 'A signed head of the ledger, to be kept here', body: Type.Object({ head: Type.String({ maxLength: HEAD_MAX }) }, closed), response: { 200: KeptHead } } }, async (request) => headSending.keep(askerOf(request), request.body.head));
};
