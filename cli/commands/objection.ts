/** Objections 异议 of holders to what licences say: listed, answered. They are made on the holder's phone. */
import type { ObjectionView } from '#gateway/acts/holder/objection';
import { randomId } from '#gateway/keyring';
import { text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { say } from '../language.js';
import { licenceOf } from './licence.js';
import { commandOf, done, needed, type Step } from './steps.js';

const lineOf = ({ id, status, dueOn, identifier, fields, reason, text: words, answer }: ObjectionView): string =>
  [id, status.padEnd(8), `by ${dueOn}`, identifier, `${reason}: ${fields.map(say).join(', ')}`].join('  ') + (words === undefined ? '' : `\n    ${words}`) + (answer?.text === undefined ? '' : `\n    -> ${answer.text}`);

async function answer(invocation: Invocation, id: string): Promise<void> {
  const { client, values } = invocation;
  const remedy = text(values, 'remedy');
  if (remedy !== undefined && !/^[1-9]\d*$/.test(remedy)) throw new CliError(EXIT.usage, '--remedy: the number of an event of the licence, as yizheng history shows them');
  const words = needed(values, 'words', 'what the holder reads');
  done(invocation, await client.post(`/api/objections/${id}/answer`, { requestId: randomId(), outcome: remedy === undefined ? 'rejected' : 'accepted', ...(remedy === undefined ? {} : { remedy: Number(remedy) }), text: words }));
}

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'what your agency must answer, and has answered; with --licence the thread of one', run: async ({ client, values, print }) => {
    const licence = text(values, 'licence');
    const { objections } = await client.get<{ objections: ObjectionView[] }>(`/api/objections${licence === undefined ? '' : `?licence=${encodeURIComponent((await licenceOf(client, licence)).identifier)}`}`);
    print(objections, objections.map(lineOf).join('\n') || 'no objections');
  } },
  answer: { argument: 'OBJECTION', words: 'put right, with --remedy; rejected without it', run: answer },
};

export const objectionCommands: Readonly<Record<string, Command>> = { objection: commandOf({
  name: 'objection', summary: 'objections 异议 to what licences say: list, answer', steps: STEPS,
  options: { licence: { type: 'string', value: 'LICENCE', help: 'list: one licence, by identifier or number' }, remedy: { type: 'string', value: 'EVENT', help: 'answer: number of the act that put it right since' }, words: { type: 'string', value: 'TEXT', help: 'answer: what the holder reads' } },
  examples: ['objection list', 'objection answer OBJECTION --remedy 4 --words 已更正', 'objection answer OBJECTION --words 与登记一致'],
}) };
