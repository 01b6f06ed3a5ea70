/** Work lists of the certificate centre and of terms, among as many licences as a city has: how long a clerk waits for a page of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KIND } from '#gateway/catalogue/kinds';
import { addDays, type Day } from '#chaincode/facts/calendar';
import { randomId } from '#gateway/keyring';
import { enterpriseCode, foodFace } from '#test/support/samples';
import { ask, end, session, start, tableJob, type Server } from './client.js';
import { QUICK, quantile, record, sayMachine } from './figures.js';

const LICENCES = QUICK ? 20_000 : 1_000_000;
/** Rows of one table, as an agency sends them. */
const TABLE = QUICK ? 10_000 : 40_000;
/** Last days are spread over so many: about one licence in twelve ends within ninety. */
const DAYS = 1_095;
const HOLDERS = 29_000;
const ORDERS = QUICK ? 1_000 : 20_000;
const ORDERED_AT_ONCE = 200;
/** Of permits that are issued with a paper to come. */
const CONDITIONS = QUICK ? 200 : 10_000;
const CLERKS = 16;
const ASKED = QUICK ? 30 : 200;

async function fill(server: Server, headers: Record<string, string>): Promise<void> {
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10) as Day;
  for (let first = 0; first < LICENCES; first += TABLE) {
    const rows = Array.from({ length: Math.min(TABLE, LICENCES - first) }, (_, i) => {
      const at = first + i;
      return ['示例宾馆', enterpriseCode(at % HOLDERS), '测试甲', '示例路1号', '住宿', `（演示）鲁卫〔2026〕期${String(at)}号`, addDays(today, 1 + ((at * 7_919) % DAYS))].join(',');
    });
    const seconds = await tableJob(server, headers, rows.length, [['holderName', 'holderCode', 'personInCharge', 'premises', 'scope', 'number', 'validUntil'].join(','), ...rows].join('\n'), KIND.hygiene);
    if ((first / TABLE) % 5 === 0) process.stderr.write(`${(first + rows.length).toLocaleString('en')} licences, ${String(Math.round(rows.length / seconds))}/s\n`);
  }
}

async function asked<T>(server: Server, headers: Record<string, string>, path: string): Promise<T> {
  const response = await fetch(`${server.address}${path}`, { headers });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

async function timed(name: string, server: Server, headers: Record<string, string>, path: (round: number) => string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ASKED; round++) {
    const from = performance.now();
    await asked(server, headers, path(round));
    times.push(performance.now() - from);
  }
  record(`${name}, p50`, 'ms', [quantile(times, 0.5)]);
  record(`${name}, p99`, 'ms', [quantile(times, 0.99)]);
}

/** Licences that end soon are ordered to be printed. */
async function order(server: Server, headers: Record<string, string>): Promise<void> {
  let after = '';
  for (let count = 0; count < ORDERS; count += ORDERED_AT_ONCE) {
    const { terms } = await asked<{ terms: { identifier: string; cursor: string }[] }>(server, headers, `/api/terms?within=365&limit=${String(ORDERED_AT_ONCE)}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
    after = terms.at(-1)?.cursor ?? '';
    if (terms.length === 0) return;
    const response = await fetch(`${server.address}/api/print-orders`, { method: 'POST', headers, body: JSON.stringify({ requestId: randomId(), licences: terms.map(({ identifier }) => identifier) }) });
    if (!response.ok) throw new Error(await response.text());
  }
}

/** Permits with a paper to come, due on one of the days up to the last that the kind allows. */
async function conditions(server: Server, headers: Record<string, string>): Promise<void> {
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10) as Day;
  let next = 0;
  await Promise.all(Array.from({ length: CLERKS }, async () => {
    while (next < CONDITIONS) {
      const at = next++;
      const later = [{ material: 'LAYOUT', dueOn: addDays(today, 1 + (at % 29)), consequence: 'reminder' }];
      const response = await fetch(`${server.address}/api/acts`, { method: 'POST', headers, body: JSON.stringify({ requestId: randomId(), act: { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(at), conditions: later } }) });
      if (response.status !== 201) throw new Error(await response.text());
    }
  }));
}

export async function centre(): Promise<void> {
  sayMachine('every write synced');
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  try {
    let server = await start(data);
    await fill(server, await session(server));
    const begun = performance.now();
    await order(server, await session(server));
    record('print orders given, 200 a request', '/s', [ORDERS / ((performance.now() - begun) / 1000)]);
    await conditions(server, await session(server));
    await end(server);
    // A fresh start: nothing of what is asked for is in memory.
    server = await start(data);
    const headers = await session(server);
    const among = `among ${LICENCES.toLocaleString('en')}`;
    await timed(`terms within 90 days, first 100, ${among}`, server, headers, () => '/api/terms?within=90&limit=100');
    await timed(`terms within a year, 100 from any day on, ${among}`, server, headers, (round) => `/api/terms?within=365&limit=100&after=${new Date(Date.now() + (1 + ((round * 37) % 360)) * 86_400_000).toISOString().slice(0, 10)}`);
    await timed(`lapsed within ten years, first 100, ${among}`, server, headers, () => '/api/terms?lapsed=3650&limit=100');
    await timed(`feed of reminders, ${among}`, server, headers, () => '/api/terms/feed');
    await timed(`print orders to be printed, first 100 of ${ORDERS.toLocaleString('en')}`, server, headers, () => '/api/print-orders?state=ordered&limit=100');
    await timed(`print orders handed over: none, ${among}`, server, headers, () => '/api/print-orders?state=handed-over&limit=100');
    await timed(`papers to come, first 100 of ${CONDITIONS.toLocaleString('en')}, ${among}`, server, headers, () => '/api/conditions?limit=100');
    await timed(`versions to take over, first 100 of ${LICENCES.toLocaleString('en')}`, server, headers, () => '/api/supervision?limit=100');
    await timed(`licences of the agency, newest 100 of ${LICENCES.toLocaleString('en')}`, server, headers, () => '/api/licences?limit=100');
    record('resident memory', 'MB', [(await ask<{ bytes: number }>(server, { ask: 'rss' })).bytes / 1e6]);
    await end(server);
  } finally {
    rmSync(data, { recursive: true, force: true });
    rmSync(`${data}.tombstones`, { force: true });
  }
}
