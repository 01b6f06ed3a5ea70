/** A new delegation: to whom, what, for which licences and purposes, until when. A manager gives clerks no more than he has; the contract asks that again. */
import { useRef, useState } from 'preact/hooks';
import { DELEGATED_ACTS, delegationDigest, type DelegatedAct } from '#chaincode/facts/delegation';
import type { Delegation } from '#chaincode/facts/delegation-commands';
import { PURPOSES } from '#chaincode/facts/purpose';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useKept } from '../fetched.js';
import { beginningOf, endOf, lastDayOf, todayOf } from '../format.js';
import { ChoiceField, DayField, faultsByField, focusFirstFault, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { DELEGATED_ACT_WORDS, MEMBERS, ROLE_WORDS } from '../words/members.js';
import { signBy } from './device-key.js';
import type { Opened } from './wallet.js';

const YEARS_MAX = 3;
type Role = Delegation['role'];

interface Entered {
  readonly role: Role;
  readonly label: string;
  readonly delegate: string;
  readonly acts: readonly DelegatedAct[];
  readonly kinds: readonly string[];
  readonly purposes: readonly string[];
  readonly until: string;
}

/** Nothing chosen is no limit, of a manager's clerk his manager's own. */
function delegationOf({ subject, scope }: Opened, { role, delegate, acts, kinds, purposes, until }: Entered): Delegation {
  const [from, to] = [beginningOf(todayOf(Date.now())), endOf(until)];
  const limits = { kinds: kinds.length > 0 ? [...kinds] : scope?.kinds, purposes: purposes.length > 0 ? [...purposes] : scope?.purposes };
  return {
    id: newRequestId(), subject, role, ...(role === 'agent' ? { delegate: delegate.trim().toUpperCase() } : {}), acts: DELEGATED_ACTS.filter((act) => acts.includes(act) && (role === 'manager' || act !== 'members')),
    ...(limits.kinds ? { kinds: [...limits.kinds] } : {}), ...(limits.purposes ? { purposes: [...limits.purposes] } : {}),
    notBefore: scope && from < scope.notBefore ? scope.notBefore : from, notAfter: scope && to > scope.notAfter ? scope.notAfter : to,
  };
}

export function GiveForm({ opened, done, cancel }: { opened: Opened; done: () => void; cancel: () => void }) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const known = useKept<readonly KindRecord[]>('/api/kinds') ?? [];
  const { scope } = opened;
  const roles: readonly Role[] = scope === undefined ? ['clerk', 'manager', 'agent'] : ['clerk'];
  const today = todayOf(Date.now());
  const [entered, setEntered] = useState<Entered>({ role: 'clerk', label: '', delegate: '', acts: ['show', 'grant'].filter((act): act is DelegatedAct => scope?.acts.includes(act as DelegatedAct) ?? true), kinds: [], purposes: [], until: lastDayOf(today, 1) });
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; fault?: true }>({ busy: false });
  const signed = useRef<{ readonly of: Entered; readonly json: { readonly delegation: Delegation; readonly label?: string; readonly by: object } } | undefined>(undefined);
  const set = (part: Partial<Entered>) => setEntered((before) => ({ ...before, ...part }));
  const faults = faultsByField(state.problem?.fields ?? []);
  const possible = DELEGATED_ACTS.filter((act) => (scope?.acts.includes(act) ?? true) && (act !== 'members' || entered.role === 'manager'));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!possible.some((act) => entered.acts.includes(act))) return setState({ busy: false, fault: true });
    setState({ busy: true });
    // Sent again as it was, it is the same request; what has been changed is another delegation.
    if (signed.current?.of !== entered) {
      const delegation = delegationOf(opened, entered);
      const label = entered.label.trim();
      const by = await signBy(opened.device, delegationDigest(opened.ledger, delegation));
      signed.current = { of: entered, json: { delegation, ...(label === '' ? {} : { label }), by } };
    }
    const { json } = signed.current;
    const reply = await call(`/api/delegations/${json.delegation.id}`, { method: 'PUT', json });
    if (reply.ok) return done();
    setState({ busy: false, problem: reply.problem });
    focusFirstFault(form.current);
  };
  const kinds = known.filter(({ type }) => scope?.kinds?.includes(type) ?? true).map(({ type, name }) => ({ value: type, text: say(name) }));
  const purposes = Object.entries(PURPOSES).filter(([code]) => scope?.purposes?.includes(code) ?? true).map(([value, words]) => ({ value, text: say(words) }));
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate class="wallet-item">
      <h2>{say(MEMBERS.add)}</h2>
      <ChoiceField name="role" label={say(MEMBERS.role)} required value={entered.role} fault={faults['role']} change={(role) => set({ role: role as Role })} choices={roles.map((value) => ({ value, text: say(ROLE_WORDS[value]) }))} />
      {entered.role === 'agent' && <TextField name="delegate" label={say(MEMBERS.delegate)} required value={entered.delegate} fault={faults['delegate']} change={(delegate) => set({ delegate })} input={{ maxLength: 18, class: 'code', spellcheck: false, autocapitalize: 'characters' }} />}
      <TextField name="label" label={say(MEMBERS.label)} hint={say(MEMBERS.labelHint)} required={entered.role !== 'agent'} value={entered.label} fault={faults['label']} change={(label) => set({ label })} input={{ maxLength: 40 }} />
      <Choices legend={say(MEMBERS.acts)} fault={state.fault ? say(MEMBERS.actsMissing) : faults['acts'] && say(faults['acts'])} choices={possible.map((act) => ({ value: act, text: say(DELEGATED_ACT_WORDS[act]) }))} chosen={entered.acts} change={(acts) => set({ acts: acts as DelegatedAct[] })} />
      <Choices legend={`${say(MEMBERS.kinds)} · ${say(MEMBERS.unlimited)}`} fault={faults['kinds'] && say(faults['kinds'])} choices={kinds} chosen={entered.kinds} change={(chosen) => set({ kinds: chosen })} />
      <details><summary>{say(MEMBERS.purposes)} · {say(MEMBERS.unlimited)}</summary><Choices legend={say(MEMBERS.purposes)} fault={faults['purposes'] && say(faults['purposes'])} choices={purposes} chosen={entered.purposes} change={(chosen) => set({ purposes: chosen })} /></details>
      <DayField name="notAfter" label={say(MEMBERS.until)} required value={entered.until} fault={faults['notAfter'] ?? faults['notBefore']} change={(until) => set({ until })} />
      {state.problem && <ProblemNotice problem={state.problem} />}
      <p class="actions-row"><button type="submit" class="primary" disabled={state.busy || entered.until < today || entered.until > lastDayOf(today, YEARS_MAX) || (entered.role !== 'agent' && entered.label.trim() === '')}>{say(MEMBERS.give)}</button><button type="button" disabled={state.busy} onClick={cancel}>{say(COMMON.cancel)}</button></p>
    </form>
  );
}

interface ChoicesProps {
  readonly legend: string;
  readonly fault: string | undefined;
  readonly choices: readonly { readonly value: string; readonly text: string }[];
  readonly chosen: readonly string[];
  readonly change: (chosen: string[]) => void;
}

function Choices({ legend, fault, choices, chosen, change }: ChoicesProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {fault !== undefined && <p class="field-fault" role="alert">{fault}</p>}
      <div class="choices">{choices.map(({ value, text }) => <label key={value} class="choice"><input type="checkbox" checked={chosen.includes(value)} onChange={(event) => change(event.currentTarget.checked ? [...chosen, value] : chosen.filter((each) => each !== value))} />{text}</label>)}</div>
    </fieldset>
  );
}
