/** Papers that may come later, as far as the kind lets them: which, until when, and what follows if they do not. */
import { CONSEQUENCES, type Consequence, type ConditionRule } from '#chaincode/facts/condition';
import { todayOf } from '../format.js';
import { useLanguage } from '../language.js';
import { CONSEQUENCE_WORDS, WORK } from '../words/work.js';
import { ChoiceField, DayField, type Faults } from './field.js';

export interface LaterPaper {
  readonly material: string;
  readonly dueOn: string;
  readonly consequence: Consequence;
}

const DAY_MS = 86_400_000;

/** @param name tells several of these in one form apart */
export function LaterPapers({ rule, name = '', legend, chosen, change, faults }: { rule: ConditionRule; name?: string; legend?: string; chosen: readonly LaterPaper[]; change: (chosen: readonly LaterPaper[]) => void; faults: Faults }) {
  const { say } = useLanguage();
  const last = todayOf(Date.now() + rule.daysMax * DAY_MS);
  const toggle = (material: string) => change(chosen.some((each) => each.material === material) ? chosen.filter((each) => each.material !== material) : [...chosen, { material, dueOn: last, consequence: 'flag' }]);
  const put = (material: string, part: Partial<LaterPaper>) => change(chosen.map((each) => (each.material === material ? { ...each, ...part } : each)));
  return (
    <fieldset>
      <legend>{legend ?? say(WORK.later)}</legend>
      <p class="fine">{say(WORK.laterLead)}</p>
      {rule.materials.map(({ code, name: label }) => {
        const paper = chosen.find((each) => each.material === code);
        return (
          <div key={code}>
            <label class="choice"><input type="checkbox" checked={paper !== undefined} onChange={() => toggle(code)} /><span>{say(label)}</span></label>
            {paper && <DayField name={`${name}${code}-dueOn`} label={`${say(label)} ${say(WORK.dueDay)}`} required value={paper.dueOn} fault={faults['dueOn']} change={(dueOn) => put(code, { dueOn })} />}
            {paper && <ChoiceField name={`${name}${code}-consequence`} label={say(WORK.consequence)} required value={paper.consequence} choices={CONSEQUENCES.map((value) => ({ value, text: say(CONSEQUENCE_WORDS[value]) }))} change={(value) => put(code, { consequence: value as Consequence })} />}
          </div>
        );
      })}
      {faults['conditions'] && <p class="field-fault">{say(faults['conditions'])}</p>}
    </fieldset>
  );
}
