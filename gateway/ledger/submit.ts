/** One transaction from endorsement to a known outcome. Every outcome follows the table in docs/decisions/0004. */
import { setTimeout as delay } from 'node:timers/promises';
import { gateway as gatewayProtos, msp } from '@hyperledger/fabric-protos';
import type { Gateway, Status, Transaction } from '@hyperledger/fabric-gateway';
import type { Request } from '#chaincode/facts/commands';
import type { RequestResult } from '#chaincode/rules/batch';
import { connectLedger, type GatewayGrpcClient } from '#network/connect';
import { GatewayFault } from '../fault.js';
import type { AgencyIdentity } from '../keyring.js';
import { Endorser, type Documents } from './endorse.js';
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
/**
 * Some blocks long. After that the orderer has probably lost the envelope, as it does when it ends before it has written it, and it is
 * sent again; each time with more patience, for a ledger that is only slow gets no faster by it.
 */
const STATUS_MS = 3_000;
const MORE_PATIENCE = 1.5;
/** The peer answers at once for what it has; the rest may still be on its way. */
const ASK_MS = 1_000;
const SUBMIT_MS = 5_000;
/** From sending to giving up: whoever waits is told that the outcome is unknown, and may ask again. It is settled meanwhile. */
const SETTLE_MS = 15_000;
/** A transaction under way for longer says that nobody orders. */
const ORDERED_MS = 5_000;
/** Whoever asks for the health of the gateway does not wait long. */
const PROBE_MS = 3_000;
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 1_000;

const pause = (attempt: number): Promise<void> => delay(Math.min(BACKOFF_MS * 2 ** attempt, BACKOFF_MAX_MS) * (0.5 + Math.random()));
const within = (ms: number) => ({ deadline: Date.now() + ms });

export class Submitter {
  readonly #gateways = new Map<string, Gateway>();
  readonly #identities: Map<string, AgencyIdentity>;
  readonly #place: LedgerPlace;
  readonly #outbox: Outbox;
  readonly #endorser: Endorser;
  /** Transactions whose sender still waits for their outcome, and since when, ms. */
  readonly #awaited = new Map<string, number>();
  #unsettled = 0;
  #closed = false;
  #recovering: Promise<number> | undefined;

  constructor(place: LedgerPlace, identities: Map<string, AgencyIdentity>, outbox: Outbox) {
    this.#place = place;
    this.#identities = identities;
    this.#outbox = outbox;
    this.#endorser = new Endorser(place);
  }

  get endorser(): Endorser {
    return this.#endorser;
  }

  /** Whether what was sent comes to an end: nothing of unknown outcome, and nothing under way for long. */
  get ordering(): boolean {
    const [oldest = Date.now()] = this.#awaited.values();
    return this.#unsettled === 0 && Date.now() - oldest < ORDERED_MS;
  }

  /** Transactions of which nobody knows whether they were committed. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Takes up an identity made after the start. */
  host(agency: string, identity: AgencyIdentity): void {
    this.#identities.set(agency, identity);
  }

  /** Identities in use. */
  get identities(): ReadonlyMap<string, AgencyIdentity> {
    return this.#identities;
  }

  /** Whether somebody still waits for the outcome of a transaction. */
  awaits(txId: string): boolean {
    return this.#awaited.has(txId);
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
   * @param shown documents for the endorsers alone, by digest: no part of the transaction
   * @throws GatewayFault LEDGER_UNAVAILABLE, LEDGER_CONFLICT, BUSY, ENDORSEMENT_MISMATCH (no effect), COMMIT_UNKNOWN (unknown; settled later, from the outbox), LEDGER_REJECTED
   */
  async submit(agency: string, requests: readonly Request[], shown: Documents = {}): Promise<Submitted> {
    const argument = JSON.stringify(requests);
    for (let round = 0; round < CONFLICT_TRIES; round++) {
      const transaction = await this.#endorser.endorse(this.gateway(agency), argument, shown);
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

  async #send(agency: string, transaction: Transaction): Promise<Status> {
    const txId = transaction.getTransactionId();
    this.#awaited.set(txId, Date.now());
    try {
      await this.#outbox.put({ txId, agency, transaction: Buffer.from(transaction.getBytes()).toString('base64') });
      const status = await this.#commit(agency, transaction);
      await this.#outbox.settled(txId);
      return status;
    } catch (error) {
      if (error instanceof GatewayFault && error.code === 'COMMIT_UNKNOWN') this.#unsettled++;
      throw error;
    } finally {
      this.#awaited.delete(txId);
    }
  }

  async #commit(agency: string, transaction: Transaction): Promise<Status> {
    const until = Date.now() + SETTLE_MS;
    try {
      const commit = await transaction.submit(within(SUBMIT_MS));
      return await commit.getStatus(within(STATUS_MS));
    } catch {
      return this.settle(agency, transaction.getTransactionId(), transaction.getBytes(), until);
    }
  }

  /** Settles an unknown outcome by asking; what the ledger has not seen is sent again, byte for byte. @param until when to give up, ms @throws GatewayFault COMMIT_UNKNOWN; AGENCY_NOT_HOSTED where nobody here can ask in its name */
  async settle(agency: string, txId: string, bytes: Uint8Array, until = Date.now() + SETTLE_MS): Promise<Status> {
    if (!this.hosts(agency)) throw new GatewayFault('AGENCY_NOT_HOSTED');
    for (let attempt = 0; Date.now() < until && !this.#closed; attempt++) {
      try {
        return await this.#ask(agency, txId, ASK_MS * MORE_PATIENCE ** attempt);
      } catch {
        // Not there yet, or nobody to ask: sending again is safe, a second copy is invalidated as a duplicate.
      }
      try {
        await this.gateway(agency).newTransaction(bytes).submit(within(SUBMIT_MS));
      } catch {
        await pause(attempt);
      }
    }
    throw new GatewayFault('COMMIT_UNKNOWN', { outcome: 'unknown', detail: { transaction: txId } });
  }

  async #ask(agency: string, txId: string, ms: number): Promise<Status> {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(this.#place.mspId);
    identity.setIdBytes(Buffer.from(this.#identities.get(agency)?.certificate ?? ''));
    const request = new gatewayProtos.CommitStatusRequest();
    request.setChannelId(this.#place.channel);
    request.setTransactionId(txId);
    request.setIdentity(identity.serializeBinary());
    const signed = new gatewayProtos.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    return this.gateway(agency).newCommit(signed.serializeBinary()).getStatus(within(ms));
  }

  /** Settles what nobody waits for any more: of an earlier run, and of senders that were told that the outcome is unknown. @returns transactions that are still unknown. */
  recover(): Promise<number> {
    this.#recovering ??= this.#recover().finally(() => { this.#recovering = undefined; });
    return this.#recovering;
  }

  async #recover(): Promise<number> {
    const rows = (await this.#outbox.all()).filter(({ txId }) => !this.#awaited.has(txId));
    const settled = await Promise.allSettled(rows.map(async ({ agency, txId, transaction }) => {
      await this.settle(agency, txId, Buffer.from(transaction, 'base64'));
      await this.#outbox.settled(txId);
    }));
    this.#unsettled = settled.filter((each) => each.status === 'rejected').length;
    return this.#unsettled;
  }

  /** Has the ledger endorse a request that every rule refuses: proves that a transaction can be made, and makes none. */
  async probe(): Promise<void> {
    const [agency] = this.#identities.keys();
    await this.network(agency ?? '').getContract(this.#place.chaincode).newProposal('Submit', { arguments: ['[{}]'] }).endorse(within(PROBE_MS));
  }

  /** Asks the ledger itself for records, past the projection. */
  async read(agency: string, keys: readonly string[]): Promise<unknown[]> {
    const bytes = await this.network(agency).getContract(this.#place.chaincode).evaluateTransaction('Read', JSON.stringify(keys));
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown[];
  }

  close(): void {
    this.#closed = true;
    for (const gateway of this.#gateways.values()) gateway.close();
  }
}
