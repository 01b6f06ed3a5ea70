/** What holders have asked to be erased: what stands against it, until when the agency must act, and the first of two signatures. */
import { useRef, useState } from 'preact/hooks';
import { type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useFetched } from '../fetched.js';
import { dayText, instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { ErasureView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ERASURE, ERASURE_STATES, ERASURES } from '../words/erasure.js';
import { ISSUE } from '../words/issue.js';
import { SIGNING } from '../words/signing.js';
import { signDrafted } from './passkey.js';
import { SendRow } from './send-row.js';
import { SignIn } from './sign-in.js';

export function ErasuresPage() {
  const { say } = useLanguage();
  useTitle(say(ERASURES.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return <section class="sheet"><h1 tabIndex={-1}>{say(ERASURES.title)}</h1><p class="fine">{session.agencyName}</p>{mayAct(session) ? <List /> : <p>{say(ISSUE.mayNot)}</p>}</section>;
}

function List() {
  const { say } = useLanguage();
  const { value, problem, loading, reload } = useFetched<{ erasures: readonly ErasureView[] }>('/api/erasures');
  return (
    <>
      <p>{say(ERASURES.lead)}</p>
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {value?.erasures.length === 0 && <p>{say(ERASURES.none)}</p>}
      {value?.erasures.map((erasure) => <Item key={erasure.subject} erasure={erasure} />)}
    </>
  );
}

const CHIPS = { ASKED: 'waiting', REFUSED: 'ended', ERASING: 'running', ERASED: 'done' } as const;

function Item({ erasure: { subject, status = 'ASKED', askedAt, answerBy, begunAt, erasedAt, waitsFor, grounds, licences, reason = '' } }: { erasure: ErasureView }) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  const requestId = useRef(newRequestId());
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; done?: true }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!session) return;
    setState({ busy: true });
    const reply = await signDrafted(session, '/api/erasures', { requestId: requestId.current, holder: { subject }, reason }, true);
    setState(reply.ok ? { busy: false, done: true } : { busy: false, problem: reply.problem });
  };
  const rows = [
    { word: ERASURES.askedAt, value: askedAt && instantText(askedAt, language) }, { word: ERASURES.answerBy, value: answerBy && dayText(answerBy, language) },
    { word: ERASURES.begunAt, value: begunAt && instantText(begunAt, language) }, { word: ERASURES.erasedAt, value: erasedAt && instantText(erasedAt, language) }, { word: ERASURES.waitsFor, value: waitsFor.length > 0 ? waitsFor.join(say(COMMON.comma)) : undefined },
  ];
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h2>{licences.map(({ kind }) => kind && say(kind)).join(say(COMMON.comma))}</h2><span class={`chip chip-${CHIPS[status]}`}>{say(ERASURE_STATES[status])}</span></div>
      <ul>{licences.map(({ identifier }) => <li key={identifier}><Link to={`/l/${identifier}`}><code>{identifier}</code></Link></li>)}</ul>
      <dl class="wallet-rows">{rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}</dl>
      {grounds.length > 0 && <><p>{say(ERASURE.whyNot)}</p><ul>{grounds.map(({ of, words, kind, until }) => <li key={of}>{say(words)}<br /><span class="fine">{kind && say(kind)}{until !== undefined && <> {say(ERASURE.until)} {dayText(until, language)}</>}</span></li>)}</ul></>}
      {state.done && <p role="status"><strong>{say(SIGNING.proposed)}</strong> <Link to="/issue/proposals">{say(SIGNING.toProposals)}</Link></p>}
      {status === 'ASKED' && grounds.length === 0 && !state.done && <form onSubmit={(event) => void submit(event)}><p class="notice notice-caution">{say(ERASURES.caution)}</p><SendRow acting={{ busy: state.busy, problem: state.problem }} signing="several" label="" /></form>}
    </article>
  );
}
