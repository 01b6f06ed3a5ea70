import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { foodFace } from '#test/support/samples';
import { signIn, startGateway } from '#test/support/process';

const ROUNDS = 6;
const AT_ONCE = 24;
const SEED = Date.now() % 1_000_000;

interface Asked {
  readonly requestId: string;
  readonly serial: number;
  identifier?: string;
}

/** Issues until the gateway dies; notes what was acknowledged. */
async function hammer(base: string, headers: Record<string, string>, asked: Asked[], first: number): Promise<void> {
  let serial = first;
  const one = async () => {
    for (;;) {
      const request: Asked = { requestId: randomId(), serial: serial++ };
      asked.push(request);
      try {
        const response = await fetch(`${base}/api/acts`, { method: 'POST', headers, body: body(request) });
        if (response.status === 201) request.identifier = ((await response.json()) as { identifier: string }).identifier;
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const body = ({ requestId, serial }: Asked): string => JSON.stringify({ requestId, act: { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(serial) } });

t.test(`when the gateway is killed in mid-batch, ${String(ROUNDS)} times (seed ${String(SEED)})`, { timeout: 400_000 }, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'yizheng-crash-'));
  t.teardown(() => rm(data, { recursive: true, force: true }));
  const asked: Asked[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const gateway = await startGateway(data);
    const headers = await signIn(gateway.base, data, 'clerk');
    const hammering = hammer(gateway.base, headers, asked, round * 20_000);
    await delay(400 + ((SEED * (round + 7)) % 900));
    await gateway.end('SIGKILL');
    await hammering;
  }
  const acknowledged = asked.filter(({ identifier }) => identifier !== undefined);
  t.ok(acknowledged.length >= 20 * ROUNDS, `${String(acknowledged.length)} acknowledged, ${String(asked.length - acknowledged.length)} unknown`);

  const gateway = await startGateway(data);
  let ready = { ready: false };
  // The index knows that it is current once it has asked the ledger: within ten seconds, by the bar of the fault table.
  for (let asked = 0; !ready.ready && asked < 50; asked++) {
    ready = (await (await fetch(`${gateway.base}/health/ready`)).json()) as { ready: boolean };
    if (!ready.ready) await delay(200);
  }
  t.equal(ready.ready, true, 'ready after the restart');
  const headers = await signIn(gateway.base, data, 'clerk');
  let lost = 0;
  for (const { identifier = '' } of acknowledged) if ((await fetch(`${gateway.base}/api/status/${identifier}`)).status !== 200) lost++;
  t.equal(lost, 0, 'nothing acknowledged is lost');

  const known = new Set(acknowledged.map(({ identifier }) => identifier));
  let differing = 0;
  for (const request of asked) {
    const response = await fetch(`${gateway.base}/api/acts`, { method: 'POST', headers, body: body(request) });
    const { identifier } = (await response.json()) as { identifier?: string };
    if (identifier === undefined || (request.identifier !== undefined && identifier !== request.identifier)) differing++;
    if (identifier !== undefined) known.add(identifier);
  }
  t.equal(differing, 0, 'every request id, asked again, gives one and the same licence');
  t.equal(known.size, asked.length, 'no licence twice');
  t.equal(await gateway.end('SIGTERM'), 0, 'stops gracefully');
  const { findings } = await reconcile(data, () => undefined);
  t.strictSame(findings, [], 'fsck finds nothing');
});
