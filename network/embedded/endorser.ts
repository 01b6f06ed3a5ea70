import type { KeyObject } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import { signLowS } from '#network/ecdsa';
import { admitProposal, type Names, type Proposal } from '#network/embedded/admission';
import { sha256 } from '#network/embedded/crypto';
import type { ContractHost, InvocationResult } from '#network/embedded/host';
import type { Msp } from '#network/embedded/msp';
import { Simulation } from '#network/embedded/simulator';
import type { LedgerStore } from '#network/embedded/store';
import { LedgerFault } from '#network/fault';
import { type NodeDetail, RpcError, STATUS } from '#network/rpc';
import { writeTransaction } from '#network/transaction';
import { WireWriter } from '#network/wire';

const ERROR_THRESHOLD = 400;
// An endpoint name for error details; Fabric gives host and port of the peer.
const ADDRESS = 'embedded';

export interface PeerIdentity {
  /** msp.SerializedIdentity */
  identity: Uint8Array;
  key: KeyObject;
}

export interface EndorserParts {
  store: LedgerStore;
  host: ContractHost;
  msp: Msp;
  names: Names;
  self: PeerIdentity;
  own: OwnEndorsements;
}

// Endorsements whose transaction has not come back yet; the oldest are forgotten and then verified like any other.
const OWN_LIMIT = 20_000;

/**
 * What this process endorsed itself, so that the validator need not verify its own peer's signature again (a quarter
 * of a submit's signature work). Only exact matches of content and signature count; after a restart it is empty.
 */
export class OwnEndorsements {
  readonly #digests = new Set<string>();

  add(message: Uint8Array, signature: Uint8Array): void {
    this.#digests.add(sha256(message, signature).toString('latin1'));
    if (this.#digests.size > OWN_LIMIT) for (const oldest of this.#digests) return void this.#digests.delete(oldest);
  }

  /** True once for each endorsement made. */
  take(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#digests.delete(sha256(message, signature).toString('latin1'));
  }
}

/** Runs the contract for a client: to answer a question, or to endorse a transaction. */
export class Endorser {
  readonly #parts: EndorserParts;

  constructor(parts: EndorserParts) {
    this.#parts = parts;
  }

  /** EvaluateResponse bytes. @throws RpcError UNKNOWN when the contract refuses, as Fabric's gateway answers */
  async evaluate(signedProposal: Uint8Array): Promise<Uint8Array> {
    const { result } = await this.#run(signedProposal, false);
    if (isError(result)) {
      const text = refusalText(result);
      throw new RpcError(STATUS.UNKNOWN, `evaluate call to endorser returned error: ${text}`, this.#said(text));
    }
    return new WireWriter().message(1, responseBytes(result)).finish();
  }

  /** EndorseResponse bytes: the unsigned transaction. @throws RpcError ABORTED when the contract refuses */
  async endorse(signedProposal: Uint8Array): Promise<Uint8Array> {
    const { proposal, result, results } = await this.#run(signedProposal, true);
    if (isError(result)) throw new RpcError(STATUS.ABORTED, 'failed to endorse transaction, see attached details for more info', this.#said(refusalText(result)));
    return this.#endorsed(proposal, result, results);
  }

  #said(message: string): NodeDetail[] {
    return [{ address: ADDRESS, mspId: this.#parts.names.mspId, message }];
  }

  async #run(signedProposal: Uint8Array, isForLedger: boolean): Promise<{ proposal: Proposal; result: InvocationResult; results: Buffer }> {
    const { store, host, msp, names } = this.#parts;
    const proposal = await admitProposal(signedProposal, names, msp, Date.now());
    const { txId } = proposal.parts;
    if (store.place(txId)) throw new RpcError(STATUS.FAILED_PRECONDITION, 'duplicate transaction found');
    const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.input).getChaincodeSpec();
    const input = spec?.getInput();
    if (!input) throw new RpcError(STATUS.INVALID_ARGUMENT, 'the proposal has no chaincode input');
    const simulation = new Simulation(store, names.chaincode);
    try {
      const invocation = { channel: names.channel, txId, input, signedProposal: peer.SignedProposal.deserializeBinary(signedProposal) };
      const result = await host.invoke(simulation, invocation);
      store.assertSound();
      return { proposal, result, results: isForLedger ? simulation.results() : Buffer.alloc(0) };
    } catch (error) {
      if (error instanceof RpcError || error instanceof LedgerFault) throw error;
      const text = `error in simulation: ${(error as Error).message}`;
      throw new RpcError(STATUS.ABORTED, isForLedger ? 'failed to endorse transaction, see attached details for more info' : text, this.#said(text));
    } finally {
      await simulation.close();
    }
  }

  #endorsed({ parts, header, input }: Proposal, result: InvocationResult, results: Buffer): Buffer {
    const { names, self, own } = this.#parts;
    const proposalPayload = new WireWriter().bytes(1, input).finish();
    const action = new WireWriter().bytes(1, results).bytes(2, eventBytes(result, names.chaincode, parts.txId));
    action.message(3, responseBytes(result)).message(4, new WireWriter().string(2, names.chaincode).string(3, '1.0').finish());
    const proposalHash = sha256(parts.channelHeader, parts.signatureHeader, proposalPayload);
    const responsePayload = new WireWriter().bytes(1, proposalHash).bytes(2, action.finish()).finish();
    const signed = Buffer.concat([responsePayload, self.identity]);
    const signature = signLowS(signed, self.key);
    own.add(signed, signature);
    const envelope = writeTransaction(header, proposalPayload, responsePayload, [{ endorser: self.identity, signature }]);
    return new WireWriter().message(1, envelope).finish();
  }
}

function isError(result: InvocationResult): boolean {
  return result.status < 200 || result.status >= ERROR_THRESHOLD;
}

function refusalText({ status, message }: InvocationResult): string {
  return `chaincode response ${status}, ${message}`;
}

function responseBytes({ status, message, payload }: InvocationResult): Buffer {
  return new WireWriter().number(1, status).string(2, message).bytes(3, payload).finish();
}

function eventBytes({ event }: InvocationResult, chaincode: string, txId: string): Buffer {
  if (!event) return Buffer.alloc(0);
  return new WireWriter().string(1, chaincode).string(2, txId).string(3, event.name).bytes(4, event.payload).finish();
}
