/**
 * Peers without gateway service, through `fabric-network` 2.2. The suite runs on the Fabric that is installed, whose peers are started here
 * with the service switched off: the older ones, which never had it, are not what the launcher starts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { findBinaries } from '#network/fabric/binaries';
import { profilePath } from '#network/fabric/description';
import { openFabricLedger } from '#network/fabric/ledger';
import type { Network } from '#network/fabric/network';
import { start } from '#network/fabric/processes';
import type { Ledger } from '#network/ledger';
import { absence, CONTRACT, realPlace } from '#test/conformance/network';
import { conformance } from '#test/conformance/suite';
import { connectAs, endorse, enter, refusalOf, send, submit, take, text, type Outcome } from '#test/conformance/place';

const READY_MS = 30_000;
const AGAIN_MS = 100;

/** A peer without its gateway service. */
async function startPeer({ consortium }: Network, name: string): Promise<void> {
  const { folder } = consortium.peers.find((peer) => peer.name === name)!;
  const { peer: program } = await findBinaries(consortium.topology);
  start({ name, folder, program, args: ['node', 'start'], environment: { FABRIC_CFG_PATH: folder, FABRIC_LOGGING_SPEC: 'error', CORE_PEER_GATEWAY_ENABLED: 'false' } });
}

/** Peers start again without the service, and the profile of the first agency says so. */
async function withoutService(network: Network): Promise<void> {
  const { consortium } = network;
  for (const { name } of consortium.peers) {
    await network.stop(name);
    await startPeer(network, name);
  }
  const profile = profilePath(consortium.members[0]!);
  const { peer, ...rest } = JSON.parse(readFileSync(profile, 'utf8')) as { peer: object };
  writeFileSync(profile, JSON.stringify({ ...rest, peer: { ...peer, gatewayService: false } }));
  await eventually(async () => endorsed(await openFabricLedger(profile)));
}

/** Peers find each other some time after they have started. */
async function endorsed(ledger: Ledger): Promise<void> {
  try {
    const gateway = connectAs(ledger, await ledger.enrol({ agency: 'agency-1' }, 'conformance'));
    await gateway.getNetwork(ledger.channel).getContract(ledger.chaincode).newProposal('org.hyperledger.fabric:GetMetadata').endorse();
  } finally {
    await ledger.close();
  }
}

const absent = await absence('solo');
await t.test('solo, without gateway service', { skip: absent ?? false }, (t) => conformance(t, (contract) => realPlace('solo', 2, { contract: contract === 'test' ? CONTRACT : undefined, adapt: withoutService })));

await t.test('when nodes are killed, without gateway service', { skip: absent ?? false }, async (t) => {
  const place = await realPlace('solo', 2, { contract: CONTRACT, adapt: withoutService });
  try {
    const { contract } = await enter(place);
    const put = (): Promise<Outcome> => submit(contract, 'put', 'k', 'v');
    const events = await connectAs(place.ledger, (await enter(place)).credentials).getNetwork(place.ledger.channel).getChaincodeEvents(place.ledger.chaincode);
    t.equal((await put()).code, 0);

    await place.network.kill('peer2');
    const lone: unknown = await contract.newProposal('put', { arguments: ['k', 'v'] }).endorse().catch((error: unknown) => error);
    t.match(lone, { name: 'EndorseError', details: [{ address: /:/, mspId: place.network.consortium.members[1]!.mspId }] }, 'it is said whose peer is missing');
    await startPeer(place.network, 'peer2');
    t.equal((await eventually(put)).code, 0, 'and again with it');

    await place.network.kill('orderer1');
    const transaction = await endorse(contract, ['put', 'k', 'later']);
    t.match(await refusalOf(transaction.submit()), { name: 'SubmitError', code: 14 }, 'without orderers nothing is ordered');
    await place.network.start('orderer1');
    t.equal((await eventually(() => send(transaction))).code, 0, 'the same transaction, sent again');

    await place.network.kill('peer1');
    await t.rejects(take(events, 1), { code: 14 }, 'a stream of events ends with its peer');
    t.match(await refusalOf(contract.evaluateTransaction('get', 'k')), { name: 'GatewayError', code: 14 });
    await startPeer(place.network, 'peer1');
    t.equal((await eventually(put)).code, 0, 'the connection is taken up again');
    t.equal(text(await contract.evaluateTransaction('get', 'k')), 'v');
  } finally {
    await place.remove();
  }
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + READY_MS; ; await delay(AGAIN_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
