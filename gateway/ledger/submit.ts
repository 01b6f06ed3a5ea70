/** One transaction from endorsement to a known outcome. Every outcome follows the table in docs/decisions/0004. */
import { setTimeout as delay } from 'node:timers/promises';
import { gateway as gatewayProtos, msp } from '@hyperledger/fabric-protos';
import type { Gateway, Status, Transaction } from '@hyperledger/fabric-gateway';
import type { Request } from '#chaincode/facts/commands';
import type { RequestResult } from '#chaincode/rules/batch';
import { connectLedger, type GatewayGrpcClient } from '#network/connect';
import { GatewayFault } from '../fault.js';
import type { AgencyIdentity } from '../keyring.js';
import type { Outbox } from './outbox.js';

export interface LedgerPlace {
  readonly client: GatewayGrpcClient;
  readonly channel: string;
  readonly chaincode: string;
  readonly mspId: string;
}

export interface Submitted {
  readonly results: readonly RequestResult[];
  /** Absent where nothing was written: everything was refused or had been done before. */
  readonly txId?: string;
  readonly block?: bigint;
}

const VALID = 0;
const MVCC_READ_CONFLICT = 11;
const PHANTOM_READ_CONFLICT = 12;
/** Conflicts mean that somebody else was faster: five rounds with jitter outlast any burst of a counter. */
const CONFLICT_TRIES = 5;
const ENDORSE_TRIES = 3;
const SETTLE_TRIES = 4;
const SETTLE_MS = 3_000;
const BACKOFF_MS = 100;

const pause = (attempt: number): Promise<void> => delay(BACKOFF_MS * 2 ** attempt * (0.5 + Math.random()));

export class Submitter {
  readonly #gateways = new Map<string, Gateway>();
  readonly #identities: Map<string, AgencyIdentity>;
  readonly #place: LedgerPlace;
  readonly #outbox: Outbox;

  constructor(place: LedgerPlace, identities: Map<string, AgencyIdentity>, outbox: Outbox) {
    this.#place = place;
    this.#identities = identities;
    this.#outbox = outbox;
  }

  /** Takes up an identity made after the start. */
  host(agency: string, identity: AgencyIdentity): void {
    this.#identities.set(agency, identity);
  }

  /** Identities in use. */
  get identities(): ReadonlyMap<string, AgencyIdentity> {
    return this.#identities;
  }

  hosts(agency: string): boolean {
    return this.#identities.has(agency);
  }

  /** The SDK gateway of an agency. @throws GatewayFault AGENCY_NOT_HOSTED */
  gateway(agency: string): Gateway {
    const known = this.#gateways.get(agency);
    if (known) return known;
    const identity = this.#identities.get(agency);
    if (!identity) throw new GatewayFault('AGENCY_NOT_HOSTED');
    const gateway = connectLedger({ client: this.#place.client, mspId: this.#place.mspId, ...identity });
    this.#gateways.set(agency, gateway);
    return gateway;
  }

  network(agency: string): ReturnType<Gateway['getNetwork']> {
    return this.gateway(agency).getNetwork(this.#place.channel);
  }

  /**
   * Carries requests of one agency to the ledger.
   * @throws GatewayFault LEDGER_UNAVAILABLE, LEDGER_CONFLICT (no effect), COMMIT_UNKNOWN (unknown; the next start settles it from the outbox), LEDGER_REJECTED
   */
  async submit(agency: string, requests: readonly Request[]): Promise<Submitted> {
    const argument = JSON.stringify(requests);
    for (let round = 0; round < CONFLICT_TRIES; round++) {
      const transaction = await this.#endorse(agency, argument);
      const results = JSON.parse(Buffer.from(transaction.getResult()).toString('utf8')) as RequestResult[];
      const news = results.some(({ recordedIn, results: each }) => recordedIn === undefined && each.some((result) => result.ok));
      if (!news) return { results };
      const status = await this.#send(agency, transaction);
      if (status.code === VALID) return { results, txId: status.transactionId, block: status.blockNumber };
      if (status.code !== MVCC_READ_CONFLICT && status.code !== PHANTOM_READ_CONFLICT) {
        throw new GatewayFault('LEDGER_REJECTED', { detail: { transaction: status.transactionId, validationCode: String(status.code) } });
      }
      await pause(round);
    }
    throw new GatewayFault('LEDGER_CONFLICT');
  }

  /** The contract answers rules by results, so a failed endorsement is infrastructure: nothing has happened yet. */
  async #endorse(agency: string, argument: string): Promise<Transaction> {
    const contract = this.network(agency).getContract(this.#place.chaincode);
    for (let attempt = 0; ; attempt++) {
      try {
        return await contract.newProposal('Submit', { arguments: [argument] }).endorse();
      } catch (error) {
        if (attempt + 1 >= ENDORSE_TRIES) throw new GatewayFault('LEDGER_UNAVAILABLE', { cause: error });
        await pause(attempt);
      }
    }
  }

  async #send(agency: string, transaction: Transaction): Promise<Status> {
    const txId = transaction.getTransactionId();
    await this.#outbox.put({ txId, agency, transaction: Buffer.from(transaction.getBytes()).toString('base64') });
    let status: Status;
    try {
      const commit = await transaction.submit();
      status = await commit.getStatus();
    } catch {
      status = await this.settle(agency, txId, transaction.getBytes());
    }
    await this.#outbox.settled(txId);
    return status;
  }

  /** Settles an unknown outcome by asking; what the ledger has not seen is sent again, byte for byte. */
  async settle(agency: string, txId: string, bytes: Uint8Array): Promise<Status> {
    for (let attempt = 0; attempt < SETTLE_TRIES; attempt++) {
      try {
        return await this.#ask(agency, txId);
      } catch {
        // Not there yet, or nobody to ask: sending again is safe, a second copy is invalidated as a duplicate.
      }
      try {
        const commit = await this.gateway(agency).newTransaction(bytes).submit();
        return await commit.getStatus({ deadline: Date.now() + SETTLE_MS });
      } catch {
        await pause(attempt);
      }
    }
    throw new GatewayFault('COMMIT_UNKNOWN', { outcome: 'unknown', detail: { transaction: txId } });
  }

  async #ask(agency: string, txId: string): Promise<Status> {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(this.#place.mspId);
    identity.setIdBytes(Buffer.from(this.#identities.get(agency)?.certificate ?? ''));
    const request = new gatewayProtos.CommitStatusRequest();
    request.setChannelId(this.#place.channel);
    request.setTransactionId(txId);
    request.setIdentity(identity.serializeBinary());
    const signed = new gatewayProtos.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    return this.gateway(agency).newCommit(signed.serializeBinary()).getStatus({ deadline: Date.now() + SETTLE_MS });
  }

  /** Settles what an earlier run left behind. @returns transactions that are still unknown. */
  async recover(): Promise<number> {
    let unknown = 0;
    for (const { agency, txId, transaction } of await this.#outbox.all()) {
      try {
        await this.settle(agency, txId, Buffer.from(transaction, 'base64'));
        await this.#outbox.settled(txId);
      } catch {
        unknown++;
      }
    }
    return unknown;
  }

  /** Has the ledger endorse a request that every rule refuses: proves that a transaction can be made, and makes none. */
  async probe(): Promise<void> {
    const [agency] = this.#identities.keys();
    await this.network(agency ?? '').getContract(this.#place.chaincode).newProposal('Submit', { arguments: ['[{}]'] }).endorse();
  }

  /** Asks the ledger itself for records, past the projection. */
  async read(agency: string, keys: readonly string[]): Promise<unknown[]> {
    const bytes = await this.network(agency).getContract(this.#place.chaincode).evaluateTransaction('Read', JSON.stringify(keys));
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown[];
  }

  close(): void {
    for (const gateway of this.#gateways.values()) gateway.close();
  }
}
