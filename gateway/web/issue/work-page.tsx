/** What waits for the agency: papers to come, by their day, and new licences to take over for supervision; and what it has issued by rule meanwhile. */
import { useState } from 'preact/hooks';
import { useFetched } from '../fetched.js';
import { dayText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { useSession } from '../session.js';
import type { ConditionItem, UntakenItem } from '../types.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { CONSEQUENCE_WORDS, WORK } from '../words/work.js';
import { DayField } from './field.js';
import { ActButton } from './act-button.js';
import { RulesSection } from './rules-section.js';
import { SignIn } from './sign-in.js';
import { mayAct } from '../session.js';

export function WorkPage() {
  const { say } = useLanguage();
  useTitle(say(ISSUE.work));
  const { session, ready } = useSession();
  const conditions = useFetched<{ readonly conditions: readonly ConditionItem[] }>(session ? '/api/conditions?limit=100' : undefined);
  const untaken = useFetched<{ readonly versions: readonly UntakenItem[] }>(session ? '/api/supervision?limit=100' : undefined);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const { value: open, problem, reload } = conditions;
  return (
    <>
      <section class="sheet" aria-labelledby="conditions">
        <h1 tabIndex={-1}>{say(ISSUE.work)}</h1>
        <h2 id="conditions">{say(WORK.conditions)}</h2>
        <p class="fine">{say(WORK.conditionsLead)}</p>
        {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
        {!open && !problem && <Loading />}
        {open?.conditions.length === 0 && <p>{say(WORK.noConditions)}</p>}
        <ul class="work-list">{open?.conditions.map((item) => <Condition key={item.cursor} item={item} done={reload} />)}</ul>
      </section>
      <section class="sheet" aria-labelledby="untaken">
        <h2 id="untaken">{say(WORK.untaken)}</h2>
        <p class="fine">{say(WORK.untakenLead)}</p>
        {untaken.problem && <ProblemNotice problem={untaken.problem}><button type="button" onClick={untaken.reload}>{say(COMMON.retry)}</button></ProblemNotice>}
        {!untaken.value && !untaken.problem && <Loading />}
        {untaken.value?.versions.length === 0 && <p>{say(WORK.noUntaken)}</p>}
        <ul class="work-list">{untaken.value?.versions.map((item) => <Untaken key={item.licence.identifier} item={item} done={untaken.reload} />)}</ul>
      </section>
      <RulesSection />
    </>
  );
}

function Condition({ item, done }: { item: ConditionItem; done: () => void }) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  const [dueOn, setDueOn] = useState('');
  const of = { ...(item.application === undefined ? { licence: item.licence } : { application: item.application, matter: item.matter }), material: item.material };
  return (
    <li class="sheet-row">
      <p><strong>{say(item.name)}</strong> {item.overdue && <span class="chip chip-suspended">{say(WORK.overdue)}</span>}</p>
      <p class="fine">{say(WORK.dueOn)} {dayText(item.dueOn, language)} · {say(CONSEQUENCE_WORDS[item.consequence])} · <Link to={item.identifier === undefined ? `/issue/applications/${item.application ?? ''}` : `/l/${item.identifier}`}>{say(WORK.open)}</Link></p>
      {mayAct(session) && (
        <>
          <div class="action-buttons"><ActButton act={{ op: 'condition.meet', ...of }} label={say(WORK.meet)} primary done={done} />{item.overdue && <ActButton act={{ op: 'condition.miss', ...of }} label={say(WORK.miss)} done={done} />}</div>
          <details><summary>{say(WORK.extend)}</summary><DayField name={`extend-${item.cursor}`} label={say(WORK.extendTo)} required value={dueOn} change={setDueOn} />{dueOn !== '' && <ActButton key={dueOn} act={{ op: 'condition.extend', ...of, dueOn }} label={say(WORK.extend)} done={done} />}</details>
        </>
      )}
    </li>
  );
}

function Untaken({ item: { licence, dueOn, overdue }, done }: { item: UntakenItem; done: () => void }) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  return (
    <li class="sheet-row">
      <p><Link to={`/l/${licence.identifier}`}>{say(licence.kind.name)}</Link> <span class="code">{licence.identifier}</span> {overdue && <span class="chip chip-suspended">{say(WORK.overdue)}</span>}</p>
      <p class="fine">{licence.manager.name} · {say(WORK.takeBy)} {dayText(dueOn, language)}</p>
      {mayAct(session) && <ActButton act={{ op: 'supervision.take', licence: licence.licence, version: licence.version }} label={say(WORK.take)} done={done} />}
    </li>
  );
}
