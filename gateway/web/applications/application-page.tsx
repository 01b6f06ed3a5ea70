/** An application: its matters and their decisions, the form with every source, the materials, and what can be done now. */
import { useState } from 'preact/hooks';
import { APPLICATION_DECISION_WORDS, APPLICATION_STATE_WORDS, MATERIAL_STATE_WORDS, STEP_WORDS, wordsOf } from '../../messages/applications.js';
import { useFetched } from '../fetched.js';
import { SignIn } from '../issue/sign-in.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { ApplicationView } from '../types.js';
import { APPLICATION, APPLICATIONS, FORM } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { DecideForm } from './decide-form.js';
import { textOf, useOriginText } from './form-fields.js';
import { StepForm, type StepAct } from './step-form.js';
import { Steps } from './steps.js';

export function ApplicationPage({ id }: { id: string }) {
  const { say } = useLanguage();
  useTitle(say(APPLICATIONS.title));
  const { session, ready } = useSession();
  const { value, problem, loading, reload } = useFetched<ApplicationView>(session ? `/api/applications/${id}` : undefined);
  const [last, setLast] = useState<ApplicationView>();
  if (value && value !== last) setLast(value);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const shown = value ?? last;
  if (!shown) return <section class="sheet"><h1 tabIndex={-1}>{say(APPLICATIONS.title)}</h1>{loading && <Loading />}{problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}</section>;
  return (
    <>
      <section class="sheet">
        <div class="title-row"><div><h1 tabIndex={-1}>{shown.number === undefined ? say(APPLICATIONS.title) : <span class="application-number">{shown.number}</span>}</h1><p class="fine">{shown.agency.name}</p></div><span class={`chip chip-${shown.state}`}>{say(wordsOf(APPLICATION_STATE_WORDS, shown.state))}</span></div>
        <Particulars application={shown} />
        {mayAct(session) && <Actions key={shown.events.length} application={shown} done={reload} />}
      </section>
      <Kept application={shown} />
      <Steps application={shown} />
    </>
  );
}

function Particulars({ application: { holder, applicant, caseNo, trade } }: { application: ApplicationView }) {
  const { say } = useLanguage();
  const rows = [
    { word: APPLICATION.holder, value: [holder.name, holder.subject.replace(/^uscc:/, '')].filter((each) => each !== undefined).join(' · ') },
    { word: APPLICATION.applicant, value: applicant && [applicant.name, say(applicant.capacity === 'agent' ? FORM.asAgent : FORM.asHolder), applicant.contact].filter((each) => each !== undefined).join(' · ') },
    { word: APPLICATION.trade, value: trade && say(trade.name) },
    { word: APPLICATION.caseNo, value: caseNo },
  ];
  return <dl class="facts">{rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}</dl>;
}

type Open = { readonly step: StepAct } | { readonly matter: string };

function Actions({ application, done }: { application: ApplicationView; done: () => void }) {
  const { say } = useLanguage();
  const [open, setOpen] = useState<Open>();
  const { next, matters } = application;
  const deciding = next.includes('decide');
  const isOpen = (each: Open): boolean => JSON.stringify(open) === JSON.stringify(each);
  const toggle = (each: Open) => setOpen(isOpen(each) ? undefined : each);
  return (
    <>
      <h2>{say(APPLICATION.matters)}</h2>
      <ul class="licence-list">
        {matters.map(({ matter, name, variant, outcome, docNo, identifier }) => (
          <li key={matter} class="material">
            <span class="material-name">{say(name)}</span>
            <span class={`chip chip-${outcome ?? 'undecided'}`}>{say(outcome === undefined ? APPLICATION.undecided : wordsOf(APPLICATION_DECISION_WORDS, outcome))}</span>
            <p class="fine">{say(variant.name)}{docNo !== undefined && ` · ${docNo}`}</p>
            {identifier !== undefined && <p><Link to={`/l/${identifier}`}>{identifier}</Link></p>}
            {deciding && outcome === undefined && <p><button type="button" aria-pressed={isOpen({ matter })} onClick={() => toggle({ matter })}>{say(APPLICATION.decide)}{say(COMMON.colon)}{say(name)}</button></p>}
          </li>
        ))}
      </ul>
      <div class="action-buttons">
        {next.filter((act): act is StepAct => act !== 'decide').map((step) => <button key={step} type="button" aria-pressed={isOpen({ step })} onClick={() => toggle({ step })}>{say(STEP_WORDS[step])}</button>)}
      </div>
      {open && ('step' in open ? <StepForm key={open.step} act={open.step} application={application} done={done} /> : <DecideForm key={open.matter} matter={open.matter} application={application} done={done} />)}
    </>
  );
}

/** What the agency keeps of it. */
function Kept({ application: { form, materials } }: { application: ApplicationView }) {
  const { say } = useLanguage();
  const originText = useOriginText();
  return (
    <section class="sheet">
      <h2>{say(APPLICATION.form)}</h2>
      {form.length === 0 && <p>{say(APPLICATION.notHere)}</p>}
      <dl>
        {form.map(({ name, label, value, source, changed }) => (
          <div key={name} class="form-entry">
            <dt>{say(label)}</dt><dd>{textOf(value)}</dd>
            {source && <dd class="source"><Link to={`/l/${source.identifier}`}>{originText(source)}</Link></dd>}
            {changed && source?.value !== undefined && <dd class="source source-changed">{say(FORM.changed)}{textOf(source.value)}</dd>}
          </div>
        ))}
      </dl>
      <h2>{say(APPLICATION.materials)}</h2>
      <ul class="licence-list">
        {materials.map(({ key, name, state, identifier }) => (
          <li key={key} class="material">
            <span class="material-name">{identifier === undefined ? say(name) : <Link to={`/l/${identifier}`}>{say(name)}</Link>}</span>
            <span class={`chip chip-${state}`}>{say(MATERIAL_STATE_WORDS[state])}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
