/** The certificate centre: print orders 制证任务 from the order to the hand-over 发证. */
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PRINT_CANCEL_REASONS, REPRINT_REASONS } from '#chaincode/facts/print-order';
import type { PrintDone } from '#gateway/acts/print/print-order';
import type { PrintOrderView } from '#gateway/acts/print/print-order-view';
import { messageOf } from '#gateway/messages';
import { randomId } from '#gateway/keyring';
import { PRINT_STATE_WORDS } from '#gateway/messages/print-orders';
import { text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { say } from '../language.js';
import { legalDay } from '../time.js';
import { carryOut, licenceOf } from './licence.js';
import { PAGE, pageQuery, printPage } from './list.js';

const isId = (name: string): boolean => /^[A-Za-z0-9_-]{21}[AQgw]$/.test(name);
const POLL_MS = 500;

/** By its id, or the newest one of a licence. */
async function orderOf({ client }: Invocation, name: string): Promise<PrintOrderView> {
  if (isId(name)) return client.get<PrintOrderView>(`/api/print-orders/${name}`);
  const { identifier } = await licenceOf(client, name);
  const { orders: [newest] } = await client.get<{ orders: PrintOrderView[] }>(`/api/print-orders?licence=${encodeURIComponent(identifier)}&limit=1`);
  if (!newest) throw new CliError(EXIT.notFound, `no print order for ${name}: yizheng print order ${name}`);
  return newest;
}
const ordersOf = (invocation: Invocation, names: readonly string[]): Promise<PrintOrderView[]> => Promise.all(names.map((name) => orderOf(invocation, name)));

const lineOf = ({ id, state, prints, orderedAt, holderName = '', number, identifier, overtaken }: PrintOrderView): string =>
  `${id}  ${legalDay(orderedAt)}  ${say(PRINT_STATE_WORDS[state])}  ${holderName}  ${number ?? identifier}  printed ${String(prints)}${overtaken === undefined ? '' : `  ${overtaken}`}`;
const shown = (order: PrintOrderView): string => [lineOf(order), `  ${order.identifier}`, ...order.events.map(({ seq, act, state, at, reasonWords, transaction }) => `  ${String(seq)}  ${at}  ${act} -> ${state}  ${reasonWords ? say(reasonWords) : ''}  transaction ${transaction}`)].join('\n');

/** Several at once: what was refused is said, and shows in the exit code. */
function told({ print }: Invocation, results: readonly PrintDone[]): Exit {
  print(results, results.map(({ id, licence, status, code, pickUp }) => `${id}  ${code === undefined ? `${status ?? ''}${pickUp === undefined ? '' : `  pick-up code ${pickUp}`}` : `${code}: ${say(messageOf(code))}`}${licence === undefined ? '' : `  ${licence}`}`).join('\n'));
  const refused = results.filter(({ code }) => code !== undefined).length;
  return refused === 0 ? EXIT.ok : refused === results.length ? EXIT.refused : EXIT.someRefused;
}

const requestId = (values: Invocation['values']): string => text(values, 'request-id') ?? randomId();

async function order(invocation: Invocation, names: readonly string[]): Promise<Exit> {
  const { client, values } = invocation;
  const licences = await Promise.all(names.map(async (name) => (await licenceOf(client, name)).identifier));
  return told(invocation, (await client.post<{ results: PrintDone[] }>('/api/print-orders', { requestId: requestId(values), licences })).results);
}

async function step(invocation: Invocation, act: 'seal' | 'release' | 'cancel', names: readonly string[]): Promise<Exit> {
  const { client, values } = invocation;
  const reason = text(values, 'reason');
  if (act === 'cancel' && reason === undefined) throw new CliError(EXIT.usage, `cancel needs --reason, one of:${reasonsText(PRINT_CANCEL_REASONS)}`);
  const orders = await ordersOf(invocation, names);
  const { results } = await client.post<{ results: PrintDone[] }>('/api/print-orders/steps', { requestId: requestId(values), act, orders: orders.map(({ id, events }) => ({ id, after: events.length })), ...(reason === undefined || act !== 'cancel' ? {} : { reason }) });
  // Of kinds that a sign-in is not enough for, the person's own key signs, one by one.
  const done = await Promise.all(results.map(async (result, i): Promise<PrintDone> => {
    if (act !== 'seal' || result.code !== 'ACTOR_OWN_KEY_NEEDED') return result;
    const { status = '', transaction } = await carryOut({ client, values: {} }, { op: 'register', act: { op: 'print.seal', id: result.id, after: orders[i]?.events.length } });
    return { id: result.id, status, ...(transaction === undefined ? {} : { transaction }) };
  }));
  return told(invocation, done);
}

const reasonsText = (reasons: Readonly<Record<string, { zh: string; en: string }>>): string => Object.entries(reasons).map(([code, words]) => `\n  ${code.padEnd(24)} ${say(words)}`).join('');

interface Batch { readonly id: string; readonly state: string; readonly prepared: number; readonly total: number; readonly done: number; readonly refused: number; readonly code?: string; readonly file: boolean }

async function printBatch(invocation: Invocation, names: readonly string[]): Promise<Exit> {
  const { client, values, say: tell, print, signal } = invocation;
  const [reason, out] = [text(values, 'reason'), text(values, 'out') ?? 'print.pdf'];
  const orders = await ordersOf(invocation, names);
  if (reason === undefined && orders.some(({ prints }) => prints > 0)) throw new CliError(EXIT.usage, `printed before: print again with --reason, one of:${reasonsText(REPRINT_REASONS)}`);
  let batch = await client.post<Batch>('/api/print-batches', { orders: orders.map(({ id }) => id), ...(reason === undefined ? {} : { reason }) });
  while (batch.state !== 'done' && batch.state !== 'failed') {
    if (signal.aborted) return EXIT.stopped;
    await delay(POLL_MS);
    batch = await client.get<Batch>(`/api/print-batches/${batch.id}`);
    tell(`${String(batch.prepared)} of ${String(batch.total)}`);
  }
  if (batch.state === 'failed') throw new CliError(EXIT.unavailable, `${batch.code ?? 'INTERNAL'}: ${say(messageOf(batch.code ?? 'INTERNAL'))}`, batch);
  const { rows } = await client.get<{ rows: { order: string; result: string; code?: string }[] }>(`/api/print-batches/${batch.id}/report`);
  const refused = rows.filter(({ result }) => result === 'refused');
  if (batch.file) writeFileSync(out, Buffer.from(await (await client.send('GET', `/api/print-batches/${batch.id}/file`)).arrayBuffer()), { mode: 0o600 });
  print({ ...batch, rows }, [...refused.map(({ order: id, code = '' }) => `${id}  ${code}: ${say(messageOf(code))}`), batch.file ? `${String(batch.done)} printed to ${out}` : 'nothing printed'].join('\n'));
  return refused.length === 0 ? EXIT.ok : batch.done === 0 ? EXIT.refused : EXIT.someRefused;
}

async function handOver(invocation: Invocation, names: readonly string[]): Promise<Exit> {
  const { client, values, print } = invocation;
  const [order] = await ordersOf(invocation, names.slice(0, 1));
  const code = text(values, 'code');
  if (!order || names.length > 1 || code === undefined) throw new CliError(EXIT.usage, 'usage: yizheng print hand-over ORDER --code CODE');
  const result = await client.post<{ status?: string; transaction?: string }>(`/api/print-orders/${order.id}/hand-over`, { requestId: requestId(values), code, after: order.events.length });
  print(result, `handed over  ${order.id}  transaction ${result.transaction ?? ''}\n  yizheng print receipt ${order.id}`);
  return EXIT.ok;
}

async function receipt(invocation: Invocation, names: readonly string[]): Promise<Exit> {
  const { client, values, print } = invocation;
  const [order] = await ordersOf(invocation, names.slice(0, 1));
  const out = text(values, 'out') ?? 'hand-over.html';
  writeFileSync(out, await (await client.send('GET', `/api/print-orders/${order?.id ?? ''}/receipt`)).text(), { mode: 0o600 });
  print({ file: out }, out);
  return EXIT.ok;
}

async function list(invocation: Invocation): Promise<Exit> {
  const { orders } = await invocation.client.get<{ orders: (PrintOrderView & { readonly cursor: string })[] }>(`/api/print-orders?${pageQuery(invocation.values, 'state').toString()}`);
  printPage(invocation, orders, lineOf, 'no print orders');
  return EXIT.ok;
}

const STEPS: Readonly<Record<string, { readonly argument: string; readonly words: string; readonly run: (invocation: Invocation, names: readonly string[]) => Promise<Exit> }>> = {
  order: { argument: 'LICENCE ...', words: 'order 制证任务', run: order },
  list: { argument: '', words: "your agency's; --state: the oldest first", run: list },
  show: { argument: 'ORDER', words: 'every step of one', run: async (invocation, [name = '']) => { const one = await orderOf(invocation, name); invocation.print(one, shown(one)); return EXIT.ok; } },
  print: { argument: 'ORDER ...', words: 'one file for the printer; --out; again only with --reason', run: printBatch },
  seal: { argument: 'ORDER ...', words: 'by another person than who printed 用印', run: (invocation, names) => step(invocation, 'seal', names) },
  release: { argument: 'ORDER ...', words: 'shows the pick-up code, once 放行', run: (invocation, names) => step(invocation, 'release', names) },
  'hand-over': { argument: 'ORDER', words: 'to whoever says its --code 发证', run: handOver },
  receipt: { argument: 'ORDER', words: '回执; --out', run: receipt },
  cancel: { argument: 'ORDER ...', words: 'give up, with --reason', run: (invocation, names) => step(invocation, 'cancel', names) },
};

const printOrder: Command = {
  summary: 'the certificate centre 制证: order, list, show, print, seal, release, hand-over, receipt, cancel', takes: [1, 201],
  usage: `STEP\n${Object.entries(STEPS).map(([name, { argument, words }]) => `  yizheng print ${`${name} ${argument}`.padEnd(20)} ${words}`).join('\n')}`,
  options: {
    reason: { type: 'string', value: 'CODE', help: `print again: ${Object.keys(REPRINT_REASONS).join(', ')}; cancel: ${Object.keys(PRINT_CANCEL_REASONS).join(', ')}` }, code: { type: 'string', value: 'CODE', help: 'hand-over: what the receiver says' },
    out: { type: 'string', value: 'FILE', help: 'print: print.pdf where not given; receipt: hand-over.html' }, state: { type: 'string', value: 'STATE', help: 'list: ordered, printed, sealed, released, handed-over, cancelled' }, ...PAGE,
    'request-id': { type: 'string', value: 'ID', help: 'repeat a request safely' },
  },
  examples: ['print order JY23703038800010', 'print print ORDER ORDER --out batch.pdf', 'print hand-over ORDER --code ABCD2345'],
  run: async (invocation) => {
    const [name = '', ...names] = invocation.args;
    const chosen = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
    if (!chosen || (names.length === 0) !== (chosen.argument === '')) throw new CliError(EXIT.usage, `usage: yizheng print ${chosen ? `${name} ${chosen.argument}` : Object.keys(STEPS).join(' | ')}`);
    return chosen.run(invocation, names);
  },
};

export const printOrderCommands: Readonly<Record<string, Command>> = { print: printOrder };
