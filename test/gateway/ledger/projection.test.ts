/** Following the chain: what the index does when the stream of blocks misbehaves. The stream is the test's own; the index is real. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Network } from '@hyperledger/fabric-gateway';
import { Projection } from '#gateway/ledger/projection';

/** A stream without blocks, open until closed. */
class Stream {
  closed = false;
  #end: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => { this.#end = resolve; });
  close(): void { this.closed = true; this.#end(); }
  async *[Symbol.asyncIterator](): AsyncGenerator<never, void> { await this.#ended; }
}

async function follow(t: Test, getBlockEvents: () => Promise<Stream>, stalledMs?: number): Promise<{ projection: Projection; failures: unknown[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-projection-'));
  t.teardown(() => { rmSync(directory, { recursive: true }); });
  const projection = await Projection.open(directory, 'yizheng');
  const failures: unknown[] = [];
  projection.onFailure = (error) => { failures.push(error); };
  projection.follow({ getBlockEvents } as unknown as Network, () => Promise.resolve(0n), stalledMs);
  return { projection, failures };
}

t.test('when the stream ends at once, without an error, again and again', async (t) => {
  let asked = 0;
  const { projection, failures } = await follow(t, () => {
    asked++;
    const stream = new Stream();
    stream.close();
    return Promise.resolve(stream);
  });
  await delay(700);
  await projection.close();
  t.ok(asked >= 2, 'it is asked for again');
  t.ok(asked <= 4, `but not without a pause: ${String(asked)} times in 700 ms`);
  t.strictSame(failures, []);
});

t.test('when the ledger has more and the stream brings nothing', async (t) => {
  const streams: Stream[] = [];
  const { projection } = await follow(t, () => {
    streams.push(new Stream());
    return Promise.resolve(streams.at(-1)!);
  }, 100);
  await delay(20);
  await projection.compare(() => Promise.resolve(5n));
  t.equal(streams[0]?.closed, false, 'it may be on its way');
  await delay(120);
  await projection.compare(() => Promise.resolve(5n));
  t.equal(streams[0]?.closed, true, 'a dead stream is given up');
  await delay(400);
  t.equal(streams.length, 2, 'and asked for anew');
  await projection.close();
});

t.test('when the stream fails', async (t) => {
  const broken = new Error('unavailable');
  const { projection, failures } = await follow(t, () => Promise.reject(broken));
  await delay(400);
  await projection.close();
  t.ok(failures.length === 1 || failures.length === 2, `told each time, with a pause between: ${String(failures.length)}`);
  t.equal(failures[0], broken);
});

t.test('when it is closed while the stream is being asked for', async (t) => {
  const stream = new Stream();
  let give = (_: Stream): void => undefined;
  const { projection } = await follow(t, () => new Promise<Stream>((resolve) => { give = resolve; }));
  await delay(10);
  const closing = projection.close().then(() => 'closed');
  await delay(10);
  give(stream);
  t.equal(await Promise.race([closing, delay(5_000, 'still open', { ref: false })]), 'closed');
  t.ok(stream.closed, 'and the stream that came too late is closed too');
});

t.test('when it is closed while it waits', async (t) => {
  const stream = new Stream();
  const { projection } = await follow(t, () => Promise.resolve(stream));
  await delay(10);
  const from = Date.now();
  await projection.close();
  t.ok(Date.now() - from < 1_000, 'no pause is waited out');
  t.ok(stream.closed);
});
