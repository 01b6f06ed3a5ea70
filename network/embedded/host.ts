import type { peer } from '@hyperledger/fabric-protos';
import type { Simulation } from '#network/embedded/simulator';
import { stubHandler } from '#network/embedded/handler';
import { type Chaincode, loadChaincode, type Shim } from '#network/shim';

// Fabric ends a run after this; here it is best effort, for a contract that loops without awaiting holds the thread.
const EXECUTE_LIMIT_MS = 30_000;

export interface Invocation {
  channel: string;
  txId: string;
  input: peer.ChaincodeInput;
  signedProposal: peer.SignedProposal;
}

export interface InvocationResult {
  status: number;
  message: string;
  payload: Uint8Array;
  event?: { name: string; payload: Uint8Array };
}

/** Runs the contract classes of one module through the stock shim. One per thread: the shim's metadata is global. */
export class ContractHost {
  readonly #shim: Shim;
  readonly #chaincode: Chaincode;

  private constructor(shim: Shim, chaincode: Chaincode) {
    this.#shim = shim;
    this.#chaincode = chaincode;
  }

  /** @param specifier file URL of a module that exports `contracts` @throws LedgerFault LEDGER_CONTRACT */
  static async load(specifier: string): Promise<ContractHost> {
    const { shim, chaincode } = await loadChaincode(specifier, 'embedded');
    return new ContractHost(shim, chaincode);
  }

  /** A throw in the contract comes back as status 500, as the shim makes it. */
  async invoke(simulation: Simulation, invocation: Invocation): Promise<InvocationResult> {
    const { channel, txId, input, signedProposal } = invocation;
    const stub = new this.#shim.ChaincodeStub(stubHandler(simulation), channel, txId, input, signedProposal);
    const response = await withinLimit(this.#chaincode.Invoke(stub));
    const result = { status: response.status, message: String(response.message ?? ''), payload: response.payload ?? new Uint8Array(0) };
    const event = stub.chaincodeEvent;
    return event ? { ...result, event: { name: event.getEventName(), payload: event.getPayload_asU8() } } : result;
  }
}

async function withinLimit<T>(run: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout expired while executing transaction')), EXECUTE_LIMIT_MS);
  });
  try {
    return await Promise.race([run, limit]);
  } finally {
    clearTimeout(timer);
  }
}
