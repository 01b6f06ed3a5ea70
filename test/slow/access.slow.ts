/** The doors over HTTP: who may, what is refused and how, and that nothing unforeseen ever leaves. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import type { FastifyInstance, InjectOptions, RouteOptions } from 'fastify';
import t from 'tap';
import { sessionDigest } from '#gateway/identity/challenge';
import { signDigest } from '#gateway/acts/licence/sign';
import type { Access, Session } from '#gateway/access';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';
import { newDevice, takenUp } from '#test/support/holders';
import { permit, signed } from '#test/support/installation';
import { HOLDER } from '#test/support/ledger';
import { pathsOf, replaced } from '#test/support/paths';

const routes: { method: string; url: string; access: Access | undefined; body: boolean }[] = [];
subscribe('fastify.initialization', (message) => {
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route: RouteOptions) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, access: route.config?.access ?? (route.url.startsWith('/docs') ? 'public' : undefined), body: (route.schema?.body) !== undefined });
  });
});

const { installation, app } = await installApp();
const { services } = installation;

const sessionFor = (name: string): Session => {
  const { staff, agency } = name === 'administrator' ? installation.administrator : installation.acting(name);
  return { staff, agency, displayName: name, method: 'password', ...services.sessions.begin(staff) };
};
const bearer = (name: string) => ({ authorization: `Bearer ${app.jwt.sign(sessionFor(name))}` });
const phone = await takenUp(installation, newDevice());
const holderBearer = () => ({ authorization: `Bearer ${app.jwt.holder.sign({ device: phone.id, ...services.sessions.begin(phone.id) })}` });
const readerBearer = () => ({ authorization: `Bearer ${app.jwt.holder.sign({ subject: HOLDER, ...services.sessions.begin(HOLDER) })}` });
const inject = (options: InjectOptions) => app.inject(options);
const codeOf = (response: { json: () => unknown }) => (response.json() as { code?: string }).code;
const post = (url: string, payload: unknown, headers: Record<string, string> = bearer('clerk')) => inject({ method: 'POST', url, headers, payload: payload as object });
const act = (input: unknown, requestId = randomId()) => post('/api/acts', { requestId, act: input });

const issued = (await act(permit())).json<{ licence: string; identifier: string }>();
const concrete = (url: string) => url.replace(':identifier', issued.identifier).replace(':requestId', randomId()).replace(':number', 'x').replace(':file', 'x').replace('*', 'x');

/** Of staff. */
const ANYBODY: ReadonlySet<unknown> = new Set(['signed-in', 'feed']);

/** The same whoever asks without an agency's signature or an operator's pass. */
const ALIKE: Readonly<Record<string, 'open' | number>> = { public: 'open', local: 'open', operator: 403, agency: 401 };

void t.test('when any route is called in any role', async (t) => {
  const roles: Record<string, readonly string[]> = { clerk: ['clerk'], approver: ['approver', 'reviewer'], administrator: ['registrar'], auditor: ['auditor'], market: ['clerk'] };
  let calls = 0;
  for (const { method, url, access } of routes) {
    t.not(access, undefined, `${method} ${url} states its access`);
    for (const who of ['nobody', 'garbage', 'holder', 'reader', ...Object.keys(roles)]) {
      const headers = who === 'nobody' ? {} : who === 'garbage' ? { authorization: 'Bearer x.y.z' } : who === 'holder' ? holderBearer() : who === 'reader' ? readerBearer() : bearer(who);
      const { statusCode } = await inject({ method: method as 'GET', url: concrete(url), headers, ...(['POST', 'PUT', 'PATCH'].includes(method) ? { payload: {} } : {}) });
      calls++;
      const known = who in roles;
      const expected = Object.hasOwn(ALIKE, String(access)) ? ALIKE[String(access)] : access === 'holder' ? (who === 'holder' ? 'open' : 401) : access === 'reader' ? (['holder', 'reader'].includes(who) ? 'open' : 401) : !known ? 401 : ANYBODY.has(access) || roles[who]?.some((role) => (access as readonly string[]).includes(role)) ? 'open' : 403;
      const got = [401, 403].includes(statusCode) ? statusCode : statusCode >= 500 ? `fault ${String(statusCode)}` : 'open';
      t.equal(got, url === '/api/session' && method === 'POST' && got === 401 ? got : expected, `${method} ${url} as ${who}`);
    }
  }
  t.ok(calls > 100);
  for (const [remoteAddress, status] of [['127.0.0.1', 200], ['10.0.0.1', 404], ['::ffff:10.0.0.1', 404]] as const) t.equal((await inject({ url: '/metrics', remoteAddress })).statusCode, status, remoteAddress);
});

void t.test('when a request is not of the form', async (t) => {
  const good = { requestId: randomId(), act: permit() };
  const is = async (what: string, response: Promise<{ statusCode: number; headers: Record<string, unknown>; json: () => unknown }>, status: number, code: string) => {
    const answer = await response;
    t.strictSame([answer.statusCode, codeOf(answer)], [status, code], what);
    t.match(answer.headers['content-type'], 'application/problem+json');
  };
  await is('unknown field', post('/api/acts', { ...good, extra: 1 }), 400, 'REQUEST_MALFORMED');
  await is('unknown field in the act', post('/api/acts', { ...good, act: { ...good.act, extra: 1 } }), 400, 'REQUEST_MALFORMED');
  await is('number as text', post('/api/acts', { ...good, act: { op: 'suspend', licence: issued.licence, reason: 'RECTIFICATION', after: '1' } }), 400, 'REQUEST_MALFORMED');
  await is('request id short', post('/api/acts', { ...good, requestId: 'x' }), 400, 'REQUEST_MALFORMED');
  await is('no JSON', inject({ method: 'POST', url: '/api/acts', headers: { ...bearer('clerk'), 'content-type': 'application/json' }, payload: '{' }), 400, 'REQUEST_MALFORMED');
  await is('proto in JSON', inject({ method: 'POST', url: '/api/acts', headers: { ...bearer('clerk'), 'content-type': 'application/json' }, payload: '{"__proto__":{"x":1}}' }), 400, 'REQUEST_MALFORMED');
  await is('lone surrogate', post('/api/acts', { ...good, act: permit({}, { scope: 'a\ud800' }) }), 400, 'REQUEST_MALFORMED');
  await is('lone surrogate in a document number', post('/api/acts', { ...good, act: permit({ docNo: 'a\ud800' }) }), 400, 'REQUEST_MALFORMED');
  await is('after beyond integers', post('/api/acts', { ...good, act: { op: 'suspend', licence: issued.licence, reason: 'RECTIFICATION', after: 1e300 } }), 400, 'REQUEST_MALFORMED');
  await is('over-long', post('/api/acts', { ...good, act: permit({}, { scope: 'x'.repeat(450_000) }) }), 413, 'TOO_LARGE');
  await is('other media type', inject({ method: 'POST', url: '/api/acts', headers: { ...bearer('clerk'), 'content-type': 'text/csv' }, payload: 'a,b' }), 415, 'MEDIA_TYPE');
  await is('form media type', inject({ method: 'POST', url: '/api/acts', headers: { ...bearer('clerk'), 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=b' }), 415, 'MEDIA_TYPE');
  await is('no such page', inject({ url: '/api/nothing' }), 404, 'NOT_FOUND');
  await is('face with faults', act(permit({}, { holderCode: '91370303MA99TXT04D', scope: '' })), 422, 'FACE_INVALID');
  const wrong = issued.identifier.slice(0, -1) + (issued.identifier.endsWith('A') ? 'B' : 'A');
  await is('identifier with a wrong check', inject({ url: `/api/licences/${wrong}` }), 422, 'FACE_INVALID');
  await is('identifier with a wrong check, status', inject({ url: `/api/status/${wrong}` }), 422, 'FACE_INVALID');
  await is('identifier with a wrong check, history', inject({ url: `/api/licences/${wrong}/history` }), 422, 'FACE_INVALID');
  await is('identifier with a wrong check, verify', post('/api/verify', { identifier: wrong }, {}), 422, 'FACE_INVALID');
  await is('a broken escape', inject({ url: '/api/numbers/%E0%A4%A' }), 400, 'REQUEST_MALFORMED');
  await is('unknown query', inject({ url: '/api/licences?x=1', headers: bearer('clerk') }), 400, 'REQUEST_MALFORMED');
});

void t.test('when a request id is used again', async (t) => {
  const [requestId, input] = [randomId(), permit()];
  const first = await act(input, requestId);
  t.equal(first.statusCode, 201);
  const again = await act(input, requestId);
  t.strictSame([again.statusCode, (again.json<{ licence: string }>()).licence], [200, (first.json<{ licence: string }>()).licence]);
  const other = await act(permit(), requestId);
  t.strictSame([other.statusCode, codeOf(other)], [409, 'REQUEST_ID_REUSED']);
  t.equal((await act(input)).statusCode, 409, 'the same number under another id');
});

void t.test('when tokens are forged', async (t) => {
  const get = async (token: string) => (await inject({ url: '/api/session', headers: { authorization: `Bearer ${token}` } })).statusCode;
  const good = app.jwt.sign(sessionFor('clerk'));
  t.equal(await get(good), 200);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signedBy = (input: string) => `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  const spki = services.keyring.keyPair('session.key');
  const bad: Record<string, string> = {
    'alg none': `${b64({ alg: 'none', typ: 'JWT' })}.${payload}.`, 'alg none with a signature': `${b64({ alg: 'none' })}.${payload}.${signature}`, 'another key': signedBy(`${header}.${payload}`), 'HMAC of the public key': `${b64({ alg: 'HS256' })}.${payload}.${createHmac('sha256', spki.privateKey).update(`${b64({ alg: 'HS256' })}.${payload}`).digest('base64url')}`,
    'claims changed': `${header}.${b64({ ...claims, staff: installation.administrator.staff })}.${signature}`, 'another audience': app.jwt.sign(sessionFor('clerk'), { aud: 'other' }), 'another issuer': app.jwt.sign(sessionFor('clerk'), { iss: 'other' }), expired: app.jwt.sign({ ...sessionFor('clerk'), iat: Math.floor(Date.now() / 1000) - 10 } as never, { expiresIn: '1s' }),
    'an unknown person': app.jwt.sign({ ...sessionFor('clerk'), staff: randomId() }), 'another agency': app.jwt.sign({ ...sessionFor('clerk'), agency: sessionFor('market').agency }), empty: '', 'a staff id of another record': app.jwt.sign({ ...sessionFor('clerk'), staff: '../settings' }),
    "a holder's": holderBearer().authorization.slice(7), 'a token that could not be ended': app.jwt.sign({ ...sessionFor('clerk'), jti: undefined } as never), 'a token of another series': app.jwt.sign({ ...sessionFor('clerk'), series: 1 }),
  };
  for (const [what, token] of Object.entries(bad)) t.equal(await get(token), 401, what);
});

void t.test('when somebody signs in', async (t) => {
  const branch = installation.signIns.find(({ name }) => name === 'branch');
  const attempt = (password: string, name = 'branch') => post('/api/session', { name, password }, {});
  const good = await attempt(branch?.password ?? '');
  t.equal(good.statusCode, 201);
  t.match(good.headers['set-cookie'], /yizheng=.*HttpOnly.*SameSite=Strict/);
  const unknown = await attempt('wrong password 1', 'nobody');
  for (let i = 0; i < 5; i++) {
    const wrong = await attempt('wrong password 1');
    t.strictSame([wrong.statusCode, codeOf(wrong)], [401, 'SIGN_IN_FAILED']);
    if (i === 0) t.strictSame({ ...(wrong.json<object>()), instance: '' }, { ...(unknown.json<object>()), instance: '' }, 'an unknown name is answered alike');
  }
  const locked = await attempt(branch?.password ?? '');
  t.strictSame([locked.statusCode, codeOf(locked)], [429, 'TOO_MANY_REQUESTS'], 'locked after five, also for the right password');
  for (let i = 0; i < 4; i++) await attempt('wrong password 1', 'nobody');
  t.equal(codeOf(await attempt('wrong password 1', 'nobody')), 'TOO_MANY_REQUESTS', 'and so is a name that nobody has: a lock does not tell which names there are');
  installation.clock.aheadMs = 31_000;
  t.equal((await attempt(branch?.password ?? '')).statusCode, 201, 'and open again after a while');
  installation.clock.aheadMs = 0;
});

void t.test('when somebody signs in with a key', async (t) => {
  const file = installation.file('clerk');
  const { challenge, ledger } = (await inject({ url: '/api/session/challenge' })).json<{ challenge: string; ledger: string }>();
  const actor = signDigest(file, sessionDigest(ledger, file.staff, challenge));
  t.equal((await post('/api/session', { challenge, actor }, {})).statusCode, 201);
  t.equal((await post('/api/session', { challenge, actor }, {})).statusCode, 401, 'a challenge is good once');
  const own = randomId();
  t.equal((await post('/api/session', { challenge: own, actor: signDigest(file, sessionDigest(ledger, file.staff, own)) }, {})).statusCode, 401, 'a challenge of his own');
  const next = ((await inject({ url: '/api/session/challenge' })).json<{ challenge: string }>()).challenge;
  t.equal((await post('/api/session', { challenge: next, actor: { staff: file.staff, method: 'gateway' } }, {})).statusCode, 401, 'on the word of the gateway');
  const third = ((await inject({ url: '/api/session/challenge' })).json<{ challenge: string }>()).challenge;
  t.equal((await post('/api/session', { challenge: third, actor: signDigest(file, sessionDigest(ledger, installation.file('approver').staff, third)) }, {})).statusCode, 401);
});

void t.test('when a page of another site posts', async (t) => {
  const cookie = `yizheng=${app.jwt.sign(sessionFor('clerk'))}`;
  const from = async (headers: Record<string, string>) => (await post('/api/acts', { requestId: randomId(), act: permit() }, { cookie, host: 'yizheng.example', ...headers })).statusCode;
  t.equal(await from({ origin: 'http://yizheng.example' }), 201);
  for (const origin of ['https://evil.example', 'http://yizheng.example.evil.example', 'http://yizheng.example:81', 'null', 'file://', 'x']) t.equal(await from({ origin }), 403, origin);
  t.equal(await from({ 'sec-fetch-site': 'cross-site' }), 403, 'without an origin, but the browser says so');
});

void t.test('when a member of staff is dismissed', async (t) => {
  const registrar = new Registrar(services, installation.administrator);
  const { id, file } = await registrar.staff({ agency: installation.administrator.agency, roles: ['clerk'], withKey: true });
  const headers = { authorization: `Bearer ${app.jwt.sign({ staff: id, agency: installation.administrator.agency, displayName: '', method: 'key-file', ...services.sessions.begin(id) })}` };
  t.equal((await inject({ url: '/api/session', headers })).statusCode, 200);
  const record = services.projection.get('staff', id);
  await registrar.register({ op: 'staff.put', id, agency: record?.agency ?? '', person: record?.person ?? '', roles: ['clerk'], active: false, keys: [...(record?.keys ?? [])] });
  t.equal((await inject({ url: '/api/session', headers })).statusCode, 401, 'at once');
  t.equal((await post('/api/acts', { requestId: randomId(), act: permit() }, headers)).statusCode, 401);
  t.ok(file);
});

void t.test('when a draft is signed', async (t) => {
  const requestId = randomId();
  const draft = await post('/api/drafts', { requestId, act: { op: 'annul', licence: issued.licence, reason: 'GRANTED_UNLAWFULLY' } });
  t.equal(draft.statusCode, 201);
  const digest = Buffer.from((draft.json<{ digest: string }>()).digest, 'base64url');
  const [one, two] = [signDigest(installation.file('clerk'), digest), signDigest(installation.file('approver'), digest)];
  const send = (actors: unknown[], who = 'clerk', id = requestId) => post(`/api/drafts/${id}/signatures`, { actors }, bearer(who));
  t.equal(codeOf(await send([one])), 'ACTORS_TOO_FEW');
  t.equal(codeOf(await send([one, one])), 'ACTORS_SAME_PERSON');
  t.equal(codeOf(await send([one, two], 'clerk', randomId())), 'DRAFT_UNKNOWN');
  t.equal(codeOf(await send([one, two], 'market')), 'DRAFT_UNKNOWN', "another agency's draft");
  t.strictSame([(await send([one, two])).statusCode], [201]);
  t.equal(codeOf(await send([one, two])), 'DRAFT_UNKNOWN');
  t.match((await signed(installation, ['clerk'], permit())).status, 'VALID');
});

void t.test('when another agency reads', async (t) => {
  const { identifier } = (await act(permit())).json<{ identifier: string }>();
  const faceOf = async (headers: Record<string, string>) => ((await inject({ url: `/api/licences/${identifier}`, headers })).json<{ licence: { face: { name: string }[] } }>()).licence.face.map(({ name }) => name);
  t.ok((await faceOf(bearer('clerk'))).includes('personInCharge'));
  for (const headers of [{}, bearer('market'), bearer('branch'), { authorization: 'Bearer x' }]) t.notOk((await faceOf(headers)).includes('personInCharge'));
  for (const path of ['credential', 'qr.svg']) {
    t.equal((await inject({ url: `/api/licences/${identifier}/${path}`, headers: bearer('market') })).statusCode, 404, path);
    t.equal((await inject({ url: `/api/licences/${identifier}/${path}`, headers: bearer('clerk') })).statusCode, 200, path);
  }
});

void t.test('when any answer leaves', async (t) => {
  for (const url of ['/', '/api/kinds', '/api/nothing', '/health/live', '/api/session']) {
    const { headers } = await inject({ url });
    t.match(headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': /.+/, 'content-security-policy': /default-src '(self|none)'.*frame-ancestors 'none'/ }, url);
    t.equal(headers['x-powered-by'], undefined);
    if (url.startsWith('/api/')) t.equal(headers['cache-control'], 'no-store', `${url} is kept nowhere`);
    t.notMatch(String(headers['content-security-policy']), /unsafe-(inline|eval)/);
  }
  t.equal((await inject({ url: '/health/ready' })).statusCode, 200);
});

void t.test('when anything at all is posted', async (t) => {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'toString', '', '\ud800', 'a\u0000', 1e300, -0, null, '1.2.156.3005.2', issued.licence, issued.identifier, 'x'.repeat(5000)));
  const templates = [
    { url: '/api/acts', body: { requestId: randomId(), act: permit() } }, { url: '/api/acts', body: { requestId: randomId(), act: { op: 'suspend', licence: issued.licence, reason: 'RECTIFICATION', basis: 'XZXKF-38', decidedBy: '113703030099999063', docNo: 'x', effectiveOn: '2026-03-15', after: 1 } } },
    { url: '/api/drafts', body: { requestId: randomId(), act: { op: 'change', licence: issued.licence, face: { scope: 'x' }, validUntil: '2029-03-13' } } }, { url: '/api/drafts', body: { requestId: randomId(), act: { op: 'register', act: { op: 'seal.status', id: randomId(), status: 'stopped' } } } },
    { url: `/api/drafts/${randomId()}/signatures`, body: { actors: [{ staff: randomId(), method: 'key-file', key: randomId(), signature: 'A'.repeat(86) }] } }, { url: '/api/verify', body: { identifier: issued.identifier, token: 'x' } }, { url: '/api/verify', body: { credential: 'x~' } }, { url: '/api/verify', body: { qr: '#1.AAAA' } }, { url: '/api/session', body: { challenge: randomId(), actor: { staff: randomId(), method: 'gateway' } } },
  ];
  const bodies = templates.flatMap(({ url, body }) => pathsOf(body).map((path) => ({ url, body, path })));
  const bad: string[] = [];
  await fc.assert(fc.asyncProperty(fc.constantFrom(...bodies), odd, async ({ url, body, path }, value) => {
    const fresh = 'requestId' in body ? { ...body, requestId: randomId() } : body;
    const response = await post(url, replaced(fresh, path, value) ?? 'null');
    const typed = response.statusCode < 400 || (response.headers['content-type'] ?? '').toString().startsWith('application/problem+json');
    if (response.statusCode >= 500 || !typed) bad.push(`${url} ${path.join('.')} = ${JSON.stringify(value).slice(0, 80)}: ${String(response.statusCode)} ${response.body.slice(0, 200)}`);
  }), { numRuns: 500 });
  t.strictSame(bad, [], 'no fault, and every error is typed');
});
