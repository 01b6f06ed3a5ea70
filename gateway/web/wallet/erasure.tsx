/** The holder's own data: everything in one file; and erasure, or why not. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { erasureAskDigest } from '#chaincode/facts/erasure';
import { type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { ErasureView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ERASURE } from '../words/erasure.js';
import { signBy } from './device-key.js';
import { walletCall, type Opened } from './wallet.js';

/** What a holder who asks for himself does (Personal Information Protection Law, art. 47, item 3). */
const REASON = 'CONSENT_WITHDRAWN';

interface State {
  readonly view?: ErasureView;
  readonly problem?: Problem;
  readonly busy: boolean;
  /** Shown what erasing means, not yet signed. */
  readonly asking: boolean;
}

export function OwnData({ opened }: { opened: Opened }) {
  const { say, language } = useLanguage();
  const [{ view, problem, busy, asking }, setState] = useState<State>({ busy: false, asking: false });
  // Signatures differ from one to the next: sent again, it must be the same one.
  const signed = useRef<object | undefined>(undefined);
  const show = (reply: Awaited<ReturnType<typeof walletCall<ErasureView>>>): void => setState((before) => (reply.ok ? { view: reply.value, busy: false, asking: false } : { ...before, problem: reply.problem, busy: false }));
  const load = async (): Promise<void> => show(await walletCall<ErasureView>(opened, '/api/wallet/erasure'));
  const ask = async (): Promise<void> => {
    setState((before) => ({ ...before, busy: true }));
    const id = newRequestId();
    signed.current ??= { id, reason: REASON, by: await signBy(opened.device, erasureAskDigest(opened.ledger, { id, subject: opened.subject, reason: REASON })) };
    const reply = await walletCall<ErasureView>(opened, '/api/wallet/erasure', { method: 'POST', json: signed.current });
    if (reply.ok) signed.current = undefined;
    show(reply);
  };
  useEffect(() => void load(), []);
  const askable = view && !view.organisation && view.status !== 'ASKED';
  return (
    <>
      <section class="sheet">
        <h2>{say(ERASURE.title)}</h2>
        <p class="fine">{say(ERASURE.saveNote)}</p>
        <p class="actions-row"><a class="button" href="/api/wallet/export">{say(ERASURE.save)}</a></p>
      </section>
      <section class="sheet">
        <h2>{say(ERASURE.erase)}</h2>
        {problem && <ProblemNotice problem={problem}><button type="button" onClick={() => void load()}>{say(COMMON.retry)}</button></ProblemNotice>}
        {!view && !problem && <Loading />}
        {view?.organisation === true && <p>{say(ERASURE.organisation)}</p>}
        {view?.status === 'ASKED' && <p role="status"><strong>{say(ERASURE.asked)} {view.answerBy === undefined ? '' : dayText(view.answerBy, language)}</strong></p>}
        {view?.status === 'REFUSED' && <p role="status">{say(ERASURE.refused)}</p>}
        {view && view.grounds.length > 0 && <><p>{say(ERASURE.whyNot)}</p><ul>{view.grounds.map(({ of, words, kind, until }) => <li key={of}>{say(words)}<br /><span class="fine">{kind && say(kind)}{until !== undefined && <> {say(ERASURE.until)} {dayText(until, language)}</>}</span></li>)}</ul></>}
        {askable && (asking
          ? <>{view.grounds.length === 0 && <p class="notice notice-caution">{say(ERASURE.may)}</p>}<p class="actions-row"><button type="button" class="primary" disabled={busy} onClick={() => void ask()}>{say(ERASURE.sign)}</button><button type="button" disabled={busy} onClick={() => setState((before) => ({ ...before, asking: false }))}>{say(COMMON.cancel)}</button></p></>
          : <p class="actions-row"><button type="button" onClick={() => setState((before) => ({ ...before, asking: true }))}>{say(view.grounds.length === 0 ? ERASURE.ask : ERASURE.askAnyway)}</button></p>)}
      </section>
    </>
  );
}

/** What is left of a wallet whose holder has been erased. */
export function Gone({ beginAgain }: { beginAgain: () => void }) {
  const { say } = useLanguage();
  return <><p class="notice" role="status">{say(ERASURE.gone)}</p><button type="button" class="primary big" onClick={beginAgain}>{say(ERASURE.forget)}</button></>;
}
