/** All that is known of one licence: versions, acts, what relied on it, who looked; and what was so as of a day. */
import { useState } from 'preact/hooks';
import { wordsOf } from '../../messages/applications.js';
import { STATUS_WORDS } from '../../messages/statuses.js';
import { call, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { dayText, instantText, termText, todayOf } from '../format.js';
import { DayField, faultsByField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { Dossier as DossierValue, DossierAsOf } from '../types.js';
import { useAgencyName } from '../verify/particulars.js';
import { AUDIT, RELIANCE_WORDS } from '../words/audit.js';
import { COMMON } from '../words/common.js';
import { Acts } from './acts.js';
import { TraceList } from './traces.js';
import { UseList } from './uses.js';

const statusWords = (status: string) => (status === 'NOT_RECORDED' ? AUDIT.notRecorded : wordsOf(STATUS_WORDS, status));

export function Dossier({ identifier }: { identifier: string }) {
  const { say, language } = useLanguage();
  const path = `/api/audit/licences/${encodeURIComponent(identifier)}`;
  const { value, problem, reload } = useFetched<DossierValue>(path);
  if (problem) return <section class="sheet"><h1 tabIndex={-1}>{say(AUDIT.history)}</h1><ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice></section>;
  if (!value) return <section class="sheet"><Loading /></section>;
  const { licence, versions, events, relied, traces, uses } = value;
  return (
    <>
      <section class="sheet">
        <div class="title-row"><h1 tabIndex={-1}>{say(licence.kind.name)}</h1><span class={`chip chip-${licence.status.toLowerCase()}`}>{say(statusWords(licence.status))}</span></div>
        <p class="fine"><Link to={`/l/${licence.identifier}`}>{licence.identifier}</Link> · {licence.manager.name}</p>
        <h2>{say(AUDIT.versions)}</h2>
        <ul class="licence-list">{versions.map((version) => <li key={version.version} class="audit-use"><p><strong>{say(AUDIT.version)} {version.version}</strong> {termText(version.validFrom, version.validUntil, language)} <span class={`chip chip-${version.status.toLowerCase()}`}>{say(statusWords(version.status))}</span></p><p class="fine"><Link to={`/l/${version.identifier}`}>{version.identifier}</Link> · {say(AUDIT.since)} {dayText(version.since, language)}</p></li>)}</ul>
      </section>
      <AsOfForm path={path} />
      <section class="sheet"><h2>{say(AUDIT.history)}</h2><Acts acts={events.toReversed()} linked={false} /></section>
      <section class="sheet">
        <h2>{say(AUDIT.relied)}</h2>
        {relied.length === 0 && <p>{say(AUDIT.reliedNone)}</p>}
        <Reliances relied={relied} />
        {traces.length > 0 && <><h2>{say(AUDIT.traces)}</h2><TraceList traces={traces} /></>}
      </section>
      <section class="sheet"><h2>{say(AUDIT.looked)}</h2>{uses.length === 0 ? <p>{say(AUDIT.lookedNone)}</p> : <UseList uses={uses} />}</section>
    </>
  );
}

function Reliances({ relied }: Pick<DossierValue, 'relied'>) {
  const { say, language } = useLanguage();
  const agencyName = useAgencyName();
  return <ul class="licence-list">{relied.map(({ noun, id, seq = 0, owner, at, identifier }) => <li key={`${noun}/${id}/${String(seq)}`} class="audit-use"><p><strong>{say(RELIANCE_WORDS[noun])}</strong> {identifier === undefined ? <code>{id}</code> : <Link to={`/audit/l/${identifier}`}>{identifier}</Link>}</p><p class="fine">{agencyName(owner)} · {instantText(at, language)}</p></li>)}</ul>;
}

function AsOfForm({ path }: { path: string }) {
  const { say, language } = useLanguage();
  const today = todayOf(Date.now());
  const [asked, setAsked] = useState({ on: today, known: today });
  const [state, setState] = useState<{ found?: DossierAsOf; problem?: Problem; busy: boolean }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const reply = await call<DossierAsOf>(`${path}/as-of?${new URLSearchParams(asked).toString()}`);
    setState(reply.ok ? { busy: false, found: reply.value } : { busy: false, problem: reply.problem });
  };
  const faults = faultsByField(state.problem?.fields ?? []);
  const { found } = state;
  return (
    <section class="sheet">
      <h2>{say(AUDIT.asOf)}</h2>
      <p class="fine">{say(AUDIT.asOfLead)}</p>
      <form onSubmit={(event) => void submit(event)}>
        <div class="field-row">
          <DayField name="on" label={say(AUDIT.on)} required fault={faults['on']} value={asked.on} change={(on) => setAsked((before) => ({ ...before, on }))} />
          <DayField name="known" label={say(AUDIT.known)} required fault={faults['known']} value={asked.known} change={(known) => setAsked((before) => ({ ...before, known }))} />
        </div>
        {state.problem && <ProblemNotice problem={state.problem} />}
        <button type="submit" class="primary" disabled={state.busy || asked.on === '' || asked.known === ''}>{say(AUDIT.show)}</button>
      </form>
      {found && (
        <div class="as-of" role="status">
          <p><span class={`chip chip-${found.status.toLowerCase()}`}>{say(statusWords(found.status))}</span> {dayText(found.on, language)}{say(COMMON.comma)}{say(AUDIT.known)} {dayText(found.known, language)}</p>
          {found.status === 'NOT_RECORDED' && <p>{say(AUDIT.notRecordedLead)}</p>}
          {found.version !== undefined && <p class="fine">{say(AUDIT.version)} {found.version}{found.event !== undefined && <> · {say(AUDIT.byAct)} {found.event}</>}</p>}
          {found.members && <><h3>{say(AUDIT.members)}</h3><ul>{found.members.map((member) => <li key={member.licence}><span class={`chip chip-${member.status.toLowerCase()}`}>{say(statusWords(member.status))}</span> <code>{member.licence}</code></li>)}</ul></>}
          {found.licence && found.event !== undefined && <><h3>{say(AUDIT.face)}</h3><dl class="facts">{found.licence.face.map(({ name, label, value }) => <div key={name}><dt>{say(label)}</dt><dd>{typeof value === 'string' ? value : value.join('；')}</dd></div>)}</dl></>}
        </div>
      )}
    </section>
  );
}
