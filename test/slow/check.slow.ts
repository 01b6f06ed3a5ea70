/** The operator's door: a check beside a gateway at work, for whoever may read its data directory, and for nobody else. */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { buildApp } from '#gateway/app';
import { randomId } from '#gateway/keyring';
import { operatorKeyOf, operatorPass } from '#gateway/operator-pass';
import { LiveCheck, type CheckView } from '#gateway/reconcile/live';
import { install, permit } from '#test/support/installation';

const installation = await install();
const { services, data } = installation;
const app = await buildApp({ services, rateLimits: false });
t.teardown(async () => { await app.close(); await installation.remove(); });
const ROUTE = '/api/check';
const pass = (method: string, at = services.clock.now(), path = ROUTE) => operatorPass(operatorKeyOf(data) ?? new Uint8Array(), method, path, at);

await t.test('when somebody else knocks', async (t) => {
  const ask = async (headers: Record<string, string>, more: object = {}) => (await app.inject({ method: 'GET', url: ROUTE, headers, ...more })).json<{ code?: string }>().code;
  t.equal(await ask({}), 'OPERATOR_REFUSED');
  t.equal(await ask({ authorization: `Bearer ${operatorPass(new Uint8Array(32), 'GET', ROUTE, services.clock.now())}` }), 'OPERATOR_REFUSED');
  t.equal(await ask({ authorization: operatorPass(new Uint8Array(32), 'GET', ROUTE, services.clock.now()) }), 'OPERATOR_REFUSED', 'with another key');
  t.equal(await ask({ authorization: pass('GET', services.clock.now() - 61_000) }), 'OPERATOR_REFUSED', 'a pass of a minute ago');
  t.equal(await ask({ authorization: pass('POST') }), 'OPERATOR_REFUSED', 'a pass for another act');
  t.equal(await ask({ authorization: pass('GET'), 'x-forwarded-for': '10.0.0.1' }), 'NOT_FOUND', 'through a proxy');
  t.equal(await ask({ authorization: pass('GET') }, { remoteAddress: '10.0.0.1' }), 'NOT_FOUND', 'from another machine');
  const malformed = await app.inject({ method: 'POST', url: ROUTE, headers: { authorization: pass('POST') }, payload: { repair: 'yes' } });
  t.equal(malformed.statusCode, 400);
  t.match(malformed.json(), { code: 'REQUEST_MALFORMED' });
});

await t.test('when licences are issued while it runs', { timeout: 120_000 }, async (t) => {
  const get = async () => (await app.inject({ method: 'GET', url: ROUTE, headers: { authorization: pass('GET') } })).json<CheckView>();
  t.match(await get(), { state: 'none' });
  let issued = 0;
  let over = false;
  const clerk = installation.acting('clerk');
  const issuing = Promise.all(Array.from({ length: 4 }, async () => {
    while (!over) {
      await services.acts.perform(clerk, randomId(), permit());
      issued++;
    }
  }));
  t.match((await app.inject({ method: 'POST', url: ROUTE, headers: { authorization: pass('POST') }, payload: {} })).json<CheckView>(), { state: 'running' });
  let view = await get();
  for (; view.state === 'running'; view = await get()) await delay(50);
  over = true;
  await issuing;
  t.match(view, { state: 'done', result: { findings: [], total: 0, left: ['ledger', 'extras'] } });
  t.ok(issued > 0, `${String(issued)} issued meanwhile`);
});

await t.test('when rows are damaged under a gateway at work', async (t) => {
  const check = new LiveCheck(services, 50);
  const run = async (repair: boolean) => {
    check.start(repair);
    while (check.view.state === 'running') await delay(20);
    return check.view;
  };
  const [licence = ''] = await services.projection.licencesOf('uscc:91370303MA99TXT04C', 1);
  const record = services.projection.get('licence', licence);
  await services.projection.still(() => services.projection.mend([[`r/licence/${licence}`, '0.0 {"id":"nobody"}'], ['paper/nobody', ''], [`tx/${record?.events[0]?.txId ?? ''}`, undefined]]));
  const damaged = await run(false);
  t.match(damaged.result?.findings.filter(({ invariant }) => invariant === 'c').map(({ code }) => code).sort(), ['INDEX_ROW_DIFFERS', 'INDEX_ROW_EXTRA', 'INDEX_ROW_MISSING', 'RECORD_UNREADABLE']);
  const repaired = await run(true);
  t.strictSame(repaired.result?.findings.map(({ repaired }) => repaired), [true, true, true], 'put right while it runs');
  t.same(services.projection.get('licence', licence), record, 'memory has it too');
  t.match(await run(false), { state: 'done', result: { total: 0 } });
});

await t.test('when it is stopped', async (t) => {
  const check = new LiveCheck(services);
  check.start(false);
  t.match(await check.stop(), { state: 'stopped' });
  check.start(false);
  while (check.view.state === 'running') await delay(20);
  t.match(check.view, { state: 'done', result: { total: 0 } }, 'the next one goes on');
});
