import t from 'tap';
import { differing } from '#gateway/ledger/disagreement';

const answers = (...digests: readonly (string | undefined)[]) => digests.map((digest, i) => ({ mspId: `Agency${String(i + 1)}MSP`, ...(digest !== undefined && { digest }) }));

t.test('when agencies answer differently', (t) => {
  t.strictSame(differing(answers('a', 'a', 'b'), 'Agency1MSP'), ['Agency3MSP']);
  t.strictSame(differing(answers('b', 'a', 'a'), 'Agency1MSP'), ['Agency1MSP'], 'the own one may be the odd one');
  t.strictSame(differing(answers('a', 'b'), 'Agency1MSP'), ['Agency2MSP'], 'of two it differs from the own');
  t.strictSame(differing(answers('a', 'b', 'c'), 'Agency2MSP'), ['Agency1MSP', 'Agency3MSP'], 'without a majority they differ from the own');
  t.strictSame(differing(answers('a', undefined, 'a'), 'Agency1MSP'), [], 'who does not answer does not differ');
  t.end();
});
