/** Who may call a route: stated on every route, denied where nothing is stated. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '#chaincode/facts/records';
import { GatewayFault } from './fault.js';
import type { Projection } from './ledger/projection.js';

/** public: anybody. signed-in: any active staff member. local: from this machine only. Or the roles that may. */
export type Access = 'public' | 'signed-in' | 'local' | readonly Role[];

export interface Session {
  readonly staff: string;
  readonly agency: string;
  readonly displayName: string;
  /** How the person signed in. */
  readonly method: 'password' | 'key-file' | 'webauthn';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    session: (Session & { readonly roles: readonly Role[] }) | undefined;
  }
}
declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: Session;
    user: Session;
  }
}

export const COOKIE = 'yizheng';
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Registers the rule for every route that follows. @throws Error at start-up for a route that states no access */
export function guard(app: FastifyInstance, projection: Projection): void {
  app.decorateRequest('session', undefined);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`route ${route.url} states no access`);
  });
  app.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'public') return;
    if (access === 'local') {
      // The socket's own address: what a header says, anybody can say; what comes through a proxy is not from here.
      if (!LOOPBACK.has(request.socket.remoteAddress ?? '') || request.headers['x-forwarded-for'] !== undefined) throw new GatewayFault('NOT_FOUND');
      return;
    }
    await identify(request, projection);
    if (access !== 'signed-in' && !request.session?.roles.some((role) => access.includes(role))) throw new GatewayFault('FORBIDDEN');
  });
}

/** The session of a request, from its token; account and roles are asked for anew, so that a dismissed clerk is out at once. */
export async function identify(request: FastifyRequest, projection: Projection): Promise<void> {
  let session: Session;
  try {
    session = await request.jwtVerify<Session>();
  } catch {
    throw new GatewayFault('NOT_SIGNED_IN');
  }
  const staff = projection.get('staff', session.staff);
  if (staff?.active !== true || staff.agency !== session.agency) throw new GatewayFault('NOT_SIGNED_IN');
  if (request.cookies[COOKIE] !== undefined && !SAFE.has(request.method)) sameOrigin(request);
  request.session = { ...session, roles: staff.roles };
}

/** A cookie travels with requests of other sites' pages too: those name their origin. */
function sameOrigin(request: FastifyRequest): void {
  const origin = request.headers.origin;
  // "null" is the origin of sandboxed frames and files: not ours either.
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.headers.host)) throw new GatewayFault('FORBIDDEN');
  if (request.headers['sec-fetch-site'] === 'cross-site') throw new GatewayFault('FORBIDDEN');
}

/** The session of a route that is not public. */
export function sessionOf(request: FastifyRequest): Session & { readonly roles: readonly Role[] } {
  if (!request.session) throw new GatewayFault('NOT_SIGNED_IN');
  return request.session;
}
