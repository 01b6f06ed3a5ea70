/** Sign-in of staff: by name and password, or by a key of their own. The session is a short ES256 token. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { Actor, RandomId } from '#chaincode/facts/commands';
import type { StaffRecord } from '#chaincode/facts/records';
import { COOKIE, identify, SESSION_SECONDS, sessionOf, type Session } from '../access.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';

const SIGN_IN_LIMIT = { max: 30, timeWindow: 60_000 };

const closed = { additionalProperties: false } as const;
const Password = Type.String({ minLength: 1, maxLength: 200 });
const Bytes = Type.String({ pattern: '^[A-Za-z0-9_-]{1,2000}$' });
/** A browser's PublicKeyCredential in its JSON form (WebAuthn Level 3, section 5.1). `userHandle` says whose it is: the staff id. */
const Assertion = Type.Unsafe<AuthenticationResponseJSON>(Type.Object({
  id: Bytes, rawId: Bytes, type: Type.Literal('public-key'), response: Type.Object({ authenticatorData: Bytes, clientDataJSON: Bytes, signature: Bytes, userHandle: RandomId }, closed),
  clientExtensionResults: Type.Object({}), authenticatorAttachment: Type.Optional(Type.String({ maxLength: 40 })),
}, closed));
const SignIn = Type.Union([Type.Object({ name: Type.String({ minLength: 1, maxLength: 40 }), password: Password, next: Type.Optional(Password) }, closed), Type.Object({ challenge: RandomId, actor: Actor }, closed), Type.Object({ challenge: RandomId, passkey: Assertion }, closed)]);
const NewPassword = Type.Object({ old: Password, new: Password }, closed);
const SessionView = Type.Object({ staff: Type.String(), agency: Type.String(), agencyName: Type.String(), displayName: Type.String(), roles: Type.Array(Type.String()), method: Type.String(), keys: Type.Array(Type.Object({ id: Type.String(), method: Type.String() })), token: Type.Optional(Type.String()) });

type Person = Omit<Session, 'jti' | 'series'>;

export const signInDoor: Door = async (app, { services, limits, secure }) => {
  const { accounts, challenges, keyring, passkeys, projection, sessions } = services;
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
    const { body } = request;
    const person = 'name' in body ? await byPassword(body) : 'passkey' in body ? await byPasskey(body) : await byKey(body);
    return admit(reply.code(201), person);
  });

  /** A new session: the token for programs, the same in a cookie for pages. */
  async function admit(reply: FastifyReply, { staff, agency, displayName, method }: Person) {
    const session: Session = { staff, agency, displayName, method, ...sessions.begin(staff) };
    const token = await reply.jwtSign(session);
    void reply.setCookie(COOKIE, token, { ...cookie, maxAge: SESSION_SECONDS });
    return view(session, token);
  }

  /** What lies here is for the staff of agencies hosted here; others have gateways of their own. @throws GatewayFault AGENCY_NOT_HOSTED */
  function demandHosted(agency: string): void {
    if (!keyring.identities().has(agency)) throw new GatewayFault('AGENCY_NOT_HOSTED');
  }

  async function byPassword({ name, password, next }: { name: string; password: string; next?: string }): Promise<Person> {
    const { staff, displayName } = await accounts.signIn(name, password, next);
    const record = projection.get('staff', staff);
    if (record?.active !== true) throw new GatewayFault('SIGN_IN_FAILED');
    demandHosted(record.agency);
    return { staff, agency: record.agency, displayName, method: 'password' };
  }

  async function byKey({ challenge, actor }: { challenge: string; actor: Static<typeof Actor> }): Promise<Person> {
    return named(challenges.check(challenge, actor), 'key-file');
  }

  async function byPasskey({ challenge, passkey }: { challenge: string; passkey: AuthenticationResponseJSON }): Promise<Person> {
    return named(await passkeys.signIn(challenges.spend(challenge), challenge, passkey), 'webauthn');
  }

  async function named({ id, agency }: StaffRecord, method: Session['method']): Promise<Person> {
    demandHosted(agency);
    return { staff: id, agency, displayName: (await accounts.all()).get(id)?.displayName ?? '', method };
  }

  app.get('/api/session', { config: { access: 'signed-in' }, schema: { tags: ['sign-in'], summary: 'Who is signed in', response: { 200: SessionView } } }, (request) => view(sessionOf(request)));
  app.put('/api/session/password', { config: { access: 'signed-in', ...limits(SIGN_IN_LIMIT) }, schema: { tags: ['sign-in'], summary: 'Change your own password; all your sessions end, and this one goes on with a new token', body: NewPassword, response: { 200: SessionView } } }, async (request, reply) => {
    const session = sessionOf(request);
    await accounts.change(session.staff, request.body.old, request.body.new, () => sessions.endAll(session.staff));
    return admit(reply, session);
  });

  app.delete('/api/session', { config: { access: 'public' }, schema: { tags: ['sign-in'], summary: 'Sign out: the token ends, not only the cookie' } }, async (request, reply) => {
    try {
      await identify(request, services);
    } catch (error) {
      // Who is not signed in any more gets the cookie cleared all the same.
      if (!(error instanceof GatewayFault && error.code === 'NOT_SIGNED_IN')) throw error;
    }
    if (request.session) await sessions.end(request.session.jti, request.session.exp * 1000);
    return reply.clearCookie(COOKIE, cookie).code(204).send();
  });
};
