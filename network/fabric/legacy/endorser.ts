/** What the gateway service of a peer does with signed proposals and transactions, by means of `fabric-network`. They are sent as the client signed them. */
import { DEFAULT_DEADLINES } from '#network/connect';
import type { LegacyNetwork, Plan } from '#network/fabric/legacy/sdk';
import { type NodeDetail, RpcError, STATUS } from '#network/rpc';
import { type Endorsement, readEnvelope, readHeader, readPair, readResult, writeTransaction } from '#network/transaction';
import { readRepeated, WireWriter } from '#network/wire';

const ERROR_THRESHOLD = 400;
const PEER_ERROR = 500;
const FAILED = 'failed to endorse transaction, see attached details for more info';

/** protos.ProposalResponse as the library gives it. */
interface Answer {
  response: { status: number; message: string; payload: Uint8Array };
  payload: Uint8Array;
  endorsement: Endorsement | null;
  connection: { name: string };
}

/** What the library gives where no combination of peers endorsed: what each of them said. */
interface Failure extends Error {
  endorsements?: (Answer | (Error & { connection?: { name: string } }))[];
}

/** Evaluate, Endorse and Submit of gateway.Gateway: bytes in, bytes out. @throws RpcError as the service would */
export class LegacyEndorser {
  readonly #network: LegacyNetwork;

  constructor(network: LegacyNetwork) {
    this.#network = network;
  }

  /** Only the agency's own peer is asked. */
  async evaluate(body: Uint8Array): Promise<Uint8Array> {
    const targets = organizations(body);
    if (targets.length > 0 && !targets.includes(this.#network.mspId)) throw new RpcError(STATUS.FAILED_PRECONDITION, "only the agency's own peer can be asked");
    const [bytes, signature] = readPair(readPair(body, 3, 3)[0], 1, 2);
    const { peer } = this.#network;
    let answer: Answer;
    try {
      answer = (await peer.sendProposal(signedMessage({ proposal_bytes: bytes, signature }), DEFAULT_DEADLINES.evaluateMs)) as Answer;
    } catch (cause) {
      throw new RpcError(STATUS.UNAVAILABLE, `the agency's own peer does not answer: ${(cause as Error).message}`);
    }
    const refusal = refusalOf(answer);
    if (refusal) throw new RpcError(refusal.code, `evaluate call to endorser returned error: ${refusal.text}`, [this.#said(peer.name, refusal.text)]);
    const { status, message, payload } = answer.response;
    // What a transaction gives lies in the endorsed result; a system chaincode's answer has only the response.
    const result = answer.payload.length > 0 ? readResult(answer.payload).payload : payload;
    return new WireWriter().message(1, new WireWriter().number(1, status).string(2, message).bytes(3, result).finish()).finish();
  }

  async endorse(body: Uint8Array): Promise<Uint8Array> {
    const [bytes, signature] = readPair(readPair(body, 3, 3)[0], 1, 2);
    const [header, payload] = readPair(bytes, 1, 2);
    const { chaincode, channel } = readHeader(header);
    const answers = await this.#collect(channel, chaincode, signedMessage({ proposal_bytes: bytes, signature }), organizations(body));
    const [first] = answers;
    const endorsements = answers.flatMap(({ endorsement }) => endorsement ?? []);
    return new WireWriter().message(1, writeTransaction(header, withoutTransient(payload), first!.payload, endorsements)).finish();
  }

  async submit(body: Uint8Array): Promise<Uint8Array> {
    const { bytes, signature } = readEnvelope(readPair(body, 3, 3)[0]);
    const { chaincode } = readHeader(readPair(bytes, 1, 2)[0]);
    const plan = await this.#plan(chaincode);
    try {
      await plan.commit(signedMessage({ payload: bytes, signature }), { requestTimeout: DEFAULT_DEADLINES.submitMs });
    } catch (cause) {
      throw new RpcError(STATUS.UNAVAILABLE, `no orderers could successfully process transaction: ${(cause as Error).message}`);
    }
    return new Uint8Array(0);
  }

  /** Equal answers of one peer of each organization that is named, or of as many as the policy wants. */
  async #collect(channel: string, chaincode: string, signed: Buffer, named: string[]): Promise<Answer[]> {
    if (channel !== this.#network.channel) throw new RpcError(STATUS.FAILED_PRECONDITION, `channel ${this.#network.channel} is the only one of this connection`);
    const plan = await this.#plan(chaincode);
    let answers: (Answer | Failure)[];
    try {
      answers = (await plan.endorse(signed, { requestTimeout: DEFAULT_DEADLINES.endorseMs, preferredOrgs: [this.#network.mspId], ...(named.length > 0 && { requiredOrgs: named }) })) as (Answer | Failure)[];
    } catch (cause) {
      this.#network.forget(chaincode);
      throw new RpcError(STATUS.FAILED_PRECONDITION, `no combination of peers can be derived: ${(cause as Error).message}`);
    }
    const said = answers.flatMap((answer) => (answer instanceof Error ? (answer.endorsements ?? [answer]) : [answer]));
    const details = this.#complaints(said);
    if (details.length > 0 || answers.some((answer) => answer instanceof Error)) {
      this.#network.forget(chaincode);
      throw new RpcError(STATUS.ABORTED, FAILED, details);
    }
    return answers as Answer[];
  }

  async #plan(chaincode: string): Promise<Plan> {
    try {
      return await this.#network.plan(chaincode);
    } catch (cause) {
      throw new RpcError(STATUS.FAILED_PRECONDITION, `no combination of peers can be derived: ${(cause as Error).message}`);
    }
  }

  /** Who refused, was not there, or came to another result than the first that endorsed. */
  #complaints(said: NonNullable<Failure['endorsements']>): NodeDetail[] {
    const first = said.find((each): each is Answer => !(each instanceof Error) && refusalOf(each) === undefined);
    return said.flatMap((each) => {
      const peer = each.connection?.name ?? '';
      if (each instanceof Error) return [this.#said(peer, each.message)];
      const refusal = refusalOf(each);
      if (refusal) return [this.#said(peer, refusal.text)];
      return Buffer.compare(each.payload, first!.payload) === 0 ? [] : [this.#said(peer, 'ProposalResponsePayloads do not match')];
    });
  }

  #said(address: string, message: string): NodeDetail {
    return { address, mspId: this.#network.mspOf(address), message };
  }
}

/** EvaluateRequest.target_organizations, EndorseRequest.endorsing_organizations. */
function organizations(body: Uint8Array): string[] {
  return readRepeated(body, 4).map((name) => Buffer.from(name).toString('utf8'));
}

/** A peer that failed by itself sends no payload; with one, the contract has refused. Source: internal/pkg/gateway/apiutils.go. */
function refusalOf({ response: { status, message }, payload }: Answer): { code: number; text: string } | undefined {
  if (status >= 200 && status < ERROR_THRESHOLD) return undefined;
  if (status === PEER_ERROR && payload.length === 0) return { code: STATUS.ABORTED, text: message };
  return { code: STATUS.UNKNOWN, text: `chaincode response ${String(status)}, ${message}` };
}

/** A ChaincodeProposalPayload as it goes on the ledger. */
function withoutTransient(proposalPayload: Uint8Array): Buffer {
  return new WireWriter().bytes(1, readPair(proposalPayload, 1, 1)[0]).finish();
}

/** The library's types say bytes where it takes the message. */
function signedMessage(message: { signature: Uint8Array } & Record<string, Uint8Array>): Buffer {
  return message as unknown as Buffer;
}
