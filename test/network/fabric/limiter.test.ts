/** Calls beyond a limit wait for their turn, and not for ever. The client behind the limiter is the test's own: it answers when told. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientUnaryCall } from '@grpc/grpc-js';
import t from 'tap';
import type { GatewayGrpcClient } from '#network/connect';
import { LimitedClient, LIMITS } from '#network/fabric/limiter';
import { GATEWAY_LIMIT } from '#network/fabric/configuration';

const RESOURCE_EXHAUSTED = 8;
const CANCELLED = 1;

function behind(limits: { atOnce: number; waiting: number; waitMs: number }) {
  const open: (() => void)[] = [];
  let most = 0;
  const inner = {
    makeUnaryRequest(_method: string, _serialize: unknown, _deserialize: unknown, argument: unknown, _options: object, callback: (error: null, value: unknown) => void) {
      open.push(() => { callback(null, argument); });
      most = Math.max(most, open.length);
      return { cancel: () => undefined };
    },
  } as unknown as GatewayGrpcClient;
  const client = new LimitedClient(inner, limits);
  const calls: ClientUnaryCall[] = [];
  const ask = (value: number) => new Promise<number>((resolve, reject) => {
    calls.push(client.makeUnaryRequest<number, number>('/method', () => Buffer.alloc(0), () => 0, value, {}, (error, answer) => { if (error) reject(error); else resolve(answer ?? -1); }));
  });
  return { client, ask, calls, answer: () => { open.shift()?.(); }, sent: () => open.length, most: () => most };
}

t.test('when more are asked than may be under way', async (t) => {
  const { client, ask, answer, sent, most } = behind({ atOnce: 3, waiting: 100, waitMs: 5_000 });
  const asked = Promise.all(Array.from({ length: 10 }, (_, i) => ask(i)));
  t.match([sent(), client.inFlight, client.waiting], [3, 3, 7]);
  for (let i = 0; i < 10; i++) { answer(); await delay(0); }
  t.strictSame(await asked, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'each has its own answer, in turn');
  t.match([most(), client.inFlight, client.waiting], [3, 0, 0], 'never more at once');
});

t.test('when a call has waited too long, or too many wait', async (t) => {
  const { ask, answer, sent, client } = behind({ atOnce: 1, waiting: 1, waitMs: 50 });
  const first = ask(1);
  const waiting = ask(2);
  await t.rejects(ask(3), { code: RESOURCE_EXHAUSTED, details: /too many/ }, 'at once');
  await t.rejects(waiting, { code: RESOURCE_EXHAUSTED, details: /too long/ });
  answer();
  t.equal(await first, 1);
  t.match([sent(), client.inFlight, client.waiting], [0, 0, 0], 'what was refused is never sent');
});

t.test('when a waiting call is cancelled', async (t) => {
  const { ask, calls, answer, sent } = behind({ atOnce: 1, waiting: 9, waitMs: 5_000 });
  const [first, second, third] = [ask(1), ask(2), ask(3)];
  const refused = t.rejects(second, { code: CANCELLED });
  calls[1]?.cancel();
  await refused;
  answer();
  t.equal(await first, 1);
  answer();
  t.equal(await third, 3);
  t.equal(sent(), 0);
});

t.test('when the limit is set', (t) => {
  t.ok(LIMITS.atOnce < GATEWAY_LIMIT, 'below the limit of the peer');
  t.end();
});
