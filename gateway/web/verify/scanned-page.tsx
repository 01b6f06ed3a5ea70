/** Opened by a scanned QR code: what it says is behind the `#`, so that no server on the way has it in its log. */
import { useEffect, useState } from 'preact/hooks';
import { isUnreachable, type Reply } from '../api.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { Answer, LicenceView } from '../types.js';
import { VERIFY } from '../words/verify.js';
import { ask } from './ask.js';
import { useRoleValue } from './particulars.js';
import { NoAnswer, Result } from './result.js';

export function ScannedPage({ hash }: { hash: string }) {
  const { say } = useLanguage();
  useTitle(say(VERIFY.scanned));
  const [reply, setReply] = useState<Reply<Answer>>();
  const check = () => {
    setReply(undefined);
    if (hash.length > 1) void ask({ by: 'qr', qr: hash }).then(setReply);
  };
  useEffect(check, [hash]);
  if (hash.length <= 1) return <section class="sheet"><h1 tabIndex={-1}>{say(VERIFY.scanned)}</h1><p>{say(VERIFY.scanEmpty)}</p><p><Link class="button" to="/verify">{say(VERIFY.title)}</Link></p></section>;
  return (
    <div class="scanned" aria-live="polite">
      {!reply && <section class="sheet"><h1 tabIndex={-1}>{say(VERIFY.scanned)}</h1><Loading /></section>}
      {reply?.ok && <Result answer={reply.value} level={1}>{reply.value.licence && reply.value.verdict.outcome !== 'untrusted' && <Compare licence={reply.value.licence} />}</Result>}
      {reply && !reply.ok && (isUnreachable(reply.problem) ? <NoAnswer problem={reply.problem} retry={check} level={1} /> : <section class="sheet"><h1 tabIndex={-1}>{say(VERIFY.scanned)}</h1><ProblemNotice problem={reply.problem} /></section>)}
      {reply && <p class="actions-row"><Link class="button" to="/verify">{say(VERIFY.another)}</Link></p>}
    </div>
  );
}

/** The one check that only a person at the place can make. */
function Compare({ licence }: { licence: LicenceView }) {
  const { say } = useLanguage();
  const role = useRoleValue(licence);
  return (
    <section class="compare" aria-label={say(VERIFY.compare)}>
      <p class="compare-name">{role('holder-name') ?? say(licence.kind.name)}</p>
      {role('address') !== undefined && <p class="compare-address">{role('address')}</p>}
      <p class="compare-ask"><strong>{say(VERIFY.compare)}</strong></p>
      <p class="fine">{say(VERIFY.compareWhy)}</p>
    </section>
  );
}
