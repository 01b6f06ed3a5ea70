/** What an administrator asks of peers and orderers: over the same SDK and the same gRPC as a gateway, without Fabric's command line. */
import { request as httpsRequest } from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Client, credentials as grpcCredentials } from '@grpc/grpc-js';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { common, gateway as gatewayProtos, orderer, peer as peerProtos } from '@hyperledger/fabric-protos';
import type { Credentials } from '#network/ca/authority';
import type { OrdererAddress } from '#network/channel/membership';
import { connectLedger } from '#network/connect';
import { readP256PrivateKey, signLowS } from '#network/ecdsa';
import { HOST, LOOPBACK } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

const SUCCESS = 200;
const CREATED = 201;
const ANSWER_MS = 35_000; // a little more than a peer's own limit of installing
const UNLIMITED = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

/**
 * A channel to a node; nothing is dialled until the first call.
 * @param shown told of the certificate that the node shows, at every handshake
 */
export function dial(address: string, tlsRoot: string | Uint8Array, shown: (certificate: PeerCertificate) => void = () => undefined): Client {
  const checked: typeof checkServerIdentity = (host, certificate) => {
    shown(certificate);
    return checkServerIdentity(host, certificate);
  };
  return new Client(address, grpcCredentials.createSsl(Buffer.from(tlsRoot), null, null, { checkServerIdentity: checked }), {
    ...UNLIMITED, 'grpc.keepalive_time_ms': 120_000, 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000,
    // A second channel to a node is a second connection, and not the same one again.
    'grpc.use_local_subchannel_pool': 1,
  });
}

/** A peer as its own agency's administrator sees it. */
export class PeerCalls {
  readonly #client: Client;
  readonly #gateway: Gateway;
  readonly #sign: (message: Uint8Array) => Uint8Array;

  constructor(port: number, tlsRoot: string, mspId: string, administrator: Credentials) {
    this.#client = dial(`${HOST}:${String(port)}`, tlsRoot);
    this.#gateway = connectLedger({ client: this.#client, mspId, ...administrator });
    const key = readP256PrivateKey(administrator.privateKey);
    this.#sign = (message) => signLowS(message, key);
  }

  /** The SDK over the peer's gateway service. */
  get gateway(): Gateway {
    return this.#gateway;
  }

  /** Calls a system chaincode on this peer alone. @returns the payload @throws NetworkFault CALL_REFUSED */
  async call(channel: string, chaincode: string, name: string, args: readonly Uint8Array[] = []): Promise<Uint8Array> {
    const proposal = this.#gateway.getNetwork(channel).getContract(chaincode).newProposal(name, { arguments: [...args] });
    const signed = gatewayProtos.ProposedTransaction.deserializeBinary(proposal.getBytes()).getProposal()!;
    signed.setSignature(this.#sign(signed.getProposalBytes_asU8()));
    const answer = await new Promise<peerProtos.ProposalResponse>((resolve, reject) => {
      this.#client.makeUnaryRequest('/protos.Endorser/ProcessProposal', (value: peerProtos.SignedProposal) => Buffer.from(value.serializeBinary()), (bytes) => peerProtos.ProposalResponse.deserializeBinary(bytes), signed, { deadline: Date.now() + ANSWER_MS }, (error, value) => {
        if (error || !value) reject(error ?? new Error('no answer'));
        else resolve(value);
      });
    });
    const response = answer.getResponse();
    if (response?.getStatus() !== SUCCESS) throw new NetworkFault('CALL_REFUSED', `the peer refused ${name}: ${response?.getMessage() ?? 'no response'}`);
    return response.getPayload_asU8();
  }

  async channels(): Promise<string[]> {
    const answer = peerProtos.ChannelQueryResponse.deserializeBinary(await this.call('', 'cscc', 'GetChannels'));
    return answer.getChannelsList().map((each) => each.getChannelId());
  }

  async join(genesis: Uint8Array): Promise<void> {
    await this.call('', 'cscc', 'JoinChain', [genesis]);
  }

  close(): void {
    this.#gateway.close();
    this.#client.close();
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An orderer's channel participation service, which takes only certificates of its own agency. */
export class OrdererCalls {
  constructor(private readonly port: number, private readonly tlsRoot: string, private readonly client: Credentials) {}

  async channels(): Promise<string[]> {
    const { status, body } = await this.#ask('GET');
    if (status !== SUCCESS) throw new NetworkFault('CALL_REFUSED', `the orderer did not list its channels: ${String(status)} ${body}`);
    return ((JSON.parse(body) as { channels?: { name: string }[] | null }).channels ?? []).map(({ name }) => name);
  }

  /** Blocks that it has of a channel it has joined. */
  async height(channel: string): Promise<number> {
    const { status, body } = await this.#ask('GET', undefined, `/${channel}`);
    if (status !== SUCCESS) throw new NetworkFault('CALL_REFUSED', `the orderer did not tell of ${channel}: ${String(status)} ${body}`);
    return (JSON.parse(body) as { height: number }).height;
  }

  async join(genesis: Uint8Array): Promise<void> {
    const boundary = 'yizheng-genesis-block';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="genesis.block"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    const { status, body } = await this.#ask('POST', { type: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.concat([Buffer.from(head), genesis, Buffer.from(`\r\n--${boundary}--\r\n`)]) });
    if (status !== CREATED) throw new NetworkFault('CALL_REFUSED', `the orderer refused to join the channel: ${String(status)} ${body}`);
  }

  #ask(method: 'GET' | 'POST', content?: { type: string; bytes: Buffer }, below = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest({
        host: LOOPBACK, servername: HOST, port: this.port, path: `/participation/v1/channels${below}`, method, agent: false, timeout: ANSWER_MS,
        ca: this.tlsRoot, cert: this.client.certificate, key: this.client.privateKey,
        headers: content ? { 'content-type': content.type, 'content-length': content.bytes.length } : {},
      }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
      });
      request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer in time'))).end(content?.bytes);
    });
  }
}

/** The channel's configuration as a peer has it. */
export async function channelConfig(calls: PeerCalls, channel: string): Promise<common.Config> {
  return common.Config.deserializeBinary(await calls.call(channel, 'cscc', 'GetChannelConfig', [Buffer.from(channel)]));
}

/** Sends a change of the channel to one orderer after the other, until one takes it. @throws NetworkFault CALL_REFUSED */
export async function broadcastToAny(orderers: readonly OrdererAddress[], envelope: common.Envelope): Promise<void> {
  let failure: unknown;
  for (const { address, tlsRoot } of orderers) {
    try {
      return await broadcast(address, tlsRoot, envelope);
    } catch (error) {
      failure = error;
    }
  }
  throw failure instanceof NetworkFault ? failure : new NetworkFault('CALL_REFUSED', 'no orderer took the change', { cause: failure });
}

/** Sends an envelope to an orderer itself, as no gateway does for changes of the channel. */
async function broadcast(address: string, tlsRoot: string, envelope: common.Envelope): Promise<void> {
  const client = dial(address, tlsRoot);
  try {
    const answer = await new Promise<orderer.BroadcastResponse>((resolve, reject) => {
      const stream = client.makeBidiStreamRequest('/orderer.AtomicBroadcast/Broadcast', (value: common.Envelope) => Buffer.from(value.serializeBinary()), (bytes) => orderer.BroadcastResponse.deserializeBinary(bytes), { deadline: Date.now() + ANSWER_MS });
      stream.on('data', (value: orderer.BroadcastResponse) => {
        resolve(value);
        stream.cancel(); // else the call stays open until its deadline
      }).on('error', reject).on('end', () => reject(new Error('no answer')));
      stream.write(envelope);
    });
    if ((answer.getStatus() as number) !== SUCCESS) throw new NetworkFault('CALL_REFUSED', `the orderer refused the change: ${String(answer.getStatus())} ${answer.getInfo()}`);
  } finally {
    client.close();
  }
}
