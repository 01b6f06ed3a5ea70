/** What waits for the agency: papers to come, by their day, and new licences to take over for supervision; and what it has issued by rule meanwhile. */
import { useState } from 'preact/hooks';
import { dayText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading } from '../notice.js';
import { Paged } from '../paged.js';
import { Link } from '../router.js';
import { useSession } from '../session.js';
import type { ConditionItem, UntakenItem } from '../types.js';
import { ISSUE } from '../words/issue.js';
import { CONSEQUENCE_WORDS, WORK } from '../words/work.js';
import { DayField } from './field.js';
import { ActButton } from './act-button.js';
import { KindFilter } from './kind-filter.js';
import { RulesSection } from './rules-section.js';
import { SignIn } from './sign-in.js';
import { mayAct } from '../session.js';

export function WorkPage() {
  const { say } = useLanguage();
  useTitle(say(ISSUE.work));
  const { session, ready } = useSession();
  const [kind, setKind] = useState('');
  // What has been done is no longer on the list: it begins anew.
  const [round, setRound] = useState(0);
  const done = (): void => { setRound(round + 1); };
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <>
      <section class="sheet" aria-labelledby="conditions">
        <h1 tabIndex={-1}>{say(ISSUE.work)}</h1>
        <KindFilter kind={kind} change={setKind} />
        <h2 id="conditions">{say(WORK.conditions)}</h2>
        <p class="fine">{say(WORK.conditionsLead)}</p>
        <Paged key={`conditions ${String(round)}`} path="/api/conditions" name="conditions" filter={['kind', kind]} on="after" list="work-list" none={WORK.noConditions} more={ISSUE.more} item={(item: ConditionItem) => <Condition key={item.cursor} item={item} done={done} />} />
      </section>
      <section class="sheet" aria-labelledby="untaken">
        <h2 id="untaken">{say(WORK.untaken)}</h2>
        <p class="fine">{say(WORK.untakenLead)}</p>
        <Paged key={`untaken ${String(round)}`} path="/api/supervision" name="versions" filter={['kind', kind]} on="after" list="work-list" none={WORK.noUntaken} more={ISSUE.more} item={(item: UntakenItem) => <Untaken key={item.cursor} item={item} done={done} />} />
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
