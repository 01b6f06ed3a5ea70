/** The certificate centre: print orders, batches for the printer, sealing, release, hand-over. */
import Type from 'typebox';
import { EventNumber, RandomId } from '#chaincode/facts/commands';
import { PRINT_ACTS, PRINT_STATES, type PrintState } from '#chaincode/facts/print-order';
import { sessionOf } from '../access.js';
import type { PrintJob } from '../acts/print/print-batch.js';
import type { PrintOrderView as PrintOrderViewValue } from '../acts/print/print-order-view.js';
import { PRINT_ORDERS_MAX, type PrintDone as PrintDoneValue } from '../acts/print/print-order.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { ActResult, Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver'] as const;
const LIST_MAX = 200;
const Code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' });
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const OrderId = Type.Object({ id: RandomId });
const some = <T extends Type.TSchema>(items: T) => Type.Array(items, { minItems: 1, maxItems: PRINT_ORDERS_MAX });
const State = Type.Unsafe<PrintState>(Type.Enum([...PRINT_STATES]));

const PrintDone = Type.Unsafe<PrintDoneValue>(Type.Object({
  id: Type.String(), licence: Type.Optional(Type.String()), status: Type.Optional(Type.String()), code: Type.Optional(Type.String({ description: 'why it was refused' })),
  pickUp: Type.Optional(Type.String({ description: 'pick-up code, to be given to the holder: told here once' })), transaction: Type.Optional(Type.String()),
}));
const Results = { response: { 200: Type.Object({ results: Type.Array(PrintDone) }) } };
const OrderView = Type.Object({
  id: Type.String(), licence: Type.String(), identifier: Type.String(), version: Type.Integer(), kind: Label, holderName: Type.Optional(Type.String()), number: Type.Optional(Type.String()), state: State,
  prints: Type.Integer({ description: 'of this version, under all its orders' }), overtaken: Type.Optional(Type.Enum(['superseded', 'not-in-force'])), status: Type.String(), orderedAt: Type.String(),
  events: Type.Array(Type.Object({
    seq: Type.Integer(), act: Type.String(), state: Type.String(), at: Type.String(), actors: Type.Array(Type.Object({ staff: Type.String(), method: Type.String() })), batch: Type.Optional(Type.String()), document: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()), reasonWords: Type.Optional(Label), transaction: Type.String(),
  })),
  next: Type.Array(Type.Enum([...PRINT_ACTS])), printedByYou: Type.Boolean(),
});
const PrintOrderView = Type.Unsafe<PrintOrderViewValue>(OrderView);
const Listed = Type.Unsafe<PrintOrderViewValue & { readonly cursor: string }>(Type.Object({ ...OrderView.properties, cursor: Type.String() }));
const count = Type.Integer({ minimum: 0 });
const BatchView = Type.Object({ id: Type.String(), state: Type.String(), createdAt: Type.String(), total: count, prepared: count, done: count, refused: count, code: Type.Optional(Type.String()), file: Type.Boolean({ description: 'whether the file for the printer waits to be fetched' }) });

export const printOrdersDoor: Door = async (app, { services: { printOrders, handOvers, printBatches, printFiles, printQueue } }) => {
  const tags = ['certificate centre'];
  const acting = (request: Parameters<typeof sessionOf>[0]) => { const { staff, agency } = sessionOf(request); return { staff, agency }; };
  /** Files on their way: two who fetch at once would be two prints. */
  const sending = new Set<string>();
  const view = ({ id, state, createdAt, params, prepared, done, refused, code }: PrintJob) => ({ id, state, createdAt, total: params.orders.length, prepared, done, refused, ...(code === undefined ? {} : { code }), file: printFiles.has(id) });
  const mine = (request: { params: { id: string } } & Parameters<typeof sessionOf>[0]) => printQueue.get(request.params.id, sessionOf(request).agency);

  app.post('/api/print-orders', { config: { access: WORKING }, schema: { tags, summary: 'Order the printing of licences that were issued', body: Type.Object({ requestId: RandomId, licences: some(Identifier) }, closed), ...Results } }, async (request) => ({ results: await printOrders.order(acting(request), request.body.requestId, request.body.licences) }));

  app.get('/api/print-orders', { config: { access: 'signed-in' }, schema: { tags, summary: "The agency's print orders, newest first; those in a state, the oldest first; all of one licence", querystring: Type.Object({ state: Type.Optional(State), licence: Type.Optional(Identifier), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), after: Type.Optional(Type.String({ maxLength: 80, description: 'cursor of the last one seen' })) }, closed), response: { 200: Type.Object({ orders: Type.Array(Listed) }) } } }, async (request) => {
    const { limit, ...query } = request.query;
    return { orders: await printOrders.list(acting(request), { ...query, limit: Math.min(LIST_MAX, Number(limit ?? 50)) }) };
  });
  app.get('/api/print-orders/:id', { config: { access: 'signed-in' }, schema: { tags, summary: 'One of them, with every step', params: OrderId, response: { 200: PrintOrderView } } }, (request) => printOrders.view(acting(request), request.params.id));

  app.post('/api/print-orders/steps', { config: { access: WORKING }, schema: { tags, summary: 'Seal, release, cancel: a result for each', body: Type.Object({ requestId: RandomId, act: Type.Enum(['seal', 'release', 'cancel']), orders: some(Type.Object({ id: RandomId, after: Type.Optional(EventNumber) }, closed)), reason: Type.Optional(Code) }, closed), ...Results } }, async (request) => {
    const { requestId, ...input } = request.body;
    return { results: await printOrders.step(acting(request), requestId, input) };
  });
  app.post('/api/print-orders/:id/hand-over', { config: { access: WORKING }, schema: { tags, summary: 'Hand the certificate over to whoever says its pick-up code', params: OrderId, body: Type.Object({ requestId: RandomId, code: Type.String({ minLength: 1, maxLength: 20 }), after: Type.Optional(EventNumber) }, closed), response: { 200: ActResult, 201: ActResult } } }, async (request, reply) => {
    const { requestId, ...input } = request.body;
    const result = await printOrders.handOver(acting(request), requestId, request.params.id, input);
    return reply.code(result.replayed ? 200 : 201).send(result);
  });

  app.get('/api/print-orders/:id/receipt', { config: { access: 'signed-in' }, schema: { tags, summary: 'Receipt of hand-over (发证登记回执), a page to be filed; or the signed receipt in it alone', params: OrderId, querystring: Type.Object({ format: Type.Optional(Type.Enum(['html', 'jws'])) }, closed) } }, async (request, reply) => {
    const { token, page } = await handOvers.receipt(sessionOf(request).agency, request.params.id);
    if (request.query.format === 'jws') return reply.type('application/jose').send(token);
    return reply.type('text/html; charset=utf-8').header('content-disposition', `attachment; filename="hand-over-${request.params.id}.html"`).send(page);
  });

  app.post('/api/print-batches', { config: { access: WORKING }, schema: { tags, summary: 'Print a batch: one file for the printer; each print is counted on the ledger', body: Type.Object({ orders: Type.Array(RandomId, { minItems: 1, maxItems: PRINT_ORDERS_MAX, uniqueItems: true }), reason: Type.Optional(Type.String({ ...Code, description: 'for those that were printed before' })) }, closed), response: { 202: BatchView } } }, async (request, reply) => {
    const job = await printBatches.start(printQueue, acting(request), request.body);
    return reply.code(202).header('location', `/api/print-batches/${job.id}`).send(view(job));
  });
  app.get('/api/print-batches/:id', { config: { access: 'signed-in' }, schema: { tags, summary: 'Progress of a batch', params: OrderId, response: { 200: BatchView } } }, (request) => view(mine(request)));
  app.get('/api/print-batches/:id/report', { config: { access: 'signed-in' }, schema: { tags, summary: 'What became of each', params: OrderId, response: { 200: Type.Object({ rows: Type.Array(Type.Object({ order: Type.String(), result: Type.String(), code: Type.Optional(Type.String()) })) }) } } }, async (request) => {
    const job = mine(request);
    const rows = [];
    for await (const { row, result, code } of printQueue.rows(job.id)) rows.push({ order: job.params.orders[row - 1] ?? '', result, ...(code === undefined ? {} : { code }) });
    return { rows };
  });
  app.post('/api/print-batches/:id/resume', { config: { access: WORKING }, schema: { tags, summary: 'Go on where it failed', params: OrderId, response: { 202: BatchView } } }, async (request, reply) => {
    await printQueue.resume(mine(request));
    return reply.code(202).send(view(mine(request)));
  });
  app.get('/api/print-batches/:id/file', { config: { access: WORKING }, schema: { tags, summary: 'The file for the printer, once: a further one is a reprint', params: OrderId } }, async (request, reply) => {
    const { id } = mine(request);
    if (sending.has(id)) throw new GatewayFault('PRINT_FETCHED');
    sending.add(id);
    // Only what arrived is fetched: after a broken connection it is there to be fetched again.
    if (request.method === 'GET') reply.raw.once('finish', () => { if (reply.statusCode === 200) printFiles.forget(id); });
    reply.raw.once('close', () => { sending.delete(id); });
    const pdf = await printFiles.get(id);
    if (!pdf) throw new GatewayFault('PRINT_FETCHED');
    return reply.type('application/pdf').header('content-disposition', `attachment; filename="print-${id}.pdf"`).send(Buffer.from(pdf));
  });
};
