/** The desk of seals: what waits, what is in use, what was stopped or cancelled, and the application for another. */
import { useState } from 'preact/hooks';
import { useFetched } from '../fetched.js';
import { Receipt } from '../issue/receipt.js';
import { SignIn } from '../issue/sign-in.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { keepsSeals, useSession } from '../session.js';
import type { ActResult, SealView, SessionView } from '../types.js';
import type { Message } from '../../messages.js';
import { COMMON } from '../words/common.js';
import { SEALS } from '../words/seals.js';
import { PROPOSALS } from '../words/signing.js';
import { STAFF } from '../words/staff.js';
import { ApplyForm } from './apply-form.js';
import { SealItem } from './seal-item.js';

export function SealsPage() {
  const { say } = useLanguage();
  useTitle(say(SEALS.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const heading = <><h1 tabIndex={-1}>{say(SEALS.title)}</h1><p class="fine">{session.agencyName}</p></>;
  if (!keepsSeals(session)) return <section class="sheet">{heading}<p>{say(SEALS.only)}</p></section>;
  return <section class="sheet">{heading}<Seals key={session.staff} session={session} /></section>;
}

export interface News {
  readonly words: Message;
  readonly about: string;
  readonly result?: ActResult;
}

function Seals({ session }: { session: SessionView }) {
  const { say } = useLanguage();
  const { value, problem, loading, reload } = useFetched<{ seals: readonly SealView[] }>('/api/seals');
  const [news, setNews] = useState<News>();
  const [applying, setApplying] = useState(false);
  const tell = (told: News): void => {
    setNews(told);
    setApplying(false);
    reload();
  };
  const canSign = session.keys.some(({ method }) => method === 'webauthn');
  return (
    <>
      <p>{say(SEALS.lead)}</p>
      {!canSign && <div class="notice notice-signing"><p>{say(SEALS.noPasskey)} <Link to="/issue/account">{say(STAFF.toAccount)}</Link></p></div>}
      {news?.result && <Receipt key={news.result.transaction} result={news.result} title={`${say(news.words)}${news.about}`}>{news.result.proposal !== undefined && <Link class="button" to="/issue/proposals">{say(PROPOSALS.title)}</Link>}</Receipt>}
      <p role="status">{news && !news.result && `${say(news.words)}${news.about}`}</p>
      {applying ? <ApplyForm close={() => setApplying(false)} tell={tell} /> : <button type="button" onClick={() => setApplying(true)}>{say(SEALS.apply)}</button>}
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {value?.seals.length === 0 && <p>{say(SEALS.none)}</p>}
      <ul class="proposals">{value?.seals.map((seal) => <SealItem key={`${seal.id} ${seal.state} ${String(seal.history?.length ?? 0)} ${seal.listKey?.id ?? ''}`} seal={seal} session={session} canSign={canSign} tell={tell} />)}</ul>
    </>
  );
}
