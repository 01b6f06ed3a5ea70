/** Identity records: attested at a counter, ended by the holder's device, relied on by agencies. At a counter they are ended the way every act is, as a draft of the register. */
import Type from 'typebox';
import { DayText, RandomId, Uscc } from '#chaincode/facts/commands';
import { ByDevice } from '#chaincode/facts/device-commands';
import { IDENTITY_DOCUMENTS, IDENTITY_METHODS } from '#chaincode/facts/identity';
import { code, literals, text } from '#chaincode/facts/parts';
import { holderOf, readerOf, sessionOf } from '../access.js';
import { SEEN } from '../acts/use/counter.js';
import type { IdentityView as IdentityViewValue, Reliance as RelianceValue } from '../acts/holder/identity.js';
import type { Door } from '../app.js';
import { nowOf } from '../clock.js';
import { ActResult, CaseNumber, DraftView, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const SERVING = ['clerk', 'reviewer', 'approver'] as const;
const HOLDER_LIMIT = { max: 60, timeWindow: 60_000 };
const NAME_MAX = 120;

const Named = Type.Object({ code: Type.String(), name: Type.String() });
const view = { id: Type.String(), method: Type.Enum([...IDENTITY_METHODS]), document: Type.Enum([...IDENTITY_DOCUMENTS]), agency: Named, at: Type.String(), until: Type.String() };
export const IdentityView = Type.Unsafe<IdentityViewValue>(Type.Object({ ...view, status: Type.Enum(['in-use', 'ended']), endedAt: Type.Optional(Type.String()) }));
const Reliance = Type.Unsafe<RelianceValue>(Type.Object({
  ...view, code: Type.String({ description: 'masked' }), sameName: Type.Boolean({ description: 'whether the name given is the one attested' }), validUntil: Type.Optional(Type.String()),
  record: Type.Object({ log: Type.String(), seq: Type.Integer(), at: Type.String() }, { description: 'the use record' }),
}));
const whom = { licence: Type.Optional(Identifier), organisation: Type.Optional(Uscc) };
const identities = Type.Object({ identities: Type.Array(IdentityView) });

export const identityDoor: Door = async (app, { services: { identities: records, clock }, limits }) => {
  const tags = ['reuse'];

  app.get('/api/identities', { config: { access: SERVING }, schema: { tags, summary: 'Identity records of a holder', querystring: Type.Object(whom, closed), response: { 200: identities } } }, async (request) => ({ identities: await records.list(request.query) }));

  app.post('/api/identities', { config: { access: SERVING }, schema: { tags, summary: 'Draft an identity record of a holder at the counter, to be signed', body: Type.Object({
    requestId: RandomId, ...whom, document: Type.Object({ code: Type.String({ minLength: 15, maxLength: 20 }), name: text(NAME_MAX), validUntil: Type.Optional(DayText) }, closed), seen: Type.Array(literals(SEEN), { minItems: 1, maxItems: SEEN.length, uniqueItems: true }),
  }, closed), response: { 201: DraftView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { requestId, document, seen, licence, organisation } = request.body;
    return reply.code(201).send(await records.atCounter({ staff, agency }, requestId, { licence, organisation }, document, seen));
  });

  app.post('/api/identities/reliance', { config: { access: SERVING }, schema: { tags, summary: 'Rely on the identity record of a holder for a case, instead of a copy of his card', body: Type.Object({ holder: Type.String({ minLength: 15, maxLength: 20 }), name: text(NAME_MAX), purpose: code, caseNo: CaseNumber }, closed), response: { 200: Reliance } } }, async (request) => {
    const { staff, agency } = sessionOf(request);
    return records.rely({ staff, agency }, request.body);
  });

  app.post('/api/identities/:id/end', { config: { access: 'public', ...limits(HOLDER_LIMIT) }, schema: { tags, summary: 'The holder ends it, signed by a device', params: Type.Object({ id: RandomId }), body: Type.Object({ requestId: RandomId, by: ByDevice }, closed), response: { 200: ActResult, 201: ActResult } } }, async (request, reply) => {
    const result = await records.end(request.body.requestId, request.params.id, request.body.by);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.get('/api/wallet/identities/:id/opening', { config: { access: 'holder', ...limits(HOLDER_LIMIT) }, schema: { tags: ['wallet'], summary: 'What opens an identity record, for the device that shows it', params: Type.Object({ id: RandomId }), response: { 200: Type.Object({ text: Type.String(), opening: Type.String(), now: Type.String() }) } } }, (request) => ({ ...records.opening(holderOf(request), request.params.id), now: nowOf(clock) }));

  app.get('/api/wallet/identities', { config: { access: 'reader' }, schema: { tags: ['wallet'], summary: "The holder's identity records", response: { 200: identities } } }, async (request) => ({ identities: await records.own(readerOf(request)) }));
};
