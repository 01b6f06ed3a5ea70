/** Signing in at an identity provider (OpenID Connect): the holder reads his own; a clerk of an agency puts on the ledger what the provider said, and the phone's key, with a key of his own. */
import Type from 'typebox';
import { RandomId } from '#chaincode/facts/commands';
import { Signature, Spki } from '#chaincode/facts/parts';
import { HOLDER_COOKIE, HOLDER_SESSION_SECONDS, sessionOf, type HolderSession } from '../access.js';
import type { ProvidedView as ProvidedViewValue } from '../acts/holder/provider.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { PROVIDER_CALLBACK, type IdentityProvider } from '../identity/provider.js';
import { DraftView } from './schemas.js';

const closed = { additionalProperties: false } as const;
const SERVING = ['clerk', 'reviewer', 'approver'] as const;
const SIGN_IN_LIMIT = { max: 20, timeWindow: 60_000 };
const FLOW_COOKIE = 'yizheng-provider';
const FLOW_SECONDS = 600;

const ProvidedView = Type.Unsafe<ProvidedViewValue>(Type.Object({
  id: Type.String(), at: Type.String(), issuer: Type.String(), code: Type.String(), name: Type.String(), attested: Type.Boolean({ description: 'its identity record is on the ledger' }), further: Type.Boolean({ description: 'not the first device: two persons sign' }),
  device: Type.Optional(Type.Object({ id: Type.String(), spki: Type.String(), fingerprint: Type.String(), registered: Type.Boolean() })),
}));
const byId = { params: Type.Object({ id: RandomId }), body: Type.Object({ requestId: RandomId }, closed), response: { 201: DraftView } };

export const providerDoor: Door = async (app, { services, limits, secure }) => {
  const { challenges, provider, provided, sessions } = services;
  const tags = ['wallet'];
  const open = { access: 'public', ...limits(SIGN_IN_LIMIT) } as const;
  // The browser comes back from another site, by an address that it opens.
  const flow = { path: '/api/wallet/provider', httpOnly: true, sameSite: 'lax', secure } as const;
  const known = (): IdentityProvider => {
    if (!provider) throw new GatewayFault('PROVIDER_NONE');
    return provider;
  };

  app.get('/api/wallet/provider', { config: { access: 'public' }, schema: { tags, summary: 'Whether holders can sign in at an identity provider', response: { 200: Type.Object({ offered: Type.Boolean() }) } } }, () => ({ offered: provider !== undefined }));

  app.post('/api/wallet/provider', { config: open, schema: { tags, summary: 'Begin to sign in there; with a key, which the provider\'s token is then about', body: Type.Object({ device: Type.Optional(Type.Object({ id: RandomId, spki: Spki, challenge: RandomId, signature: Signature }, closed)) }, closed), response: { 201: Type.Object({ url: Type.String() }) } } }, async (request, reply) => {
    const from = known();
    const { device } = request.body;
    if (device) challenges.checkNewDevice(device.challenge, device, device.signature);
    const { url, browser } = await from.begin(device && { id: device.id, spki: device.spki });
    void reply.setCookie(FLOW_COOKIE, browser, { ...flow, maxAge: FLOW_SECONDS });
    return reply.code(201).send({ url });
  });

  app.get(PROVIDER_CALLBACK, { config: open, schema: { hide: true } }, async (request, reply) => {
    void reply.clearCookie(FLOW_COOKIE, flow);
    try {
      const word = await known().finish(request.url.slice(request.url.indexOf('?') + 1), request.cookies[FLOW_COOKIE]);
      const subject = await provided.take(word);
      const session: HolderSession = { subject, ...sessions.begin(subject) };
      void reply.setCookie(HOLDER_COOKIE, await reply.holderSign(session), { path: '/api/wallet', httpOnly: true, sameSite: 'strict', secure, maxAge: HOLDER_SESSION_SECONDS });
      return await reply.redirect('/wallet', 303);
    } catch (error) {
      // A person stands before this, not a program: the page says what is wrong.
      if (!(error instanceof GatewayFault)) throw error;
      request.log.info({ code: error.code, err: error.cause }, 'provider sign-in');
      return reply.redirect(`/wallet#${error.code}`, 303);
    }
  });

  app.get('/api/provider-sign-ins', { config: { access: SERVING }, schema: { tags, summary: 'Holders who have signed in at the provider and wait for an agency', response: { 200: Type.Object({ signIns: Type.Array(ProvidedView) }) } } }, async (request) => ({ signIns: await provided.list(sessionOf(request).agency) }));

  app.post('/api/provider-sign-ins/:id/identity', { config: { access: SERVING }, schema: { tags, summary: 'Draft the identity record, to be signed', ...byId } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    return reply.code(201).send(await provided.attest({ staff, agency }, request.body.requestId, request.params.id));
  });

  app.post('/api/provider-sign-ins/:id/device', { config: { access: SERVING }, schema: { tags, summary: 'Draft the registration of the phone, to be signed', ...byId } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    return reply.code(201).send(await provided.register({ staff, agency }, request.body.requestId, request.params.id));
  });
};
