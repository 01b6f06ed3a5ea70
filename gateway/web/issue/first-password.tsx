/** The first sign-in with a password that the registrar handed over: the person puts one of their own in its place. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { problemOf, type Problem } from '../api.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import { ACCOUNT } from '../words/account.js';
import { faultsByField, focusFirstFault, TextField } from './field.js';

export function FirstPassword({ name, password }: { name: string; password: string }) {
  const { say } = useLanguage();
  const { signIn } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState({ next: '', again: '' });
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  useLayoutEffect(() => form.current?.querySelector('input')?.focus(), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true });
    const problem = text.next === text.again ? await signIn({ name, password, next: text.next }) : problemOf('REQUEST_MALFORMED', [{ field: 'again', code: 'PASSWORD_DIFFERS' }]);
    if (!problem) return;
    setState({ busy: false, problem });
    focusFirstFault(form.current);
  };
  const faults = faultsByField(state.problem?.fields ?? []);
  const field = (which: keyof typeof text, label: string, hint?: string) =>
    <TextField name={`first-${which}`} label={label} required hint={hint} value={text[which]} fault={faults[which]} change={(value) => setText((before) => ({ ...before, [which]: value }))} input={{ type: 'password', autocomplete: 'new-password', maxLength: 200 }} />;
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <p role="status">{say(ACCOUNT.first)}</p>
      <input type="text" autocomplete="username" value={name} readOnly hidden />
      {field('next', say(ACCOUNT.new), say(ACCOUNT.newHint))}
      {field('again', say(ACCOUNT.again))}
      {state.problem && Object.keys(faults).length === 0 && <ProblemNotice problem={state.problem} />}
      <button type="submit" class="primary big" disabled={state.busy}>{say(ACCOUNT.setFirst)}</button>
    </form>
  );
}
