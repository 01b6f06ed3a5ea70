/** Sign-in of staff: by name and password, or by a key of their own. The session is a short ES256 token. */
import Type from 'typebox';
import { Actor, RandomId } from '#chaincode/facts/commands';
import { COOKIE, sessionOf, type Session } from '../access.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';

const SESSION_SECONDS = 8 * 3600; // a working day
const SIGN_IN_LIMIT = { max: 30, timeWindow: 60_000 };

const SignIn = Type.Union([
  Type.Object({ name: Type.String({ minLength: 1, maxLength: 40 }), password: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
  Type.Object({ challenge: RandomId, actor: Actor }, { additionalProperties: false }),
]);
const SessionView = Type.Object({ staff: Type.String(), agency: Type.String(), agencyName: Type.String(), displayName: Type.String(), roles: Type.Array(Type.String()), method: Type.String(), keys: Type.Array(Type.Object({ id: Type.String(), method: Type.String() })), token: Type.Optional(Type.String()) });

export const signInDoor: Door = async (app, { services, limits, secure }) => {
  const { accounts, challenges, projection } = services;
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;

  const view = (session: Session, token?: string) => {
    const staff = projection.get('staff', session.staff);
    return {
      ...session, agencyName: projection.get('agency', session.agency)?.name ?? '', roles: [...(staff?.roles ?? [])],
      keys: (staff?.keys ?? []).filter((key) => key.active).map(({ id, method }) => ({ id, method })), ...(token === undefined ? {} : { token }),
    };
  };

  app.get('/api/session/challenge', { config: { access: 'public', ...limits(SIGN_IN_LIMIT) }, schema: { tags: ['sign-in'], summary: 'A challenge to sign with a key of your own' } }, () => challenges.give());

  app.post('/api/session', { config: { access: 'public', ...limits(SIGN_IN_LIMIT) }, schema: { tags: ['sign-in'], summary: 'Sign in', body: SignIn, response: { 201: SessionView } } }, async (request, reply) => {
    const session = 'name' in request.body ? await byPassword(request.body) : byKey(request.body);
    const token = await reply.jwtSign(session, { sign: { expiresIn: SESSION_SECONDS } });
    return reply.setCookie(COOKIE, token, { ...cookie, maxAge: SESSION_SECONDS }).code(201).send(view(session, token));
  });

  async function byPassword({ name, password }: { name: string; password: string }): Promise<Session> {
    const { staff, displayName } = await accounts.signIn(name, password);
    const record = projection.get('staff', staff);
    if (record?.active !== true) throw new GatewayFault('SIGN_IN_FAILED');
    return { staff, agency: record.agency, displayName, method: 'password' };
  }

  function byKey({ challenge, actor }: { challenge: string; actor: Parameters<typeof challenges.check>[1] }): Session {
    const record = challenges.check(challenge, actor);
    return { staff: record.id, agency: record.agency, displayName: '', method: actor.method === 'webauthn' ? 'webauthn' : 'key-file' };
  }

  app.get('/api/session', { config: { access: 'signed-in' }, schema: { tags: ['sign-in'], summary: 'Who is signed in', response: { 200: SessionView } } }, (request) => view(sessionOf(request)));
  app.delete('/api/session', { config: { access: 'public' }, schema: { tags: ['sign-in'], summary: 'Sign out' } }, (_request, reply) => reply.clearCookie(COOKIE, cookie).code(204).send());
};
