/** A ledger under the suite, and what its cases share. No case knows which ledger it runs on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CloseableAsyncIterable, Contract, Gateway, Transaction } from '@hyperledger/fabric-gateway';
import type { Credentials } from '#network/ca/authority';
import { connectLedger } from '#network/connect';
import type { LedgerChoice } from '#gateway/ledger/open';
import type { Ledger } from '#network/ledger';

export interface Place {
  ledger: Ledger;
  /** how a gateway is set up here */
  readonly choice: LedgerChoice;
  /** Stops everything and starts it again on the same data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** A client with an agency of its own. */
export interface Party {
  readonly credentials: Credentials;
  readonly gateway: Gateway;
  readonly contract: Contract;
}

export type Call = readonly [name: string, ...args: string[]];

const ABORTED = 10;
const ENDORSE_TRIES = 20;
const AGAIN_MS = 50;

export async function enter({ ledger }: Place, agency = 'agency-1'): Promise<Party> {
  const credentials = await ledger.enrol({ agency }, 'conformance');
  const gateway = connectAs(ledger, credentials);
  return { credentials, gateway, contract: contractOf(ledger, gateway) };
}

export const connectAs = (ledger: Ledger, credentials: Credentials, mspId = ledger.mspId): Gateway => connectLedger({ client: ledger.client, mspId, ...credentials });
export const contractOf = (ledger: Ledger, gateway: Gateway): Contract => gateway.getNetwork(ledger.channel).getContract(ledger.chaincode, 'test');
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const json = (bytes: Uint8Array): unknown => JSON.parse(text(bytes));

/** Endorses; another agency's peer may be a block behind for a moment, and then their answers differ. The contract's own refusal is final. */
export async function endorse(contract: Contract, [name, ...args]: Call): Promise<Transaction> {
  for (let tries = 1; ; tries++) {
    try {
      return await contract.newProposal(name, { arguments: args }).endorse();
    } catch (error) {
      const { code, details = [] } = error as { code?: number; details?: { message: string }[] };
      const refused = details.some(({ message }) => message.includes('chaincode response'));
      if (code !== ABORTED || refused || tries === ENDORSE_TRIES) throw error;
      await delay(AGAIN_MS);
    }
  }
}

export interface Outcome {
  readonly code: number;
  readonly block: bigint;
  readonly txId: string;
}

export async function send(transaction: Transaction): Promise<Outcome> {
  const { code, blockNumber, transactionId } = await (await transaction.submit()).getStatus();
  return { code, block: blockNumber, txId: transactionId };
}

/** One transaction from proposal to outcome. */
export const submit = async (contract: Contract, ...call: Call): Promise<Outcome> => send(await endorse(contract, call));

/** Endorses all calls on one state, then orders them one after the other. */
export async function inOrder(contract: Contract, calls: readonly Call[]): Promise<number[]> {
  const endorsed = await Promise.all(calls.map((call) => endorse(contract, call)));
  const codes: number[] = [];
  for (const transaction of endorsed) codes.push((await send(transaction)).code);
  return codes;
}

/** The first items of a stream. */
export async function take<T>(stream: CloseableAsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  try {
    for await (const item of stream) if (items.push(item) === count) break;
  } finally {
    stream.close();
  }
  return items;
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<{ name: string; code: number; message: string; details: string[] }> {
  try {
    await call;
  } catch (error) {
    const { name, code, message, details } = error as { name: string; code: number; message: string; details?: { message: string }[] };
    return { name, code, message, details: (details ?? []).map((detail) => detail.message) };
  }
  throw new Error('the call was not refused');
}
