/** Identity of holders: those who signed in at the provider, those who stand at the counter, and records that one's own agency goes by. */
import { useRef, useState } from 'preact/hooks';
import { PURPOSES } from '#chaincode/facts/purpose';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useFetched } from '../fetched.js';
import { dayText, instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { mayAct, useSession } from '../session.js';
import type { ProvidedView, Reliance, SessionView } from '../types.js';
import { IDENTITY, IDENTITY_METHOD_WORDS } from '../words/identity.js';
import { ISSUE } from '../words/issue.js';
import { ACTION } from '../words/licence.js';
import { SEEN_WORDS } from '../words/wallet.js';
import { faultsByField, TextField } from './field.js';
import { signDrafted } from './passkey.js';
import { SignIn } from './sign-in.js';

export function IdentityPage() {
  const { say } = useLanguage();
  useTitle(say(IDENTITY.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  if (!mayAct(session)) return <section class="sheet narrow"><h1 tabIndex={-1}>{say(IDENTITY.title)}</h1><p>{say(ISSUE.mayNot)}</p></section>;
  return (
    <>
      <section class="sheet narrow"><h1 tabIndex={-1}>{say(IDENTITY.title)}</h1><h2>{say(IDENTITY.rely)}</h2><Rely /></section>
      <section class="sheet narrow"><h2>{say(IDENTITY.counter)}</h2><AtCounter session={session} /></section>
      <section class="sheet narrow"><h2>{say(IDENTITY.waiting)}</h2><Waiting session={session} /></section>
    </>
  );
}

interface State {
  readonly busy: boolean;
  readonly problem?: Problem;
}

function Rely() {
  const { say, language } = useLanguage();
  const [form, setForm] = useState({ holder: '', name: '', purpose: 'INSPECTION', caseNo: '' });
  const [state, setState] = useState<State & { readonly found?: Reliance }>({ busy: false });
  const faults = faultsByField(state.problem?.fields ?? []);
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const reply = await call<Reliance>('/api/identities/reliance', { method: 'POST', json: { ...form, holder: form.holder.trim() } });
    setState(reply.ok ? { busy: false, found: reply.value } : { busy: false, problem: reply.problem });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p class="hint">{say(IDENTITY.relyLead)}</p>
      <TextField name="holder" label={say(IDENTITY.code)} required value={form.holder} change={set('holder')} fault={faults['holder']} input={{ required: true, spellcheck: false }} />
      <TextField name="name" label={say(IDENTITY.name)} required value={form.name} change={set('name')} fault={faults['name']} input={{ required: true }} />
      <div class="field"><label for="rely-purpose">{say(IDENTITY.purpose)}</label><select id="rely-purpose" value={form.purpose} onChange={(event) => set('purpose')(event.currentTarget.value)}>{Object.entries(PURPOSES).map(([code, words]) => <option key={code} value={code}>{say(words)}</option>)}</select></div>
      <TextField name="caseNo" label={say(IDENTITY.caseNo)} required value={form.caseNo} change={set('caseNo')} fault={faults['caseNo']} input={{ required: true }} />
      {state.problem && (state.problem.code === 'NOT_FOUND' ? <p class="notice notice-caution" role="alert">{say(IDENTITY.missing)}</p> : <ProblemNotice problem={state.problem} />)}
      {state.found && (
        <div class={`notice ${state.found.sameName ? 'notice-signing' : 'notice-caution'}`} role="status">
          <p><strong>{say(state.found.sameName ? IDENTITY.same : IDENTITY.other)}</strong> <code>{state.found.code}</code></p>
          <p>{say(IDENTITY.by)} {state.found.agency.name} · {say(IDENTITY_METHOD_WORDS[state.found.method])} · {instantText(state.found.at, language)}</p>
          <p class="fine">{say(IDENTITY.until)} {dayText(state.found.until, language)} · {say(IDENTITY.record)} {state.found.record.seq}</p>
        </div>
      )}
      <button type="submit" class="primary big" disabled={state.busy}>{say(IDENTITY.ask)}</button>
    </form>
  );
}

type SeenName = keyof typeof SEEN_WORDS;

function AtCounter({ session }: { session: SessionView }) {
  const { say } = useLanguage();
  const [form, setForm] = useState({ whom: '', code: '', name: '', validUntil: '' });
  const [seen, setSeen] = useState<readonly SeenName[]>([]);
  const [state, setState] = useState<State & { readonly done?: true }>({ busy: false });
  const requestId = useRef(newRequestId());
  const faults = faultsByField(state.problem?.fields ?? []);
  const set = (name: keyof typeof form) => (value: string) => setForm({ ...form, [name]: value });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const whom = form.whom.trim().toUpperCase();
    const { code, name, validUntil } = form;
    const document = { code: code.trim(), name, ...(validUntil === '' ? {} : { validUntil }) };
    const reply = await signDrafted(session, '/api/identities', { requestId: requestId.current, ...(whom.length === 18 ? { organisation: whom } : { licence: whom }), document, seen }, false);
    setState(reply.ok ? { busy: false, done: true } : { busy: false, problem: reply.problem });
    if (!reply.ok) return;
    requestId.current = newRequestId();
    setForm({ whom: '', code: '', name: '', validUntil: '' });
    setSeen([]);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p class="hint">{say(IDENTITY.counterLead)}</p>
      <TextField name="whom" label={say(IDENTITY.whom)} required value={form.whom} change={set('whom')} fault={faults['organisation'] ?? faults['licence']} input={{ required: true, spellcheck: false }} />
      <TextField name="code" label={say(IDENTITY.code)} required value={form.code} change={set('code')} fault={faults['code']} input={{ required: true, spellcheck: false }} />
      <TextField name="document-name" label={say(IDENTITY.name)} required value={form.name} change={set('name')} fault={faults['name']} input={{ required: true }} />
      <TextField name="validUntil" label={say(IDENTITY.validUntil)} value={form.validUntil} change={set('validUntil')} fault={faults['validUntil']} input={{ type: 'date' }} />
      <fieldset>
        <legend>{say(IDENTITY.seen)}</legend>
        <div class="choices">{(Object.keys(SEEN_WORDS) as SeenName[]).map((name) => <label key={name} class="choice"><input type="checkbox" checked={seen.includes(name)} onChange={(event) => setSeen(event.currentTarget.checked ? [...seen, name] : seen.filter((each) => each !== name))} />{say(SEEN_WORDS[name])}</label>)}</div>
      </fieldset>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {state.done && <p class="notice notice-signing" role="status">{say(IDENTITY.done)}</p>}
      <button type="submit" class="primary big" disabled={state.busy || seen.length === 0}>{say(state.busy ? ACTION.sending : IDENTITY.sign)}</button>
    </form>
  );
}

function Waiting({ session }: { session: SessionView }) {
  const { say } = useLanguage();
  const { value, problem, reload } = useFetched<{ signIns: readonly ProvidedView[] }>('/api/provider-sign-ins');
  return (
    <>
      <p class="hint">{say(IDENTITY.waitingLead)}</p>
      {problem && <ProblemNotice problem={problem} />}
      {value?.signIns.length === 0 && <p>{say(IDENTITY.none)}</p>}
      {value?.signIns.map((row) => <Provided key={row.id} row={row} session={session} reload={reload} />)}
    </>
  );
}

function Provided({ row, session, reload }: { row: ProvidedView; session: SessionView; reload: () => void }) {
  const { say, language } = useLanguage();
  const [state, setState] = useState<State & { readonly proposed?: true }>({ busy: false });
  const ids = useRef({ identity: newRequestId(), device: newRequestId() });
  const { device } = row;
  const sign = async (what: 'identity' | 'device'): Promise<void> => {
    setState({ busy: true });
    const propose = what === 'device' && row.further;
    const reply = await signDrafted(session, `/api/provider-sign-ins/${row.id}/${what}`, { requestId: ids.current[what] }, propose);
    setState(reply.ok ? { busy: false, ...(propose ? { proposed: true as const } : {}) } : { busy: false, problem: reply.problem });
    if (reply.ok) reload();
  };
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{row.name}</h3><span class="fine">{instantText(row.at, language)}</span></div>
      <dl class="wallet-rows">
        <div><dt>{say(IDENTITY.code)}</dt><dd><code>{row.code}</code></dd></div>
        <div><dt>{say(IDENTITY.provider)}</dt><dd>{row.issuer}</dd></div>
        {device && <div><dt>{say(IDENTITY.digits)}</dt><dd><code>{device.fingerprint}</code></dd></div>}
      </dl>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {state.proposed && <p class="notice notice-signing" role="status">{say(IDENTITY.proposed)}</p>}
      <p class="actions-row">
        {row.attested ? <span class="chip chip-valid">{say(IDENTITY.attested)}</span> : <button type="button" disabled={state.busy} onClick={() => void sign('identity')}>{say(IDENTITY.attestProvided)}</button>}
        {device && (device.registered ? <span class="chip chip-valid">{say(IDENTITY.phoneDone)}</span> : <button type="button" disabled={state.busy} onClick={() => void sign('device')}>{say(IDENTITY.registerPhone)}</button>)}
      </p>
    </article>
  );
}
