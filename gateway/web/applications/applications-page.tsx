/** The agency's applications, newest first. */
import { useState } from 'preact/hooks';
import { APPLICATION_STATE_WORDS, wordsOf } from '../../messages/applications.js';
import type { Message } from '../../messages.js';
import { call, type Problem } from '../api.js';
import { dayText, todayOf } from '../format.js';
import { SignIn } from '../issue/sign-in.js';
import { FilingsList } from './filings-list.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Paged } from '../paged.js';
import { Link, navigate } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { ApplicationView } from '../types.js';
import { APPLICATIONS } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';

interface Row {
  readonly id: string;
  readonly cursor: string;
  readonly number?: string;
  readonly holderName?: string;
  readonly state: string;
  readonly matters: readonly Message[];
  readonly receivedAt: string;
}

export function ApplicationsPage() {
  const { say } = useLanguage();
  useTitle(say(APPLICATIONS.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <section class="sheet">
      <div class="title-row">
        <div><h1 tabIndex={-1}>{say(APPLICATIONS.title)}</h1><p class="fine">{session.agencyName}</p></div>
        {mayAct(session) ? <div class="action-buttons"><Link class="button primary" to="/issue/applications/new">{say(APPLICATIONS.create)}</Link></div> : <p class="fine">{say(ISSUE.mayNot)}</p>}
      </div>
      {mayAct(session) && <FilingsList key={session.agency} />}
      <Find />
      <List key={session.agency} />
    </section>
  );
}

/** By the number on the applicant's receipt, or by the one that another system gave. */
function Find() {
  const { say } = useLanguage();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const find = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted === '') return;
    const reply = await call<ApplicationView>(`/api/applications/${/^\d{20}$/.test(wanted) ? 'numbers' : 'cases'}/${encodeURIComponent(wanted)}`);
    setProblem(reply.ok ? undefined : reply.problem);
    if (reply.ok) navigate(`/issue/applications/${reply.value.id}`);
  };
  return (
    <form onSubmit={(event) => void find(event)} noValidate>
      <div class="find">
        <label for="find-application">{say(APPLICATIONS.find)}</label>
        <input id="find-application" class="code" type="text" autocomplete="off" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit">{say(APPLICATIONS.search)}</button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  );
}

function List() {
  const { say } = useLanguage();
  const [state, setState] = useState('');
  return (
    <>
      <div class="field filter"><label for="filter-state">{say(APPLICATIONS.state)}</label>
        <select id="filter-state" value={state} onChange={(event) => setState(event.currentTarget.value)}>
          <option value="">{say(APPLICATIONS.all)}</option>
          {Object.entries(APPLICATION_STATE_WORDS).map(([value, words]) => <option key={value} value={value}>{say(words)}</option>)}
        </select>
      </div>
      <Paged path="/api/applications" name="applications" filter={['state', state]} none={APPLICATIONS.none} more={APPLICATIONS.more} item={(row: Row) => <Item key={row.cursor} row={row} />} />
    </>
  );
}

function Item({ row }: { row: Row }) {
  const { say, language } = useLanguage();
  return (
    <li>
      <Link to={`/issue/applications/${row.id}`} class="licence-row">
        <span class="licence-holder">{row.holderName ?? say(ISSUE.noFace)}</span>
        <span class="licence-kind">{row.matters.map(say).join(say(COMMON.comma))}</span>
        <span class="licence-number">{row.number ?? ''}</span>
        <span class="licence-day">{say(APPLICATIONS.receivedAt)} {dayText(todayOf(Date.parse(row.receivedAt)), language)}</span>
        <span class={`chip chip-${row.state}`}>{say(wordsOf(APPLICATION_STATE_WORDS, row.state))}</span>
      </Link>
    </li>
  );
}
