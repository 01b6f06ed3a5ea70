/** Applications from the wallet: what a holder's device has signed comes in, waits, and is taken in at the counter like any other (applications.ts). */
import Type from 'typebox';
import { RandomId, Uscc } from '#chaincode/facts/commands';
import { ByDevice } from '#chaincode/facts/device-commands';
import { MATTERS_MAX } from '#chaincode/facts/matter-commands';
import { Sha256, Subject, VersionNumber } from '#chaincode/facts/parts';
import { holderOf, sessionOf } from '../access.js';
import type { FilingView as FilingViewValue } from '../acts/applications/filing.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { FORM_BYTES_MAX, MaterialsAnswer } from './applications.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver'] as const;
const HOLDER_LIMIT = { max: 30, timeWindow: 60_000 };

const code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' });
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Filing = Type.Object({ id: RandomId, subject: Subject, agency: Uscc, trade: Type.Optional(code), matters: Type.Array(Type.Object({ matter: code, variant: code, version: VersionNumber }, closed), { minItems: 1, maxItems: MATTERS_MAX }), details: Sha256 }, closed);
const FilingView = Type.Unsafe<FilingViewValue>(Type.Object({
  id: Type.String(), subject: Type.String(), agency: Type.Object({ code: Type.String(), name: Type.String() }), trade: Type.Optional(Type.String()), matters: Type.Array(Type.Object({ matter: Type.String(), variant: Type.String(), name: Label })), filedAt: Type.String(),
  form: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])), given: Type.Array(Type.String()), applicant: Type.Object({ name: Type.String(), capacity: Type.String(), contact: Type.Optional(Type.String()) }),
}));
const Views = Type.Object({ filings: Type.Array(FilingView) });
const byId = { params: Type.Object({ id: RandomId }) };
const asAgent = { querystring: Type.Object({ mandate: Type.Optional(RandomId) }, closed) };

export const filingsDoor: Door = async (app, { services: { filings }, limits }) => {
  const tags = ['wallet'];
  const own = { config: { access: 'holder' } } as const;

  app.put('/api/filings/:id', { config: { access: 'public', ...limits(HOLDER_LIMIT) }, bodyLimit: FORM_BYTES_MAX, schema: { tags, summary: 'Apply from the wallet, signed by a device of the holder, or of whom he lets apply', ...byId, body: Type.Object({ filing: Filing, text: Type.String({ minLength: 2, maxLength: FORM_BYTES_MAX, description: 'canonical JSON: form, given, applicant' }), opening: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), by: ByDevice }, closed) } }, async (request, reply) => {
    if (request.body.filing.id !== request.params.id) throw new GatewayFault('REQUEST_MALFORMED');
    await filings.put(request.body);
    return reply.code(204).send();
  });

  app.get('/api/filings', { config: { access: WORKING }, schema: { tags, summary: 'What was applied for from wallets and waits to be taken in', response: { 200: Views } } }, async (request) => ({ filings: await filings.to(sessionOf(request).agency) }));

  app.post('/api/wallet/materials', { ...own, schema: { tags, summary: 'What an agency asks of the holder for some matters, and which of his licences answer', ...asAgent, body: Type.Object({ agency: Uscc, trade: Type.Optional(code), matters: Type.Optional(Type.Array(Type.Object({ matter: code, variant: Type.Optional(code) }, closed), { minItems: 1, maxItems: MATTERS_MAX })) }, closed), response: { 200: MaterialsAnswer } } }, (request) => {
    const { agency, ...wanted } = request.body;
    return filings.materials({ ...holderOf(request), mandate: request.query.mandate }, agency, wanted);
  });

  app.get('/api/wallet/filings', { ...own, schema: { tags, summary: 'What was applied for and waits to be taken in', ...asAgent, response: { 200: Views } } }, async (request) => ({ filings: await filings.of(holderOf(request), request.query.mandate) }));

  app.delete('/api/wallet/filings/:id', { ...own, schema: { tags, summary: 'Take it back before it is taken in', ...byId, ...asAgent } }, async (request, reply) => {
    await filings.withdraw(holderOf(request), request.params.id, request.query.mandate);
    return reply.code(204).send();
  });
};
