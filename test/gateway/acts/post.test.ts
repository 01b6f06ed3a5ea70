/** Another gateway that is down, silent, endless, or points elsewhere: nobody waits longer than the deadline, and nobody is followed. */
import { createServer as secureServer } from 'node:https';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { selfSignedServer } from '#network/ca/server';
import { post } from '#gateway/acts/transport/post';
import { GatewayFault } from '#gateway/fault';

async function listening(t: { teardown(end: () => void): void }, server: Server | ReturnType<typeof secureServer>, scheme = 'http'): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  return `${scheme}://localhost:${String((server.address() as AddressInfo).port)}`;
}
const ask = (base: string, more: object = {}) => post({ url: new URL('/exchange/fields', base), assertion: 'a.b.c', body: '{"x":1}', ...more });
const codes = async (asked: Promise<unknown>): Promise<string> => asked.then(() => 'answered', (error: unknown) => (error instanceof GatewayFault ? [error.code, ...error.fields.map(({ code }) => code)].join(' ') : String(error)));

t.test('when the source answers', async (t) => {
  const base = await listening(t, createServer((request, answer) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString(); }).on('end', () => { answer.writeHead(403).end(JSON.stringify({ body, url: request.url, authorization: request.headers.authorization })); });
  }));
  t.match(await ask(base), { status: 403, text: '{"body":"{\\"x\\":1}","url":"/exchange/fields","authorization":"Bearer a.b.c"}' });
});

t.test('when the source does not', async (t) => {
  const serve = (listener: RequestListener) => listening(t, createServer(listener));
  const dead = createServer();
  const gone = await listening(t, dead);
  dead.close();
  t.equal(await codes(ask(gone)), 'SOURCE_UNREACHABLE', 'nobody there');
  const from = Date.now();
  t.equal(await codes(ask(await serve(() => undefined), { withinMs: 100 })), 'SOURCE_UNREACHABLE', 'it takes the question and says nothing');
  const drip = await serve((_request, answer) => { const timer = setInterval(() => { answer.write('x'); }, 20); answer.on('close', () => { clearInterval(timer); }); });
  t.equal(await codes(ask(drip, { withinMs: 150 })), 'SOURCE_UNREACHABLE', 'it says a little all the time');
  t.ok(Date.now() - from < 5_000, 'the deadline is over all of it');
  t.equal(await codes(ask(await serve((_request, answer) => { answer.writeHead(200, { 'content-length': '100' }); answer.write('x', () => { answer.destroy(); }); }))), 'SOURCE_UNREACHABLE', 'it hangs up in the middle');
  t.equal(await codes(ask(await serve((_request, answer) => { answer.end(Buffer.alloc(3 << 20)); }))), 'SOURCE_ANSWER_WRONG TOO_LARGE', 'it does not end');
});

t.test('when the source points elsewhere', async (t) => {
  let followed = 0;
  const other = await listening(t, createServer((_request, answer) => { followed++; answer.end('{}'); }));
  const base = await listening(t, createServer((_request, answer) => { answer.writeHead(307, { location: `${other}/exchange/fields` }).end(); }));
  t.match(await ask(base), { status: 307 });
  t.equal(followed, 0, 'nobody else gets the request');
});

t.test('when the source shows a certificate', async (t) => {
  const { certificate, privateKey } = await selfSignedServer(['localhost']);
  const base = await listening(t, secureServer({ cert: certificate, key: privateKey }, (_request, answer) => { answer.end('{}'); }), 'https');
  t.equal(await codes(ask(base)), 'SOURCE_UNREACHABLE', 'of nobody that is known');
  t.match(await ask(base, { authorities: certificate }), { status: 200 }, 'of an authority that the setting names');
  t.equal(await codes(ask(base.replace('localhost', '127.0.0.1'), { authorities: certificate })), 'SOURCE_UNREACHABLE', 'for another name');
});
