/** Bulk work at the issue door: upload, job, progress, signature, report. */
import Type from 'typebox';
import { Readable } from 'node:stream';
import { RandomId } from '#chaincode/facts/commands';
import { openTable, propose } from '../acts/licence/bulk-rows.js';
import { emptyTable } from '../acts/licence/empty-table.js';
import type { BulkJob } from '../acts/licence/bulk.js';
import { worded } from '../acts/licence/explained.js';
import { rolesNow, sessionOf } from '../access.js';
import type { App, Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import type { Services } from '../services.js';
import { recognisePublicity, type TableRow } from '../tables/index.js';
import { reportCsv, reportNdjson } from '../tables/report.js';
import { TABLE_BYTES_MAX } from '../tables/limits.js';
import { fileOf } from '../tables/written.js';
import { Signatures, Term } from './schemas.js';

const closed = { additionalProperties: false } as const;
const WORKING = ['clerk', 'reviewer', 'approver'] as const;
const TABLE_TYPES = ['text/csv', 'application/x-ndjson', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/octet-stream'];
const ROWS_SHOWN = 5;
const HEARTBEAT_MS = 15_000;
const MAP_BYTES_MAX = 256 * 1024;

const NewJob = Type.Object({
  upload: RandomId, name: Type.String({ minLength: 1, maxLength: 200 }), type: Type.Enum(['issue', 'import']), kind: Type.Optional(Type.String({ pattern: '^[0-9A-Z]{21}$' })),
  map: Type.Optional(Type.Any()), dryRun: Type.Optional(Type.Boolean()), term: Type.Optional(Term),
}, closed);
const JobId = Type.Object({ id: RandomId });
const count = Type.Integer({ minimum: 0 });
const JobView = Type.Object({
  id: Type.String(), staff: Type.String({ description: 'who made the job' }), name: Type.String(), type: Type.String(), kind: Type.Optional(Type.String()), state: Type.String(), dryRun: Type.Boolean(), createdAt: Type.String(),
  total: Type.Optional(count), prepared: count, done: count, already: count, refused: count, acts: Type.Optional(count), digest: Type.Optional(Type.String()),
  signed: Type.Optional(Type.Array(Type.String(), { description: 'staff who have signed it' })), persons: Type.Optional(Type.Integer({ description: 'different persons whose signatures it waits for, those who have signed included' })), code: Type.Optional(Type.String()),
});

const viewBy = (bulk: Services['bulk']) => (job: BulkJob) => {
  const { id, staff, params, state, createdAt, total, prepared, done, already, refused, plan, code } = job;
  return {
    id, staff, name: params.name, type: params.type, ...(params.kind === undefined ? {} : { kind: params.kind }), state, dryRun: params.dryRun, createdAt, ...(total === undefined ? {} : { total }), prepared, done, already, refused,
    ...(plan?.size === undefined ? {} : { acts: plan.size }), ...(plan?.digest === undefined ? {} : { digest: plan.digest }),
    ...(state === 'waiting' ? { signed: (plan?.actors ?? []).map((actor) => actor.staff), persons: bulk.persons(job) } : {}), ...(code === undefined ? {} : { code }),
  };
};

async function* lines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

export const jobsDoor: Door = async (app, { services }) => {
  const { queue, bulk, clock, projection } = services;
  const view = viewBy(bulk);
  const mine = (request: { params: { id: string } } & Parameters<typeof sessionOf>[0]) => queue.get(request.params.id, sessionOf(request).agency);

  await app.register(async (scope: App) => { uploadRoute(scope, services); });

  app.get('/api/kinds/:kind/table', { config: { access: 'signed-in' }, schema: { tags: ['jobs'], summary: 'An empty table of a kind, to fill in and upload', params: Type.Object({ kind: Type.String({ pattern: '^[0-9A-Z]{21}$' }) }), querystring: Type.Object({ format: Type.Enum(['csv', 'xlsx']) }, closed) } }, async (request, reply) => {
    const kind = projection.get('kind', request.params.kind);
    if (!kind) throw new GatewayFault('NOT_FOUND');
    const { type, body } = await fileOf(emptyTable(kind), request.query.format);
    return reply.type(type).header('content-disposition', `attachment; filename="${kind.type}.${request.query.format}"; filename*=UTF-8''${encodeURIComponent(kind.name.zh)}.${request.query.format}`).send(body);
  });

  app.post('/api/jobs', { config: { access: WORKING }, bodyLimit: MAP_BYTES_MAX, schema: { tags: ['jobs'], summary: 'Start a job over an upload', body: NewJob, response: { 202: Type.Object({ job: JobView }) } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    const { dryRun = false, kind, term, ...rest } = request.body;
    const job = await queue.add(agency, staff, { ...rest, dryRun, ...(kind === undefined ? {} : { kind }), ...(term === undefined ? {} : { term }) });
    return reply.code(202).header('location', `/api/jobs/${job.id}`).send({ job: view(job) });
  });

  app.get('/api/jobs', { config: { access: 'signed-in' }, schema: { tags: ['jobs'], summary: "The agency's jobs", response: { 200: Type.Object({ jobs: Type.Array(JobView) }) } } }, (request) => ({ jobs: queue.list(sessionOf(request).agency).map(view) }));
  app.get('/api/jobs/:id', { config: { access: 'signed-in' }, schema: { tags: ['jobs'], summary: 'Progress of a job', params: JobId, response: { 200: JobView } } }, (request) => view(mine(request)));

  app.get('/api/jobs/:id/events', { config: { access: 'signed-in' }, schema: { tags: ['jobs'], summary: 'Progress as server-sent events', params: JobId } }, (request, reply) => {
    const [job, session] = [mine(request), sessionOf(request)];
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    // The stream must not outlive the session it began with.
    const write = (text: string) => (session.exp * 1000 > clock.now() && rolesNow(session, services) ? reply.raw.write(text) : reply.raw.end());
    const send = (news: BulkJob) => { write(`event: job\ndata: ${JSON.stringify(view(news))}\n\n`); };
    send(job);
    const off = queue.onChange(job.id, send);
    const beat = setInterval(() => write(':\n\n'), HEARTBEAT_MS);
    reply.raw.on('close', () => { off(); clearInterval(beat); });
  });

  app.get('/api/jobs/:id/report', { config: { access: 'signed-in' }, schema: { tags: ['jobs'], summary: 'A result for every row', params: JobId, querystring: Type.Object({ format: Type.Optional(Type.Enum(['csv', 'ndjson'])) }, closed) } }, (request, reply) => {
    const { id, params } = mine(request);
    const rows = worded(queue.rows(id), projection, params.kind);
    if (request.query.format === 'ndjson') return reply.type('application/x-ndjson').send(Readable.from(reportNdjson(rows)));
    return reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="report.csv"').send(Readable.from(reportCsv(rows)));
  });

  app.get('/api/jobs/:id/manifest', { config: { access: WORKING }, schema: { tags: ['jobs'], summary: 'Every act that the signature will be over, NDJSON, in the order of the tree', params: JobId } }, (request, reply) =>
    reply.type('application/x-ndjson').send(Readable.from(lines(bulk.manifest(mine(request))))));

  app.post('/api/jobs/:id/signatures', { config: { access: WORKING }, schema: { tags: ['jobs'], summary: 'Sign a prepared job: one signature a person over all its acts; the last one starts it', params: JobId, body: Signatures, response: { 202: JobView } } }, async (request, reply) => {
    const job = mine(request);
    // What has expired is prepared anew, and can be signed then.
    if (bulk.isExpired(job)) {
      await queue.advance(job, 'preparing');
      throw new GatewayFault('REFUSED', { refusal: 'ACT_EXPIRED' });
    }
    await queue.advance(job, bulk.sign(job, request.body.actors));
    return reply.code(202).send(view(job));
  });
  app.post('/api/jobs/:id/stop', { config: { access: WORKING }, schema: { tags: ['jobs'], summary: 'Stop; nothing is lost', params: JobId, response: { 202: JobView } } }, async (request, reply) => {
    await queue.stop(mine(request));
    return reply.code(202).send(view(mine(request)));
  });
  app.post('/api/jobs/:id/resume', { config: { access: WORKING }, schema: { tags: ['jobs'], summary: 'Go on where it stopped', params: JobId, response: { 202: JobView } } }, async (request, reply) => {
    await queue.resume(mine(request));
    return reply.code(202).send(view(mine(request)));
  });
};

/** The only route that takes files: their media types are known in its own scope, and nowhere else. */
function uploadRoute(scope: App, { uploads, projection }: Services): void {
  scope.addContentTypeParser(TABLE_TYPES, (_request, payload, done) => { done(null, payload); });
  scope.post('/api/uploads', { config: { access: WORKING }, bodyLimit: TABLE_BYTES_MAX, schema: { tags: ['jobs'], summary: 'Send a table; what it holds comes back', querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }, closed) } }, async (request, reply) => {
    const { name } = request.query;
    const upload = await uploads.keep(request.body as Readable);
    try {
      const table = await openTable(uploads, upload, name);
      const shown: TableRow[] = [];
      for await (const row of table.rows) if (shown.push(row) >= ROWS_SHOWN) break;
      const publicity = recognisePublicity(table.columns);
      const proposals = projection.kinds().map((kind) => ({ kind: kind.type, ...propose(kind, table.columns) })).filter(({ mapping }) => Object.keys(mapping.columns).length > 1);
      return await reply.code(201).send({
        upload, columns: table.columns, encoding: table.encoding, rowsSample: shown, publicity: publicity !== undefined, unknown: publicity?.unknown ?? [], missing: publicity?.missing ?? [], notRead: publicity?.notRead ?? [],
        proposals: proposals.map(({ kind, mapping, unmappedRequired, ambiguous }) => ({ kind, map: mapping, missing: unmappedRequired, ambiguous })),
      });
    } catch (error) {
      await uploads.forget(upload);
      throw error;
    }
  });
}
