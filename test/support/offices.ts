/** Agencies with a directory, a gateway and staff of their own each, run by the commands of the README: all that passes between them are files and the network. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { startGateway, type Running } from './process.js';

export interface Ran { readonly status: number | null; readonly stdout: string; readonly stderr: string }
export type Given = (...args: string[]) => Ran;

export const program = (file: string, cwd: string, env: Readonly<Record<string, string>>): Given => (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(file), ...args], { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', ...env } });
  return { status, stdout, stderr };
};

/** Gateways that were started; whatever happens, they end with the test. */
export const running: Running[] = [];
process.once('exit', () => { for (const { child } of running) child.kill('SIGKILL'); });

/** An agency with what lies on its own machine. */
export interface Office {
  readonly code: string;
  readonly home: string;
  readonly data: string;
  readonly base: string;
  readonly yizheng: Given;
  /** with the key file of somebody */
  as(who: string): Given;
  start(...args: string[]): Promise<Running>;
}

/** @param env of its gateway and of its command line @param scheme https where it has a certificate */
export function office(home: string, { code, port }: { readonly code: string; readonly port: number }, env: Readonly<Record<string, string>> = {}, scheme = 'http'): Office {
  const [data, base] = [join(home, 'data'), `${scheme}://localhost:${String(port)}`];
  const { YIZHENG_TLS_CERTIFICATE: certificate } = env;
  const given = (who?: string): Given => program('dist/cli/main.js', home, {
    HOME: home, YIZHENG_DATA: data, YIZHENG_GATEWAY: base, ...(certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate }), ...(who === undefined ? {} : { YIZHENG_KEY: join(home, `${who}.key.json`) }),
  });
  return { code, home, data, base, yizheng: given(), as: given, start: async (...args) => {
    const gateway = await startGateway(data, ['--no-demo', ...args], { PORT: String(port), ...env });
    running.push(gateway);
    return gateway;
  } };
}

/** Until the other agency's gateway has a block, or a peer that was started again is believed. */
const SEEN_MS = 20_000;

/** Asks until the answer is the one. @returns the last answer */
export function until(ask: () => Ran, status: number): Ran {
  for (const deadline = Date.now() + SEEN_MS; ;) {
    const answer = ask();
    if (answer.status === status || Date.now() > deadline) return answer;
  }
}

export const ok = (t: Test, ran: Ran, what: string): string => {
  t.equal(ran.status, 0, `${what} ${ran.status === 0 ? '' : ran.stdout + ran.stderr}`);
  return ran.stdout;
};
