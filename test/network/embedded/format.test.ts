import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import t from 'tap';
import { type BlockParts, readBlock, varint, writeBlock } from '#network/embedded/block';
import { startLedger } from '#test/network/embedded/support';

/** Fabric's own tool, from FABRIC_BIN or PATH. */
function findTool(name: string): string | undefined {
  const places = [process.env['FABRIC_BIN'], ...(process.env['PATH'] ?? '').split(delimiter)].filter((place) => place);
  return places.map((place) => join(place!, name)).find((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  });
}

interface DecodedBlock {
  header: { number: string };
  data: { data: { payload: { header: { channel_header: { channel_id: string; type: number } }; data: Record<string, any> } }[] };
}

t.test('when Fabric\'s own tool reads the blocks', async (t) => {
  const tool = findTool('configtxlator');
  // Fabric's own programs are not on every machine; where they are missing this says so and counts as skipped.
  if (!tool) return void t.pass('SKIPPED: no configtxlator in FABRIC_BIN or PATH, so the blocks were not read by Fabric itself', { skip: 'no configtxlator' });
  const { ledger, contract } = await startLedger(t);
  const directory = t.testdir({});
  await contract.submitTransaction('event', 'e', 'v');
  const decode = async (number: bigint): Promise<DecodedBlock> => {
    const [input, output] = [join(directory, 'block.pb'), join(directory, 'block.json')];
    writeFileSync(input, await ledger.block(number));
    execFileSync(tool, ['proto_decode', '--type', 'common.Block', '--input', input, '--output', output]);
    return JSON.parse(readFileSync(output, 'utf8')) as DecodedBlock;
  };
  const genesis = (await decode(0n)).data.data[0]!.payload;
  t.match(genesis.header.channel_header, { channel_id: 'yizheng', type: 1 });
  const group = genesis.data['config'].channel_group;
  t.same(Object.keys(group.groups).sort(), ['Application', 'Orderer']);
  t.match(group.groups.Application.groups.YizhengMSP.values.MSP.value.config, { name: 'YizhengMSP', fabric_node_ous: { enable: true } });
  t.match(group.groups.Application.values.Capabilities.value.capabilities, { V2_5: {} });
  t.match(group.groups.Orderer.values.BatchSize.value, { max_message_count: 500 });

  const action = (await decode(1n)).data.data[0]!.payload.data['actions'][0].payload.action;
  t.equal(action.endorsements.length, 1);
  const { extension } = action.proposal_response_payload;
  t.match(extension, { chaincode_id: { name: 'yizheng' }, events: { event_name: 'e' }, response: { status: 200 } });
  t.match(extension.results.ns_rwset[0].rwset.writes[0], { key: 'event-e', is_delete: false, value: 'dg==' });
});

/** Fabric's own form of a block on disk: numbers and length-prefixed bytes, without tags. Source: common/ledger/blkstorage/block_serialization.go. */
function storedBlock(bytes: Uint8Array): Buffer {
  const { number, dataHash, previousHash, envelopes, metadata } = readBlock(bytes);
  const prefixed = (item: Uint8Array): Buffer => Buffer.concat([varint(item.length), item]);
  const list = (items: readonly Uint8Array[]): Buffer => Buffer.concat([varint(items.length), ...items.map(prefixed)]);
  return prefixed(Buffer.concat([varint(number), prefixed(dataHash), prefixed(previousHash), list(envelopes), list(metadata)]));
}

t.test('when Fabric\'s own tool verifies the chain', async (t) => {
  const tool = findTool('ledgerutil');
  if (!tool) return void t.pass('SKIPPED: no ledgerutil in FABRIC_BIN or PATH, so the chain was not verified by Fabric itself', { skip: 'no ledgerutil' });
  const { ledger, contract } = await startLedger(t);
  await contract.submitTransaction('event', 'e', 'v');
  await contract.submitTransaction('del', 'event-e');
  const blocks: Buffer[] = await Promise.all([0n, 1n, 2n].map(async (number) => Buffer.from(await ledger.block(number))));

  /** @returns exit code, and what is wrong with which block */
  const verify = (chain: readonly Uint8Array[]): { status: number | null; wrong: unknown } => {
    const peer = t.testdir({ ledgersData: { chains: { chains: { yizheng: { blockfile_000000: Buffer.concat(chain.map(storedBlock)) } } } } });
    const { status, stdout, stderr } = spawnSync(tool, ['verify', peer, '-o', peer], { encoding: 'utf8' });
    const report = join(peer, 'yizheng_verification_result', 'blocks.json');
    return { status, wrong: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : stdout + stderr };
  };
  t.strictSame(verify(blocks), { status: 0, wrong: [] });
  const changed = (number: number, change: (parts: BlockParts) => void): Buffer[] => {
    const parts = readBlock(blocks[number]!);
    change(parts);
    return blocks.with(number, writeBlock(parts).bytes);
  };
  t.match(verify(changed(1, (parts) => (parts.envelopes[0] = blocks[2]!))), { status: 1, wrong: [{ blockNum: 1, errors: ['DataHash mismatch'] }] });
  t.match(verify(changed(1, (parts) => (parts.dataHash = Buffer.alloc(32)))), { status: 1, wrong: [{ blockNum: 1 }, { blockNum: 2, errors: ['PreviousHash mismatch'] }] });
});

t.test('when hashes are computed as Fabric\'s source says', async (t) => {
  const { ledger, contract } = await startLedger(t);
  await contract.submitTransaction('put', 'k', 'v');
  await contract.submitTransaction('del', 'k');
  const read = async (number: bigint): Promise<common.Block> => common.Block.deserializeBinary(await ledger.block(number));
  const blocks = [await read(0n), await read(1n), await read(2n)];
  const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
  const octets = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(4, bytes.length), bytes]);

  for (const [number, block] of blocks.entries()) {
    const header = block.getHeader()!;
    t.same(Buffer.from(header.getDataHash_asU8()), sha(...block.getData()!.getDataList_asU8()), 'the data hash covers the transactions');
    const next = blocks[number + 1]?.getHeader()?.getPreviousHash_asU8() ?? (await ledger.head()).headerHash;
    const body = Buffer.concat([Buffer.of(2, 1, number), octets(header.getPreviousHash_asU8()), octets(header.getDataHash_asU8())]);
    t.same(Buffer.from(next), sha(Buffer.of(0x30, body.length), body), 'the next block names the header');
  }

  // txmgr.Updates by hand: namespace 1, key 3, isDelete 4, value 5, version 6 (length byte and big-endian number, twice).
  const field = (tag: number, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(tag * 8 + 2, bytes.length), bytes]);
  const start = [field(1, Buffer.from('yizheng')), field(3, Buffer.from('k'))];
  const putUpdate = field(1, Buffer.concat([...start, field(5, Buffer.from('v')), field(6, Buffer.of(1, 1, 0))]));
  const delUpdate = field(1, Buffer.concat([...start, Buffer.of(4 * 8, 1), field(6, Buffer.of(1, 2, 0))]));
  const first = sha(Buffer.of(1), Buffer.of(0), putUpdate);
  const second = sha(Buffer.of(1), Buffer.of(0), delUpdate, first);
  const stored = blocks.slice(1).map((block) => Buffer.from(common.Metadata.deserializeBinary(block.getMetadata()!.getMetadataList_asU8()[4]!).getValue_asU8()));
  t.same(stored, [first, second], 'commit hashes');
  t.same(Buffer.from((await ledger.head()).commitHash), second);
});
