/** Days, instants and what a reader sees on a day. */
import t from 'tap';
import { addDays, addYears, dayOf, daysBetween, instantOf, parseDay, SHANGHAI, startOfDay, type Day, type Instant } from '#chaincode/facts/calendar';
import { effectiveStatus, STATUSES, STATUS_LIST_VALUE, TERMINAL, TRANSITIONS } from '#chaincode/facts/status';
import { ENDED, MATRIX } from '#test/support/matrix';

const day = (text: string) => text as Day;

void t.test('when a day is read', (t) => {
  for (const good of ['1900-01-01', '2024-02-29', '2000-02-29', '2026-12-31', '9999-12-31']) t.equal(parseDay(good), good);
  for (const bad of ['1900-02-29', '2026-02-29', '2100-02-29', '2026-04-31', '2026-13-01', '2026-00-01', '2026-01-00', '2026-1-01', '26-01-01', '2026-01-01 ', '2026-01-01T00:00:00Z', '1899-12-31', '0000-01-01', '', '２０２６-01-01', '2026-01-01\n']) t.equal(parseDay(bad), undefined, JSON.stringify(bad));
  t.end();
});

void t.test('when an instant is near midnight in Shanghai', (t) => {
  t.equal(dayOf('2026-03-14T15:59:59.999Z' as Instant, SHANGHAI), '2026-03-14');
  t.equal(dayOf('2026-03-14T16:00:00.000Z' as Instant, SHANGHAI), '2026-03-15');
  t.equal(dayOf('2025-12-31T16:00:00.000Z' as Instant, SHANGHAI), '2026-01-01', 'the year turns first');
  t.equal(startOfDay(day('2026-03-15'), SHANGHAI), Date.parse('2026-03-14T16:00:00Z') / 1000);
  t.equal(dayOf(instantOf(startOfDay(day('2024-02-29'), SHANGHAI) * 1000), SHANGHAI), '2024-02-29');
  t.end();
});

void t.test('when days and years are counted', (t) => {
  t.equal(addDays(day('2024-02-28'), 1), '2024-02-29');
  t.equal(addDays(day('2026-12-31'), 1), '2027-01-01');
  t.equal(addDays(day('2026-01-01'), -1), '2025-12-31');
  t.equal(addYears(day('2024-02-29'), 1), '2025-02-28');
  t.equal(addYears(day('2024-02-29'), 4), '2028-02-29');
  t.equal(addYears(day('2026-03-15'), 5), '2031-03-15');
  t.equal(daysBetween(day('2024-02-28'), day('2024-03-01')), 2);
  t.equal(daysBetween(day('2026-03-15'), day('2026-03-14')), -1);
  t.end();
});

void t.test('when a status is seen on a day', (t) => {
  t.equal(effectiveStatus('VALID', '2026-03-15', '2027-03-14', '2027-03-14'), 'VALID', 'the last day is a day of validity');
  t.equal(effectiveStatus('VALID', '2026-03-15', '2027-03-14', '2027-03-15'), 'EXPIRED');
  t.equal(effectiveStatus('VALID', '2026-03-15', undefined, '2999-01-01'), 'VALID', 'without an end');
  t.equal(effectiveStatus('VALID', '2026-03-15', '2027-03-14', '2026-03-14'), 'NOT_YET_VALID');
  for (const status of STATUSES) if (status !== 'VALID') t.equal(effectiveStatus(status, '2026-03-15', '2026-03-15', '2030-01-01'), status, `${status} wins over the dates`);
  t.end();
});

void t.test('when the status model is read', (t) => {
  t.strictSame(STATUS_LIST_VALUE, { VALID: 0, REVOKED: 1, SUSPENDED: 2, SUPERSEDED: 3, CANCELLED: 11, WITHDRAWN: 12, ANNULLED: 13, TRANSFERRED: 14, RESTRICTED: 15 }, 'the published values');
  t.strictSame(TRANSITIONS, MATRIX, 'as stated');
  t.strictSame([...TERMINAL].sort(), [...ENDED].sort());
  for (const [act, { from, to }] of Object.entries(TRANSITIONS)) for (const status of from) {
    t.ok(!TERMINAL.has(status) || (act === 'cancel' && to === 'CANCELLED' && ['ANNULLED', 'REVOKED'].includes(status)), `${act} from ${status}: of a terminal status only a closing cancellation`);
  }
  t.end();
});
