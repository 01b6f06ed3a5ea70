/** Dynamic codes: the phone shows, the verifier fetches what was shown, once. */
import Type from 'typebox';
import { RandomId } from '#chaincode/facts/commands';
import { Sha256, Spki } from '#chaincode/facts/parts';
import { DEVICE_STATUSES } from '#chaincode/facts/device';
import { holderOf, sessionIfAny } from '../access.js';
import { CHALLENGE_CODE, type ShownIdentity as ShownIdentityValue, type ShownLicence as ShownLicenceValue } from '../acts/holder/presentation.js';
import type { Door } from '../app.js';
import { IdentityView } from './identity.js';
import { answerParts, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
/** A screen that shows a code asks every two seconds whether somebody has fetched it; so does a verifier who waits. */
const WATCH_LIMIT = { max: 240, timeWindow: 60_000 };
/** Ids and secrets have 128 bits each: what is tried out is not found, and not tried for long. */
const REDEEM_LIMIT = { max: 60, timeWindow: 60_000 };
const CHALLENGE_LIMIT = { max: 30, timeWindow: 60_000 };
/** A credential with every field disclosed. */
const PRESENTATION_MAX = 400_000;

const Named = Type.Object({ code: Type.String(), name: Type.String() });
const ChallengeCode = Type.String({ pattern: CHALLENGE_CODE });
const byCode = { params: Type.Object({ code: ChallengeCode }) };
const byId = { params: Type.Object({ id: RandomId }) };
const Challenge = Type.Object({ code: Type.String({ description: 'for the holder' }), secret: Type.String({ description: 'for the verifier alone' }), nonce: Type.String(), aud: Type.String(), expiresAt: Type.String() });
const Brought = Type.Object({ secret: RandomId }, closed);
const KnownDevice = Type.Object({ id: Type.String(), spki: Spki, status: Type.Enum([...DEVICE_STATUSES]) }, { description: 'as the ledger has it' });
const ShownLicence = Type.Unsafe<ShownLicenceValue>(Type.Object({
  ...answerParts,
  presentation: Type.String({ description: 'SD-JWT with the key binding of the holder\'s device: the chosen fields, to be checked again by the verifier' }),
  device: KnownDevice,
}));
const ShownIdentity = Type.Unsafe<ShownIdentityValue>(Type.Object({
  by: Type.Literal('identity'), checkedAt: Type.String(), identity: IdentityView, presentation: Type.String(), device: KnownDevice,
  facts: Type.Object({ v: Type.Integer(), document: Type.String(), code: Type.String(), name: Type.String(), validUntil: Type.Optional(Type.String()), method: Type.String(), issuer: Type.Optional(Type.String()) }, { description: 'as attested, in full' }),
}));
const Shown = Type.Union([ShownLicence, ShownIdentity]);
const State = Type.Object({ state: Type.Enum(['waiting', 'used', 'over']), usedAt: Type.Optional(Type.String()), by: Type.Optional(Named) });

export const presentationDoor: Door = async (app, { services, limits }) => {
  const { presentations } = services;
  const tags = ['wallet'];
  const own = { access: 'holder', ...limits(WATCH_LIMIT) } as const;

  app.get('/api/wallet/licences/:identifier/credential', { config: own, schema: { tags, summary: 'A licence of the holder as a credential, from which his device chooses what it shows', params: Type.Object({ identifier: Identifier }), response: { 200: Type.Object({ credential: Type.String(), now: Type.String({ description: 'the gateway\'s clock: phones\' own go wrong' }) }) } } }, (request) =>
    presentations.credential(holderOf(request), request.params.identifier));

  app.get('/api/wallet/challenges/:code', { config: { ...own, ...limits(CHALLENGE_LIMIT) }, schema: { tags, summary: 'Who asks to be shown a licence', ...byCode, response: { 200: Type.Object({ nonce: Type.String(), aud: Type.String(), expiresAt: Type.String(), verifier: Type.Optional(Named) }) } } }, (request) => presentations.asked(request.params.code));

  app.post('/api/wallet/presentations', { config: own, bodyLimit: PRESENTATION_MAX + 1024, schema: { tags, summary: 'The device shows a licence: by a code, or to a challenge; for 60 seconds, once', body: Type.Object({ presentation: Type.String({ minLength: 1, maxLength: PRESENTATION_MAX }), secret: Type.Optional(Sha256), challenge: Type.Optional(ChallengeCode) }, closed), response: { 201: Type.Object({ id: Type.String(), expiresAt: Type.String() }) } } }, async (request, reply) =>
    reply.code(201).send(await presentations.show(holderOf(request), request.body)));

  app.get('/api/wallet/presentations/:id', { config: own, schema: { tags, summary: 'Whether somebody has fetched it', ...byId, response: { 200: State } } }, (request) => presentations.state(holderOf(request).device, request.params.id));

  app.delete('/api/wallet/presentations/:id', { config: own, schema: { tags, summary: 'Show it no longer', ...byId } }, (request, reply) => {
    presentations.end(holderOf(request).device, request.params.id);
    return reply.code(204).send();
  });

  app.post('/api/presentation-challenges', { config: { access: 'public', ...limits(CHALLENGE_LIMIT) }, schema: { tags: ['verify'], summary: 'Ask a holder to show a licence to nobody but the asker', body: Type.Object({}, closed), response: { 201: Challenge } } }, async (request, reply) =>
    reply.code(201).send(presentations.ask(await sessionIfAny(request, services))));

  app.post('/api/presentation-challenges/:code/answer', { config: { access: 'public', ...limits(WATCH_LIMIT) }, schema: { tags: ['verify'], summary: 'What was shown in answer; 204 while nothing was', ...byCode, body: Brought, response: { 200: Shown } } }, async (request, reply) => {
    const shown = await presentations.answer(request.params.code, request.body.secret);
    return shown ? reply.send(shown) : reply.code(204 as 200).send(undefined as never);
  });

  app.post('/api/presentations/:id/redemption', { config: { access: 'public', ...limits(REDEEM_LIMIT) }, schema: { tags: ['verify'], summary: 'Fetch what a dynamic code shows: good once', ...byId, body: Brought, response: { 200: ShownLicence } } }, async (request) =>
    presentations.redeem(request.params.id, request.body.secret, await sessionIfAny(request, services)));
};
