/** The gateway under measurement: the real one, without rate limits, with the naive way beside it on the same ledger. */
import { randomBytes } from 'node:crypto';
import type { Request } from '#chaincode/facts/commands';
import type { Chance } from '#gateway/acts/licence/draft';
import type { VaultEntry } from '#gateway/vault/vault';
import { buildApp } from '../../gateway/app.js';
import { systemClock } from '#gateway/clock';
import { BUREAU, readDemo, seedDemo } from '#gateway/demo';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { isSetUp, openServices, type Services } from '#gateway/services';
import { LIST_SIZE } from '#chaincode/rules/status-list';
import { setUp } from '#gateway/setup';
import { foodFace } from '#test/support/samples';

const [data = '', profile] = process.argv.slice(2);
const choice = profile === undefined ? {} : { ledger: 'fabric', profile } as const;
const publicName = 'http://localhost:8080';
const from = performance.now();
const administrator = isSetUp(data) ? undefined : await setUp({ data, agency: BUREAU, publicName, demo: true, ...choice });
const services = await openServices({ data, publicName, clock: systemClock, ...choice, onFatal: (error) => { throw error; } });
if (administrator) await seedDemo(services, administrator);
const app = await buildApp({ services, rateLimits: false });
// The machine's own limit for one answer: a Fastify route that does nothing.
const { default: fastify } = await import('fastify');
const bare = fastify();
bare.get('/bare', { schema: { response: { 200: { type: 'object', properties: { status: { type: 'string' } } } } } }, () => ({ status: 'VALID' }));
const address = await app.listen({ port: 0 });
const bareAddress = await bare.listen({ port: 0 });
process.send?.({ address, bareAddress, startMs: performance.now() - from, demo: readDemo(data) ?? { signIns: [], licence: '' } });

const OWN_LISTS = 1_000_000;

/** Places of a status list that no other client uses: in one list the clients would meet. */
function ownPlaces(client: number, first: number): Chance {
  let index = first * 2;
  const place = () => ({ list: OWN_LISTS + client * 1000 + Math.floor(index / LIST_SIZE), index: index++ % LIST_SIZE });
  return { places: async () => ({ place: place(), line: place() }), bytes: (_label, length) => randomBytes(length) };
}

/** A drafted and sealed licence, as a request that rests on the clerk's sign-in. */
async function prepared({ projection, drafter, acts }: Services, serials: readonly number[], chance: Chance): Promise<{ request: Request; entries: VaultEntry[] }> {
  const staff = (await projection.all('staff')).find(({ agency, roles }) => agency === BUREAU.code && roles.includes('clerk'))?.id ?? '';
  const sealed = await Promise.all(serials.map(async (serial) => drafter.seal(await drafter.draft(BUREAU.code, { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(serial) }, { chance }))));
  const request: Request = { agency: BUREAU.code, requestId: randomId(), content: acts.contentOf(BUREAU.code, { serials: [...serials] }), actors: [{ staff, method: 'gateway' }], commands: sealed.map(({ command }) => command) };
  return { request, entries: sealed.flatMap(({ entry }) => (entry ? [entry] : [])) };
}

/** One licence a transaction: endorse, order, wait; `atOnce` clients side by side, as an application without batching does it. */
async function naive(services: Services, first: number, count: number, atOnce: number): Promise<number> {
  let next = first;
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, async (_, client) => {
    const chance = ownPlaces(client, first);
    while (next < first + count) {
      const { request, entries } = await prepared(services, [next++], chance);
      await services.vault.put(entries);
      await services.submitter.submit(BUREAU.code, [request]);
    }
  }));
  return performance.now() - start;
}

const REQUEST = 50; // below the kind's mass act: no signature of a person's own key
const REQUESTS = 10;

/** Licences drafted and sealed, 500 a transaction; a client takes those of its own status lists. */
async function preparedFor(services: Services, first: number, count: number, atOnce: number): Promise<Request[][][]> {
  const clients: Request[][][] = Array.from({ length: atOnce }, () => []);
  for (let serial = first, i = 0; serial < first + count; serial += REQUEST * REQUESTS, i++) {
    const chance = ownPlaces(i % atOnce, serial);
    const requests: Request[] = [];
    for (let each = 0; each < REQUESTS; each++) requests.push((await prepared(services, Array.from({ length: REQUEST }, (_, j) => serial + each * REQUEST + j), chance)).request);
    clients[i % atOnce]?.push(requests);
  }
  return clients;
}

/** The ledger alone. */
async function committed({ submitter }: Services, clients: readonly (readonly Request[][])[]): Promise<number> {
  const start = performance.now();
  await Promise.all(clients.map(async (transactions) => {
    for (const requests of transactions) {
      const { results } = await submitter.submit(BUREAU.code, requests);
      if (results.some((each) => each.results.some(({ ok }) => !ok))) throw new Error(JSON.stringify(results[0]?.results[0]));
    }
  }));
  return performance.now() - start;
}

/** How long after a commit was reported the index has it. */
async function lag(services: Services, first: number, count: number): Promise<number[]> {
  const times: number[] = [];
  const chance = ownPlaces(900, first);
  for (let serial = first; serial < first + count; serial++) {
    const { request } = await prepared(services, [serial], chance);
    const { block = 0n } = await services.submitter.submit(BUREAU.code, [request]);
    const from = performance.now();
    await services.projection.reached(block);
    times.push(performance.now() - from);
  }
  return times;
}

let waiting: Request[][][] = [];
process.on('message', (message: { ask: string; first: number; count: number; atOnce: number }) => {
  void (async () => {
    if (message.ask === 'naive') process.send?.({ ms: await naive(services, message.first, message.count, message.atOnce) });
    if (message.ask === 'prepare') {
      waiting = await preparedFor(services, message.first, message.count, message.atOnce);
      process.send?.({});
    }
    if (message.ask === 'commit') process.send?.({ ms: await committed(services, waiting) });
    if (message.ask === 'lag') process.send?.({ times: await lag(services, message.first, message.count) });
    if (message.ask === 'rss') process.send?.({ bytes: process.memoryUsage().rss });
    if (message.ask === 'end') {
      await app.close();
      await bare.close();
      await services.close();
      process.exit(0);
    }
  })();
});
