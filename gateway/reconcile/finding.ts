/** What a check can find: in which class, between which stores, and what puts it right without making anything up. */
import type { CheckCode } from '#network/embedded/check';

/** What is kept in two places, or follows from another. */
export type Store = 'ledger' | 'index' | 'vault' | 'papers' | 'uses' | 'outbox' | 'jobs' | 'rules';
/** missing: not where it should be. extra: where nothing says it should be. different: there, and not the same. */
export type FindingClass = 'missing' | 'extra' | 'different';
/** a acknowledged, b replay, c index, d terminal, e accountable, f outbox, u use records, v vault: in the words of the README. */
export type Invariant = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'u' | 'v';

/**
 * By `yizheng fsck --repair`: index, outbox, aside, use-rows, use-tree, anchor. By the next start: start. By a person, for nothing here has what is missing: ledger, vault, papers, uses, jobs, host, rules.
 * Each has words in gateway/messages/findings.ts.
 */
export const REPAIRS = ['index', 'outbox', 'aside', 'use-rows', 'use-tree', 'anchor', 'start', 'ledger', 'vault', 'papers', 'uses', 'jobs', 'host', 'rules'] as const;
export type Repair = (typeof REPAIRS)[number];

interface FindingKind {
  readonly invariant: Invariant;
  readonly found: FindingClass;
  /** What says how it should be, and what was compared with it. */
  readonly between: readonly [Store, Store];
  readonly repair: Repair;
}

const kind = (invariant: Invariant, found: FindingClass, between: readonly [Store, Store], repair: Repair): FindingKind => ({ invariant, found, between, repair });
const inLedger = (found: FindingClass): FindingKind => kind('b', found, ['ledger', 'ledger'], 'ledger');
const inUses = (found: FindingClass, repair: Repair = 'uses'): FindingKind => kind('u', found, ['ledger', 'uses'], repair);
const inVault = (found: FindingClass, repair: Repair = 'vault'): FindingKind => kind('v', found, ['ledger', 'vault'], repair);

const LEDGER_KINDS = {
  TABLE_CHANGED: inLedger('different'), DATABASE_UNREADABLE: inLedger('different'), RECORDS_DROPPED: inLedger('missing'), KEYS_UNREADABLE: inLedger('missing'),
  HEAD_MISSING: inLedger('missing'), HEAD_MISMATCH: inLedger('different'), HEIGHT_UNKNOWN: inLedger('missing'), BLOCKS_MISSING: inLedger('missing'),
  BLOCK_MISSING: inLedger('missing'), BLOCK_UNREADABLE: inLedger('different'), BLOCK_AFTER_HEAD: inLedger('extra'), GENESIS: inLedger('different'),
  BLOCK_NUMBER: inLedger('different'), PREVIOUS_HASH: inLedger('different'), DATA_HASH: inLedger('different'), BLOCK_SIGNATURE: inLedger('different'), FILTER_LENGTH: inLedger('different'), VALIDATION_CODE: inLedger('different'), COMMIT_HASH: inLedger('different'),
  TRANSACTION_INDEX: inLedger('different'), HISTORY_MISSING: inLedger('missing'), HISTORY_COUNT: inLedger('different'),
  STATE_UNREADABLE: inLedger('different'), STATE_DIFFERS: inLedger('different'), STATE_MISSING: inLedger('missing'), STATE_FOREIGN: inLedger('extra'),
} as const satisfies Record<CheckCode, FindingKind>;

export const FINDING_KINDS = {
  ...LEDGER_KINDS,
  ACKNOWLEDGED_MISSING: kind('a', 'missing', ['jobs', 'ledger'], 'ledger'), REPORT_DAMAGED: kind('a', 'different', ['ledger', 'jobs'], 'jobs'),
  INDEX_ROW_MISSING: kind('c', 'missing', ['ledger', 'index'], 'index'), INDEX_ROW_EXTRA: kind('c', 'extra', ['ledger', 'index'], 'index'), INDEX_ROW_DIFFERS: kind('c', 'different', ['ledger', 'index'], 'index'), RECORD_UNREADABLE: kind('c', 'different', ['ledger', 'index'], 'index'),
  EVENT_SEQUENCE: kind('d', 'different', ['rules', 'ledger'], 'rules'), EVENT_TIME: kind('d', 'different', ['rules', 'ledger'], 'rules'), TERMINAL_LEFT: kind('d', 'different', ['rules', 'ledger'], 'rules'), TRANSITION_UNKNOWN: kind('d', 'different', ['rules', 'ledger'], 'rules'),
  EVENT_UNACCOUNTED: kind('e', 'missing', ['rules', 'ledger'], 'rules'),
  OUTCOME_UNKNOWN: kind('f', 'missing', ['outbox', 'ledger'], 'start'), OUTBOX_SETTLED: kind('f', 'extra', ['ledger', 'outbox'], 'outbox'), OUTBOX_AGENCY_UNKNOWN: kind('f', 'extra', ['ledger', 'outbox'], 'host'), OUTBOX_DAMAGED: kind('f', 'different', ['ledger', 'outbox'], 'aside'),
  USE_MISSING: inUses('missing'), USES_LOST: inUses('missing'), USE_LOG_MISSING: inUses('missing'), USE_DAMAGED: inUses('different'), USE_FORM: inUses('different'), USE_KEY_UNKNOWN: inUses('different'), USE_SIGNATURE: inUses('different'), USE_MISPLACED: inUses('different'), USE_PERSONAL_DIFFERS: inUses('different'), USE_RELEASE_DIFFERS: inUses('different'),
  USE_CHANGED: inUses('different', 'use-tree'), USE_ROOT_DIFFERS: inUses('different', 'use-tree'), USE_ROW_MISSING: inUses('missing', 'use-rows'), USE_ANCHOR_UNKNOWN: inUses('extra', 'anchor'),
  FACE_MISSING: inVault('missing'), FACE_DAMAGED: inVault('different'), FACE_DIFFERS: inVault('different'), FACE_EXTRA: inVault('extra', 'aside'),
  PAPER_MISSING: kind('v', 'missing', ['ledger', 'papers'], 'papers'), PAPER_DAMAGED: kind('v', 'different', ['ledger', 'papers'], 'papers'), PAPER_DIFFERS: kind('v', 'different', ['ledger', 'papers'], 'papers'), PAPER_EXTRA: kind('v', 'extra', ['ledger', 'papers'], 'aside'),
  FORM_MISSING: inVault('missing'), IDENTITY_MISSING: inVault('missing'), WORDS_MISSING: inVault('missing'), ERASED_STILL_HERE: inVault('extra', 'start'),
} as const satisfies Record<string, FindingKind>;
export type FindingCode = keyof typeof FINDING_KINDS;

/** What a step reports. */
export interface Seen {
  readonly code: FindingCode;
  readonly where: string;
}

export interface Finding extends Seen, FindingKind {
  /** Done in this run: a next one does not find it. */
  readonly repaired?: true;
}

export const findingOf = ({ code, where }: Seen, repaired = false): Finding => ({ ...FINDING_KINDS[code], code, where, ...(repaired ? { repaired: true } : {}) });
