/** A first run that is cut short: its ledger has an administrator whose key somebody has. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { pendingAdministrator } from '#gateway/administrator';
import { systemClock } from '#gateway/clock';
import { BUREAU } from '#gateway/demo';
import { isSetUp, openServices } from '#gateway/services';
import { Registrar, setUp, type FirstRun } from '#gateway/setup';
import { LedgerFault } from '#network/fault';
import { failsWith, faults } from '#test/support/matchers';

const home = mkdtempSync(join(tmpdir(), 'yizheng-setup-'));
t.teardown(() => { rmSync(home, { recursive: true, force: true }); });
const first = (data: string): FirstRun => ({ data: join(home, data), agency: BUREAU, publicName: 'http://localhost:8080', demo: false });

t.test('when it ends between the first transaction and the key file', async (t) => {
  const run = first('cut');
  await t.rejects(setUp({ ...run, handOver: () => { throw new Error('as a crash would'); } }), /as a crash/);
  t.notOk(isSetUp(run.data), 'it is not over');
  const pending = pendingAdministrator(run.data);
  await faults(t, () => setUp({ ...run, agency: { code: '11370303009999228K', name: 'x' } }), 'CONFLICT');
  t.same(pendingAdministrator(run.data), pending, 'the only key of the register is kept');
  let handed;
  const file = await setUp({ ...run, handOver: (administrator) => { handed = administrator; } });
  t.same([file, handed], [pending?.file, pending?.file], 'the same command goes on, with the same key');
  t.equal(pendingAdministrator(run.data), undefined, 'and leaves it with nobody else');
  const services = await openServices({ ...run, clock: systemClock, onFatal: () => undefined });
  t.match(await new Registrar(services, file).staff({ agency: BUREAU.code, roles: ['clerk'], withKey: false }), { id: String }, 'it is the registrar');
  await services.close();
});

t.test('when a directory has a ledger, and nobody has its key', async (t) => {
  const run = first('strange');
  mkdirSync(join(run.data, 'ledger'), { recursive: true });
  await failsWith(t, () => setUp(run), LedgerFault, 'LEDGER_EXISTS');
  t.notOk(existsSync(join(run.data, 'keys')), 'nothing was made');
});
