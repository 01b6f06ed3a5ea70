/** Batches for a printer: a job has the sealed papers made where they still wait, counts each print on the ledger, and joins their pages into one file. */
import { randomBytes } from 'node:crypto';
import { base64url, fromBase64url, sha256Text } from '#chaincode/facts/hash';
import type { LicenceRecord } from '#chaincode/facts/records';
import { REPRINT_REASONS, type PrintOrderRecord } from '#chaincode/facts/print-order';
import { joinPapers } from '../../documents/pdf/join.js';
import { GatewayFault } from '../../fault.js';
import { chunkRequestId } from '../../jobs/chance.js';
import type { PrintFiles } from '../../jobs/prints.js';
import type { Job, JobRun, Queue } from '../../jobs/queue.js';
import type { Projection } from '../../ledger/projection.js';
import type { ReportRow } from '../../tables/report.js';
import type { Acting } from '../licence/licence.js';
import type { Papers } from './papers.js';
import type { PrintDone, PrintOrders } from './print-order.js';

/** Orders under way at once: they share a transaction, and progress is seen. */
const AT_ONCE = 20;

export interface PrintParams {
  readonly orders: readonly string[];
  /** For those that were printed before. */
  readonly reason?: string | undefined;
}
export interface PrintPlan {
  /** base64url; the ids of requests come from it, the same after a crash. */
  readonly key: string;
}
export type PrintJob = Job<PrintParams, PrintPlan>;
type Run = JobRun<PrintParams, PrintPlan>;

export interface PrintBatchesParts {
  readonly projection: Projection;
  readonly papers: Pick<Papers, 'pdf'>;
  readonly orders: Pick<PrintOrders, 'record' | 'submit'>;
  readonly files: PrintFiles;
}

export class PrintBatches {
  constructor(private readonly parts: PrintBatchesParts) {}

  /** @throws GatewayFault NOT_FOUND for another agency's order too; REFUSED (REPRINT_REASON) where one was printed before and nobody says why again */
  async start(queue: Queue<PrintParams, PrintPlan>, { agency, staff }: Acting, params: PrintParams): Promise<PrintJob> {
    const again = params.orders.some((id) => this.#prints(this.parts.orders.record(agency, id)) > 0);
    const known = params.reason === undefined ? !again : Object.hasOwn(REPRINT_REASONS, params.reason);
    if (!known) throw new GatewayFault('REFUSED', { refusal: 'REPRINT_REASON', fields: [{ field: 'reason', code: 'REPRINT_REASON' }] });
    return queue.add(agency, staff, params);
  }

  readonly handle = async (run: Run): Promise<void> => {
    const { job, signal } = run;
    job.plan ??= { key: base64url(randomBytes(32)) };
    const { orders } = job.params;
    Object.assign(job, { state: 'running', total: orders.length, prepared: 0, done: 0, already: 0, refused: 0 });
    await run.restart();
    await run.save();
    const pages: Uint8Array[] = [];
    for (let at = 0; at < orders.length; at += AT_ONCE) {
      signal.throwIfAborted();
      const rows = await Promise.all(orders.slice(at, at + AT_ONCE).map((id, i) => this.#print(job, at + i, id)));
      for (const { pdf, row } of rows) {
        if (pdf) pages.push(pdf);
        job[row.result === 'done' ? 'done' : 'refused']++;
      }
      job.prepared += rows.length;
      await run.save(rows.map(({ row }) => row));
    }
    if (pages.length > 0) await this.parts.files.put(job.id, joinPapers(pages));
    job.state = 'done';
    await run.save();
  };

  /** The ledger first: nothing is printed that is not counted. */
  async #print(job: PrintJob, place: number, id: string): Promise<{ pdf?: Uint8Array; row: ReportRow }> {
    const row = { row: place + 1 };
    try {
      const order = this.parts.orders.record(job.agency, id);
      const { licence, version } = order;
      const pdf = await this.#paper(order);
      const { reason } = job.params;
      const act = { op: 'print.print' as const, id, after: order.events.length, document: sha256Text(pdf), batch: job.id, ...(reason !== undefined && this.#prints(order) > 0 ? { reason } : {}) };
      const [done]: (PrintDone | undefined)[] = await this.parts.orders.submit({ agency: job.agency, staff: job.staff }, chunkRequestId(fromBase64url(job.plan?.key ?? '') ?? new Uint8Array(), place), { print: job.id, order: id }, [act]);
      if (done?.code !== undefined) return { row: { ...row, result: 'refused', code: done.code, licence, version } };
      return { pdf, row: { ...row, result: 'done', licence, version, ...(done?.transaction === undefined ? {} : { transaction: done.transaction }) } };
    } catch (error) {
      // One paper that cannot be made holds up no other; a ledger that is away holds up all, and the job goes on later.
      if (!(error instanceof GatewayFault) || !APART.has(error.code)) throw error;
      return { row: { ...row, result: 'refused', code: error.code } };
    }
  }

  async #paper({ licence, version }: PrintOrderRecord): Promise<Uint8Array> {
    const record: LicenceRecord | undefined = this.parts.projection.get('licence', licence);
    if (!record) throw new GatewayFault('NOT_FOUND');
    return this.parts.papers.pdf(record, version);
  }

  #prints({ licence, version, prints }: PrintOrderRecord): number {
    const printing = this.parts.projection.get('printing', licence);
    return printing?.version === version ? printing.prints : prints;
  }
}

const APART: ReadonlySet<string> = new Set(['NOT_FOUND', 'PAPER_NOT_HERE', 'PAPER_WAITS', 'FACE_NOT_HERE', 'FACE_ERASED', 'SEAL_NOT_HERE', 'SEAL_LOCKED']);
