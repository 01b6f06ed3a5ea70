/** All acts of one clerk: also those at the counter, in a holder's name, and for another agency. */
import t from 'tap';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import { signAct } from '#gateway/acts/licence/sign';
import type { AuditedAct } from '#gateway/acts/audit/act-views';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit, signed } from '#test/support/installation';
import { newKey } from '#test/support/persons';
import { foodFace } from '#test/support/samples';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const [clerk, branch, auditor] = [installation.acting('clerk'), installation.acting('branch'), installation.acting('auditor')];
const acts = async (query: string): Promise<AuditedAct[]> => {
  const answer = await app.inject({ url: `/api/audit/acts?${query}&limit=200`, headers: authorized(auditor) });
  t.equal(answer.statusCode, 200, answer.body);
  return answer.json<{ acts: AuditedAct[] }>().acts;
};
const HOLDER = 'uscc:91370303MA99TXT04C';
const evidence = Buffer.alloc(32, 7).toString('base64url');

void t.test('when a clerk takes a device up for a holder, reports it lost, and signs a part', async (t) => {
  const { licence = '' } = await services.acts.perform(clerk, randomId(), permit());
  const before = (await acts(`actor=${clerk.staff}`)).length;
  const id = randomId();
  const device = await signed(installation, ['clerk'], { op: 'register', act: { op: 'device.put', id, subject: HOLDER, alg: 'ES256', spki: newKey('key-file').spki, evidence } });
  const part = await signed(installation, ['clerk'], { op: 'register', act: { op: 'part.put', licence, to: branch.agency, kind: KIND.hotel, until: services.drafter.today } });
  const lost = await signed(installation, ['clerk'], { op: 'register', act: { op: 'device.status', id, status: 'lost' } });
  const found = await acts(`actor=${clerk.staff}`);
  t.equal(found.length, before + 3, 'all are among all acts of the clerk');
  const byTransaction = (transaction = '') => found.find((act) => act.transaction === transaction);
  t.match(byTransaction(device.transaction), { act: 'device.put', noun: 'device', id, by: { code: clerk.agency }, actors: [{ staff: clerk.staff }], details: [{ code: 'counter', words: { zh: '窗口办理' } }] });
  t.match(byTransaction(lost.transaction), { act: 'device.lost', id });
  t.match(byTransaction(part.transaction), { act: 'part.put', kind: { zh: /./ }, identifier: /./, about: { zh: /./ } });
  const identifier = identifierOf(licence as LicenceId, 1);
  t.strictSame((await acts(`licence=${identifier}`)).map(({ act }) => act), ['part.put', 'issue'], 'all acts of the licence');
  t.strictSame((await acts(`licence=${identifier}&actor=${installation.acting('approver').staff}`)), [], 'of which another has done none');
  t.match((await acts('act=device.lost')).map((act) => act.id), [id], 'by the act');
  t.match((await acts(`noun=device&agency=${clerk.agency}`)).map(({ act }) => act).slice(0, 2), ['device.lost', 'device.put'], 'by the record');
  t.notMatch(JSON.stringify(found.filter(({ noun }) => noun === 'device')), /MA99TXT04C/, 'and no holder is named');
});

void t.test('when two persons issue one after the other', async (t) => {
  const [first, second] = [installation.file('clerk'), installation.file('approver')];
  const id = randomId();
  const shown = await services.acts.draft(clerk, id, { op: 'issue', kind: KIND.food, face: foodFace(88), validUntil: '2029-03-14' });
  await services.acts.propose(clerk, id, [signAct(first, shown)]);
  await services.acts.approve(installation.acting('approver'), id, randomId(), [signAct(second, shown)]);
  for (const [file, act] of [[first, 'proposal.open'], [second, 'proposal.approve']] as const) {
    const found = (await acts(`actor=${file.staff}`)).filter((each) => each.noun === 'proposal' && each.id === id);
    t.match(found, [{ act, details: [{ code: 'issue', words: { zh: '核发' } }, { code: (shown.act as { licence: string }).licence }] }], 'each has signed one step');
    t.equal(found.length, 1);
  }
  const { licence } = shown.act as { licence: string };
  const told = (more = '') => acts(`licence=${identifierOf(licence as LicenceId, 1)}${more}`).then((found) => found.map(({ act }) => act));
  t.strictSame((await told()).sort(), ['issue', 'proposal.approve', 'proposal.open'], 'and the licence has all of them');
  t.strictSame(await told(`&actor=${second.staff}&act=proposal.approve`), ['proposal.approve']);
  t.strictSame(await told(`&actor=${second.staff}&act=proposal.open`), [], 'by whoever signed');
});
