import { EventEmitter } from 'node:events';
import { peer } from '@hyperledger/fabric-protos';
import t from 'tap';
import { batchWrites, type Handler } from '#network/fabric/write-batch';
import type { Chaincode, Stub } from '#network/shim';

const { READY, WRITE_BATCH_STATE } = peer.ChaincodeMessage.Type;

type Write = (put: (key: string, value: string) => Promise<unknown>, remove: (key: string) => Promise<unknown>) => Promise<number>;

/** The peer's side of the shim's handler: notes what was asked of it. */
function side(offer?: { limit: number }, refuses = false) {
  const sent: string[] = [];
  const stream = new EventEmitter();
  let write: Write = () => Promise.resolve(200);
  const chaincode: Chaincode = {
    async Invoke() {
      const status = await write((key, value) => handler.handlePutState('', key, Buffer.from(value), 'ch', 'tx'), (key) => handler.handleDeleteState('', key, 'ch', 'tx'));
      return { status, message: 'of the contract' };
    },
  };
  const handler: Handler = {
    chaincode,
    chat: () => undefined,
    handlePutState: async (_collection, key) => sent.push(`put ${key}`),
    handleDeleteState: async (_collection, key) => sent.push(`delete ${key}`),
    async _askPeerAndListen(message) {
      t.equal(message.getType(), WRITE_BATCH_STATE);
      t.same([message.getChannelId(), message.getTxid()], ['ch', 'tx']);
      if (refuses) throw new Error('the peer refused');
      sent.push(peer.WriteBatchState.deserializeBinary(message.getPayload_asU8()).getRecList().map((record) => `${record.getKey()}=${record.getType() === peer.WriteRecord.Type.DEL_STATE ? 'deleted' : Buffer.from(record.getValue_asU8()).toString()}`).join());
    },
  };
  batchWrites(handler, stream);
  const ready = new peer.ChaincodeMessage();
  ready.setType(READY);
  if (offer) {
    const params = new peer.ChaincodeAdditionalParams();
    params.setUseWriteBatch(true);
    params.setMaxSizeWriteBatch(offer.limit);
    ready.setPayload(params.serializeBinary());
  }
  stream.emit('data', ready);
  const invoke = async (next: Write) => {
    write = next;
    return handler.chaincode.Invoke({ getChannelID: () => 'ch', getTxID: () => 'tx' } as unknown as Stub);
  };
  return { sent, invoke, handler };
}

t.test('when the peer takes a batch', async (t) => {
  const { sent, invoke, handler } = side({ limit: 2 });
  t.match(await invoke(async (put, remove) => {
    await put('a', '1');
    await put('b', '2');
    await put('a', '3');
    await remove('c');
    t.same(sent, [], 'nothing goes before the end');
    return 200;
  }), { status: 200, message: 'of the contract' });
  t.same(sent, ['a=3,b=2', 'c=deleted'], 'as many at once as the peer takes, the last write of a key');

  sent.length = 0;
  t.match(await invoke(async (put) => {
    await put('a', '1');
    return 500;
  }), { status: 500 });
  t.same(sent, [], 'a refused transaction writes nothing');
  await t.rejects(handler.handlePutState('', 'late', Buffer.from('v'), 'ch', 'tx'), /after the end/);
  await handler.handlePutState('private', 'p', Buffer.from('v'), 'ch', 'tx');
  t.same(sent, ['put p'], 'private data go as before');
  t.same(await invoke(() => Promise.resolve(200)), { status: 200, message: 'of the contract' }, 'nothing to write, nothing sent');
});

t.test('when the peer refuses the batch', async (t) => {
  const { invoke } = side({ limit: 10 }, true);
  t.match(await invoke(async (put) => {
    await put('a', '1');
    return 200;
  }), { status: 500, message: 'the peer refused' }, 'the transaction fails');
});

t.test('when an older peer does not know of batches', async (t) => {
  const { sent, invoke } = side();
  await invoke(async (put, remove) => {
    await put('a', '1');
    await remove('b');
    t.same(sent, ['put a', 'delete b'], 'each write goes by itself');
    return 200;
  });
  t.equal(sent.length, 2);
});
