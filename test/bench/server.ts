/** The gateway under measurement: the real one, without rate limits, with the naive way beside it on the same ledger. */
import { randomBytes } from 'node:crypto';
import { buildApp } from '../../gateway/app.js';
import { systemClock } from '#gateway/clock';
import { BUREAU, readDemo, seedDemo } from '#gateway/demo';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { isSetUp, openServices, type Services } from '#gateway/services';
import { LIST_SIZE } from '#chaincode/rules/status-list';
import { setUp } from '#gateway/setup';
import { foodFace } from '#test/support/samples';

const [data = '', mode = ''] = process.argv.slice(2);
const publicName = 'http://localhost:8080';
const from = performance.now();
const administrator = isSetUp(data) ? undefined : await setUp({ data, agency: BUREAU, publicName, demo: true });
const services = await openServices({ data, publicName, clock: systemClock, onFatal: (error) => { throw error; } });
if (administrator) await seedDemo(services, administrator);
const app = await buildApp({ services, rateLimits: false });
// The machine's own limit for one answer: a Fastify route that does nothing.
const { default: fastify } = await import('fastify');
const bare = fastify();
bare.get('/bare', { schema: { response: { 200: { type: 'object', properties: { status: { type: 'string' } } } } } }, () => ({ status: 'VALID' }));
const address = await app.listen({ port: 0 });
const bareAddress = await bare.listen({ port: 0 });
process.send?.({ address, bareAddress, startMs: performance.now() - from, demo: readDemo(data) });

const NAIVE_LISTS = 1_000_000;

/** One licence a transaction: endorse, order, wait; `atOnce` clients side by side, as an application without batching does it. */
async function naive({ projection, submitter, drafter, vault, acts }: Services, first: number, count: number, atOnce: number): Promise<number> {
  const staff = (await projection.all('staff')).find(({ agency, roles }) => agency === BUREAU.code && roles.includes('clerk'))?.id ?? '';
  let next = first;
  const start = performance.now();
  const one = async (client: number) => {
    // A status list of its own for every client: without it the clients would meet in one list and the naive way would be slower still.
    let index = first * 2;
    const places = async () => ({ place: { list: NAIVE_LISTS + client * 1000 + Math.floor(index / LIST_SIZE), index: index++ % LIST_SIZE }, line: { list: NAIVE_LISTS + client * 1000 + Math.floor(index / LIST_SIZE), index: index++ % LIST_SIZE } });
    const chance = { places, bytes: (_label: string, length: number) => randomBytes(length) };
    while (next < first + count) {
      const serial = next++;
      const draft = await drafter.draft(BUREAU.code, { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(serial) }, chance);
      const { command, entry } = drafter.seal(draft);
      if (entry) await vault.put([entry]);
      await submitter.submit(BUREAU.code, [{ agency: BUREAU.code, requestId: randomId(), content: acts.contentOf(BUREAU.code, { serial }), actors: [{ staff, method: 'gateway' }], commands: [command] }]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, client) => one(client)));
  return performance.now() - start;
}

process.on('message', (message: { ask: string; first: number; count: number; atOnce: number }) => {
  void (async () => {
    if (message.ask === 'naive') process.send?.({ ms: await naive(services, message.first, message.count, message.atOnce) });
    if (message.ask === 'rss') process.send?.({ bytes: process.memoryUsage().rss });
    if (message.ask === 'end') {
      await app.close();
      await bare.close();
      await services.close();
      process.exit(0);
    }
  })();
});
if (mode === 'once') process.exit(0);
