/** For an agent: whom it acts for, and the principal's licences, requests and applications as far as it was given them. While it acts for one, nothing of its own stands beside it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { DelegationView } from '../types.js';
import { DELEGATION_STATES, MEMBERS } from '../words/members.js';
import { Applications } from './applications.js';
import { Grants } from './grants.js';
import { Licences } from './licences.js';
import { ScopeRows } from './scope.js';
import { may, useOwn, type Opened } from './wallet.js';

export function Mandates({ opened, children }: { opened: Opened; children: ComponentChildren }) {
  const { say } = useLanguage();
  const { rows, problem } = useOwn<DelegationView>(opened, 'mandates');
  const [acting, setActing] = useState<DelegationView>();
  if (acting) {
    const own: Opened = { ...opened, subject: acting.subject, mandate: acting.id, given: acting.acts };
    return (
      <>
        <p class="notice notice-signing">{say(MEMBERS.actingFor)}<code>{acting.subject.replace('uscc:', '')}</code> <button type="button" onClick={() => setActing(undefined)}>{say(MEMBERS.close)}</button></p>
        {may(own, 'show') && <Licences opened={own} />}
        {may(own, 'grant') && <Grants opened={own} />}
        {may(own, 'apply') && <Applications opened={own} />}
      </>
    );
  }
  return (
    <>
      {children}
      <section class="sheet">
        <h2>{say(MEMBERS.mandates)}</h2>
        <p class="fine">{say(MEMBERS.mandatesLead)}</p>
        {problem && <ProblemNotice problem={problem} />}
        {!rows && !problem && <Loading />}
        {rows?.length === 0 && <p>{say(MEMBERS.noMandates)}</p>}
        {rows?.map((mandate) => (
          <article key={mandate.id} class="wallet-item">
            <div class="wallet-head"><h3><code>{mandate.subject.replace('uscc:', '')}</code></h3><span class={`chip chip-${mandate.state === 'in-force' ? 'valid' : 'ended'}`}>{say(DELEGATION_STATES[mandate.state])}</span></div>
            <dl class="wallet-rows"><ScopeRows scope={mandate} /></dl>
            {mandate.state === 'in-force' && <button type="button" onClick={() => setActing(mandate)}>{say(MEMBERS.open)}</button>}
          </article>
        ))}
      </section>
    </>
  );
}
