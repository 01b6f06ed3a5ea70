import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { agreesAfterKills } from '#test/support/reconciled';
import { foodFace } from '#test/support/samples';
import { signIn, startGateway } from '#test/support/process';

const ROUNDS = 6;
const AT_ONCE = 24;
/** Acknowledged in a round before the kill: at least the first, at most both together. A count and not a time, so that a slow machine tests as much. */
const ACKNOWLEDGED = [50, 80] as const;
const SEED = Date.now() % 1_000_000;

interface Asked {
  readonly requestId: string;
  readonly serial: number;
  identifier?: string;
}

/** Issues until the gateway dies; notes what was acknowledged. @param kill called once, in mid-flight, after so many acknowledgements */
async function hammer(base: string, headers: Record<string, string>, asked: Asked[], first: number, killAfter: number, kill: () => void): Promise<void> {
  let serial = first;
  let acknowledged = 0;
  const one = async () => {
    for (;;) {
      const request: Asked = { requestId: randomId(), serial: serial++ };
      asked.push(request);
      try {
        const response = await fetch(`${base}/api/acts`, { method: 'POST', headers, body: body(request) });
        if (response.status !== 201) continue;
        request.identifier = ((await response.json()) as { identifier: string }).identifier;
        if (++acknowledged === killAfter) kill();
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
    const after = ACKNOWLEDGED[0] + ((SEED * (round + 7)) % ACKNOWLEDGED[1]);
    await new Promise<void>((resolve, reject) => {
      const hammering = hammer(gateway.base, headers, asked, round * 20_000, after, () => { gateway.end('SIGKILL').then(() => hammering).then(resolve, reject); });
      hammering.catch(reject);
    });
  }
  const acknowledged = asked.filter(({ identifier }) => identifier !== undefined);
  t.ok(acknowledged.length >= ACKNOWLEDGED[0] * ROUNDS, `${String(acknowledged.length)} acknowledged`);
  t.ok(acknowledged.length < asked.length, `${String(asked.length - acknowledged.length)} of unknown outcome: the kills fell in mid-batch`);

  const gateway = await startGateway(data);
  const ready = (await (await fetch(`${gateway.base}/health/ready`)).json()) as { ready: boolean };
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
  await agreesAfterKills(t, data);
});
