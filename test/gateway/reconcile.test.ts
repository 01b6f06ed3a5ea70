/** fsck over a whole installation: what was done to its vault and its use log, with the gateway stopped, is found. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import t from 'tap';
import { signAct } from '#gateway/acts/sign';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { objected } from '#test/support/delegations';
import { newDevice, takenUp } from '#test/support/holders';
import { install } from '#test/support/installation';
import { HOLDER } from '#test/support/ledger';

void t.test('when vault and use log were tampered with', async (t) => {
  const installation = await install();
  const { services, data } = installation;
  t.teardown(() => { rmSync(data, { recursive: true, force: true }); });
  const shown = services.lookup.byNumber('JY23703039999014');
  for (let i = 0; i < 5; i++) await services.uses.note(installation.acting('market'), 'look-up', shown);
  const attest = async () => {
    const draft = await services.identities.atCounter(installation.acting('clerk'), randomId(), { organisation: HOLDER.slice(5) }, { code: HOLDER.slice(5), name: '示例浮云餐饮有限公司' }, ['BUSINESS_LICENCE']);
    await services.acts.sign(installation.acting('clerk'), draft.requestId, [signAct(installation.file('clerk'), draft)]);
    return draft.requestId;
  };
  const [identity, _kept, phone] = [await attest(), await attest(), await takenUp(installation, newDevice())];
  const [first, second] = await services.projection.licencesOf(HOLDER, 2);
  const [objection] = [await objected(installation, first ?? '', phone), await objected(installation, second ?? '', phone)];
  await services.close();
  const found = async () => (await reconcile(data, () => undefined)).findings.map(({ code, where }) => `${code} ${where}`);
  const deleted = async (name: string, keys: readonly string[]) => {
    const store = new Level(join(data, name));
    await store.open();
    await store.batch(keys.map((key) => ({ type: 'del', key })));
    await store.close();
  };
  await deleted('uses', ['r/000000000002']);
  await deleted('vault', [`identity/${identity}`, `objection/${objection}`]);
  const words = [`IDENTITY_MISSING identity ${identity}`, `WORDS_MISSING objection ${objection}`];
  t.match(await found(), [...words, 'USE_MISSING record 2']);
  rmSync(join(data, 'uses'), { recursive: true });
  t.match(await found(), [...words, `USE_LOG_MISSING log ${services.useLog.id}`], 'a log that is gone altogether is missed');
});
