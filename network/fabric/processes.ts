/** Nodes as detached processes: a pid file and a log in the folder that is also their working directory. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NetworkFault } from '#network/fabric/fault';

export interface Command {
  readonly name: string;
  /** absolute */
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Time for a node to finish its writes; Fabric's own shutdown takes well under a second. */
const STOP_MS = 10_000;
const LOOK_MS = 20;

export const logPath = (folder: string): string => join(folder, 'log');
const pidPath = (folder: string): string => join(folder, 'pid');

/** Fabric takes any exported CORE_* or ORDERER_* over its files: a variable of another network must not reach ours. */
export function cleanEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && !/^(CORE|ORDERER|FABRIC_CFG)_/.test(entry[0])));
}

/** Starts a node unless it runs. Its output is added to its log. @returns whether it was started */
export function start({ folder, program, args, environment }: Command): boolean {
  if (running(folder) !== undefined) return false;
  const log = openSync(logPath(folder), 'a', 0o600);
  try {
    const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', log, log], env: { ...cleanEnvironment(process.env), ...environment } });
    child.on('error', () => undefined); // seen as a node that does not run
    if (child.pid !== undefined) writeFileSync(pidPath(folder), `${String(child.pid)}\n`);
    child.unref();
  } finally {
    closeSync(log);
  }
  return true;
}

/** The pid of the node in `folder`, if it runs. A number that the system has given to another process since is not it. */
export function running(folder: string): number | undefined {
  if (!existsSync(pidPath(folder))) return undefined;
  const pid = Number(readFileSync(pidPath(folder), 'utf8'));
  return Number.isInteger(pid) && pid > 1 && isOurs(pid, folder) ? pid : undefined;
}

function isOurs(pid: number, folder: string): boolean {
  try {
    return directoryOf(pid) === realpathSync(folder); // nothing to read of what has ended
  } catch {
    return false;
  }
}

function directoryOf(pid: number): string {
  if (process.platform === 'linux') return readlinkSync(`/proc/${String(pid)}/cwd`);
  return /^n(.*)$/m.exec(execFileSync('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[1] ?? '';
}

/** Lets a node end by itself, and after a while makes it. @returns whether it ran */
export async function stop(folder: string): Promise<boolean> {
  const pid = running(folder);
  if (pid === undefined) return false;
  signal(pid, 'SIGTERM');
  if (!(await ended(pid))) {
    signal(pid, 'SIGKILL');
    await ended(pid);
  }
  rmSync(pidPath(folder), { force: true });
  return true;
}

/** Ends a node as a power cut would. @returns whether it ran */
export async function kill(folder: string): Promise<boolean> {
  const pid = running(folder);
  if (pid === undefined) return false;
  signal(pid, 'SIGKILL');
  return ended(pid);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ended between looking and signalling
  }
}

async function ended(pid: number): Promise<boolean> {
  for (let waited = 0; isThere(pid); waited += LOOK_MS) {
    if (waited >= STOP_MS) return false;
    await delay(LOOK_MS);
  }
  return true;
}

/** A process lets go of its ports after its directory and before it is a zombie, which it may stay where nobody collects it. */
function isThere(pid: number): boolean {
  try {
    if (process.platform === 'linux') return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Asks until the answer is there; ends early when the node has ended. @throws NetworkFault NODE_FAILED */
export async function until<T>(node: { name: string; folder: string }, limitMs: number, ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      const gone = running(node.folder) === undefined;
      if (gone || Date.now() >= deadline) throw new NetworkFault('NODE_FAILED', `${node.name} ${gone ? 'has ended' : `did not answer in ${String(limitMs / 1000)} s`}: see "network logs ${node.name}" (${logPath(node.folder)})`, { cause });
    }
    await delay(LOOK_MS);
  }
}
