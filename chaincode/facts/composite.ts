/** Composite licences (行业综合许可证): one certificate over member permits (单项许可) of one holder. What they say together is never written: everybody rolls it up from the members (docs/decisions/0026). */
import type { EffectiveStatus } from './status.js';

/** all: every member must be in force. required: those that the trade cannot do without. */
export const ROLL_UPS = ['all', 'required'] as const;
export type RollUpRule = (typeof ROLL_UPS)[number];
/** none: it has no end of its own. earliest: it ends with the first member that ends. fixed: the decision says when. */
export const COMPOSITE_TERMS = ['none', 'earliest', 'fixed'] as const;

/** Of a kind: what may be put together. */
export interface CompositeRule {
  /** Kinds of members, each once. */
  readonly members: readonly { readonly kind: string; readonly required: boolean }[];
  readonly term: (typeof COMPOSITE_TERMS)[number];
  readonly rollUp: RollUpRule;
}

/** A member is named by its line: what renews or changes it is followed, without a new version of the composite. */
export interface MemberRecord {
  readonly licence: string;
  readonly required: boolean;
}

/** The managing agency lets another one put its permit into a composite: its part of the signature. By `<licence>/<agency that may>`. */
export interface PartRecord {
  readonly licence: string;
  readonly agency: string;
  readonly to: string;
  /** Type of the composite. */
  readonly kind: string;
  readonly until: string;
  readonly staff: string;
  readonly at: string;
  readonly endedAt?: string;
}

export const MEMBERS_MAX = 32;

/** @returns undefined where it depends on a member of which nobody knows */
export function rollUp(rule: RollUpRule, members: readonly { readonly required: boolean; readonly status: EffectiveStatus | undefined }[]): 'VALID' | 'RESTRICTED' | undefined {
  const counted = members.filter(({ required }) => rule === 'all' || required);
  if (counted.some(({ status }) => status !== undefined && status !== 'VALID')) return 'RESTRICTED';
  return counted.some(({ status }) => status === undefined) ? undefined : 'VALID';
}
