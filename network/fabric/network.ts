/** Brings the nodes of a directory up and down on this machine: which process runs where, and what has to be asked of it in which order. */
import { rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries, type Binaries } from '#network/fabric/binaries';
import { channelConfig, OrdererCalls, PeerCalls } from '#network/fabric/calls';
import { JOINED, MADE, readCard, siteOf, writeCard, type Card, type Deployed } from '#network/fabric/card';
import { administratorOf, readHeld, renewCertificates, tlsAuthorityOf, tlsOf } from '#network/fabric/certificates';
import { APPLICATION_FILES, readPlace } from '#network/fabric/application';
import { preparePackages, serviceNode, type Package } from '#network/fabric/deployment';
import { describe, describeAgency, portsOf, type Agency, type Choice, type OrdererNode, type Holders, type PeerNode, type Site } from '#network/fabric/description';
import { writeWhole } from '#network/fabric/document';
import { NetworkFault } from '#network/fabric/fault';
import { genesisPath, makeConsortium, readGenesis, writeConfiguration } from '#network/fabric/folders';
import { contractDigest, type Invitation } from '#network/fabric/invitation';
import { Lifecycle } from '#network/fabric/lifecycle';
import type { Seat } from '#network/fabric/membership';
import { bundleContract } from '#network/fabric/package';
import { issuerOf, publishRevocations, revocationsOf } from '#network/fabric/revocation';
import { answers, demandFree } from '#network/fabric/ports';
import { kill, logPath, running, start, stop, until, type Command } from '#network/fabric/processes';

/** The compiled contract that the gateway's embedded ledger runs too. */
export const CONTRACT = fileURLToPath(new URL('../../chaincode/contract.js', import.meta.url));
export const FIRST_VERSION = '1.0';
const START_MS = 20_000;
const READY_MS = 60_000;
// Fabric's gRPC library reports every channel it opens and closes.
const LOGGING = { FABRIC_LOGGING_SPEC: process.env['FABRIC_LOGGING_SPEC'] ?? 'info:grpc=error', FABRIC_LOGGING_FORMAT: '%{time:2006-01-02T15:04:05.000Z07:00} %{level} [%{module}] %{message}' };
const VERSION = /^[A-Za-z0-9_.+-]{1,32}$/;

export type NodeState = Pick<Command, 'name' | 'folder'> & { readonly agency: string; readonly ports: readonly number[]; readonly pid: number | undefined };
export type Say = (line: string) => void;

export class Network {
  readonly consortium: Site;
  #card: Card;

  private constructor(readonly directory: string, card: Card) {
    this.#card = card;
    this.consortium = siteOf(directory, card);
  }

  /** @throws NetworkFault NETWORK_MISSING */
  static open(directory: string): Network {
    const card = readCard(directory);
    if (!card) throw new NetworkFault('NETWORK_MISSING', `there is no consortium in ${directory}: make one with "npm run network -- up", or name its directory with --dir`);
    return new Network(directory, card);
  }

  get ledgerId(): string {
    return this.#card.ledgerId;
  }

  get deployed(): Deployed | undefined {
    return this.#card.deployed;
  }

  /**
   * Makes a consortium where there is none, starts what does not run, joins what has not joined, deploys the first version of the
   * contract, and returns when a majority endorses. What exists is started again with its data.
   *
   * @throws NetworkFault
   */
  static async up(directory: string, choice: Choice, { contract = CONTRACT, say = () => undefined }: { contract?: string; say?: Say } = {}): Promise<Network> {
    const card = readCard(directory);
    if (!card && readPlace(directory)) throw new NetworkFault('NETWORK_MISSING', `${directory} holds an agency that has joined no consortium: "join" it with an invitation`);
    if (card?.format === JOINED && !card.deployed) throw new NetworkFault('NETWORK_DIFFERS', `${directory} holds an agency that has not finished joining: "join" it again with its invitation`);
    const consortium = card ? siteOf(directory, card) : describe(directory, choice);
    const binaries = await findBinaries(consortium.topology);
    say(`Fabric ${binaries.version}: ${consortium.topology}, ${String(consortium.orderers.length)} orderer(s), ${String(consortium.members.length)} agencies`);
    await demandFree(idlePorts(consortium, [card?.deployed, card?.next]));
    if (!card) {
      const { topology, agencies, basePort } = choice;
      writeCard(directory, { format: MADE, topology, agencies, basePort, ledgerId: await makeConsortium(describe(directory, choice)) });
    }
    const network = Network.open(directory);
    await network.#run(binaries, async (calls, joined) => {
      await network.#settle(calls, joined);
      if (!network.deployed) return network.#deploy(calls, FIRST_VERSION, contract, joined);
      await joined;
      await new Lifecycle(consortium, calls, READY_MS).endorsable();
    });
    return network;
  }

  /**
   * Starts the peer of an agency that has been taken up, and its own copy of the contract, and returns when the peer has caught up and
   * endorses. Cut short, it goes on where it was.
   *
   * @throws NetworkFault NETWORK_MISSING, NETWORK_DIFFERS, CONTRACT_DIFFERS
   */
  static async join(directory: string, invitation: Invitation, { contract = CONTRACT, say = () => undefined }: { contract?: string; say?: Say } = {}): Promise<Network> {
    const { topology, channel, chaincode, ledgerId, height, contract: { version, sha256 } } = invitation;
    const [place, known] = [readPlace(directory), readCard(directory)];
    if (!place) throw new NetworkFault('NETWORK_MISSING', `there is no agency in ${directory} that could join: "apply" makes one`);
    if (known && known.ledgerId !== ledgerId) throw new NetworkFault('NETWORK_DIFFERS', `${directory} is on ledger ${known.ledgerId}, and the invitation is to ${ledgerId}`);
    if (contractDigest(await bundleContract(contract)) !== sha256) throw new NetworkFault('CONTRACT_DIFFERS', `the contract here is not version ${version} of the invitation: take the release of this project that the consortium runs, or name its compiled contract with --contract`);
    const binaries = await findBinaries(topology);
    say(`Fabric ${binaries.version}: ${place.mspId} joins ${channel}, ledger ${ledgerId}`);
    const { peers, ...rest } = describeAgency(directory, place);
    await demandFree(idlePorts({ peers, ...rest }, [known?.deployed, known?.next]));
    if (!known) {
      writeWhole(genesisPath({ directory }), Buffer.from(invitation.genesis, 'base64'));
      writeCard(directory, { format: JOINED, topology, channel, chaincode, ledgerId, mspId: place.mspId, basePort: place.basePort });
    }
    const network = Network.open(directory);
    await network.#run(binaries, async (calls, joined) => {
      await joined;
      const lifecycle = new Lifecycle(network.consortium, calls, READY_MS);
      await lifecycle.reached(height);
      const committed = await lifecycle.committed();
      // Deploying another version than the channel's would be a proposal to change it.
      if (committed?.version !== version) throw new NetworkFault('CONTRACT_DIFFERS', `the channel runs contract ${committed?.version ?? 'none'} by now, and the invitation names ${version}: ask for a new one, which "submit" of the same update writes`);
      if (!network.deployed) await network.#deploy(calls, version, contract, joined);
      await lifecycle.endorsing();
    });
    return network;
  }

  /** Starts every node that does not run, and works with the peers while they join. */
  async #run(binaries: Binaries, work: (calls: ReadonlyMap<Agency, PeerCalls>, joined: Promise<void>) => Promise<void>): Promise<void> {
    const { orderers, peers, members } = this.consortium;
    await this.#linkLibraries();
    await writeConfiguration(this.consortium, this.ledgerId);
    for (const node of [...orderers, ...peers]) start(nodeCommand(node, binaries));
    await this.#withPeers(async (calls) => {
      const joined = this.#join(calls);
      joined.catch(() => undefined); // awaited by the work; until then its failure is nobody's
      for (const each of this.#versions()) for (const agency of members) start(serviceNode(agency, each).command);
      await work(calls, joined);
    });
  }

  /**
   * Works with one agency's keys and peer alone.
   *
   * @param name may be left out where there is only one agency
   * @throws NetworkFault AGENCY_UNKNOWN, NODE_FAILED
   */
  async seated<T>(name: string | undefined, work: (seat: Seat) => Promise<T>): Promise<T> {
    const { consortium: site, ledgerId } = this;
    const agency = site.members.find((each) => each.name === name || (name === undefined && site.members.length === 1));
    const names = site.members.map((each) => each.name).join(', ');
    if (!agency) throw new NetworkFault('AGENCY_UNKNOWN', name === undefined ? `say for which agency with --agency: ${names}` : `there is no agency ${name} in ${this.directory}: ${names}`);
    return this.#withPeers((calls) => {
      const own = calls.get(agency);
      if (!own) throw new NetworkFault('NODE_FAILED', `the peer of ${agency.name} does not run: start it first`);
      return work({ site, agency, calls: own, ledgerId });
    });
  }

  /** What is committed on the channel, as one agency's peer has it. */
  async committed({ agency, calls }: Seat): Promise<Deployed | undefined> {
    return new Lifecycle(this.consortium, new Map([[agency, calls]]), READY_MS).committed();
  }

  /** Puts another version of the contract on the channel; the old one answers until the new one is committed. */
  async deploy(version: string, contract = CONTRACT): Promise<Deployed> {
    if (!VERSION.test(version)) throw new NetworkFault('CONTRACT_UNUSABLE', 'a version has 1 to 32 letters, digits, dots, underscores, plus or minus signs');
    await this.#withPeers((calls) => this.#deploy(calls, version, contract, Promise.resolve()));
    return this.deployed!;
  }

  async #deploy(calls: ReadonlyMap<Agency, PeerCalls>, version: string, contract: string, joined: Promise<unknown>): Promise<void> {
    const { consortium } = this;
    await this.#settle(calls, joined);
    const lifecycle = new Lifecycle(consortium, calls, READY_MS);
    // Agencies of other directories may have committed what is not known here; a channel that has just been made has nothing.
    const committed = this.deployed || this.#card.format === JOINED ? await lifecycle.committed() : undefined;
    const isSame = this.deployed?.version === version;
    const isCommitted = committed?.version === version;
    const definition = { version, sequence: isCommitted ? committed.sequence : (committed?.sequence ?? 0) + 1 };
    const packages = await preparePackages(consortium, definition, contract, isSame);
    if (!isSame) this.#keep({ next: definition });
    for (const each of packages) start(each.service);
    await joined;
    await Promise.all(packages.filter(({ agency }) => calls.has(agency)).map(async ({ agency, id, bytes }: Package) => {
      await lifecycle.install(agency, id, bytes);
      await lifecycle.approve(agency, definition, id);
    }));
    // From the commit on peers ask the new version: it must be there.
    await Promise.all(consortium.members.map((agency) => serving(agency, definition)));
    if (!isCommitted) await lifecycle.commit(definition);
    await lifecycle.endorsable();
    if (!isSame) await this.#adopt(definition);
  }

  /** Takes up what a deployment that was cut short has left: the channel says whether it was committed. */
  async #settle(calls: ReadonlyMap<Agency, PeerCalls>, joined: Promise<unknown>): Promise<void> {
    const { next } = this.#card;
    if (!next) return;
    await joined;
    const committed = await new Lifecycle(this.consortium, calls, READY_MS).committed();
    if (committed?.version === next.version && committed.sequence === next.sequence) return this.#adopt(next);
    await this.#stopServices(next);
    this.#keep({ next: undefined });
  }

  async #adopt(definition: Deployed): Promise<void> {
    const previous = this.deployed;
    this.#keep({ deployed: definition, next: undefined });
    if (previous) await this.#stopServices(previous);
  }

  #keep({ deployed = this.#card.deployed, next }: { deployed?: Deployed | undefined; next: Deployed | undefined }): void {
    const { deployed: _, next: __, ...rest } = this.#card;
    this.#card = { ...rest, ...(deployed && { deployed }), ...(next && { next }) };
    writeCard(this.directory, this.#card);
  }

  async #stopServices(definition: Deployed): Promise<void> {
    await Promise.all(this.consortium.members.map((agency) => stop(serviceNode(agency, definition).folder)));
  }

  #versions(): Deployed[] {
    return [this.#card.deployed, this.#card.next].filter((each) => each !== undefined);
  }

  /**
   * Puts a certificate on its agency's revocation list in the channel, and waits until every running peer has it.
   *
   * @param file PEM
   * @returns the agency, or undefined where it was revoked before
   */
  async revoke(file: string): Promise<Agency | undefined> {
    const { agency, serialNumber } = issuerOf(this.consortium, file);
    const revoked = revocationsOf(agency);
    if (revoked.some((each) => each.serialNumber === serialNumber)) return undefined;
    await this.#withPeers(async (calls) => {
      const [some] = calls.values();
      const sequence = await publishRevocations(this.consortium, some!, agency, [...revoked, { serialNumber, at: new Date() }]);
      await Promise.all(this.consortium.peers.filter((node) => calls.has(node.agency)).map((node) => until(node, START_MS, async () => {
        if ((await channelConfig(calls.get(node.agency)!, this.consortium.channel)).getSequence() < sequence) throw new Error('not there yet');
      })));
    });
    return agency;
  }

  /** Issues every certificate again for its key, and starts the running nodes again with them, one after the other. @returns how many */
  async renew(): Promise<number> {
    const renewed = await renewCertificates(this.consortium);
    for (const { name } of this.nodes().filter(({ pid }) => pid !== undefined)) {
      await this.stop(name);
      await this.start(name);
    }
    if (this.nodes().some(({ pid }) => pid !== undefined)) await this.#withPeers((calls) => new Lifecycle(this.consortium, calls, READY_MS).endorsable());
    return renewed;
  }

  /** Every node with its state. */
  nodes(): NodeState[] {
    const { consortium, deployed } = this;
    const fabric = [...consortium.orderers, ...consortium.peers].map(({ name, folder, agency, ports }) => ({ name, folder, agency: agency.name, ports: Object.values(ports), pid: running(folder) }));
    const services = this.#versions().flatMap((each) => consortium.members.map((agency) => {
      const { name, folder, port } = serviceNode(agency, each);
      return { name: each === deployed ? name : `${name}-${each.version}`, folder, agency: agency.name, ports: [port], pid: running(folder) };
    }));
    return [...fabric, ...services];
  }

  /** @throws NetworkFault NODE_UNKNOWN */
  node(name: string): NodeState {
    const found = this.nodes().find((node) => node.name === name);
    if (!found) throw new NetworkFault('NODE_UNKNOWN', `there is no node ${name}: ${this.nodes().map((node) => node.name).join(', ')}`);
    return found;
  }

  logOf(name: string): string {
    return logPath(this.node(name).folder);
  }

  /** @returns whether it ran */
  async kill(name: string): Promise<boolean> {
    return kill(this.node(name).folder);
  }

  /** Lets a node end by itself. @returns whether it ran */
  async stop(name: string): Promise<boolean> {
    return stop(this.node(name).folder);
  }

  /** Starts one node and waits until it answers. @returns whether it was started */
  async start(name: string): Promise<boolean> {
    const { folder, pid, ports } = this.node(name);
    if (pid !== undefined) return false;
    await demandFree(ports);
    const { consortium } = this;
    const node = [...consortium.orderers, ...consortium.peers].find((each) => each.name === name);
    await writeConfiguration(consortium, this.ledgerId);
    if (!node) {
      const service = consortium.members.flatMap((agency) => this.#versions().map((each) => serviceNode(agency, each))).find((each) => each.folder === folder)!;
      start(service.command);
      await until(service, START_MS, () => answers(service.port));
      return true;
    }
    start(nodeCommand(node, await findBinaries(consortium.topology)));
    if (node.kind === 'peer') await this.#withPeers((calls) => this.#joinPeer(node, calls.get(node.agency)!));
    else await this.#joinOrderer(node).then(() => this.#catchUp(node));
    return true;
  }

  /** Lets every node end by itself. @returns the names of those that ran */
  async down(): Promise<string[]> {
    const nodes = this.nodes();
    const ran = await Promise.all(nodes.map(({ folder }) => stop(folder)));
    return nodes.filter((_, index) => ran[index]).map(({ name }) => name);
  }

  /** Stops the nodes and removes the consortium with all its data and keys. */
  async clean(): Promise<void> {
    await this.down();
    const { consortium, directory } = this;
    for (const { folder } of consortium.members) await rm(folder, { recursive: true, force: true });
    for (const name of ['genesis.block', 'node_modules', 'consortium.json', ...APPLICATION_FILES]) await rm(join(directory, name), { force: true });
  }

  async #withPeers<T>(work: (calls: ReadonlyMap<Agency, PeerCalls>) => Promise<T>): Promise<T> {
    const calls = new Map(this.consortium.peers.filter(({ folder }) => running(folder) !== undefined).map(({ agency, ports }) => [agency, peerCalls(agency, ports.listen)]));
    if (calls.size === 0) throw new NetworkFault('NODE_FAILED', 'no peer is running: start the network with "npm run network -- up"');
    try {
      return await work(calls);
    } finally {
      for (const each of calls.values()) each.close();
    }
  }

  async #join(calls: ReadonlyMap<Agency, PeerCalls>): Promise<void> {
    await Promise.all([...this.consortium.orderers.map((node) => this.#joinOrderer(node)), ...this.consortium.peers.map((node) => this.#joinPeer(node, calls.get(node.agency)!))]);
  }

  async #joinOrderer(node: OrdererNode): Promise<void> {
    const calls = ordererCalls(node);
    const channels = await until(node, START_MS, () => calls.channels());
    if (!channels.includes(this.consortium.channel)) await calls.join(await readGenesis(this.consortium));
  }

  /** Waits until an orderer has what the others have: before that it is no help to them when the next one fails. */
  async #catchUp(node: OrdererNode): Promise<void> {
    const others = this.consortium.orderers.filter((each) => each !== node && running(each.folder) !== undefined);
    const heights = await Promise.allSettled(others.map((each) => ordererCalls(each).height(this.consortium.channel)));
    const highest = Math.max(0, ...heights.map((each) => (each.status === 'fulfilled' ? each.value : 0)));
    await until(node, READY_MS, async () => {
      if ((await ordererCalls(node).height(this.consortium.channel)) < highest) throw new Error('still behind');
    });
  }

  async #joinPeer(node: PeerNode, calls: PeerCalls): Promise<void> {
    const channels = await until(node, START_MS, () => calls.channels());
    if (!channels.includes(this.consortium.channel)) await calls.join(await readGenesis(this.consortium));
  }

  /** Contracts are loaded from the directory, with the libraries of this installation. */
  async #linkLibraries(): Promise<void> {
    const link = join(this.directory, 'node_modules');
    const libraries = dirname(dirname(createRequire(import.meta.url).resolve('fabric-shim/package.json')));
    await rm(link, { force: true });
    await symlink(libraries, link);
  }
}

const peerCalls = (agency: Agency, port: number): PeerCalls => new PeerCalls(port, readHeld(tlsAuthorityOf(agency)).certificate, agency.mspId, readHeld(administratorOf(agency)));

const ordererCalls = ({ agency, folder, ports }: OrdererNode): OrdererCalls => new OrdererCalls(ports.admin, readHeld(tlsAuthorityOf(agency)).certificate, readHeld(tlsOf(folder)));

function nodeCommand({ kind, name, folder }: OrdererNode | PeerNode, binaries: Binaries): Command {
  return { name, folder, program: binaries[kind], args: kind === 'peer' ? ['node', 'start'] : [], environment: { FABRIC_CFG_PATH: folder, ...LOGGING } };
}

function serving(agency: Agency, definition: Deployed): Promise<void> {
  const service = serviceNode(agency, definition);
  return until(service, START_MS, () => answers(service.port));
}

/** Ports of what does not run: these must be free. */
function idlePorts(consortium: Holders, versions: readonly (Deployed | undefined)[]): number[] {
  const services = versions.filter((each) => each !== undefined).flatMap((each) => consortium.members.map((agency) => serviceNode(agency, each)));
  const taken = [
    ...[...consortium.orderers, ...consortium.peers].filter(({ folder }) => running(folder) !== undefined).flatMap(({ ports }) => Object.values(ports)),
    ...services.filter(({ folder }) => running(folder) !== undefined).map(({ port }) => port),
  ];
  return portsOf(consortium).filter((port) => !taken.includes(port));
}
