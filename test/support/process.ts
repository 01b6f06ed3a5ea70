/** The gateway as users run it: a process of its own, on a free port, over a directory of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = resolve('dist/gateway/main.js');
const START_MS = 60_000;

export interface Running {
  readonly base: string;
  readonly child: ChildProcess;
  /** All it has written so far, to both outputs. */
  said(): string;
  /** Ends it as asked and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export async function startGateway(data: string, args: readonly string[] = ['--demo'], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, PORT: '0', YIZHENG_DATA: data, YIZHENG_LOG: 'error', NODE_OPTIONS: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  let errors = '';
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); said += chunk.toString(); });
  child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const base = await new Promise<string>((done, fail) => {
    const timer = setTimeout(() => { fail(new Error(`the gateway did not start: ${errors}`)); }, START_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /https?:\/\/localhost:\d+/.exec(line)?.[0];
      if (address !== undefined) { clearTimeout(timer); done(address); }
    });
    void ended.then((code) => { clearTimeout(timer); fail(new Error(`the gateway ended with ${String(code)}: ${errors}`)); });
  });
  return { base, child, said: () => said, end: async (signal) => { child.kill(signal); return ended; } };
}

/** Signs in as a demo user. @returns headers for JSON requests */
export async function signIn(base: string, data: string, name: string): Promise<Record<string, string>> {
  const { signIns } = JSON.parse(readFileSync(join(data, 'demo', 'sign-ins.json'), 'utf8')) as { signIns: { name: string; password: string }[] };
  const password = signIns.find((each) => each.name === name)?.password ?? '';
  const response = await fetch(`${base}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) });
  const { token } = (await response.json()) as { token: string };
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}
