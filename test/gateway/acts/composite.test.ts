/** A composite licence through its life: its certificate lists the members, and what befalls one shows at once, on line and off, without a word written to it. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { KIND } from '#gateway/catalogue/kinds';
import { presentCredential, presentQr } from '#gateway/documents/evidence';
import { openBundle } from '#gateway/documents/trust-bundle';
import { rootDigest } from '#gateway/documents/trust-root';
import { assess } from '#gateway/documents/verifier';
import { randomId } from '#gateway/keyring';
import { foodFace } from '#test/support/samples';
import { faults } from '#test/support/matchers';
import { install, permit, signed } from '#test/support/installation';

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const { acts, lookup, projection, trustLists, vault } = services;
const clerk = installation.acting('clerk');
const HOLDER = { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', premises: '示例市张店区示例路1号' };
const perform = (input: Parameters<typeof acts.perform>[2]) => acts.perform(clerk, randomId(), input);
const issued = async (input: Parameters<typeof acts.perform>[2]) => (await perform(input)).identifier ?? '';
let serial = 700;
const food = (validUntil = '2030-12-31') => issued({ op: 'issue', kind: KIND.food, validUntil, face: { ...foodFace(serial++), ...HOLDER } });
const hotel = (members: readonly string[], change: object = {}) => perform({ op: 'issue', kind: KIND.hotel, members, face: { ...HOLDER, number: `（演示）行综字〔2026〕${String(serial++)}号` }, ...change });
const licenceOf = (identifier: string) => lookup.byIdentifier(identifier).licence?.licence ?? '';
const act = (op: 'suspend' | 'restore', identifier: string) => perform({ op, licence: licenceOf(identifier), reason: op === 'suspend' ? 'RECTIFICATION' : 'RECTIFIED', basis: 'SPAQF-124' });
function keptOf(licence: string) {
  const record = projection.get('licence', licence);
  const kept = record && vault.get(licence, record.versions.at(-1)?.documents[0]?.digest ?? '', record.subject);
  return { credential: kept?.credential ?? '', qr: `http://yizheng.example/q#1.${kept?.qr ?? ''}` };
}
/** As an inspector without a network: from the lists of this moment. */
async function offLine(presented: Parameters<typeof assess>[0]['presented']) {
  const bundle = await trustLists.bundle();
  const [first] = bundle.roots;
  const trust = first && (await openBundle(bundle, rootDigest(first)));
  return assess({ presented, trust: trust?.ok ? trust : undefined, now: new Date(services.clock.now()).toISOString() as Instant });
}

t.test('when a member is suspended, restored and renewed', async (t) => {
  const [one, two] = [await food(), await issued(permit())];
  const made = await hotel([one, two]);
  const { licence = '', identifier = '' } = made;
  const answer = () => lookup.byIdentifier(identifier);
  t.match(answer().verdict, { outcome: 'valid', status: 'VALID', parts: [{ check: 'seal' }, { check: 'ledger' }, { check: 'status' }, { check: 'members', code: 'MEMBERS_IN_FORCE' }, { check: 'dates' }] });
  t.match(answer().licence, { validUntil: '2029-03-14', members: [{ identifier: one, required: true, status: 'VALID', kind: { type: KIND.food } }, { identifier: two, status: 'VALID', number: /鲁卫公证字/ }] });
  const { credential, qr } = keptOf(licence);
  t.match((await lookup.byCredential(credential)).verdict, { outcome: 'valid' });
  t.match((await offLine(presentCredential(credential))), { verdict: { outcome: 'valid', status: 'VALID' }, document: { members: [{ kind: { zh: '食品经营许可证' }, required: true, status: 'VALID' }, { validUntil: '2029-03-14' }] } });

  await act('suspend', one);
  t.equal((await lookup.history(licence)).length, 1, 'nothing was written to the composite');
  t.match(answer(), { verdict: { outcome: 'not-in-force', status: 'RESTRICTED' }, licence: { status: 'RESTRICTED', members: [{ status: 'SUSPENDED', reason: { zh: /整改/ }, decidedBy: { code: clerk.agency } }, { status: 'VALID' }] } });
  for (const verdict of [(await lookup.byCredential(credential)).verdict, (await lookup.byQr(qr)).verdict]) t.match(verdict, { outcome: 'not-in-force', status: 'RESTRICTED' });
  installation.clock.aheadMs += 3_000;
  t.match((await offLine(presentCredential(credential))).verdict, { outcome: 'not-in-force', status: 'RESTRICTED', parts: { 6: { check: 'members', code: 'MEMBERS_RESTRICTED' } } });
  t.match((await offLine(presentQr(qr))).verdict, { outcome: 'not-in-force', status: 'RESTRICTED' }, 'a code on paper names no members: the list says it of the composite');

  await act('restore', one);
  t.match(answer().verdict, { outcome: 'valid' });
  await perform({ op: 'renew', licence: licenceOf(one), validUntil: '2031-06-30' });
  t.match(answer().licence, { status: 'VALID', members: [{ identifier: /\.002\./, validUntil: '2031-06-30' }, {}] }, 'its line is followed');
  installation.clock.aheadMs += 3_000;
  for (const presented of [presentCredential(credential), presentQr(qr)]) t.match((await offLine(presented)).verdict, { outcome: 'valid' });
  await act('suspend', two);
  await installation.restart();
  t.match(installation.services.lookup.byIdentifier(identifier).licence, { status: 'RESTRICTED' }, 'after a restart too');
});

t.test('when permits and composite are issued in one act', async (t) => {
  const { services } = installation;
  const permits = () => [{ kind: KIND.food, validUntil: '2030-06-30', face: { ...foodFace(serial++), ...HOLDER } }, (({ op: _, ...rest }) => rest)(permit())];
  const input = (change: object = {}) => ({ op: 'issue', kind: KIND.hotel, permits: permits(), face: { ...HOLDER, number: `（演示）行综字〔2026〕${String(serial++)}号` }, ...change }) as const;
  const [asked, requestId] = [input(), randomId()];
  const made = await services.acts.perform(clerk, requestId, asked);
  const { licence } = services.lookup.byIdentifier(made.identifier ?? '');
  t.match(licence, { kind: { type: KIND.hotel }, status: 'VALID', validUntil: '2029-03-14', members: [{ kind: { type: KIND.food }, status: 'VALID' }, { kind: { type: KIND.hygiene }, status: 'VALID' }] });
  t.ok(new Set([licence, ...(licence?.members ?? []).map(({ identifier }) => services.lookup.byIdentifier(identifier).licence)].map((each) => each?.transaction)).size === 1, 'in one transaction');
  t.match(await services.acts.perform(clerk, requestId, asked), { identifier: made.identifier, replayed: true });
  const before = (await services.projection.licencesOf('uscc:91370303MA99TXT04C', 100)).length;
  await faults(t, () => services.acts.perform(clerk, randomId(), input({ permits: permits().slice(0, 1) })), 'REFUSED', 'MEMBER_REQUIRED');
  t.equal((await services.projection.licencesOf('uscc:91370303MA99TXT04C', 100)).length, before, 'all or nothing');
  await faults(t, () => services.acts.draft(clerk, randomId(), input()), 'REQUEST_MALFORMED');
  await t.rejects(services.acts.draft(clerk, randomId(), input({ permits: undefined })), { code: 'FACE_INVALID', fields: [{ field: 'members', code: 'MEMBERS_MISSING' }] }, 'before anything is sealed');
});

t.test('when another agency lets its permit be a member', async (t) => {
  const { services } = installation;
  const branch = installation.acting('branch');
  const theirs = (await services.acts.perform(branch, randomId(), { op: 'issue', kind: KIND.food, validUntil: '2030-12-31', face: { ...foodFace(serial++), ...HOLDER } })).identifier ?? '';
  const own = (await services.acts.perform(clerk, randomId(), permit())).identifier ?? '';
  const hotelOf = () => services.acts.perform(clerk, randomId(), { op: 'issue', kind: KIND.hotel, members: [theirs, own], face: { ...HOLDER, number: `（演示）行综字〔2026〕${String(serial++)}号` } });
  await faults(t, hotelOf, 'REFUSED', 'MEMBER_NOT_YOURS');
  const licence = services.lookup.byIdentifier(theirs).licence?.licence ?? '';
  await signed(installation, ['branch'], { op: 'register', act: { op: 'part.put', licence, to: clerk.agency, kind: KIND.hotel, until: services.drafter.today } });
  const made = await hotelOf();
  t.match(services.lookup.byIdentifier(made.identifier ?? '').licence?.members, [{ identifier: theirs, manager: { code: branch.agency } }, {}]);
  t.match(await services.papers.pdf(services.projection.get('licence', made.licence ?? '') as never, 1).catch((error: unknown) => error), { code: 'PAPER_NOT_HERE' }, 'nothing is printed here');
});

t.test('when a paper is drawn', async (t) => {
  const { services } = installation;
  const made = await services.acts.perform(clerk, randomId(), { op: 'issue', kind: KIND.hotel, members: [(await services.acts.perform(clerk, randomId(), { op: 'issue', kind: KIND.food, validUntil: '2030-12-31', face: { ...foodFace(serial++), ...HOLDER } })).identifier ?? '', (await services.acts.perform(clerk, randomId(), permit())).identifier ?? ''], face: { ...HOLDER, number: `（演示）行综字〔2026〕${String(serial++)}号` } });
  const copy = await services.copies.make(clerk, made.identifier ?? '', { cause: '测试', requester: '测试', expiresOn: services.drafter.today });
  const answer = await services.lookup.byPdf(copy);
  t.match(answer.verdict, { outcome: 'valid', status: 'VALID' });
});
