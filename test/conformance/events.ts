import type { Test } from 'tap';
import { decodeBlock } from '#network/blocks';
import { endorse, enter, inOrder, send, submit, take, text, type Place } from '#test/conformance/place';

/** Streams of events and blocks: from now, from a block, after a checkpoint. */
export async function events(t: Test, place: Place): Promise<void> {
  const { contract, gateway } = await enter(place);
  const { ledger } = place;
  const network = gateway.getNetwork(ledger.channel);
  const from = await ledger.height();
  const live = await network.getChaincodeEvents(ledger.chaincode);
  await submit(contract, 'event', 'first', '1');
  const second = await send(await endorse(contract, ['event', 'second', '2']));
  await submit(contract, 'put', 'no', 'event');
  t.same(await inOrder(contract, [['increment', 'e'], ['increment', 'e']]), [0, 11]);
  await submit(contract, 'event', 'third', '3');

  const names = (found: readonly { eventName: string }[]): string[] => found.map(({ eventName }) => eventName);
  t.same(names(await take(live, 3)), ['first', 'second', 'third'], 'one event a transaction, the last one set');
  const replay = await take(await network.getChaincodeEvents(ledger.chaincode, { startBlock: from }), 3);
  t.same(replay.map(({ eventName, payload }) => [eventName, text(payload)]), [['first', '1'], ['second', '2'], ['third', '3']], 'again from a block');
  t.equal(replay[1]?.blockNumber, second.block);
  t.equal(replay[1]?.transactionId, second.txId);
  const checkpoint = { getBlockNumber: () => second.block, getTransactionId: () => second.txId };
  t.same(names(await take(await network.getChaincodeEvents(ledger.chaincode, { checkpoint }), 1)), ['third'], 'after a checkpoint');

  const count = Number((await ledger.height()) - from);
  const blocks = await take(await network.getBlockEvents({ startBlock: from }), count);
  t.same(blocks.map((block) => BigInt(block.getHeader()!.getNumber())), Array.from({ length: count }, (_, i) => from + BigInt(i)), 'every block, in order');
  const filtered = await take(await network.getFilteredBlockEvents({ startBlock: second.block }), 1);
  t.match(filtered[0]?.getFilteredTransactionsList()[0]?.toObject(), { txid: second.txId, txValidationCode: 0, type: 3 });
  t.match(JSON.stringify(filtered[0]?.toObject()), /"eventName":"second"/, 'events are named in it');
  t.equal((await take(await network.getBlockAndPrivateDataEvents({ startBlock: second.block }), 1))[0]?.getBlock()?.getHeader()?.getNumber(), Number(second.block));

  const decoded = blocks.flatMap(decodeBlock);
  t.match(decoded.find(({ txId }) => txId === second.txId), { validationCode: 0, creatorMsp: ledger.mspId, creatorCert: /BEGIN CERTIFICATE/, functionName: 'test:event', event: { name: 'second' }, writes: [{ namespace: ledger.chaincode, key: 'event-second', isDelete: false }] });
  t.same(decoded.map(({ validationCode }) => validationCode).filter((code) => code !== 0), [11], 'the invalid are in the block, marked');
}
