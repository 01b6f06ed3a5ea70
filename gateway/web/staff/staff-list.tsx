/** Staff: who there is, new ones, changes, and the end of all of a person's sessions. */
import { useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { useFocus } from '../focus.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { SessionView, StaffView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ROLES, STAFF } from '../words/staff.js';
import { nameOf } from './pending-passkeys.js';
import { PersonForm, type Agency, type Entered } from './person-form.js';

export function StaffList({ session }: { session: SessionView }) {
  const { say } = useLanguage();
  /** The id of the person who is being changed; empty: a new one. */
  const [open, setOpen] = useState<string>();
  const [entered, setEntered] = useState<Entered>();
  const canSign = session.keys.some(({ method }) => method === 'webauthn');
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState('');
  const { value, problem, loading, reload } = useFetched<{ staff: readonly StaffView[]; more: boolean; agencies: readonly Agency[] }>(`/api/staff?find=${encodeURIComponent(wanted)}`);
  const form = (person?: StaffView) => (
    <PersonForm agencies={value?.agencies ?? []} {...(person ? { person } : {})} close={() => setOpen(undefined)} done={(news) => { setOpen(undefined); setEntered(news); reload(); }} />
  );
  return (
    <>
      <h2>{say(STAFF.list)}</h2>
      <p>{say(STAFF.listLead)}</p>
      {entered && <Done key={entered.initial?.password ?? entered.who} entered={entered} />}
      {open === '' ? form() : canSign && value && value.agencies.length > 0 && <p class="actions-row"><button type="button" onClick={() => setOpen('')}>{say(STAFF.enter)}</button></p>}
      <form class="find" role="search" onSubmit={(event) => { event.preventDefault(); setWanted(text.trim()); }}>
        <label for="find-staff">{say(STAFF.findHint)}</label>
        <input id="find-staff" type="search" maxLength={100} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit">{say(STAFF.find)}</button>
      </form>
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      <div role="status">{value?.staff.length === 0 && <p>{say(STAFF.nobody)}</p>}{value?.more === true && <p>{say(STAFF.more)}</p>}</div>
      <ul class="licence-list">{value?.staff.map((person) => (open === person.staff ? <li key={person.staff}>{form(person)}</li> : <Person key={person.staff} person={person} {...(canSign ? { change: () => setOpen(person.staff) } : {})} />))}</ul>
    </>
  );
}

/** A first password is shown here and nowhere else. */
function Done({ entered: { who, initial } }: { entered: Entered }) {
  const { say, language } = useLanguage();
  const heading = useFocus<HTMLHeadingElement>();
  return (
    <div class="receipt" role="status">
      <h3 ref={heading} tabIndex={-1}>{say(STAFF.entered)}{who}</h3>
      {initial && <>
        <p>{say(STAFF.initialLead)}</p>
        <dl>
          <div><dt>{say(STAFF.signInName)}</dt><dd><code>{initial.name}</code></dd></div>
          <div><dt>{say(STAFF.initial)}</dt><dd><code>{initial.password}</code></dd></div>
          <div><dt>{say(STAFF.until)}</dt><dd>{instantText(initial.until, language)}</dd></div>
        </dl>
      </>}
    </div>
  );
}

function Person({ person, change }: { person: StaffView; change?: () => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; ended?: true; fault?: Problem }>({ busy: false });
  const end = async (): Promise<void> => {
    setState({ busy: true });
    const reply = await call(`/api/staff/${person.staff}/sessions`, { method: 'DELETE' });
    setState(reply.ok ? { busy: false, ended: true } : { busy: false, fault: reply.problem });
  };
  return (
    <li class="staff-row">
      <div>
        <p class="licence-holder">{nameOf(person)}{!person.active && <span class="chip">{say(STAFF.inactive)}</span>}{person.isInitial === true && <span class="chip">{say(STAFF.waits)}</span>}</p>
        <p class="fine">{person.name !== undefined && `${person.name} · `}{person.roles.map((role) => say(ROLES[role])).join(say(COMMON.comma))} · {person.agencyName}</p>
      </div>
      <div class="staff-end">
        {change && <button type="button" onClick={change}>{say(STAFF.change)}<span class="hidden-words"> {nameOf(person)}</span></button>}
        <span role="status" class="fine">{state.ended && say(STAFF.ended)}</span>
        {!state.ended && <button type="button" disabled={state.busy} onClick={() => void end()}>{say(STAFF.end)}<span class="hidden-words"> {nameOf(person)}</span></button>}
      </div>
      {state.fault && <ProblemNotice problem={state.fault} />}
    </li>
  );
}
