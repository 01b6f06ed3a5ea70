/** Alarms: what somebody has to look at. The exit code says whether one of the worst is open, so that a timer can ask. */
import type { AlarmView } from '#gateway/acts/audit/alarm';
import { ALARM_WORDS, SEVERITY_WORDS } from '#gateway/messages/alarms';
import { text, type Command } from '../command.js';
import { EXIT } from '../exit.js';
import { say } from '../language.js';

const linesOf = ({ id, kind, severity, agency, about, since, count, atLeast, within, usual, endsAt, heads, link, oldest, seen, closedAt }: AlarmView): string => [
  `${say(SEVERITY_WORDS[severity]).padEnd(8)} ${since}  ${say(ALARM_WORDS[kind].what)}${about ? `  ${say(about)}` : ''}${count === undefined ? '' : `  ${String(count)}${atLeast ? '+' : ''}${within === undefined ? '' : ` / ${within}`}${usual === undefined ? '' : ` (usually ${String(usual)})`}`}${endsAt === undefined ? '' : `  ${endsAt.slice(0, 10)}`}${agency ? `  ${agency.name}` : ''}`,
  `  ${id}${closedAt === undefined ? '' : `  over ${closedAt}`}`,
  ...(heads ?? []).map(({ agency: of, height, hash, at }) => `  ${of ?? 'here'}: ${String(height)} blocks  ${hash}${at === undefined ? '' : `  ${at}`}`),
  ...(closedAt === undefined ? [`  ${say(ALARM_WORDS[kind].todo)}`, `  ${[link, oldest].filter((each) => each !== undefined).join('  ')}`] : []),
  ...seen.map(({ staff, name, at }) => `  seen by ${name ?? staff} ${at}`),
].join('\n');

const alarms: Command = {
  summary: 'open alarms 告警 (registrars, auditors); exit code 11 where a critical one is open', usage: '[--closed N | --seen ID]', takes: [0, 0],
  options: { closed: { type: 'string', value: 'N', help: 'also the last N that are over' }, seen: { type: 'string', value: 'ID', help: 'say that you have seen one; it stays there for the others' } },
  examples: ['alarms', 'alarms --json --closed 20', 'alarms --seen head-nowhere:heads'],
  run: async ({ client, values, print }) => {
    const id = text(values, 'seen');
    if (id !== undefined) {
      const alarm = await client.post<AlarmView>('/api/alarms/seen', { id });
      print(alarm, linesOf(alarm));
      return EXIT.ok;
    }
    const found = await client.get<{ alarms: AlarmView[]; closed: AlarmView[]; checkedAt?: string }>(`/api/alarms?closed=${text(values, 'closed') ?? '0'}`);
    print(found, [...found.alarms, ...found.closed].map(linesOf).join('\n') || 'none');
    return found.alarms.some(({ severity }) => severity === 'critical') ? EXIT.critical : EXIT.ok;
  },
};

export const alarmCommands: Readonly<Record<string, Command>> = { alarms };
