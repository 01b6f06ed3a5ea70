/** Web hooks as whoever receives them sees them: signed by the specification, once, until they are taken, also after the gateway was gone. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Level } from 'level';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { HookFailed, Hooks, LINE_PAUSE_MS, LINE_TRIES_MAX, RETRY_MS } from '#gateway/notices/hooks';
import { TOLD } from '#gateway/notices/settings';
import { TestClock } from '#test/support/installation';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const directory = mkdtempSync(join(tmpdir(), 'yizheng-hooks-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });

/** A program of an agency that answers with one status after the other, the last one for good. */
async function receiver(...statuses: number[]) {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      response.writeHead(status ?? 200, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`, got, answer: (...next: number[]) => { statuses.splice(0, statuses.length, ...next); } };
}

let stores = 0;
async function queue(url: string, desk = new Level<string, string>(join(directory, String(stores++))), more: readonly { readonly id: string; readonly url: string }[] = []) {
  const clock = new TestClock();
  const hooks = new Hooks({ desk, clock, hooks: [{ id: 'hook', url }, ...more].map((each) => ({ ...each, agency: 'A', secret: SECRET, tells: TOLD })) });
  const failed: HookFailed[] = [];
  hooks.onFailure = (error) => { if (error instanceof HookFailed) failed.push(error); else throw error; };
  await desk.open();
  return { hooks, clock, desk, failed };
}
const put = { hook: 'hook', once: '2026-06-01/L/30', body: '{"type":"licence.term"}' };

void t.test('when a message is sent', async (t) => {
  const { url, got } = await receiver(204);
  const { hooks, clock } = await queue(url);
  t.equal(await hooks.put([put]), 1);
  await hooks.settled();
  const [{ headers, body } = { headers: {}, body: '' }] = got;
  t.match(headers, { 'content-type': 'application/json', 'webhook-id': /^msg_/, 'webhook-timestamp': /^\d{10}$/, 'webhook-signature': /^v1,/ });
  const [id, at] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
  t.equal(headers['webhook-signature'], `v1,${createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64')).update(`${id}.${at}.${body}`).digest('base64')}`, 'HMAC-SHA256 over id, time and body');
  t.strictSame(new Webhook(SECRET).verify(body, headers as Record<string, string>), JSON.parse(put.body), 'another program agrees');
  t.throws(() => new Webhook(`whsec_${Buffer.alloc(24, 1).toString('base64')}`).verify(body, headers as Record<string, string>), 'with another secret it does not');
  t.ok(Math.abs(Number(at) - clock.now() / 1000) < 5);
  t.equal(await hooks.put([put]), 0, 'what was put is not put again');
  await hooks.settled();
  t.equal(got.length, 1);
  await hooks.forgetUntil('hook', '2026-06-02');
  t.equal(await hooks.put([put]), 1, 'until its day is over');
});

void t.test('when nobody takes it', async (t) => {
  const { url, got } = await receiver(500, 302, 200);
  const { hooks, clock, failed } = await queue(url);
  await hooks.put([put]);
  await hooks.settled();
  await hooks.settled();
  t.equal(got.length, 1, 'not at once again');
  clock.aheadMs += RETRY_MS[0] ?? 0;
  await hooks.settled();
  t.equal(got.length, 2, 'after a pause');
  clock.aheadMs += (RETRY_MS[1] ?? 0) - 1000;
  await hooks.settled();
  t.equal(got.length, 2, 'which grows; a redirect is no place to go');
  clock.aheadMs += 1000;
  await hooks.settled();
  t.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 1, 'by one and the same id');
  t.equal(new Set(got.map(({ headers }) => headers['webhook-signature'])).size, 3, 'signed anew each time');
  t.same([await hooks.waiting(), failed.length], [0, 0]);
});

void t.test('when it is given up', async (t) => {
  const { url } = await receiver(503);
  const { hooks, clock, failed } = await queue(url);
  await hooks.put([put]);
  for (const pause of [0, ...RETRY_MS]) {
    t.equal(failed.length, 0);
    clock.aheadMs += pause;
    await hooks.settled();
  }
  t.same([await hooks.waiting(), failed.map(({ outcome }) => outcome)], [0, ['given up']]);
  const gone = await queue((await receiver(410)).url);
  await gone.hooks.put([put]);
  await gone.hooks.settled();
  t.same([await gone.hooks.waiting(), gone.failed.map(({ outcome }) => outcome)], [0, ['gone']], 'nobody asks one who says that he is gone');
});

void t.test('when the gateway was gone in between', async (t) => {
  const away = await queue('http://127.0.0.1:9/closed');
  await away.hooks.put([put]);
  await away.hooks.settled();
  await away.hooks.close();
  await away.desk.close();
  const { url, got } = await receiver(200);
  const back = await queue(url, away.desk);
  back.clock.aheadMs = RETRY_MS[0] ?? 0;
  back.hooks.start();
  await back.hooks.settled();
  t.equal(got.length, 1, 'it goes on from the disk');
  t.equal(await back.hooks.put([put]), 0, 'and knows what was put');
  await back.hooks.close();
});

const line = (...names: readonly string[]) => names.map((name) => ({ hook: 'hook', once: `alarm/${name}`, body: JSON.stringify({ name }) }));
const namesIn = (got: readonly { body: string }[]): string[] => got.map(({ body }) => (JSON.parse(body) as { name: string }).name);

void t.test('when the receiver of ordered messages is down for a day', async (t) => {
  const { url, got, answer } = await receiver(503);
  const { hooks, clock, desk, failed } = await queue(url);
  await hooks.putInOrder(line('one', 'two'), [{ type: 'put', key: 'alarm/one', value: 'told' }]);
  t.equal(await desk.get('alarm/one'), 'told', 'with what the caller wrote beside them');
  t.equal(await hooks.waiting(), 2);
  for (let minute = 0; minute < 24 * 60; minute += 10) {
    clock.aheadMs += 600_000;
    await hooks.settled();
    if (minute === 600) await hooks.putInOrder(line('three'), []);
  }
  t.strictSame([...new Set(namesIn(got))], ['one'], 'the others wait behind the first');
  t.equal(await hooks.waiting(), 3, 'nothing is lost');
  const tries = got.length;
  answer(200);
  clock.aheadMs += LINE_PAUSE_MS;
  await hooks.settled();
  t.strictSame(namesIn(got.slice(tries)), ['one', 'two', 'three'], 'once each, in order, within the hour in which it is back');
  await hooks.settled();
  t.same([got.length - tries, await hooks.waiting(), failed.length], [3, 0, 0]);
  await hooks.putInOrder(line('four'), []);
  await hooks.settled();
  t.equal(namesIn(got).at(-1), 'four', 'the next one goes at once');
});

void t.test('when the first in line is given up', async (t) => {
  const { url, got } = await receiver(...Array.from({ length: LINE_TRIES_MAX + 1 }, () => 503), 200);
  const { hooks, clock, failed } = await queue(url);
  await hooks.putInOrder(line('one', 'two'), []);
  for (let tries = 0; tries <= LINE_TRIES_MAX; tries++) {
    await hooks.settled();
    clock.aheadMs += LINE_PAUSE_MS;
  }
  t.equal(failed.length, 1, 'it is said');
  t.equal(namesIn(got).at(-1), 'two', 'and the line goes on');
});

void t.test('when the gateway was gone while a line waited', async (t) => {
  const away = await queue('http://127.0.0.1:9/closed');
  await away.hooks.putInOrder(line('one', 'two'), []);
  await away.hooks.settled();
  await away.hooks.close();
  await away.desk.close();
  const { url, got } = await receiver(200);
  const back = await queue(url, away.desk);
  await back.hooks.putInOrder(line('three'), []);
  back.clock.aheadMs = RETRY_MS[0] ?? 0;
  await back.hooks.settled();
  t.strictSame(namesIn(got), ['one', 'two', 'three']);
});

void t.test('when the clock is put back while something waits', async (t) => {
  const { url, got } = await receiver(503, 200);
  const { hooks, clock } = await queue(url);
  clock.aheadMs = 400 * 86_400_000;
  await hooks.putInOrder(line('one', 'two'), []);
  await hooks.settled();
  clock.aheadMs = 0;
  await hooks.settled();
  t.strictSame(namesIn(got.slice(1)), ['one', 'two'], 'nobody waits for a time that was wrong');
});

void t.test('when many put at once', async (t) => {
  const { url, got } = await receiver(200);
  const { hooks } = await queue(url);
  await Promise.all(Array.from({ length: 20 }, (_, i) => hooks.putInOrder(line(`m${String(i)}`), [])));
  await hooks.settled();
  t.strictSame(namesIn(got), Array.from({ length: 20 }, (_, i) => `m${String(i)}`));
});

void t.test('when one target accepts everything and never answers', async (t) => {
  const sockets = createServer(() => undefined);
  await new Promise<void>((done) => { sockets.listen(0, '127.0.0.1', done); });
  t.teardown(() => { sockets.closeAllConnections(); sockets.close(); });
  const { url, got } = await receiver(200);
  const { hooks } = await queue(`http://127.0.0.1:${String((sockets.address() as AddressInfo).port)}/`, undefined, [{ id: 'live', url }]);
  await hooks.put(Array.from({ length: 20 }, (_, i) => ({ ...put, once: String(i) })));
  await hooks.putInOrder(line('one'), []);
  hooks.goOn();
  await delay(50);
  const begun = performance.now();
  await hooks.put([{ ...put, hook: 'live' }]);
  await hooks.putInOrder([{ ...put, hook: 'live', once: 'alarm' }], []);
  hooks.goOn();
  while (got.length < 2 && performance.now() - begun < 8_000) await delay(20);
  t.equal(got.length, 2, 'the other one is told at once');
  t.ok(performance.now() - begun < 3_000, `in ${String(Math.round(performance.now() - begun))} ms`);
  while ((await hooks.waiting()) > 21 && performance.now() - begun < 8_000) await delay(20);
  t.equal(await hooks.waiting(), 21, 'what the dead one was not told waits');
  await hooks.close();
});

void t.test('when it is asked what a target was not told', async (t) => {
  const { url, answer } = await receiver(503);
  const { hooks, clock } = await queue(url, undefined, [{ id: 'idle', url }]);
  t.strictSame(await hooks.untold(), []);
  const first = clock.now();
  await hooks.put([put]);
  clock.aheadMs += 60_000;
  await hooks.putInOrder(line('one'), []);
  await hooks.putInOrder([{ hook: 'no more', once: 'x', body: '{}' }], []);
  const [oldest, ...others] = await hooks.untold();
  t.match({ oldest, others }, { oldest: { hook: 'hook', agency: 'A', waiting: 2 }, others: [] });
  t.ok(Math.abs((oldest?.since ?? 0) - first) < 5_000, 'since the oldest was put');
  for (let tries = 0; tries <= LINE_TRIES_MAX + 1; tries++) {
    await hooks.settled();
    clock.aheadMs += Math.max(LINE_PAUSE_MS, ...RETRY_MS);
  }
  t.match(await hooks.untold(), [{ hook: 'hook', waiting: 0 }], 'all of it was given up, and it is down all the same');
  answer(200);
  await hooks.put([{ ...put, once: 'new' }]);
  await hooks.settled();
  t.strictSame(await hooks.untold(), [], 'until it takes something');
});
