/** A question and its answer: documents are checked in this page, of identifiers and numbers only the gateway knows anything. */
import { call, problemOf, type Problem, type Reply } from '../api.js';
import { isWholeIdentifier, type GivenFile } from '../../documents/presented.js';
import { parsePresentationCode } from '../../documents/presentation-code.js';
import type { Answer, ReceiptAssessment, ShownLicence } from '../types.js';
import { VERIFY } from '../words/verify.js';
import { canCheckHere } from './device.js';
import { checkHere, checkReceipt, checkShown } from './here.js';

export async function ask(presented: GivenFile): Promise<Reply<Answer | ReceiptAssessment>> {
  switch (presented.by) {
    case 'receipt':
    case 'credential':
    case 'pdf':
    case 'qr':
      return canCheckHere() ? { ok: true, value: presented.by === 'receipt' ? await checkReceipt(presented.receipt) : await checkHere(presented) } : { ok: false, problem: problemOf('PAGE_INSECURE') };
    case 'presentation': return canCheckHere() ? redeem(presented.code) : { ok: false, problem: problemOf('PAGE_INSECURE') };
    case 'number': return call<Answer>(`/api/numbers/${encodeURIComponent(presented.number)}`);
    case 'identifier':
      if (!isWholeIdentifier(presented.identifier)) return { ok: false, problem: problemOf('IDENTIFIER_FORM') };
      return call<Answer>('/api/verify', { method: 'POST', json: { identifier: presented.identifier } });
  }
}

/** Only on line, and only once: what is fetched here nobody else gets. */
async function redeem(text: string): Promise<Reply<Answer>> {
  const code = parsePresentationCode(text);
  if (!code || (code.gateway !== undefined && code.gateway !== location.origin)) return { ok: false, problem: problemOf('PRESENTATION_ELSEWHERE') };
  const reply = await call<ShownLicence>(`/api/presentations/${code.id}/redemption`, { method: 'POST', json: { secret: code.secret } });
  if (reply.ok) return { ok: true, value: await checkShown(reply.value, { nonce: code.id, aud: location.origin }) };
  return reply.problem.code === 'NETWORK' ? { ok: false, problem: problemOf('PRESENTATION_ONLINE') } : reply;
}

/** A number that nobody knows is no verdict: numbers of other gateways are not known here either. */
export const wordsOf = (problem: Problem, by: GivenFile['by'] | undefined) => (problem.code === 'NOT_FOUND' && by === 'number' ? VERIFY.numberMissing : problem.words);
