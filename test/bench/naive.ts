/** An application as Fabric's own pages show one: the SDK with its own signer, a transaction for every licence. */
import { createPrivateKey } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Gateway, hash, signers, type GrpcClient } from '@hyperledger/fabric-gateway';
import { openFabricLedger } from '#network/fabric/ledger';

export interface Naive {
  /** `count` licences by `clients` side by side. @returns licences a second, and the milliseconds of each */
  issue(count: number, clients: number): Promise<{ rate: number; times: number[] }>;
  read(count: number, clients: number): Promise<{ rate: number; times: number[] }>;
  close(): Promise<void>;
}

const TRIES = 10;
let serial = 0;

export async function naiveApplication(profile: string): Promise<Naive> {
  const ledger = await openFabricLedger(profile);
  const { certificate, privateKey } = await ledger.enrol({}, 'naive');
  const gateway: Gateway = connect({
    client: ledger.client as GrpcClient, identity: { mspId: ledger.mspId, credentials: Buffer.from(certificate) }, signer: signers.newPrivateKeySigner(createPrivateKey(privateKey)), hash: hash.sha256,
    evaluateOptions: () => ({ deadline: Date.now() + 60_000 }), endorseOptions: () => ({ deadline: Date.now() + 60_000 }), submitOptions: () => ({ deadline: Date.now() + 60_000 }), commitStatusOptions: () => ({ deadline: Date.now() + 60_000 }),
  });
  const contract = gateway.getNetwork(ledger.channel).getContract(ledger.chaincode, 'naive');
  return {
    issue: (count, clients) => crowd(count, clients, () => again(() => contract.submitTransaction('Issue', `naive/${String(serial++)}`, RECORD))),
    read: (count, clients) => crowd(count, clients, (i) => contract.evaluateTransaction('Read', `naive/${String(i % Math.max(1, serial))}`)),
    async close() {
      gateway.close();
      await ledger.close();
    },
  };
}

/** As long as one of ours. */
const RECORD = JSON.stringify({ holder: '示例餐饮店', number: 'JY23703030000001', validUntil: '2030-12-31', status: 'VALID', digest: 'x'.repeat(700) });

/** A peer that is behind for a moment makes an endorsement fail; its pages tell an application to try again. */
async function again<T>(step: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await step();
    } catch (error) {
      if (tries === TRIES) throw error;
      await delay(100 * tries);
    }
  }
}

async function crowd(count: number, clients: number, step: (i: number) => Promise<unknown>): Promise<{ rate: number; times: number[] }> {
  let next = 0;
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    while (next < count) {
      const from = performance.now();
      await step(next++);
      times.push(performance.now() - from);
    }
  }));
  return { rate: count / ((performance.now() - begun) / 1000), times };
}
