/** The commands that run the nodes of a directory: what is asked for is done by its parts, what they answer is said here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import type { Operating } from '#network/commands';
import { findBinaries } from '#network/fabric/binaries';
import { MADE, readCard } from '#network/fabric/card';
import { firstEnd } from '#network/fabric/certificates';
import { profilePath, type Choice } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';
import { Network, type Say } from '#network/fabric/network';

const WARN_MS = 30 * 86_400_000;

interface Asked {
  readonly topology: string | undefined;
  readonly agencies: string | undefined;
  readonly basePort: string | undefined;
}

interface Options {
  readonly contract?: string | undefined;
  readonly version?: string | undefined;
  readonly follow: boolean;
}

/** An existing consortium is what it is: asking for another one in its place is a mistake. */
function demandSame(directory: string, asked: Asked): void {
  const card = readCard(directory);
  if (!card) return;
  const held = { ...card, agencies: card.format === MADE ? card.agencies : 1 };
  const differs = (Object.keys(asked) as (keyof typeof asked)[]).filter((key) => asked[key] !== undefined && asked[key] !== String(held[key]));
  if (differs.length > 0) throw new NetworkFault('NETWORK_DIFFERS', `${directory} holds a consortium with ${differs.map((key) => `${key} ${String(held[key])}`).join(', ')}: choose another --dir, or remove it with "clean"`);
}

/** @param asked what was said of the consortium, if anything @throws NetworkFault */
export async function bringUp(directory: string, choice: Choice, asked: Asked, { contract }: Options, say: Say): Promise<void> {
  demandSame(directory, asked);
  const began = Date.now();
  const network = await Network.up(directory, choice, { say, ...(contract === undefined ? {} : { contract: resolve(contract) }) });
  say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s: a majority of agencies endorses`);
  status(network, say);
  say(`\nA gateway of the first agency: npm start -- --ledger fabric --profile ${profilePath(network.consortium.members[0]!)}`);
}

export async function sayVersion(say: Say): Promise<void> {
  const { version, peer } = await findBinaries('solo');
  say(`Fabric ${version} in ${dirname(peer)}`);
}

function status(network: Network, say: Say): void {
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

/** @param argument node, or file @throws NetworkFault */
export async function operate(directory: string, command: Operating, argument: string, values: Options, say: Say): Promise<void> {
  const network = Network.open(directory);
  switch (command) {
    case 'down': return say(`stopped: ${(await network.down()).join(', ') || 'nothing ran'}`);
    case 'status': return status(network, say);
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
