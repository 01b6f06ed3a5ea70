/** The verify door: public, without an account. By identifier, number, credential, QR link; a verdict in parts. */
import type { FastifyRequest } from 'fastify';
import encodeQr from 'qr';
import Type from 'typebox';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { REASONS, BASES } from '#chaincode/facts/reason';
import { sessionIfAny } from '../access.js';
import { faceFault } from '../acts/licence/gone.js';
import type { Answer as AnswerValue } from '../acts/verify/lookup.js';
import type { Asked } from '../acts/use/use.js';
import type { Door } from '../app.js';
import { todayOf } from '../clock.js';
import { qrUrl } from '../documents/qr.js';
import { RECEIPT_WAYS } from '../documents/receipt.js';
import { sinceOn, statusOn } from '../acts/verify/members.js';
import { GatewayFault } from '../fault.js';
import { Answer, HistoryEvent, Identifier, PDF_TEXT_MAX, VerifyRequest } from './schemas.js';

/** Numbers can be guessed one after the other, identifiers cannot: questions by number are few per minute and asker. */
const NUMBER_LIMIT = { max: 60, timeWindow: 60_000 };
const LOOKUP_LIMIT = { max: 1_200, timeWindow: 60_000 };
/** Signing costs more than looking. */
const RECEIPT_LIMIT = { max: 120, timeWindow: 60_000 };
const VERIFY_BODY_MAX = PDF_TEXT_MAX + 1024;

const ReceiptRequest = Type.Object({ by: Type.Unsafe<(typeof RECEIPT_WAYS)[number]>(Type.Enum([...RECEIPT_WAYS])), identifier: Identifier, digest: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'base64url SHA-256 of the credential that the asker holds' })) }, { additionalProperties: false });
const byIdentifier = { params: Type.Object({ identifier: Identifier }) };
const tokenHeader = Type.Object({ 'x-lookup-token': Type.Optional(Type.String({ maxLength: 60, description: 'HKDF of the document secret in the QR' })) });
const StatusAnswer = Type.Object({ identifier: Type.String(), status: Type.String(), since: Type.String(), validUntil: Type.Optional(Type.String()), current: Type.Boolean(), knownAt: Type.String() });

/** @returns undefined where nothing was found */
async function orNothing<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GatewayFault && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

export const verifyDoor: Door = async (app, { services, limits }) => {
  const { lookup, managers, papers, receipts, uses, projection, clock, drafter, publicName } = services;
  const config = { access: 'public', ...limits(LOOKUP_LIMIT) } as const;

  const sessionOf = (request: FastifyRequest) => sessionIfAny(request, services);
  /** A signed-in clerk of the managing agency sees the whole face; everybody else what is public. Whoever is signed in leaves a record before he is answered, also where nothing is found; nobody else does. */
  const noted = async (request: FastifyRequest, act: 'look-up' | 'verify', ask: (agency: string | undefined) => AnswerValue | Promise<AnswerValue>, asked: Asked = {}): Promise<AnswerValue> => {
    const session = await sessionOf(request);
    if (!session) return ask(undefined);
    const found = await orNothing(() => ask(session.agency));
    await uses.note(session, act, found ?? {}, asked);
    if (!found) throw new GatewayFault('NOT_FOUND');
    return found;
  };

  app.get('/api/status/:identifier', { config: { access: 'public' }, schema: { tags: ['verify'], summary: 'Status of a licence version, in one line', ...byIdentifier, response: { 200: StatusAnswer } } }, (request) => {
    const own = parseOwnIdentifier(request.params.identifier);
    if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'identifier', code: 'IDENTIFIER_CHECK' }] });
    const record = projection.get('licence', own.id);
    const version = record && lookup.whole(record).versions.find((each) => each.version === own.version);
    if (!version) throw new GatewayFault('NOT_FOUND');
    const { validUntil } = version;
    const today = todayOf(clock, drafter.zone);
    const status = statusOn(projection, version, today);
    return {
      identifier: request.params.identifier, status, since: sinceOn(projection, version, status, today),
      ...(validUntil === undefined ? {} : { validUntil }), current: record.versions.at(-1)?.version === version.version, knownAt: projection.knownAt,
    };
  });

  app.post('/api/verify', { config, bodyLimit: VERIFY_BODY_MAX, schema: { tags: ['verify'], summary: 'Verdict on what is presented', body: VerifyRequest, response: { 200: Answer } } }, async (request) => {
    const { body } = request;
    if ('credential' in body) return noted(request, 'verify', () => lookup.byCredential(body.credential), body);
    if ('pdf' in body) return noted(request, 'verify', () => lookup.byPdf(new Uint8Array(Buffer.from(body.pdf, 'base64'))), body);
    if ('qr' in body) return noted(request, 'verify', () => lookup.byQr(body.qr), body);
    return noted(request, 'look-up', (agency) => lookup.byIdentifier(body.identifier, { token: body.token, agency }), body);
  });

  app.post('/api/receipts', { config: { access: 'public', ...limits(RECEIPT_LIMIT) }, schema: { tags: ['verify'], summary: 'A signed statement of what is found now, to be filed', body: ReceiptRequest, response: { 200: Type.Object({ receipt: Type.String({ description: 'compact JWS' }), link: Type.String() }) } } }, async (request) => {
    const session = await sessionOf(request);
    if (session) await uses.note(session, 'verify', lookup.byIdentifier(request.body.identifier));
    const receipt = await receipts.issue(request.body, session && { agency: session.agency, staff: session.staff });
    return { receipt, link: `${publicName}/q#${receipt}` };
  });

  app.get('/api/numbers/:number', { config: { access: 'public', ...limits(NUMBER_LIMIT) }, schema: { tags: ['verify'], summary: 'Verdict by licence number', params: Type.Object({ number: Type.String({ minLength: 1, maxLength: 120 }) }), querystring: Type.Object({ kind: Type.Optional(Type.String({ maxLength: 21 })) }, { additionalProperties: false }), response: { 200: Answer } } }, async (request) =>
    noted(request, 'look-up', (agency) => lookup.byNumber(request.params.number, request.query.kind, agency)));

  app.get('/api/licences/:identifier', { config, schema: { tags: ['verify'], summary: 'Verdict by identifier', ...byIdentifier, headers: tokenHeader, response: { 200: Answer } } }, async (request) => {
    const answer = await noted(request, 'look-up', (agency) => lookup.byIdentifier(request.params.identifier, { token: request.headers['x-lookup-token'], agency }));
    // Nothing in an index that has heard nothing for long says nothing.
    if (!answer.licence) throw new GatewayFault(answer.verdict.outcome === 'unchecked' ? 'LEDGER_UNAVAILABLE' : 'NOT_FOUND');
    return answer;
  });

  app.get('/api/licences/:identifier/history', { config, schema: { tags: ['verify'], summary: 'What happened to a licence', ...byIdentifier, response: { 200: Type.Array(HistoryEvent) } } }, async (request) => {
    const own = parseOwnIdentifier(request.params.identifier);
    if (!own) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'identifier', code: 'IDENTIFIER_CHECK' }] });
    return [...(await lookup.history(own.id))];
  });

  app.get('/api/licences/:identifier/pdf', { config, schema: { tags: ['verify'], summary: 'The sealed PDF, for whoever holds the document and for the managing agency', ...byIdentifier, headers: tokenHeader } }, async (request, reply) => {
    const [session, token] = [await sessionOf(request), request.headers['x-lookup-token']];
    const { record, version } = lookup.held(request.params.identifier, { token, agency: session?.agency });
    const pdf = await papers.pdf(record, version);
    if (session) await uses.note(session, 'copy', lookup.byIdentifier(request.params.identifier, { token, agency: session.agency }));
    return reply.type('application/pdf').header('content-disposition', `attachment; filename="${request.params.identifier}.pdf"`).header('cache-control', 'private, no-store').send(Buffer.from(pdf));
  });

  /** The wall QR carries the document's secret, so only the managing agency's staff can have it drawn. */
  app.get('/api/licences/:identifier/qr.svg', { config: { access: 'signed-in', ...limits(LOOKUP_LIMIT) }, schema: { tags: ['issue'], summary: 'The QR printed on the licence', ...byIdentifier } }, async (request, reply) => {
    const [own, session] = [parseOwnIdentifier(request.params.identifier), request.session];
    const record = own && projection.get('licence', own.id);
    if (!session || !record || managers.of(record) !== session.agency) throw new GatewayFault('NOT_FOUND');
    const qr = lookup.kept(record, own.version)?.qr;
    if (qr === undefined) throw faceFault(services.vault, record.subject);
    await uses.note(session, 'copy', lookup.byIdentifier(request.params.identifier, { agency: session.agency }));
    return reply.type('image/svg+xml').send(encodeQr(qrUrl(publicName, qr), 'svg', { ecc: 'medium' }));
  });

  app.get('/api/kinds', { config, schema: { tags: ['verify'], summary: 'The catalogue of kinds' } }, () => projection.all('kind'));
  app.get('/api/agencies', { config, schema: { tags: ['verify'], summary: 'Agencies on the ledger' } }, async () => (await projection.all('agency')).map(({ code, name, parent, active, rights }) => ({ code, name, parent, active, rights })));
  app.get('/api/codes', { config, schema: { tags: ['verify'], summary: 'Reason codes and legal bases' } }, () => ({ reasons: REASONS, bases: BASES }));
};
