import { randomBytes } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import t from 'tap';
import { compareUtf8, sortUtf8 } from '#network/embedded/order';
import { readReadWriteSet, writeReadWriteSet } from '#network/rwset';
import { readActions, readEnvelope, readHeader } from '#network/transaction';
import { WireError, WireReader, WireWriter } from '#network/wire';

t.test('when read-write sets are written', async (t) => {
  const set = {
    namespace: 'yizheng',
    reads: [{ key: 'a', version: { block: 3_000_000_000, tx: 0 } }, { key: '文', version: undefined }],
    ranges: [{ startKey: 'a', endKey: 'b', exhausted: true, reads: [{ key: 'a', version: { block: 1, tx: 2 } }] }],
    writes: [{ key: 'k', isDelete: false, value: Buffer.alloc(5_000, 7) }, { key: 'l', isDelete: true, value: Buffer.alloc(0) }],
  };
  const bytes = writeReadWriteSet(set);
  const [read] = readReadWriteSet(bytes);
  t.same({ ...read, writes: read?.writes.map((write) => ({ ...write, value: Buffer.from(write.value) })) }, { ...set, hasOther: false });
  const official = ledger.rwset.TxReadWriteSet.deserializeBinary(bytes);
  const values = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(official.getNsRwsetList()[0]!.getRwset_asU8());
  t.same(values.getReadsList().map((item) => [item.getKey(), item.getVersion()?.getBlockNum()]), [['a', 3_000_000_000], ['文', undefined]]);
  t.same(Buffer.from(official.serializeBinary()), bytes, 'the generated classes give the same bytes');
});

t.test('when bytes are malformed', async (t) => {
  const reads = [readEnvelope, readHeader, readActions, readReadWriteSet];
  let refused = 0;
  for (let index = 0; index < 5_000; index++) {
    const bytes = randomBytes(index % 60);
    for (const read of reads) {
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        refused++;
      }
    }
  }
  t.ok(refused > 1_000, 'refused with a typed error, or read');
  const bad = { 'field 0': [0], 'a length past the end': [10, 5, 1], 'a truncated number': [8, 0x80], 'an endless number': [8, ...Array<number>(12).fill(0xff)], 'a group': [11] };
  for (const [name, bytes] of Object.entries(bad)) {
    t.throws(() => {
      const reader = new WireReader(Uint8Array.from(bytes));
      while (reader.next()) reader.skip();
    }, { name: 'WireError' }, name);
  }
  t.same(new WireWriter().number(1, 0).string(2, '').bytes(3, Buffer.alloc(0)).finish().length, 0, 'defaults are left out');
});

t.test('when keys are put in order', async (t) => {
  const keys = ['b', 'a', '\u{10000}', '\uffff', '\ue000', 'é', '文', 'a\u{1f600}', 'aa', ''];
  const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  t.same(sortUtf8(keys), byBytes);
  t.ok(keys.every((a) => keys.every((b) => Math.sign(compareUtf8(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b)))));
});
