import t from 'tap';
import { ageText, dayText, fitOf, instantText, lastDayOf, termText, todayOf } from '#gateway/web/format';

t.test('when a day is shown', async (t) => {
  t.equal(dayText('2026-03-15', 'zh'), '2026年03月15日');
  t.equal(dayText('2026-03-05', 'en'), '5 March 2026');
  for (const text of ['零售', '', '2026-3-5', '2026-03-15T00:00:00Z']) t.equal(dayText(text, 'zh'), text);
});

t.test('when a term is shown', async (t) => {
  t.equal(termText('2026-03-15', '2031-03-14', 'zh'), '2026年03月15日至2031年03月14日');
  t.equal(termText('2026-03-15', undefined, 'zh'), '长期');
  t.equal(termText(undefined, '2031-03-14', 'zh'), '至2031年03月14日');
  t.equal(termText('2026-03-15', '2031-03-14', 'en'), '15 March 2026 to 14 March 2031');
});

t.test('when an instant is near midnight', async (t) => {
  t.equal(instantText('2026-03-14T16:00:00.000Z', 'zh'), '2026年03月15日 00:00:00（北京时间）');
  t.equal(instantText('2026-03-14T15:59:59.999Z', 'en'), '14 March 2026 23:59:59 (Beijing time)');
  t.equal(instantText('yesterday', 'zh'), 'yesterday');
  t.equal(todayOf(Date.parse('2026-03-14T16:00:00Z')), '2026-03-15');
});

t.test('when a term of years is proposed', async (t) => {
  t.equal(lastDayOf('2026-03-15', 5), '2031-03-14');
  t.equal(lastDayOf('2026-01-01', 4), '2029-12-31');
  t.equal(lastDayOf('2024-02-29', 5), '2029-02-28', 'never later than the rule allows');
});

t.test('when facts have an age', async (t) => {
  t.equal(ageText(0, 'zh'), '刚刚核对');
  t.equal(ageText(90, 'zh'), '数据截至90秒前');
  t.equal(ageText(600, 'en'), 'as of 10 minutes ago');
  t.equal(ageText(7200, 'en'), 'as of 2 hours ago');
});

t.test('when a value is long', async (t) => {
  t.equal(fitOf('热食类食品制售'), 'plain');
  t.equal(fitOf('营'.repeat(200)), 'long');
  t.equal(fitOf('营'.repeat(600)), 'longer');
  t.equal(fitOf('𬭬'.repeat(601)), 'longest', 'counted as people see them');
});
