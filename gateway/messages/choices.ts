/** What a field may be, where it is one of a list: said with the fault, so that nobody has to look for the list. */
import { ERASURE_REASONS } from '#chaincode/facts/erasure';
import { PRINT_CANCEL_REASONS, REPRINT_REASONS } from '#chaincode/facts/print-order';
import { PURPOSES } from '#chaincode/facts/purpose';
import { BASES, REASONS } from '#chaincode/facts/reason';
import { FINDINGS } from '#chaincode/facts/supervision';
import type { Message } from '../messages.js';

/** More in a sentence nobody reads; the rest is counted. */
export const CHOICES_SHOWN = 20;

/** Codes that stand in one list, whatever the act. */
const REGISTERED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { PURPOSE_UNKNOWN: PURPOSES, BASIS_UNKNOWN: BASES, FINDING_UNKNOWN: FINDINGS, REPRINT_REASON: REPRINT_REASONS };

/** What the field of a fault may be. @param op the act that was refused; reasons fit some acts only @returns undefined where it is no list, or one that only the record itself knows */
export function choicesOf(code: string, op = ''): readonly string[] | undefined {
  if (Object.hasOwn(REGISTERED, code)) return Object.keys(REGISTERED[code] ?? {});
  if (code !== 'REASON_UNKNOWN') return undefined;
  const [noun, act] = op.split('.');
  if (noun === 'erasure') return Object.keys(ERASURE_REASONS);
  if (noun === 'print') return Object.keys(PRINT_CANCEL_REASONS);
  // A person gives no reason of a machine.
  return noun === 'licence' ? Object.entries(REASONS).flatMap(([name, { acts }]) => (name !== 'BY_RULE' && acts.some((each) => each === act) ? [name] : [])) : undefined;
}

/** Words with the list behind them. */
export function withChoices({ zh, en }: Message, choices: readonly string[] = []): Message {
  if (choices.length === 0) return { zh, en };
  const [shown, left] = [choices.slice(0, CHOICES_SHOWN), choices.length - CHOICES_SHOWN];
  return { zh: `${zh}。可选：${shown.join('、')}${left > 0 ? `，另有 ${String(left)} 项` : ''}`, en: `${en}. One of: ${shown.join(', ')}${left > 0 ? `, and ${String(left)} more` : ''}` };
}
