import { common } from '@hyperledger/fabric-protos';
import t from 'tap';
import { bftQuorum } from '#network/channel/consensus';
import { configUpdate, valueAt } from '#network/channel/update';
import { configOf, makeMember } from '#test/support/channel';

const members = [await makeMember('AMSP', 7051, ['localhost:7050']), await makeMember('BMSP', 7052)];
const genesis = (type: 'etcdraft' | 'BFT') => configOf(members, type);

t.test('when a channel is made', (t) => {
  const config = genesis('etcdraft');
  const groups = config.getChannelGroup()!.getGroupsMap();
  const namesIn = (name: string): string[] => [...groups.get(name)!.getGroupsMap().keys()] as unknown as string[];
  t.same(namesIn('Application'), ['AMSP', 'BMSP'], 'both endorse');
  t.same(namesIn('Orderer'), ['AMSP'], 'one orders');
  t.notOk(groups.get('Orderer')!.getValuesMap().get('Orderers'));
  t.ok(genesis('BFT').getChannelGroup()!.getGroupsMap().get('Orderer')!.getValuesMap().get('Orderers'), 'BFT names its consenters');
  t.same([1, 4, 7, 10, 5].map(bftQuorum), [1, 3, 5, 7, 4]);
  t.end();
});

t.test('when a value is changed', (t) => {
  const config = genesis('etcdraft');
  const path = ['Application', 'AMSP'];
  const old = valueAt(config, path, 'MSP');
  t.ok(old.length > 0);
  t.throws(() => valueAt(config, ['Application', 'CMSP'], 'MSP'), RangeError);
  t.throws(() => valueAt(config, path, 'Nothing'), RangeError);
  const update = common.ConfigUpdate.deserializeBinary(configUpdate('yizheng', config, [{ groups: path, value: 'MSP', bytes: Buffer.from('new') }]));
  t.equal(update.getChannelId(), 'yizheng');
  const walk = (set: common.ConfigGroup) => set.getGroupsMap().get('Application')!.getGroupsMap().get('AMSP')!;
  t.equal(walk(update.getReadSet()!).getValuesMap().getLength(), 0, 'what is only passed is only read');
  const value = walk(update.getWriteSet()!).getValuesMap().get('MSP')!;
  t.same([value.getVersion(), Buffer.from(value.getValue_asU8()).toString(), value.getModPolicy()], [1, 'new', 'Admins'], 'one version on, under the same policy');
  t.equal(update.getWriteSet()!.getGroupsMap().get('Application')!.getGroupsMap().getLength(), 1, 'nobody else is touched');
  t.end();
});
