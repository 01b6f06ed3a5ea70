/** The application for a seal, or for the successor of one. */
import { useRef, useState } from 'preact/hooks';
import { call, problemOf, type Problem } from '../api.js';
import { useFocus } from '../focus.js';
import { faultsByField, focusFirstFault, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { SealView } from '../types.js';
import { COMMON } from '../words/common.js';
import { SEALS } from '../words/seals.js';
import { ROLES } from '../words/staff.js';
import type { News } from './seals-page.js';

interface Props {
  readonly renews?: SealView;
  readonly close: () => void;
  readonly tell: (news: News) => void;
}

type Trigger = NonNullable<SealView['triggers']>[number];
const CHOICES: readonly Trigger[] = ['clerk', 'reviewer', 'approver'];
const YEARS = '3';
const YEARS_MAX = 10;

export function ApplyForm({ renews, close, tell }: Props) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const heading = useFocus<HTMLHeadingElement>();
  const [name, setName] = useState('');
  const [years, setYears] = useState(YEARS);
  const [triggers, setTriggers] = useState<ReadonlySet<Trigger>>(new Set(renews?.triggers ?? []));
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true });
    const chosen = CHOICES.filter((role) => triggers.has(role));
    const faults = [...(renews || name.trim() !== '' ? [] : [{ field: 'name', code: 'FIELD_MISSING' }]), ...(/^([1-9]|10)$/.test(years.trim()) ? [] : [{ field: 'years', code: 'SCHEMA' }])];
    const wish = { ...(renews ? { renews: renews.id } : { name: name.trim() }), years: Number(years), ...(chosen.length === 0 ? {} : { triggers: chosen }) };
    const reply = faults.length > 0 ? { ok: false as const, problem: problemOf('REQUEST_MALFORMED', faults) } : await call<SealView>('/api/seals', { method: 'POST', json: wish });
    if (reply.ok) return tell({ words: SEALS.applied, about: reply.value.name });
    setState({ busy: false, problem: reply.problem });
    focusFirstFault(form.current);
  };
  const toggle = (role: Trigger): void => setTriggers((before) => new Set(before.has(role) ? [...before].filter((each) => each !== role) : [...before, role]));
  const faults = faultsByField(state.problem?.fields ?? []);
  const id = renews?.id ?? 'new';
  return (
    <form ref={form} class="act-form" onSubmit={(event) => void submit(event)} noValidate>
      <h3 ref={heading} tabIndex={-1}>{say(renews ? SEALS.renew : SEALS.apply)}</h3>
      {renews ? <p>{say(SEALS.renewLead)}</p> : <TextField name="name" label={say(SEALS.name)} required hint={say(SEALS.nameHint)} value={name} fault={faults['name']} change={setName} input={{ maxLength: 64 }} />}
      <TextField name="years" label={say(SEALS.years)} required hint={say(SEALS.yearsHint)} value={years} fault={faults['years']} change={setYears} input={{ type: 'number', min: 1, max: YEARS_MAX, inputMode: 'numeric' }} />
      <fieldset>
        <legend>{say(SEALS.triggers)}</legend>
        <p class="hint" id={`triggers-hint-${id}`}>{say(SEALS.triggersHint)}</p>
        <div class="choices">{CHOICES.map((role) => <label key={role} class="choice"><input type="checkbox" checked={triggers.has(role)} aria-describedby={`triggers-hint-${id}`} onChange={() => toggle(role)} /> {say(ROLES[role])}</label>)}</div>
      </fieldset>
      {state.problem && Object.keys(faults).length === 0 && <ProblemNotice problem={state.problem} />}
      <p class="actions-row">
        <button type="submit" class="primary" disabled={state.busy}>{say(renews ? SEALS.sendRenewal : SEALS.send)}</button>
        <button type="button" onClick={close}>{say(COMMON.cancel)}</button>
      </p>
    </form>
  );
}
