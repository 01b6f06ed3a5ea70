/** HTTP to the gateway. An answer, a problem with a code, or no answer: three things that must never be taken for one another. */
import type { Message } from '../messages.js';
import { messageOf } from './words/codes.js';

export interface FieldFault extends Partial<Message> {
  readonly field: string;
  readonly code: string;
  /** What in the field is meant: the gateway's own words name it. */
  readonly characters?: string;
}
export interface Problem {
  /** NETWORK where no answer came. */
  readonly code: string;
  readonly status: number;
  readonly fields: readonly FieldFault[];
  readonly words: Message;
  /** What stands in the way here. */
  readonly detail?: Message;
  readonly transaction?: string;
  /** When the gateway wants to be asked again. */
  readonly retryAfterSeconds?: number;
}
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Longer than the gateway's own patience, so that its answer is heard. */
const TIMEOUT_MS = 65_000;

/** Codes after which nobody knows whether it was done: the same request id must be used again. */
const UNKNOWN: ReadonlySet<string> = new Set(['NETWORK', 'COMMIT_UNKNOWN', 'INTERNAL', 'STOPPING', 'BUSY', 'LEDGER_UNAVAILABLE', 'LEDGER_CONFLICT']);
export const isUnsettled = (problem: Problem): boolean => UNKNOWN.has(problem.code) || problem.status >= 500;
/** For a verifier these say nothing about the licence. */
export const isUnreachable = (problem: Problem): boolean => isUnsettled(problem) || problem.code === 'TOO_MANY_REQUESTS' || problem.code === 'PAGE_INSECURE';

export const problemOf = (code: string, fields: readonly FieldFault[] = []): Problem => ({ code, status: 0, fields, words: messageOf(code) });

/** Said to the whole page by whichever call hears it first. */
export const SESSION_ENDED = 'yizheng:session-ended';

export interface Options {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: Blob;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export async function call<T>(path: string, { method = 'GET', json, body, type, headers = {}, signal }: Options = {}): Promise<Reply<T>> {
  const sent = json === undefined ? body : JSON.stringify(json);
  const contentType = json === undefined ? type : 'application/json';
  let response: Response;
  try {
    response = await fetch(path, { method, ...(sent === undefined ? {} : { body: sent }), headers: { accept: 'application/json', ...headers, ...(contentType === undefined ? {} : { 'content-type': contentType }) }, credentials: 'same-origin', signal: signal ?? AbortSignal.timeout(TIMEOUT_MS) });
    // 202 with a problem document means: sent, outcome unknown.
    if (response.ok && response.headers.get('content-type')?.startsWith('application/problem+json') !== true) return { ok: true, value: (await bodyOf(response)) as T };
  } catch {
    return { ok: false, problem: problemOf('NETWORK') };
  }
  return { ok: false, problem: await readProblem(response) };
}

/** Files come as they are. */
const bodyOf = (response: Response): unknown => (response.status === 204 ? undefined : response.headers.get('content-type')?.startsWith('application/json') === true ? response.json() : response.blob());

async function readProblem(response: Response): Promise<Problem> {
  const told = await response.json().catch(() => ({})) as { code?: unknown; title?: unknown; zh?: unknown; fields?: FieldFault[]; detail?: string; detailZh?: string; transaction?: string };
  // No problem document: something between us and the gateway answered.
  const code = typeof told.code === 'string' ? told.code : response.status >= 500 ? 'NETWORK' : 'REQUEST_MALFORMED';
  if (code === 'NOT_SIGNED_IN') dispatchEvent(new Event(SESSION_ENDED));
  const words = messageOf(code, typeof told.zh === 'string' && typeof told.title === 'string' ? { zh: told.zh, en: told.title } : {});
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { code, status: response.status, ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}), fields: told.fields ?? [], words, ...(told.detail === undefined || told.detailZh === undefined ? {} : { detail: { zh: told.detailZh, en: told.detail } }), ...(told.transaction === undefined ? {} : { transaction: told.transaction }) };
}
