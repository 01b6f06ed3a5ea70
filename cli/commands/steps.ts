/** Commands of several steps: yizheng NOUN STEP [ARGUMENT]. */
import { text, texts, type Command, type Invocation, type OptionHelp } from '../command.js';
import type { Client } from '../client.js';
import { CliError, EXIT } from '../exit.js';
import { kindOf, type ActResult } from './licence.js';

export interface Step {
  /** Empty where it takes none. */
  readonly argument: string;
  readonly words: string;
  readonly run: (invocation: Invocation, argument: string) => Promise<void>;
}

export interface Steps {
  readonly name: string;
  readonly summary: string;
  readonly steps: Readonly<Record<string, Step>>;
  readonly options: Readonly<Record<string, OptionHelp>>;
  readonly examples: readonly string[];
}

/** What every signed step takes. */
export const SIGNING: Readonly<Record<string, OptionHelp>> = {
  cosign: { type: 'string', multiple: true, value: 'FILE', help: 'key file of a second person' }, propose: { type: 'boolean', help: 'sign first; the second person approves' },
};

export const commandOf = ({ name, summary, steps, options, examples }: Steps): Command => ({
  summary, options, examples, takes: [1, 2],
  usage: `STEP\n${Object.entries(steps).map(([step, { argument, words }]) => `  yizheng ${name} ${`${step} ${argument}`.padEnd(16)} ${words}`).join('\n')}`,
  run: async (invocation) => {
    const [wanted = '', argument] = invocation.args;
    const step = Object.hasOwn(steps, wanted) ? steps[wanted] : undefined;
    if (!step || (argument === undefined) !== (step.argument === '')) throw new CliError(EXIT.usage, `usage: yizheng ${name} ${step ? `${wanted} ${step.argument}` : Object.keys(steps).join(' | ')}`);
    await step.run(invocation, argument ?? '');
    return EXIT.ok;
  },
});

export function done({ print }: Invocation, result: ActResult): void {
  const waits = result.status === 'open' && result.proposal !== undefined;
  print(result, waits ? `waits for another signature\n  yizheng approve ${result.proposal}` : `${result.status ?? 'done'}  ${result.id ?? ''}  transaction ${result.transaction ?? ''}`);
}

export function needed(values: Invocation['values'], name: string, meant: string): string {
  const given = text(values, name);
  if (given === undefined) throw new CliError(EXIT.usage, `--${name}: ${meant}`);
  return given;
}

/** NAME=FIELD,FIELD, repeated. */
export function fieldsOf(values: Invocation['values'], option: string): { name: string; fields: string[] }[] {
  return texts(values, option).map((given) => {
    const at = given.lastIndexOf('=');
    if (at < 1 || at === given.length - 1) throw new CliError(EXIT.usage, `--${option} ${given}: NAME=FIELD,FIELD is meant`);
    return { name: given.slice(0, at), fields: given.slice(at + 1).split(',') };
  });
}

export const kindsOf = (client: Client, values: Invocation['values']): Promise<{ kind: string; fields: string[] }[]> =>
  Promise.all(fieldsOf(values, 'kind').map(async ({ name, fields }) => ({ kind: await kindOf(client, name), fields })));
