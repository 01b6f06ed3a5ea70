/** What programs are told of an alarm: ids, codes, counts and a link, and nothing of any person. */
import type { Put } from '../notices/hooks.js';
import type { Hook } from '../notices/settings.js';
import type { Alarm, Telling } from './alarm.js';

export const ALARMS_PATH = '/issue/alarms';

/** Messages for the hooks of the agency whose alarm it is; of the gateway's own, for all. */
export function messagesFor(hooks: readonly Hook[], publicName: string): (alarm: Alarm, telling: Telling) => Put[] {
  return (alarm, telling) => {
    const { id, kind, subject, agency, severity, since, count, atLeast, endsAt, heads, within, usual, raisedAt, closedAt, toldAt, told } = alarm;
    const data = { id, kind, subject, agency, severity, since, count, atLeast, endsAt, heads, within, usual, raisedAt, closedAt, url: new URL(ALARMS_PATH, publicName).href };
    const body = JSON.stringify({ type: `alarm.${telling}`, timestamp: closedAt ?? toldAt, data });
    // One that takes nothing is not told so: that would only wait with the rest.
    return hooks.filter((hook) => hook.tells.includes('alarms') && !(kind === 'hook-down' && hook.id === subject) && (agency === undefined || hook.agency === agency)).map((hook) => ({ hook: hook.id, once: `alarm/${id}/${raisedAt}/${String(told)}`, body }));
  };
}
