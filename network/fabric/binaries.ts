/** Finds Fabric's official programs and asks them for their version. The project neither carries nor builds them. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Topology } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

export const RELEASES = 'https://github.com/hyperledger/fabric/releases';
const PROGRAMS = ['orderer', 'peer'] as const;
type Program = (typeof PROGRAMS)[number];

export interface Binaries extends Readonly<Record<Program, string>> {
  readonly version: string;
}

const run = promisify(execFile);

/** The first place with all programs: `FABRIC_BIN` alone where it is set, else the directories of `PATH`. */
export function findPrograms(environment: Readonly<Record<string, string | undefined>>): Record<Program, string> {
  const chosen = environment['FABRIC_BIN'];
  const places = chosen === undefined || chosen === '' ? (environment['PATH'] ?? '').split(delimiter).filter((place) => place !== '') : [chosen];
  const found = PROGRAMS.map((program) => [program, places.map((place) => join(place, program)).find(isExecutable)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([program]) => program);
  if (missing.length > 0) {
    throw new NetworkFault('FABRIC_MISSING', `Hyperledger Fabric is not installed: no ${missing.join(', no ')} in ${chosen ? `FABRIC_BIN (${chosen})` : 'PATH'}. Take a release (2.5.4 or newer; 3.x for bft) from ${RELEASES}, unpack it, and set FABRIC_BIN to its bin directory.`);
  }
  return Object.fromEntries(found) as Record<Program, string>;
}

/** @throws NetworkFault FABRIC_MISSING, FABRIC_VERSION */
export async function findBinaries(topology: Topology, environment: Readonly<Record<string, string | undefined>> = process.env): Promise<Binaries> {
  const programs = findPrograms(environment);
  const versions = await Promise.all(PROGRAMS.map(async (program) => ({ program, version: await versionOf(program, programs[program]) })));
  for (const { program, version } of versions) {
    if (!isEnough(version, topology)) throw new NetworkFault('FABRIC_VERSION', `${programs[program]} is Fabric ${version}: ${topology} needs ${topology === 'bft' ? '3.0.0' : '2.5.4'} or newer (${RELEASES}).`);
  }
  const [first, ...others] = versions;
  const other = others.find(({ version }) => version !== first!.version);
  if (other) throw new NetworkFault('FABRIC_VERSION', `${first!.program} is Fabric ${first!.version} and ${other.program} is ${other.version}: take both from one release.`);
  return { ...programs, version: first!.version };
}

async function versionOf(program: Program, path: string): Promise<string> {
  let text: string;
  try {
    text = (await run(path, ['version'], { env: {}, timeout: 10_000 })).stdout;
  } catch (cause) {
    throw new NetworkFault('FABRIC_MISSING', `${path} cannot be run: take ${program} for this machine from ${RELEASES}.`, { cause });
  }
  const version = /^ ?Version: v?(\d+\.\d+\.\d+\S*)$/m.exec(text)?.[1];
  if (version === undefined) throw new NetworkFault('FABRIC_VERSION', `${path} does not say its version: is it Fabric's ${program}?`);
  return version;
}

/** Whether a version can run a topology. The peer gateway's service is dependable from 2.5.4 on; SmartBFT came with 3.0. */
export function isEnough(version: string, topology: Topology): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  if (topology === 'bft' || major !== 2) return major >= 3;
  return minor > 5 || (minor === 5 && patch >= 4);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
