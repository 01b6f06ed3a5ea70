/** Days, instants, terms and lengths as people read them. Days never pass through a Date, so that none shifts across zones. */

export type Language = 'zh' | 'en';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const SHANGHAI_MS = 8 * 3_600_000;

/** `2026-03-15` as 2026年03月15日, as on the paper, or 15 March 2026. Anything else stays as it is. */
export function dayText(day: string, language: Language): string {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined || month === undefined || date === undefined) return day;
  return language === 'zh' ? `${year}年${month}月${date}日` : `${String(Number(date))} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}

/** 2026年03月15日至2031年03月14日, or 长期 where no end is set. */
export function termText(from: string | undefined, until: string | undefined, language: Language): string {
  if (until === undefined) return language === 'zh' ? '长期' : 'No end date';
  if (from === undefined) return language === 'zh' ? `至${dayText(until, language)}` : `until ${dayText(until, language)}`;
  return language === 'zh' ? `${dayText(from, language)}至${dayText(until, language)}` : `${dayText(from, language)} to ${dayText(until, language)}`;
}

/** An instant on the clock of Beijing, whatever the reader's own zone. */
export function instantText(instant: string, language: Language): string {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) return instant;
  const local = new Date(ms + SHANGHAI_MS).toISOString();
  return `${dayText(local.slice(0, 10), language)} ${local.slice(11, 19)}${language === 'zh' ? '（北京时间）' : ' (Beijing time)'}`;
}

/** The day it is in the legal zone now. */
export const todayOf = (nowMs: number): string => new Date(nowMs + SHANGHAI_MS).toISOString().slice(0, 10);

/** First and last moment of a day in the legal zone. */
export const beginningOf = (day: string): string => new Date(Date.parse(`${day}T00:00:00.000Z`) - SHANGHAI_MS).toISOString();
export const endOf = (day: string): string => new Date(Date.parse(`${day}T23:59:59.999Z`) - SHANGHAI_MS).toISOString();

/** The last day of a term of whole years: the day before the same day `years` later. */
export function lastDayOf(from: string, years: number): string {
  const [year = 0, month = 1, day = 1] = from.split('-').map(Number);
  return new Date(Date.UTC(year + years, month - 1, day - 1)).toISOString().slice(0, 10);
}

/** How old the facts are that a part relies on. */
export function ageText(seconds: number, language: Language): string {
  const [count, zh, en] = seconds < 5 ? [0, '', ''] : seconds < 120 ? [seconds, '秒', 'second'] : seconds < 7200 ? [Math.round(seconds / 60), '分钟', 'minute'] : [Math.round(seconds / 3600), '小时', 'hour'];
  if (count === 0) return language === 'zh' ? '刚刚核对' : 'checked just now';
  return language === 'zh' ? `数据截至${String(count)}${zh}前` : `as of ${String(count)} ${en}${count === 1 ? '' : 's'} ago`;
}

/** How much a long value must shrink to stay on one sheet. */
export function fitOf(text: string): 'plain' | 'long' | 'longer' | 'longest' {
  const length = [...text].length;
  return length <= 80 ? 'plain' : length <= 240 ? 'long' : length <= 600 ? 'longer' : 'longest';
}
