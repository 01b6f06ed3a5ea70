/** Many documents, one after the other: each result stays with what it was asked about, and none stops the others. */
import type { Message } from '../../messages.js';
import { messageOf } from '../words/codes.js';
import { csvCell } from '../../tables/cell.js';
import type { GivenFile } from '../../documents/presented.js';
import { isUnreachable, problemOf, type Problem, type Reply } from '../api.js';
import type { Answer, ReceiptAssessment } from '../types.js';
import { VERIFY } from '../words/verify.js';
import { wordsOf } from './ask.js';
import { headlineOf, receiptHeadline, UNREACHABLE, type Tone } from './headline.js';

/** A morning's pile; more is a job for the command line. */
export const BATCH_MAX = 500;
const AT_ONCE = 4;
/** Where the gateway does not say when to come back. */
const PAUSE_SECONDS = 15;

/** What a file holds once it is read. */
export type Reading = { readonly ok: true; readonly given: GivenFile } | { readonly ok: false; readonly code: string };
export interface Item {
  /** Name of the file. */
  readonly file: string;
  /** Its row, where it is a table. */
  readonly row?: number;
  /** Reads the file when its turn comes: 500 photographs do not fit into memory at once. */
  readonly read: () => Promise<Reading>;
}
export interface Line {
  readonly item: Item;
  readonly state: 'waiting' | 'checking' | 'done';
  readonly by?: GivenFile['by'];
  readonly reply?: Reply<Answer | ReceiptAssessment>;
}

export class Batch {
  #lines: readonly Line[];
  #stopped = true;
  /** Instant until which the gateway wants rest; 0: none. */
  pausedUntil = 0;
  onChange: () => void = () => undefined;

  constructor(items: readonly Item[], private readonly check: (given: GivenFile) => Promise<Reply<Answer | ReceiptAssessment>>, private readonly wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); })) {
    this.#lines = items.map((item) => ({ item, state: 'waiting' }));
  }

  get lines(): readonly Line[] { return this.#lines; }
  get done(): number { return this.#lines.filter(({ state }) => state === 'done').length; }
  get isDone(): boolean { return this.done === this.#lines.length; }
  get isRunning(): boolean { return !this.#stopped; }

  /** Goes on with what has no result yet. */
  async run(): Promise<void> {
    this.#stopped = false;
    this.onChange();
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work()));
    this.#stopped = true;
    this.pausedUntil = 0;
    this.onChange();
  }

  /** What is being checked is finished; the rest waits. */
  stop(): void {
    this.#stopped = true;
    this.onChange();
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      const rest = this.pausedUntil - Date.now();
      if (rest > 0) {
        await this.wait(Math.min(rest, 1_000));
        this.onChange();
        continue;
      }
      const at = this.#lines.findIndex(({ state }) => state === 'waiting');
      if (at < 0) return;
      this.#put(at, { state: 'checking' });
      this.#put(at, await this.#checked(at));
    }
  }

  /** One line's end; or its place in the queue again, where the gateway has heard too many questions. */
  async #checked(at: number): Promise<Partial<Line>> {
    try {
      const reading = await this.#lines[at]?.item.read();
      if (!reading?.ok) return { state: 'done', reply: { ok: false, problem: problemOf(reading?.code ?? 'FILE_NOT_TEXT') } };
      const reply = await this.check(reading.given);
      if (!reply.ok && reply.problem.code === 'TOO_MANY_REQUESTS') {
        this.pausedUntil = Math.max(this.pausedUntil, Date.now() + 1_000 * (reply.problem.retryAfterSeconds ?? PAUSE_SECONDS));
        return { state: 'waiting' };
      }
      return { state: 'done', by: reading.given.by, reply };
    } catch {
      return { state: 'done', reply: { ok: false, problem: problemOf('FILE_UNREADABLE') } };
    }
  }

  #put(at: number, change: Partial<Line>): void {
    this.#lines = this.#lines.map((line, i) => (i === at ? { ...line, ...change } : line));
    this.onChange();
  }
}

/** A line as a table shows it. */
export interface Shown {
  readonly words: Message;
  readonly tone: Tone;
  readonly why?: Message;
  readonly code: string;
  readonly holder: string;
  readonly number: string;
  readonly identifier: string;
}

export function shownOf({ reply, by }: Line): Shown | undefined {
  if (!reply) return undefined;
  if (!reply.ok) return shownProblem(reply.problem, by);
  if (reply.value.by === 'receipt') {
    const { code, receipt } = reply.value;
    return { ...receiptHeadline(reply.value), why: messageOf(code), code, holder: '', number: '', identifier: receipt?.presented.identifier ?? '' };
  }
  const { verdict, licence, document } = reply.value;
  const { words, tone } = headlineOf(verdict);
  const telling = verdict.parts.find(({ result }) => result === 'fail') ?? verdict.parts.find(({ result }) => result === 'unchecked');
  const face = document && document.face.length > 0 ? document.face : (licence?.face ?? []);
  const field = (name: string): string => { const value = face.find((each) => each.name === name)?.value; return typeof value === 'string' ? value : ''; };
  return {
    words, tone, code: telling?.code ?? '', ...(telling ? { why: messageOf(telling.code) } : {}),
    holder: field('holderName') || document?.displayName || '', number: field('number'), identifier: licence?.identifier ?? document?.identifier ?? '',
  };
}

/** No verdict: the network, the file or the entry. It says nothing against a licence. */
function shownProblem(problem: Problem, by: GivenFile['by'] | undefined): Shown {
  const [fault] = problem.fields;
  const field = fault?.code;
  const words = isUnreachable(problem) ? UNREACHABLE.words : VERIFY.noResult;
  return { words, tone: 'unknown', why: field === undefined || field === 'SCHEMA' ? wordsOf(problem, by) : messageOf(field, fault), code: field ?? problem.code, holder: '', number: '', identifier: '' };
}

const COLUMNS = ['no', 'file', 'row', 'by', 'outcome', 'status', 'zh', 'en', 'code', 'whyZh', 'whyEn', 'holder', 'number', 'identifier', 'basis', 'checkedAt'] as const;

/** All lines, also those without a result, for a spreadsheet program. */
export function batchCsv(lines: readonly Line[]): string {
  const rows = lines.map((line, i) => {
    const [shown, answer] = [shownOf(line), line.reply?.ok === true ? line.reply.value : undefined];
    const verdict = answer && answer.by !== 'receipt' ? answer.verdict : undefined;
    const cells: Readonly<Record<(typeof COLUMNS)[number], string | number | undefined>> = {
      no: i + 1, file: line.item.file, row: line.item.row, by: line.by, outcome: verdict?.outcome ?? (answer?.by === 'receipt' ? `receipt-${answer.outcome}` : line.reply ? 'no-answer' : 'waiting'), status: verdict?.status, zh: shown?.words.zh, en: shown?.words.en,
      code: shown?.code, whyZh: shown?.why?.zh, whyEn: shown?.why?.en, holder: shown?.holder, number: shown?.number, identifier: shown?.identifier, basis: verdict?.basis, checkedAt: answer?.checkedAt,
    };
    return COLUMNS.map((column) => csvCell(cells[column])).join(',');
  });
  return `\ufeff${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}
