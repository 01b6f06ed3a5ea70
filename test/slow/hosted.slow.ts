/** Identities of hosted agencies: seen to end in time, renewed in time and too late. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { AGENCY_ATTRIBUTE } from '#chaincode/facts/names';
import { enrolClient } from '#network/embedded/ledger';
import { buildApp } from '#gateway/app';
import { BUREAU } from '#gateway/demo';
import { renewIdentities, storedIdentities, WARN_DAYS, type HostedIdentity } from '#gateway/hosted';
import { Keyring, randomId } from '#gateway/keyring';
import { embeddedDirectory } from '#gateway/ledger/open';
import { paths } from '#gateway/services';
import { install, permit } from '#test/support/installation';
import { faults } from '#test/support/matchers';

const installation = await install();
t.teardown(() => installation.remove());
const { data, clock } = installation;
const DAY_MS = 86_400_000;
const keyring = () => new Keyring(paths(data).keys);

async function asked(): Promise<{ status: number; identities: HostedIdentity[]; gauge: string }> {
  const app = await buildApp({ services: installation.services, rateLimits: false });
  const ready = await app.inject('/health/ready');
  const metrics = await app.inject('/metrics');
  await app.close();
  return { status: ready.statusCode, identities: ready.json<{ identities: HostedIdentity[] }>().identities, gauge: /^yizheng_agency_identity_days_left\{agency="113703030099999063"\} (-?\d+)$/m.exec(metrics.body)?.[1] ?? '' };
}

t.test('when the days go by', async (t) => {
  const now = await asked();
  t.equal(now.identities.length, 4, 'every hosted agency');
  t.equal(now.gauge, '1094', 'three years, and not a whole day is over yet');
  t.match(now.identities[0], { daysLeft: 1094, endsAt: /^\d{4}-/ });
  t.ok(now.identities.every(({ warning }) => warning === undefined), 'nothing to do');
  for (const [days, warning] of [[WARN_DAYS + 1, undefined], [WARN_DAYS, 'IDENTITY_ENDS_SOON'], [0, 'IDENTITY_ENDS_SOON'], [-1, 'IDENTITY_ENDED']] as const) {
    clock.aheadMs = (1094 - days) * DAY_MS;
    const { identities, gauge } = await asked();
    t.strictSame([...new Set(identities.map(({ daysLeft }) => daysLeft))], [days]);
    t.strictSame([...new Set(identities.map((each) => each.warning))], [warning], `${String(days)} days before the end`);
    t.equal(gauge, String(days));
  }
});

t.test('when one of them is renewed in time', async (t) => {
  clock.aheadMs = 1070 * DAY_MS;
  const before = keyring().identities().get(BUREAU.code);
  await faults(t, () => renewIdentities(data, clock, ['91370303MA99TXT202']), 'AGENCY_NOT_HOSTED');
  await faults(t, () => renewIdentities(join(data, 'nothing'), clock), 'NOT_FOUND');
  const renewed = await renewIdentities(data, clock, [BUREAU.code]);
  t.equal(renewed.at(-1)?.agency, BUREAU.code, 'it now ends last');
  t.match(renewed.at(-1), { daysLeft: 1094 });
  t.equal(renewed.filter(({ warning }) => warning === 'IDENTITY_ENDS_SOON').length, 3, 'the others still end');
  const after = keyring().identities().get(BUREAU.code);
  t.not(after?.certificate, before?.certificate);
  t.not(after?.privateKey, before?.privateKey, 'with a key of its own');
});

t.test('when all of them have ended', async (t) => {
  clock.aheadMs = 0;
  const long = Date.now() - 1096 * DAY_MS;
  for (const agency of keyring().identities().keys()) keyring().storeIdentity(agency, await enrolClient(embeddedDirectory(data), { attributes: { [AGENCY_ATTRIBUTE]: agency }, commonName: agency, at: long }));
  await installation.restart();
  const ended = await asked();
  t.equal(ended.status, 503, 'no transaction can be made');
  t.ok(ended.identities.every(({ warning }) => warning === 'IDENTITY_ENDED'), 'and it says why');
  await faults(t, () => installation.services.acts.perform(installation.acting('clerk'), randomId(), permit()), 'LEDGER_UNAVAILABLE');
  t.ok((await renewIdentities(data, clock)).every(({ warning }) => warning === undefined));
  await installation.restart();
  t.equal((await asked()).status, 200);
  t.match(await installation.services.acts.perform(installation.acting('clerk'), randomId(), permit()), { status: 'VALID' });
});

t.test('when a renewal was interrupted between its two files', async (t) => {
  const [certificate] = [keyring().identities().get(BUREAU.code)?.certificate ?? ''];
  await renewIdentities(data, clock, [BUREAU.code]);
  writeFileSync(keyring().path('agencies', BUREAU.code, 'identity.crt'), certificate);
  t.equal(storedIdentities(data, clock).find(({ agency }) => agency === BUREAU.code)?.warning, 'IDENTITY_BROKEN');
  await renewIdentities(data, clock);
  t.notOk(storedIdentities(data, clock).find(({ warning }) => warning !== undefined), 'run again, it is whole');
});
