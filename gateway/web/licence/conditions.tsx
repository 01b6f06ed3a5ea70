/** Papers that a licence was issued without, and whether they are overdue: to whoever may see them. */
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import type { LicenceView } from '../types.js';
import { AFTER_ISSUE, CONDITION_STATES } from '../words/after-issue.js';

export function Conditions({ conditions = [] }: { conditions?: LicenceView['conditions'] }) {
  const { say, language } = useLanguage();
  if (conditions.length === 0) return null;
  return (
    <section class="conditions" aria-label={say(AFTER_ISSUE.conditions)}>
      <h3>{say(AFTER_ISSUE.conditions)}</h3>
      <ul>{conditions.map(({ material, name, dueOn, status, overdue }) => <li key={material}>{say(name)} · {overdue ? <span class="chip chip-suspended">{say(AFTER_ISSUE.overdue)}</span> : say(CONDITION_STATES[status])} · {say(AFTER_ISSUE.dueOn)} {dayText(dueOn, language)}</li>)}</ul>
    </section>
  );
}
