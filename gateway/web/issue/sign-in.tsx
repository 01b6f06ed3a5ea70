/** Sign-in of staff: by name and password, or by a passkey alone. */
import { useRef, useState } from 'preact/hooks';
import type { Problem, Reply } from '../api.js';
import { useKept } from '../fetched.js';
import { lazily } from '../lazily.js';
import { Icon } from '../icons.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import { SIGN_IN } from '../words/issue.js';
import { answerChallenge, passkeysWork } from './passkey.js';

const FirstPassword = lazily(async () => (await import('../office.js')).FirstPassword);

/** @param again the session has ended during work */
export function SignIn({ again = false }: { again?: boolean }) {
  const { say } = useLanguage();
  const { signIn } = useSession();
  const demo = useKept<{ demo: boolean }>('/api/ledger')?.demo === true;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  /** Name and a password that was only to begin with. */
  const [first, setFirst] = useState<{ readonly name: string; readonly password: string }>();
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const attempt = async (proof: () => Promise<Reply<object>>): Promise<Problem | undefined> => {
    setBusy(true);
    setProblem(undefined);
    const given = await proof();
    const fault = given.ok ? await signIn(given.value) : given.problem;
    setBusy(false);
    setProblem(fault);
    return fault;
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const proof = { name: name.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    const fault = await attempt(async () => ({ ok: true, value: proof }));
    if (fault?.code === 'PASSWORD_INITIAL') setFirst(proof);
    else if (fault) password.current?.focus();
  };
  const Heading = again ? 'h2' : 'h1';
  return (
    <section class="sheet narrow">
      <Heading tabIndex={-1}>{say(SIGN_IN.title)}</Heading>
      {again && <p role="alert">{say(SIGN_IN.again)}</p>}
      {first ? <FirstPassword {...first} /> : <form onSubmit={(event) => void submit(event)}>
        <div class="field"><label for="sign-in-name">{say(SIGN_IN.name)}</label><input id="sign-in-name" ref={name} autocomplete="username" autocapitalize="off" spellcheck={false} required /></div>
        <div class="field"><label for="sign-in-password">{say(SIGN_IN.password)}</label><input id="sign-in-password" ref={password} type="password" autocomplete="current-password" required /></div>
        {problem && <ProblemNotice problem={problem} />}
        <button type="submit" class="primary big" disabled={busy}>{say(busy ? SIGN_IN.working : SIGN_IN.submit)}</button>
      </form>}
      {!first && passkeysWork() && (
        <div class="other-way">
          <p class="other-way-or">{say(SIGN_IN.or)}</p>
          <button type="button" class="big" disabled={busy} onClick={() => void attempt(answerChallenge)}><Icon name="key" /> {say(SIGN_IN.passkey)}</button>
          <p class="hint">{say(SIGN_IN.passkeyHint)}</p>
        </div>
      )}
      {demo && <p class="hint">{say(SIGN_IN.demo)}</p>}
    </section>
  );
}
