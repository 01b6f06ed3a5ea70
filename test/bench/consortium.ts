/** The same work on Fabric's own peers and orderer, all on this machine: what an application gets that sends one licence a transaction, and what ours gets. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usccCheck } from '#chaincode/facts/check-digit';
import { BLOCK_TIME_MS, profilePath } from '#network/fabric/description';
import { Network } from '#network/fabric/network';
import { joinLedger } from '#gateway/join';
import { ask, bulk, end, heardElsewhere, issueOverHttp, session, start, fresh, type Server } from './client.js';
import { median, quantile, QUICK, record, rounds, sayMachine } from './figures.js';
import { naiveApplication, type Naive } from './naive.js';

const CONTRACT = fileURLToPath(new URL('./contract.js', import.meta.url));
/** Away from a network that somebody uses, and from the tests'. */
const PORT = 19_050;
const CLIENTS = 200;
/** Synthetic. */
const OTHER = { code: `11370303009999777${usccCheck('11370303009999777') ?? ''}`, name: '示例市张店区文化和旅游局' };

export async function consortium(): Promise<void> {
  sayMachine('Fabric, one orderer, two agencies, a majority endorses');
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  const network = await Network.up(join(directory, 'consortium'), { topology: 'solo', agencies: 2, basePort: PORT }, { contract: CONTRACT });
  try {
    const profile = profilePath(network.consortium.members[0]!);
    const naive = await naiveApplication(profile);
    await committed(network, await start(data, profile), naive);
    await naive.close();
  } finally {
    await network.clean();
    for (const each of [directory, data]) rmSync(each, { recursive: true, force: true });
  }
}

async function committed(network: Network, server: Server, naive: Naive): Promise<void> {
  try {
    const count = QUICK ? 400 : 2_000;
    const one = record('naive: one licence a transaction, 200 clients', '/s', await rounds(async () => (await naive.issue(count, CLIENTS)).rate));
    const usage = cpuOf(network, server);
    const licences = 16_000;
    record('licences committed, prepared, 8 transactions in flight', '/s', await rounds(async () => {
      await ask(server, { ask: 'prepare', first: fresh(licences), count: licences, atOnce: 8 });
      usage();
      const { ms } = await ask<{ ms: number }>(server, { ask: 'commit' });
      usage('licences committed');
      return licences / (ms / 1000);
    }, 3), one);
    usage();
    const headers = await session(server);
    const rows = QUICK ? 1_000 : 10_000;
    record(`job path, ${rows.toLocaleString('en')} rows`, '/s', (await rounds(() => bulk(server, headers, rows), 3)).map((seconds) => rows / seconds), one);
    usage('job path');
    record('block time', 'ms', [BLOCK_TIME_MS]);
    for (const clients of [1, 50]) {
      const times = [...Array(3).keys()].map(() => [] as number[]);
      for (const each of times) each.push(...(await issueOverHttp(server, headers, clients === 1 ? (QUICK ? 10 : 30) : count, clients)).times);
      record(`single issue over HTTP, ${String(clients)} client(s), p50`, 'ms', times.map(median));
      record(`single issue over HTTP, ${String(clients)} client(s), p99`, 'ms', times.map((each) => quantile(each, 0.99)));
    }
    usage('single issues');
    record('evaluate, one key, 50 clients', '/s', await rounds(async () => (await naive.read(count, 50)).rate));
    const lags = await ask<{ times: number[] }>(server, { ask: 'lag', first: fresh(100), count: 100 });
    record('index behind the commit, p99', 'ms', [quantile(lags.times, 0.99)]);
    await elsewhere(network, server, headers);
  } finally {
    await end(server);
  }
}

/** The second agency's own gateway, on its own peer. */
async function elsewhere(network: Network, server: Server, headers: Record<string, string>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  const profile = profilePath(network.consortium.members[1]!);
  await joinLedger({ data, on: profile, agency: OTHER, publicName: 'http://localhost:8081', handOver: () => undefined });
  const other = await start(data, profile);
  try {
    const times = await heardElsewhere(server, other, headers, QUICK ? 20 : 200);
    record("suspension until another agency's gateway says so", 'ms', times);
    record("suspension until another agency's gateway says so, p99", 'ms', [quantile(times, 0.99)]);
  } finally {
    await end(other);
    rmSync(data, { recursive: true, force: true });
  }
}

const TICKS = 100; // of a second, as Linux counts them for every process

/** CPU seconds of each part since the last call, as shares of one core. */
function cpuOf(network: Network, server: Server): (phase?: string) => void {
  const pids = () => [...network.nodes().map(({ name, pid }) => [name, pid] as const), ['gateway', server.child.pid] as const, ['load client', process.pid] as const];
  const spent = () => new Map(pids().map(([name, pid]) => [name, ticksOf(pid)]));
  let [at, before] = [performance.now(), spent()];
  return (phase) => {
    const [now, after] = [performance.now(), spent()];
    if (phase !== undefined) for (const [name, ticks] of after) record(`${phase}: CPU of ${name}`, 'cores', [(ticks - (before.get(name) ?? 0)) / TICKS / ((now - at) / 1000)]);
    [at, before] = [now, after];
  };
}

function ticksOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
