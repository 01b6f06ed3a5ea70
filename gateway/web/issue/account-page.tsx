/** One's own account: passkeys, in force once the registrar has written them to the ledger, and the password. */
import { startRegistration, type PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import { useEffect, useState } from 'preact/hooks';
import { call, problemOf, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import { COMMON } from '../words/common.js';
import { KEYS } from '../words/signing.js';
import { ROLES, STAFF } from '../words/staff.js';
import type { Passkey } from './passkey.js';
import { PasswordForm } from './password-form.js';
import { SignIn } from './sign-in.js';

export function AccountPage() {
  const { say } = useLanguage();
  useTitle(say(COMMON.account));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <>
      <section class="sheet">
        <h1 tabIndex={-1}>{say(COMMON.account)}</h1>
        <p><strong>{session.displayName}</strong> {session.agencyName}</p>
        <p class="fixed-row"><span>{say(STAFF.roles)}</span> {session.roles.map((role) => say(ROLES[role])).join(say(COMMON.comma))}</p>
      </section>
      <Keys />
      <section class="sheet"><PasswordForm /></section>
    </>
  );
}

const CHIPS = { pending: 'waiting', rejected: 'revoked', active: 'valid', revoked: 'revoked' } as const;

function Keys() {
  const { say, language } = useLanguage();
  const { refresh } = useSession();
  const { value, problem, reload } = useFetched<readonly Passkey[]>('/api/passkeys');
  const [state, setState] = useState<{ busy: boolean; added?: true; fault?: Problem }>({ busy: false });
  // A key that the registrar has just approved is not yet known to a session that began before.
  useEffect(() => void refresh(), []);
  const add = async (): Promise<void> => {
    setState({ busy: true });
    const fault = await register();
    setState(fault ? { busy: false, fault } : { busy: false, added: true });
    reload();
  };
  const fault = state.fault ?? problem;
  return (
    <section class="sheet">
      <h2>{say(KEYS.title)}</h2>
      <p>{say(KEYS.lead)}</p>
      {value?.length === 0 && <p>{say(KEYS.none)}</p>}
      <ul class="licence-list">
        {value?.map(({ key, registeredAt, state: keyState }) => <li key={key} class="key-row"><div><code class="key-id">{key}</code>{registeredAt !== undefined && <span class="fine">{instantText(registeredAt, language)}</span>}</div><span class={`chip chip-${CHIPS[keyState]}`}>{say(KEYS[keyState])}</span></li>)}
      </ul>
      {fault && <ProblemNotice problem={fault} />}
      <p role="status">{state.added && say(KEYS.added)}</p>
      <button type="button" class="primary" disabled={state.busy} onClick={() => void add()}>{say(KEYS.add)}</button>
    </section>
  );
}

async function register(): Promise<Problem | undefined> {
  const options = await call<PublicKeyCredentialCreationOptionsJSON>('/api/passkeys/options', { method: 'POST' });
  if (!options.ok) return options.problem;
  try {
    const response = await startRegistration({ optionsJSON: options.value });
    const reply = await call('/api/passkeys', { method: 'POST', json: { response } });
    return reply.ok ? undefined : reply.problem;
  } catch {
    // Closed, timed out, already registered on this device: the browser's words are not ours to show.
    return problemOf('PASSKEY_NOT_MADE');
  }
}
