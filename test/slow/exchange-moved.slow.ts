/** The right over a kind moves to an agency whose licences another gateway keeps: it manages the old ones, and has what is on them from the gateway that keeps them as far as the agency there opens it. */
import t from 'tap';
import { todayOf } from '#gateway/clock';
import type { Used } from '#gateway/acts/use/use';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { bothHeard, ELSEWHERE, twoGateways } from '#test/support/gateways';
import { permit, signed } from '#test/support/installation';

const gateways = await twoGateways();
t.teardown(() => gateways.close());
const { source, other } = gateways;
const [bureau, A, B] = [source.acting('clerk'), source.services, other.services];

const { identifier = '' } = await A.acts.perform(bureau, randomId(), permit());
const use = () => other.app.inject({ method: 'POST', url: '/api/uses', headers: other.headers(), payload: { requestId: randomId(), licence: identifier, purpose: 'INSPECTION', caseNo: 'case 1', fields: ['number', 'scope'] } });

void t.test('before it has moved', async (t) => {
  await bothHeard(gateways);
  t.match((await use()).json(), { code: 'USE_NOT_AUTHORISED' });
});

void t.test('when it has moved', async (t) => {
  const today = todayOf(A.clock, A.drafter.zone);
  await signed(source, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.hygiene, right: 'issue', from: bureau.agency, to: ELSEWHERE.code, on: today } });
  await bothHeard(gateways);
  t.match((await use()).json(), { code: 'USE_NOT_AUTHORISED' }, 'whoever keeps the register opens nothing to anybody by moving a right');
  const scene = { op: 'scene.put' as const, id: randomId(), name: { zh: '移交', en: 'handed over with the right' }, owner: bureau.agency, grantee: ELSEWHERE.code, kinds: [{ kind: KIND.hygiene, fields: ['number', 'scope'] }], purpose: 'INSPECTION', from: '2020-01-01', statute: false };
  await signed(source, ['approver'], { op: 'register', act: scene });
  await bothHeard(gateways);
  const used = (await use()).json<Used>();
  t.match(used, { fields: [{ name: 'number', value: /^（演示）/ }, { name: 'scope', value: '住宿' }], from: { code: bureau.agency, proof: 'ledger' }, record: { authority: { by: 'scene', id: scene.id } } }, 'whoever kept it opens it to whoever manages it');
  t.match(await A.uses.page(bureau.agency, { side: 'source', limit: 1 }), [{ agency: ELSEWHERE.code, authority: { by: 'scene' } }], 'and has recorded it');
  t.match((await other.app.inject({ url: '/api/licences', headers: other.headers() })).json(), { licences: [{ identifier, audience: 'agency', manager: { code: ELSEWHERE.code } }] }, 'it is on the list');
  t.match(await A.uses.use(bureau, randomId(), { licence: identifier, purpose: 'INSPECTION', caseNo: 'case 2', fields: ['number'] }).catch((error: unknown) => error), { code: 'USE_NOT_AUTHORISED' }, 'the keeper has no right of its own to it any more');
  t.match((await B.managers.licences(ELSEWHERE.code, { limit: 1, kind: KIND.food })), []);
});
