/** Every code in words, Chinese and English, saying what to change. Pages and CLI read the same table. */
import { ENTRY_WORDS } from './messages/entries.js';
import { EVIDENCE_PART_WORDS, EVIDENCE_WORDS } from './messages/evidence.js';
import { EXCHANGE_WORDS } from './messages/exchange.js';
import { FAULT_WORDS, PAGE_WORDS } from './messages/faults.js';
import { FIELD_WORDS } from './messages/fields.js';
import { HOLDER_WORDS } from './messages/holders.js';
import { PRINT_ORDER_WORDS } from './messages/print-orders.js';
import { REFUSAL_WORDS } from './messages/refusals.js';
import { REPORT_WORDS } from './messages/reports.js';
import { ACT_WORDS, OUTCOME_WORDS, STATUS_WORDS } from './messages/statuses.js';
import { TABLE_WORDS } from './messages/tables.js';
import { WORK_WORDS } from './messages/work.js';
import { BASIS_WORDS, CHECK_WORDS, DOCUMENT_WORDS, RECEIPT_WORDS, TRUST_WORDS, VERDICT_WORDS } from './messages/verdicts.js';

export interface Message {
  readonly zh: string;
  readonly en: string;
}

/** Codes are upper case; outcomes, acts and checks are lower case, so that one table holds them all. */
export const MESSAGES: Readonly<Record<string, Message>> = {
  ...ACT_WORDS, ...CHECK_WORDS, ...OUTCOME_WORDS, ...STATUS_WORDS,
  ...EVIDENCE_PART_WORDS, ...EVIDENCE_WORDS, ...BASIS_WORDS, ...DOCUMENT_WORDS, ...RECEIPT_WORDS, ...TRUST_WORDS, ...VERDICT_WORDS, ...TABLE_WORDS, ...FIELD_WORDS, ...ENTRY_WORDS, ...PAGE_WORDS, ...EXCHANGE_WORDS, ...FAULT_WORDS, ...HOLDER_WORDS, ...REFUSAL_WORDS, ...PRINT_ORDER_WORDS, ...WORK_WORDS, ...REPORT_WORDS,
};

/** @returns the code itself where no words are known for it */
export const messageOf = (code: string): Message => (Object.hasOwn(MESSAGES, code) ? MESSAGES[code] : undefined) ?? { zh: code, en: code };
