/** Day of issue and term. */
import { lastDayOf, todayOf } from '../format.js';
import { useLanguage } from '../language.js';
import type { KindRecord } from '../types.js';
import { ISSUE } from '../words/issue.js';
import { COMPOSITE } from '../words/composite.js';
import { DayField, type Faults } from './field.js';

export interface TermText {
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validUntil: string;
}

/** From today, as long as the kind allows. */
export function usualTerm(kind: Pick<KindRecord, 'termYears'>, nowMs: number): TermText {
  const today = todayOf(nowMs);
  return { issuedOn: today, validFrom: today, validUntil: kind.termYears === undefined ? '' : lastDayOf(today, kind.termYears) };
}

export const termOf = (term: TermText): Partial<TermText> => Object.fromEntries(Object.entries(term).filter(([, day]) => day !== ''));

export function TermFields({ kind, term, faults, change }: { kind: KindRecord; term: TermText; faults: Faults; change: (part: Partial<TermText>) => void }) {
  const { say } = useLanguage();
  const { termYears } = kind;
  const from = (validFrom: string) => change({ validFrom, ...(termYears !== undefined && /^\d{4}-/.test(validFrom) ? { validUntil: lastDayOf(validFrom, termYears) } : {}) });
  return (
    <div class="field-row">
      <DayField name="issuedOn" label={say(ISSUE.issuedOnField)} required value={term.issuedOn} fault={faults['issuedOn'] ?? faults['effectiveOn']} change={(issuedOn) => change({ issuedOn })} />
      <DayField name="validFrom" label={say(ISSUE.validFrom)} required value={term.validFrom} fault={faults['validFrom']} change={from} />
      {kind.composite?.term !== 'none' && <DayField name="validUntil" label={say(ISSUE.validUntil)} required={termYears !== undefined} hint={kind.composite?.term === 'earliest' ? say(COMPOSITE.earliest) : termYears === undefined ? say(ISSUE.noEnd) : `${say(ISSUE.termMax)}${String(termYears)}`} value={term.validUntil} fault={faults['validUntil']} change={(validUntil) => change({ validUntil })} />}
    </div>
  );
}
