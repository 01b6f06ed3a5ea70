/** npm run bench: medians and ranges, beside the naive way and the machine's limit, in one run. --json, --quick. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import { KIND } from '#gateway/catalogue/kinds';
import { signDigest, type KeyFile } from '#gateway/acts/sign';
import { randomId } from '#gateway/keyring';
import { foodFace, foodTable } from '#test/support/samples';
import { libraryIssue, libraryVerify, signatureLimit, verifyLimit } from './library.js';

const QUICK = process.argv.includes('--quick');
const JSON_LINES = process.argv.includes('--json');
const ROUNDS = QUICK ? 3 : 5;
const MS = QUICK ? 500 : 2_000;
const SERVER = fileURLToPath(new URL('./server.js', import.meta.url));

interface Figure { name: string; value: number; unit: string; median: number; range: [number, number]; against?: string; ratio?: number }
const figures: Figure[] = [];

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function record(name: string, unit: string, values: readonly number[], against?: Figure, inverse = false): Figure {
  const value = median(values);
  const figure: Figure = { name, value, unit, median: value, range: [Math.min(...values), Math.max(...values)], ...(against ? { against: against.name, ratio: inverse ? against.median / value : value / against.median } : {}) };
  figures.push(figure);
  const round = (n: number) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3));
  process.stdout.write(JSON_LINES ? `${JSON.stringify(figure)}\n` : `${name.padEnd(52)} ${round(value).padStart(10)} ${unit.padEnd(6)} ${`${round(figure.range[0])} to ${round(figure.range[1])}`.padEnd(22)}${figure.ratio === undefined ? '' : ` ${figure.ratio.toFixed(2)} x ${figure.against ?? ''}`}\n`);
  return figure;
}

/** Rounds after a first one that is thrown away. */
async function rounds(step: (round: number) => Promise<number>, count = ROUNDS): Promise<number[]> {
  await step(0);
  const values: number[] = [];
  for (let round = 1; round <= count; round++) values.push(await step(round));
  return values;
}

interface Server { readonly child: ChildProcess; readonly address: string; readonly bareAddress: string; readonly startMs: number; readonly signIns: { name: string; password: string; keyFile: string }[]; readonly licence: string }

async function start(data: string): Promise<Server> {
  const begun = performance.now();
  const child = fork(SERVER, [data], { execArgv: ['--enable-source-maps', '--max-semi-space-size=64'] }); // as npm start
  const message = await new Promise<{ address: string; bareAddress: string; demo: { signIns: Server['signIns']; licence: string } }>((done) => child.once('message', done as never));
  return { child, address: message.address, bareAddress: message.bareAddress, startMs: performance.now() - begun, ...message.demo };
}
const ask = <T>(child: ChildProcess, message: object): Promise<T> => new Promise((done) => { child.once('message', done as never); child.send(message); });
async function end({ child }: Server): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done));
  child.send({ ask: 'end' });
  await gone;
}

const requestsPerSecond = async (options: autocannon.Options): Promise<number> => {
  const result = await autocannon({ duration: MS / 1000, connections: 64, ...options });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${String(result.non2xx)} answers were not 2xx, ${String(result.errors)} errors`);
  return result.requests.total / result.duration;
};

let serial = 0;
const fresh = (count: number): number => { const first = serial; serial += count; return first; };

async function session(server: Server): Promise<Record<string, string>> {
  const { name, password } = server.signIns[0] ?? { name: '', password: '' };
  const response = await fetch(`${server.address}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) });
  const { token } = (await response.json()) as { token: string };
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

/** Issues `count` licences over HTTP, 64 at once. @returns licences a second */
async function issueOverHttp(server: Server, headers: Record<string, string>, count: number): Promise<number> {
  let next = fresh(count);
  const last = next + count;
  const begun = performance.now();
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (next < last) {
      const response = await fetch(`${server.address}/api/acts`, { method: 'POST', headers, body: JSON.stringify({ requestId: randomId(), act: { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(next++) } }) });
      if (response.status !== 201) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  }));
  return count / ((performance.now() - begun) / 1000);
}

/** The job path from the request to the last row: upload before, drafting, one signature, sealing, vault, ledger. @returns seconds */
async function bulk(server: Server, headers: Record<string, string>, rows: number): Promise<number> {
  const table = [...foodTable(rows, fresh(rows))].join('');
  const { upload } = (await (await fetch(`${server.address}/api/uploads?name=rows.csv`, { method: 'POST', headers: { ...headers, 'content-type': 'text/csv' }, body: table })).json()) as { upload: string };
  const begun = performance.now();
  const { job } = (await (await fetch(`${server.address}/api/jobs`, { method: 'POST', headers, body: JSON.stringify({ upload, name: 'rows.csv', type: 'issue', kind: KIND.food }) })).json()) as { job: { id: string } };
  const file = JSON.parse(readFileSync(server.signIns[0]?.keyFile ?? '', 'utf8')) as KeyFile;
  for (;;) {
    const view = (await (await fetch(`${server.address}/api/jobs/${job.id}`, { headers })).json()) as { state: string; done: number; digest?: string; code?: string };
    if (view.state === 'waiting') await fetch(`${server.address}/api/jobs/${job.id}/signatures`, { method: 'POST', headers, body: JSON.stringify({ actors: [signDigest(file, Buffer.from(view.digest ?? '', 'base64url'))] }) });
    else if (view.state === 'done') {
      if (view.done !== rows) throw new Error(`${String(view.done)} of ${String(rows)} rows`);
      return (performance.now() - begun) / 1000;
    } else if (view.state === 'failed') throw new Error(view.code);
    else await delay(10);
  }
}

async function limits(): Promise<{ verify: Figure; issue: Figure }> {
  record('machine: P-256 sign, one core', '/s', await rounds(() => signatureLimit(MS)));
  const verify = record('machine: P-256 verify, one core', '/s', await rounds(() => verifyLimit(MS)));
  const issue = record('bare SD-JWT library: issue', '/s', await rounds(() => libraryIssue(MS)));
  record('bare SD-JWT library: verify', '/s', await rounds(() => libraryVerify(MS)), verify);
  return { verify, issue };
}

async function reading(server: Server, verifyMachine: Figure): Promise<void> {
  const bare = record('machine: bare Fastify answer', '/s', await rounds(() => requestsPerSecond({ url: `${server.bareAddress}/bare` })));
  record('status by identifier', '/s', await rounds(() => requestsPerSecond({ url: `${server.address}/api/status/${server.licence}` })), bare);
  record('verdict by identifier, whole face', '/s', await rounds(() => requestsPerSecond({ url: `${server.address}/api/licences/${server.licence}` })), bare);
  const headers = await session(server);
  const { credential, qr } = (await (await fetch(`${server.address}/api/licences/${server.licence}/credential`, { headers })).json()) as { credential: string; qr: string };
  const post = (body: object) => ({ url: `${server.address}/api/verify`, method: 'POST' as const, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  record('verify a credential over HTTP', '/s', await rounds(() => requestsPerSecond(post({ credential }))), verifyMachine);
  record('verify a QR over HTTP', '/s', await rounds(() => requestsPerSecond(post({ qr }))), verifyMachine);
}

async function writing(server: Server, library: Figure): Promise<void> {
  const headers = await session(server);
  const count = QUICK ? 300 : 2_000;
  const alone = await rounds(async () => count / 10 / ((await ask<{ ms: number }>(server.child, { ask: 'naive', first: fresh(count / 10), count: count / 10, atOnce: 1 })).ms / 1000));
  const naive = record('naive: one licence a transaction, one client', '/s', alone);
  const crowd = record('naive: one licence a transaction, 64 clients', '/s', await rounds(async () => count / ((await ask<{ ms: number }>(server.child, { ask: 'naive', first: fresh(count), count, atOnce: 64 })).ms / 1000)));
  record('issue over HTTP, 64 clients', '/s', await rounds(() => issueOverHttp(server, headers, count)), crowd);
  const sizes = QUICK ? [1_000, 10_000] : [1_000, 10_000, 40_000];
  for (const rows of sizes) {
    const seconds = await rounds(() => bulk(server, headers, rows), rows > 10_000 ? 1 : rows > 1_000 ? (QUICK ? 1 : 3) : ROUNDS);
    const path = record(`bulk issue of ${rows.toLocaleString('en')} rows`, '/s', seconds.map((each) => rows / each), library);
    if (rows === sizes.at(-1)) for (const other of [naive, crowd]) record(`job path against ${other.name}`, '/s', [path.median], other);
  }
}

process.stdout.write(JSON_LINES ? '' : `load ${loadavg().map((n) => n.toFixed(2)).join(' ')}, ${String(cpus().length)} cores, Node ${process.version}; every write synced\n`);
if ((loadavg()[0] ?? 0) > 0.5) process.stderr.write('the machine is busy: these figures are not to be recorded\n');
const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
try {
  const machine = await limits();
  let server = await start(data);
  await reading(server, machine.verify);
  await writing(server, machine.issue);
  const headers = await session(server);
  while (!QUICK && serial < 100_000) await bulk(server, headers, Math.min(20_000, 100_000 - serial));
  record('resident memory after writing', 'MB', [(await ask<{ bytes: number }>(server.child, { ask: 'rss' })).bytes / 1e6]);
  await end(server);
  const starts: number[] = [];
  for (let round = 0; round < 3; round++) {
    server = await start(data);
    starts.push(server.startMs);
    if (round === 2) record('resident memory after start', 'MB', [(await ask<{ bytes: number }>(server.child, { ask: 'rss' })).bytes / 1e6]);
    await end(server);
  }
  record(`start with ${serial.toLocaleString('en')} licences`, 'ms', starts);
  rmSync(join(data, 'projection'), { recursive: true, force: true });
  server = await start(data);
  record(`rebuild of the index, ${serial.toLocaleString('en')} licences, start included`, '/s', [serial / (server.startMs / 1000)]);
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
