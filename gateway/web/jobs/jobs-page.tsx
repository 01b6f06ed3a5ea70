/** Bulk work: a new upload, and the jobs there are. */
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import { SignIn } from '../issue/sign-in.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { JOB_STATES, JOBS } from '../words/jobs.js';
import type { JobView } from './types.js';
import { UploadForm } from './upload-form.js';

export function JobsPage() {
  const { say } = useLanguage();
  useTitle(say(JOBS.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <>
      <section class="sheet">
        <h1 tabIndex={-1}>{say(JOBS.title)}</h1>
        <p>{say(JOBS.lead)}</p>
        {mayAct(session) ? <UploadForm /> : <p>{say(ISSUE.mayNot)}</p>}
      </section>
      <JobList />
    </>
  );
}

function JobList() {
  const { say, language } = useLanguage();
  const { value, problem, loading, reload } = useFetched<{ jobs: readonly JobView[] }>('/api/jobs');
  return (
    <section class="sheet">
      <h2>{say(JOBS.list)}</h2>
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {value?.jobs.length === 0 && <p>{say(JOBS.none)}</p>}
      <ul class="licence-list">
        {value?.jobs.map((job) => (
          <li key={job.id}><Link to={`/issue/jobs/${job.id}`} class="licence-row">
            <span class="licence-holder">{job.name}</span>
            <span class="licence-kind">{say(JOBS[job.type])}{job.dryRun && ` · ${say(JOBS.trial)}`}</span>
            <span class="licence-number">{say(JOBS.done)} {job.done} · {say(JOBS.refused)} {job.refused}{job.total === undefined ? '' : ` / ${String(job.total)}`}</span>
            <span class="licence-day">{instantText(job.createdAt, language)}</span>
            <span class={`chip chip-${job.state}`}>{say(JOB_STATES[job.state])}</span>
          </Link></li>
        ))}
      </ul>
    </section>
  );
}
