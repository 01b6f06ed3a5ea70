/** Who may call a route: stated on every route, denied where nothing is stated. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isErased } from '#chaincode/facts/erasure';
import { standingFault } from '#chaincode/facts/delegation';
import type { Role } from '#chaincode/facts/records';
import type { Asker, Transport } from './acts/transport/transport.js';
import { GatewayFault } from './fault.js';
import { nowOf, type Clock } from './clock.js';
import type { SessionMark, Sessions } from './identity/sessions.js';
import type { Keyring } from './keyring.js';
import type { Projection } from './ledger/projection.js';
import type { Feeds } from './notices/feeds.js';
import { isOperatorPass, OPERATOR_KEY } from './operator-pass.js';

/** public: anybody. signed-in: any active staff member. holder: a holder by a device in use, and no staff. reader: also a holder whom an identity provider has named, for what is only read. agency: the gateway of another agency. feed: any active staff member, or a program with the token of an agency's feed. local: from this machine only. operator: from this machine, by whoever may read the data directory. Or the roles that may. */
export type Access = 'public' | 'signed-in' | 'holder' | 'reader' | 'agency' | 'feed' | 'local' | 'operator' | readonly Role[];

export interface Session extends SessionMark {
  readonly staff: string;
  readonly agency: string;
  readonly displayName: string;
  /** How the person signed in. */
  readonly method: 'password' | 'key-file' | 'webauthn';
}

/**
 * A session of a holder's device, or of a holder whom an identity provider has named: that one reads, for nothing is signed with it. The token is for another audience than those
 * of staff, so neither passes for the other.
 */
export type HolderSession = SessionMark & ({ readonly device: string; readonly subject?: undefined } | { readonly subject: string; readonly device?: undefined });

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    session: Checked | undefined;
    asker: Asker | undefined;
    /** Whose feed is asked for by its token. */
    feedOf: string | undefined;
    holder: CheckedReader | undefined;
    holderVerify: () => Promise<HolderSession & Expiring>;
  }
  interface FastifyReply {
    holderSign: (session: HolderSession) => Promise<string>;
  }
}
declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: Session;
    user: Session & Expiring;
  }
  interface JWT {
    holder: { sign: (session: HolderSession, options?: Partial<SignOptions>) => string };
  }
}
interface Expiring {
  /** Seconds since 1970 (RFC 7519, 4.1.4). */
  readonly exp: number;
}
/** A session whose token, account and state have been checked for this request. */
export type Checked = Session & Expiring & { readonly roles: readonly Role[] };
/** The same of a holder; whose device it is, the ledger says. */
export type CheckedReader = SessionMark & Expiring & { readonly subject: string; readonly device?: string; readonly delegation?: string };
export type CheckedHolder = CheckedReader & { readonly device: string };

/** What tells whether a session still stands, and who asks from another gateway. */
export interface Standing {
  readonly projection: Projection;
  readonly sessions: Sessions;
  readonly transport: Pick<Transport, 'check'>;
  readonly feeds: Pick<Feeds, 'agencyOf'>;
  readonly keyring: Pick<Keyring, 'secret'>;
  readonly clock: Clock;
}

export const COOKIE = 'yizheng';
export const HOLDER_COOKIE = 'yizheng-holder';
/** A working day. */
export const SESSION_SECONDS = 8 * 3600;
/** A phone signs in again by itself. */
export const HOLDER_SESSION_SECONDS = 3600;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Registers the rule for every route that follows. @throws Error at start-up for a route that states no access */
export function guard(app: FastifyInstance, standing: Standing): void {
  app.decorateRequest('session', undefined);
  app.decorateRequest('holder', undefined);
  app.decorateRequest('asker', undefined);
  app.decorateRequest('feedOf', undefined);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`route ${route.url} states no access`);
  });
  app.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'public') return;
    if (access === 'local' || access === 'operator') {
      // The socket's own address: what a header says, anybody can say; what comes through a proxy is not from here.
      if (!LOOPBACK.has(request.socket.remoteAddress ?? '') || request.headers['x-forwarded-for'] !== undefined) throw new GatewayFault('NOT_FOUND');
      if (access === 'operator' && !isOperatorPass(request.headers.authorization, standing.keyring.secret(OPERATOR_KEY), request.method, request.url, standing.clock.now())) throw new GatewayFault('OPERATOR_REFUSED');
      return;
    }
    if (access === 'holder' || access === 'reader') return identifyHolder(request, standing);
    if (access === 'agency') {
      request.asker = await standing.transport.check(request.headers.authorization);
      return;
    }
    if (access === 'feed') request.feedOf = standing.feeds.agencyOf(request.headers.authorization);
    if (request.feedOf !== undefined) return;
    await identify(request, standing);
    // A machine issues by rule and looks at nothing else.
    const anybody = access === 'signed-in' || access === 'feed';
    if (anybody && request.session?.roles.includes('machine')) throw new GatewayFault('FORBIDDEN');
    if (!anybody && !request.session?.roles.some((role) => access.includes(role))) throw new GatewayFault('FORBIDDEN', { explained: roleNeeded(access, request.session?.roles ?? []) });
  });
}

const roleNeeded = (needed: readonly Role[], had: readonly Role[]): { zh: string; en: string } => ({ zh: `需要以下岗位之一：${needed.join('、')}；您的岗位：${had.join('、')}`, en: `this needs one of the roles ${needed.join(', ')}; you have ${had.join(', ')}` });

/** The session of a request, from its token. @throws GatewayFault NOT_SIGNED_IN; FORBIDDEN for a page of another site */
export async function identify(request: FastifyRequest, standing: Standing): Promise<void> {
  let session: Session & Expiring;
  try {
    session = await request.jwtVerify<Session & Expiring>();
  } catch {
    throw new GatewayFault('NOT_SIGNED_IN');
  }
  const roles = rolesNow(session, standing);
  if (!roles) throw new GatewayFault('NOT_SIGNED_IN');
  if (request.cookies[COOKIE] !== undefined && !SAFE.has(request.method)) sameOrigin(request);
  request.session = { ...session, roles };
}

/** On a public route: the session, where the asker has one that stands. */
export async function sessionIfAny(request: FastifyRequest, standing: Standing): Promise<Checked | undefined> {
  if (request.headers.authorization === undefined && request.cookies[COOKIE] === undefined) return undefined;
  try {
    await identify(request, standing);
  } catch {
    return undefined;
  }
  // A machine sees what everybody sees: a kiosk stands where strangers are.
  if (request.session?.roles.includes('machine')) request.session = undefined;
  return request.session;
}

/** Asked for anew each time, so that who signed out or was dismissed is out at once. @returns undefined where the session no longer stands */
export function rolesNow(session: Session, { projection, sessions }: Pick<Standing, 'projection' | 'sessions'>): readonly Role[] | undefined {
  const staff = projection.get('staff', session.staff);
  return staff?.active === true && staff.agency === session.agency && sessions.isOpen(session.staff, session) ? staff.roles : undefined;
}

/** @throws GatewayFault HOLDER_NOT_SIGNED_IN; FORBIDDEN for a page of another site */
async function identifyHolder(request: FastifyRequest, { projection, sessions, clock }: Standing): Promise<void> {
  let session: HolderSession & Expiring;
  try {
    session = await request.holderVerify();
  } catch {
    throw new GatewayFault('HOLDER_NOT_SIGNED_IN');
  }
  const { jti, series, exp, device } = session;
  const speaker = device === undefined ? (session.subject === undefined ? undefined : { subject: session.subject }) : speakerOf(device, projection, clock);
  const whose = device ?? session.subject;
  if (whose === undefined || !speaker || isErased(projection.get('erasure', speaker.subject)) || !sessions.isOpen(whose, session)) throw new GatewayFault('HOLDER_NOT_SIGNED_IN');
  if (device === undefined && request.routeOptions.config.access !== 'reader') throw new GatewayFault('HOLDER_NOT_SIGNED_IN');
  if (request.cookies[HOLDER_COOKIE] !== undefined && !SAFE.has(request.method)) sameOrigin(request);
  request.holder = { jti, series, exp, ...speaker, ...(device === undefined ? {} : { device }) };
}

/** Asked for anew each time, so that a device that was lost, and a clerk who was removed or whose time is over, is out at once. */
function speakerOf(id: string, projection: Projection, clock: Clock): { readonly subject: string; readonly delegation?: string } | undefined {
  const device = projection.get('device', id);
  if (device?.status !== 'in-use' || standingFault(device, nowOf(clock), (delegation) => projection.get('delegation', delegation)) !== undefined) return undefined;
  const { subject, delegation } = device;
  return { subject, ...(delegation === undefined ? {} : { delegation }) };
}

/** A cookie travels with requests of other sites' pages too: those name their origin. */
function sameOrigin(request: FastifyRequest): void {
  const origin = request.headers.origin;
  // "null" is the origin of sandboxed frames and files: not ours either.
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.headers.host)) throw new GatewayFault('FORBIDDEN');
  if (request.headers['sec-fetch-site'] === 'cross-site') throw new GatewayFault('FORBIDDEN');
}

/** The session of a route that is not public. */
export function sessionOf(request: FastifyRequest): Checked {
  if (!request.session) throw new GatewayFault('NOT_SIGNED_IN');
  return request.session;
}

/** The holder on a route for readers. */
export function readerOf(request: FastifyRequest): CheckedReader {
  if (!request.holder) throw new GatewayFault('HOLDER_NOT_SIGNED_IN');
  return request.holder;
}

/** The agency on a route for gateways. */
export function askerOf(request: FastifyRequest): Asker {
  if (!request.asker) throw new GatewayFault('ASSERTION_REFUSED');
  return request.asker;
}

/** The agency on a route for feeds. */
export const feedAgencyOf = (request: FastifyRequest): string => request.feedOf ?? sessionOf(request).agency;

/** The holder himself: what concerns the person is for none of those who act for him. */
export function ownerOf(request: FastifyRequest): CheckedReader {
  const reader = readerOf(request);
  if (reader.delegation !== undefined) throw new GatewayFault('REFUSED', { refusal: 'DELEGATION_SCOPE', fields: [{ field: 'delegation', code: 'DELEGATION_SCOPE' }] });
  return reader;
}

/** The holder on a route for holders. */
export function holderOf(request: FastifyRequest): CheckedHolder {
  const { device, ...rest } = readerOf(request);
  if (device === undefined) throw new GatewayFault('HOLDER_NOT_SIGNED_IN');
  return { ...rest, device };
}
