/** Conditions (待补材料, 容缺): what an application was accepted, or a licence issued, without. Whether one is overdue is told by the day and never written (docs/decisions/0027). */
import type { Label } from './records.js';

/** What follows when its day is over, the later ones with all before them. reminder: it stands in the agency's lists. flag: whoever sees the condition sees that it is overdue, everybody where the kind is public. suspension: once missed, the agency may suspend for this reason; nothing suspends by itself. */
export const CONSEQUENCES = ['reminder', 'flag', 'suspension'] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

/** Of a kind: what may be handed in later. */
export interface ConditionRule {
  readonly materials: readonly { readonly code: string; readonly name: Label }[];
  /** Longest time to hand it in, and by how much it may be extended, days. */
  readonly daysMax: number;
  /** Whether everybody sees open conditions; else only the agency. */
  readonly public: boolean;
}

/** closed: of an application, by the decision on its matter; where a licence was granted, it goes on there. */
export type ConditionStatus = 'open' | 'met' | 'missed' | 'closed';

export interface ConditionStep {
  readonly act: 'open' | 'extend' | 'meet' | 'miss' | 'close';
  readonly at: string;
  readonly txId: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
  /** Of open and extend: the day that it named. */
  readonly dueOn?: string;
  readonly basis?: string;
  /** Commitment to what was handed in. */
  readonly details?: string;
}

export interface ConditionRecord {
  readonly material: string;
  /** Of an application: the matter that it is wanted for. */
  readonly matter?: string;
  readonly dueOn: string;
  readonly consequence: Consequence;
  readonly status: ConditionStatus;
  readonly steps: readonly ConditionStep[];
}

/** More is no application that could be accepted. */
export const CONDITIONS_MAX = 16;

export const isOverdue = ({ status, dueOn }: Pick<ConditionRecord, 'status' | 'dueOn'>, today: string): boolean => status === 'open' && dueOn < today;

/** Whether everybody is to see that it is overdue, where everybody sees conditions of the kind. */
export const isFlagged = (condition: Pick<ConditionRecord, 'status' | 'dueOn' | 'consequence'>, today: string): boolean => condition.consequence !== 'reminder' && isOverdue(condition, today);
