/** fsck over a whole installation: what was done to its use log, with the gateway stopped, is found. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { reconcile } from '#gateway/reconcile';
import { install } from '#test/support/installation';

void t.test('when the use log was tampered with', async (t) => {
  const installation = await install();
  const { services, data } = installation;
  t.teardown(() => { rmSync(data, { recursive: true, force: true }); });
  const shown = services.lookup.byNumber('JY23703039999014');
  for (let i = 0; i < 5; i++) await services.uses.note(installation.acting('market'), 'look-up', shown);
  await services.close();
  const found = async () => (await reconcile(data, () => undefined)).findings.map(({ code, where }) => `${code} ${where}`);
  const store = new Level(join(data, 'uses'));
  await store.open();
  await store.del('r/000000000002');
  await store.close();
  t.match(await found(), ['USE_MISSING record 2']);
  rmSync(join(data, 'uses'), { recursive: true });
  t.match(await found(), [`USE_LOG_MISSING log ${services.useLog.id}`], 'a log that is gone altogether is missed');
});
