/** `fabric-network` 2.2, which is installed only where it is asked for. It runs in a thread of its own: it reads the arguments and the environment of its process, ends it for `--version`, and prints. */
import type { Gateway, Network } from 'fabric-network';
import type { Credentials } from '#network/ca/authority';
import { LedgerFault } from '#network/fault';

/** Peers that come and go are seen within this time. */
const PLAN_AGE_MS = 10_000;

type Channel = ReturnType<Network['getChannel']>;
type Discoverer = ReturnType<Channel['client']['newDiscoverer']>;
export type Peer = ReturnType<Channel['getEndorser']>;
export type Plan = ReturnType<ReturnType<Channel['newDiscoveryService']>['newHandler']>;

/** What the thread is told; all of it can cross to it. */
export interface LegacyPlace {
  channel: string;
  mspId: string;
  /** host:port of the agency's own peer */
  address: string;
  /** PEM */
  tlsRoot: string;
  /** asks for the plans of endorsement */
  reader: Credentials;
}

/** A channel as the discovery service of the agency's own peer describes it: peers, orderers, and which of them must endorse. */
export class LegacyNetwork {
  readonly #place: LegacyPlace;
  readonly #gateway: Gateway;
  readonly #channel: Channel;
  readonly #plans = new Map<string, Promise<Plan>>();

  private constructor(place: LegacyPlace, gateway: Gateway, channel: Channel) {
    this.#place = place;
    this.#gateway = gateway;
    this.#channel = channel;
  }

  /** @throws LedgerFault LEDGER_REFUSED where the package is not installed */
  static async connect(place: LegacyPlace): Promise<LegacyNetwork> {
    const { channel, mspId, address, tlsRoot, reader } = place;
    const gateway = new (await load()).Gateway();
    const profile = { organizations: { own: { mspid: mspId, peers: [address] } }, peers: { [address]: { url: `grpcs://${address}`, tlsCACerts: { pem: tlsRoot } } } };
    const identity = { type: 'X.509', mspId, credentials: reader };
    await gateway.connect(profile, { identity, discovery: { enabled: true, asLocalhost: false } });
    return new LegacyNetwork(place, gateway, (await gateway.getNetwork(channel)).getChannel());
  }

  get channel(): string {
    return this.#place.channel;
  }
  get mspId(): string {
    return this.#place.mspId;
  }

  /** The agency's own peer. */
  get peer(): Peer {
    return this.#channel.client.getEndorser(this.#place.address, this.#place.mspId);
  }

  /** The agency of a peer, by its name in the plan. */
  mspOf(peer: string): string {
    return this.#channel.getEndorser(peer)?.mspid ?? '';
  }

  /** Sends to the peers that a chaincode's policy asks for, and to orderers. */
  plan(chaincode: string): Promise<Plan> {
    const known = this.#plans.get(chaincode);
    if (known) return known;
    const asked = this.#ask(chaincode);
    this.#plans.set(chaincode, asked);
    asked.catch(() => this.forget(chaincode));
    return asked;
  }

  /** The next plan is asked for anew: peers may have come or gone. */
  forget(chaincode: string): void {
    this.#plans.delete(chaincode);
  }

  async #ask(chaincode: string): Promise<Plan> {
    const service = this.#channel.newDiscoveryService(chaincode);
    const reader = this.#gateway.identityContext!;
    service.build(reader, { interest: [{ name: chaincode }] });
    service.sign(reader);
    await service.send({ asLocalhost: false, refreshAge: PLAN_AGE_MS, targets: [this.#discoverer()] });
    return service.newHandler();
  }

  #discoverer(): Discoverer {
    const discoverer = this.#channel.client.newDiscoverer(this.#place.address, this.#place.mspId);
    discoverer.setEndpoint(this.peer.endpoint);
    return discoverer;
  }
}

async function load(): Promise<typeof import('fabric-network')> {
  try {
    return await import('fabric-network');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new LedgerFault('LEDGER_REFUSED', 'the connection profile names a peer without gateway service, and the package for such peers is not installed: npm install --no-save fabric-network@2.2.20', { cause });
  }
}
