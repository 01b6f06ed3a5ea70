/** Licences through the gateway's own services: the product on this ledger. */
import type { Test } from 'tap';
import type { LicenceRecord } from '#chaincode/facts/records';
import { keyOf } from '#chaincode/world';
import { randomId } from '#gateway/keyring';
import { BUREAU } from '#test/support/ledger';
import { permit, signed, type Installation } from '#test/support/installation';
import { faults } from '#test/support/matchers';

export async function licences(t: Test, installation: Installation): Promise<void> {
  const services = () => installation.services;
  const clerk = installation.acting('clerk');
  const perform = (input: Parameters<ReturnType<typeof services>['acts']['perform']>[2], requestId = randomId()) => services().acts.perform(clerk, requestId, input);

  await t.test('when a licence lives', async (t) => {
    const { licence = '', identifier = '' } = await perform(permit());
    t.equal(services().lookup.byIdentifier(identifier).verdict.outcome, 'valid');
    t.match(await perform({ op: 'suspend', licence, reason: 'RECTIFICATION' }), { status: 'SUSPENDED' });
    await faults(t, () => perform({ op: 'suspend', licence, reason: 'RECTIFICATION' }), 'REFUSED', 'STATUS_FORBIDS');
    t.match(services().lookup.byIdentifier(identifier), { verdict: { outcome: 'not-in-force', status: 'SUSPENDED' } });
    t.match(await perform({ op: 'restore', licence, reason: 'RECTIFIED' }), { status: 'VALID' });
    t.match(await perform({ op: 'change', licence, face: { scope: '住宿；餐饮' } }), { version: 2, status: 'VALID' });
    t.match(await signed(installation, ['clerk', 'approver'], { op: 'annul', licence, reason: 'GRANTED_UNLAWFULLY' }), { status: 'ANNULLED' });
    t.strictSame((await services().lookup.history(licence)).map(({ act }) => act), ['issue', 'suspend', 'restore', 'change', 'annul']);
    const [record] = (await services().submitter.read(BUREAU, [keyOf('licence', licence)])) as LicenceRecord[];
    t.strictSame(record, services().projection.get('licence', licence), 'the index holds what the ledger holds');
  });

  await t.test('when a request is repeated', async (t) => {
    const [input, requestId] = [permit(), randomId()];
    const first = await perform(input, requestId);
    t.match(await perform(input, requestId), { licence: first.licence, transaction: first.transaction, replayed: true });
    await faults(t, () => perform(permit(), requestId), 'REFUSED', 'REQUEST_ID_REUSED');
    const [twin, twinId] = [permit(), randomId()];
    const results = await Promise.all(Array.from({ length: 10 }, () => perform(twin, twinId)));
    t.equal(new Set(results.map(({ transaction }) => transaction)).size, 1, 'ten at once make one transaction');
  });

  await t.test('when many are issued at once', async (t) => {
    const results = await Promise.all(Array.from({ length: 200 }, () => perform(permit())));
    t.equal(new Set(results.map(({ licence }) => licence)).size, 200);
    t.ok(new Set(results.map(({ transaction }) => transaction)).size < 100, 'they share transactions');
    const records = (await services().submitter.read(BUREAU, results.map(({ licence }) => keyOf('licence', licence ?? '')))) as (LicenceRecord | null)[];
    t.equal(records.filter((record) => record?.events.at(-1)?.status === 'VALID').length, 200, 'each is on the ledger');
  });
}
