/** Applications in the holder's name: made here or at a counter, how far each is, and who acted for him. */
import { useState } from 'preact/hooks';
import { APPLICATION_DECISION_WORDS, APPLICATION_STATE_WORDS, wordsOf } from '../../messages/applications.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { FilingView, OwnApplication } from '../types.js';
import { COMMON } from '../words/common.js';
import { MEMBERS, ROLE_WORDS } from '../words/members.js';
import { WALLET } from '../words/wallet.js';
import { Apply } from './apply.js';
import { pathFor, useOwn, walletCall, type Opened } from './wallet.js';

export function Applications({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const applications = useOwn<OwnApplication>(opened, 'applications', ({ cursor }) => cursor);
  const filings = useOwn<FilingView>(opened, 'filings');
  const [at, setAt] = useState<'rest' | 'applying' | 'filed' | 'withdrawn'>('rest');
  const { rows, problem, more, reload, loadMore } = applications;
  const changed = (then: 'filed' | 'withdrawn'): void => {
    setAt(then);
    filings.reload();
  };
  const withdraw = async (id: string): Promise<void> => {
    const reply = await walletCall(opened, pathFor(opened, `/api/wallet/filings/${id}`), { method: 'DELETE' });
    if (reply.ok) changed('withdrawn');
    else reload();
  };
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(MEMBERS.applications)}</h1>
      <p role="status">{(at === 'filed' || at === 'withdrawn') && <strong>{say(MEMBERS[at])}</strong>}</p>
      {at === 'applying' ? <Apply opened={opened} done={() => changed('filed')} cancel={() => setAt('rest')} /> : opened.subject.startsWith('uscc:') && <p><button type="button" class="primary" onClick={() => setAt('applying')}>{say(MEMBERS.apply)}</button></p>}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {filings.rows?.map(({ id, matters, agency }) => (
        <article key={id} class="wallet-item">
          <div class="wallet-head"><h3>{matters.map(({ name }) => say(name)).join(say(COMMON.comma))}</h3><span class="chip chip-waiting">{say(MEMBERS.waitingFiling)}</span></div>
          <p>{agency.name}</p>
          <button type="button" onClick={() => void withdraw(id)}>{say(MEMBERS.withdraw)}</button>
        </article>
      ))}
      {rows?.length === 0 && filings.rows?.length === 0 && <p>{say(MEMBERS.noApplications)}</p>}
      {rows?.map((application) => <Application key={application.id} application={application} />)}
      {more && <button type="button" onClick={loadMore}>{say(WALLET.more)}</button>}
    </section>
  );
}

function Application({ application: { number, agency, state, matters, events } }: { application: OwnApplication }) {
  const { say, language } = useLanguage();
  const stateOf = (each: string): string => say(wordsOf(APPLICATION_STATE_WORDS, each));
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{matters.map(({ name }) => say(name)).join(say(COMMON.comma))}</h3><span class="chip chip-waiting">{stateOf(state)}</span></div>
      <dl class="wallet-rows">
        {number !== undefined && <div><dt>{say(MEMBERS.number)}</dt><dd><code>{number}</code></dd></div>}
        <div><dt>{say(WALLET.to)}</dt><dd>{agency.name}</dd></div>
        {matters.map(({ matter, name, outcome, identifier }) => outcome !== undefined && <div key={matter}><dt>{say(name)}</dt><dd>{say(wordsOf(APPLICATION_DECISION_WORDS, outcome))}{identifier !== undefined && <> <Link to={`/l/${identifier}`}>{identifier}</Link></>}</dd></div>)}
        <div>
          <dt>{say(MEMBERS.steps)}</dt>
          <dd><ol class="wallet-steps">{events.map(({ at, state: then, delegation, note }) => <li key={at}>{stateOf(then)} <span class="fine">{instantText(at, language)}{delegation && <> · {say(MEMBERS.by)}{say(COMMON.colon)}{say(ROLE_WORDS[delegation.role as keyof typeof ROLE_WORDS])} {delegation.delegate}</>}</span>{note !== undefined && <><br />{note}</>}</li>)}</ol></dd>
        </div>
      </dl>
    </article>
  );
}
