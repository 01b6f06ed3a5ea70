/** Evidence of the ledger for those who have no ledger: bundles, signed heads, and the headers between two heads. */
import Type from 'typebox';
import { identifierOf, parseOwnIdentifier } from '#chaincode/facts/identifier';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';
import { HEAD_MAX } from '../documents/head.js';
import { bundleText } from '../documents/evidence-bundle/format.js';
import { coversLicence, scopeOf } from '../acts/audit/audit-scope.js';
import { GatewayFault } from '../fault.js';
import type { Sent as SentValue } from '../acts/evidence/head-sending.js';
import { Identifier, KeptHead } from './schemas.js';

/** Signing costs more than looking; whoever keeps heads asks once a day. */
const HEAD_LIMIT = { max: 120, timeWindow: 60_000 };
/** A page is drawn for each. */
const PAPER_LIMIT = { max: 30, timeWindow: 60_000 };
const HEADERS_LIMIT = { max: 240, timeWindow: 60_000 };
/** A bundle costs the reading of its blocks. */
const BUNDLE_LIMIT = { max: 30, timeWindow: 60_000 };
/** 90 bytes a header. */
export const HEADERS_PAGE = 10_000;
const closed = { additionalProperties: false } as const;
const BlockNumber = Type.String({ pattern: '^(0|[1-9]\\d{0,14})$' });
const Sent = Type.Unsafe<SentValue>(Type.Object({ head: Type.String(), at: Type.String(), file: Type.Optional(Type.String()), agencies: Type.Array(Type.Object({ agency: Type.String(), outcome: Type.String({ description: 'kept, or why not' }) })) }));
const Headers = Type.Object({ from: Type.Integer(), previous: Type.String({ description: 'header hash of the block before the first' }), data: Type.Array(Type.String(), { description: 'data hash of each block' }) });

export const evidenceDoor: Door = async (app, { services, limits }) => {
  const { evidence, heads, headSending, projection, lookup, managers, uses } = services;

  app.get('/api/ledger/head', { config: { access: 'public', ...limits(HEAD_LIMIT) }, schema: { tags: ['audit'], summary: 'A signed head of the ledger, to keep elsewhere; of an earlier block where one is named', querystring: Type.Object({ block: Type.Optional(BlockNumber) }, closed), response: { 200: Type.Object({ head: Type.String({ description: 'compact JWS (docs/decisions/0032)' }) }) } } }, async ({ query: { block } }) =>
    ({ head: await heads.sign(block === undefined ? {} : { block: Number(block) }) }));

  app.post('/api/heads', { config: { access: ['registrar', 'auditor'], ...limits(HEAD_LIMIT) }, schema: { tags: ['audit'], summary: 'Sign the head of now and send it out: into the directory of heads, and to the gateways of other agencies', response: { 200: Sent } } }, async () => headSending.send());

  app.get('/api/heads', { config: { access: ['registrar', 'auditor'] }, schema: { tags: ['audit'], summary: 'Heads that other agencies have sent here', response: { 200: Type.Object({ heads: Type.Array(KeptHead) }) } } }, async () => ({ heads: await headSending.kept() }));

  app.get('/api/heads/paper', { config: { access: ['registrar', 'auditor'], ...limits(PAPER_LIMIT) }, schema: { tags: ['audit'], summary: 'A head on a sheet of paper, as PDF: one that was signed on this ledger, or that of now', querystring: Type.Object({ head: Type.Optional(Type.String({ maxLength: HEAD_MAX })) }, closed) } }, async ({ query: { head } }, reply) => {
    const { pdf, height } = await heads.paper(head);
    return reply.type('application/pdf').header('content-disposition', `attachment; filename="head-${String(height)}.pdf"`).header('cache-control', 'private, no-store').send(Buffer.from(pdf));
  });

  app.get('/api/ledger/headers', { config: { access: 'public', ...limits(HEADERS_LIMIT) }, schema: { tags: ['audit'], summary: `Headers of the blocks [from, to), at most ${String(HEADERS_PAGE)} at a time`, querystring: Type.Object({ from: BlockNumber, to: BlockNumber }, closed), response: { 200: Headers } } }, async ({ query }) => {
    const [from, to] = [Number(query.from), Math.min(Number(query.to), Number(query.from) + HEADERS_PAGE)];
    const { data, ...rest } = await projection.headers(from, to);
    return { ...rest, data: [...data] };
  });

  app.get('/api/evidence/:identifier', { config: { access: ['auditor', 'clerk', 'reviewer', 'approver'], ...limits(BUNDLE_LIMIT) }, schema: { tags: ['audit'], summary: 'Evidence of a licence, to be verified without the ledger; with its face for staff of the agency that manages it', params: Type.Object({ identifier: Identifier }) } }, async (request, reply) => {
    const [own, session] = [parseOwnIdentifier(request.params.identifier), sessionOf(request)];
    if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'identifier', code: 'IDENTIFIER_CHECK' }] });
    const { agency } = session;
    const { licence } = lookup.byIdentifier(identifierOf(own.id, own.version), { agency });
    const record = projection.get('licence', own.id);
    if (!record || !licence) throw new GatewayFault('NOT_FOUND');
    const manages = managers.of(record) === agency;
    const today = services.drafter.today;
    const covers = manages || (session.roles.includes('auditor') && (await coversLicence(await scopeOf(projection, agency, today), projection, record, today)));
    if (!covers) throw new GatewayFault('NOT_FOUND');
    const bundle = await evidence.make(record, { agency, faceOf: manages ? own.version : undefined });
    await uses.note(session, manages ? 'copy' : 'look-up', { licence });
    return reply.type('application/json').header('content-disposition', `attachment; filename="${own.id}.evidence.json"`).header('cache-control', 'private, no-store').send(bundleText(bundle));
  });
};
