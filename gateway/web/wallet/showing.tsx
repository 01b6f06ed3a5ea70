/** What is shown now: the code, replaced every minute, until somebody has fetched it; the holder sees at once who. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { presentationUrl } from '../../documents/presentation-code.js';
import type { Problem } from '../api.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { PresentationState } from '../types.js';
import { QrCode } from '../verify/qr-code.js';
import { SHOW } from '../words/presentation.js';
import { show, type Shown, type Source, type Verifier } from './presenting.js';
import { walletCall, type Opened } from './wallet.js';

const LOOK_EVERY_MS = 1_500;
/** A phone that was laid down stops showing. */
const ROUNDS_MAX = 10;

type State = { readonly at: 'busy' | 'over' | 'paused' } | { readonly at: 'shown'; readonly shown: Shown } | { readonly at: 'used'; readonly found: PresentationState } | { readonly at: 'failed'; readonly problem: Problem };

export function Showing({ opened, source, hidden, verifier, back }: { opened: Opened; source: Source; hidden: ReadonlySet<string>; verifier?: Verifier; back: () => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<State>({ at: 'busy' });
  const [seconds, setSeconds] = useState(0);
  const rounds = useRef(0);
  const begin = async (): Promise<void> => {
    setState({ at: 'busy' });
    const reply = await show(opened, source, hidden, verifier);
    setState(reply.ok ? { at: 'shown', shown: reply.value } : { at: 'failed', problem: reply.problem });
  };
  const again = (): void => {
    rounds.current = 0;
    void begin();
  };
  useEffect(() => void begin(), []);
  useEffect(() => {
    if (state.at !== 'shown') return;
    const { id, until } = state.shown;
    const left = (): void => setSeconds(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    const look = async (): Promise<void> => {
      const reply = await walletCall<PresentationState>(opened, `/api/wallet/presentations/${id}`);
      if (stopped) return;
      if (reply.ok && reply.value.state === 'used') return setState({ at: 'used', found: reply.value });
      // Over, or forgotten by a gateway that began anew; without an answer the phone's own clock says so.
      if ((reply.ok && reply.value.state === 'over') || (!reply.ok && (reply.problem.code === 'NOT_FOUND' || until < Date.now()))) {
        if (verifier) return setState({ at: 'over' });
        return ++rounds.current < ROUNDS_MAX ? void begin() : setState({ at: 'paused' });
      }
      looking = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    let stopped = false;
    let looking = setTimeout(() => void look(), LOOK_EVERY_MS);
    const counting = setInterval(left, 500);
    left();
    return () => {
      stopped = true;
      clearTimeout(looking);
      clearInterval(counting);
      // What has left the screen is taken back, unless somebody has fetched it.
      void walletCall(opened, `/api/wallet/presentations/${id}`, { method: 'DELETE' });
    };
  }, [state]);
  return (
    <div aria-live="polite">
      {state.at === 'busy' && <Loading />}
      {state.at === 'failed' && <ProblemNotice problem={state.problem} />}
      {state.at === 'over' && <p class="notice notice-caution">{say(SHOW.over)}</p>}
      {state.at === 'paused' && <p class="notice notice-caution">{say(SHOW.paused)}</p>}
      {state.at === 'shown' && (state.shown.secret === undefined ? <p class="loading" role="status">{say(SHOW.sent)}</p> : <><p>{say(SHOW.scan)}</p><QrCode text={presentationUrl(location.origin, { id: state.shown.id, secret: state.shown.secret })} alt={say(SHOW.qr)} /></>)}
      {state.at === 'shown' && <p class="show-left" aria-live="off">{say(SHOW.seconds)} <strong>{seconds}</strong></p>}
      {state.at === 'used' && <Used found={state.found} />}
      <p class="actions-row">
        {state.at !== 'shown' && state.at !== 'busy' && !verifier && <button type="button" class="primary" onClick={again}>{say(SHOW.again)}</button>}
        <button type="button" onClick={back}>{say(state.at === 'shown' ? SHOW.stop : SHOW.done)}</button>
      </p>
    </div>
  );
}

function Used({ found: { usedAt = '', by } }: { found: PresentationState }) {
  const { say, language } = useLanguage();
  return (
    <>
      <p class="notice notice-signing"><strong>{say(SHOW.used)}</strong> {instantText(usedAt, language)}<br />{say(SHOW.usedBy)} {by ? `${by.name} ${by.code}` : say(SHOW.toNobody)}</p>
      <p class="fine">{say(SHOW.usedNote)}</p>
    </>
  );
}
