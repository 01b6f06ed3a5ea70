/** Refusals say what stands in the way: the status and what it allows, the kind without the right, the words of every row. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { buildApp } from '#gateway/app';
import { GatewayFault } from '#gateway/fault';
import { withChoices } from '#gateway/messages/choices';
import { randomId } from '#gateway/keyring';
import type { WordedRow } from '#gateway/tables/index';
import { install, permit, signed } from '#test/support/installation';
import { foodFace } from '#test/support/samples';

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const app = await buildApp({ services, rateLimits: false });
t.teardown(() => app.close());
const clerk = installation.acting('clerk');
const perform = (input: Parameters<typeof services.acts.perform>[2]) => services.acts.perform(clerk, randomId(), input);
const refusal = async (work: Promise<unknown>): Promise<{ code: string | undefined; zh: string | undefined; en: string | undefined }> => {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (!(error instanceof GatewayFault)) throw error;
  return { code: error.refusal, zh: error.explained?.zh, en: error.explained?.en };
};
const bearer = (name: string) => ({ authorization: `Bearer ${app.jwt.sign({ ...installation.acting(name), displayName: name, method: 'password', ...services.sessions.begin(installation.acting(name).staff) })}` });

t.test('when the status forbids an act', async (t) => {
  const { licence = '' } = await perform(permit());
  t.strictSame(await refusal(perform({ op: 'restore', licence, reason: 'RECTIFIED' })), {
    code: 'STATUS_FORBIDS', zh: '当前状态：有效；可以办理：暂停使用、撤回、撤销、吊销、注销、办理转出、延续、变更', en: 'present status: VALID (Valid); allowed: suspend, withdraw, annul, revoke, cancel, transfer, renew, change',
  });
  await perform({ op: 'suspend', licence, reason: 'RECTIFICATION' });
  t.match(await refusal(perform({ op: 'suspend', licence, reason: 'RECTIFICATION' })), { en: 'present status: SUSPENDED (Suspended); allowed: restore, withdraw, annul, revoke, cancel' });
  const cancelled = await perform(permit());
  await perform({ op: 'cancel', licence: cancelled.licence ?? '', reason: 'HOLDER_CEASED' });
  const answer = await app.inject({ method: 'POST', url: '/api/acts', headers: bearer('clerk'), payload: { requestId: randomId(), act: { op: 'suspend', licence: cancelled.licence, reason: 'RECTIFICATION' } } });
  t.match(answer.json(), { status: 409, code: 'STATUS_FORBIDS', detail: 'present status: CANCELLED (Cancelled); allowed: nothing', detailZh: '当前状态：已注销；可以办理：无' }, 'over HTTP too');
  const { licence: waiting = '' } = await perform(permit());
  await perform({ op: 'suspend', licence: waiting, reason: 'RECTIFICATION' });
  const proposed = refusal(signed(installation, ['clerk', 'approver'], { op: 'suspend', licence: waiting, reason: 'RECTIFICATION' }));
  t.match(await proposed, { en: /SUSPENDED/ }, 'and where it was signed');
});

const problem = async (payload: object, who = 'clerk', url = '/api/acts') => (await app.inject({ method: 'POST', url, headers: bearer(who), payload })).json<{ code: string; detail?: string; detailZh?: string; fields?: { field: string; code: string; choices?: string[]; en: string; zh: string }[] }>();

t.test('when a code is not in its list', async (t) => {
  const { licence = '' } = await perform(permit());
  const act = async (input: object) => (await problem({ requestId: randomId(), act: input })).fields?.[0];
  const suspended = await act({ op: 'suspend', licence, reason: 'CURIOSITY' });
  t.match(suspended, { field: 'reason', code: 'REASON_UNKNOWN', choices: ['APPLICATION', 'RECTIFICATION', 'PENALTY_SUSPENSION', 'CONDITION_MISSED', 'PROMISE_BROKEN'], en: /One of: APPLICATION, RECTIFICATION/, zh: /可选：APPLICATION、RECTIFICATION/ });
  t.match(await act({ op: 'cancel', licence, reason: 'RECTIFICATION' }), { choices: ['APPLICATION', 'CORRECTION', 'PERIOD_ENDED', 'HOLDER_CEASED', 'CLOSING'] }, 'those of this act');
  t.match(await act({ op: 'suspend', licence, reason: 'RECTIFICATION', basis: 'NO-LAW' }), { code: 'BASIS_UNKNOWN', en: /One of: XZXKF-8, .*GWY-716/ });
  t.match(await act({ op: 'register', act: { op: 'supervision.find', id: randomId(), licence, version: 1, finding: 'GHOSTS', onDay: '2026-03-01' } }), { code: 'FINDING_UNKNOWN', choices: ['IN_ORDER', 'MINOR_FAULT', 'RECTIFY', 'NOT_AS_LICENSED', 'NOT_FOUND', 'PROMISE_BROKEN'] });
  const due = new Date(Date.now() + 86_400_000 * 10).toISOString().slice(0, 10);
  t.match(await act({ ...permit(), conditions: [{ material: 'FLOORPLAN', dueOn: due, consequence: 'reminder' }] }), { code: 'CONDITION_NOT_ALLOWED', choices: ['LAYOUT', 'HEALTH_CERTIFICATES', 'TENANCY'] });
  t.match(await act(permit({}, { colour: 'red' })), { field: 'colour', code: 'FIELD_UNKNOWN', choices: ['holderName', 'holderCode', 'personInCharge', 'premises', 'scope', 'number'] });
  t.match((await problem({ requestId: randomId(), act: { ...permit(), kind: KIND.food, face: { businessForm: '零售' } } })).fields?.find(({ field }) => field === 'businessForm'), { code: 'FIELD_NOT_A_CHOICE', choices: ['食品销售经营者', '餐饮服务经营者', '集中用餐单位食堂'] });
  t.match(await act({ ...permit(), kind: '11370000000000000T999' }), { code: 'KIND_UNKNOWN', en: /One of: .*公共场所卫生许可证/ });
  t.match((await problem({ holder: '91370303MA99TXT04C', purpose: 'CURIOSITY' }, 'clerk', '/api/licences/holders')).fields?.[0], { code: 'PURPOSE_UNKNOWN', en: /One of: BUSINESS_REGISTRATION, / });
});

t.test('when one person asks for what takes two here', async (t) => {
  const { licence = '' } = await perform({ op: 'issue', kind: KIND.food, face: foodFace(31), validUntil: '2030-03-14' });
  await services.acts.perform(installation.acting('market'), randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION' });
  t.match(await refusal(perform({ op: 'restore', licence, reason: 'RECTIFIED' })), { code: 'ACTOR_OWN_KEY_NEEDED', en: /市场监督管理局（演示） suspended it: that agency restores it, or two sign here/ });
  t.equal((await services.acts.perform(installation.acting('market'), randomId(), { op: 'restore', licence, reason: 'RECTIFIED' })).status, 'VALID');
});

t.test('when a list is long', (t) => {
  const words = withChoices({ zh: '请选择', en: 'Choose' }, Array.from({ length: 23 }, (_, i) => `C${String(i)}`));
  t.match(words.en, /^Choose\. One of: C0, .*, C19, and 3 more$/);
  t.match(words.zh, /C19，另有 3 项$/);
  t.end();
});

t.test('when a role is missing', async (t) => {
  t.match(await problem({ requestId: randomId(), act: permit() }, 'auditor'), { code: 'FORBIDDEN', detail: 'this needs one of the roles clerk, reviewer, approver; you have auditor', detailZh: '需要以下岗位之一：clerk、reviewer、approver；您的岗位：auditor' });
  const { licence = '' } = await perform(permit());
  t.match(await refusal(signed(installation, ['approver', 'registrar'], { op: 'annul', licence, reason: 'GRANTED_UNLAWFULLY' })), { code: 'ACTOR_ROLE', en: 'needed: two persons: a clerk or a reviewer, and an approver; those who signed have: approver+reviewer, registrar' });
  t.match(await refusal(signed(installation, ['clerk'], { op: 'register', act: { op: 'setting.put', origins: ['http://localhost:8080'], rpId: 'localhost' } })), { code: 'ACTOR_ROLE', en: /a person with the role registrar; those who signed have: clerk/ });
});

t.test('when a parameter is not of its form', async (t) => {
  const told = async (url: string) => (await app.inject({ url, headers: bearer('clerk') })).json<{ code: string; fields: { field: string; code: string; en: string; zh: string }[] }>().fields[0];
  t.match(await told('/api/licences?limit=none'), { field: 'querystring/limit', code: 'SCHEMA', en: 'limit must be a whole number from 1 to 999', zh: /^“limit”应为/ });
  t.match(await told('/api/licences?status=ASLEEP'), { en: /^status must be one of VALID, SUSPENDED, .*NOT_YET_VALID$/ });
  t.match(await told('/api/terms?within=soon'), { code: 'SCHEMA', en: /^within must be / });
  t.match((await problem({ requestId: randomId(), act: { op: 'suspend', licence: 'x' } })).fields?.[0], { field: 'body/act/licence', code: 'SCHEMA', en: 'act.licence must be the id of a licence on the ledger' });
  t.match((await problem({ requestId: randomId(), act: { op: 'explode' } })).fields?.[0], { en: /^act\.op must be one of issue, / });
});

t.test('when the right over a kind is missing', async (t) => {
  const { licence = '' } = await perform(permit());
  t.match(await refusal(perform({ op: 'revoke', licence, reason: 'PENALTY_REVOCATION' })), { code: 'RIGHT_MISSING', zh: `证照类型：公共场所卫生许可证（${KIND.hygiene}）`, en: `kind: Public-place hygiene permit (${KIND.hygiene})` });
});

async function report(name: string, table: string, params: object): Promise<{ rows: WordedRow[]; csv: string }> {
  const { agency, staff } = installation.acting(name);
  const upload = await services.uploads.keep(Readable.from([table]));
  const job = await services.queue.add(agency, staff, { upload, name: 'table.csv', type: 'issue', dryRun: false, ...params });
  while (job.state === 'preparing' || job.state === 'running') await delay(20);
  t.equal(job.state, 'done', job.code ?? '');
  const get = async (format: string) => (await app.inject({ url: `/api/jobs/${job.id}/report?format=${format}`, headers: bearer(name) })).body;
  return { rows: (await get('ndjson')).trim().split('\n').map((line) => JSON.parse(line) as WordedRow), csv: await get('csv') };
}

t.test('when a cell of a table is not one of the choices', async (t) => {
  const { rows } = await report('clerk', '经营者名称,统一社会信用代码,法定代表人（负责人）,经营场所,主体业态,经营项目,许可证编号,有效期至\n示例店,91370303MA99TXT04C,测试甲,示例市示例路1号,小卖部,预包装食品销售,JY23703030008044,2029-03-14\n', { kind: KIND.food });
  t.match(rows[0], { code: 'FIELD_NOT_A_CHOICE', column: '主体业态', value: '小卖部', en: /One of: 食品销售经营者, 餐饮服务经营者, 集中用餐单位食堂$/ });
});

t.test('when rows of a table are refused', async (t) => {
  const line = (holderCode: string, until: string, n: number) => `示例浮云餐饮有限公司,${holderCode},测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(90_000 + n)}号,${until}`;
  const table = ['单位名称,统一社会信用代码,法定代表人（负责人）,地址,许可项目,编号,有效期至', line('91370303MA99TXT04C', '2029-02-30', 1), line('91370303MA99TXT04D', '2029-03-14', 2), line('91370303MA99TXT04C', '2029-03-14', 3)].join('\n');
  const { rows, csv } = await report('clerk', table, { kind: KIND.hygiene });
  t.match(rows.find(({ row }) => row === 2), { code: 'CELL_DATE', column: '有效期至', value: '2029-02-30', zh: /日期不存在/, en: /^The cell is not an existing calendar day/ }, 'a column of the term says what to change');
  t.match(rows.find(({ row }) => row === 3), { code: 'USCC_CHECK_DIGIT', column: '统一社会信用代码', zh: /校验位/, en: /check character/ });
  t.match(rows.find(({ row }) => row === 4), { result: 'done', zh: undefined, en: undefined });
  t.match(csv, /^\ufeffrow,result,code,column,value,zh,en,kind,licence/);
  for (const { zh, en } of rows) t.ok(csv.includes(zh ?? '') && csv.includes(en ?? ''), 'the spreadsheet has both languages');
});

t.test('when an agency imports a kind it has no right to', async (t) => {
  const { rows } = await report('branch', readFileSync('docs/samples/published-decisions.csv', 'utf8'), { type: 'import' });
  t.equal(rows.length, 4);
  t.match(rows[2], { result: 'refused', code: 'RIGHT_MISSING', kind: KIND.drug, zh: new RegExp(`药品经营许可证（${KIND.drug}）`), en: new RegExp(`Drug business permit \\(${KIND.drug}\\)`) });
  t.match(rows[3], { code: 'RIGHT_MISSING', kind: KIND.collected, en: /collected/ }, 'also where the certificate is in no catalogue');
});
