import { EventEmitter } from 'node:events';
import { peer } from '@hyperledger/fabric-protos';
import t from 'tap';
import { batchState, type Handler } from '#network/fabric/batching';
import type { Chaincode, Stub } from '#network/shim';

const { GET_STATE_MULTIPLE, READY, WRITE_BATCH_STATE } = peer.ChaincodeMessage.Type;

type Write = (put: (key: string, value: string) => Promise<unknown>, remove: (key: string) => Promise<unknown>) => Promise<number>;

function answered(message: peer.ChaincodeMessage, sent: string[], refuses: boolean): Uint8Array {
  if (refuses) throw new Error('the peer refused');
  const keys = peer.GetStateMultiple.deserializeBinary(message.getPayload_asU8()).getKeysList();
  sent.push(`get ${keys.join()}`);
  const result = new peer.GetStateMultipleResult();
  result.setValuesList(keys.map((key) => (key === 'short' ? undefined : key === 'none' ? Buffer.alloc(0) : Buffer.from(key.toUpperCase()))).filter((value) => value !== undefined));
  return result.serializeBinary();
}

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
    handleGetState: async (_collection, key) => {
      sent.push(`get ${key}`);
      return Buffer.from(key.toUpperCase());
    },
    handlePutState: async (_collection, key) => sent.push(`put ${key}`),
    handleDeleteState: async (_collection, key) => sent.push(`delete ${key}`),
    async _askPeerAndListen(message) {
      if (message.getType() === GET_STATE_MULTIPLE) return answered(message, sent, refuses);
      t.equal(message.getType(), WRITE_BATCH_STATE);
      t.same([message.getChannelId(), message.getTxid()], ['ch', 'tx']);
      if (refuses) throw new Error('the peer refused');
      return sent.push(peer.WriteBatchState.deserializeBinary(message.getPayload_asU8()).getRecList().map((record) => `${record.getKey()}=${record.getType() === peer.WriteRecord.Type.DEL_STATE ? 'deleted' : Buffer.from(record.getValue_asU8()).toString()}`).join());
    },
  };
  batchState(handler, stream);
  const ready = new peer.ChaincodeMessage();
  ready.setType(READY);
  if (offer) {
    const params = new peer.ChaincodeAdditionalParams();
    params.setUseWriteBatch(true);
    params.setMaxSizeWriteBatch(offer.limit);
    params.setUseGetMultipleKeys(true);
    params.setMaxSizeGetMultipleKeys(offer.limit);
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

const texts = async (values: readonly Promise<Uint8Array>[]) => (await Promise.all(values)).map((value) => Buffer.from(value).toString());

t.test('reads begun together', async (t) => {
  const { sent, handler } = side({ limit: 2 });
  const get = (key: string, txId = 'tx') => handler.handleGetState('', key, 'ch', txId);
  t.same(await texts([get('a'), get('b'), get('none'), get('d', 'other')]), ['A', 'B', '', 'D'], 'each has its own answer');
  t.same(sent, ['get a,b', 'get none', 'get d'], 'go together, as many as the peer takes, those of one transaction');
  await handler.handleGetState('private', 'p', 'ch', 'tx');
  t.equal(sent.at(-1), 'get p', 'private data go as before');
  const answers = await Promise.allSettled([get('a'), get('short')]);
  t.same(answers.map(({ status }) => status), ['rejected', 'rejected'], 'an answer that misses a key is nobody\'s');
  await t.rejects(side({ limit: 2 }, true).handler.handleGetState('', 'a', 'ch', 'tx'), /the peer refused/);

  const older = side();
  t.same(await texts([older.handler.handleGetState('', 'a', 'ch', 'tx'), older.handler.handleGetState('', 'b', 'ch', 'tx')]), ['A', 'B']);
  t.same(older.sent, ['get a', 'get b'], 'an older peer is asked key by key');
});
