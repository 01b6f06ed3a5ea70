/** Loads a contract through the stock shim, and keeps the shim's side effects out of the process. */
import { createRequire } from 'node:module';
import type { peer } from '@hyperledger/fabric-protos';
import { LedgerFault } from '#network/fault';

const LOGGERS = ['lib/stub.js', 'lib/chaincode.js', 'lib/iterators.js', 'lib/handler.js', 'contracts-spi/chaincodefromcontract.js', 'contracts-spi/datamarshall.js'];
const API_LOGGERS = ['./lib/contract.js', './lib/jsontransactionserializer.js'];
const MEMO_LIMIT = 1_024;

export interface Stub {
  chaincodeEvent?: { getEventName(): string; getPayload_asU8(): Uint8Array };
}
export interface Response {
  status: number;
  message?: string;
  payload?: Uint8Array;
}
export interface Chaincode {
  Invoke(stub: Stub): Promise<Response>;
}
export interface Shim {
  ChaincodeStub: new (handler: object, channel: string, txId: string, input: peer.ChaincodeInput, proposal: peer.SignedProposal) => Stub;
  newLogger(name: string): Record<'debug' | 'info' | 'warn' | 'error', () => void>;
}
interface ApiLogging {
  getLogger(name: string): object;
}

/**
 * Once per thread: the shim's metadata is global.
 *
 * @param specifier file URL of a module that exports `contracts`, an array of Contract classes
 * @param title names the contract in its published metadata
 * @throws LedgerFault LEDGER_CONTRACT
 */
export async function loadChaincode(specifier: string, title: string): Promise<{ shim: Shim; chaincode: Chaincode }> {
  const undo = rememberProcess();
  try {
    const require = createRequire(import.meta.url);
    const shim = require('fabric-shim') as Shim;
    memoiseCertificates(createRequire(require.resolve('fabric-shim')));
    const module = (await import(specifier)) as { contracts?: unknown };
    if (!Array.isArray(module.contracts)) throw new TypeError('the contract module exports no array named contracts');
    const { JSONSerializer } = require('fabric-contract-api') as { JSONSerializer: unknown };
    const ChaincodeFromContract = require('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as new (...args: unknown[]) => Chaincode;
    const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } };
    const chaincode = new ChaincodeFromContract([...(module.contracts as unknown[])], serializers, {}, title, '1.0');
    silence(shim, require('fabric-contract-api/lib/logger.js') as ApiLogging);
    return { shim, chaincode };
  } catch (cause) {
    throw new LedgerFault('LEDGER_CONTRACT', 'the contract module could not be loaded', { cause });
  } finally {
    undo();
  }
}

/** The shim listens for uncaught errors (and so hides them) and sets a cipher list: put both back as they were. */
function rememberProcess(): () => void {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  const environment = { ...process.env };
  return () => {
    for (const [index, event] of events.entries()) {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[index]!.has(listener)) process.removeListener(event, listener);
      }
    }
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  };
}

/** The shim's loggers format even what they do not print, and print the text of refused commands. */
function silence(shim: Shim, api: ApiLogging): void {
  const quiet = (): void => undefined;
  const loggers = [...LOGGERS.map((name) => shim.newLogger(name)), ...API_LOGGERS.map((name) => api.getLogger(name))];
  for (const logger of loggers) Object.assign(logger, { debug: quiet, info: quiet, warn: quiet, error: quiet });
}

/** The shim parses the creator's certificate in every transaction (90 us); clients are few and certificates constant. */
function memoiseCertificates(require: NodeJS.Require): void {
  const { Certificate } = require('@fidm/x509') as { Certificate: { fromPEM(pem: string): object } };
  const parse = Certificate.fromPEM.bind(Certificate);
  const memo = new Map<string, object>();
  Certificate.fromPEM = (pem) => {
    const key = String(pem);
    let certificate = memo.get(key);
    if (!certificate) {
      certificate = parse(pem);
      if (memo.size >= MEMO_LIMIT) memo.clear();
      memo.set(key, certificate);
    }
    return certificate;
  };
}
