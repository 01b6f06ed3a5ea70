/** What the program of an agency hears of an alarm whose way leads over a day on which it was down, and a gateway that was started again in between. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { DAY_MS, type Found } from '#gateway/alarms/alarm';
import { Book } from '#gateway/alarms/book';
import { messagesFor } from '#gateway/alarms/telling';
import { Watch } from '#gateway/alarms/watch';
import { Hooks, LINE_PAUSE_MS } from '#gateway/notices/hooks';
import { TOLD } from '#gateway/notices/settings';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-telling-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
const got: { type: string; timestamp: string; data: Record<string, unknown> }[] = [];
let isDown = true;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
  request.on('end', () => {
    if (!isDown) got.push(JSON.parse(body) as typeof got[number]);
    response.writeHead(isDown ? 503 : 204).end();
  });
});
await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
t.teardown(() => { server.closeAllConnections(); server.close(); });
const hook = { id: 'hook', agency: 'A', url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}`, tells: TOLD };

const clock = { at: Date.parse('2026-06-01T02:00:00.000Z'), now: () => clock.at };
let found: Found[] = [];
async function gateway() {
  const desk = new Level<string, string>(join(directory, 'desk'));
  await desk.open();
  const hooks = new Hooks({ desk, clock, hooks: [hook] });
  const book = new Book({ desk, clock, tell: (messages, rows) => hooks.putInOrder(messages, rows), messages: messagesFor([hook], 'https://licence.example.cn') });
  const watch = new Watch({ sources: [{ kinds: ['seal-ends', 'use-gap'], find: async () => found }], book, desk, clock, zone: () => SHANGHAI });
  const look = async (afterMs: number): Promise<void> => {
    clock.at += afterMs;
    await watch.check();
    await hooks.settled();
  };
  return { look, hooks, close: async () => { await hooks.close(); await desk.close(); } };
}

void t.test('when its receiver is down for a day', async (t) => {
  const before = await gateway();
  found = [{ kind: 'seal-ends', subject: 'S', agency: 'A', severity: 'notice', since: '2026-05-20T00:00:00.000Z', endsAt: '2026-06-19T00:00:00.000Z' }];
  await before.look(0);
  found = [{ ...found[0], severity: 'warning' } as Found, { kind: 'use-gap', subject: 'log', severity: 'critical', count: 1 }];
  await before.look(3 * LINE_PAUSE_MS);
  await before.close();
  const after = await gateway();
  for (let hour = 0; hour < 12; hour++) await after.look(LINE_PAUSE_MS);
  found = [];
  await after.look(DAY_MS / 2);
  t.strictSame(got, []);
  isDown = false;
  await after.look(LINE_PAUSE_MS);
  t.strictSame(got.map(({ type, data: { id, severity } }) => [type, id, severity]), [
    ['alarm.raised', 'seal-ends:S', 'notice'], ['alarm.worse', 'seal-ends:S', 'warning'], ['alarm.raised', 'use-gap:log', 'critical'], ['alarm.closed', 'seal-ends:S', 'warning'], ['alarm.closed', 'use-gap:log', 'critical'],
  ], 'all of it, once each, in order');
  t.strictSame(got[0], { type: 'alarm.raised', timestamp: '2026-06-01T02:00:00.000Z', data: { id: 'seal-ends:S', kind: 'seal-ends', subject: 'S', agency: 'A', severity: 'notice', since: '2026-05-20T00:00:00.000Z', endsAt: '2026-06-19T00:00:00.000Z', raisedAt: '2026-06-01T02:00:00.000Z', url: 'https://licence.example.cn/issue/alarms' } });
  await after.look(LINE_PAUSE_MS);
  t.same([got.length, await after.hooks.waiting()], [5, 0], 'and nothing more');
  await after.close();
});
