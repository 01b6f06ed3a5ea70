/** Supervision after issue (审管联动): the supervising agency takes each new version over against a clock, and its findings return to the licence (docs/decisions/0033). */

/** Days from the recorded moment of issue within which it is taken over. */
export const TAKE_OVER_DAYS = 5;

/** What an inspection found, as codes. */
export const FINDINGS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  IN_ORDER: { zh: '未发现问题', en: 'nothing found' },
  MINOR_FAULT: { zh: '发现轻微问题，当场改正', en: 'minor fault, put right on the spot' },
  RECTIFY: { zh: '发现问题，责令限期整改', en: 'fault, to be put right within a term' },
  NOT_AS_LICENSED: { zh: '实际经营与许可不符', en: 'business not as licensed' },
  NOT_FOUND: { zh: '查无此地址或已不在经营', en: 'not found at the address, or no longer in business' },
  PROMISE_BROKEN: { zh: '违反告知承诺', en: 'promise broken' },
};

export interface TakenOver {
  readonly version: number;
  readonly agency: string;
  readonly at: string;
  readonly txId: string;
  readonly staff: string;
}
export interface FindingRecord {
  readonly id: string;
  readonly version: number;
  readonly agency: string;
  readonly finding: string;
  readonly onDay: string;
  readonly docNo?: string;
  readonly at: string;
  readonly txId: string;
  readonly staff: string;
}

/** By licence. Older findings than the last hundred stay in the history of the key. */
export interface SupervisionRecord {
  readonly licence: string;
  readonly takenOver: readonly TakenOver[];
  readonly findings: readonly FindingRecord[];
}
export const FINDINGS_MAX = 100;
