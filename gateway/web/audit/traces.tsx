/** Work that fallen licences leave: seen by auditors, closed by whoever owns what relied on them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { parseItem, TRACE_OUTCOMES } from '#chaincode/facts/trace';
import { ACT_WORDS } from '../../messages/statuses.js';
import { wordsOf } from '../../messages/applications.js';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { dayText, instantText } from '../format.js';
import { ChoiceField } from '../issue/field.js';
import { SignIn } from '../issue/sign-in.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { ActResult, TraceView } from '../types.js';
import { AUDIT, EXPIRE, RELIANCE_WORDS, TRACE_OUTCOME_WORDS, TRACE_STATE_WORDS } from '../words/audit.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { LICENCE } from '../words/licence.js';

/** For whoever works it off. */
export function TracesPage() {
  const { say } = useLanguage();
  useTitle(say(AUDIT.traces));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return <section class="sheet"><h1 tabIndex={-1}>{say(AUDIT.traces)}</h1><p class="fine">{session.agencyName}</p>{mayAct(session) ? <List path="/api/traces" closable /> : <p>{say(ISSUE.mayNot)}</p>}</section>;
}

/** For whoever audits. */
export function AuditTraces() {
  const { say } = useLanguage();
  return <section class="sheet"><h1 tabIndex={-1}>{say(AUDIT.traces)}</h1><List path="/api/audit/traces" /></section>;
}

function List({ path, closable = false }: { path: string; closable?: boolean }) {
  const { say } = useLanguage();
  const [wanted, setWanted] = useState('open');
  const [state, setState] = useState<{ traces?: readonly TraceView[]; next?: string | undefined; problem?: Problem; busy: boolean }>({ busy: true });
  const turn = useRef(0);
  const run = async (before?: string): Promise<void> => {
    const mine = ++turn.current;
    setState((earlier) => ({ ...(before === undefined ? {} : earlier), busy: true }));
    const query = new URLSearchParams(Object.entries({ state: wanted, before: before ?? '' }).filter(([, value]) => value !== ''));
    const reply = await call<{ traces: readonly TraceView[]; next?: string }>(`${path}?${query.toString()}`);
    if (mine !== turn.current) return;
    setState((earlier) => (reply.ok ? { busy: false, traces: [...(before === undefined ? [] : (earlier.traces ?? [])), ...reply.value.traces], next: reply.value.next } : { busy: false, problem: reply.problem }));
  };
  useEffect(() => void run(), [path, wanted]);
  return (
    <>
      <p>{say(AUDIT.tracesLead)}</p>
      <ChoiceField name="state" label={say(AUDIT.state)} required value={wanted} change={setWanted} empty={say(AUDIT.all)} choices={Object.entries(TRACE_STATE_WORDS).map(([value, words]) => ({ value, text: say(words) }))} />
      {state.problem && <ProblemNotice problem={state.problem}><button type="button" onClick={() => void run()}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!state.traces && state.busy && <Loading />}
      {state.traces?.length === 0 && <p role="status">{say(AUDIT.tracesNone)}</p>}
      {state.traces && <TraceList traces={state.traces} closable={closable} />}
      {state.next !== undefined && <button type="button" disabled={state.busy} onClick={() => void run(state.next)}>{say(AUDIT.further)}</button>}
    </>
  );
}

export function TraceList({ traces, closable = false }: { traces: readonly TraceView[]; closable?: boolean }) {
  return <>{traces.map((trace) => <Item key={trace.id} trace={trace} closable={closable} />)}</>;
}

function Item({ trace, closable }: { trace: TraceView; closable: boolean }) {
  const { say, language } = useLanguage();
  const { kind, identifier, fell, item, owner, dueOn, state, overdue, outcome, closedAt, closedBy } = trace;
  const [done, setDone] = useState<string>();
  const result = done ?? outcome;
  const rows = [
    { word: AUDIT.reliedItem, value: <>{say(RELIANCE_WORDS[item.noun])} {item.identifier === undefined ? <code>{item.id}</code> : <Link to={`/l/${item.identifier}`}>{item.identifier}</Link>}</> }, { word: LICENCE.docNo, value: fell.docNo }, { word: AUDIT.owner, value: owner.name },
    { word: AUDIT.due, value: dayText(dueOn, language) }, { word: AUDIT.outcome, value: result === undefined ? undefined : say(wordsOf(TRACE_OUTCOME_WORDS, result)) }, { word: AUDIT.closed, value: closedAt === undefined ? undefined : <>{instantText(closedAt, language)} <code>{closedBy}</code></> },
  ];
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h2>{say(kind)}{say(COMMON.colon)}{say(fell.act === 'expire' ? EXPIRE : wordsOf(ACT_WORDS, fell.act))} {dayText(fell.on, language)}</h2><span class={`chip chip-${result !== undefined ? 'done' : overdue ? 'stopped' : 'waiting'}`}>{say(result !== undefined ? TRACE_STATE_WORDS.closed : overdue ? AUDIT.overdue : TRACE_STATE_WORDS.open)}</span></div>
      <p class="fine"><Link to={`/l/${identifier}`}>{identifier}</Link></p>
      <dl class="wallet-rows">{rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}</dl>
      {closable && state === 'open' && done === undefined && <Close trace={trace} closed={setDone} />}
    </article>
  );
}

function Close({ trace, closed }: { trace: TraceView; closed: (outcome: string) => void }) {
  const { say } = useLanguage();
  const [outcome, setOutcome] = useState('');
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const requestId = useRef(newRequestId());
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const { event: act, version } = trace.fell;
    const item = parseItem(trace.id.split(':').slice(2).join(':'));
    const reply = await call<ActResult>('/api/traces/close', { method: 'POST', json: { requestId: requestId.current, licence: trace.licence, ...(act === undefined ? { version } : { event: act }), item, outcome } });
    // What was refused may be tried again with another outcome: that is another request.
    if (!reply.ok && reply.problem.code === 'REFUSED') requestId.current = newRequestId();
    setState(reply.ok ? { busy: false } : { busy: false, problem: reply.problem });
    if (reply.ok) closed(outcome);
  };
  return (
    <form class="trace-close" onSubmit={(event) => void submit(event)}>
      <ChoiceField name={`outcome-${trace.id.replaceAll(/[^A-Za-z0-9]/g, '')}`} label={say(AUDIT.outcome)} required value={outcome} change={setOutcome} empty={say(COMMON.choose)} choices={TRACE_OUTCOMES.map((value) => ({ value, text: say(TRACE_OUTCOME_WORDS[value]) }))} />
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="submit" disabled={state.busy || outcome === ''}>{say(AUDIT.close)}</button>
    </form>
  );
}
