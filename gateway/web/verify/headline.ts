/** The first line of a verdict: one tone, one sign, words that a shopkeeper understands. */
import { OUTCOME_WORDS, STATUS_WORDS } from '../../messages/statuses.js';
import { messageOf, type Message } from '../../messages.js';
import type { IconName } from '../icons.js';
import type { Verdict } from '../types.js';
import { ADVICE } from '../words/verify.js';

/** held: comes back or is not yet. ended: does not come back. unknown is never mixed up with bad. */
export type Tone = 'good' | 'held' | 'ended' | 'bad' | 'unknown' | 'collected';
export interface Headline {
  readonly words: Message;
  readonly advice: Message;
  readonly tone: Tone;
  readonly icon: IconName;
}

const HELD: Readonly<Record<string, IconName>> = { SUSPENDED: 'pause', EXPIRED: 'clock', NOT_YET_VALID: 'clock', TRANSFERRED: 'pause', SUPERSEDED: 'archive' };

export function headlineOf({ outcome, status, parts }: Verdict): Headline {
  const words = OUTCOME_WORDS[outcome];
  switch (outcome) {
    case 'valid': return { words, advice: ADVICE.valid, tone: 'good', icon: 'check' };
    case 'untrusted': return { words, advice: whyUntrusted(parts), tone: 'bad', icon: 'cross' };
    case 'unchecked': return { words, advice: ADVICE.unchecked, tone: 'unknown', icon: 'question' };
    case 'imported': return { words, advice: ADVICE.imported, tone: 'collected', icon: 'archive' };
    case 'not-in-force': return notInForce(status);
  }
}

/** "Invalid" without why helps nobody: the first check that failed is named at once. */
function whyUntrusted(parts: Verdict['parts']): Message {
  const failed = parts.find(({ result }) => result === 'fail');
  if (!failed) return ADVICE.untrusted;
  const why = messageOf(failed.code);
  return { zh: `${ADVICE.untrusted.zh}${why.zh}。`, en: `${ADVICE.untrusted.en} ${why.en}.` };
}

function notInForce(status: Verdict['status']): Headline {
  const words = status === undefined ? OUTCOME_WORDS['not-in-force'] : STATUS_WORDS[status];
  const held = status === undefined ? undefined : HELD[status];
  if (held === undefined) return { words, advice: ADVICE.ended, tone: 'ended', icon: 'stop' };
  const advice = status === 'SUPERSEDED' ? ADVICE.superseded : status === 'EXPIRED' ? ADVICE.ended : ADVICE.held;
  return { words, advice, tone: 'held', icon: held };
}

/** No answer at all. */
export const UNREACHABLE: Headline = { words: OUTCOME_WORDS.unchecked, advice: ADVICE.unreachable, tone: 'unknown', icon: 'question' };
