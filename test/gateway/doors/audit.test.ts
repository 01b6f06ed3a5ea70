/** The audit door over HTTP: what an auditor may see, that his looking is recorded, and that he changes nothing. */
import { subscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { FINDINGS_MAX } from '#chaincode/facts/supervision';
import type { AuditedAct } from '#gateway/acts/audit/act-views';
import { Audit, type Dossier, type DossierAsOf } from '#gateway/acts/audit/audit';
import type { WorkingHours } from '#gateway/acts/audit/hours';
import { KIND } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';
import { instead } from '#test/support/gateways';
import { permit, signed } from '#test/support/installation';
import { foodFace } from '#test/support/samples';

const routes: { method: string; url: string; access: unknown }[] = [];
subscribe('fastify.initialization', (message) => {
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route: RouteOptions) => { for (const method of [route.method].flat()) routes.push({ method, url: route.url, access: route.config?.access }); });
});

const { installation, app, authorized } = await installApp();
const { services } = installation;
const registrar = new Registrar(services, installation.administrator);
const [clerk, market, auditor] = ['clerk', 'market', 'auditor'].map((name) => installation.acting(name)) as [ReturnType<typeof installation.acting>, ReturnType<typeof installation.acting>, ReturnType<typeof installation.acting>];
const supervisor = { staff: (await registrar.staff({ agency: market.agency, roles: ['auditor'], withKey: false })).id, agency: market.agency };
const HOLDER = '91370303MA99TXT04C';
const today = todayOf(services.clock, services.drafter.zone);

const get = async <T>(url: string, who = auditor): Promise<T> => {
  const answer = await app.inject({ url, headers: authorized(who) });
  t.equal(answer.statusCode, 200, `${url}: ${answer.body}`);
  return answer.json<T>();
};
const acts = async (query: string, who = auditor): Promise<AuditedAct[]> => (await get<{ acts: AuditedAct[] }>(`/api/audit/acts?${query}`, who)).acts;
const refusedFor = (refusal: string) => ({ code: 'REFUSED', refusal }) as unknown as Error;
const codeOf = (answer: { json(): unknown }) => (answer.json() as { code: string }).code;

const hygiene = await services.acts.perform(clerk, randomId(), permit());
const [identifier, licence] = [hygiene.identifier ?? '', hygiene.licence ?? ''];
await services.acts.perform(clerk, randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION', effectiveOn: today, docNo: '（演示）停〔2026〕1号' });
const food = await signed(installation, ['clerk', 'approver'], { op: 'issue', kind: KIND.food, face: foodFace(77), validUntil: '2029-03-14' });

void t.test('when the history of a licence is read', async (t) => {
  const before = services.useLog.size;
  const dossier = await get<Dossier>(`/api/audit/licences/${identifier}?purpose=AUDIT&case=%E5%AE%A11`);
  t.match(dossier.events, [
    { seq: 1, act: 'issue', status: 'VALID', by: { code: clerk.agency }, actors: [{ staff: clerk.staff, method: 'gateway', agency: clerk.agency }], effectiveOn: today, transaction: /^[0-9a-f]{64}$/, block: /^\d+$/ },
    { seq: 2, act: 'suspend', status: 'SUSPENDED', reason: 'RECTIFICATION', docNo: '（演示）停〔2026〕1号' },
  ]);
  t.match(dossier.events[0]?.actors[0]?.name, /./, 'a name, for staff of his own agency');
  t.match(dossier.versions, [{ version: 1, identifier, status: 'SUSPENDED', documents: [{ type: 'credential' }] }]);
  t.match(dossier.uses[0], { seq: before, staff: auditor.staff, act: 'look-up', purpose: 'AUDIT', caseNo: '审1' }, 'that he looked is there before he sees it');
  t.equal(services.useLog.size, before + 1);
});

void t.test('when what follows an issue is searched for', async (t) => {
  const register = (who: typeof clerk, act: object) => services.acts.perform(who, randomId(), { op: 'register', act } as never);
  const later = await services.acts.perform(clerk, randomId(), { ...permit(), conditions: [{ material: 'LAYOUT', dueOn: addDays(today, 20), consequence: 'reminder' }] });
  await register(clerk, { op: 'condition.extend', licence: later.licence, material: 'LAYOUT', dueOn: addDays(today, 30) });
  await register(clerk, { op: 'condition.meet', licence: later.licence, material: 'LAYOUT' });
  await register(market, { op: 'supervision.take', licence: food.licence, version: 1 });
  await register(market, { op: 'supervision.find', id: randomId(), licence: food.licence, version: 1, finding: 'RECTIFY', onDay: today, docNo: '（演示）检〔2026〕1号' });
  const post = (url: string, payload: object, who = clerk) => app.inject({ method: 'POST', url, headers: authorized(who), payload });
  const ordered = (await post('/api/print-orders', { requestId: randomId(), licences: [later.identifier] })).json<{ results: { id: string }[] }>().results[0]?.id ?? '';
  await post('/api/print-orders/steps', { requestId: randomId(), act: 'cancel', orders: [{ id: ordered }], reason: 'MISTAKEN' });
  t.match(await acts('act=condition.extend'), [{ noun: 'condition', identifier: later.identifier, status: 'extend', actors: [{ staff: clerk.staff }], transaction: /./ }]);
  t.match(await acts('act=condition.meet'), [{ identifier: later.identifier }]);
  t.match(await acts(`act=supervision.take&kind=${KIND.food}`), [{ identifier: food.identifier, by: { code: market.agency }, manager: { code: clerk.agency }, actors: [{ staff: market.staff }] }]);
  t.match(await acts('act=supervision.find', supervisor), [{ identifier: food.identifier, reason: 'RECTIFY', reasonWords: { zh: '发现问题，责令限期整改' }, docNo: '（演示）检〔2026〕1号' }]);
  t.match(await acts('act=print.cancel'), [{ id: ordered, reason: 'MISTAKEN', identifier: later.identifier }]);
  const names = new Set((await acts(`actor=${clerk.staff}&limit=200`)).map(({ act }) => act));
  for (const name of ['condition.extend', 'condition.meet', 'print.order', 'print.cancel', 'issue']) t.ok(names.has(name), `all acts of one clerk: ${name}`);
  t.strictSame(await acts('act=print.cancel', supervisor), [], 'of another agency, nothing');
  t.strictSame(new Set((await acts(`licence=${later.identifier ?? ''}&limit=200`)).map(({ act }) => act)), new Set(['issue', 'condition.extend', 'condition.meet', 'print.order', 'print.cancel']), 'all acts of one licence');
});

void t.test('when two agencies take the supervision of one licence', async (t) => {
  await services.acts.perform(clerk, randomId(), { op: 'register', act: { op: 'supervision.take', licence: food.licence ?? '', version: 1 } });
  const taken = await acts(`act=supervision.take&kind=${KIND.food}`);
  t.match(taken, [{ by: { code: clerk.agency }, actors: [{ staff: clerk.staff }] }, { by: { code: market.agency }, actors: [{ staff: market.staff }] }], 'each by its own person');
  t.not(taken[0]?.transaction, taken[1]?.transaction);
});

void t.test('when acts of one licence are searched for', async (t) => {
  const before = services.useLog.size;
  const found = await acts(`licence=${food.identifier ?? ''}`, supervisor);
  t.equal(services.useLog.size, before + 1, 'its history was read: that is recorded');
  t.match(services.useLog.read(before), { record: { staff: supervisor.staff, act: 'look-up', licence: food.licence } });
  t.ok(found.some(({ act }) => act === 'supervision.find'), `with what followed: ${found.map(({ act }) => act).join()}`);
});

void t.test('when acts are searched for', async (t) => {
  const ids = (found: readonly AuditedAct[]) => found.map(({ id, seq }) => `${id}/${String(seq)}`);
  t.ok(ids(await acts('act=suspend')).includes(`${licence}/2`));
  t.strictSame(ids(await acts(`licence=${identifier}`)), [`${licence}/2`, `${licence}/1`], 'newest first');
  t.strictSame(ids(await acts(`licence=${identifier}&act=issue`)), [`${licence}/1`]);
  t.ok(ids(await acts(`actor=${clerk.staff}`)).includes(`${food.licence ?? ''}/1`), 'all acts of one clerk');
  t.ok((await acts(`actor=${clerk.staff}`)).every(({ actors }) => actors.some(({ staff }) => staff === clerk.staff)));
  const ofKind = await acts(`kind=${KIND.hygiene}&limit=200`);
  t.ok(ofKind.length > 1 && ofKind.every(({ id }) => id.startsWith(KIND.hygiene)));
  t.ok(ids(await acts(`agency=${clerk.agency}&kind=${KIND.food}`)).includes(`${food.licence ?? ''}/1`));
  t.strictSame(await acts(`from=${addDays(today, 1)}`), []);
  t.strictSame(await acts(`to=${addDays(today, -1)}`), []);
  t.ok((await acts(`from=${today}&to=${today}&limit=200`)).length > 2);
  t.match((await app.inject({ url: '/api/audit/acts?from=2026-02-30', headers: authorized(auditor) })).body, /DATE_UNREAL/);
  const first = await get<{ acts: AuditedAct[]; next?: string }>('/api/audit/acts?limit=1');
  const second = await get<{ acts: AuditedAct[] }>(`/api/audit/acts?limit=1&before=${encodeURIComponent(first.next ?? '')}`);
  t.equal(first.acts.length, 1);
  t.not(second.acts[0]?.cursor, first.acts[0]?.cursor, 'the next page goes on');
});

void t.test('when many acts of one licence stand on a page', async (t) => {
  const read: string[] = [];
  instead(t, services.lookup, 'whole', (original) => (record) => { read.push(record.id); return original(record); });
  const found = (await acts('limit=200')).filter(({ noun }) => noun === 'licence');
  t.ok(found.length > new Set(found.map(({ id }) => id)).size, 'there are such');
  t.strictSame([...read].sort(), [...new Set(found.map(({ id }) => id))].sort(), 'its record is read once');
});

void t.test('when acts outside of working hours are asked for', async (t) => {
  const { projection, vault, lookup, uses, useLog: log, traces, grants, drafter, clock } = services;
  const found = async (hours: WorkingHours) => (await new Audit({ projection, vault, lookup, uses, log, traces, grants, drafter, clock, hours, hosted: () => [], names: async () => new Map() }).search(auditor, { outside: true, limit: 200 })).acts;
  const all = await acts('limit=200');
  const night = await found({ from: 0, until: 0 });
  t.strictSame(night.map(({ cursor }) => cursor), all.map(({ cursor }) => cursor), 'nobody should have worked');
  t.ok(night.every(({ outside }) => outside));
  const weekend = all.filter(({ at }) => [0, 6].includes(new Date(Date.parse(at) + 8 * 3600_000).getUTCDay()));
  t.strictSame((await found({ from: 0, until: 1440 })).map(({ cursor }) => cursor), weekend.map(({ cursor }) => cursor), 'all day long, but for Saturdays and Sundays');
});

void t.test('when the licence is asked for as of a day', async (t) => {
  const at = (on: string, known?: string) => get<DossierAsOf>(`/api/audit/licences/${identifier}/as-of?on=${on}${known === undefined ? '' : `&known=${known}`}`);
  t.match(await at(today), { status: 'SUSPENDED', version: 1, event: 2, on: today, known: today, licence: { face: [{ name: 'holderName' }] } });
  const nothing = await at(today, addDays(today, -1));
  t.strictSame(nothing, { status: 'NOT_RECORDED', on: today, known: addDays(today, -1) }, 'no word of the face that came later');
  const soon = await at(addDays(today, -1));
  t.match(soon, { status: 'NOT_YET_VALID', version: 1 });
  t.notOk(soon.decision, 'no act had taken effect');
  t.notMatch(JSON.stringify(soon), /SUSPENDED|停〔2026〕/, 'nothing of what it is today');
  t.strictSame(Object.keys(soon.licence ?? {}).sort(), ['face', 'identifier', 'issuedOn', 'issuer', 'kind', 'licence', 'validFrom', 'validUntil', 'version'], 'the version that it was, and how to find it');
  t.match((await at(today)).decision, { act: 'suspend', decidedBy: clerk.agency, effectiveOn: today });
  const before = services.useLog.size;
  await at(today);
  t.equal(services.useLog.size, before + 1, 'the face was shown: that is recorded');
});

void t.test('when an auditor of another agency asks', async (t) => {
  const url = (of: string) => `/api/audit/licences/${of}`;
  for (const path of [url(identifier), `${url(identifier)}/as-of?on=${today}`, `/api/audit/acts?licence=${identifier}`]) t.equal((await app.inject({ url: path, headers: authorized(supervisor) })).statusCode, 404, `${path}: it supervises no hygiene permits`);
  const dossier = await get<Dossier>(url(food.identifier ?? ''), supervisor);
  t.match(dossier.events[0], { act: 'issue', actors: [{ staff: clerk.staff }, {}] }, 'food permits it does');
  t.equal(dossier.events[0]?.actors[0]?.name, undefined, 'without the names of other agencies');
  t.equal(dossier.licence.audience, 'public', 'and no more of the face than anybody');
  const seen = await acts('limit=200', supervisor);
  t.ok(seen.some(({ id }) => id === food.licence));
  t.notOk(seen.some(({ id }) => id.startsWith(KIND.hygiene)));
  t.notOk((await acts(`actor=${clerk.staff}&limit=200`, supervisor)).some(({ id }) => id.startsWith(KIND.hygiene)), 'nor by way of the clerk');
  t.strictSame(await acts(`kind=${KIND.hygiene}`, supervisor), []);
});

void t.test('when a holder is looked for', async (t) => {
  const ask = (payload: object) => app.inject({ method: 'POST', url: '/api/audit/holders', headers: authorized(auditor), payload: { kind: KIND.hygiene, holder: HOLDER, purpose: 'AUDIT', ...payload } });
  const before = services.useLog.size;
  const found = (await ask({})).json<{ licences: { licence: string }[] }>().licences;
  t.ok(found.some((each) => each.licence === licence));
  t.equal(services.useLog.size, before + found.length, 'a record for each');
  t.match(services.useLog.read(before), { record: { staff: auditor.staff, act: 'look-up', purpose: 'AUDIT' } });
  t.equal(codeOf(await ask({ purpose: undefined })), 'REQUEST_MALFORMED', 'not without a purpose');
  t.match((await ask({ purpose: 'CURIOSITY' })).body, /PURPOSE_UNKNOWN/);
  const missed = services.useLog.size;
  t.equal((await ask({ holder: '91370303MA99TXT202' })).statusCode, 404);
  t.equal(services.useLog.size, missed + 1, 'nor unseen where there is none');
});

void t.test('when a stolen session of an auditor tries to write', async (t) => {
  // The root over what was looked at so far would be a block too.
  await services.anchoring.anchor();
  const height = await services.ledger.height();
  const writing = routes.filter(({ method, access }) => !['GET', 'HEAD', 'OPTIONS'].includes(method) && Array.isArray(access) && !access.includes('auditor'));
  t.ok(writing.length > 20);
  for (const { method, url } of writing) {
    const answer = await app.inject({ method: method as 'POST', url: url.replace(/:identifier/, identifier).replace(/:\w+/g, randomId()), headers: authorized(auditor), payload: {} });
    t.equal(answer.statusCode, 403, `${method} ${url}`);
  }
  // Doors that are open to whoever is signed in still come to the contract, which asks for the role.
  const sent = await app.inject({ method: 'POST', url: '/api/acts', headers: authorized(auditor), payload: { requestId: randomId(), act: { op: 'restore', licence, reason: 'RECTIFIED' } } });
  t.ok([403, 409].includes(sent.statusCode), sent.body);
  for (const act of [{ op: 'restore', licence, reason: 'RECTIFIED' } as const, permit()]) await t.rejects(services.acts.perform(auditor, randomId(), act), refusedFor('ACTOR_ROLE'), 'nor past the doors');
  await t.rejects(signed(installation, ['auditor'], { op: 'restore', licence, reason: 'RECTIFIED' }), refusedFor('ACTOR_ROLE'), 'nor with his key');
  t.equal(await services.ledger.height(), height, 'no block came of it');
});

void t.test('when a supervisor finds more than the record holds', async (t) => {
  for (let i = 0; i < FINDINGS_MAX; i++) await services.acts.perform(market, randomId(), { op: 'register', act: { op: 'supervision.find', id: randomId(), licence: food.licence ?? '', version: 1, finding: 'RECTIFY', onDay: today } });
  t.equal((await acts('act=supervision.find&limit=200')).length, FINDINGS_MAX + 1, 'the first is not lost to the auditor');
});
