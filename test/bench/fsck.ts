/** npm run bench -- --fsck: an index made anew, a whole check of an installation, step by step, and what a reader waits for while one runs beside the gateway. */
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#gateway/clock';
import { operatorKeyOf, operatorPass } from '#gateway/operator-pass';
import { reconcile, type Step } from '#gateway/reconcile';
import type { CheckView } from '#gateway/reconcile/live';
import { openServices, paths } from '#gateway/services';
import { bulk, end, issueOverHttp, MILLION, session, start, type Server } from './client.js';
import { QUICK, quantile, record, sayMachine } from './figures.js';

const LICENCES = QUICK ? 10_000 : MILLION;
/** Rows of one job. */
const JOB = Math.min(LICENCES, 49_500);
/** Issued one by one by many, so that not every block is full. */
const SINGLE = QUICK ? 500 : 5_000;
const CLIENTS = 16;
const ASKED = QUICK ? 500 : 5_000;
const ROUTE = '/api/check';

export async function fsck(): Promise<void> {
  sayMachine('fsck');
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  const server = await start(data);
  try {
    const clerk = await session(server);
    for (let rows = 0; rows < LICENCES; rows += JOB) await bulk(server, clerk, JOB);
    await issueOverHttp(server, clerk, SINGLE, CLIENTS);
    await beside(server, data);
    await end(server);
    await rebuilt(data);
    await checked(data);
  } finally {
    await end(server);
    for (const path of [data, `${data}.tombstones`]) rmSync(path, { recursive: true, force: true });
  }
}

/** As `yizheng rebuild` does it: start and stop included. */
async function rebuilt(data: string): Promise<void> {
  await rm(paths(data).projection, { recursive: true, force: true });
  const begun = performance.now();
  const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, onFatal: () => undefined, work: false });
  const seconds = (performance.now() - begun) / 1000;
  const rows = services.projection.rows({ gt: 'r/', lt: 'r0' });
  let records = 0;
  while (await rows.next()) records++;
  await rows.close();
  await services.close();
  record(`rebuild of ${records.toLocaleString('en')} records, ${LICENCES.toLocaleString('en')} licences`, '/s', [records / seconds]);
}

async function checked(data: string): Promise<void> {
  const times = new Map<string, { from: number; to: number; done: number }>();
  const begun = performance.now();
  const progress = ({ step, done }: Step) => {
    const now = performance.now();
    const known = times.get(step);
    if (known) [known.to, known.done] = [now, done];
    else times.set(step, { from: now, to: now, done });
  };
  const { total, licences, rows } = await reconcile(data, progress);
  if (total > 0) throw new Error(`${String(total)} findings`);
  const seconds = (performance.now() - begun) / 1000;
  for (const [step, { from, to, done }] of times) if (to - from > 100) record(`check: ${step} (${done.toLocaleString('en')})`, '/s', [(done * 1000) / (to - from)]);
  record(`check of ${licences.toLocaleString('en')} licences, ${rows.toLocaleString('en')} rows`, 's', [seconds]);
  record('the same, licences', '/s', [licences / seconds]);
}

async function statuses({ address, licence }: Server): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < ASKED; i++) {
    const from = performance.now();
    await (await fetch(`${address}/api/status/${licence}`)).arrayBuffer();
    times.push(performance.now() - from);
  }
  return times;
}

async function beside(server: Server, data: string): Promise<void> {
  const operate = async (method: string): Promise<CheckView> => {
    const key = operatorKeyOf(data) ?? new Uint8Array();
    const post = method === 'POST' ? { body: '{}' } : {};
    const headers = { authorization: operatorPass(key, method, ROUTE, Date.now()), ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
    return (await (await fetch(`${server.address}${ROUTE}`, { method, headers, ...post })).json()) as CheckView;
  };
  const alone = await statuses(server);
  await operate('POST');
  const busy = await statuses(server);
  const { state, step } = await operate('GET');
  await operate('DELETE');
  for (const share of [0.5, 0.99]) {
    const figure = record(`status, p${String(share * 100)}`, 'ms', [quantile(alone, share)]);
    record(`status while a check runs, p${String(share * 100)} (${state}, ${step?.step ?? ''})`, 'ms', [quantile(busy, share)], figure, true);
  }
}
