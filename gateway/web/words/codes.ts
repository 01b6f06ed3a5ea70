/**
 * Words of codes, as far as they have been loaded. What acts are refused with, also by another gateway, and what is wrong with a field of a form or a table is learned with the pages of staff, and the gateway says it in its answer:
 * a phone that only verifies does not load it.
 */
import type { Message } from '../../messages.js';
import { ENTRY_WORDS } from '../../messages/entries.js';
import { FAULT_WORDS, PAGE_WORDS } from '../../messages/faults.js';
import { ACT_WORDS, OUTCOME_WORDS, STATUS_WORDS } from '../../messages/statuses.js';
import { BASIS_WORDS, CHECK_WORDS, DOCUMENT_WORDS, RECEIPT_WORDS, TRUST_WORDS, VERDICT_WORDS } from '../../messages/verdicts.js';

const known: Record<string, Message> = {
  ...ACT_WORDS, ...CHECK_WORDS, ...OUTCOME_WORDS, ...STATUS_WORDS,
  ...BASIS_WORDS, ...DOCUMENT_WORDS, ...RECEIPT_WORDS, ...TRUST_WORDS, ...VERDICT_WORDS, ...ENTRY_WORDS, ...PAGE_WORDS, ...FAULT_WORDS,
};

export function learn(words: Readonly<Record<string, Message>>): void {
  Object.assign(known, words);
}

/** @param told what the gateway said with the code @returns the code itself where no words are known for it */
export const messageOf = (code: string, told: Partial<Message> = {}): Message =>
  (Object.hasOwn(known, code) ? known[code] : undefined) ?? (told.zh !== undefined && told.en !== undefined ? { zh: told.zh, en: told.en } : { zh: code, en: code });
