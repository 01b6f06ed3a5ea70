import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contract, Gateway } from '@hyperledger/fabric-gateway';
import type { Test } from 'tap';
import { type Credentials, issueIdentity, type IdentityRequest } from '#network/ca/authority';
import { connectLedger, type LedgerDeadlines } from '#network/connect';
import { createEmbeddedLedger, type EmbeddedLedger, openEmbeddedLedger } from '#network/embedded/ledger';
import type { LedgerFault } from '#network/fault';

export const CONTRACT = new URL('./contract.js', import.meta.url);

export interface Running {
  directory: string;
  ledger: EmbeddedLedger;
  credentials: Credentials;
  gateway: Gateway;
  contract: Contract;
  faults: LedgerFault[];
  close(): Promise<void>;
}

/** A new ledger with one client, closed at the end of the test. */
export async function startLedger(t: Test): Promise<Running> {
  const directory = await newDirectory(t);
  await createEmbeddedLedger({ directory });
  const running = await reopenLedger(directory);
  t.teardown(() => running.close());
  return running;
}

/** A path for a ledger, removed at the end of the test, after its ledger was closed. */
export async function newDirectory(t: Test): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'yizheng-ledger-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  return join(parent, 'ledger');
}

export async function reopenLedger(directory: string): Promise<Running> {
  const faults: LedgerFault[] = [];
  const ledger = await openEmbeddedLedger({ directory, contract: CONTRACT, onFatal: (fault) => faults.push(fault) });
  const credentials = await ledger.enrol({ agency: 'agency-1' }, 'gateway');
  const gateway = connectAs(ledger, credentials);
  const close = async (): Promise<void> => {
    gateway.close();
    await ledger.close();
  };
  return { directory, ledger, credentials, gateway, contract: contractOf(gateway), faults, close };
}

export function connectAs(ledger: EmbeddedLedger, credentials: Credentials, deadlines: Partial<LedgerDeadlines> = {}): Gateway {
  return connectLedger({ client: ledger.client, mspId: ledger.mspId, ...credentials, deadlines });
}

export function contractOf(gateway: Gateway): Contract {
  return gateway.getNetwork('yizheng').getContract('yizheng');
}

/** An identity by the ledger's own authority, with anything in it. */
export async function issueBy(directory: string, request: IdentityRequest): Promise<Credentials> {
  const read = (name: string): Promise<string> => readFile(join(directory, 'keys', name), 'utf8');
  return issueIdentity({ certificate: await read('ca.pem'), privateKey: await read('ca.key') }, request);
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

export { refusalOf } from '#test/conformance/place';
