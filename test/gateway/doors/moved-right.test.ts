/** A right has moved to another agency (市县同权): from that day on it manages the old licences, and every door knows. */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import { base64url } from '#chaincode/facts/hash';
import { OBJECTION_TAG, objectionDigest, wordsCommitment } from '#chaincode/facts/objection';
import { KIND } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { installApp } from '#test/support/app';
import { newDevice, signedBy, takenUp } from '#test/support/holders';
import { permit, signed } from '#test/support/installation';
import { faults } from '#test/support/matchers';
import { foodFace } from '#test/support/samples';

const { installation, app, authorized } = await installApp();
const { services, clock } = installation;
const [clerk, market] = [installation.acting('clerk'), installation.acting('market')];
const today = todayOf(services.clock, services.drafter.zone);
const DAY = 86_400_000;
services.papers.start();
t.teardown(() => services.papers.close());

const get = async (url: string, who?: string) => app.inject({ url, ...(who === undefined ? {} : { headers: authorized(installation.acting(who)) }) });
const post = async (url: string, who: string, payload: object) => app.inject({ method: 'POST', url, headers: authorized(installation.acting(who)), payload: { requestId: randomId(), ...payload } });
type Rows = Record<string, readonly { readonly identifier: string }[]>;
/** Whether a list of an agency has the licence. */
const lists = async (url: string, name: string, identifier: string, who: string) => ((await get(url, who)).json<Rows>()[name] ?? []).filter((row) => row.identifier === identifier).length;

/** Its holder says that something on its face is wrong. */
async function objected(licence: string): Promise<string> {
  const device = await takenUp(installation, newDevice(services.projection.get('licence', licence)?.subject));
  const said = { text: '经营场所门牌号有误', opening: base64url(Buffer.alloc(32, 5)) };
  const objection: Parameters<typeof services.objections.put>[0] = { id: randomId(), subject: device.subject, licence, version: 1, fields: ['premises'], reason: 'WRONG', details: wordsCommitment(OBJECTION_TAG, Buffer.alloc(32, 5), said.text) };
  await services.objections.put(objection, said, signedBy(device, objectionDigest(services.projection.get('ledger', 'settings')?.ledger ?? '', objection)));
  return objection.id;
}

void t.test('when the right over a kind moves to another agency tomorrow', async (t) => {
  const issued = await services.acts.perform(clerk, randomId(), { ...permit({ validUntil: addDays(today, 20) }), promise: Buffer.from('告知承诺书（样例）').toString('base64'), conditions: [{ material: 'LAYOUT', dueOn: addDays(today, 10), consequence: 'reminder' }] });
  const { identifier = '', licence = '' } = issued;
  const record = () => services.projection.get('licence', licence);
  await objected(licence);
  await signed(installation, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.hygiene, right: 'issue', from: clerk.agency, to: market.agency, on: addDays(today, 1) } });

  const door: readonly (readonly [what: string, url: string])[] = [
    ['its PDF', `/api/licences/${identifier}/pdf`], ['its QR', `/api/licences/${identifier}/qr.svg`], ['its credential', `/api/licences/${identifier}/credential`],
    ['the promise', `/api/licences/${identifier}/promise`], ['its evidence', `/api/evidence/${identifier}`], ['its objections', `/api/objections?licence=${identifier}`],
  ];
  const list: readonly (readonly [url: string, name: string])[] = [['/api/licences', 'licences'], [`/api/licences?kind=${KIND.hygiene}`, 'licences'], ['/api/terms?within=30', 'terms'], ['/api/conditions', 'conditions'], ['/api/objections', 'objections']];
  const managed = async (by: string, not: string, manager: string) => {
    for (const [what, url] of door) t.strictSame([(await get(url, by)).statusCode, (await get(url, not)).statusCode], [200, 404], `${what}, for ${by} alone`);
    for (const [url, name] of list) t.strictSame([await lists(url, name, identifier, by), await lists(url, name, identifier, not)], [1, 0], `${url} of ${by} alone`);
    t.match((await get(`/api/licences/${identifier}`, by)).json(), { licence: { audience: 'agency', manager: { code: manager } } });
    t.match((await get(`/api/licences/${identifier}`, not)).json(), { licence: { audience: 'public', manager: { code: manager } } });
    const use = { licence: identifier, purpose: 'INSPECTION', caseNo: 'case 1', fields: ['number'] };
    t.match((await post('/api/uses', by, use)).json(), { record: { authority: { by: 'own' } } });
    t.match((await post('/api/uses', not, use)).json(), { code: 'USE_NOT_AUTHORISED' });
  };
  while ((await services.papers.waiting()) > 0) await delay(20);
  await managed('clerk', 'market', clerk.agency);

  clock.aheadMs = DAY;
  await managed('market', 'clerk', market.agency);
  const uses = (await get('/api/uses?side=source', 'auditor')).json<{ uses: { seq: number; licence?: string; agency: string }[] }>().uses.filter((use) => use.licence === licence && use.agency === clerk.agency);
  await services.anchoring.anchor();
  const { seq = 0 } = uses[0] ?? {};
  t.strictSame(await Promise.all(['market', 'auditor', 'branch'].map(async (who) => (await get(`/api/uses/${String(seq)}/proof`, who)).statusCode)), [200, 200, 404], 'who used it before is proven to whoever manages it now');
  t.equal(record()?.manager, clerk.agency, 'whose gateway keeps it');
  clock.aheadMs = 0;
});

void t.test('when the right has moved today', async (t) => {
  const { identifier = '', licence = '' } = await services.acts.perform(clerk, randomId(), { op: 'issue', kind: KIND.food, face: foodFace(770), validUntil: '2030-03-14' });
  const object = await objected(licence);
  await signed(installation, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.food, right: 'issue', from: clerk.agency, to: market.agency, on: today } });
  t.equal((await get(`/api/licences/${identifier}`)).json<{ verdict: { outcome: string } }>().verdict.outcome, 'valid', 'to whoever verifies it, it is what it was');
  t.match((await post('/api/print-orders', 'clerk', { licences: [identifier] })).json(), { code: 'NOT_FOUND' });
  t.equal((await post('/api/print-orders', 'market', { licences: [identifier] })).statusCode, 200);
  t.match((await get(`/api/licences/${identifier}`, 'market')).json(), { licence: { audience: 'agency', face: { length: 7 } } });
  const answer = { outcome: 'rejected', text: '无误' };
  t.match((await post(`/api/objections/${object}/answer`, 'clerk', answer)).json(), { code: 'NOT_FOUND' });
  t.equal((await post(`/api/objections/${object}/answer`, 'market', answer)).statusCode, 201);
  await faults(t, () => signed(installation, ['clerk'], { op: 'suspend', licence, reason: 'RECTIFICATION', effectiveOn: today }), 'REFUSED', 'ISSUER_NOT_COMPETENT');
  await signed(installation, ['market'], { op: 'suspend', licence, reason: 'RECTIFICATION', effectiveOn: today });
  t.equal(services.projection.get('licence', licence)?.versions.at(-1)?.status, 'SUSPENDED');
  t.equal(await lists('/api/licences', 'licences', identifier, 'market'), 1, 'once');
});

void t.test('when the index is read anew from the first block', async (t) => {
  await installation.restart(async () => { t.strictSame((await reconcile(installation.data, () => undefined)).findings, [], 'it has the same rows'); });
});
