/** The first line of a verdict: one tone, one sign, words that a shopkeeper understands. */
import { OUTCOME_WORDS, STATUS_WORDS } from '../../messages/statuses.js';
import type { Message } from '../../messages.js';
import { messageOf } from '../words/codes.js';
import type { IconName } from '../icons.js';
import type { ReceiptAssessment, Verdict } from '../types.js';
import { RECEIPT } from '../words/receipt.js';
import { ADVICE } from '../words/verify.js';

/** held: comes back or is not yet. ended: does not come back. unknown is never mixed up with bad. */
export type Tone = 'good' | 'held' | 'ended' | 'bad' | 'unknown' | 'collected';
export interface Headline {
  readonly words: Message;
  readonly advice: Message;
  readonly tone: Tone;
  readonly icon: IconName;
}

const HELD: Readonly<Record<string, IconName>> = { SUSPENDED: 'pause', EXPIRED: 'clock', NOT_YET_VALID: 'clock', TRANSFERRED: 'pause', SUPERSEDED: 'archive', RESTRICTED: 'pause' };

/** @param verdict `basis` only tells how much the words may promise */
export function headlineOf({ outcome, status, parts, basis = 'ledger' }: Omit<Verdict, 'basis'> & Partial<Pick<Verdict, 'basis'>>): Headline {
  const words = OUTCOME_WORDS[outcome];
  switch (outcome) {
    case 'valid': return { words, advice: basis === 'lists' ? ADVICE.validByLists : ADVICE.valid, tone: 'good', icon: 'check' };
    case 'untrusted': return { words, advice: whyUntrusted(parts), tone: 'bad', icon: 'cross' };
    case 'unchecked': return { words, advice: whyUnchecked(parts), tone: 'unknown', icon: 'question' };
    case 'imported': return { words, advice: ADVICE.imported, tone: 'collected', icon: 'archive' };
    case 'not-in-force': return notInForce(status, parts);
  }
}

/** "Invalid" without why helps nobody: the first check that failed is named at once. */
function whyUntrusted(parts: Verdict['parts']): Message {
  const failed = parts.find(({ result }) => result === 'fail');
  if (!failed) return ADVICE.untrusted;
  const why = messageOf(failed.code);
  return { zh: `${ADVICE.untrusted.zh}${why.zh}。`, en: `${ADVICE.untrusted.en} ${why.en}.` };
}

/** What was found wrong before something else could not be checked is not kept back. */
function whyUnchecked(parts: Verdict['parts']): Message {
  const failed = parts.find(({ result }) => result === 'fail');
  if (!failed) return ADVICE.unchecked;
  const why = messageOf(failed.code);
  return { zh: `${ADVICE.partlyUnchecked.zh}${why.zh}。`, en: `${ADVICE.partlyUnchecked.en} ${why.en}.` };
}

function notInForce(status: Verdict['status'], parts: Verdict['parts']): Headline {
  // The licence may well be in force; what was shown of it is not, and must not read as if it were.
  if (parts.some(({ code }) => code === 'PURPOSE_ENDED')) return { words: messageOf('PURPOSE_ENDED'), advice: ADVICE.copyEnded, tone: 'ended', icon: 'clock' };
  const words = status === undefined ? OUTCOME_WORDS['not-in-force'] : STATUS_WORDS[status];
  const held = status === undefined ? undefined : HELD[status];
  if (held === undefined) return { words, advice: ADVICE.ended, tone: 'ended', icon: 'stop' };
  const advice = status === 'SUPERSEDED' ? ADVICE.superseded : status === 'EXPIRED' ? ADVICE.ended : status === 'RESTRICTED' ? ADVICE.restricted : ADVICE.held;
  return { words, advice, tone: 'held', icon: held };
}

/** A receipt is of its own hour: even a genuine one is never the colour of a licence in force. */
export function receiptHeadline({ outcome, code }: Pick<ReceiptAssessment, 'outcome' | 'code'>): Headline {
  switch (outcome) {
    case 'genuine': return { words: RECEIPT.genuine, advice: messageOf('RECEIPT_THEN'), tone: 'collected', icon: 'archive' };
    case 'untrusted': return { words: RECEIPT.untrusted, advice: messageOf(code), tone: 'bad', icon: 'cross' };
    case 'unchecked': return { words: RECEIPT.unchecked, advice: messageOf(code), tone: 'unknown', icon: 'question' };
  }
}

/** No answer at all. */
export const UNREACHABLE: Headline = { words: OUTCOME_WORDS.unchecked, advice: ADVICE.unreachable, tone: 'unknown', icon: 'question' };
