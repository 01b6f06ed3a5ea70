/** Reverse trace 变更联动: what fallen licences leave an agency to do; listed, and closed with an outcome. */
import { parseItem } from '#chaincode/facts/trace';
import type { TraceView } from '#gateway/acts/audit/trace';
import { randomId } from '#gateway/keyring';
import { text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { say } from '../language.js';
import { commandOf, done, needed, type Step } from './steps.js';

/** One piece of work on a line. */
export const traceLine = ({ id, kind, identifier, fell, item, owner, dueOn, state, overdue, outcome, closedAt }: TraceView): string =>
  [id, state === 'closed' ? `${outcome ?? ''} ${closedAt ?? ''}` : `due ${dueOn}${overdue ? ' OVERDUE' : ''}`, `${say(kind)} ${identifier} ${fell.act} ${fell.on}`, `${item.noun} ${item.identifier ?? item.id}`, owner.name].join('  ');

async function list({ client, values, print }: Invocation): Promise<void> {
  const query = new URLSearchParams(['state', 'limit', 'before'].flatMap((name) => { const value = text(values, name); return value === undefined ? [] : [[name, value]]; }));
  const found = await client.get<{ traces: TraceView[]; next?: string }>(`/api/traces?${query.toString()}`);
  print(found, [found.traces.map(traceLine).join('\n') || 'nothing to do', ...(found.next === undefined ? [] : [`--before ${found.next}`])].join('\n'));
}

async function close(invocation: Invocation, id: string): Promise<void> {
  const [licence = '', fall = '', ...rest] = id.split(':');
  const item = parseItem(rest.join(':'));
  if (!item || !/^[ev]\d+$/.test(fall)) throw new CliError(EXIT.usage, `${id}: the name of a piece of work, as yizheng trace list shows it`);
  const number = Number(fall.slice(1));
  const outcome = needed(invocation.values, 'outcome', 'upheld 维持, corrected 已变更 or ended 已终止');
  done(invocation, await invocation.client.post('/api/traces/close', { requestId: randomId(), licence, ...(fall.startsWith('v') ? { version: number } : { event: number }), item, outcome }));
}

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'your agency\'s work, what is due first before the rest; --state open', run: list },
  close: { argument: 'WORK', words: 'say what came of it; needs --outcome', run: close },
};

export const traceCommands: Readonly<Record<string, Command>> = { trace: commandOf({
  name: 'trace', summary: 'reverse trace 变更联动: what relied on a fallen licence, as work', steps: STEPS,
  options: {
    state: { type: 'string', value: 'STATE', help: 'list: open or closed' }, limit: { type: 'string', value: 'N', help: 'list: at most N (200); 50 where not given' }, before: { type: 'string', value: 'CURSOR', help: 'list: go on after this row' },
    outcome: { type: 'string', value: 'OUTCOME', help: 'close: upheld, corrected (since the fall), ended (in force no longer)' },
  },
  examples: ['trace list --state open', 'trace close WORK --outcome upheld'],
}) };
