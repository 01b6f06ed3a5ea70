/** A gateway under measurement, in a process of its own, and what clients do with it over HTTP. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { KIND } from '#gateway/catalogue/kinds';
import { signDigest, type KeyFile } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { foodFace, foodTable } from '#test/support/samples';

const SERVER = fileURLToPath(new URL('./server.js', import.meta.url));

export interface Server {
  readonly child: ChildProcess;
  readonly address: string;
  readonly bareAddress: string;
  readonly startMs: number;
  readonly signIns: readonly { name: string; password: string; keyFile: string }[];
  readonly licence: string;
}

/** @param profile connection profile of a consortium; the embedded ledger where there is none */
export async function start(data: string, profile?: string): Promise<Server> {
  const begun = performance.now();
  const child = fork(SERVER, [data, ...(profile === undefined ? [] : [profile])], { execArgv: ['--enable-source-maps', '--max-semi-space-size=64'] }); // as npm start
  const message = await new Promise<{ address: string; bareAddress: string; demo: Pick<Server, 'signIns' | 'licence'> }>((done, failed) => {
    child.once('message', done as never);
    child.once('exit', (code) => { failed(new Error(`the gateway ended with ${String(code)}`)); });
  });
  return { child, address: message.address, bareAddress: message.bareAddress, startMs: performance.now() - begun, ...message.demo };
}

export const ask = <T>({ child }: Server, message: object): Promise<T> => new Promise((done) => { child.once('message', done as never); child.send(message); });

/** Does nothing where the gateway has ended before. */
export async function end({ child }: Server): Promise<void> {
  if (!child.connected) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.send({ ask: 'end' });
  await gone;
}

/** A million but for some thousands: numbers of permits have six digits, and the demo has one of the last thousand. */
export const MILLION = 990_000;

let serial = 0;
/** Numbers of licences that nobody has used in this run. */
export const fresh = (count: number): number => {
  const first = serial;
  serial += count;
  return first;
};
export const issuedSoFar = (): number => serial;

/** @param who the clerk where nobody is named */
export async function session(server: Server, who = 'clerk'): Promise<Record<string, string>> {
  const { name, password } = server.signIns.find((signIn) => signIn.name === who) ?? { name: '', password: '' };
  const response = await fetch(`${server.address}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) });
  const { token } = (await response.json()) as { token: string };
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

/** Issues `count` licences over HTTP by `clients` side by side. @returns licences a second, and the milliseconds of each */
export async function issueOverHttp(server: Server, headers: Record<string, string>, count: number, clients: number): Promise<{ rate: number; times: number[] }> {
  let next = fresh(count);
  const last = next + count;
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    while (next < last) {
      const from = performance.now();
      const response = await fetch(`${server.address}/api/acts`, { method: 'POST', headers, body: JSON.stringify({ requestId: randomId(), act: { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(next++) } }) });
      if (response.status !== 201) throw new Error(await response.text());
      await response.arrayBuffer();
      times.push(performance.now() - from);
    }
  }));
  return { rate: count / ((performance.now() - begun) / 1000), times };
}

const status = async ({ address }: Server, identifier: string): Promise<string | undefined> => {
  const response = await fetch(`${address}/api/status/${identifier}`);
  return ((await response.json()) as { status?: string }).status;
};

/** Suspends and restores a licence at one gateway. @returns milliseconds from each request until another gateway says so */
export async function heardElsewhere(here: Server, there: Server, headers: Record<string, string>, times: number): Promise<number[]> {
  const licence = here.licence.split('.').slice(5, 8).join('.');
  const passed: number[] = [];
  for (let i = 0; i < times; i++) {
    const [op, expected] = i % 2 === 0 ? ['suspend', 'SUSPENDED'] : ['restore', 'VALID'];
    const from = performance.now();
    const done = fetch(`${here.address}/api/acts`, { method: 'POST', headers, body: JSON.stringify({ requestId: randomId(), act: { op, licence, reason: op === 'suspend' ? 'RECTIFICATION' : 'RECTIFIED' } }) });
    while ((await status(there, here.licence)) !== expected) await delay(2);
    passed.push(performance.now() - from);
    if (!(await done).ok) throw new Error(await (await done).text());
  }
  return passed;
}

/** The job path from the request to the last row: upload before, drafting, one signature, sealing, vault, ledger. @returns seconds */
export async function bulk(server: Server, headers: Record<string, string>, rows: number): Promise<number> {
  return tableJob(server, headers, rows, [...foodTable(rows, fresh(rows))].join(''), KIND.food);
}

/** A table of a kind of licences by the job path. @returns seconds */
export async function tableJob(server: Server, headers: Record<string, string>, rows: number, table: string, kind: string): Promise<number> {
  const { upload } = (await (await fetch(`${server.address}/api/uploads?name=rows.csv`, { method: 'POST', headers: { ...headers, 'content-type': 'text/csv' }, body: table })).json()) as { upload: string };
  const begun = performance.now();
  const { job } = (await (await fetch(`${server.address}/api/jobs`, { method: 'POST', headers, body: JSON.stringify({ upload, name: 'rows.csv', type: 'issue', kind }) })).json()) as { job: { id: string } };
  // Two persons, as many rows need.
  const files = server.signIns.slice(0, 2).map(({ keyFile }) => JSON.parse(readFileSync(keyFile, 'utf8')) as KeyFile);
  for (;;) {
    const view = (await (await fetch(`${server.address}/api/jobs/${job.id}`, { headers })).json()) as { state: string; done: number; digest?: string; code?: string };
    if (view.state === 'waiting') await fetch(`${server.address}/api/jobs/${job.id}/signatures`, { method: 'POST', headers, body: JSON.stringify({ actors: files.map((file) => signDigest(file, Buffer.from(view.digest ?? '', 'base64url'))) }) });
    else if (view.state === 'done') {
      if (view.done !== rows) throw new Error(`${String(view.done)} of ${String(rows)} rows`);
      return (performance.now() - begun) / 1000;
    } else if (view.state === 'failed') throw new Error(view.code);
    else await delay(10);
  }
}
