/** The command line of the network: consortia of Fabric nodes on this machine, and agencies that join one. */
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { AGENCIES_MAX, DEFAULT_AGENCY_PORT, DEFAULT_PORT, defaultAgencies, describe, MSP_ID, portsOf, TOPOLOGIES, type Choice, type Place, type Topology } from '#network/fabric/description';
import { OPERATING, TAKING_UP } from '#network/commands';
import { NetworkFault, type NetworkFaultCode } from '#network/fabric/fault';

const HELP = `A consortium of Hyperledger Fabric nodes on this machine, from Fabric's own programs in FABRIC_BIN or PATH.

npm run network -- COMMAND [--dir DIR]        DIR: data/consortium unless given

  up [--topology T] [--agencies N] [--base-port P]
                         make a consortium, or start the one that is there with its data
                         T: solo (1 Raft orderer), raft (3), bft (4 SmartBFT orderers, Fabric 3); default solo
                         N: agencies with a peer each; default 2, 3, 4.  P: first port; default ${String(DEFAULT_PORT)}
  down                   stop every node
  status                 nodes, processes, ports, contract
  logs NODE [--follow]   what a node printed
  kill NODE              end a node at once, as a power cut would
  start NODE             start a node again
  stop NODE              let a node end by itself
  deploy --version V [--contract FILE]
                         put a new version of the contract on the running channel
  revoke FILE            take a certificate out of use everywhere
  renew                  issue all certificates again, and start the running nodes again with them
  version                which Fabric was found
  clean                  stop every node and remove the consortium with its keys and data

An agency joins a running consortium, in this order. FILEs go from agency to agency; none holds a key.

  apply --msp ID [--base-port P]
                         the newcomer, in a directory of its own: make its keys, and its application; P: default ${String(DEFAULT_AGENCY_PORT)}
  propose APPLICATION --agency A [--out FILE]
                         agency A makes the change of the channel
  show UPDATE --agency A what the change does, and who has signed
  sign UPDATE --agency A agency A consents to it, in the file
  submit UPDATE [COPY ...] --agency A [--out FILE]
                         signed by a majority, in one file or several: put it on the channel, and write the invitation
  join INVITATION [--contract FILE]
                         the newcomer: start its peer and its copy of the contract, catch up, endorse

From then on the commands above work in the newcomer's directory, on its own nodes and keys, and these give it its say in the next one.
A: agency1 and so on; may be left out in the directory of one agency.

Nodes are named orderer1, peer1, chaincode1 and so on. Exit: 0 done, 1 internal, 2 usage, 3 refused and nothing changed, 8 a node failed.
`;

const OPTIONS = {
  dir: { type: 'string', default: 'data/consortium' }, topology: { type: 'string' }, agencies: { type: 'string' }, 'base-port': { type: 'string' },
  version: { type: 'string' }, msp: { type: 'string' }, agency: { type: 'string' }, out: { type: 'string' }, contract: { type: 'string' }, follow: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

class Usage extends Error {}

const EXIT: Readonly<Record<NetworkFaultCode, number>> = {
  FABRIC_MISSING: 3, FABRIC_VERSION: 3, PORT_BUSY: 3, NETWORK_MISSING: 3, NETWORK_DIFFERS: 3, NODE_UNKNOWN: 2, NODE_FAILED: 8, CONTRACT_UNUSABLE: 3, CALL_REFUSED: 8, CERTIFICATE_UNKNOWN: 3,
  AGENCY_UNKNOWN: 2, AGENCY_KNOWN: 3, APPLICATION_WRONG: 3, UPDATE_WRONG: 3, UPDATE_STALE: 3, UPDATE_UNSIGNED: 3, INVITATION_WRONG: 3, CONTRACT_DIFFERS: 3, APPROVALS_MISSING: 3,
};

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function whole(text: string, name: string, from: number, to: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < from || value > to) throw new Usage(`--${name} is a number from ${String(from)} to ${String(to)}`);
  return value;
}

function choiceOf(values: Values): Choice {
  const topology = (values.topology ?? 'solo') as Topology;
  if (!TOPOLOGIES.includes(topology)) throw new Usage(`--topology is one of ${TOPOLOGIES.join(', ')}`);
  const agencies = values.agencies === undefined ? defaultAgencies(topology) : whole(values.agencies, 'agencies', 1, AGENCIES_MAX);
  const basePort = values['base-port'] === undefined ? DEFAULT_PORT : whole(values['base-port'], 'base-port', 1024, 65_000);
  const last = Math.max(...portsOf(describe('', { topology, agencies, basePort })));
  if (last > 65_535) throw new Usage(`--base-port is too high: the last port would be ${String(last)}`);
  return { topology, agencies, basePort };
}

/** What each command takes after its name. */
const TAKES: Readonly<Record<string, string>> = {
  logs: 'the name of a node', kill: 'the name of a node', start: 'the name of a node', stop: 'the name of a node', revoke: 'the file of a certificate',
  propose: 'the file of an application', show: 'the file of an update', sign: 'the file of an update', submit: 'the file of an update', join: 'the file of an invitation',
};

async function run(args: readonly string[]): Promise<void> {
  const { values, positionals: [command, ...given] } = parse(args);
  if (values.help || command === undefined || command === 'help') return say(HELP);
  const [argument, ...rest] = given;
  const what = TAKES[command];
  if (rest.length > 0 && command !== 'submit') throw new Usage(`one argument too many: ${rest[0] ?? ''}`);
  if (what !== undefined && argument === undefined) throw new Usage(`${command} needs ${what}`);
  if (what === undefined && argument !== undefined) throw new Usage(`one argument too many: ${argument}`);
  const directory = resolve(values.dir);
  if (command === 'deploy' && values.version === undefined) throw new Usage('deploy needs --version');
  const task = taskOf(command, directory, given, values);
  if (!task) throw new Usage(`unknown command ${command}`);
  return task();
}

/** What is asked for, with all that it takes; who only asks wrongly is spared the wait for the code that does it. */
function taskOf(command: string, directory: string, given: readonly string[], values: Values): (() => Promise<void>) | undefined {
  const operating = () => import('#network/operating');
  const joining = () => import('#network/joining');
  if (command === 'up') {
    const choice = choiceOf(values);
    return async () => (await operating()).bringUp(directory, choice, { topology: values.topology, agencies: values.agencies, basePort: values['base-port'] }, values, say);
  }
  if (command === 'apply') {
    const place = placeOf(values);
    return async () => (await joining()).applyFor(directory, place, say);
  }
  if (command === 'join') return async () => (await joining()).joinBy(directory, given[0] ?? '', values, say);
  if (command === 'version') return async () => (await operating()).sayVersion(say);
  if (isOneOf(TAKING_UP, command)) return async () => (await joining()).takeUp(directory, command, given, values, say);
  if (isOneOf(OPERATING, command)) return async () => (await operating()).operate(directory, command, given[0] ?? '', values, say);
  return undefined;
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T => names.includes(name as T);

function placeOf({ msp, 'base-port': port }: Values): Place {
  if (msp === undefined || !new RegExp(MSP_ID).test(msp)) throw new Usage('apply needs --msp: a name for the agency on the channel, 2 to 63 letters, digits, dots and minus signs, such as Agency3MSP');
  return { mspId: msp, basePort: port === undefined ? DEFAULT_AGENCY_PORT : whole(port, 'base-port', 1024, 65_000) };
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof Usage) process.stderr.write(`${error.message}\nSee npm run network -- --help\n`);
  else if (error instanceof NetworkFault) process.stderr.write(`${error.code}: ${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
  process.exitCode = error instanceof Usage ? 2 : error instanceof NetworkFault ? EXIT[error.code] : 1;
}
