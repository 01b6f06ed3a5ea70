/** Alarms: what somebody has to look at, for registrars and auditors; and that they have seen it. */
import Type from 'typebox';
import { sessionOf } from '../access.js';
import type { AlarmView as AlarmViewValue } from '../acts/audit/alarm.js';
import { ALARM_KINDS, SEVERITIES } from '../alarms/alarm.js';
import type { Door } from '../app.js';

const closed = { additionalProperties: false } as const;
const WATCHERS = ['registrar', 'auditor'] as const;
const CLOSED_MAX = 100;
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const AlarmView = Type.Unsafe<AlarmViewValue>(Type.Object({
  id: Type.String(), kind: Type.Enum([...ALARM_KINDS]), subject: Type.String(), severity: Type.Enum([...SEVERITIES]), agency: Type.Optional(Named), about: Type.Optional(Type.Object({ zh: Type.String(), en: Type.String() })),
  since: Type.String(), raisedAt: Type.String(), closedAt: Type.Optional(Type.String()), count: Type.Optional(Type.Integer()), atLeast: Type.Optional(Type.Boolean({ description: 'there are more than were counted' })), endsAt: Type.Optional(Type.String()),
  heads: Type.Optional(Type.Array(Type.Object({ agency: Type.Optional(Type.String({ description: 'absent: what this gateway has itself' })), height: Type.Integer(), hash: Type.String(), at: Type.Optional(Type.String()) }), { description: 'two heads that contradict each other' })),
  within: Type.Optional(Type.Enum(['hour', 'day'])), usual: Type.Optional(Type.Number()), oldest: Type.Optional(Type.String({ description: 'page of the oldest record' })), link: Type.String({ description: 'page where it is seen to' }),
  seen: Type.Array(Type.Object({ staff: Type.String(), name: Type.Optional(Type.String()), at: Type.String() })),
}));

export const alarmsDoor: Door = async (app, { services: { alarms } }) => {
  const tags = ['operate'];

  app.get('/api/alarms', { config: { access: WATCHERS }, schema: { tags, summary: 'Open alarms of your agency, of those below it and of this gateway, the worst first; and those that are over', querystring: Type.Object({ closed: Type.Optional(Type.String({ pattern: '^\\d{1,3}$', description: 'how many that are over; 20 where not given' })) }, closed), response: { 200: Type.Object({ alarms: Type.Array(AlarmView), closed: Type.Array(AlarmView), checkedAt: Type.Optional(Type.String()) }) } } }, async (request) =>
    alarms.list(sessionOf(request), Math.min(CLOSED_MAX, Number(request.query.closed ?? 20))));

  app.post('/api/alarms/seen', { config: { access: WATCHERS }, schema: { tags, summary: 'Say that you have seen an alarm; it stays there for the others', body: Type.Object({ id: Type.String({ maxLength: 200 }) }, closed), response: { 200: AlarmView } } }, async (request) => alarms.see(sessionOf(request), request.body.id));
};
