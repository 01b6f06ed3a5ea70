/** Terms: which licences of the agency end soon, which have lapsed; renewed one by one. */
import type { TermView } from '#gateway/acts/office/terms';
import { messageOf } from '#gateway/messages';
import { text, type Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { say } from '../language.js';

const lineOf = ({ validUntil, daysLeft, holderName = '', number, identifier, kind, status, renewable }: TermView): string =>
  `${validUntil}  ${`${String(daysLeft)} d`.padStart(7)}  ${say(messageOf(status))}  ${number ?? identifier}  ${holderName}  ${say(kind)}${renewable ? '' : '  not to be renewed as it stands'}`;

const terms: Command = {
  summary: 'licences that end soon (--within, 90 days) or have lapsed (--lapsed)', usage: '[--within DAYS | --lapsed DAYS]', takes: [0, 0],
  options: { within: { type: 'string', value: 'DAYS', help: 'end within so many days, the next first' }, lapsed: { type: 'string', value: 'DAYS', help: 'lapsed within so many days, the last first' }, limit: { type: 'string', value: 'N', help: 'at most so many' } },
  examples: ['terms --within 30', 'renew JY23703038800010 --valid-until 2031-03-14'],
  run: async ({ client, values, print }) => {
    const given = Object.entries({ within: text(values, 'within'), lapsed: text(values, 'lapsed'), limit: text(values, 'limit') }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    if (given.some(([, value = '']) => !/^\d{1,4}$/.test(value)) || (text(values, 'within') !== undefined && text(values, 'lapsed') !== undefined)) throw new CliError(EXIT.usage, '--within or --lapsed: a number of days, one of the two');
    const { terms: found } = await client.get<{ terms: TermView[] }>(`/api/terms?${new URLSearchParams(given).toString()}`);
    print(found, found.map(lineOf).join('\n') || 'none');
    return EXIT.ok;
  },
};

export const termsCommands: Readonly<Record<string, Command>> = { terms };
