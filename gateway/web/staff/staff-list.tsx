/** Staff, and the end of all of a person's sessions. */
import { useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { StaffView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ROLES, STAFF } from '../words/staff.js';
import { nameOf } from './pending-passkeys.js';

export function StaffList() {
  const { say } = useLanguage();
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState('');
  const { value, problem, loading, reload } = useFetched<{ staff: readonly StaffView[]; more: boolean }>(`/api/staff?find=${encodeURIComponent(wanted)}`);
  return (
    <>
      <h2>{say(STAFF.list)}</h2>
      <p>{say(STAFF.listLead)}</p>
      <form class="find" role="search" onSubmit={(event) => { event.preventDefault(); setWanted(text.trim()); }}>
        <label for="find-staff">{say(STAFF.findHint)}</label>
        <input id="find-staff" type="search" maxLength={100} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit">{say(STAFF.find)}</button>
      </form>
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      <div role="status">{value?.staff.length === 0 && <p>{say(STAFF.nobody)}</p>}{value?.more === true && <p>{say(STAFF.more)}</p>}</div>
      <ul class="licence-list">{value?.staff.map((person) => <Person key={person.staff} person={person} />)}</ul>
    </>
  );
}

function Person({ person }: { person: StaffView }) {
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
        <p class="licence-holder">{nameOf(person)}{!person.active && <span class="chip">{say(STAFF.inactive)}</span>}</p>
        <p class="fine">{person.name !== undefined && `${person.name} · `}{person.roles.map((role) => say(ROLES[role])).join(say(COMMON.comma))} · {person.agencyName}</p>
      </div>
      <div class="staff-end">
        <span role="status" class="fine">{state.ended && say(STAFF.ended)}</span>
        {!state.ended && <button type="button" disabled={state.busy} onClick={() => void end()}>{say(STAFF.end)}<span class="hidden-words"> {nameOf(person)}</span></button>}
      </div>
      {state.fault && <ProblemNotice problem={state.fault} />}
    </li>
  );
}
