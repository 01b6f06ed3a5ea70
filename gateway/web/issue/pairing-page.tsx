/** A holder at the counter: the clerk says a one-time code, compares the digits of the key that the phone brought, and signs. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { mayAct, useSession } from '../session.js';
import type { OpenedPairing, PairingView, SessionView } from '../types.js';
import { ISSUE } from '../words/issue.js';
import { ACTION } from '../words/licence.js';
import { PAIRING, SEEN_WORDS } from '../words/wallet.js';
import { TextField } from './field.js';
import { signDrafted } from './passkey.js';
import { SignIn } from './sign-in.js';

const LOOK_EVERY_MS = 2_000;
type Whom = { readonly organisation: string } | { readonly licence: string };
type Opened = OpenedPairing & { readonly whom: Whom };

export function PairingPage() {
  const { say } = useLanguage();
  useTitle(say(PAIRING.title));
  const { session, ready } = useSession();
  const [opened, setOpened] = useState<Opened>();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <section class="sheet narrow">
      <h1 tabIndex={-1}>{say(PAIRING.title)}</h1>
      {!mayAct(session) ? <p>{say(ISSUE.mayNot)}</p> : opened ? <Pairing key={opened.id} opened={opened} session={session} another={() => setOpened(undefined)} /> : <WhomForm opened={setOpened} />}
    </section>
  );
}

function WhomForm({ opened }: { opened: (pairing: Opened) => void }) {
  const { say } = useLanguage();
  const [text, setText] = useState('');
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const code = text.trim().toUpperCase();
    const whom: Whom = code.length === 18 ? { organisation: code } : { licence: code };
    setState({ busy: true });
    const reply = await call<OpenedPairing>('/api/pairings', { method: 'POST', json: whom });
    if (reply.ok) return opened({ ...reply.value, whom });
    setState({ busy: false, problem: reply.problem });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>{say(PAIRING.lead)}</p>
      <TextField name="whom" label={say(PAIRING.whom)} hint={say(PAIRING.whomHint)} required value={text} change={setText} fault={state.problem?.fields[0] && state.problem.words} input={{ required: true, spellcheck: false }} />
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="submit" class="primary big" disabled={state.busy}>{say(PAIRING.open)}</button>
    </form>
  );
}

function Pairing({ opened, session, another }: { opened: Opened; session: SessionView; another: () => void }) {
  const { say, language } = useLanguage();
  const [view, setView] = useState<PairingView>({ state: 'waiting' });
  useEffect(() => {
    if (view.state !== 'waiting') return;
    const looking = setInterval(() => void call<PairingView>(`/api/pairings/${opened.id}`).then((reply) => { if (reply.ok) setView(reply.value); }), LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, [view.state]);
  if (view.device) return <Compare opened={opened} device={view.device} session={session} another={another} />;
  if (view.state === 'over') return <><p class="notice notice-caution" role="alert">{say(PAIRING.over)}</p><button type="button" class="primary" onClick={another}>{say(PAIRING.open)}</button></>;
  return (
    <>
      <p>{say(PAIRING.tell)}</p>
      <code class="big-code">{opened.code.replace(/^(.{3})(.{4})(.{4})$/, '$1-$2-$3')}</code>
      <p class="fine">{say(PAIRING.until)} {instantText(opened.expiresAt, language)}</p>
      <p class="loading" role="status">{say(PAIRING.waiting)}</p>
    </>
  );
}

type SeenName = keyof typeof SEEN_WORDS;
const SEEN_NAMES = Object.keys(SEEN_WORDS) as SeenName[];

function Compare({ opened, device, session, another }: { opened: Opened; device: NonNullable<PairingView['device']>; session: SessionView; another: () => void }) {
  const { say } = useLanguage();
  const [seen, setSeen] = useState<readonly SeenName[]>([]);
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; done?: 'done' | 'proposed' }>({ busy: false });
  const requestId = useRef(newRequestId());
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const reply = await signDrafted(session, '/api/devices', { requestId: requestId.current, ...opened.whom, device: { id: device.id, spki: device.spki }, seen: [...seen, 'ONE_TIME_CODE'] }, opened.further);
    setState(reply.ok ? { busy: false, done: opened.further ? 'proposed' : 'done' } : { busy: false, problem: reply.problem });
  };
  if (state.done) return <><p class="notice" role="status"><strong>{say(PAIRING[state.done])}</strong></p><button type="button" class="primary" onClick={another}>{say(PAIRING.another)}</button></>;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>{say(PAIRING.compare)}</p>
      <code class="big-code">{device.fingerprint}</code>
      <fieldset>
        <legend>{say(PAIRING.seen)}</legend>
        <div class="choices">{SEEN_NAMES.map((name) => <label key={name} class="choice"><input type="checkbox" checked={seen.includes(name)} onChange={(event) => setSeen(event.currentTarget.checked ? [...seen, name] : seen.filter((each) => each !== name))} />{say(SEEN_WORDS[name])}</label>)}</div>
      </fieldset>
      {opened.further && <p class="notice notice-signing">{say(PAIRING.further)}</p>}
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="submit" class="primary big" disabled={state.busy || seen.length === 0}>{say(state.busy ? ACTION.sending : PAIRING.same)}</button>
    </form>
  );
}
