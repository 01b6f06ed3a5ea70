/** Terms: which licences of the agency end soon, which have lapsed; renewed one by one. */
import type { TermView } from '#gateway/acts/office/terms';
import { messageOf } from '#gateway/messages';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { say } from '../language.js';
import { PAGE, pageQuery, printPage } from './list.js';

const lineOf = ({ validUntil, daysLeft, holderName = '', number, identifier, kind, status, renewable }: TermView): string =>
  `${validUntil}  ${`${String(daysLeft)} d`.padStart(7)}  ${say(messageOf(status))}  ${number ?? identifier}  ${holderName}  ${say(kind)}${renewable ? '' : '  not to be renewed as it stands'}`;

const terms: Command = {
  summary: 'licences that end soon (--within, 90 days) or have lapsed (--lapsed)', usage: '[--within DAYS | --lapsed DAYS]', takes: [0, 0],
  options: { within: { type: 'string', value: 'DAYS', help: 'end within so many days, the next first' }, lapsed: { type: 'string', value: 'DAYS', help: 'lapsed within so many days, the last first' }, ...PAGE },
  examples: ['terms --within 30', 'renew JY23703038800010 --valid-until 2031-03-14'],
  run: async (invocation) => {
    const { client, values } = invocation;
    const query = pageQuery(values, 'within', 'lapsed');
    if (['within', 'lapsed', 'limit'].some((name) => !/^\d{1,4}$/.test(query.get(name) ?? '0')) || (query.has('within') && query.has('lapsed'))) throw new CliError(EXIT.usage, '--within or --lapsed: a number of days, one of the two');
    const { terms: found } = await client.get<{ terms: TermView[] }>(`/api/terms?${query.toString()}`);
    printPage(invocation, found, lineOf, 'none');
    return EXIT.ok;
  },
};

export const termsCommands: Readonly<Record<string, Command>> = { terms };
