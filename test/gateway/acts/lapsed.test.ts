/** Since when a licence, a member or a composite is no longer, or not yet, in force: told by the days, which nobody writes. */
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { KIND } from '#gateway/catalogue/kinds';
import type { IssueInput } from '#gateway/acts/licence/inputs';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';
import { foodFace } from '#test/support/samples';

const { installation, app } = await installApp();
const { acts, lookup, drafter } = installation.services;
const clerk = installation.acting('clerk');
const HOLDER = { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', premises: '示例市张店区示例路1号' };
const DAY_MS = 86_400_000;
const { today } = drafter;
let serial = 801;

const perform = (input: Parameters<typeof acts.perform>[2]) => acts.perform(clerk, randomId(), input);
const issue = async (input: IssueInput) => (await perform(input)).identifier ?? '';
const food = (term: Partial<IssueInput>) => issue({ op: 'issue', kind: KIND.food, face: { ...foodFace(serial++), ...HOLDER }, ...term });
const hotel = (members: readonly string[], term: Partial<IssueInput> = {}) => issue({ op: 'issue', kind: KIND.hotel, members, ...term, face: { ...HOLDER, number: `（演示）行综字〔2026〕${String(serial++)}号` } });
const seen = (identifier: string) => lookup.byIdentifier(identifier).licence;
const statusOf = async (identifier: string) => (await app.inject(`/api/status/${identifier}`)).json<object>();
async function on(days: number, see: () => unknown) {
  installation.clock.aheadMs = days * DAY_MS;
  await see();
  installation.clock.aheadMs = 0;
}

void t.test('when a member has lapsed', async (t) => {
  const last = addDays(today, 40);
  const [member, other] = [await food({ validUntil: last }), await issue(permit())];
  const composite = await hotel([member, other]);
  await on(40, () => { t.match(seen(composite), { status: 'VALID', members: [{ status: 'VALID', since: today }, {}] }, 'the last day belongs to the term'); });
  await on(45, async () => {
    const since = addDays(last, 1);
    t.match(seen(composite), { status: 'EXPIRED', since, members: [{ status: 'EXPIRED', since, reasonCode: undefined }, { status: 'VALID', since: today }] }, 'since the day after its last, not since it was issued');
    t.match(seen(member), { status: 'EXPIRED', since });
    for (const each of [composite, member]) t.match(await statusOf(each), { status: 'EXPIRED', since });
  });
});

void t.test('when a licence begins later', async (t) => {
  const validFrom = addDays(today, 10);
  const licence = await food({ validFrom, validUntil: addDays(today, 400) });
  t.match(seen(licence), { status: 'NOT_YET_VALID', since: validFrom });
  t.match(await statusOf(licence), { status: 'NOT_YET_VALID', since: validFrom });
  await on(10, () => { t.match(seen(licence), { status: 'VALID', since: validFrom }); });
});

void t.test('when members restrict a composite, one after the other', async (t) => {
  const ago = (days: number) => addDays(today, -days);
  const begun = { issuedOn: ago(9), validFrom: ago(9) };
  const [member, other] = [await food({ ...begun, validUntil: addDays(today, 500) }), await issue(permit(begun))];
  const composite = await hotel([member, other], begun);
  const suspend = (identifier: string, effectiveOn: string) => perform({ op: 'suspend', licence: seen(identifier)?.licence ?? '', reason: 'RECTIFICATION', basis: 'SPAQF-124', docNo: '停字〔2026〕第9号', effectiveOn });
  await suspend(other, ago(3));
  await suspend(member, ago(1));
  t.match(seen(composite), { status: 'RESTRICTED', since: ago(3), members: [{ since: ago(1) }, { status: 'SUSPENDED', since: ago(3), reasonCode: 'RECTIFICATION', reason: { zh: /整改/ }, decidedBy: { code: clerk.agency }, docNo: '停字〔2026〕第9号' }] });
  t.match(await statusOf(composite), { status: 'RESTRICTED', since: ago(3) });
  t.match((await app.inject(`/api/licences/${composite}`)).json(), { licence: { members: [{ reasonCode: 'RECTIFICATION' }, { reasonCode: 'RECTIFICATION' }] } }, 'the code goes out of the door');
  t.match((await app.inject(`/api/licences/${member}`)).json(), { licence: { reasonCode: 'RECTIFICATION' } });
});
