/** Passkeys at the issue door: make one, see one's own, and what waits for the registrar. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import Type from 'typebox';
import { RandomId } from '#chaincode/facts/commands';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';
import { StaffView } from './staff.js';

const closed = { additionalProperties: false } as const;
const View = Type.Object({ key: Type.String(), staff: Type.String(), credentialId: Type.String(), registeredAt: Type.Optional(Type.String()), rpId: Type.String(), state: Type.Enum(['pending', 'rejected', 'active', 'revoked']) });
const Pending = Type.Object({ pending: Type.Array(Type.Object({ passkey: View, who: StaffView, act: Type.Any({ description: 'staff.put with the new key: what the registrar signs' }) })) });

export const passkeysDoor: Door = async (app, { services }) => {
  const { passkeys, staff } = services;
  app.get('/api/passkeys', { config: { access: 'signed-in' }, schema: { tags: ['passkeys'], summary: 'Your passkeys', response: { 200: Type.Array(View) } } }, (request) => passkeys.of(sessionOf(request).staff));
  app.post('/api/passkeys/options', { config: { access: 'signed-in' }, schema: { tags: ['passkeys'], summary: 'What the browser needs to make a passkey' } }, (request) => {
    const session = sessionOf(request);
    return passkeys.options(session.staff, session.displayName);
  });
  app.post('/api/passkeys', { config: { access: 'signed-in' }, schema: { tags: ['passkeys'], summary: 'Send a passkey just made; it waits for the registrar', body: Type.Object({ response: Type.Unsafe<RegistrationResponseJSON>(Type.Object({})) }, closed), response: { 201: View } } }, async (request, reply) => {
    const session = sessionOf(request);
    return reply.code(201).send(await passkeys.register(session.staff, session.agency, request.body.response));
  });

  app.get('/api/passkeys/pending', { config: { access: ['registrar'] }, schema: { tags: ['passkeys'], summary: "Passkeys that wait for the registrar's signature, with the act to sign", response: { 200: Pending } } }, async (request) => {
    const waiting = await passkeys.pending(sessionOf(request).agency);
    const views = await Promise.all(waiting.map(async ({ passkey, act }) => ({ passkey, act, who: await staff.view(passkey.staff) })));
    return { pending: views.flatMap(({ who, ...rest }) => (who ? [{ ...rest, who }] : [])) };
  });
  app.delete('/api/passkeys/pending/:key', { config: { access: ['registrar'] }, schema: { tags: ['passkeys'], summary: 'Reject a passkey that waits; nothing of it is on the ledger, so nothing is signed', params: Type.Object({ key: RandomId }) } }, async (request, reply) => {
    await passkeys.reject(sessionOf(request).agency, request.params.key);
    return reply.code(204).send();
  });
};
