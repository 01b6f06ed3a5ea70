import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import t from 'tap';
import { decodeBlock } from '#network/blocks';
import { connectAs, refusalOf, issueBy, startLedger, text } from '#test/network/embedded/support';

async function take<T>(stream: CloseableAsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) if (items.push(item) === count) break;
  stream.close();
  return items;
}

t.test('when events are followed', async (t) => {
  const { gateway, contract, ledger } = await startLedger(t);
  const network = gateway.getNetwork('yizheng');
  const live = await network.getChaincodeEvents('yizheng');
  await contract.submitTransaction('event', 'first', '1');
  const second = await contract.submitAsync('event', { arguments: ['second', '2'] });
  await second.getStatus();
  await contract.submitTransaction('put', 'no', 'event');
  await contract.submitTransaction('event', 'third', '3');

  const names = (events: { eventName: string }[]): string[] => events.map(({ eventName }) => eventName);
  t.same(names(await take(live, 3)), ['first', 'second', 'third'], 'one event a transaction, the last one set');
  const replay = await take(await network.getChaincodeEvents('yizheng', { startBlock: 0n }), 3);
  t.same(replay.map(({ eventName, payload, blockNumber }) => [eventName, text(payload), blockNumber]), [['first', '1', 1n], ['second', '2', 2n], ['third', '3', 4n]]);
  const checkpoint = { getBlockNumber: () => 2n, getTransactionId: () => second.getTransactionId() };
  t.same(names(await take(await network.getChaincodeEvents('yizheng', { checkpoint }), 1)), ['third'], 'after a checkpoint');

  const blocks = await take(await network.getBlockEvents({ startBlock: 0n }), 5);
  t.same(blocks.map((block) => block.getHeader()?.getNumber()), [0, 1, 2, 3, 4]);
  const filtered = await take(await network.getFilteredBlockEvents({ startBlock: 1n }), 2);
  t.match(filtered[0]?.getFilteredTransactionsList()[0]?.toObject(), { txValidationCode: 0, type: 3 });
  t.match(JSON.stringify(filtered[1]?.toObject()), /second/);
  const withPrivate = await take(await network.getBlockAndPrivateDataEvents({ startBlock: 4n }), 1);
  t.equal(withPrivate[0]?.getBlock()?.getHeader()?.getNumber(), 4);

  await t.test('decoded for a projection', async (t) => {
    t.same(decodeBlock(common.Block.deserializeBinary(await ledger.block(0n))), [], 'a config block has none');
    const [transaction] = decodeBlock(common.Block.deserializeBinary(await ledger.block(1n)));
    t.match(transaction, { index: 0, validationCode: 0, creatorMsp: 'YizhengMSP', creatorCert: /BEGIN CERTIFICATE/, functionName: 'event', writes: [{ namespace: 'yizheng', key: 'event-first', isDelete: false }] });
    t.same(transaction?.args.map(text), ['first', '1']);
    t.same([transaction?.event?.name, text(transaction!.event!.payload)], ['first', '1']);
    t.match(transaction?.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    t.equal(text(transaction!.writes[0]!.value), '1');
  });
});

t.test('when a stream ends', async (t) => {
  const { directory, gateway, ledger, contract, close } = await startLedger(t);
  const network = gateway.getNetwork('yizheng');
  const closed = await network.getBlockEvents({ startBlock: 99n });
  const next = closed[Symbol.asyncIterator]().next();
  closed.close();
  t.match(await refusalOf(next), { code: 1 }, 'by its reader: cancelled');

  const expired = await issueBy(directory, { commonName: 'old', role: 'client', notBefore: new Date(0), notAfter: new Date(1e12) });
  const refused = await connectAs(ledger, expired).getNetwork('yizheng').getChaincodeEvents('yizheng');
  t.match(await refusalOf(refused[Symbol.asyncIterator]().next()), { code: 7 });
  const forbidden = await connectAs(ledger, expired).getNetwork('yizheng').getBlockEvents();
  await t.rejects(forbidden[Symbol.asyncIterator]().next(), /403/);

  const many = await network.getBlockEvents({ startBlock: 0n });
  await Promise.all(Array.from({ length: 40 }, (_, index) => contract.submitTransaction('put', `k${index}`, 'v')));
  const height = Number(await ledger.height());
  t.equal((await take(many, height)).length, height, 'a slow reader gets everything');

  const open = await network.getBlockEvents({ startBlock: 10_000n });
  const waiting = refusalOf(open[Symbol.asyncIterator]().next());
  await close();
  t.match(await waiting, { code: 1 }, 'by the ledger: cancelled');
  t.match(await refusalOf(contract.evaluateTransaction('get', 'k')), { code: 1 }, 'later calls fail at once');
});
