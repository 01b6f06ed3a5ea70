import { common } from '@hyperledger/fabric-protos';
import t from 'tap';
import { createAuthority } from '#network/ca/authority';
import { bftQuorum } from '#network/channel/consensus';
import { makeGenesis } from '#network/channel/genesis';
import { configUpdate, valueAt } from '#network/channel/update';

async function genesis(type: 'etcdraft' | 'BFT'): Promise<common.Config> {
  const { certificate } = await createAuthority({ commonName: 'CA', organization: 'A' });
  const { bytes } = makeGenesis({
    channel: 'yizheng', at: new Date(), capability: type === 'BFT' ? 'V3_0' : 'V2_0',
    organisations: ['AMSP', 'BMSP'].map((mspId, i) => ({ mspId, rootCertificate: certificate, tlsRootCertificate: certificate, ordererAddresses: i === 0 ? ['localhost:7050'] : [], anchor: { host: 'localhost', port: 7051 + i } })),
    ordering: {
      consenters: [{ mspId: 'AMSP', host: 'localhost', port: 7050, certificate, tlsCertificate: certificate }], batch: { messages: 500, preferredBytes: 1, absoluteBytes: 2, timeoutMs: 100 },
      consensus: type === 'BFT' ? { type, forwardMs: 1, complainMs: 2, viewChangeMs: 4, heartbeatMs: 5 } : { type, tickMs: 100, electionTicks: 10 },
    },
  });
  const envelope = common.Envelope.deserializeBinary(common.Block.deserializeBinary(bytes).getData()!.getDataList_asU8()[0]!);
  return common.ConfigEnvelope.deserializeBinary(common.Payload.deserializeBinary(envelope.getPayload_asU8()).getData_asU8()).getConfig()!;
}

t.test('when a channel is made', async (t) => {
  const config = await genesis('etcdraft');
  const groups = config.getChannelGroup()!.getGroupsMap();
  const members = (name: string): string[] => [...groups.get(name)!.getGroupsMap().keys()] as unknown as string[];
  t.same(members('Application'), ['AMSP', 'BMSP'], 'both endorse');
  t.same(members('Orderer'), ['AMSP'], 'one orders');
  t.notOk(groups.get('Orderer')!.getValuesMap().get('Orderers'));
  t.ok((await genesis('BFT')).getChannelGroup()!.getGroupsMap().get('Orderer')!.getValuesMap().get('Orderers'), 'BFT names its consenters');
  t.same([1, 4, 7, 10, 5].map(bftQuorum), [1, 3, 5, 7, 4]);
});

t.test('when a value is changed', async (t) => {
  const config = await genesis('etcdraft');
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
});
