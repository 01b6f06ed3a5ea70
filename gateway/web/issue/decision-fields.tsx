/** Reason, legal basis and document number of a decision. */
import { useKept } from '../fetched.js';
import { useLanguage } from '../language.js';
import type { Codes } from '../types.js';
import { ACTION } from '../words/licence.js';
import { ChoiceField, TextField, type Faults } from './field.js';

export interface DecisionText {
  readonly reason: string;
  readonly basis: string;
  readonly docNo: string;
}

/** Reasons that may explain an act. */
export function reasonsFor(codes: Codes | undefined, act: string): readonly string[] {
  return Object.entries(codes?.reasons ?? {}).filter(([, reason]) => reason.acts.includes(act)).map(([code]) => code);
}

/** What is sent: nothing for what is empty. */
export const decisionOf = ({ reason, basis, docNo }: DecisionText): Record<string, string> =>
  Object.fromEntries(Object.entries({ reason, basis, docNo: docNo.trim() }).filter(([, value]) => value !== ''));

export function DecisionFields({ act, text, faults, change }: { act: string; text: DecisionText; faults: Faults; change: (part: Partial<DecisionText>) => void }) {
  const { say } = useLanguage();
  const codes = useKept<Codes>('/api/codes');
  const reasons = reasonsFor(codes, act);
  return (
    <>
      {reasons.length > 1 && <ChoiceField name="reason" label={say(ACTION.reason)} required value={text.reason} fault={faults['reason']} change={(reason) => change({ reason })} choices={reasons.map((code) => ({ value: code, text: say(codes?.reasons[code] ?? { zh: code, en: code }) }))} />}
      {reasons.length === 1 && <p class="fixed-row"><span>{say(ACTION.reason)}</span> {say(codes?.reasons[reasons[0] ?? ''] ?? { zh: '', en: '' })}</p>}
      <ChoiceField name="basis" label={say(ACTION.basis)} value={text.basis} fault={faults['basis']} change={(basis) => change({ basis })} empty={say(ACTION.noneChosen)} choices={Object.entries(codes?.bases ?? {}).map(([value, words]) => ({ value, text: say(words) }))} />
      <TextField name="docNo" label={say(ACTION.docNo)} hint={say(ACTION.docNoHint)} value={text.docNo} fault={faults['docNo']} change={(docNo) => change({ docNo })} input={{ maxLength: 64 }} />
    </>
  );
}
