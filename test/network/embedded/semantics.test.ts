import type { Contract } from '@hyperledger/fabric-gateway';
import t from 'tap';
import { startLedger, text } from '#test/network/embedded/support';

/** Endorses all calls on the same state, then submits them together. */
async function together(contract: Contract, calls: readonly (readonly [string, ...string[]])[]): Promise<{ code: number; block: bigint }[]> {
  const endorsed = await Promise.all(calls.map(([name, ...args]) => contract.newProposal(name, { arguments: args }).endorse()));
  const commits = await Promise.all(endorsed.map((transaction) => transaction.submit()));
  return Promise.all(commits.map(async (commit) => {
    const { code, blockNumber } = await commit.getStatus();
    return { code, block: blockNumber };
  }));
}

t.test('when transactions of one block meet', async (t) => {
  const { contract } = await startLedger(t);
  await contract.submitTransaction('put', 'n', '10');
  // What waits together goes into one block; which ones wait depends on the clock, so a few tries are allowed.
  for (let tries = 1, isOneBlock = false; !isOneBlock; tries++) {
    const before = Number(text(await contract.evaluateTransaction('get', 'n')));
    const [, ...increments] = await together(contract, [['put', 'other', ''], ...Array.from({ length: 5 }, () => ['increment', 'n'] as const)]);
    t.same(increments.map(({ code }) => code).sort((a, b) => a - b), [0, 11, 11, 11, 11], 'one increment counts, the others are conflicts');
    t.equal(Number(text(await contract.evaluateTransaction('get', 'n'))), before + 1);
    isOneBlock = new Set(increments.map(({ block }) => block)).size === 1;
    if (tries > 50) throw new Error('never in one block');
  }

  const blind = await together(contract, [['put', 'b', '1'], ['put', 'b', '2'], ['del', 'b'], ['put', 'b', '3']]);
  t.same(blind.map(({ code }) => code), [0, 0, 0, 0], 'blind writes never conflict');

  await contract.submitTransaction('put', 'gone', '1');
  const deleted = await together(contract, [['del', 'gone'], ['increment', 'gone']]);
  t.same(deleted.map(({ code }) => code), [0, 11], 'a deletion in the block is a change');
});

t.test('when a range is read', async (t) => {
  const { contract } = await startLedger(t);
  for (const key of ['r1', 'r2', 'r3']) await contract.submitTransaction('put', key, key);

  t.same((await together(contract, [['put', 'r25', 'x'], ['countInto', 'r', 's', 'count']])).map(({ code }) => code), [0, 12], 'an insertion is a phantom');
  t.same((await together(contract, [['del', 'r25'], ['countInto', 'r', 's', 'count']])).map(({ code }) => code), [0, 12], 'so is a deletion');
  t.same((await together(contract, [['put', 'r2', 'new'], ['countInto', 'r', 's', 'count']])).map(({ code }) => code), [0, 12], 'and a change');
  t.same((await together(contract, [['put', 's', 'x'], ['countInto', 'r', 's', 'count']])).map(({ code }) => code), [0, 0], 'the end is outside');
  t.same((await together(contract, [['put', 'z', 'x'], ['firstInto', 'r', 's', 'first']])).map(({ code }) => code), [0, 0]);

  await contract.submitTransaction('putMany', 'many', '130', 'v');
  t.same((await together(contract, [['put', 'many129', 'x'], ['countInto', 'many', 'manz', 'count']])).map(({ code }) => code), [0, 12], 'beyond 50 results a hash tree finds it');
  t.same((await together(contract, [['put', 'other', 'x'], ['countInto', 'many', 'manz', 'count']])).map(({ code }) => code), [0, 0]);
  // The peer reads ahead by one hundred and one: what lies behind was not read and cannot conflict.
  t.same((await together(contract, [['put', 'many99', 'x'], ['firstInto', 'many', 'manz', 'first']])).map(({ code }) => code), [0, 0], 'the unread part of a range is free');
  t.same((await together(contract, [['put', 'many0', 'x'], ['firstInto', 'many', 'manz', 'first']])).map(({ code }) => code), [0, 12], 'the read part is not');
});

t.test('when the contract reads', async (t) => {
  const { contract } = await startLedger(t);
  const list = async (start: string, end: string): Promise<string[]> => JSON.parse(text(await contract.evaluateTransaction('list', start, end))) as string[];

  t.same(JSON.parse(text(await contract.submitTransaction('readAfterWrite', 'k', 'v'))), { seen: '', inRange: false }, 'its own writes are not visible');
  t.equal(text(await contract.evaluateTransaction('get', 'absent')), '', 'a missing key is empty');

  await contract.submitTransaction('put', 'k', '');
  t.same(await list('k', 'l'), [], 'an empty value deletes');

  const keys = ['\u{10000}', '\uff5e', 'é', 'z', 'a'];
  for (const key of keys) await contract.submitTransaction('put', `u${key}`, key);
  t.same(await list('u', 'v'), ['ua', 'uz', 'ué', 'u\uff5e', 'u\u{10000}'], 'UTF-8 byte order');
  t.same(await list('v', 'u'), [], 'a reversed range is empty');

  await contract.submitTransaction('composite', 'licence', 'h1', '1');
  await contract.submitTransaction('composite', 'licence', 'h1', '2');
  await contract.submitTransaction('composite', 'licence', 'h10', '3');
  t.same(JSON.parse(text(await contract.evaluateTransaction('compositeOf', 'licence', 'h1'))), ['1', '2'], 'whole attributes match');
  t.notMatch((await list('', '')).join(), /licence/, 'an open start skips composite keys');

  // LevelDB hands out rows by the 16 KB: a page of large values must be as long as one of small ones.
  await contract.submitTransaction('putMany', 'large', '250', 'x'.repeat(1000));
  t.equal((await list('large', 'larger')).length, 250);

  const page = (bookmark: string): Promise<Uint8Array> => contract.evaluateTransaction('page', 'u', 'v', '2', bookmark);
  t.same(JSON.parse(text(await page(''))), { keys: ['ua', 'uz'], metadata: { bookmark: 'ué', fetchedRecordsCount: 2 } });
  t.same(JSON.parse(text(await page('ué'))), { keys: ['ué', 'u\uff5e'], metadata: { bookmark: 'u\u{10000}', fetchedRecordsCount: 2 } });
  t.same(JSON.parse(text(await page('u\u{10000}'))), { keys: ['u\u{10000}'], metadata: { bookmark: '', fetchedRecordsCount: 1 } });
  await t.rejects(contract.submitTransaction('pageAndPut'), 'a write after a page is refused');
});

t.test('when the history of a key is asked for', async (t) => {
  const { contract } = await startLedger(t);
  await contract.submitTransaction('put', 'h', '1');
  await contract.submitTransaction('put', 'h', '2');
  await contract.submitTransaction('put', 'h2', 'of another key');
  await contract.submitTransaction('del', 'h');
  await together(contract, [['increment', 'h'], ['increment', 'h']]);
  const history = JSON.parse(text(await contract.evaluateTransaction('history', 'h'))) as { value: string; isDelete: boolean; txId: string }[];
  t.match(history, [{ value: '1', isDelete: false }, { value: '', isDelete: true }, { value: '2' }, { value: '1' }], 'newest first, without the invalid');
  t.equal(history.length, 4);
  t.match(history[0]?.txId, /^[0-9a-f]{64}$/);
});
