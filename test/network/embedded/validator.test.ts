/** Transactions that meet in one block. What holds from block to block is in test/conformance: an orderer elsewhere cuts its blocks as it likes. */
import type { Contract } from '@hyperledger/fabric-gateway';
import t from 'tap';
import { startLedger, text } from '#test/network/embedded/support';

type Call = readonly [name: string, ...args: string[]];

/** While the block of this one is written, the others gather for the next. */
const BALLAST: Call = ['putMany', 'ballast', '2000', 'v'];
const TRIES = 50;

/** Endorses all calls on the same state, then submits them together. @returns their codes, and whether all but the first came into one block */
async function together(contract: Contract, calls: readonly Call[]): Promise<{ codes: number[]; isOneBlock: boolean }> {
  const endorsed = await Promise.all(calls.map(([name, ...args]) => contract.newProposal(name, { arguments: args }).endorse()));
  const commits = await Promise.all(endorsed.map((transaction) => transaction.submit()));
  const [, ...outcomes] = await Promise.all(commits.map((commit) => commit.getStatus()));
  return { codes: outcomes.map(({ code }) => code), isOneBlock: new Set(outcomes.map(({ blockNumber }) => blockNumber)).size === 1 };
}

/** Calls on keys that begin with `p`, the codes they end with, and what that shows. Keys p1, p2 and p3 are there; the range from p to p~ is theirs. */
const CASES: readonly (readonly [shows: string, calls: (p: string) => readonly Call[], codes: readonly number[]])[] = [
  ['one of many increments counts', (p) => Array.from({ length: 5 }, () => ['increment', `${p}1`]), [0, 11, 11, 11, 11]],
  ['blind writes never conflict', (p) => [['put', `${p}b`, '1'], ['put', `${p}b`, '2'], ['del', `${p}b`], ['put', `${p}b`, '3']], [0, 0, 0, 0]],
  ['a deletion is a change', (p) => [['del', `${p}1`], ['increment', `${p}1`]], [0, 11]],
  ['a first write is a change', (p) => [['put', `${p}new`, '1'], ['increment', `${p}new`]], [0, 11]],
  ['what is invalid changes nothing', (p) => [['increment', `${p}1`], ['increment', `${p}1`], ['put', `${p}2`, 'x'], ['increment', `${p}3`]], [0, 11, 0, 0]],
  ['an insertion is a phantom', (p) => [['put', `${p}25`, 'x'], ['countInto', p, `${p}~`, `${p}~count`]], [0, 12]],
  ['a deletion is a phantom', (p) => [['del', `${p}2`], ['countInto', p, `${p}~`, `${p}~count`]], [0, 12]],
  ['a change is a phantom', (p) => [['put', `${p}2`, 'x'], ['countInto', p, `${p}~`, `${p}~count`]], [0, 12]],
  ['an insertion that is taken back is none', (p) => [['put', `${p}25`, 'x'], ['del', `${p}25`], ['countInto', p, `${p}~`, `${p}~count`]], [0, 0, 0]],
  ['the end of a range is outside', (p) => [['put', `${p}~`, 'x'], ['countInto', p, `${p}~`, `${p}~count`]], [0, 0]],
];

t.test('when transactions meet in one block', async (t) => {
  const { contract } = await startLedger(t);
  for (let tries = 1; ; tries++) {
    const prefixes = CASES.map((_, index) => `case${String(index)}-${String(tries)}-`);
    for (const prefix of prefixes) await contract.submitTransaction('putMany', prefix, '4', '1');
    const { codes, isOneBlock } = await together(contract, [BALLAST, ...CASES.flatMap(([, calls], index) => calls(prefixes[index]!))]);
    if (!isOneBlock && tries < TRIES) continue;
    t.ok(isOneBlock, `in one block after ${String(tries)} tries`);
    for (const [index, [shows, , expected]] of CASES.entries()) {
      t.same(codes.splice(0, expected.length), expected, shows);
      if (index === 0) t.equal(text(await contract.evaluateTransaction('get', `${prefixes[0]!}1`)), '2');
      if (index === 1) t.equal(text(await contract.evaluateTransaction('get', `${prefixes[1]!}b`)), '3', 'the last one stays');
    }
    return;
  }
});
