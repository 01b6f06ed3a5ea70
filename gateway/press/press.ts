/** Has papers drawn and sealed in a thread of its own, one after the other; started with the first of them. */
import { Worker } from 'node:worker_threads';
import type { HeadSheet } from '../documents/pdf/head.js';
import type { ReportSheet } from '../documents/pdf/report.js';
import type { Paper } from '../documents/pdf/paper.js';

/** A paper to be drawn and sealed. */
export interface PaperOrder {
  readonly paper: Paper;
  /** DER of the seal's certificate. */
  readonly certificate: Uint8Array;
  /** On the seal's picture, below the star. */
  readonly words: string;
  /** Address of a time stamp authority; none: no time stamps. */
  readonly authority?: string | undefined;
}
/** A sealed paper to be given a time stamp. */
export interface StampOrder {
  readonly sealed: Uint8Array;
  readonly authority: string;
}
/** A self-report to be drawn; it bears no seal. */
export interface ReportOrder {
  readonly report: ReportSheet;
}
/** A head of the ledger to be drawn; it is signed already. */
export interface HeadOrder {
  readonly head: HeadSheet;
}
export type Order = PaperOrder | StampOrder | ReportOrder | HeadOrder;
export interface Printed {
  readonly pdf: Uint8Array;
  readonly stamped: boolean;
}
export type ToWorker = { readonly id: number; readonly order: Order } | { readonly id: number; readonly signature: Uint8Array };
export type FromWorker = { readonly id: number; readonly sign: Uint8Array } | { readonly id: number; readonly done?: Printed } | { readonly id: number; readonly failed: string };

export class PressFailed extends Error {
  override readonly name = 'PressFailed';
}

type Sign = (data: Uint8Array) => Promise<Uint8Array>;

interface Waiting {
  readonly sign: Sign;
  readonly resolve: (printed: Printed | undefined) => void;
  readonly reject: (error: Error) => void;
}

export class Press {
  #worker: Worker | undefined;
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** @param sign P1363 by the seal's key, asked once for the paper, over the attributes of its signature @throws PressFailed */
  async print(order: PaperOrder, sign: Sign): Promise<Printed> {
    const printed = await this.#order(order, sign);
    if (!printed) throw new PressFailed('the thread printed nothing');
    return printed;
  }

  /** @throws PressFailed */
  async report(sheet: ReportSheet): Promise<Uint8Array> {
    const printed = await this.#order({ report: sheet }, () => Promise.reject(new PressFailed('a report bears no seal')));
    if (!printed) throw new PressFailed('the thread printed nothing');
    return printed.pdf;
  }

  /** @throws PressFailed */
  async head(sheet: HeadSheet): Promise<Uint8Array> {
    const printed = await this.#order({ head: sheet }, () => Promise.reject(new PressFailed('a head bears no seal')));
    if (!printed) throw new PressFailed('the thread printed nothing');
    return printed.pdf;
  }

  /** @returns undefined where the authority is away. @throws PressFailed */
  stamp(order: StampOrder): Promise<Printed | undefined> {
    return this.#order(order, () => Promise.reject(new PressFailed('a time stamp needs no seal')));
  }

  #order(order: Order, sign: Sign): Promise<Printed | undefined> {
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { sign, resolve, reject });
      worker.postMessage({ id, order } satisfies ToWorker);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    worker.on('message', (message: FromWorker) => { this.#take(worker, message); });
    worker.on('error', (cause) => { this.#lost(worker, new PressFailed('the thread failed', { cause })); });
    worker.on('exit', () => { this.#lost(worker, new PressFailed('the thread ended')); });
    return worker;
  }

  #take(worker: Worker, message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if ('sign' in message) {
      waiting.sign(message.sign).then(
        (signature) => { worker.postMessage({ id: message.id, signature } satisfies ToWorker); },
        (cause: unknown) => {
          this.#waiting.delete(message.id);
          waiting.reject(new PressFailed('the seal could not sign', { cause }));
          // The thread would keep the paper and wait for the signature for ever.
          worker.postMessage({ id: message.id, signature: new Uint8Array() } satisfies ToWorker);
        },
      );
      return;
    }
    if ('failed' in message) waiting.reject(new PressFailed(message.failed));
    else waiting.resolve(message.done);
    this.#waiting.delete(message.id);
  }

  /** Everything under way fails; the next order starts another thread. */
  #lost(worker: Worker, error: PressFailed): void {
    if (this.#worker === worker) this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }
}
