/** The process: what it says when something about its start is not as somebody meant it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { AGENCY_ATTRIBUTE } from '#chaincode/facts/names';
import { BUREAU } from '#gateway/demo';
import { Keyring } from '#gateway/keyring';
import { embeddedDirectory } from '#gateway/ledger/open';
import { paths } from '#gateway/services';
import { setUp } from '#gateway/setup';
import { enrolClient } from '#network/embedded/ledger';
import { startGateway } from '#test/support/process';

const home = mkdtempSync(join(tmpdir(), 'yizheng-main-'));
t.teardown(() => { rmSync(home, { recursive: true, force: true }); });
const data = join(home, 'own');
await setUp({ data, agency: BUREAU, publicName: 'http://localhost:8080', demo: false });
const own = ['--no-demo'];

t.test('when a demo is asked for on an installation that is none', async (t) => {
  await t.rejects(startGateway(data, ['--demo']), /ended with 1: .*not a demo: start it with --no-demo/);
});

t.test('when the port is taken', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = String((other.address() as AddressInfo).port);
  t.teardown(() => { other.close(); });
  await t.rejects(startGateway(data, own, { PORT: port }), new RegExp(`port ${port} is taken`));
});

t.test('when the kept public name leads to another port', async (t) => {
  const gateway = await startGateway(data, own);
  t.equal(await gateway.end('SIGTERM'), 0);
  t.match(gateway.said(), /warning: .*http:\/\/localhost:8080, but the gateway listens on port \d+.*PORT=8080/);
});

t.test('when the public name is of the world, and an identity ends soon', async (t) => {
  const DAY_MS = 86_400_000;
  new Keyring(paths(data).keys).storeIdentity(BUREAU.code, await enrolClient(embeddedDirectory(data), { attributes: { [AGENCY_ATTRIBUTE]: BUREAU.code }, commonName: BUREAU.code, at: Date.now() - 1_080 * DAY_MS }));
  const gateway = await startGateway(data, own, { YIZHENG_PUBLIC_NAME: 'https://licence.example', YIZHENG_LOG: 'warn' });
  t.equal(await gateway.end('SIGTERM'), 0);
  t.notMatch(gateway.said(), /listens on port/, 'what stands before the gateway decides about ports');
  t.match(gateway.said(), /"code":"IDENTITY_ENDS_SOON","agency":"113703030099999063".*"daysLeft":14/);
});
