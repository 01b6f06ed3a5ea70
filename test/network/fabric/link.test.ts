/** A connection that swallows everything is given up. The server is a real one of gRPC's, behind a proxy that goes silent. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Server, ServerCredentials, type ServerDuplexStream, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import t from 'tap';
import { PeerLink } from '#network/fabric/link';
import { openProxy } from '#test/support/proxy';

const DEADLINE_EXCEEDED = 4;
const CANCELLED = 1;
const SILENCE_MS = 100;
const bytes = (value: Buffer): Buffer => value;
const method = (path: string, stream: boolean) => ({ path, requestStream: stream, responseStream: stream, requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes });

const server = new Server();
server.addService({ echo: method('/test/echo', false), flow: method('/test/flow', true) }, {
  echo: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => { if (call.request.toString() !== 'never') answer(null, call.request); },
  flow: (call: ServerDuplexStream<Buffer, Buffer>) => { call.on('data', (value: Buffer) => call.write(value)); },
});
const port = await new Promise<number>((done, fail) => { server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => { if (error) fail(error); else done(bound); }); });
const proxy = await openProxy(port);
let dialled = 0;
const link = new PeerLink(() => {
  dialled++;
  return new Client(`127.0.0.1:${String(proxy.port)}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
}, SILENCE_MS);
t.teardown(async () => {
  link.close();
  server.forceShutdown();
  await proxy.close();
});
const ask = (text: string, ms: number) => new Promise<string>((resolve, reject) => {
  link.makeUnaryRequest('/test/echo', bytes, bytes, Buffer.from(text), { deadline: Date.now() + ms }, (error, value) => { if (error) reject(error); else resolve(String(value)); });
});

t.test('when a call is slow on a connection that answers others', async (t) => {
  const slow = t.rejects(ask('never', 4 * SILENCE_MS), { code: DEADLINE_EXCEEDED });
  await delay(SILENCE_MS);
  t.equal(await ask('a', 5_000), 'a');
  await slow;
  t.equal(dialled, 1, 'it is kept');
});

t.test('when a connection swallows everything', async (t) => {
  const stream = link.makeBidiStreamRequest('/test/flow', bytes, bytes, {});
  stream.write(Buffer.from('b'));
  t.equal(String((await once(stream, 'data'))[0]), 'b');
  const ended = once(stream, 'error').catch((error: unknown) => [error]);
  proxy.swallow();
  const waiting = t.rejects(ask('d', 60_000), { code: CANCELLED }, 'and so do the other calls on it, long before their deadlines');
  await t.rejects(ask('c', 2 * SILENCE_MS), { code: DEADLINE_EXCEEDED }, 'the call ends at its deadline');
  t.match((await ended)[0], { code: CANCELLED }, 'the stream, which has none, ends too');
  await waiting;
  t.equal(dialled, 2);
  proxy.heal();
  const from = Date.now();
  while (await ask('e', 2 * SILENCE_MS).catch(() => 'no') !== 'e') if (Date.now() - from > 10_000) break;
  t.ok(Date.now() - from < 10_000, 'the next connection that is let through works, the old one is never used again');
});
