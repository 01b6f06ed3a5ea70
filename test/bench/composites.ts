/** Composite licences: issued by themselves and in bulk, and what their members cost a verdict. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { enterpriseCode, foodFace, foodNumber } from '#test/support/samples';
import { end, session, start, tableJob, type Server } from './client.js';
import { MS, QUICK, quantile, record, rounds, sayMachine } from './figures.js';

const ISSUED = QUICK ? 50 : 300;
const ROWS = QUICK ? 1_000 : 10_000;
/** A company of its own, apart from those of the tables. */
const HOLDER = enterpriseCode(29_000);

let last = 900_000;
const hygieneFace = (code: string, number: number) => ({ holderName: '示例宾馆', holderCode: code, personInCharge: '测试甲', premises: '示例市张店区示例路1号', scope: '住宿', number: `（演示）鲁卫公证字〔2026〕第${String(number)}号` });
const hotelFace = (code: string, number: number) => ({ holderName: '示例宾馆', holderCode: code, personInCharge: '测试甲', premises: '示例市张店区示例路1号', number: `（演示）行综字〔2026〕${String(number)}号` });

async function issued(server: Server, headers: Record<string, string>, act: object): Promise<string> {
  const response = await fetch(`${server.address}/api/acts`, { method: 'POST', headers, body: JSON.stringify({ requestId: randomId(), act: { op: 'issue', ...act } }) });
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { identifier: string }).identifier;
}

async function timed(step: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await step();
    times.push(performance.now() - from);
  }
  return times;
}

const perSecond = async (url: string): Promise<number> => (await autocannon({ url, duration: MS / 1000, connections: 64 })).requests.average;

async function bySelf(server: Server, headers: Record<string, string>): Promise<void> {
  const permit = () => issued(server, headers, { kind: KIND.food, validUntil: '2030-01-01', face: { ...foodFace(0), holderCode: HOLDER, number: foodNumber(last++) } });
  const plain = await timed(permit, ISSUED);
  const hygiene = await issued(server, headers, { kind: KIND.hygiene, validUntil: '2029-01-01', face: hygieneFace(HOLDER, last++) });
  const foods: string[] = [];
  for (let i = 0; i < 19; i++) foods.push(await permit());
  const composite = (members: number) => issued(server, headers, { kind: KIND.hotel, members: [hygiene, ...foods.slice(0, members - 1)], face: hotelFace(HOLDER, last++) });
  const alone = record('permit issued by itself, one client, p50', 'ms', [quantile(plain, 0.5)]);
  const five = await timed(() => composite(5), ISSUED);
  record('composite of five members issued, one client, p50', 'ms', [quantile(five, 0.5)], alone);
  record('composite of five members issued, one client, p99', 'ms', [quantile(five, 0.99)]);
  const [of20, single] = [await composite(20), foods[0] ?? ''];
  const one = record('verdict of a permit, whole face', '/s', await rounds(() => perSecond(`${server.address}/api/licences/${single}`)));
  record('verdict of a composite of 20 members, listed', '/s', await rounds(() => perSecond(`${server.address}/api/licences/${of20}`)), one);
  const line = record('status of a permit', '/s', await rounds(() => perSecond(`${server.address}/api/status/${single}`)));
  record('status of a composite of 20 members', '/s', await rounds(() => perSecond(`${server.address}/api/status/${of20}`)), line);
}

async function inBulk(server: Server, headers: Record<string, string>): Promise<void> {
  const codes = Array.from({ length: ROWS }, (_, i) => enterpriseCode(i));
  const table = (columns: readonly string[], row: (code: string, i: number) => readonly string[]) => [columns.join(','), ...codes.map((code, i) => row(code, i).join(','))].join('\n');
  await tableJob(server, headers, ROWS, table(['holderName', 'holderCode', 'personInCharge', 'premises', 'businessForm', 'scope', 'number', 'validUntil'], (code, i) => ['示例宾馆', code, '测试甲', '示例路1号', '餐饮服务经营者', '热食类食品制售', foodNumber(i), '2030-01-01']), KIND.food);
  const permits = record(`bulk issue of ${ROWS.toLocaleString('en')} permits`, '/s', [ROWS / (await tableJob(server, headers, ROWS, table(['holderName', 'holderCode', 'personInCharge', 'premises', 'scope', 'number', 'validUntil'], (code, i) => ['示例宾馆', code, '测试甲', '示例路1号', '住宿', `（演示）鲁卫〔2026〕${String(i)}号`, '2029-01-01']), KIND.hygiene))]);
  record(`bulk issue of ${ROWS.toLocaleString('en')} composites`, '/s', [ROWS / (await tableJob(server, headers, ROWS, table(['holderName', 'holderCode', 'personInCharge', 'premises', 'number'], (code, i) => ['示例宾馆', code, '测试甲', '示例路1号', `（演示）综〔2026〕${String(i)}号`]), KIND.hotel))], permits);
}

export async function composites(): Promise<void> {
  sayMachine('every write synced');
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  try {
    const server = await start(data);
    const headers = await session(server);
    await bySelf(server, headers);
    await inBulk(server, headers);
    await end(server);
  } finally {
    rmSync(data, { recursive: true, force: true });
    rmSync(`${data}.tombstones`, { force: true });
  }
}
