/** Self-reports over HTTP: made, recorded by a signed act, opened, and checked at the gateway of another agency. */
import { readSheet } from 'read-excel-file/node';
import t from 'tap';
import { quarterDays, quarterOf } from '#chaincode/facts/report';
import { addDays } from '#chaincode/facts/calendar';
import type { Checked, ReportRow, ReportView } from '#gateway/acts/report/report';
import { signAct, type Signable } from '#gateway/acts/licence/sign';
import { buildApp } from '#gateway/app';
import { KIND } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { sha256Text } from '#chaincode/facts/hash';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { bothHeard, said, twoGateways } from '#test/support/gateways';
import { permit } from '#test/support/installation';

const gateways = await twoGateways();
const { source, other } = gateways;
const { services } = source;
const app = await buildApp({ services, rateLimits: false });
await app.ready();
t.teardown(async () => { await app.close(); await gateways.close(); });

const bureau = source.acting('approver').agency;
const as = (name: string) => { const { staff, agency } = source.acting(name); return { authorization: `Bearer ${app.jwt.sign({ staff, agency, displayName: '', method: 'password', ...services.sessions.begin(staff) })}` }; };
const get = (path: string, who = 'approver') => app.inject({ url: `/api/reports/${path}`, headers: as(who) });
const check = async (quarter: string, body: object = {}) => other.app.inject({ method: 'POST', url: `/api/reports/${bureau}/${quarter}/check`, headers: other.headers(), payload: body });
const now = quarterOf(todayOf(services.clock, services.drafter.zone));
/** The last one that is over. */
const last = quarterOf(addDays(quarterDays(now)?.from ?? todayOf(services.clock, services.drafter.zone), -1));

async function recorded(act: object | undefined, who = 'approver') {
  const drafted = await app.inject({ method: 'POST', url: '/api/drafts', headers: as(who), payload: { requestId: randomId(), act: { op: 'register', act } } });
  if (drafted.statusCode !== 201) return drafted;
  const shown = drafted.json<Signable>();
  return app.inject({ method: 'POST', url: `/api/drafts/${shown.requestId}/signatures`, headers: as(who), payload: { actors: [signAct(source.file(who), shown)] } });
}

void t.test('when the quarter runs', async (t) => {
  const issued = await services.acts.perform(source.acting('clerk'), randomId(), permit());
  const { file, act, names } = (await get(`${bureau}/${now}`)).json<ReportView>();
  t.match([file.report.interim, act], [true, undefined]);
  t.match(names.of[KIND.hygiene], { zh: /卫生/ });
  const figure = file.report.figures.find((each) => each.figure === 'licence.issue' && each.of === KIND.hygiene);
  const { rows } = (await get(`${bureau}/${now}/rows?figure=licence.issue&of=${KIND.hygiene}`)).json<{ rows: ReportRow[] }>();
  t.equal(rows.length, figure?.count);
  t.match(rows.at(-1), { noun: 'licence', id: issued.licence, identifier: issued.identifier, part: '1', block: Number(issued.block) });
  const pages = (await get(`${bureau}/${now}/rows?figure=licence.issue&of=${KIND.hygiene}&limit=1`)).json<{ rows: ReportRow[]; next: string }>();
  t.match((await get(`${bureau}/${now}/rows?figure=licence.issue&of=${KIND.hygiene}&limit=200&after=${encodeURIComponent(pages.next)}`)).json<{ rows: ReportRow[] }>().rows.map(({ id }) => id), rows.slice(1).map(({ id }) => id));
  const refused = await recorded({ op: 'report.record', agency: bureau, quarter: now, block: 1, form: 1, digest: sha256Text('early') });
  t.match(refused.json(), { code: 'REPORT_QUARTER_OPEN' });
});

void t.test('when it is taken along as a file', async (t) => {
  const xlsx = await get(`${bureau}/${now}/file?format=xlsx`);
  t.match(xlsx.headers, { 'content-type': /spreadsheetml/, 'content-disposition': `attachment; filename="${now}.xlsx"` });
  const sheets = await Promise.all([1, 2].map((sheet) => readSheet(xlsx.rawPayload, sheet)));
  const { file, digest } = (await get(`${bureau}/${now}`)).json<ReportView>();
  t.ok(sheets[0]?.some((row) => row.includes(digest)) && sheets[0].some((row) => row.includes('样例 非有效证照')), 'what it is, and that it is made up');
  const listed = sheets[1]?.slice(1) ?? [];
  t.strictSame(listed.map(([, figure, , of, , count]) => [figure, of, count]).sort(), [...file.report.figures, ...file.uses].map(({ figure, of, count }) => [figure, of, count]).sort());
  for (const row of listed) {
    const address = new URL(String(row[6]));
    const { rows } = (await app.inject({ url: `${address.pathname}${address.search}&limit=200`, headers: as('approver') })).json<{ rows: ReportRow[] }>();
    t.equal(rows.reduce((sum, { count }) => sum + count, 0), row[5], `${String(row[1])}: the address opens as many records`);
  }
  const pdf = await get(`${bureau}/${now}/file?format=pdf`, 'auditor');
  t.match([pdf.headers['content-type'], pdf.rawPayload.subarray(0, 8).toString('latin1')], ['application/pdf', '%PDF-1.7']);
  t.strictSame((await get(`${bureau}/${now}/file?format=json`)).json(), file);
  t.equal((await get(`${bureau}/${now}/file?format=csv`)).statusCode, 400);
  t.equal((await get(`${bureau}/${now}/file?format=pdf`, 'market-approver')).statusCode, 404);
});

void t.test('when somebody asks who may not', async (t) => {
  t.equal((await get(`${bureau}/${last}`, 'auditor')).statusCode, 200, 'an auditor of the agency');
  t.equal((await get(`${bureau}/${last}`, 'clerk')).statusCode, 403);
  t.equal((await get(`${bureau}/${last}`, 'market-approver')).statusCode, 404, 'another agency\'s');
  t.equal((await get(`${bureau}/${last}/rows?figure=licence.issue&of=${KIND.food}`, 'market-approver')).statusCode, 404);
  t.match(said(await get(`${bureau}/2999Q1`)), /REPORT_QUARTER_AHEAD/);
  t.equal((await get(`${bureau}/2026Q7`)).statusCode, 400);
  t.equal((await app.inject({ url: `/api/reports/${bureau}/${last}` })).statusCode, 401);
  const { act } = (await get(`${bureau}/${last}`)).json<ReportView>();
  t.equal((await recorded(act, 'auditor')).statusCode, 403, 'who audits writes nothing');
  const forged = await recorded({ ...act, agency: source.acting('market-approver').agency });
  t.match(forged.json(), { code: 'REPORT_NOT_YOURS' }, 'nor does anybody for another agency');
});

void t.test('when it is recorded', async (t) => {
  const { file, act, digest } = (await get(`${bureau}/${last}`)).json<ReportView>();
  t.equal((await recorded(act)).statusCode, 201);
  t.match((await recorded(act)).json(), { code: 'REPORT_AFTER' }, 'a second one must name the first');
  await bothHeard(gateways);
  t.match((await check(last, { file })).json<Checked>(), { outcome: 'unchecked', recorded: { version: 1, digest }, checks: [...['file', 'block', 'whole', 'figures'].map((name) => ({ check: name, outcome: 'pass' })), { check: 'uses', code: 'REPORT_USES_ABSENT' }] }, 'another agency counts the same, and says what it could not look at');
  t.match((await get(`${bureau}/${last}`)).json<ReportView>(), { recorded: [{ version: 1, digest }], act: { after: digest } });
  t.equal((await check('2001Q1')).statusCode, 404);
});

void t.test('when what is recorded is not so', async (t) => {
  const { file, act } = (await get(`${bureau}/${last}`)).json<ReportView>();
  t.equal((await recorded({ ...act, digest: sha256Text('not so') })).statusCode, 201);
  await bothHeard(gateways);
  const checked = (await check(last)).json<Checked>();
  t.match(checked, { outcome: 'fail', recorded: { version: 2, after: act?.after } });
  t.match(checked.checks.find(({ check: name }) => name === 'figures'), { outcome: 'fail', code: 'REPORT_FIGURES' });
  t.match((await check(last, { version: 1 })).json<Checked>(), { outcome: 'unchecked', differences: [] }, 'the first stays as it was');
  const figures = [...file.report.figures, { figure: 'licence.issue', of: KIND.food, count: 99 }];
  const changed = (await check(last, { version: 1, file: { ...file, report: { ...file.report, figures } } })).json<Checked>();
  t.match(changed, { outcome: 'fail', differences: [{ figure: 'licence.issue', of: KIND.food, said: 99, found: 0 }] });
});

void t.test('when the index is read anew from the first block', async (t) => {
  await app.close();
  await source.restart(async () => { t.strictSame((await reconcile(source.data, () => undefined)).findings, [], 'it has the same rows'); });
});
