/** A copy for one purpose (加注件), for the agency that manages the licence, or its holder. */
import { useRef, useState } from 'preact/hooks';
import { call, problemOf, type Problem } from '../api.js';
import { download } from '../download.js';
import { DayField, faultsByField, focusFirstFault, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { LicenceView } from '../types.js';
import { LICENCE } from '../words/licence.js';

const LENGTH_MAX = 60;

/** @param from where copies of this asker's licences are made */
export function CopyForm({ licence, from = '/api/licences' }: { licence: LicenceView; from?: string }) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const [wish, setWish] = useState({ cause: '', requester: '', expiresOn: '' });
  const [state, setState] = useState<{ busy: boolean; made?: boolean; problem?: Problem }>({ busy: false });
  const change = (name: keyof typeof wish) => (value: string): void => setWish({ ...wish, [name]: value });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state.busy) return;
    const missing = Object.entries(wish).filter(([, value]) => value.trim() === '').map(([field]) => ({ field, code: 'FIELD_MISSING' }));
    setState({ busy: missing.length === 0, ...(missing.length === 0 ? {} : { problem: problemOf('FACE_INVALID', missing) }) });
    if (missing.length > 0) return focusFirstFault(form.current);
    const reply = await call<Blob>(`${from}/${encodeURIComponent(licence.identifier)}/copies`, { method: 'POST', json: wish });
    if (reply.ok) {
      download(`${licence.identifier}.copy.pdf`, 'application/pdf', reply.value);
      return setState({ busy: false, made: true });
    }
    setState({ busy: false, problem: reply.problem });
    focusFirstFault(form.current);
  };
  const faults = faultsByField(state.problem?.fields ?? []);
  return (
    <details class="sheet">
      <summary>{say(LICENCE.copy)}</summary>
      <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <p class="hint">{say(LICENCE.copyLead)}</p>
        <TextField name="cause" label={say(LICENCE.copyCause)} required value={wish.cause} fault={faults['cause']} change={change('cause')} input={{ maxLength: LENGTH_MAX }} />
        <TextField name="requester" label={say(LICENCE.copyRequester)} required value={wish.requester} fault={faults['requester']} change={change('requester')} input={{ maxLength: LENGTH_MAX }} />
        <DayField name="expiresOn" label={say(LICENCE.copyUntil)} required value={wish.expiresOn} fault={faults['expiresOn']} change={change('expiresOn')} />
        {state.problem && Object.keys(faults).length === 0 && <ProblemNotice problem={state.problem} />}
        <p class="actions-row"><button type="submit" class="primary" disabled={state.busy}>{say(LICENCE.copyMake)}</button></p>
        <p aria-live="polite">{state.made === true && say(LICENCE.copyMade)}</p>
      </form>
    </details>
  );
}
