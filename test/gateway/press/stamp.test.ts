/** A time stamp authority that is not what it should be never costs a paper, nor the gateway's memory. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { askStamp } from '#gateway/press/stamp';

const ANSWERS: Readonly<Record<string, (answer: ServerResponse) => void>> = {
  '/refuses': (answer) => answer.writeHead(503).end(),
  '/something-else': (answer) => answer.end('no token'),
  '/empty': (answer) => answer.end(),
  '/says-too-long': (answer) => answer.writeHead(200, { 'content-length': String(1 << 20) }).end(Buffer.alloc(1 << 20)),
  '/never-ends': (answer) => {
    const more = (): void => { if (!answer.destroyed && answer.write(Buffer.alloc(1 << 14))) setImmediate(more); };
    answer.on('drain', more);
    more();
  },
};
const server = createServer(({ url = '' }, answer) => ANSWERS[url]?.(answer)).listen(0, '127.0.0.1');
await once(server, 'listening');
t.teardown(() => { server.closeAllConnections(); server.close(); });
const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

for (const path of Object.keys(ANSWERS)) {
  t.test(`when it answers ${path}`, async (t) => {
    const from = Date.now();
    t.equal(await askStamp(base + path, Buffer.from('a signature')), undefined);
    t.ok(Date.now() - from < 4_000, 'without waiting for its patience to end');
  });
}

t.test('when nobody is there', async (t) => {
  t.equal(await askStamp('http://127.0.0.1:1/', Buffer.from('a signature')), undefined);
});
