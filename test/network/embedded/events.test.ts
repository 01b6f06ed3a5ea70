import { common } from '@hyperledger/fabric-protos';
import t from 'tap';
import { decodeBlock } from '#network/blocks';
import { take } from '#test/conformance/place';
import { connectAs, refusalOf, issueBy, startLedger, text } from '#test/network/embedded/support';

t.test('when a block is decoded for a projection', async (t) => {
  const { contract, ledger } = await startLedger(t);
  await contract.submitTransaction('event', 'first', '1');
  t.same(decodeBlock(common.Block.deserializeBinary(await ledger.block(0n))), [], 'a config block has none');
  const [transaction] = decodeBlock(common.Block.deserializeBinary(await ledger.block(1n)));
  t.match(transaction, { index: 0, validationCode: 0, creatorMsp: 'YizhengMSP', creatorCert: /BEGIN CERTIFICATE/, functionName: 'event', writes: [{ namespace: 'yizheng', key: 'event-first', isDelete: false }] });
  t.same(transaction?.args.map(text), ['first', '1']);
  t.same([transaction?.event?.name, text(transaction!.event!.payload)], ['first', '1']);
  t.match(transaction?.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  t.equal(text(transaction!.writes[0]!.value), '1');
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
