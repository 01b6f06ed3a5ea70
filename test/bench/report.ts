/** The self-report of a quarter with a hundred thousand acts: made, made as of an earlier block, a page behind a figure, and its files; over HTTP. All acts lie on one day, which is the worst for a report of an earlier block: it counts that day by its rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dayOf, instantOf, SHANGHAI } from '#chaincode/facts/calendar';
import { quarterOf } from '#chaincode/facts/report';
import type { ReportView } from '#gateway/acts/report/report';
import { KIND } from '#gateway/catalogue/kinds';
import { BUREAU, MARKET } from '#gateway/demo';
import { bulk, end, session, start, type Server } from './client.js';
import { QUICK, quantile, record, sayMachine } from './figures.js';

const ACTS = QUICK ? 10_000 : 100_000;
/** Rows of one job. */
const JOB = Math.min(ACTS, 50_000);
const ASKED = QUICK ? 10 : 50;

async function get(server: Server, headers: Record<string, string>, path: string): Promise<Response> {
  const response = await fetch(`${server.address}/api/reports/${path}`, { headers });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

async function timed(name: string, ask: (round: number) => Promise<Response>): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ASKED; round++) {
    const begun = performance.now();
    bytes = (await (await ask(round)).arrayBuffer()).byteLength;
    times.push(performance.now() - begun);
  }
  for (const share of [0.5, 0.99]) record(`${name}, p${String(share * 100)}`, 'ms', [quantile(times, share)]);
  record(`${name}, size`, 'bytes', [bytes]);
}

export async function report(): Promise<void> {
  sayMachine('every write synced');
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  try {
    const server = await start(data);
    const clerk = await session(server);
    const quarter = quarterOf(dayOf(instantOf(Date.now()), SHANGHAI));
    let seconds = 0;
    for (let rows = 0; rows < ACTS; rows += JOB) seconds += await bulk(server, clerk, JOB);
    record(`issue of ${ACTS.toLocaleString('en')} licences, with rows for reports`, '/s', [ACTS / seconds]);
    const [approver, market] = [await session(server, 'approver'), await session(server, 'market-approver')];
    const own = `${BUREAU.code}/${quarter}`;
    const { file: { report: { block, figures } } } = (await (await get(server, approver, own)).json()) as ReportView;
    const issued = figures.find((figure) => figure.figure === 'licence.issue' && figure.of === KIND.food)?.count ?? 0;
    if (issued < ACTS) throw new Error(`${String(issued)} of ${String(ACTS)} acts are counted`);
    await timed('report of a quarter', () => get(server, approver, own));
    await timed('the same as of an earlier block', () => get(server, approver, `${own}?block=${String(Math.floor(block / 2))}`));
    await timed('report of who supervises, nothing taken over', () => get(server, market, `${MARKET.code}/${quarter}`));
    const rows = `${own}/rows?figure=licence.issue&of=${KIND.food}&limit=200`;
    await timed('a page of 200 behind a figure', () => get(server, approver, rows));
    for (const format of ['xlsx', 'pdf']) await timed(`as ${format}`, () => get(server, approver, `${own}/file?format=${format}`));
    await end(server);
  } finally {
    for (const path of [data, `${data}.tombstones`]) rmSync(path, { recursive: true, force: true });
  }
}
