/** Change of one's own password. */
import { useRef, useState } from 'preact/hooks';
import { problemOf, type FieldFault, type Problem } from '../api.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import { ACCOUNT } from '../words/account.js';
import { faultsByField, focusFirstFault, TextField } from './field.js';

const EMPTY = { old: '', new: '', again: '' };
type Passwords = typeof EMPTY;

/** What the page can tell before anything is sent. */
function faultsOf(text: Passwords): readonly FieldFault[] {
  const missing = Object.entries(text).filter(([, value]) => value === '').map(([field]) => ({ field, code: 'FIELD_MISSING' }));
  return missing.length > 0 || text.new === text.again ? missing : [{ field: 'again', code: 'PASSWORD_DIFFERS' }];
}

export function PasswordForm() {
  const { say } = useLanguage();
  const { changePassword } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState(EMPTY);
  const [state, setState] = useState<{ busy: boolean; done?: true; problem?: Problem }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true });
    const faults = faultsOf(text);
    const problem = faults.length > 0 ? problemOf('REQUEST_MALFORMED', faults) : await changePassword({ old: text.old, new: text.new });
    setState(problem ? { busy: false, problem } : { busy: false, done: true });
    if (problem) focusFirstFault(form.current);
    else setText(EMPTY);
  };
  const faults = faultsByField(state.problem?.fields ?? []);
  const field = (name: keyof Passwords, autocomplete: 'current-password' | 'new-password', hint?: string) =>
    <TextField name={`password-${name}`} label={say(ACCOUNT[name])} required hint={hint} value={text[name]} fault={faults[name]} change={(value) => setText((before) => ({ ...before, [name]: value }))} input={{ type: 'password', autocomplete, maxLength: 200 }} />;
  return (
    <form ref={form} class="password-form" onSubmit={(event) => void submit(event)} noValidate>
      <h2>{say(ACCOUNT.password)}</h2>
      <p>{say(ACCOUNT.passwordLead)}</p>
      {field('old', 'current-password')}
      {field('new', 'new-password', say(ACCOUNT.newHint))}
      {field('again', 'new-password')}
      {state.problem && Object.keys(faults).length === 0 && <ProblemNotice problem={state.problem} />}
      <p role="status">{state.done && say(ACCOUNT.changed)}</p>
      <button type="submit" class="primary" disabled={state.busy}>{say(state.busy ? ACCOUNT.changing : ACCOUNT.change)}</button>
    </form>
  );
}
