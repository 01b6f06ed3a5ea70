import type { Test } from 'tap';
import { endorse, enter, inOrder, send, submit, text, type Place } from '#test/conformance/place';

const VALID = 0;
const DUPLICATE = 9;
const MVCC = 11;
const PHANTOM = 12;

/** Who read what has changed since is told so, and changes nothing. */
export async function conflicts(t: Test, place: Place): Promise<void> {
  const { contract } = await enter(place);
  const get = async (key: string): Promise<string> => text(await contract.evaluateTransaction('get', key));

  await t.test('when many read and write one key', async (t) => {
    await submit(contract, 'put', 'n', '10');
    const endorsed = await Promise.all(Array.from({ length: 5 }, () => endorse(contract, ['increment', 'n'])));
    const outcomes = await Promise.all(endorsed.map(send));
    t.same(outcomes.map(({ code }) => code).sort((a, b) => a - b), [VALID, MVCC, MVCC, MVCC, MVCC], 'one counts');
    t.equal(await get('n'), '11');
    t.same(await inOrder(contract, [['put', 'b', '1'], ['put', 'b', '2'], ['del', 'b'], ['put', 'b', '3']]), [VALID, VALID, VALID, VALID], 'blind writes never conflict');
    t.equal(await get('b'), '3');
    await submit(contract, 'put', 'gone', '1');
    t.same(await inOrder(contract, [['del', 'gone'], ['increment', 'gone']]), [VALID, MVCC], 'a deletion is a change');
    t.same(await inOrder(contract, [['put', 'new', '1'], ['increment', 'new']]), [VALID, MVCC], 'and so is a first write to a key that was read as absent');
  });

  await t.test('when a range is read', async (t) => {
    for (const key of ['r1', 'r2', 'r3']) await submit(contract, 'put', key, key);
    t.same(await inOrder(contract, [['put', 'r25', 'x'], ['countInto', 'r', 's', 'count']]), [VALID, PHANTOM], 'an insertion is a phantom');
    t.same(await inOrder(contract, [['del', 'r25'], ['countInto', 'r', 's', 'count']]), [VALID, PHANTOM], 'so is a deletion');
    t.same(await inOrder(contract, [['put', 'r2', 'new'], ['countInto', 'r', 's', 'count']]), [VALID, PHANTOM], 'and a change');
    t.same(await inOrder(contract, [['put', 's', 'x'], ['countInto', 'r', 's', 'count']]), [VALID, VALID], 'the end is outside');
    t.same(await inOrder(contract, [['put', 'z', 'x'], ['firstInto', 'r', 's', 'first']]), [VALID, VALID]);
    await submit(contract, 'putMany', 'many', '130', 'v');
    t.same(await inOrder(contract, [['put', 'many129', 'x'], ['countInto', 'many', 'manz', 'count']]), [VALID, PHANTOM], 'in a long range too');
    t.same(await inOrder(contract, [['put', 'other', 'x'], ['countInto', 'many', 'manz', 'count']]), [VALID, VALID]);
    // The peer reads ahead by one hundred and one: what lies behind was not read and cannot conflict.
    t.same(await inOrder(contract, [['put', 'many99', 'x'], ['firstInto', 'many', 'manz', 'first']]), [VALID, VALID], 'the unread part of a range is free');
    t.same(await inOrder(contract, [['put', 'many0', 'x'], ['firstInto', 'many', 'manz', 'first']]), [VALID, PHANTOM], 'the read part is not');
  });

  await t.test('when a transaction is sent twice', async (t) => {
    const endorsed = await endorse(contract, ['increment', 'twice']);
    const first = await send(endorsed);
    t.equal(first.code, VALID);
    const height = await place.ledger.height();
    // An orderer may know the copy and refuse it (SmartBFT does), or order it, to be marked as a duplicate. Nobody is told of a second effect.
    const again = await send(endorsed).catch((error: unknown) => error as Error);
    if (again instanceof Error) t.equal(again.name, 'SubmitError');
    else t.match(again, { code: VALID, txId: first.txId, block: first.block }, 'the outcome asked for is the first one');
    t.equal(await get('twice'), '1', 'and it counts once');
    const codes = [];
    for (let number = first.block; number < (await place.ledger.height()); number++) codes.push(...(await codesOf(place, number)).filter(([txId]) => txId === first.txId).map(([, code]) => code));
    t.same(codes.filter((code) => code !== VALID).every((code) => code === DUPLICATE), true, `copies are duplicates: ${codes.join()}`);
    t.ok((await place.ledger.height()) >= height);
  });
}

async function codesOf({ ledger }: Place, number: bigint): Promise<[txId: string, code: number][]> {
  const { common } = await import('@hyperledger/fabric-protos');
  const { decodeBlock } = await import('#network/blocks');
  return decodeBlock(common.Block.deserializeBinary(await ledger.block(number))).map(({ txId, validationCode }) => [txId, validationCode]);
}
