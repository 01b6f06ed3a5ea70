/** Passkeys at the issue door: make one, see one's own, and what waits for the registrar. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import Type from 'typebox';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';

const View = Type.Object({ key: Type.String(), staff: Type.String(), credentialId: Type.String(), state: Type.Enum(['pending', 'active', 'revoked']) });

export const passkeysDoor: Door = async (app, { services }) => {
  const { passkeys } = services;
  app.get('/api/passkeys', { config: { access: 'signed-in' }, schema: { tags: ['passkeys'], summary: 'Your passkeys', response: { 200: Type.Array(View) } } }, (request) => passkeys.of(sessionOf(request).staff));
  app.post('/api/passkeys/options', { config: { access: 'signed-in' }, schema: { tags: ['passkeys'], summary: 'What the browser needs to make a passkey' } }, (request) => {
    const { staff, displayName } = sessionOf(request);
    return passkeys.options(staff, displayName);
  });
  app.post('/api/passkeys', { config: { access: 'signed-in' }, schema: { tags: ['passkeys'], summary: 'Send a passkey just made; it waits for the registrar', body: Type.Object({ response: Type.Unsafe<RegistrationResponseJSON>(Type.Object({})) }, { additionalProperties: false }), response: { 201: View } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    return reply.code(201).send(await passkeys.register(staff, agency, request.body.response));
  });
  app.get('/api/passkeys/pending', { config: { access: ['registrar'] }, schema: { tags: ['passkeys'], summary: "Passkeys that wait for the registrar's signature, with the act to sign" } }, async (request) => ({ pending: await passkeys.pending(sessionOf(request).agency) }));
};
