/** One job: how far it is, what was refused, what it waits for. */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../words/codes.js';
import { call, type Problem } from '../api.js';
import { SignIn } from '../issue/sign-in.js';
import { signJob } from '../issue/passkey.js';
import { useFetched } from '../fetched.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { useSession } from '../session.js';
import { COMMON } from '../words/common.js';
import { JOB_STATES, JOBS } from '../words/jobs.js';
import { isMoving, progressOf, type JobView } from './types.js';
import { useJob } from './use-job.js';

export function JobPage({ id }: { id: string }) {
  const { say } = useLanguage();
  useTitle(say(JOBS.job));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  return session ? <Shown id={id} /> : <SignIn />;
}

function Shown({ id }: { id: string }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const { job, problem, lost, reload } = useJob(id);
  const [fault, setFault] = useState<Problem>();
  const act = async (name: 'stop' | 'resume'): Promise<void> => {
    const reply = await call(`/api/jobs/${encodeURIComponent(id)}/${name}`, { method: 'POST' });
    setFault(reply.ok ? undefined : reply.problem);
    reload();
  };
  const sign = async (digest: string): Promise<void> => {
    if (!session) return;
    const reply = await signJob(session, id, digest);
    setFault(reply.ok ? undefined : reply.problem);
    reload();
  };
  const heading = <h1 tabIndex={-1}>{say(JOBS.job)}</h1>;
  if (problem) return <section class="sheet">{heading}<ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice></section>;
  if (!job) return <section class="sheet">{heading}<Loading /></section>;
  const { signed = [], persons = 1 } = job;
  const mine = session !== undefined && signed.includes(session.staff);
  const passkey = !mine && session?.keys.some(({ method }) => method === 'webauthn') === true;
  return (
    <section class="sheet">
      <div class="title-row"><div>{heading}<p class="fine">{say(JOBS[job.type])}{job.dryRun && ` · ${say(JOBS.trial)}`} · {job.name}</p></div><span class={`chip chip-${job.state}`}>{say(JOB_STATES[job.state])}</span></div>
      <Progress job={job} />
      {job.type === 'issue' && !job.dryRun && !isMoving(job) && <PapersWaiting />}
      {lost && isMoving(job) && <p class="fine" role="status">{say(JOBS.lost)}</p>}
      {job.code !== undefined && <p class="notice notice-fault"><strong>{say(messageOf(job.code))}</strong></p>}
      {job.state === 'waiting' && (
        <div class="notice notice-signing">
          <p><strong>{say(JOBS.waiting)}</strong></p>
          {persons > 1 && <p role="status">{say(JOBS.signedBy)}{signed.length}/{persons}{mine && say(JOBS.signedByYou)}</p>}
          {!mine && <p>{say(JOBS.waitingHow)}<code>{job.digest}</code></p>}
          {passkey && job.digest !== undefined && <button type="button" class="primary" onClick={() => void sign(job.digest ?? '')}>{say(JOBS.sign)}</button>}
        </div>
      )}
      {fault && <ProblemNotice problem={fault} />}
      <p class="actions-row">
        {isMoving(job) && <button type="button" onClick={() => void act('stop')}>{say(JOBS.stop)}</button>}
        {job.state === 'stopped' && <button type="button" class="primary" onClick={() => void act('resume')}>{say(JOBS.resume)}</button>}
        <a class="button" href={`/api/jobs/${encodeURIComponent(job.id)}/report?format=csv`} download>{say(JOBS.report)} CSV</a>
        <a class="button" href={`/api/jobs/${encodeURIComponent(job.id)}/report?format=ndjson`} download>{say(JOBS.report)} NDJSON</a>
        <Link class="button" to="/issue/jobs">{say(JOBS.list)}</Link>
      </p>
    </section>
  );
}

const PAPERS_EVERY_MS = 5_000;

/** Sealed PDFs are made after the licences, behind all jobs. */
function PapersWaiting() {
  const { say } = useLanguage();
  const { value, reload } = useFetched<{ waiting: number }>('/api/papers');
  const waiting = value?.waiting ?? 0;
  useEffect(() => {
    if (waiting === 0) return undefined;
    const timer = setTimeout(reload, PAPERS_EVERY_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return waiting === 0 ? null : <p class="fine" role="status">{say(JOBS.papers)} {waiting.toLocaleString('en')}</p>;
}

function Progress({ job }: { job: JobView }) {
  const { say } = useLanguage();
  const share = progressOf(job);
  const counts = [
    { word: JOBS.total, value: job.total }, { word: JOBS.prepared, value: job.prepared }, { word: JOBS.done, value: job.done },
    { word: JOBS.already, value: job.already }, { word: JOBS.refused, value: job.refused },
  ];
  return (
    <>
      <progress max={1} aria-label={say(JOBS.progress)} {...(share === undefined ? {} : { value: share })} />
      <dl class="counts">{counts.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value.toLocaleString('en')}</dd></div>)}</dl>
      <p class="hidden-words" role="status">{share === undefined ? say(JOB_STATES[job.state]) : `${say(JOB_STATES[job.state])} ${String(Math.floor(share * 10) * 10)}%`}</p>
    </>
  );
}
