import t from 'tap';
import { compareHistories, type PublicEvent } from '#gateway/documents/history';

const event = (seq: number, change: Partial<PublicEvent> = {}): PublicEvent => ({ seq, version: 1, act: 'suspend', status: 'SUSPENDED', reason: 'RECTIFICATION', decidedBy: 'A', effectiveOn: '2026-01-01', recordedAt: '2026-01-01T00:00:00.000Z', txId: String(seq), ...change });
const whole = [event(1), event(2), event(3)];

void t.test('when two gateways tell of the same licence', async (t) => {
  t.strictSame(compareHistories(whole, whole.toReversed()), []);
  t.strictSame(compareHistories(whole, [event(1), event(3)]), [{ seq: 2, found: 'missing-there' }], 'one act left out');
  t.strictSame(compareHistories(whole, whole.slice(0, 2)), [{ seq: 3, found: 'missing-there' }], 'the last one left out');
  t.strictSame(compareHistories([], whole).map(({ found }) => found), ['missing-here', 'missing-here', 'missing-here']);
  t.strictSame(compareHistories([event(1), event(3)], [event(1), event(3)]), [{ seq: 2, found: 'gap' }], 'left out by both');
  for (const change of [{ status: 'VALID' }, { effectiveOn: '2026-02-01' }, { reason: 'X' }, { basis: 'Y' }, { docNo: 'Z' }, { decidedBy: 'B' }, { txId: 'other' }] as Partial<PublicEvent>[]) t.strictSame(compareHistories(whole, [event(1), event(2, change), event(3)]), [{ seq: 2, found: 'differs' }], Object.keys(change).join());
});
