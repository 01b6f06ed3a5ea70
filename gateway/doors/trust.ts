/** What verifiers without an account need: status lists, trust list, roots, and all of it in one file. For anybody, from any page. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { Uscc } from '#chaincode/facts/commands';
import { STATUS_LIST_TTL_SECONDS } from '../acts/verify/status-lists.js';
import { GOOD_DAYS, GOOD_DAYS_MAX, type Signatures as SignaturesValue } from '../acts/verify/trust-lists.js';
import type { Door } from '../app.js';
import { STATUS_LIST_MEDIA_TYPE } from '../documents/status-list.js';
import { GatewayFault } from '../fault.js';
import { Assets, deliver } from './cached.js';

/** A verifier of a whole town fetches hundreds of lists at once, then asks by their names. */
const LISTS_LIMIT = { max: 6_000, timeWindow: 60_000 };
const BUNDLE_LIMIT = { max: 60, timeWindow: 60_000 };
const DOCUMENT_BODY_MAX = 8 << 20;
const SIGNED_JSON = 'application/jose+json';

const SignedDocument = Type.Object({ payload: Type.String(), signatures: Type.Array(Type.Object({ protected: Type.String(), signature: Type.String() }, { additionalProperties: false })) }, { additionalProperties: false, description: 'JWS, general JSON serialisation (RFC 7515, 7.2.1)' });
const Signatures = Type.Unsafe<SignaturesValue>(Type.Object({ document: SignedDocument, agencies: Type.Array(Type.String(), { description: 'agencies that have signed' }), complete: Type.Boolean({ description: 'enough of them' }) }));

/** Signed by its issuer and public: pages of other sites may read it too. */
const forAnybody = (reply: FastifyReply): FastifyReply => reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');

export const trustDoor: Door = async (app, { services, limits }) => {
  const { statusLists, trustLists } = services;
  const config = { access: 'public', ...limits(LISTS_LIMIT) } as const;
  const assets = new Assets();

  app.get('/status-lists/:agency/:list', { config, schema: { tags: ['trust'], summary: 'A status list of an agency (Token Status List)', params: Type.Object({ agency: Uscc, list: Type.String({ pattern: '^(0|[1-9]\\d{0,9})$' }) }) } }, async (request, reply) => {
    const { agency, list } = request.params;
    const token = await statusLists.token(agency, Number(list));
    return deliver(request, forAnybody(reply), assets.of(`${agency}/${list}`, STATUS_LIST_MEDIA_TYPE, token), `public, max-age=${String(STATUS_LIST_TTL_SECONDS)}`);
  });

  app.get('/trust-list', { config, schema: { tags: ['trust'], summary: 'Agencies, seals, keys and kinds, signed by the agencies of the root' } }, async (request, reply) =>
    deliver(request, forAnybody(reply), assets.of('trust-list', SIGNED_JSON, JSON.stringify(await trustLists.list())), `public, max-age=${String(STATUS_LIST_TTL_SECONDS)}`));

  app.get('/trust-list/root/:version', { config, schema: { tags: ['trust'], summary: 'A root: whose keys sign the trust list', params: Type.Object({ version: Type.String({ pattern: '^[1-9]\\d{0,3}$' }) }) } }, async (request, reply) => {
    const root = (await trustLists.roots())[Number(request.params.version) - 1];
    if (!root) throw new GatewayFault('NOT_FOUND');
    return deliver(request, forAnybody(reply), assets.of(`root/${request.params.version}`, SIGNED_JSON, JSON.stringify(root)), 'public, max-age=86400');
  });

  const forRegistrars = { config: { access: ['registrar'] } } as const;
  app.post('/api/trust/proposals', { ...forRegistrars, schema: { tags: ['trust'], summary: 'A trust list, or the newest root, for several gateways to sign', body: Type.Object({ of: Type.Enum(['list', 'root']), days: Type.Optional(Type.Integer({ minimum: 1, maximum: GOOD_DAYS_MAX })) }, { additionalProperties: false }), response: { 200: Signatures } } }, async ({ body: { of, days = GOOD_DAYS } }) =>
    of === 'root' ? trustLists.proposeRoot() : trustLists.propose(days));
  app.post('/api/trust/signatures', { ...forRegistrars, bodyLimit: DOCUMENT_BODY_MAX, schema: { tags: ['trust'], summary: 'Sign what another gateway has proposed, if the register here says the same', body: SignedDocument, response: { 200: Signatures } } }, async ({ body }) => trustLists.cosign(body));
  app.post('/api/trust/publications', { ...forRegistrars, bodyLimit: DOCUMENT_BODY_MAX, schema: { tags: ['trust'], summary: 'Serve from here what enough agencies have signed', body: SignedDocument, response: { 200: Signatures } } }, async ({ body }) => trustLists.publish(body));

  app.get('/api/bundle', { config: { access: 'public', ...limits(BUNDLE_LIMIT) }, schema: { tags: ['trust'], summary: 'Roots, trust list and status lists in one file, to verify off line' } }, async (request, reply) =>
    deliver(request, forAnybody(reply), assets.of('bundle', 'application/json', JSON.stringify(await trustLists.bundle()))));
};
