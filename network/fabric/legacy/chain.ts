/** The chain as the agency's own peer tells it to the profile's reader: Deliver, and Fabric's own chaincode for reading. */
import { type Gateway, GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';

const SYSTEM = 'qscc';

export class PeerChain {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway, readonly channel: string) {
    this.#gateway = gateway;
  }

  get network(): Network {
    return this.#gateway.getNetwork(this.channel);
  }

  async height(): Promise<bigint> {
    return BigInt(common.BlockchainInfo.deserializeBinary(await this.#ask('GetChainInfo', this.channel)).getHeight());
  }

  /** The block of a transaction, of copies the first; undefined where it is in none. */
  async blockOf(txId: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#ask('GetBlockByTxID', this.channel, txId);
    } catch (error) {
      // The peer refuses what it does not have; everything else is the way to it.
      if (error instanceof GatewayError && error.details.length > 0) return undefined;
      throw error;
    }
  }

  close(): void {
    this.#gateway.close();
  }

  #ask(name: string, ...args: string[]): Promise<Uint8Array> {
    return this.network.getContract(SYSTEM).evaluateTransaction(name, ...args);
  }
}
