/** Tables with rows that would take others with them, or be lost without a word. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { fromBase64url } from '#chaincode/facts/hash';
import type { BulkJob } from '#gateway/acts/licence/bulk';
import type { BulkParams } from '#gateway/acts/licence/bulk-rows';
import { signDigest } from '#gateway/acts/licence/sign';
import { buildApp } from '#gateway/app';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { install } from '#test/support/installation';
import { enterpriseCode, foodNumber, foodTable } from '#test/support/samples';
import { BUREAU } from '#gateway/demo';

const installation = await install();
t.teardown(() => installation.remove());
const clerk = installation.acting('clerk');
const { services } = installation;

async function settled(job: BulkJob): Promise<BulkJob> {
  while (job.state === 'preparing' || job.state === 'running') await delay(20);
  return job;
}
async function job(table: string, params: Partial<BulkParams> = {}): Promise<BulkJob> {
  const upload = await services.uploads.keep(Readable.from([table]));
  return settled(await services.queue.add(clerk.agency, clerk.staff, { upload, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, term: { validUntil: '2029-03-14' }, ...params }));
}
async function report(job: BulkJob): Promise<string[]> {
  const rows: string[] = [];
  for await (const { row, result, code = '', column = '' } of services.queue.rows(job.id)) rows.push([row, result, code, column].join(' ').trim());
  return rows;
}
const HEADER = 'holderName,holderCode,personInCharge,premises,scope,number,docNo\n';
const row = (number: number, holder = '示例浮云餐饮有限公司', docNo = '') => `${holder},91370303MA99TXT04C,测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(number)}号,${docNo}\n`;

void t.test('when a table has a number twice', async (t) => {
  const made = await job(HEADER + row(60_001) + row(60_001, '示例另一家有限公司') + row(60_001));
  t.strictSame(await report(made), ['2 done', '3 refused LICENCE_DIFFERS', '4 already LICENCE_EXISTS'], 'another licence under the same number is not "already there"');
  t.match(made, { done: 1, refused: 1, already: 1 });
});

void t.test('when a licence of the table was changed since', async (t) => {
  const [before, after] = [HEADER + row(60_051), HEADER + row(60_051).replace('住宿', '住宿；沐浴')];
  t.match(await job(before), { done: 1 });
  const { licence } = services.lookup.byNumber('（演示）鲁卫公证字〔2026〕第60051号').licence ?? {};
  await services.acts.perform(clerk, randomId(), { op: 'change', licence: licence ?? '', face: { scope: '住宿；沐浴' } });
  t.strictSame([await report(await job(before)), await report(await job(after)), await report(await job(after.replace('沐浴', '餐饮')))], [['2 already LICENCE_EXISTS'], ['2 already LICENCE_EXISTS'], ['2 refused LICENCE_DIFFERS']], 'the old table was carried out once, the new one says what is so');
});

void t.test('when a document number is not one', async (t) => {
  const made = await job(HEADER + row(60_101, undefined, '文'.repeat(65)) + row(60_102, undefined, '"a\nb"') + row(60_103, undefined, '文'.repeat(64)));
  t.strictSame(await report(made), ['2 refused FIELD_TOO_LONG docNo', '3 refused FIELD_CONTROL_CHARACTER docNo', '4 done'], 'it is refused by itself');
  const constant = await job(HEADER + row(60_104), { map: { format: 'yizheng-map/1', kind: KIND.hygiene, columns: Object.fromEntries(['holderName', 'holderCode', 'personInCharge', 'premises', 'scope', 'number'].map((name) => [name, name])), constants: { docNo: '' }, ignored: ['docNo'] } });
  t.strictSame(await report(constant), ['2 refused FIELD_MISSING docNo']);
  const columns = ['行政相对人名称', '行政相对人类别', '行政相对人代码_1(统一社会信用代码)', '法定代表人', '行政许可决定文书名称', '行政许可决定文书号', '许可类别', '许可证书名称', '许可编号', '许可内容', '许可决定日期', '有效期自', '有效期至', '许可机关', '许可机关统一社会信用代码', '当前状态', '数据来源单位', '数据来源单位统一社会信用代码', '备注'];
  const line = (i: number, docNo: string) => ['示例店', '法人及非法人组织', enterpriseCode(i), '测试甲', '准予行政许可决定书', docNo, '普通', '示例证', `S-${String(i)}`, '示例内容', '2026-03-01', '2026-03-01', '2099-12-31', BUREAU.name, BUREAU.code, '有效', BUREAU.name, BUREAU.code, ''].join(',');
  const imported = await job([columns.join(','), line(1, '文'.repeat(65)), line(2, '许字1号')].join('\n'), { type: 'import' });
  t.strictSame(await report(imported), ['2 refused FIELD_TOO_LONG 行政许可决定文书号', '3 done']);
});

void t.test('when a job has waited for its signature for too long', async (t) => {
  const app = await buildApp({ services, rateLimits: false });
  t.teardown(async () => { installation.clock.aheadMs = 0; await app.close(); });
  const waiting = await job([...foodTable(100, 700)].join(''), { kind: KIND.food, term: {} });
  const { staff, agency } = clerk;
  const headers = { authorization: `Bearer ${app.jwt.sign({ staff, agency, displayName: '', method: 'password', ...services.sessions.begin(staff) })}` };
  const sign = () => app.inject({ method: 'POST', url: `/api/jobs/${waiting.id}/signatures`, headers, payload: { actors: [signDigest(installation.file('clerk'), fromBase64url(waiting.plan?.digest ?? '') ?? new Uint8Array())] } });
  t.equal(waiting.state, 'waiting');
  const before = waiting.plan?.digest;
  installation.clock.aheadMs = 7 * 86_400_000;
  t.match((await sign()).json(), { code: 'ACT_EXPIRED', status: 409 }, 'the ledger would refuse every row');
  installation.clock.aheadMs = 0;
  t.equal((await settled(waiting)).state, 'waiting', 'it was prepared anew');
  t.not(waiting.plan?.digest, before);
  t.equal((await sign()).statusCode, 202);
  t.match(await settled(waiting), { state: 'done', done: 100 });
});

void t.test('when a table is of composite licences', async (t) => {
  const codes = [1, 2, 3].map((i) => enterpriseCode(20_000 + i));
  const permits = (code: string, i: number) => `示例宾馆,${code},测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(i)}号,\n`;
  t.match(await job(HEADER + permits(codes[0] ?? '', 61_001) + permits(codes[1] ?? '', 61_002) + permits(codes[1] ?? '', 61_003)), { done: 3 });
  const food = (code: string, i: number) => `示例宾馆,${code},测试甲,示例市张店区示例路1号,餐饮服务经营者,热食类食品制售,${foodNumber(740_000 + i)}\n`;
  t.match(await job(`holderName,holderCode,personInCharge,premises,businessForm,scope,number\n${codes.map(food).join('')}`, { kind: KIND.food }), { done: 3 });
  const composites = codes.map((code, i) => `示例宾馆,${code},测试甲,示例市张店区示例路1号,（演示）行综字〔2026〕${String(i)}号\n`).join('');
  const made = await job(`holderName,holderCode,personInCharge,premises,number\n${composites}`, { kind: KIND.hotel, term: {} });
  t.strictSame(await report(made), ['2 done', '3 refused MEMBERS_SEVERAL members', '4 refused MEMBER_REQUIRED members'], 'what the holder has, where there is no choice');
  const answer = services.lookup.byNumber('（演示）行综字〔2026〕0号').licence;
  t.strictSame(answer?.members?.map(({ kind, status }) => [kind.type, status]), [[KIND.food, 'VALID'], [KIND.hygiene, 'VALID']]);
  t.equal(answer?.validUntil, '2029-03-14', 'it ends with the first of them');
});
