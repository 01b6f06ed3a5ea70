/** What agencies are shown of an update before they sign it, and which signatures count; decided before any node is asked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import t from 'tap';
import { issueIdentity } from '#network/ca/authority';
import { memberGroup } from '#network/channel/genesis';
import { consents, isOnChannel, joiningUpdate, majorityOf, newcomerOf, orderersOf } from '#network/channel/membership';
import { configUpdate, readUpdate, signUpdate, updateEnvelope, valueAt, type SignedUpdate } from '#network/channel/update';
import { proposed, readUpdateFile, reviewed, writeUpdateFile } from '#network/fabric/membership';
import { configOf, makeMember, type Member } from '#test/support/channel';

const [a, b, c, d] = await Promise.all([makeMember('AMSP', 7051, ['localhost:7050', 'localhost:7060']), makeMember('BMSP', 7052), makeMember('CMSP', 7053), makeMember('DMSP', 7054)]);
const config = configOf([a, b]);
const seat = { site: { channel: 'yizheng' }, ledgerId: 'ledger' };
const change = (): SignedUpdate => proposed('yizheng', config, c.organisation);
const sign = ({ update }: SignedUpdate, { organisation: { mspId }, administrator }: Member, credentials = administrator) => signUpdate(update, { mspId, ...credentials });
const parsed = ({ update }: SignedUpdate) => common.ConfigUpdate.deserializeBinary(update);
/** The configuration after one member more. */
const grown = configOf([a, b, c]);

t.test('when an agency is proposed', (t) => {
  const update = parsed(change());
  const [reading, writing] = [update.getReadSet(), update.getWriteSet()].map((set) => set!.getGroupsMap().get('Application')!);
  t.same([reading!.getVersion(), writing!.getVersion()], [0, 1], 'the list of members is one version on');
  t.same([reading!, writing!].map((group) => group.getGroupsMap().getLength()), [2, 3], 'all members are named');
  t.same([reading!, writing!].map((group) => [group.getPoliciesMap().getLength(), group.getValuesMap().getLength()]), [[5, 1], [5, 1]], 'and all policies, which would go otherwise');
  t.equal(writing!.getGroupsMap().get('AMSP')!.getPoliciesMap().getLength(), 0, 'what stays is named, not repeated');
  t.same([...Buffer.from(writing!.getGroupsMap().get('CMSP')!.serializeBinary())], [...Buffer.from(memberGroup(c.organisation).serializeBinary())]);
  t.same(newcomerOf(change().update), c.organisation, 'and it can be read again');
  t.same([1, 2, 3, 4, 5].map(majorityOf), [1, 2, 2, 3, 3]);
  t.same(orderersOf(config), ['localhost:7050', 'localhost:7060'].map((address) => ({ address, tlsRoot: a.organisation.tlsRootCertificate })));
  t.end();
});

t.test('when it is known already', (t) => {
  t.throws(() => proposed('yizheng', config, { ...c.organisation, mspId: 'BMSP' }), { code: 'AGENCY_KNOWN' }, 'the name of another');
  t.throws(() => proposed('yizheng', config, { ...c.organisation, rootCertificate: a.organisation.rootCertificate }), { code: 'AGENCY_KNOWN' }, "another's members would be its own");
  t.throws(() => proposed('yizheng', config, { ...c.organisation, tlsRootCertificate: b.organisation.rootCertificate }), { code: 'AGENCY_KNOWN' });
  t.notOk(isOnChannel(config, c.organisation));
  t.ok(isOnChannel(grown, c.organisation));
  t.notOk(isOnChannel(grown, { ...d.organisation, mspId: 'CMSP' }), 'the same name is not enough');
  t.match(reviewed(seat, grown, change()), { done: true });
  t.throws(() => reviewed(seat, grown, proposed('yizheng', config, { ...d.organisation, mspId: 'CMSP' })), { code: 'AGENCY_KNOWN' });
  t.end();
});

t.test('when an update is looked at', (t) => {
  t.match(reviewed(seat, config, change()), { newcomer: { mspId: 'CMSP' }, members: ['AMSP', 'BMSP'], signed: [], needed: 2, done: false });
  t.throws(() => reviewed(seat, config, { ...change(), channel: 'other' }), { code: 'UPDATE_WRONG' });
  const altered = (alter: (update: common.ConfigUpdate) => void): SignedUpdate => {
    const update = parsed(change());
    alter(update);
    return { ...change(), update: update.serializeBinary() };
  };
  const application = (update: common.ConfigUpdate): common.ConfigGroup => update.getWriteSet()!.getGroupsMap().get('Application')!;
  const worse: Readonly<Record<string, (update: common.ConfigUpdate) => void>> = {
    'it takes another agency out': (update) => application(update).getGroupsMap().del('BMSP'),
    'it takes a policy out': (update) => application(update).getPoliciesMap().del('Endorsement'),
    'it changes a policy': (update) => application(update).getPoliciesMap().get('Endorsement')!.setVersion(1),
    'it adds a second agency': (update) => application(update).getGroupsMap().set('DMSP', memberGroup(d.organisation)),
    'it touches the orderers': (update) => update.getWriteSet()!.getGroupsMap().set('Orderer', new common.ConfigGroup()),
    'it gives the newcomer other rights': (update) => application(update).getGroupsMap().get('CMSP')!.setModPolicy('/Channel/Application/CMSP/Writers'),
    'it adds none': (update) => application(update).getGroupsMap().del('CMSP'),
    'its authority is none': (update) => application(update).getGroupsMap().set('CMSP', memberGroup({ ...c.organisation, rootCertificate: 'none' })),
  };
  for (const [what, alter] of Object.entries(worse)) t.throws(() => reviewed(seat, config, altered(alter)), { code: 'UPDATE_WRONG' }, what);
  t.throws(() => reviewed(seat, config, { ...change(), update: configUpdate('yizheng', config, [{ groups: ['Application', 'AMSP'], value: 'MSP', bytes: valueAt(config, ['Application', 'BMSP'], 'MSP') }]) }), { code: 'UPDATE_WRONG' }, 'a change of another kind');
  const later = config.clone() as common.Config;
  later.getChannelGroup()!.getGroupsMap().get('Application')!.setVersion(1);
  t.throws(() => reviewed(seat, later, change()), { code: 'UPDATE_STALE' }, 'somebody else was faster');
  t.end();
});

t.test('when it is signed', async (t) => {
  const update = change();
  const other = proposed('yizheng', config, d.organisation);
  const client = await issueIdentity(a.authority, { commonName: 'clerk', role: 'client' });
  const forger = await makeMember('AMSP', 7051);
  const counted = (...signatures: common.ConfigSignature[]) => [...consents(config, { ...update, signatures }).keys()];
  t.same(counted(sign(update, b), sign(update, a)), ['BMSP', 'AMSP']);
  t.same(counted(sign(update, a), sign(update, a)), ['AMSP'], 'one agency counts once');
  t.same(counted(sign(update, a, client)), [], 'not a clerk');
  t.same(counted(sign(update, forger)), [], "not who made the agency's name up");
  t.same(counted(sign(update, c)), [], 'not the newcomer');
  t.same(counted(sign(other, a)), [], 'not what was signed for another update');
  t.same(counted(new common.ConfigSignature()), [], 'not what cannot be read');
  t.match(reviewed(seat, config, { ...update, signatures: [sign(update, b), sign(update, a)] }), { signed: ['AMSP', 'BMSP'] });
});

t.test('when it goes from agency to agency', (t) => {
  const directory = t.testdir({ 'not-one': 'something else' });
  const file = join(directory, 'c.update');
  const update = { ...change(), signatures: [sign(change(), a)] };
  writeUpdateFile(file, update);
  const read = readUpdateFile(file);
  t.match(reviewed(seat, config, read), { signed: ['AMSP'] });
  t.equal(updateEnvelope(read).getSignature_asU8().length, 0, 'nobody has sent it');
  t.ok(Buffer.from(readUpdate(updateEnvelope(update, { mspId: 'AMSP', ...a.administrator }).serializeBinary()).update).equals(update.update), 'what is sent is what was signed');
  for (const wrong of ['not-one', 'not-there']) t.throws(() => readUpdateFile(join(directory, wrong)), { code: 'UPDATE_WRONG' }, wrong);
  writeFileSync(file, joiningUpdate('yizheng', config, c.organisation));
  t.throws(() => readUpdateFile(file), { code: 'UPDATE_WRONG' }, 'a change without its envelope');
  t.end();
});
