/** Use records that answer an auditor's question. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { PURPOSES } from '#chaincode/facts/purpose';
import { wordsOf } from '../../messages/applications.js';
import { call, type Problem } from '../api.js';
import { instantText } from '../format.js';
import { ChoiceField, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { UseView } from '../types.js';
import { useAgencyName } from '../verify/particulars.js';
import { AUDIT, QUESTION_WORDS, USE_ACT_WORDS } from '../words/audit.js';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import { Exports } from './exports.js';

export function Uses() {
  const { say } = useLanguage();
  // From an alarm: all that one person did.
  const [asked, setAsked] = useState(() => { const staff = new URLSearchParams(location.search).get('staff') ?? ''; return { question: staff === '' ? 'no-case' : '', staff }; });
  const [state, setState] = useState<{ query?: string; uses?: readonly UseView[]; next?: number | undefined; problem?: Problem; busy: boolean }>({ busy: true });
  const turn = useRef(0);
  const run = async (before?: number): Promise<void> => {
    const mine = ++turn.current;
    setState((earlier) => ({ ...(before === undefined ? {} : earlier), busy: true }));
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString();
    const reply = await call<{ uses: readonly UseView[]; next?: number }>(`/api/audit/uses?${query}${before === undefined ? '' : `&before=${String(before)}`}`);
    if (mine !== turn.current) return;
    setState((earlier) => (reply.ok ? { busy: false, query, uses: [...(before === undefined ? [] : (earlier.uses ?? [])), ...reply.value.uses], next: reply.value.next } : { busy: false, problem: reply.problem }));
  };
  useEffect(() => void run(), [asked.question]);
  const submit = (event: Event): void => {
    event.preventDefault();
    void run();
  };
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(AUDIT.uses)}</h1>
      <form onSubmit={submit}>
        <div class="field-row">
          <ChoiceField name="question" label={say(AUDIT.question)} value={asked.question} change={(question) => setAsked((before) => ({ ...before, question }))} empty={say(AUDIT.all)} choices={Object.entries(QUESTION_WORDS).map(([value, words]) => ({ value, text: say(words) }))} />
          <TextField name="staff" label={say(AUDIT.actor)} value={asked.staff} change={(staff) => setAsked((before) => ({ ...before, staff: staff.trim() }))} />
        </div>
        <button type="submit" disabled={state.busy}>{say(AUDIT.search)}</button>
      </form>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {!state.uses && state.busy && <Loading />}
      {state.uses?.length === 0 && <p role="status">{say(state.next === undefined ? AUDIT.none : AUDIT.sparse)}</p>}
      {state.uses && (state.uses.length > 0 || state.next !== undefined) && <Exports path="/api/audit/uses/export" name="uses" query={state.query ?? ''} />}
      {state.uses && <UseList uses={state.uses} />}
      {state.next !== undefined && <button type="button" disabled={state.busy} onClick={() => void run(state.next)}>{say(AUDIT.more)}</button>}
    </section>
  );
}

/** Who looked, at what, for what. */
export function UseList({ uses }: { uses: readonly UseView[] }) {
  const { say, language } = useLanguage();
  const agencyName = useAgencyName();
  return (
    <ul class="licence-list">{uses.map(({ seq, at, agency, staff, act, purpose, case: given, caseNo, licence, version }) => (
      <li key={seq} class="audit-use">
        <p><strong>{say(wordsOf(USE_ACT_WORDS, act))}</strong> {purpose === undefined ? say(AUDIT.noPurpose) : say(wordsOf(PURPOSES, purpose))} <span class={`chip chip-${given === 'given' ? 'done' : 'waiting'}`}>{caseNo ?? say(given === 'given' ? AUDIT.withCase : AUDIT.noCase)}</span></p>
        <p class="fine">{instantText(at, language)} · {agencyName(agency)} · <code>{staff}</code></p>
        {licence !== undefined && version !== undefined && <p class="fine"><Link to={`/audit/l/${identifierOf(licence as LicenceId, version)}`}>{identifierOf(licence as LicenceId, version)}</Link></p>}
      </li>
    ))}</ul>
  );
}
