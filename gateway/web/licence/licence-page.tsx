/** One licence: the verdict first, then its face, its history and, for its agency, what can be done. */
import { useState } from 'preact/hooks';
import { isUnreachable, problemOf } from '../api.js';
import { useFetched } from '../fetched.js';
import { useLanguage, useTitle } from '../language.js';
import { lazily } from '../lazily.js';
import { Loading, ProblemNotice } from '../notice.js';
import { isWholeIdentifier } from '../../documents/presented.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { Answer, HistoryEvent, LicenceView, Verdict } from '../types.js';
import { headlineOf, UNREACHABLE } from '../verify/headline.js';
import { ErasedNote, StatusReason, useRoleValue } from '../verify/particulars.js';
import { HeadlineBand, PartsList } from '../verify/verdict.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';
import { VERIFY } from '../words/verify.js';
import { Certificate } from './certificate.js';
import { CopyForm } from './copy-form.js';
import { Conditions } from './conditions.js';
import { Members } from './members.js';
import { Timeline } from './timeline.js';

/** Only for staff. */
const AfterIssue = lazily(async () => (await import('../office.js')).AfterIssue);
const Actions = lazily(async () => (await import('../office.js')).Actions);
const OrderPrint = lazily(async () => (await import('../office.js')).OrderPrint);
const Objections = lazily(async () => (await import('../office.js')).Objections);

export function LicencePage({ identifier }: { identifier: string }) {
  const { say } = useLanguage();
  const { session, ready } = useSession();
  const whole = isWholeIdentifier(identifier.trim().toUpperCase());
  const path = `/api/licences/${encodeURIComponent(identifier)}`;
  // Signed in one sees more, so the question waits until that is known, and is asked again when it changes.
  const key = session ? '#staff' : '';
  const answer = useFetched<Answer>(whole && ready ? `${path}${key}` : undefined);
  const history = useFetched<readonly HistoryEvent[]>(answer.value?.licence ? `${path}/history${key}` : undefined);
  useTitle(say(answer.value?.licence?.kind.name ?? LICENCE.title));
  if (!whole) return <Missing code="IDENTIFIER_FORM" />;
  if (answer.problem && isUnreachable(answer.problem)) return <section class="sheet result"><HeadlineBand headline={UNREACHABLE} level={1}><p class="fine">{say(answer.problem.words)}</p></HeadlineBand><p class="actions-row"><button type="button" class="primary" onClick={answer.reload}>{say(COMMON.retry)}</button></p></section>;
  if (answer.problem) return <Missing code={answer.problem.fields[0]?.code ?? answer.problem.code} />;
  if (!answer.value?.licence) return <section class="sheet"><h1 tabIndex={-1}>{say(LICENCE.title)}</h1><Loading /></section>;
  const reload = () => {
    answer.reload();
    history.reload();
  };
  return <Shown answer={answer.value} events={history.value} reload={reload} />;
}

function Shown({ answer, events, reload }: { answer: Answer; events: readonly HistoryEvent[] | undefined; reload: () => void }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const { licence, verdict } = answer;
  const role = useRoleValue(licence);
  // Two readers of one page: the public looks, staff acts. The act's result must outlive the reload that follows it.
  const [acted, setActed] = useState(0);
  if (!licence) return null;
  const old = licence.identifier !== licence.currentIdentifier;
  const trusted = verdict.outcome !== 'untrusted';
  return (
    <>
      <section class="sheet result" aria-live="polite">
        <HeadlineBand headline={headlineOf(verdict)} level={1}>
          <p class="verdict-of">{role('holder-name') !== undefined && <>{role('holder-name')} · </>}{say(licence.kind.name)}</p>
          {trusted && <StatusReason licence={licence} />}
          <ErasedNote licence={licence} />
        </HeadlineBand>
        {old && <p class="notice"><strong>{say(LICENCE.older)}</strong> <Link to={`/l/${licence.currentIdentifier}`}>{say(LICENCE.openCurrent)}</Link></p>}
      </section>
      {session && trusted && <AfterIssue licence={licence} />}
      {!session && trusted && licence.conditions && <section class="sheet"><Conditions conditions={licence.conditions} /></section>}
      {trusted && <Face licence={licence} outcome={verdict.outcome} old={old} />}
      {session && !old && !licence.erased && events && <Actions key={`${licence.licence}${String(acted)}`} licence={licence} events={events} done={reload} another={() => setActed((count) => count + 1)} />}
      <section class="sheet"><PartsList answer={answer} /></section>
      {session && licence.audience === 'agency' && licence.manager.code === session.agency && events && <Objections key={licence.licence} licence={licence} events={events} />}
      {events && <Timeline events={events} erased={licence.erased} />}
    </>
  );
}

/** What is on the licence, and to its agency the documents made of it. */
function Face({ licence, outcome, old }: { licence: LicenceView; outcome: Verdict['outcome']; old: boolean }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const own = !licence.erased && licence.audience === 'agency' && licence.origin === 'issued' && session ? `/api/licences/${encodeURIComponent(licence.identifier)}` : undefined;
  const members = licence.members && <section class="sheet"><Members licence={licence} /></section>;
  return (
    <>
      {licence.status === 'RESTRICTED' && members}
      {!licence.erased && <Certificate licence={licence} outcome={outcome} qr={own && `${own}/qr.svg`} />}
      {licence.status !== 'RESTRICTED' && members}
      {own !== undefined && <p class="actions-row beside"><a class="button" href={`${own}/pdf`}>{say(LICENCE.pdf)}</a></p>}
      {own !== undefined && !old && outcome === 'valid' && session?.agency === licence.manager.code && mayAct(session) && <OrderPrint key={`print ${licence.identifier}`} identifier={licence.identifier} />}
      {own !== undefined && !old && outcome === 'valid' && <CopyForm key={licence.identifier} licence={licence} />}
      {licence.audience === 'public' && <p class="fine beside">{say(LICENCE.partly)}</p>}
    </>
  );
}

function Missing({ code }: { code: string }) {
  const { say } = useLanguage();
  useTitle(say(LICENCE.missing));
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(code === 'NOT_FOUND' ? LICENCE.missing : LICENCE.notThisOne)}</h1>
      <ProblemNotice problem={problemOf(code)} />
      <p>{say(LICENCE.missingHelp)}</p>
      <p><Link class="button" to="/verify">{say(VERIFY.title)}</Link></p>
    </section>
  );
}
