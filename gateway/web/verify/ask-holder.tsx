/** A verifier's challenge: what a holder shows in answer to it comes to this page and to nobody else. */
import { useEffect, useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { useLanguage } from '../language.js';
import { dayText, instantText } from '../format.js';
import { ProblemNotice } from '../notice.js';
import type { Answer, Challenge, ShownIdentity, ShownLicence } from '../types.js';
import { COMMON } from '../words/common.js';
import { SHOWN } from '../words/shown.js';
import { canCheckHere } from './device.js';
import { checkShown, isShownBy } from './shown.js';
import { QrCode } from './qr-code.js';

const LOOK_EVERY_MS = 2_000;

type State = { readonly at: 'rest' | 'busy' | 'over' } | { readonly at: 'waiting'; readonly challenge: Challenge } | { readonly at: 'failed'; readonly problem: Problem } | { readonly at: 'identity'; readonly found: ShownIdentity; readonly good: boolean };

export function AskHolder({ shown }: { shown: (answer: Answer) => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<State>({ at: 'rest' });
  const ask = async (): Promise<void> => {
    setState({ at: 'busy' });
    const reply = await call<Challenge>('/api/presentation-challenges', { method: 'POST', json: {} });
    setState(reply.ok ? { at: 'waiting', challenge: reply.value } : { at: 'failed', problem: reply.problem });
  };
  useEffect(() => {
    if (state.at !== 'waiting') return;
    const { challenge } = state;
    let stopped = false;
    const look = async (): Promise<void> => {
      const reply = await call<ShownLicence | ShownIdentity | undefined>(`/api/presentation-challenges/${challenge.code}/answer`, { method: 'POST', json: { secret: challenge.secret } });
      if (stopped) return;
      if (reply.ok && reply.value !== undefined) {
        const { value } = reply;
        if (value.by === 'identity') return setState({ at: 'identity', found: value, good: await isShownBy(value, challenge) });
        const answer = await checkShown(value, challenge);
        setState({ at: 'rest' });
        return shown(answer);
      }
      // What was not heard is asked again; a challenge that is over is not.
      if (!reply.ok && reply.problem.status === 410) return setState({ at: 'over' });
      waiting = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    let waiting = setTimeout(() => void look(), LOOK_EVERY_MS);
    return () => {
      stopped = true;
      clearTimeout(waiting);
    };
  }, [state]);
  if (!canCheckHere()) return null;
  return (
    <section class="sheet ask-holder">
      <h2>{say(SHOWN.ask)}</h2>
      <p class="hint">{say(SHOWN.lead)}</p>
      <div aria-live="polite">
        {state.at === 'over' && <p class="notice">{say(SHOWN.over)}</p>}
        {state.at === 'identity' && <Identity found={state.found} good={state.good} />}
        {state.at === 'failed' && <ProblemNotice problem={state.problem} />}
        {state.at === 'waiting' && (
          <>
            <p>{say(SHOWN.tell)}</p>
            <code class="big-code" aria-label={say(SHOWN.challenge)}>{state.challenge.code.slice(0, 4)}-{state.challenge.code.slice(4)}</code>
            <QrCode text={`${location.origin}/wallet/show#${state.challenge.code}`} alt={say(SHOWN.qr)} />
            <p class="loading" role="status">{say(SHOWN.waiting)}</p>
            <button type="button" onClick={() => setState({ at: 'rest' })}>{say(COMMON.cancel)}</button>
          </>
        )}
      </div>
      {state.at !== 'waiting' && <button type="button" disabled={state.at === 'busy'} onClick={() => void ask()}>{say(SHOWN.get)}</button>}
    </section>
  );
}

/** In full, for the agency that has asked: nothing of it is kept here. */
function Identity({ found: { facts, identity }, good }: { found: ShownIdentity; good: boolean }) {
  const { say, language } = useLanguage();
  return (
    <div class={`notice ${good ? 'notice-signing' : 'notice-fault'}`} role="status">
      <p><strong>{say(good ? SHOWN.identityGood : SHOWN.identityBad)}</strong></p>
      {good && (
        <dl class="wallet-rows">
          <div><dt>{say(SHOWN.name)}</dt><dd>{facts.name}</dd></div>
          <div><dt>{say(SHOWN.code)}</dt><dd><code>{facts.code}</code></dd></div>
          <div><dt>{say(SHOWN.by)}</dt><dd>{identity.agency.name}</dd></div>
          <div><dt>{say(SHOWN.at)}</dt><dd>{instantText(identity.at, language)}</dd></div>
          <div><dt>{say(SHOWN.until)}</dt><dd>{dayText(facts.validUntil ?? identity.until, language)}</dd></div>
        </dl>
      )}
    </div>
  );
}
