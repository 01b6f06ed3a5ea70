/** A question and its answer: documents are checked in this page, of identifiers and numbers only the gateway knows anything. */
import { call, problemOf, type Problem, type Reply } from '../api.js';
import { isWholeIdentifier, mayBeNumber, type GivenFile } from '../../documents/presented.js';
import type { Answer, ReceiptAssessment } from '../types.js';
import { VERIFY } from '../words/verify.js';
import { canCheckHere } from './device.js';
import { checkHere, checkReceipt } from './here.js';

export async function ask(presented: GivenFile): Promise<Reply<Answer | ReceiptAssessment>> {
  switch (presented.by) {
    case 'receipt':
    case 'credential':
    case 'pdf':
    case 'qr':
      return canCheckHere() ? { ok: true, value: presented.by === 'receipt' ? await checkReceipt(presented.receipt) : await checkHere(presented) } : { ok: false, problem: problemOf('PAGE_INSECURE') };
    case 'presentation': {
      const shown = canCheckHere() ? await import('./shown.js').catch(() => undefined) : undefined;
      return shown ? shown.redeem(presented.code) : { ok: false, problem: problemOf(canCheckHere() ? 'PRESENTATION_ONLINE' : 'PAGE_INSECURE') };
    }
    case 'number': return !mayBeNumber(presented.number) ? { ok: false, problem: problemOf('NOT_FOUND') } : call<Answer>(`/api/numbers/${encodeURIComponent(presented.number)}`);
    case 'identifier':
      if (!isWholeIdentifier(presented.identifier)) return { ok: false, problem: problemOf('IDENTIFIER_FORM') };
      return call<Answer>('/api/verify', { method: 'POST', json: { identifier: presented.identifier } });
  }
}

/** A number that nobody knows is no verdict: numbers of other gateways are not known here either. */
export const wordsOf = (problem: Problem, by: GivenFile['by'] | undefined) => (problem.code === 'NOT_FOUND' && by === 'number' ? VERIFY.numberMissing : problem.words);
