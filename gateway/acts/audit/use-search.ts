/** Questions about use records: look-ups without a case, copies made again, what was looked at at night. */
import type { LegalZone } from '#chaincode/facts/calendar';
import type { UseRecord } from '../../documents/use-record.js';
import type { KeptUse, UseLog } from '../../uses/log.js';
import { isOutside, type WorkingHours } from './hours.js';

/** no-case: without a case number. copies: sealed documents and codes that were drawn. reprints: of a version that had been drawn before. outside: outside of working hours. */
export const USE_QUESTIONS = ['no-case', 'copies', 'reprints', 'outside'] as const;
export type UseQuestion = (typeof USE_QUESTIONS)[number];

export interface UseSearch {
  readonly question?: UseQuestion | undefined;
  readonly agency?: string | undefined;
  readonly staff?: string | undefined;
  readonly purpose?: string | undefined;
  readonly limit: number;
  /** Number of the oldest record seen. */
  readonly before?: number | undefined;
}

/** Records that one question opens before it answers with what it has. */
const SCAN_MAX = 2_000;
const PAGE = 200;
/** Earlier uses of the same holder's licences among which a first copy is looked for. */
const EARLIER_MAX = 200;

/** @param within whether the agency that used is in the auditor's scope @returns `next` where older ones are left */
export async function usesFor({ log, zone, hours }: { readonly log: UseLog; readonly zone: LegalZone; readonly hours: WorkingHours }, { question, agency = '', staff, purpose, limit, before }: UseSearch, within: (record: UseRecord) => boolean): Promise<{ readonly kept: readonly KeptUse[]; readonly next?: number }> {
  const kept: KeptUse[] = [];
  let last = before;
  for (let read = 0; read < SCAN_MAX; read += PAGE) {
    const page = await log.page(staff === undefined ? 'agency' : 'staff', staff ?? agency, { before: last, limit: PAGE });
    for (const each of page) {
      last = each.record.seq;
      const asked = within(each.record) && [undefined, each.record.purpose].includes(purpose) && (question === undefined || (await ANSWERS[question](each, { log, zone, hours })));
      if (asked) kept.push(each);
      if (kept.length === limit) return { kept, next: last };
    }
    if (page.length < PAGE) return { kept };
  }
  return { kept, ...(last === undefined ? {} : { next: last }) };
}

const ANSWERS: Readonly<Record<UseQuestion, (kept: KeptUse, parts: { readonly log: UseLog; readonly zone: LegalZone; readonly hours: WorkingHours }) => boolean | Promise<boolean>>> = {
  'no-case': ({ record }) => record.case === 'none',
  copies: ({ record }) => record.act === 'copy',
  reprints: ({ record, personal }, { log }) => record.act === 'copy' && isAgain(log, record, personal?.subject),
  outside: ({ record }, { zone, hours }) => isOutside(record.at, zone, hours),
};

async function isAgain(log: UseLog, { seq, licence, version }: UseRecord, subject: string | undefined): Promise<boolean> {
  const earlier = subject === undefined ? [] : await log.ofHolder(subject, { before: seq, limit: EARLIER_MAX });
  return earlier.some(({ record }) => record.act === 'copy' && record.licence === licence && record.version === version);
}
