/** The figures of one machine on the embedded ledger. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { ask, bulk, end, fresh, issuedSoFar, issueOverHttp, session, start, type Server } from './client.js';
import { MS, QUICK, record, ROUNDS, rounds, sayMachine, type Figure } from './figures.js';
import { useLog, uses } from './uses.js';
import { libraryIssue, libraryVerify, signatureLimit, verifyLimit } from './library.js';

const requestsPerSecond = async (options: autocannon.Options): Promise<number> => {
  const result = await autocannon({ duration: MS / 1000, connections: 64, ...options });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${String(result.non2xx)} answers were not 2xx, ${String(result.errors)} errors`);
  return result.requests.total / result.duration;
};

async function limits(): Promise<{ verify: Figure; issue: Figure }> {
  record('machine: P-256 sign, one core', '/s', await rounds(() => signatureLimit(MS)));
  const verify = record('machine: P-256 verify, one core', '/s', await rounds(() => verifyLimit(MS)));
  const issue = record('bare SD-JWT library: issue', '/s', await rounds(() => libraryIssue(MS)));
  record('bare SD-JWT library: verify', '/s', await rounds(() => libraryVerify(MS)), verify);
  return { verify, issue };
}

async function reading(server: Server, verifyMachine: Figure): Promise<Figure> {
  const bare = record('machine: bare Fastify answer', '/s', await rounds(() => requestsPerSecond({ url: `${server.bareAddress}/bare` })));
  record('status by identifier', '/s', await rounds(() => requestsPerSecond({ url: `${server.address}/api/status/${server.licence}` })), bare);
  const lookup = record('verdict by identifier, whole face', '/s', await rounds(() => requestsPerSecond({ url: `${server.address}/api/licences/${server.licence}` })), bare);
  const headers = await session(server);
  const { credential, qr } = (await (await fetch(`${server.address}/api/licences/${server.licence}/credential`, { headers })).json()) as { credential: string; qr: string };
  const post = (body: object) => ({ url: `${server.address}/api/verify`, method: 'POST' as const, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  record('verify a credential over HTTP', '/s', await rounds(() => requestsPerSecond(post({ credential }))), verifyMachine);
  record('verify a QR over HTTP', '/s', await rounds(() => requestsPerSecond(post({ qr }))), verifyMachine);
  return lookup;
}

async function writing(server: Server, library: Figure): Promise<void> {
  const headers = await session(server);
  const count = QUICK ? 300 : 2_000;
  const alone = await rounds(async () => count / 10 / ((await ask<{ ms: number }>(server, { ask: 'naive', first: fresh(count / 10), count: count / 10, atOnce: 1 })).ms / 1000));
  const naive = record('naive: one licence a transaction, one client', '/s', alone);
  const crowd = record('naive: one licence a transaction, 64 clients', '/s', await rounds(async () => count / ((await ask<{ ms: number }>(server, { ask: 'naive', first: fresh(count), count, atOnce: 64 })).ms / 1000)));
  record('issue over HTTP, 64 clients', '/s', await rounds(async () => (await issueOverHttp(server, headers, count, 64)).rate), crowd);
  const sizes = QUICK ? [1_000, 10_000] : [1_000, 10_000, 40_000];
  for (const rows of sizes) {
    const seconds = await rounds(() => bulk(server, headers, rows), rows > 10_000 ? 1 : rows > 1_000 ? (QUICK ? 1 : 3) : ROUNDS);
    const path = record(`bulk issue of ${rows.toLocaleString('en')} rows`, '/s', seconds.map((each) => rows / each), library);
    if (rows === sizes.at(-1)) for (const other of [naive, crowd]) record(`job path against ${other.name}`, '/s', [path.median], other);
  }
}

export async function embedded(): Promise<void> {
  sayMachine('every write synced');
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  try {
    const machine = await limits();
    let server = await start(data);
    const lookup = await reading(server, machine.verify);
    await uses(server, lookup);
    await useLog();
    await writing(server, machine.issue);
    const headers = await session(server);
    while (!QUICK && issuedSoFar() < 100_000) await bulk(server, headers, Math.min(20_000, 100_000 - issuedSoFar()));
    record('resident memory after writing', 'MB', [(await ask<{ bytes: number }>(server, { ask: 'rss' })).bytes / 1e6]);
    await end(server);
    const starts: number[] = [];
    for (let round = 0; round < 3; round++) {
      server = await start(data);
      starts.push(server.startMs);
      if (round === 2) record('resident memory after start', 'MB', [(await ask<{ bytes: number }>(server, { ask: 'rss' })).bytes / 1e6]);
      await end(server);
    }
    record(`start with ${issuedSoFar().toLocaleString('en')} licences`, 'ms', starts);
    rmSync(join(data, 'projection'), { recursive: true, force: true });
    server = await start(data);
    record(`rebuild of the index, ${issuedSoFar().toLocaleString('en')} licences, start included`, '/s', [issuedSoFar() / (server.startMs / 1000)]);
    await end(server);
    const empty = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
    await end(await start(empty));
    server = await start(empty);
    record('start with the demo licences only', 'ms', [server.startMs]);
    await end(server);
    rmSync(empty, { recursive: true, force: true });
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
