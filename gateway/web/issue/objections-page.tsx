/** What holders say is wrong with licences that the agency manages, those that wait first. */
import { useFetched } from '../fetched.js';
import { useLanguage, useTitle } from '../language.js';
import { ObjectionThread } from '../licence/objection-thread.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { useSession } from '../session.js';
import type { ObjectionView } from '../types.js';
import { COMMON } from '../words/common.js';
import { OBJECTION } from '../words/objections.js';
import { SignIn } from './sign-in.js';

/** What still waits is first; beyond these the command line lists. */
const ROWS = 100;

export function ObjectionsPage() {
  const { say } = useLanguage();
  useTitle(say(OBJECTION.title));
  const { session, ready } = useSession();
  const { value, problem, reload } = useFetched<{ readonly objections: readonly ObjectionView[] }>(session ? `/api/objections?limit=${String(ROWS)}` : undefined);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const rows = value?.objections.toSorted((a, b) => Number(b.status === 'open') - Number(a.status === 'open'));
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(OBJECTION.title)}</h1>
      <p class="fine">{say(OBJECTION.lead)}</p>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {rows?.length === 0 && <p>{say(OBJECTION.none)}</p>}
      {rows?.map((objection) => <ObjectionThread key={objection.id} objection={objection}><p>{say(objection.kind)} · <Link to={`/l/${objection.currentIdentifier}`}>{say(OBJECTION.open)}</Link></p></ObjectionThread>)}
    </section>
  );
}
