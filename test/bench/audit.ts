/** What an auditor waits for: the whole history of one licence among a million, and what was so as of a day; at random, over HTTP, each recorded before it is answered. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantOf } from '#chaincode/facts/calendar';
import type { AuditedAct } from '#gateway/acts/audit/act-views';
import { bulk, end, MILLION, session, start, type Server } from './client.js';
import { QUICK, quantile, record, sayMachine } from './figures.js';

const LICENCES = QUICK ? 10_000 : MILLION;
/** Rows of one job. */
const JOB = Math.min(LICENCES, 49_500);
const ASKED = QUICK ? 200 : 2_000;

async function get<T>(server: Server, path: string, headers: Record<string, string>): Promise<T> {
  const response = await fetch(`${server.address}${path}`, { headers });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

/** Licences of moments between the first and the last: none that was just written more often than the rest. */
async function sampled(server: Server, headers: Record<string, string>, from: number, to: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < ASKED) {
    const before = instantOf(from + Math.floor(Math.random() * (to - from)));
    const { acts } = await get<{ acts: AuditedAct[] }>(server, `/api/audit/acts?limit=5&before=${encodeURIComponent(before)}`, headers);
    found.push(...acts.flatMap(({ identifier }) => identifier ?? []));
  }
  return found.slice(0, ASKED);
}

async function timed(name: string, identifiers: readonly string[], ask: (identifier: string) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (const identifier of identifiers) {
    const begun = performance.now();
    await ask(identifier);
    times.push(performance.now() - begun);
  }
  for (const share of [0.5, 0.99]) record(`${name}, p${String(share * 100)}`, 'ms', [quantile(times, share)]);
}

export async function audit(): Promise<void> {
  sayMachine('every write synced');
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  const server = await start(data);
  try {
    const clerk = await session(server);
    const begun = Date.now();
    let seconds = 0;
    for (let rows = 0; rows < LICENCES; rows += JOB) seconds += await bulk(server, clerk, JOB);
    record(`issue of ${LICENCES.toLocaleString('en')} licences, with rows for auditors`, '/s', [LICENCES / seconds]);
    const headers = await session(server, 'auditor');
    const identifiers = await sampled(server, headers, begun, Date.now());
    const today = new Date().toISOString().slice(0, 10);
    await timed('history of one licence', identifiers, (identifier) => get(server, `/api/audit/licences/${identifier}`, headers));
    await timed('a licence as of a day', identifiers, (identifier) => get(server, `/api/audit/licences/${identifier}/as-of?on=${today}`, headers));
    await timed('a page of 50 acts of one agency', identifiers.slice(0, ASKED / 10), () => get(server, '/api/audit/acts', headers));
    await timed('a rare act among all', identifiers.slice(0, ASKED / 10), () => get(server, '/api/audit/acts?act=annul', headers));
  } finally {
    await end(server);
    for (const path of [data, `${data}.tombstones`]) rmSync(path, { recursive: true, force: true });
  }
}
