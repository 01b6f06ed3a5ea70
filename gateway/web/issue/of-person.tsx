/** Whom an act about a person's data concerns: the second person signs for licences that he has seen, not for a random reference. */
import { useEffect, useState } from 'preact/hooks';
import { call, type Reply } from '../api.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { ErasureView } from '../types.js';

export function OfPerson({ subject }: { subject: string }) {
  const { say } = useLanguage();
  const [reply, setReply] = useState<Reply<ErasureView>>();
  useEffect(() => void call<ErasureView>('/api/erasures/view', { method: 'POST', json: { subject } }).then(setReply), [subject]);
  return (
    <>
      <code>{subject}</code>
      {reply?.ok === false && <ProblemNotice problem={reply.problem} />}
      {reply?.ok === true && <ul>{reply.value.licences.map(({ identifier, kind }) => <li key={identifier}>{kind && say(kind)} <Link to={`/l/${identifier}`}><code>{identifier}</code></Link></li>)}</ul>}
      {reply?.ok === true && reply.value.grounds.length > 0 && <ul>{reply.value.grounds.map(({ of, words }) => <li key={of}>{say(words)}</li>)}</ul>}
    </>
  );
}
