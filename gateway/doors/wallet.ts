/** The holder's wallet: a device signs in, and sees what is its holder's. What it signs besides, grants and their end, comes in at the doors that carry signatures (reuse.ts). */
import encodeQr from 'qr';
import Type from 'typebox';
import { RandomId } from '#chaincode/facts/commands';
import { Signature, Spki } from '#chaincode/facts/parts';
import { HOLDER_COOKIE, HOLDER_SESSION_SECONDS, holderOf, readerOf, type HolderSession } from '../access.js';
import type { FastifyRequest } from 'fastify';
import { PAIRING_CODE } from '../acts/holder/pairing.js';
import type { OwnApplication as OwnApplicationValue } from '../acts/applications/application-view.js';
import type { Asking, OwnUse as OwnUseValue } from '../acts/wallet/wallet.js';
import type { Door } from '../app.js';
import { qrUrl } from '../documents/qr.js';
import { USE_ACTS } from '../documents/use-record.js';
import { ActedBy } from './applications.js';
import { AskedGrant, GrantView } from './reuse.js';
import { CopyRequest, Identifier, OwnLicence } from './schemas.js';

const closed = { additionalProperties: false } as const;
/** A phone that waits for the clerk asks every few seconds. */
const SIGN_IN_LIMIT = { max: 60, timeWindow: 60_000 };
/** Codes are typed by hand. */
const CODE_LIMIT = { max: 10, timeWindow: 60_000 };
/** Each is drawn and sealed. */
const COPY_LIMIT = { max: 20, timeWindow: 60_000 };
const LIST_MAX = 100;

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const Challenge = Type.Object({ challenge: Type.String(), ledger: Type.String(), gateway: Type.String({ description: 'origin that a device signs for' }) });
const SignedChallenge = { challenge: RandomId, signature: Signature };
/** What a person may whose device it is; absent: the holder's own. */
const OwnScope = Type.Object({ id: Type.String(), role: Type.String(), acts: Type.Array(Type.String()), kinds: Type.Optional(Type.Array(Type.String())), purposes: Type.Optional(Type.Array(Type.String())), notBefore: Type.String(), notAfter: Type.String() });
const HolderView = Type.Object({ device: Type.Optional(Type.String({ description: 'absent: signed in at the identity provider, to read only' })), subject: Type.String(), delegation: Type.Optional(OwnScope), token: Type.Optional(Type.String()) });
const OwnUse = Type.Unsafe<OwnUseValue>(Type.Object({
  seq: Type.Integer(), at: Type.String(), act: Type.Enum([...USE_ACTS]), authority: Type.Object({ by: Type.Enum(['own', 'public', 'shown', 'scene', 'grant', 'identity']), id: Type.Optional(Type.String()) }), case: Type.Enum(['given', 'none']), caseNo: Type.Optional(Type.String()),
  agency: Named, purpose: Type.Optional(Label), kind: Type.Optional(Label), licence: Type.Optional(Type.String()), fields: Type.Array(Label),
}));
const OwnApplication = Type.Unsafe<OwnApplicationValue>(Type.Object({
  id: Type.String(), cursor: Type.String(), number: Type.Optional(Type.String()), agency: Named, state: Type.String(),
  matters: Type.Array(Type.Object({ matter: Type.String(), name: Label, outcome: Type.Optional(Type.String()), identifier: Type.Optional(Type.String()) })),
  events: Type.Array(Type.Object({ act: Type.String(), state: Type.String(), at: Type.String(), delegation: Type.Optional(ActedBy), note: Type.Optional(Type.String()) })),
}));
const limit = Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' }));
/** A delegation to the signed-in organisation: then it is an agent, and sees the principal's. */
const mandate = Type.Optional(RandomId);
const asAgent = { querystring: Type.Object({ mandate }, closed) };
const byIdentifier = { params: Type.Object({ identifier: Identifier }), ...asAgent };
const askingOf = (request: FastifyRequest, { mandate: id }: { mandate?: string }): Asking => ({ ...readerOf(request), mandate: id });
const limitOf = ({ limit }: { limit?: string }): number => Math.min(LIST_MAX, Number(limit ?? 20));

export const walletDoor: Door = async (app, { services, limits, secure }) => {
  const { challenges, copies, pairings, sessions, wallet, publicName, projection } = services;
  const cookie = { path: '/api/wallet', httpOnly: true, sameSite: 'strict', secure } as const;
  const tags = ['wallet'];
  const own = { access: 'reader' } as const;

  const scopeOf = (id: string | undefined) => {
    const record = id === undefined ? undefined : projection.get('delegation', id);
    if (!record) return {};
    const { role, acts, kinds, purposes, notBefore, notAfter } = record;
    return { delegation: { id: record.id, role, acts: [...acts], ...(kinds ? { kinds: [...kinds] } : {}), ...(purposes ? { purposes: [...purposes] } : {}), notBefore, notAfter } };
  };

  app.get('/api/wallet/challenge', { config: { access: 'public', ...limits(SIGN_IN_LIMIT) }, schema: { tags, summary: 'A challenge for a device, good once and for two minutes', response: { 200: Challenge } } }, () => challenges.give());

  app.post('/api/wallet/pairings', { config: { access: 'public', ...limits(CODE_LIMIT) }, schema: { tags, summary: 'A new device brings the one-time code of the counter, and its key', body: Type.Object({ code: Type.String({ pattern: PAIRING_CODE }), device: Type.Object({ id: RandomId, spki: Spki }, closed), ...SignedChallenge }, closed), response: { 201: Type.Object({ agency: Type.Optional(Named), fingerprint: Type.String() }) } } }, async (request, reply) => {
    const { code, device, challenge, signature } = request.body;
    challenges.checkNewDevice(challenge, device, signature);
    return reply.code(201).send(await pairings.bring(code, device));
  });

  app.post('/api/wallet/session', { config: { access: 'public', ...limits(SIGN_IN_LIMIT) }, schema: { tags, summary: 'Sign in with a device', body: Type.Object({ device: RandomId, ...SignedChallenge }, closed), response: { 201: HolderView } } }, async (request, reply) => {
    const { id: device, subject, delegation } = challenges.checkDevice(request.body.challenge, request.body.device, request.body.signature);
    const session: HolderSession = { device, ...sessions.begin(device) };
    const token = await reply.holderSign(session);
    void reply.setCookie(HOLDER_COOKIE, token, { ...cookie, maxAge: HOLDER_SESSION_SECONDS });
    return reply.code(201).send({ device, subject, ...scopeOf(delegation), token });
  });

  app.get('/api/wallet/session', { config: own, schema: { tags, summary: 'Which device is signed in', response: { 200: HolderView } } }, (request) => {
    const { device, subject, delegation } = readerOf(request);
    return { subject, ...(device === undefined ? {} : { device }), ...scopeOf(delegation) };
  });

  app.delete('/api/wallet/session', { config: own, schema: { tags, summary: 'Sign the device out' } }, async (request, reply) => {
    const { jti, exp } = readerOf(request);
    await sessions.end(jti, exp * 1000);
    return reply.clearCookie(HOLDER_COOKIE, cookie).code(204).send();
  });

  app.get('/api/wallet/licences', { config: own, schema: { tags, summary: "The holder's licences, each with its verdict now", ...asAgent, response: { 200: Type.Object({ licences: Type.Array(OwnLicence) }) } } }, async (request) => ({ licences: await wallet.licences(askingOf(request, request.query)) }));

  app.get('/api/wallet/licences/:identifier/qr.svg', { config: own, schema: { tags, summary: 'The QR printed on the licence', ...byIdentifier } }, (request, reply) =>
    reply.type('image/svg+xml').send(encodeQr(qrUrl(publicName, wallet.qr(askingOf(request, request.query), request.params.identifier)), 'svg', { ecc: 'medium' })));

  app.get('/api/wallet/licences/:identifier/pdf', { config: own, schema: { tags, summary: 'The sealed PDF', ...byIdentifier } }, async (request, reply) => {
    const pdf = await wallet.pdf(askingOf(request, request.query), request.params.identifier);
    return reply.type('application/pdf').header('content-disposition', `attachment; filename="${request.params.identifier}.pdf"`).send(Buffer.from(pdf));
  });

  app.post('/api/wallet/licences/:identifier/copies', { config: { access: 'holder', ...limits(COPY_LIMIT) }, schema: { tags, summary: 'A copy for one purpose (加注件) for the holder himself: a sealed PDF', ...byIdentifier, body: CopyRequest } }, async (request, reply) => {
    const pdf = await copies.ofHolder(holderOf(request), request.params.identifier, request.body);
    return reply.type('application/pdf').header('content-disposition', `attachment; filename="${request.params.identifier}.copy.pdf"`).send(Buffer.from(pdf));
  });

  app.get('/api/wallet/requests', { config: own, schema: { tags, summary: 'Grants that agencies ask for', ...asAgent, response: { 200: Type.Object({ requests: Type.Array(AskedGrant) }) } } }, async (request) => ({ requests: await wallet.requests(askingOf(request, request.query)) }));

  app.delete('/api/wallet/requests/:id', { config: { access: 'holder' }, schema: { tags, summary: 'Say no to what is asked for', params: Type.Object({ id: RandomId }), ...asAgent } }, async (request, reply) => {
    await wallet.decline(askingOf(request, request.query), request.params.id);
    return reply.code(204).send();
  });

  app.get('/api/wallet/grants', { config: own, schema: { tags, summary: 'Grants of the holder, newest first', querystring: Type.Object({ mandate, limit, before: Type.Optional(Type.String({ maxLength: 60 })) }, closed), response: { 200: Type.Object({ grants: Type.Array(GrantView) }) } } }, async (request) => ({
    grants: await wallet.grants(askingOf(request, request.query), { limit: limitOf(request.query), before: request.query.before }),
  }));

  app.get('/api/wallet/applications', { config: own, schema: { tags, summary: "Applications in the holder's name, newest first, and who acted for him", querystring: Type.Object({ mandate, limit, before: Type.Optional(Type.String({ maxLength: 80 })) }, closed), response: { 200: Type.Object({ applications: Type.Array(OwnApplication) }) } } }, async (request) => ({
    applications: await wallet.applications(askingOf(request, request.query), { limit: limitOf(request.query), before: request.query.before }),
  }));

  app.get('/api/wallet/uses', { config: own, schema: { tags, summary: "Who used or looked at the holder's licences, newest first", querystring: Type.Object({ limit, before: Type.Optional(Type.String({ pattern: '^\\d{1,10}$' })) }, closed), response: { 200: Type.Object({ uses: Type.Array(OwnUse) }) } } }, async (request) => ({
    uses: await wallet.uses(readerOf(request), { limit: limitOf(request.query), before: request.query.before === undefined ? undefined : Number(request.query.before) }),
  }));
};
