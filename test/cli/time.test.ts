/** What a person at the terminal is shown of instants. */
import t from 'tap';
import { byBeijing, legalDay } from '#cli/time';

void t.test('when a result has instants in it', (t) => {
  t.equal(byBeijing('received 2026-03-14T16:30:00.123Z, by 2026-03-14T15:59:59Z'), 'received 2026-03-15 00:30:00 +08:00, by 2026-03-14 23:59:59 +08:00', 'the legal day is that of Beijing');
  t.equal(byBeijing('(2026-03-14T16:30:00.000Z)\n2026-03-14T16:30:00.000Z'), '(2026-03-15 00:30:00 +08:00)\n2026-03-15 00:30:00 +08:00');
  for (const other of ['issued 2026-03-14', '--before 2026-03-14T16:30:00.000Z', 'x2026-03-14T16:30:00.000Z', '2026-03-14T16:30:00.000Z/7', '2026-99-99T16:30:00.000Z']) t.equal(byBeijing(other), other);
  t.end();
});

void t.test('when a list shows the day of an instant', (t) => {
  t.strictSame(['2026-03-14T15:59:59.999Z', '2026-03-14T16:00:00.000Z', '2026-03-14', ''].map(legalDay), ['2026-03-14', '2026-03-15', '2026-03-14', '']);
  t.end();
});
