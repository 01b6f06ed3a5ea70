/** Asks the gateway about what was presented. */
import { call, problemOf, type Problem, type Reply } from '../api.js';
import { isWholeIdentifier, type Given } from '../../documents/presented.js';
import type { Answer } from '../types.js';
import { VERIFY } from '../words/verify.js';

const verify = (json: unknown): Promise<Reply<Answer>> => call<Answer>('/api/verify', { method: 'POST', json });

export async function ask(presented: Given): Promise<Reply<Answer>> {
  switch (presented.by) {
    case 'credential': return verify({ credential: presented.credential });
    case 'qr': return verify({ qr: presented.qr });
    case 'number': return call<Answer>(`/api/numbers/${encodeURIComponent(presented.number)}`);
    case 'identifier':
      if (!isWholeIdentifier(presented.identifier)) return { ok: false, problem: problemOf('IDENTIFIER_FORM') };
      return verify({ identifier: presented.identifier });
  }
}

/** A number that nobody knows is no verdict: numbers of other gateways are not known here either. */
export const wordsOf = (problem: Problem, by: Given['by'] | undefined) => (problem.code === 'NOT_FOUND' && by === 'number' ? VERIFY.numberMissing : problem.words);
