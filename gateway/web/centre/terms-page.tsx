/** Terms: what ends soon, what has lapsed; renewed from here. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { STATUS_WORDS } from '../../messages/statuses.js';
import { call, type Problem } from '../api.js';
import { dayText } from '../format.js';
import { ChoiceField } from '../issue/field.js';
import { SignIn } from '../issue/sign-in.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { TermView } from '../types.js';
import { TERMS } from '../words/centre.js';
import { COMMON } from '../words/common.js';

const STRETCHES = ['within=7', 'within=30', 'within=90', 'within=365', 'lapsed=30', 'lapsed=365'] as const;
const PAGE = 50;

export function TermsPage() {
  const { say } = useLanguage();
  useTitle(say(TERMS.title));
  const { session, ready } = useSession();
  const [stretch, setStretch] = useState<string>('within=90');
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const wordsOf = (each: string): string => { const [name = '', days = ''] = each.split('='); return `${days} ${say(name === 'within' ? TERMS.within : TERMS.lapsed)}`; };
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(TERMS.title)}</h1>
      <p class="fine">{say(TERMS.lead)} <a href="/api/terms/feed">{say(TERMS.feed)}</a></p>
      <ChoiceField name="stretch" label={say(TERMS.show)} required value={stretch} change={setStretch} choices={STRETCHES.map((value) => ({ value, text: wordsOf(value) }))} />
      <TermList key={`${session.agency} ${stretch}`} stretch={stretch} />
    </section>
  );
}

function TermList({ stretch }: { stretch: string }) {
  const { say } = useLanguage();
  const [rows, setRows] = useState<readonly TermView[]>();
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const asked = useRef(false);
  const load = async (): Promise<void> => {
    const after = rows?.at(-1)?.cursor;
    const reply = await call<{ terms: readonly TermView[] }>(`/api/terms?${stretch}&limit=${String(PAGE)}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`);
    setProblem(reply.ok ? undefined : reply.problem);
    if (!reply.ok) return;
    setRows([...(rows ?? []), ...reply.value.terms]);
    setMore(reply.value.terms.length === PAGE);
  };
  useEffect(() => {
    if (!asked.current) void load();
    asked.current = true;
  }, []);
  return (
    <>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={() => void load()}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {rows?.length === 0 && <p>{say(TERMS.none)}</p>}
      <ul class="licence-list">{rows?.map((row) => <TermRow key={row.cursor} row={row} />)}</ul>
      {more && <button type="button" onClick={() => void load()}>{say(TERMS.more)}</button>}
    </>
  );
}

function TermRow({ row: { identifier, holderName, kind, number, validUntil, daysLeft, status, renewable, mark } }: { row: TermView }) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  const words = STATUS_WORDS[status];
  const when = daysLeft === 0 ? say(TERMS.lastDay) : `${String(Math.abs(daysLeft))} ${say(daysLeft > 0 ? TERMS.left : TERMS.ago)}`;
  return (
    <li class="term-row">
      <Link to={`/l/${identifier}`} class="licence-row">
        <span class="licence-holder">{holderName ?? number ?? identifier}</span>
        <span class="licence-kind">{say(kind)}</span>
        <span class="licence-number">{number ?? ''}</span>
        <span class="licence-day">{dayText(validUntil, language)} · <strong class={mark === 7 || daysLeft < 0 ? 'term-near' : ''}>{when}</strong></span>
        <span class={`chip chip-${status.toLowerCase()}`}>{say(words)}</span>
      </Link>
      {renewable && mayAct(session) && <Link class="button" to={`/l/${identifier}#renew`}>{say(TERMS.renew)}</Link>}
    </li>
  );
}
