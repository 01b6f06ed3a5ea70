/** Opened by a scanned QR code: what it says is behind the `#`, so that no server on the way has it in its log. */
import { useEffect, useState } from 'preact/hooks';
import { isUnreachable, type Reply } from '../api.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { presentedAs, type Given } from '../../documents/presented.js';
import type { Answer, ReceiptAssessment } from '../types.js';
import { COMMON } from '../words/common.js';
import { VERIFY } from '../words/verify.js';
import { ask } from './ask.js';
import { Refusals } from './offline.js';
import { ReceiptResult } from './receipt.js';
import { NoAnswer, Result } from './result.js';

export function ScannedPage({ hash }: { hash: string }) {
  const { say } = useLanguage();
  useTitle(say(VERIFY.scanned));
  const [reply, setReply] = useState<Reply<Answer | ReceiptAssessment>>();
  const check = () => {
    setReply(undefined);
    if (hash.length > 1) void ask(givenBy(hash)).then(setReply);
  };
  useEffect(check, [hash]);
  if (hash.length <= 1) return <section class="sheet"><h1 tabIndex={-1}>{say(VERIFY.scanned)}</h1><p>{say(VERIFY.scanEmpty)}</p><p><Link class="button" to="/verify">{say(VERIFY.title)}</Link></p></section>;
  return (
    <div class="scanned" aria-live="polite">
      <Refusals />
      {!reply && <section class="sheet"><h1 tabIndex={-1}>{say(VERIFY.scanned)}</h1><Loading /></section>}
      {reply?.ok && (reply.value.by === 'receipt' ? <ReceiptResult found={reply.value} level={1} /> : <Result answer={reply.value} level={1} way="qr" />)}
      {reply && !reply.ok && (isUnreachable(reply.problem) ? <NoAnswer problem={reply.problem} retry={check} level={1} /> : <section class="sheet"><h1 tabIndex={-1}>{say(VERIFY.scanned)}</h1><ProblemNotice problem={reply.problem} /></section>)}
      {reply && <p class="actions-row">{reply.ok && reply.value.by !== 'presentation' && (reply.value.by === 'receipt' ? reply.value : reply.value.verdict).outcome === 'unchecked' && <button type="button" class="primary" onClick={check}>{say(COMMON.retry)}</button>}<Link class="button" to="/verify">{say(VERIFY.another)}</Link></p>}
    </div>
  );
}

/** What stands behind the `#`: the code of a licence, the one that a phone shows, or a receipt. */
function givenBy(hash: string): Given {
  const found = presentedAs(hash.slice(1));
  return found?.by === 'receipt' || found?.by === 'presentation' ? found : { by: 'qr', qr: hash };
}
