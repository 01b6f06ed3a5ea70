import t from 'tap';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { isOutside, parseHours, WORKING_HOURS } from '#gateway/acts/audit/hours';

void t.test('when an act is made at some hour', async (t) => {
  // 2026-06-01 is a Monday; instants are eight hours behind the legal zone.
  const outside = (at: string) => isOutside(at, SHANGHAI, WORKING_HOURS);
  for (const at of ['2026-06-01T00:00:00.000Z', '2026-06-05T09:59:59.999Z']) t.notOk(outside(at), at);
  for (const at of ['2026-05-31T23:59:59.999Z', '2026-06-01T10:00:00.000Z', '2026-06-06T02:00:00.000Z', '2026-06-07T02:00:00.000Z']) t.ok(outside(at), at);
  t.ok(outside('2026-06-05T16:30:00.000Z'), 'Friday there, Saturday here');
});

void t.test('when the hours are set', async (t) => {
  t.strictSame(parseHours('08:00-18:00'), WORKING_HOURS);
  t.strictSame(parseHours('00:00-24:00'), { from: 0, until: 1440 });
  for (const text of ['', '8-18', '18:00-08:00', '08:00-08:00', '08:00-24:01', '08:60-18:00', '08:00-18:00 ']) t.equal(parseHours(text), undefined, text);
});
