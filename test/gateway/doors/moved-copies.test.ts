/** Copies and exports after the right over a kind has moved from one agency of this gateway to another. */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { addDays } from '#chaincode/facts/calendar';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { newDevice, takenUp } from '#test/support/holders';
import { permit, signed } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const [clerk, market] = [installation.acting('clerk'), installation.acting('market')];
const today = todayOf(services.clock, services.drafter.zone);
services.papers.start();
t.teardown(() => services.papers.close());
const post = async (url: string, who: string, payload: object) => app.inject({ method: 'POST', url, headers: authorized(installation.acting(who)), payload });

const { identifier = '', licence = '' } = await services.acts.perform(clerk, randomId(), permit({ validUntil: addDays(today, 400) }));
while ((await services.papers.waiting()) > 0) await delay(20);
await signed(installation, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.hygiene, right: 'issue', from: clerk.agency, to: market.agency, on: today } });
const subject = services.projection.get('licence', licence)?.subject ?? '';

interface File { readonly sections: readonly { readonly section: string; readonly items: readonly { readonly licence?: string; readonly versions?: readonly { readonly face: readonly { readonly name: string }[] }[] }[] }[] }
const ask = { holder: { licence: identifier }, purpose: 'INSPECTION', caseNo: 'case 9' };
const exported = async (who: string) => {
  const reply = await post('/api/exports', who, ask);
  return reply.json<File>().sections.find(({ section }) => section === 'licences')?.items.find((item) => item.licence === licence);
};

void t.test('when the old agency asks for everything about the holder', async (t) => {
  t.match((await post('/api/exports', 'clerk', ask)).json(), { code: 'NOT_FOUND' }, 'it has none of his licences any more');
  t.notOk((await services.uses.page(clerk.agency, { side: 'agency', limit: 20 })).some((each) => each.act === 'copy' && each.licence === licence));
});

void t.test('when the new manager asks for everything about the holder', async (t) => {
  t.ok(await exported('market'), 'the licence that it manages is in it');
});

void t.test('when the holder makes a copy', async (t) => {
  const device = await takenUp(installation, newDevice(subject));
  const who = { subject, device: device.id } as never;
  const sealed: string[] = [];
  const original = services.drafter.sealFor.bind(services.drafter);
  services.drafter.sealFor = (agency, kind, by) => { sealed.push(agency); return original(agency, kind, by); };
  await services.copies.ofHolder(who, identifier, { cause: '租房', requester: '示例公司', expiresOn: addDays(today, 10) } as never).catch(() => undefined);
  t.strictSame(sealed, [market.agency], 'sealed by whoever manages it');
});
