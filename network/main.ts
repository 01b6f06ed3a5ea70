/** The command line of the network: consortia of Fabric nodes on this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { findBinaries } from '#network/fabric/binaries';
import { AGENCIES_MAX, DEFAULT_PORT, defaultAgencies, portsOf, describe, TOPOLOGIES, type Choice, type Topology } from '#network/fabric/description';
import { firstEnd } from '#network/fabric/certificates';
import { NetworkFault, type NetworkFaultCode } from '#network/fabric/fault';
import { Network } from '#network/fabric/network';

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

Nodes are named orderer1, peer1, chaincode1 and so on. Exit: 0 done, 1 internal, 2 usage, 3 refused and nothing changed, 8 a node failed.
`;

const OPTIONS = {
  dir: { type: 'string', default: 'data/consortium' }, topology: { type: 'string' }, agencies: { type: 'string' }, 'base-port': { type: 'string' },
  version: { type: 'string' }, contract: { type: 'string' }, follow: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const WARN_MS = 30 * 86_400_000;

class Usage extends Error {}

const EXIT: Readonly<Record<NetworkFaultCode, number>> = {
  FABRIC_MISSING: 3, FABRIC_VERSION: 3, PORT_BUSY: 3, NETWORK_MISSING: 3, NETWORK_DIFFERS: 3, NODE_UNKNOWN: 2, NODE_FAILED: 8, CONTRACT_UNUSABLE: 3, CALL_REFUSED: 8, CERTIFICATE_UNKNOWN: 3,
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

/** An existing consortium is what it is: asking for another one in its place is a mistake. */
function demandSame(directory: string, values: Values): void {
  let consortium;
  try {
    ({ consortium } = Network.open(directory));
  } catch (error) {
    if (error instanceof NetworkFault && error.code === 'NETWORK_MISSING') return;
    throw error;
  }
  const asked = { topology: values.topology, agencies: values.agencies, basePort: values['base-port'] };
  const differs = (Object.keys(asked) as (keyof typeof asked)[]).filter((key) => asked[key] !== undefined && asked[key] !== String(consortium[key]));
  if (differs.length > 0) throw new NetworkFault('NETWORK_DIFFERS', `${directory} holds a consortium with ${differs.map((key) => `${key} ${String(consortium[key])}`).join(', ')}: choose another --dir, or remove it with "clean"`);
}

async function up(directory: string, values: Values): Promise<void> {
  const choice = choiceOf(values);
  demandSame(directory, values);
  const began = Date.now();
  const network = await Network.up(directory, choice, { say, ...(values.contract === undefined ? {} : { contract: resolve(values.contract) }) });
  say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s: a majority of agencies endorses`);
  status(network);
  say(`\nA gateway of the first agency: npm start -- --ledger fabric --profile ${directory}/agency1/profile.json`);
}

function status(network: Network): void {
  const { consortium, deployed } = network;
  say(`${consortium.topology} in ${network.directory}, ledger ${network.ledgerId}`);
  say(deployed ? `contract ${deployed.version} (sequence ${String(deployed.sequence)})` : 'no contract deployed');
  const { certificate, at } = firstEnd(consortium);
  say(`certificates valid until ${at.toISOString().slice(0, 10)} (${certificate.slice(network.directory.length + 1)})${at.getTime() - Date.now() < WARN_MS ? ': renew them now with "npm run network -- renew"' : ''}`);
  for (const { name, agency, ports, pid } of network.nodes()) say(`  ${name.padEnd(12)} ${agency.padEnd(9)} ${(pid === undefined ? 'stopped' : `pid ${String(pid)}`).padEnd(12)} ports ${ports.join(' ')}`);
}

async function logs(network: Network, name: string, follow: boolean): Promise<void> {
  const tail = spawn('tail', [...(follow ? ['-n', '100', '-f'] : ['-n', '+1']), network.logOf(name)], { stdio: 'inherit' });
  await once(tail, 'exit');
}

async function run(args: readonly string[]): Promise<void> {
  const { values, positionals: [command, node, ...rest] } = parse(args);
  if (values.help || command === undefined || command === 'help') return say(HELP);
  if (rest.length > 0) throw new Usage(`one argument too many: ${rest[0] ?? ''}`);
  const directory = resolve(values.dir);
  const what = { logs: 'the name of a node', kill: 'the name of a node', start: 'the name of a node', stop: 'the name of a node', revoke: 'the file of a certificate' }[command];
  if (what !== undefined && node === undefined) throw new Usage(`${command} needs ${what}`);
  if (what === undefined && node !== undefined) throw new Usage(`one argument too many: ${node}`);
  const { version } = values;
  if (command === 'deploy' && version === undefined) throw new Usage('deploy needs --version');
  if (command === 'up') return up(directory, values);
  if (command === 'version') {
    const { version: found, peer } = await findBinaries('solo');
    return say(`Fabric ${found} in ${dirname(peer)}`);
  }
  if (!COMMANDS.has(command)) throw new Usage(`unknown command ${command}`);
  return act(Network.open(directory), command, node ?? '', values);
}

const COMMANDS: ReadonlySet<string> = new Set(['down', 'status', 'logs', 'kill', 'start', 'stop', 'revoke', 'renew', 'deploy', 'clean']);

async function act(network: Network, command: string, argument: string, values: Values): Promise<void> {
  switch (command) {
    case 'down': return say(`stopped: ${(await network.down()).join(', ') || 'nothing ran'}`);
    case 'status': return status(network);
    case 'logs': return logs(network, argument, values.follow);
    case 'kill': return say((await network.kill(argument)) ? `${argument} killed` : `${argument} did not run`);
    case 'start': return say((await network.start(argument)) ? `${argument} started` : `${argument} runs already`);
    case 'stop': return say((await network.stop(argument)) ? `${argument} stopped` : `${argument} did not run`);
    case 'revoke': {
      const agency = await network.revoke(argument);
      return say(agency ? `revoked for ${agency.name}: every running peer refuses it` : 'was revoked before');
    }
    case 'renew': return say(`${String(await network.renew())} certificates renewed`);
    case 'deploy': {
      const { version, sequence } = await network.deploy(values.version ?? '', ...(values.contract === undefined ? [] : [resolve(values.contract)]));
      return say(`contract ${version} is on the channel (sequence ${String(sequence)})`);
    }
    case 'clean': return network.clean();
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof Usage) process.stderr.write(`${error.message}\nSee npm run network -- --help\n`);
  else if (error instanceof NetworkFault) process.stderr.write(`${error.code}: ${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
  process.exitCode = error instanceof Usage ? 2 : error instanceof NetworkFault ? EXIT[error.code] : 1;
}
