import t from 'tap';
import fc from 'fast-check';
import { parseDay, parseEnd } from '#gateway/tables/index';

void t.test('when a day is written in one of the known ways', (t) => {
  const ways = ['2026-03-15', '2026-3-15', '2026/3/15', '2026/03/15', '2026.3.15', '2026．3．15', '20260315', '2026年3月15日', '2026年03月15',
    '２０２６年３月１５日', '2026 年 3 月 15 日', '2026-03-15 00:00:00', '2026/3/15 0:00', '2026-03-15T00:00:00', '2026-03-15 08:30:00.0', '46096', '46096.5'];
  for (const text of ways) t.equal(parseDay(text), '2026-03-15', text);
  t.equal(parseDay('2024-02-29'), '2024-02-29');
  t.equal(parseDay('1900-01-01'), '1900-01-01');
  t.end();
});

void t.test('when it is no day', (t) => {
  const bad = ['', '2026-02-29', '2100-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-1-0', '26-3-15', '15/3/2026', '2026-3/15', '1568180781000', '260315',
    '2026-03-14T16:00:00Z', '2026-03-15T00:00:00+08:00', '1568-01-01', '9999', '12345', '二〇二六年三月十五日', '2026-03', '9.1E4'];
  for (const text of bad) t.equal(parseDay(text), undefined, text);
  t.end();
});

void t.test('when there is no end', (t) => {
  for (const text of ['长期', ' 长期有效 ', '永久', '2099-12-31', '2099/12/31', '20991231', '2099年12月31日', '9999-12-31', '9999/12/31 00:00:00', '73050', '2958465']) {
    t.equal(parseEnd(text), 'open', text);
  }
  t.equal(parseEnd('2099-12-30'), '2099-12-30');
  for (const text of ['', '至今', '/', '三年']) t.equal(parseEnd(text), undefined);
  t.end();
});

void t.test('when any day of two centuries is written in any way', (t) => {
  fc.assert(fc.property(fc.integer({ min: Date.UTC(1940, 0, 1) / 864e5, max: Date.UTC(2200, 11, 31) / 864e5 }), (days) => {
    const day = new Date(days * 864e5).toISOString().slice(0, 10);
    const [year, month, date] = day.split('-').map(Number);
    const ways = [day, day.replaceAll('-', ''), day.replaceAll('-', '/'), `${String(year)}.${String(month)}.${String(date)}`, `${String(year)}年${String(month)}月${String(date)}日`, String(days + 25_569)];
    return ways.every((way) => parseDay(way) === day);
  }), { numRuns: 300 });
  t.end();
});
