/** A gateway that leaves out of a history what it would rather not tell: whoever asks the gateway of another agency too finds it. */
import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import t from 'tap';
import { randomId } from '#gateway/keyring';
import { bothHeard, instead, twoGateways } from '#test/support/gateways';
import { permit } from '#test/support/installation';

const both = await twoGateways();
t.teardown(() => both.close());
const { source, other } = both;
await other.app.listen({ port: 0, host: '127.0.0.1' });
const elsewhere = `http://127.0.0.1:${String((other.app.server.address() as AddressInfo).port)}`;
const clerk = source.acting('clerk');
const { identifier = '', licence = '' } = await source.services.acts.perform(clerk, randomId(), permit());
for (const [op, reason] of [['suspend', 'RECTIFICATION'], ['restore', 'RECTIFIED']] as const) await source.services.acts.perform(clerk, randomId(), { op, licence, reason });
await bothHeard(both);

interface Ran { readonly code: number; readonly stdout: string; readonly stderr: string }
const compare = (): Promise<Ran> => promisify(execFile)(process.execPath, ['dist/cli/main.js', 'audit', 'compare', identifier, '--gateway', source.address, '--with', elsewhere], { env: { PATH: process.env['PATH'] } })
  .then((ran) => ({ code: 0, ...ran }), (error: unknown) => error as Ran);

void t.test('when both tell the same', async (t) => {
  const ran = await compare();
  t.equal(ran.code, 0, ran.stderr);
  t.match(ran.stdout, /the same 3 events/);
});

void t.test('when one leaves out a suspension', async (t) => {
  instead(t, source.services.lookup, 'history', (history) => async (id) => (await history(id)).filter(({ act }) => act !== 'suspend'));
  const ran = await compare();
  t.equal(ran.code, 5, 'not to be trusted');
  t.match(ran.stderr, /event 2: missing-here/);
});

void t.test('when one tells another day', async (t) => {
  instead(t, source.services.lookup, 'history', (history) => async (id) => (await history(id)).map((event) => (event.act === 'suspend' ? { ...event, effectiveOn: '2020-01-01' } : event)));
  t.match(await compare(), { code: 5, stderr: /event 2: differs/ });
});
