/** A consortium's ledger through an agency's own peer, opened from a connection profile. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GatewayError, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { type Credentials, type IdentityRequest, issueIdentity } from '#network/ca/authority';
import { connectLedger, type GatewayGrpcClient } from '#network/connect';
import { headerHash, readBlock, readCommitHash } from '#network/embedded/block';
import { dial } from '#network/fabric/calls';
import { LegacyClient } from '#network/fabric/legacy/client';
import { LimitedClient } from '#network/fabric/limiter';
import { PeerLink } from '#network/fabric/link';
import { readProfile, type Profile } from '#network/fabric/profile';
import { LedgerFault } from '#network/fault';
import type { Connection, Ledger } from '#network/ledger';

/** Each waits for its block; this many fill one. */
const TRANSACTIONS = 8;
const SYSTEM = 'qscc'; // Fabric's own chaincode for reading the chain

/**
 * @param file connection profile
 * @throws LedgerFault LEDGER_REFUSED (the profile, or what it names, is wrong), LEDGER_DAMAGED (the peer has another ledger), LEDGER_IO (no answer)
 */
export async function openFabricLedger(file: string): Promise<Ledger> {
  const profile = readProfile(file);
  let [tlsRoot, certificate, privateKey]: string[] = [];
  try {
    [tlsRoot, certificate, privateKey] = await Promise.all([profile.peer.tlsRoot, profile.reader.certificate, profile.reader.privateKey].map((path) => readFile(path, 'utf8')));
  } catch (cause) {
    throw new LedgerFault('LEDGER_REFUSED', `a file that ${file} names cannot be read`, { cause });
  }
  const reader = { certificate: certificate!, privateKey: privateKey! };
  const seen: Certificates = new Map([['reader', new X509Certificate(reader.certificate).raw], ['peer-tls-authority', new X509Certificate(tlsRoot!).raw]]);
  const link = new PeerLink(() => dial(profile.peer.address, tlsRoot!, ({ raw }) => seen.set('peer-tls', raw)));
  let ledger: FabricLedger | undefined;
  try {
    ledger = new FabricLedger(profile, await clientOf(profile, link, { tlsRoot: tlsRoot!, reader }), reader, seen);
    await ledger.verify();
    return ledger;
  } catch (error) {
    await (ledger ?? link).close();
    if (error instanceof LedgerFault) throw error;
    throw new LedgerFault('LEDGER_IO', `the peer at ${profile.peer.address} does not answer: is the network up?`, { cause: error });
  }
}

/** A client identity by the authority that a profile names, whether or not the network is up. @param request.at when it is issued, ms; now where not given */
export async function enrolMember({ authority }: Profile, request: Pick<IdentityRequest, 'attributes' | 'commonName' | 'at'>): Promise<Credentials> {
  if (!authority) throw new LedgerFault('LEDGER_REFUSED', 'the profile names no authority: have the identity issued where the authority is kept');
  const [certificate, privateKey] = await Promise.all([readFile(authority.certificate, 'utf8'), readFile(authority.privateKey, 'utf8')]);
  return issueIdentity({ certificate, privateKey }, { ...request, role: 'client' });
}

type Certificates = Map<string, Uint8Array>;
type ClosableClient = GatewayGrpcClient & { close(): Promise<void> | void };

/** The peer itself, or, where it has no gateway service, what stands for it. */
async function clientOf({ channel, mspId, peer: { address, gatewayService = true } }: Profile, link: PeerLink, { tlsRoot, reader }: { tlsRoot: string; reader: Credentials }): Promise<ClosableClient> {
  return gatewayService ? link : LegacyClient.open({ channel, mspId, address, tlsRoot, reader }, link);
}

class FabricLedger implements Ledger {
  readonly #profile: Profile;
  readonly #opened: ClosableClient;
  readonly #client: LimitedClient;
  readonly #gateway: Gateway;

  constructor(profile: Profile, client: ClosableClient, reader: Credentials, private readonly certificates: Certificates) {
    this.#profile = profile;
    this.#opened = client;
    this.#client = new LimitedClient(client);
    this.#gateway = connectLedger({ client: this.client, mspId: profile.mspId, ...reader });
  }

  get client(): GatewayGrpcClient {
    return this.#client;
  }
  get channel(): string {
    return this.#profile.channel;
  }
  get chaincode(): string {
    return this.#profile.chaincode;
  }
  get mspId(): string {
    return this.#profile.mspId;
  }
  get transactionsAtOnce(): number {
    return TRANSACTIONS;
  }
  get ledgerId(): string {
    return this.#profile.ledgerId;
  }

  get connection(): Connection {
    const { inFlight, waiting } = this.#client;
    return { peer: this.#profile.peer.address, inFlight, waiting, certificates: this.certificates };
  }

  /** A profile names one ledger for ever: acts are signed for it. */
  async verify(): Promise<void> {
    const id = headerHash(readBlock(await this.block(0n))).toString('base64url');
    if (id !== this.ledgerId) throw new LedgerFault('LEDGER_DAMAGED', `the peer at ${this.#profile.peer.address} has ledger ${id}, the profile names ${this.ledgerId}`);
  }

  async enrol(attributes: Readonly<Record<string, string>>, commonName: string): Promise<Credentials> {
    return enrolMember(this.#profile, { attributes, commonName });
  }

  async height(): Promise<bigint> {
    return (await this.#chain()).height;
  }

  async head(): Promise<{ block: bigint; headerHash: Uint8Array; commitHash: Uint8Array }> {
    const { height, hash } = await this.#chain();
    return { block: height - 1n, headerHash: hash, commitHash: readCommitHash(readBlock(await this.block(height - 1n))) };
  }

  async block(number: bigint): Promise<Uint8Array> {
    try {
      return await this.#system.evaluateTransaction('GetBlockByNumber', this.channel, String(number));
    } catch (cause) {
      // The peer refuses what it does not have; everything else is the way to it.
      if (cause instanceof GatewayError && cause.details.length > 0) throw new LedgerFault('LEDGER_REFUSED', 'there is no such block', { cause });
      throw cause;
    }
  }

  async close(): Promise<void> {
    this.#gateway.close();
    await this.#opened.close();
  }

  get #system(): Contract {
    return this.#gateway.getNetwork(this.channel).getContract(SYSTEM);
  }

  async #chain(): Promise<{ height: bigint; hash: Uint8Array }> {
    const info = common.BlockchainInfo.deserializeBinary(await this.#system.evaluateTransaction('GetChainInfo', this.channel));
    return { height: BigInt(info.getHeight()), hash: info.getCurrentblockhash_asU8() };
  }
}
