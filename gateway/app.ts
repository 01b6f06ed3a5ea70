/** The Fastify application: security, access, doors, documentation. No listening: main does that, tests inject. */
import { readFileSync } from 'node:fs';
import cookiePlugin from '@fastify/cookie';
import helmet from '@fastify/helmet';
import jwt, { type FastifyJWTOptions } from '@fastify/jwt';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions, type RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { COOKIE, guard, HOLDER_COOKIE, HOLDER_SESSION_SECONDS, SESSION_SECONDS } from './access.js';
import type { Config } from './config.js';
import { applicationsDoor } from './doors/applications.js';
import { auditDoor } from './doors/audit.js';
import { erasureDoor } from './doors/erasure.js';
import { evidenceDoor } from './doors/evidence.js';
import { issueDoor } from './doors/issue.js';
import { jobsDoor } from './doors/jobs.js';
import { checkDoor } from './doors/check.js';
import { operateDoor } from './doors/operate.js';
import { signInDoor } from './doors/sign-in.js';
import { verifyDoor } from './doors/verify.js';
import { GatewayFault } from './fault.js';
import { connectionCertificates, hostedIdentities } from './hosted.js';
import { randomId } from './keyring.js';
import { sendProblem } from './problem.js';
import type { Services } from './services.js';
import { strictly } from './validation.js';
import { passkeysDoor } from './doors/passkeys.js';
import { reuseDoor } from './doors/reuse.js';
import { sealsDoor } from './doors/seals.js';
import { staffDoor } from './doors/staff.js';
import { pagesDoor } from './doors/pages.js';
import { reportsDoor } from './doors/reports.js';
import { tracesDoor } from './doors/traces.js';
import { trustDoor } from './doors/trust.js';
import { usesDoor } from './doors/uses.js';
import { exchangeDoor } from './doors/exchange.js';
import { delegationsDoor } from './doors/delegations.js';
import { filingsDoor } from './doors/filings.js';
import { workDoor } from './doors/work.js';
import { objectionsDoor } from './doors/objections.js';
import { printOrdersDoor } from './doors/print-orders.js';
import { termsDoor } from './doors/terms.js';
import { alarmsDoor } from './doors/alarms.js';
import { pairingDoor } from './doors/pairing.js';
import { walletDoor } from './doors/wallet.js';
import { identityDoor } from './doors/identity.js';
import { providerDoor } from './doors/provider.js';
import { presentationDoor } from './doors/presentation.js';

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

export interface Limit {
  readonly max: number;
  readonly timeWindow: number;
}
export interface RunState {
  stopping: boolean;
  fatal: unknown;
}
export interface DoorContext {
  readonly services: Services;
  readonly metrics: Registry;
  readonly state: RunState;
  readonly secure: boolean;
  /** Route configuration for a rate limit; none where limits are off (benchmarks, some tests). */
  readonly limits: (limit: Limit) => { rateLimit?: Limit };
}
export type Door = (app: App, context: DoorContext) => Promise<void>;

/** A body is small unless its route is for files or documents. */
const BODY_MAX = 64 * 1024;
const TIMEOUT_MS = 60_000;

export interface AppOptions {
  readonly services: Services;
  readonly state?: RunState;
  readonly logger?: FastifyServerOptions['logger'];
  readonly tls?: Config['tls'];
  readonly trustProxy?: boolean;
  readonly rateLimits?: boolean;
}

export async function buildApp({ services, state = { stopping: false, fatal: undefined }, logger = false, tls, trustProxy = false, rateLimits = true }: AppOptions): Promise<App> {
  const app = fastify({
    logger, trustProxy: trustProxy ? 'loopback' : false, bodyLimit: BODY_MAX, requestTimeout: TIMEOUT_MS, connectionTimeout: TIMEOUT_MS, genReqId: requestIds(), forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // What the router refuses before any route: a broken escape in the address.
    frameworkErrors: sendProblem,
    ...(tls ? { https: { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) } } : {}),
  } as FastifyServerOptions).withTypeProvider<TypeBoxTypeProvider>() as App;
  app.setValidatorCompiler(strictly);
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => sendProblem(new GatewayFault('NOT_FOUND'), request, reply));
  const metrics = instrument(app, services);
  await secureApp(app, services, tls !== undefined, rateLimits);
  await document(app);
  guard(app, services);
  const context: DoorContext = { services, metrics, state, secure: tls !== undefined, limits: (limit) => (rateLimits ? { rateLimit: limit } : {}) };
  for (const door of [signInDoor, verifyDoor, issueDoor, applicationsDoor, jobsDoor, passkeysDoor, staffDoor, sealsDoor, reuseDoor, pairingDoor, walletDoor, trustDoor, usesDoor, evidenceDoor, erasureDoor, exchangeDoor, presentationDoor, identityDoor, providerDoor, delegationsDoor, objectionsDoor, filingsDoor, workDoor, auditDoor, tracesDoor, reportsDoor, printOrdersDoor, termsDoor, alarmsDoor, operateDoor, checkDoor, pagesDoor]) await door(app, context);
  return app;
}

/** Helmet's headers, computed once: they are the same for every answer, and computing them anew costs more than a status. */
async function securityHeaders(https: boolean): Promise<Record<string, string>> {
  const probe = fastify();
  await probe.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], imgSrc: ["'self'", 'data:', 'blob:'], styleSrc: ["'self'"], scriptSrc: ["'self'"], objectSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"], upgradeInsecureRequests: https ? [] : null } },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  probe.get('/', { config: { access: 'public' } }, () => '');
  const { headers } = await probe.inject('/');
  await probe.close();
  return Object.fromEntries(Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string' && !OF_ONE_ANSWER.has(header[0])));
}
/** Answers differ with who asks, and hold personal data: no browser and no cache on the way keeps one, unless its route says otherwise. */
const UNKEPT = { 'cache-control': 'no-store' };
/** What matters for an answer that is not a page. */
const FOR_PROGRAMS = new Set(['x-content-type-options', 'strict-transport-security', 'referrer-policy', 'x-frame-options', 'cross-origin-resource-policy']);
const OF_ONE_ANSWER = new Set(['content-length', 'content-type', 'date', 'connection', 'keep-alive']);

async function secureApp(app: App, services: Services, https: boolean, rateLimits: boolean): Promise<void> {
  const forPages = await securityHeaders(https);
  const forPrograms = { ...Object.fromEntries(Object.entries(forPages).filter(([name]) => FOR_PROGRAMS.has(name))), 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", ...UNKEPT };
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(/^\/(?:api|exchange)\//.test(request.url) ? forPrograms : forPages);
    done();
  });
  await app.register(cookiePlugin);
  const privateKey = createPrivateKey(services.keyring.keyPair('session.key').privateKey);
  const secret = { private: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), public: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString() };
  const tokens = (aud: string, expiresIn: number, cookieName: string) => ({
    secret, sign: { algorithm: 'ES256', iss: 'yizheng-session', aud, expiresIn }, verify: { algorithms: ['ES256'], allowedIss: 'yizheng-session', allowedAud: aud }, cookie: { cookieName, signed: false },
  } as const satisfies Partial<FastifyJWTOptions>);
  await app.register(jwt, tokens('yizheng-gateway', SESSION_SECONDS, COOKIE));
  await app.register(jwt, { ...tokens('yizheng-holder', HOLDER_SESSION_SECONDS, HOLDER_COOKIE), namespace: 'holder', jwtVerify: 'holderVerify', jwtSign: 'holderSign' });
  if (rateLimits) await app.register(rateLimit, { global: false, errorResponseBuilder: () => new GatewayFault('TOO_MANY_REQUESTS') });
}

/** Names requests in the log: unlike from one run to the next, in order within one. */
function requestIds(): () => string {
  const run = randomId().slice(0, 8);
  let count = 0;
  return () => `${run}-${(count++).toString(36)}`;
}

async function document(app: App): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, access: 'public' };
  });
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Yizheng gateway', version: '1', description: 'Electronic licences: issue once, trust everywhere' } } });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}

function instrument(app: App, services: Services): Registry {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const durations = new Histogram({ name: 'yizheng_http_seconds', help: 'time to answer', labelNames: ['route', 'status'], buckets: [0.002, 0.01, 0.05, 0.2, 1, 5], registers: [metrics] });
  const refused = new Counter({ name: 'yizheng_http_refused_total', help: 'answers of 400 and above', labelNames: ['route', 'status'], registers: [metrics] });
  instrumentLedger(metrics, services);
  new Gauge({ name: 'yizheng_seal_days_left', help: 'whole days until a seal in use ends that none has taken over from', labelNames: ['agency', 'seal'], registers: [metrics], async collect() { this.reset(); for (const { agency, seal, daysLeft } of await services.seals.ending()) this.set({ agency, seal }, daysLeft); } });
  new Gauge({ name: 'yizheng_papers_waiting', help: 'sealed versions whose PDF is still to be made', registers: [metrics], async collect() { this.set(await services.papers.waiting()); } });
  new Gauge({ name: 'yizheng_notices_waiting', help: 'messages to web hooks that were not taken yet', registers: [metrics], async collect() { this.set(await services.hooks.waiting()); } });
  instrumentUses(metrics, services);
  instrumentExchange(metrics, services);
  instrumentHeads(metrics, services);
  instrumentAlarms(metrics, services);
  const observers = new Map<string, { observe(seconds: number): void }>(); // routes times statuses: a few dozen
  app.addHook('onResponse', (request, reply, done) => {
    const [route, status] = [request.routeOptions.url ?? 'none', String(reply.statusCode)];
    const series = `${status} ${route}`;
    let duration = observers.get(series);
    if (!duration) observers.set(series, (duration = durations.labels(route, status)));
    duration.observe(reply.elapsedTime / 1000);
    if (reply.statusCode >= 400) refused.inc({ route, status });
    done();
  });
  return metrics;
}

function instrumentUses(metrics: Registry, { anchoring }: Services): void {
  new Gauge({ name: 'yizheng_use_records', help: 'use records in the log of this gateway, and how many of them are under a root on the ledger', labelNames: ['state'], registers: [metrics], collect() { const { records, anchored } = anchoring.state; this.set({ state: 'kept' }, records); this.set({ state: 'anchored' }, anchored); } });
  new Gauge({ name: 'yizheng_use_anchor_lag_seconds', help: 'since the oldest use record that is under no root on the ledger', registers: [metrics], collect() { this.set(anchoring.state.lagSeconds); } });
}

function instrumentExchange(metrics: Registry, { exchange }: Services): void {
  const asked = new Histogram({ name: 'yizheng_source_seconds', help: 'time until the gateway of another agency answered, and how', labelNames: ['agency', 'outcome'], buckets: [0.02, 0.1, 0.5, 2, 5], registers: [metrics] });
  exchange.onAsked = (agency, outcome, seconds) => { asked.observe({ agency, outcome }, seconds); };
}

function instrumentHeads(metrics: Registry, { headSending }: Services): void {
  new Gauge({ name: 'yizheng_head_sent_timestamp_seconds', help: 'when a signed head of the ledger was last sent out of this gateway', registers: [metrics], collect() { this.set(headSending.lastOut === undefined ? 0 : Date.parse(headSending.lastOut) / 1000); } });
  new Gauge({ name: 'yizheng_heads_forked', help: 'heads of other agencies kept here that contradict the chain as this gateway has read it, or an earlier one of theirs', registers: [metrics], async collect() { this.set((await headSending.forks()).length); } });
}

/** By ids and codes alone: whoever reads metrics is nobody's clerk. */
function instrumentAlarms(metrics: Registry, { alarmBook, watch }: Services): void {
  new Gauge({ name: 'yizheng_alarm_since_timestamp_seconds', help: 'open alarms: since when what each tells of is so', labelNames: ['kind', 'subject', 'agency', 'severity'], registers: [metrics], async collect() { this.reset(); for (const { kind, subject, agency = '', severity, since } of await alarmBook.open()) this.set({ kind, subject, agency, severity }, Date.parse(since) / 1000); } });
  new Gauge({ name: 'yizheng_alarm_count', help: 'open alarms that count something: how much', labelNames: ['kind', 'subject', 'agency'], registers: [metrics], async collect() { this.reset(); for (const { kind, subject, agency = '', count } of await alarmBook.open()) if (count !== undefined) this.set({ kind, subject, agency }, count); } });
  new Gauge({ name: 'yizheng_alarms_checked_timestamp_seconds', help: 'when everything was last looked at', registers: [metrics], collect() { this.set(watch.checkedAt === undefined ? 0 : Date.parse(watch.checkedAt) / 1000); } });
}

function instrumentLedger(metrics: Registry, { projection, submitter, ledger, clock }: Services): void {
  new Gauge({ name: 'yizheng_projection_block', help: 'last block in the index', registers: [metrics], collect() { this.set(Number(projection.block)); } });
  new Gauge({ name: 'yizheng_projection_age_seconds', help: 'since the index was known to be current', registers: [metrics], collect() { this.set((Date.now() - Date.parse(projection.knownAt)) / 1000); } });
  new Gauge({ name: 'yizheng_agency_identity_days_left', help: "whole days until an agency's ledger identity ends", labelNames: ['agency'], registers: [metrics], collect() { for (const { agency, daysLeft } of hostedIdentities(submitter.identities, clock.now())) this.set({ agency }, daysLeft); } });
  new Gauge({ name: 'yizheng_connection_certificate_days_left', help: 'whole days until a certificate on the way to the ledger ends', labelNames: ['use'], registers: [metrics], collect() { for (const { use, daysLeft } of connectionCertificates(ledger, clock.now())) this.set({ use }, daysLeft); } });
  new Gauge({ name: 'yizheng_ledger_calls', help: 'calls under way at the peer, and calls that wait for their turn', labelNames: ['state'], registers: [metrics], collect() { this.set({ state: 'in_flight' }, ledger.connection?.inFlight ?? 0); this.set({ state: 'waiting' }, ledger.connection?.waiting ?? 0); } });
  new Gauge({ name: 'yizheng_unsettled_transactions', help: 'sent, and nobody knows yet whether they were committed', registers: [metrics], collect() { this.set(submitter.unsettled); } });
  new Gauge({ name: 'yizheng_endorsement_differs_timestamp_seconds', help: 'when an agency was last seen to compute something else than the others', labelNames: ['msp'], registers: [metrics], collect() { const { disagreement } = submitter.endorser; for (const msp of disagreement?.differing ?? []) this.set({ msp }, (disagreement?.at ?? 0) / 1000); } });
}
