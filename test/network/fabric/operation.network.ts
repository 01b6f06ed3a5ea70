/** A consortium as its operators run it: started twice, killed in parts, upgraded, with certificates revoked and renewed. */
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { holdings } from '#network/fabric/certificates';
import { profilePath } from '#network/fabric/description';
import { openFabricLedger } from '#network/fabric/ledger';
import { Network } from '#network/fabric/network';
import { absence, CONTRACT, realPlace, TEST_PORT, type RealPlace } from '#test/conformance/network';
import { connectAs, contractOf, endorse, enter, refusalOf, submit, text } from '#test/conformance/place';

const NEXT = fileURLToPath(new URL('./next-contract.js', import.meta.url));
const command = (...args: string[]) => spawnSync(process.execPath, ['dist/network/main.js', ...args], { encoding: 'utf8', env: { ...process.env, CORE_PEER_LOCALMSPID: 'WrongMSP', ORDERER_GENERAL_LISTENPORT: '1' } });
const pids = ({ network }: RealPlace) => Object.fromEntries(network.nodes().map(({ name, pid }) => [name, pid]));

async function startedAgain(t: Test, place: RealPlace): Promise<void> {
  const { directory } = place.network;
  const before = pids(place);
  t.match(command('up', '--dir', directory), { status: 0, stdout: /ready after/ });
  t.same(pids(place), before, 'what runs is left alone');
  t.match(command('up', '--dir', directory, '--topology', 'raft'), { status: 3, stderr: /^NETWORK_DIFFERS: .*topology solo/ });
  t.match(command('status', '--dir', directory), { status: 0, stdout: /orderer1 +agency1 +pid \d+/ });
  t.match(command('logs', 'orderer1', '--dir', directory), { status: 0, stdout: /Beginning to serve requests/ });
  t.match(command('kill', 'orderer7', '--dir', directory), { status: 2, stderr: /^NODE_UNKNOWN: .*orderer1, peer1/ });

  const { contract } = await enter(place);
  await submit(contract, 'put', 'kept', '1');
  t.match(command('down', '--dir', directory), { status: 0, stdout: /orderer1, peer1, peer2, chaincode1, chaincode2/ });
  t.same(Object.values(pids(place)).filter((pid) => pid !== undefined), []);
  const squatter = createServer().listen(TEST_PORT + 1, '127.0.0.1');
  await once(squatter, 'listening');
  t.match(command('up', '--dir', directory), { status: 3, stderr: new RegExp(`^PORT_BUSY: .*${String(TEST_PORT + 1)}`) });
  t.same(Object.values(pids(place)).filter((pid) => pid !== undefined), [], 'nothing was started');
  squatter.close();
  await once(squatter, 'close');
  t.match(command('up', '--dir', directory), { status: 0 }, "with another network's variables exported");
  await untilWritten(place, 'again'); // our own connection notices last
  t.equal(text(await contract.evaluateTransaction('get', 'kept')), '1', 'its data are there');
}

async function ownCopies(t: Test, place: RealPlace): Promise<void> {
  const { network } = place;
  const { contract } = await enter(place);
  t.equal(await network.kill('chaincode2'), true);
  t.match(await refusalOf(contract.submitTransaction('put', 'k', 'v')), { name: 'EndorseError', code: 10 }, 'without the second agency there is no majority');
  t.equal(text(await contract.evaluateTransaction('get', 'kept')), '1', "the first agency's own copy still answers");
  t.equal(await network.start('chaincode2'), true);
  t.ok((await untilWritten(place, 'k')) < 10_000, 'with it there is one again');
  for (const name of ['peer2', 'orderer1', 'peer1']) {
    t.equal(await network.kill(name), true);
    t.equal(await network.start(name), true, `${name} is back`);
    const ms = await untilWritten(place, name);
    t.ok(ms < 10_000, `and work goes on after ${name}, in ${String(ms)} ms`);
  }
  await submit(contract, 'putMany', 'batched', '50', 'v');
  const metrics = await (await fetch(`http://127.0.0.1:${String(network.consortium.peers[0]!.ports.operations)}/metrics`)).text();
  t.match(metrics, /chaincode_shim_requests_completed\{[^}]*type="WRITE_BATCH_STATE"[^}]*\} [1-9]/, 'writes went in batches');
  t.notMatch(metrics, /type="PUT_STATE"/, 'and never one by one');
}

async function upgraded(t: Test, place: RealPlace): Promise<void> {
  const { network, ledger } = place;
  const { contract, gateway } = await enter(place);
  await submit(contract, 'put', 'number', '21');
  const next = gateway.getNetwork(ledger.channel).getContract(ledger.chaincode, 'next');
  t.match(await refusalOf(next.submitTransaction('double', 'number')), { code: 10 }, 'the first version has no such function');
  await t.rejects(network.deploy('1.0', NEXT), { code: 'NETWORK_DIFFERS' }, 'a version is one contract');
  await t.rejects(network.deploy('no/such version', NEXT), { code: 'CONTRACT_UNUSABLE' });
  await t.rejects(network.deploy('2.0', join(network.directory, 'nothing.js')), { code: 'CONTRACT_UNUSABLE' });
  const old = pids(place);
  const stop = new AbortController();
  const during = keepReading(place, stop.signal);
  t.same(await network.deploy('2.0', NEXT), { version: '2.0', sequence: 2 });
  stop.abort();
  const { asked, failed } = await during;
  t.ok(asked > 5 && failed.length === 0, `${String(asked)} reads during the upgrade, none failed: ${failed.slice(0, 3).join()}`);
  t.not(pids(place)['chaincode1'], old['chaincode1']);
  t.equal((await submit(next, 'double', 'number')).code, 0);
  t.equal(text(await contract.evaluateTransaction('get', 'number')), '42', 'over the state of the first');
  t.same(await network.deploy('2.0', NEXT), { version: '2.0', sequence: 2 }, 'again changes nothing');
  t.equal(network.nodes().filter(({ name }) => name.startsWith('chaincode')).length, 2, 'the old version is stopped');
}

async function keepReading(place: RealPlace, signal: AbortSignal): Promise<{ asked: number; failed: string[] }> {
  const { contract } = await enter(place);
  const failed: string[] = [];
  let asked = 0;
  for (; !signal.aborted; asked++) {
    try {
      await contract.evaluateTransaction('get', 'number');
    } catch (error) {
      failed.push(JSON.stringify((error as { details?: unknown }).details));
    }
  }
  return { asked, failed };
}

async function certified(t: Test, place: RealPlace): Promise<void> {
  const { network, ledger } = place;
  const [thief, honest] = [await enter(place), await enter(place)];
  await submit(thief.contract, 'put', 'stolen', '1');
  const file = join(t.testdir({}), 'stolen.crt');
  writeFileSync(file, thief.credentials.certificate);
  t.match(command('revoke', file, '--dir', network.directory), { status: 0, stdout: /agency1/ });
  t.match(command('revoke', file, '--dir', network.directory), { status: 0, stdout: /before/ });
  const second = await openFabricLedger(profilePath(network.consortium.members[1]!));
  for (const at of [ledger, second]) {
    t.match(await refusalOf(contractOf(at, connectAs(at, thief.credentials, ledger.mspId)).evaluateTransaction('get', 'k')), { code: 9 }, `refused at ${at.mspId}`);
  }
  await second.close();
  t.match(await refusalOf(thief.contract.submitTransaction('put', 'k', 'v')), { name: 'EndorseError' });
  t.equal((await submit(honest.contract, 'put', 'honest', '1')).code, 0, 'others go on');
  const stranger = join(network.consortium.members[0]!.folder, 'ca', 'tls-ca.crt');
  t.match(command('revoke', stranger, '--dir', network.directory), { status: 3, stderr: /^CERTIFICATE_UNKNOWN/ });

  const certificates = () => holdings(network.consortium).filter(({ lasting }) => !lasting).map(({ certificate }) => new X509Certificate(readFileSync(certificate)));
  const before = certificates();
  t.match(command('renew', '--dir', network.directory), { status: 0, stdout: /\d+ certificates renewed/ });
  const after = certificates();
  t.ok(after.every(({ serialNumber }, i) => serialNumber !== before[i]?.serialNumber), 'every certificate is new');
  t.ok(after.every(({ publicKey }, i) => publicKey.equals(before[i]!.publicKey)), 'for the same keys');
  await untilWritten(place, 'renewed');
  t.equal((await submit(honest.contract, 'put', 'renewed', '1')).code, 0, 'and work goes on');
  t.match(await refusalOf(thief.contract.evaluateTransaction('get', 'k')), { code: 9 }, 'the revoked stay revoked');
}

/** Tries a write until it is taken, as a gateway does. @returns milliseconds */
async function untilWritten(place: RealPlace, key: string): Promise<number> {
  const { contract } = await enter(place);
  const from = Date.now();
  for (;;) {
    try {
      const { code } = await submit(contract, 'put', key, 'v');
      if (code === 0) return Date.now() - from;
    } catch (error) {
      if (Date.now() - from > 60_000) throw error;
    }
  }
}

const absent = await absence('solo');
const skip = absent ?? false;

await t.test('solo', { skip }, async (t) => {
  const place = await realPlace('solo', 2, { contract: CONTRACT });
  try {
    await t.test('when it is started again', (t) => startedAgain(t, place));
    await t.test('when nodes are killed', (t) => ownCopies(t, place));
    await t.test('when the contract is upgraded', (t) => upgraded(t, place));
    await t.test('when a certificate is revoked, and all are renewed', (t) => certified(t, place));
  } finally {
    await place.remove();
  }
});

await t.test('raft', { skip }, async (t) => {
  const place = await realPlace('raft', 3, { contract: CONTRACT });
  try {
    const { contract } = await enter(place);
    t.equal(await place.network.kill('peer3'), true);
    t.ok((await untilWritten(place, 'a')) < 20_000, 'with one of three peers down writes go on');
    await place.network.start('peer3');
    for (const name of ['orderer1', 'orderer2', 'orderer3']) {
      await place.network.kill(name);
      const ms = await untilWritten(place, name);
      t.ok(ms < 20_000, `with ${name} down writes go on after ${String(ms)} ms`);
      await place.network.start(name);
    }
    t.equal((await (await endorse(contract, ['put', 'b', 'v'])).submit()).getTransactionId().length, 64);
    t.equal(text(await contract.evaluateTransaction('get', 'orderer3')), 'v');
    t.equal(Network.open(place.network.directory).nodes().filter(({ pid }) => pid === undefined).length, 0);
  } finally {
    await place.remove();
  }
});

const absentBft = await absence('bft');
await t.test('bft', { skip: absentBft ?? false }, async (t) => {
  const place = await realPlace('bft', 2, { contract: CONTRACT });
  try {
    for (const name of ['orderer1', 'orderer3']) {
      await untilWritten(place, 'before');
      await place.network.kill(name);
      const ms = await untilWritten(place, name);
      t.ok(ms < 20_000, `with ${name} of four down writes go on after ${String(ms)} ms`);
      await place.network.start(name);
    }
    const { contract } = await enter(place);
    t.equal(text(await contract.evaluateTransaction('get', 'orderer3')), 'v');
  } finally {
    await place.remove();
  }
});
