/**
 * The gateway on a consortium in trouble: its own process killed at every step, nodes killed, streams cut, connections that swallow
 * everything. Clients see only what the outcome table has (docs/decisions/0004), every request is carried out once, readers are served.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { systemClock } from '#gateway/clock';
import { randomId } from '#gateway/keyring';
import { agreesAfterKills } from '#test/support/reconciled';
import { openServices } from '#gateway/services';
import { serviceNode } from '#network/fabric/deployment';
import { profilePath } from '#network/fabric/description';
import { openFabricLedger } from '#network/fabric/ledger';
import type { Profile } from '#network/fabric/profile';
import { absence, realPlace, type RealPlace } from '#test/conformance/network';
import { connectAs } from '#test/conformance/place';
import { watchCalls } from '#test/support/calls';
import { Clerks, issueBody, Reader } from '#test/support/clients';
import { STEPS } from '#test/support/kill-at';
import { signIn, startGateway, type Running } from '#test/support/process';
import { openProxy, type Proxy } from '#test/support/proxy';
import { foodFace, foodTable } from '#test/support/samples';

const BASE_PORT = 22_050;
const KILL_AT = pathToFileURL(resolve('dist/test/support/kill-at.js')).href;
const CLERKS = 6;
const JOB_ROWS = 40;
const SERIALS = { clerks: 1, unknown: 200_000, jobs: 300_000, differing: 400_000 } as const;

interface Scene {
  readonly place: RealPlace;
  readonly proxy: Proxy;
  readonly data: string;
  /** connection profile that leads through the proxy */
  readonly profile: string;
  gateway: Running & { readonly headers: Record<string, string> };
}

/** A session outlives the process: who is signed in stays so. */
async function start({ data, profile, gateway }: Pick<Scene, 'data' | 'profile'> & Partial<Scene>, env: Readonly<Record<string, string>> = {}): Promise<Scene['gateway']> {
  const running = await startGateway(data, ['--demo', '--ledger', 'fabric', '--profile', profile], env);
  return { ...running, headers: gateway?.headers ?? (await signIn(running.base, data, 'clerk')) };
}

/** The profile of the first agency, with a proxy before its peer. */
function throughProxy(place: RealPlace, port: number, directory: string): string {
  const file = profilePath(place.network.consortium.members[0]!);
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const at = (path: string): string => resolve(dirname(file), path);
  const files = ({ certificate, privateKey }: { certificate: string; privateKey: string }) => ({ certificate: at(certificate), privateKey: at(privateKey) });
  const proxied = join(directory, 'profile.json');
  writeFileSync(proxied, JSON.stringify({ ...profile, peer: { address: `localhost:${String(port)}`, tlsRoot: at(profile.peer.tlsRoot) }, reader: files(profile.reader), authority: files(profile.authority!) } satisfies Profile));
  return proxied;
}

interface Health {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly unsettled: number;
  readonly peer: { readonly address: string; readonly certificates: readonly { readonly use: string; readonly daysLeft: number; readonly warning?: string }[] };
  readonly disagreement?: { readonly differing: readonly string[]; readonly answers: readonly object[] };
}
const health = async ({ gateway }: Scene): Promise<Health> => (await (await fetch(`${gateway.base}/health/ready`)).json()) as Health;

async function untilReady(scene: Scene, withinMs: number): Promise<boolean> {
  for (const from = Date.now(); Date.now() - from < withinMs; await delay(100)) if ((await health(scene)).ready) return true;
  return false;
}

async function until(when: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const from = Date.now(); Date.now() - from < withinMs; await delay(20)) if (await when()) return true;
  return false;
}

interface JobView { readonly id: string; readonly state: string; readonly done: number; readonly already: number; readonly code?: string }

async function beginJob({ gateway: { base, headers } }: Scene, from: number): Promise<string> {
  const sent = await fetch(`${base}/api/uploads?name=rows.csv`, { method: 'POST', headers: { ...headers, 'content-type': 'text/csv' }, body: [...foodTable(JOB_ROWS, from)].join('') });
  const { upload } = (await sent.json()) as { upload: string };
  const made = await fetch(`${base}/api/jobs`, { method: 'POST', headers, body: JSON.stringify({ upload, name: 'rows.csv', type: 'issue', kind: KIND.food }) });
  return ((await made.json()) as { job: JobView }).job.id;
}
const jobOf = async ({ gateway: { base, headers } }: Scene, id: string): Promise<JobView> => (await (await fetch(`${base}/api/jobs/${id}`, { headers })).json()) as JobView;

/** Every request once more: each gives the licence it gave, and none gives two. */
async function askedAgain(t: Test, clerks: Clerks): Promise<void> {
  for (const request of clerks.asked) await clerks.ask(request);
  t.strictSame(clerks.strange, [], 'nothing that the outcome table does not have');
  t.equal(clerks.done, clerks.asked.length, `${String(clerks.asked.length)} requests, each carried out`);
  t.equal(new Set(clerks.asked.map(({ identifier }) => identifier)).size, clerks.asked.length, 'and none twice');
}

async function gatewayKilled(t: Test, scene: Scene, clerks: Clerks): Promise<void> {
  const jobs: string[] = [];
  await scene.gateway.end('SIGTERM');
  for (const [i, step] of STEPS.entries()) {
    // Six clerks and a job: some transactions pass the step, then it ends one of them.
    scene.gateway = await start(scene, { NODE_OPTIONS: `--import=${KILL_AT}`, KILL_AT: step, KILL_AFTER: String(3 + (i % 3)) });
    const { child } = scene.gateway;
    const ended = new Promise<NodeJS.Signals | null>((done) => { child.once('exit', (_code, signal) => { done(signal); }); });
    if (i === 0) clerks.start(CLERKS);
    jobs.push(await beginJob(scene, SERIALS.jobs + i * JOB_ROWS).catch(() => '')); // the gateway may end before it says that it took the job
    t.equal(await Promise.race([ended, delay(20_000, 'still runs', { ref: false })]), 'SIGKILL', `killed at "${step}"`);
  }
  scene.gateway = await start(scene);
  const before = clerks.done;
  t.ok(await until(() => clerks.done > before + CLERKS, 10_000), 'work goes on');
  await clerks.stop();
  const taken = jobs.filter((id) => id !== '');
  t.ok(taken.length >= STEPS.length - 2, `${String(taken.length)} jobs were taken`);
  for (const id of taken) {
    await until(async () => (await jobOf(scene, id)).state === 'done', 20_000);
    const { state, done, already } = await jobOf(scene, id);
    t.match({ state, rows: done + already }, { state: 'done', rows: JOB_ROWS }, 'a job went on by itself');
  }
  await askedAgain(t, clerks);
  t.equal((await health(scene)).unsettled, 0);
}

/** The orderer that leads, by its own metrics. */
async function leader({ place }: Scene): Promise<string> {
  for (;;) {
    for (const { name, ports } of place.network.consortium.orderers) {
      const metrics = await fetch(`http://127.0.0.1:${String(ports.operations)}/metrics`).then((answer) => answer.text(), () => '');
      if (/^consensus_etcdraft_is_leader\{[^}]*\} 1$/m.test(metrics)) return name;
    }
    await delay(50);
  }
}

interface Trouble {
  readonly name: string;
  /** @returns what ends it */
  readonly begin: (scene: Scene) => Promise<() => Promise<unknown>>;
  readonly lastsMs: number;
  /** writes go on meanwhile */
  readonly writes: boolean;
  /** ms after its end */
  readonly over: number;
}

const killed = (which: (scene: Scene) => string | Promise<string>): Trouble['begin'] => async (scene) => {
  const name = await which(scene);
  await scene.place.network.kill(name);
  return () => scene.place.network.start(name);
};
const TROUBLES: readonly Trouble[] = [
  { name: 'the leading orderer is killed', begin: killed(leader), lastsMs: 8_000, writes: true, over: 10_000 },
  { name: "another agency's peer is killed", begin: killed(() => 'peer2'), lastsMs: 3_000, writes: true, over: 10_000 },
  { name: "another agency's chaincode is killed", begin: killed(() => 'chaincode3'), lastsMs: 2_000, writes: true, over: 10_000 },
  { name: "the gateway's own peer is killed", begin: killed(() => 'peer1'), lastsMs: 2_000, writes: false, over: 10_000 },
  { name: "the chaincode of the gateway's own peer is killed", begin: killed(() => 'chaincode1'), lastsMs: 2_000, writes: false, over: 10_000 },
  {
    name: 'two of three orderers are killed', lastsMs: 19_000, writes: false, over: 30_000,
    async begin(scene) {
      const [first, second] = [await leader(scene), ...scene.place.network.consortium.orderers.map(({ name }) => name)].filter((name, i, all) => all.indexOf(name) === i) as [string, string];
      await Promise.all([first, second].map((name) => scene.place.network.kill(name)));
      return async () => { for (const name of [first, second]) await scene.place.network.start(name); };
    },
  },
  { name: 'the connection to the peer is cut', begin: async ({ proxy }) => { proxy.cut(); return async () => undefined; }, lastsMs: 5_000, writes: true, over: 5_000 },
  { name: 'the connection to the peer swallows everything', begin: async ({ proxy }) => { proxy.swallow(); return async () => { proxy.heal(); }; }, lastsMs: 12_000, writes: false, over: 20_000 },
];

async function troubled(t: Test, scene: Scene, clerks: Clerks, { name, begin, lastsMs, writes, over }: Trouble): Promise<void> {
  clerks.start(CLERKS);
  const { identifier = '' } = clerks.asked[0] ?? {};
  const reader = new Reader(scene.gateway.base, identifier);
  await delay(500);
  const end = await begin(scene);
  const [from, before] = [Date.now(), clerks.done];
  if (writes) t.ok(await until(() => clerks.done >= before + CLERKS, lastsMs), `writes go on after ${String(Date.now() - from)} ms`);
  else {
    await delay(lastsMs / 2);
    const after = clerks.done;
    await delay(lastsMs / 2);
    t.equal(clerks.done, after, 'nothing can be written');
    t.equal((await health(scene)).ready, false, 'and the gateway says so');
  }
  await end();
  const ended = Date.now();
  const ready = await untilReady(scene, over);
  t.ok(ready, `ready again after ${String(Date.now() - ended)} ms`);
  const again = clerks.done;
  t.ok(await until(() => clerks.done >= again + CLERKS, over), 'and work goes on');
  await clerks.stop();
  const { asked, failed, slowestMs, oldestMs } = await reader.stop();
  t.ok(asked > 20 && failed.length === 0, `${String(asked)} reads, all answered: ${failed.slice(0, 3).join()}`);
  t.ok(slowestMs < 2_000, `at most after ${String(slowestMs)} ms`);
  if (name.includes('two of three')) t.ok(clerks.seen.has('202 COMMIT_UNKNOWN'), 'who waits long is told that the outcome is unknown');
  if (name.includes('own peer is killed') || name.includes('swallows')) t.ok(oldestMs > lastsMs / 2, `and told how old the knowledge is, up to ${String(oldestMs)} ms`);
  t.strictSame(clerks.strange, [], `clients see what the table has: ${JSON.stringify([...clerks.seen])}`);
}

/** A transaction under way in every lane, and their fate taken into the test's hands when all have been submitted. */
async function unknown(t: Test, scene: Scene, from: number, fate: (scene: Scene) => Promise<() => Promise<unknown>>, again: boolean): Promise<void> {
  const { data, profile, place } = scene;
  const services = await openServices({ data, publicName: 'http://yizheng.example', clock: systemClock, ledger: 'fabric', profile, onFatal: (error) => { throw error; } });
  const accepted: string[] = [];
  let doomed: Promise<() => Promise<unknown>> | undefined;
  const lanes = services.lanes.count;
  let called = 0;
  const unwatch = watchCalls('/gateway.Gateway/Submit', {
    // All go off together, for one block.
    async before() {
      called++;
      while (called < lanes) await delay(1);
    },
    async after(request, error) {
      if (error) return;
      accepted.push((request as { getTransactionId(): string }).getTransactionId());
      if (accepted.length === lanes) doomed = fate(scene);
      // Nobody asks for a status before the fate is sealed.
      while (!doomed) await delay(1);
      if (accepted.length === lanes) await doomed;
    },
  });
  try {
    const staff = (await services.projection.all('staff')).find(({ agency, roles }) => agency === '113703030099999063' && roles.includes('clerk'))!;
    const acting = { staff: staff.id, agency: staff.agency };
    // One licence for each lane: lanes go by the licence's id, so some more are drafted than sent.
    const inputs = Array.from({ length: 30 * lanes }, (_, i) => ({ op: 'issue' as const, kind: KIND.food, validUntil: '2030-01-01', face: foodFace(from + i) }));
    const chosen = new Map<number, (typeof inputs)[number]>();
    for (const input of inputs) {
      const { lane } = await services.drafter.draft(acting.agency, input);
      if (!chosen.has(lane % lanes)) chosen.set(lane % lanes, input);
    }
    t.equal(chosen.size, lanes);
    const heightBefore = await services.ledger.height();
    const results = Promise.all([...chosen.values()].map((input) => services.acts.perform(acting, randomId(), input)));
    results.catch(() => undefined);
    await until(() => doomed !== undefined, 10_000);
    const undo = await doomed!;
    await delay(1_000);
    await undo();
    const done = await results;
    t.equal(new Set(done.map(({ transaction }) => transaction)).size, lanes, 'all have an outcome');
    const sent = done.map(({ transaction = '' }) => accepted.filter((txId) => txId === transaction).length);
    // What the orderers had written before they ended is not sent again.
    if (again) t.ok(sent.some((times) => times >= 2), `what had not committed was sent again: ${sent.join()}`);
    else t.ok(sent.every((times) => times === 1), 'all had committed, none was sent again');
    t.ok((await services.ledger.height()) > heightBefore);
    t.equal(services.submitter.unsettled, 0);
  } finally {
    unwatch();
    await services.close();
    void place;
  }
}

async function crowded(t: Test, { place }: Scene): Promise<void> {
  const ledger = await openFabricLedger(profilePath(place.network.consortium.members[0]!));
  try {
    const gateway = connectAs(ledger, await ledger.enrol({ agency: 'crowd' }, 'crowd'));
    const contract = gateway.getNetwork(ledger.channel).getContract(ledger.chaincode);
    let most = 0;
    const watching = setInterval(() => { most = Math.max(most, ledger.connection?.inFlight ?? 0); }, 1);
    const asked = await Promise.allSettled(Array.from({ length: 800 }, () => contract.evaluateTransaction('Read', '["ledger/settings"]')));
    clearInterval(watching);
    const failed = asked.filter((each) => each.status === 'rejected').map(({ reason }) => String(reason));
    t.strictSame(failed.slice(0, 3), [], '800 at once, all answered');
    t.ok(most > 300 && most < 500, `at most ${String(most)} under way`);
    gateway.close();
  } finally {
    await ledger.close();
  }
}

/** An agency runs something else than what it approved. */
async function altered(place: RealPlace, number: number, work: () => Promise<void>): Promise<void> {
  const { network } = place;
  const file = join(serviceNode(network.consortium.members[number - 1]!, network.deployed!).folder, 'contract.mjs');
  const code = readFileSync(file, 'utf8');
  const changed = code.replace(/version:\s*1,\s*requests:/, 'version:2,requests:');
  if (changed === code) throw new Error('the contract was not altered');
  const restart = async (content: string): Promise<void> => {
    await network.kill(`chaincode${String(number)}`);
    writeFileSync(file, content);
    await network.start(`chaincode${String(number)}`);
  };
  await restart(changed);
  try {
    await work();
  } finally {
    await restart(code);
  }
}

async function differing(t: Test, scene: Scene): Promise<void> {
  const { place, gateway: { base, headers } } = scene;
  const request = { requestId: randomId(), serial: SERIALS.differing };
  const ask = async () => {
    const response = await fetch(`${base}/api/acts`, { method: 'POST', headers, body: issueBody(request) });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  // The gateway's own agency is the odd one of three.
  await altered(place, 1, async () => {
    t.ok(await until(async () => (await ask()).body['code'] === 'ENDORSEMENT_MISMATCH', 30_000), 'the request is refused');
    t.match(await ask(), { status: 503, body: { code: 'ENDORSEMENT_MISMATCH', detail: /Agency1MSP/, detailZh: /Agency1MSP/ } });
    const { ready, checks, disagreement } = await health(scene);
    t.match({ ready, endorsing: checks['endorsing'] }, { ready: false, endorsing: false });
    t.strictSame(disagreement?.differing, ['Agency1MSP'], 'the health page names it');
    t.match(disagreement?.answers, [{ mspId: 'Agency1MSP', digest: /^[0-9a-f]{12}$/ }, { address: /^localhost:\d+$/ }, {}], 'with what each answered');
    t.match(await (await fetch(`${base}/metrics`)).text(), /^yizheng_endorsement_differs_timestamp_seconds\{msp="Agency1MSP"\} \d/m);
    t.match(scene.gateway.said(), /ENDORSEMENT_MISMATCH.*Agency1MSP/, 'so does the log');
  });
  t.ok(await until(async () => (await ask()).status <= 201, 20_000), 'once it runs what the others run, the same request is carried out');
}

const absent = await absence('raft');
await t.test('trouble', { skip: absent ?? false, timeout: 290_000 }, async (t) => {
  const place = await realPlace('raft', 3, { basePort: BASE_PORT });
  const data = mkdtempSync(join(tmpdir(), 'yizheng-trouble-'));
  const proxy = await openProxy(place.network.consortium.peers[0]!.ports.listen);
  const profile = throughProxy(place, proxy.port, mkdtempSync(join(tmpdir(), 'yizheng-profile-')));
  const scene: Scene = { place, proxy, data, profile, gateway: await start({ data, profile }) };
  const clerks = new Clerks(() => scene.gateway, SERIALS.clerks);
  try {
    await t.test('when the gateway is healthy', async (t) => {
      const { ready, peer } = await health(scene);
      t.equal(ready, true);
      t.strictSame(peer.certificates.map(({ use }) => use).sort(), ['peer-tls', 'peer-tls-authority', 'reader']);
      t.ok(peer.certificates.every(({ daysLeft, warning }) => daysLeft > 365 && warning === undefined), JSON.stringify(peer.certificates));
    });
    await t.test('when the gateway is killed at every step', (t) => gatewayKilled(t, scene, clerks));
    for (const trouble of TROUBLES) await t.test(`when ${trouble.name}`, (t) => troubled(t, scene, clerks, trouble));
    await t.test('when agencies do not compute the same', (t) => differing(t, scene));
    await t.test('when all is asked again', (t) => askedAgain(t, clerks));
    await t.test('when 800 calls come at once', (t) => crowded(t, scene));
    t.equal(await scene.gateway.end('SIGTERM'), 0, 'stops gracefully');
    await t.test('when the outcome is unknown and the transaction was lost with the orderers', (t) => unknown(t, scene, SERIALS.unknown, async () => {
      const names = place.network.consortium.orderers.map(({ name }) => name);
      await Promise.all(names.map((name) => place.network.kill(name)));
      return () => Promise.all(names.map((name) => place.network.start(name)));
    }, true));
    await t.test("when the outcome is unknown for the gateway's peer was lost", (t) => unknown(t, scene, SERIALS.unknown + 1_000, async () => {
      await place.network.kill('peer1');
      return () => place.network.start('peer1');
    }, false));
    await t.test('when everything is compared', (t) => agreesAfterKills(t, scene.data));
  } finally {
    clerks.abandon();
    await scene.gateway.end('SIGKILL');
    await proxy.close();
    await place.remove();
    for (const directory of [data, dirname(profile)]) rmSync(directory, { recursive: true, force: true });
  }
});
