/** A person's entry in the register: a new one with a sign-in, or other roles, dismissal and return of one who is there. The registrar signs it with a passkey of the registrar's own. */
import { useRef, useState } from 'preact/hooks';
import type { StaffRecord } from '#chaincode/facts/records';
import { call, problemOf, type FieldFault, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useFocus } from '../focus.js';
import { ChoiceField, faultsByField, focusFirstFault, TextField, type Faults } from '../issue/field.js';
import { signWithPasskey } from '../issue/passkey.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import type { Message } from '../../messages.js';
import type { StaffView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ROLES, STAFF } from '../words/staff.js';
import { nameOf } from './pending-passkeys.js';

export interface Agency {
  readonly code: string;
  readonly name: string;
}
/** What the owner of a sign-in begins with. */
export interface Initial {
  readonly name: string;
  readonly password: string;
  readonly until: string;
}
export interface Entered {
  readonly who: string;
  readonly initial?: Initial;
}

interface Props {
  readonly agencies: readonly Agency[];
  /** Who is there already. */
  readonly person?: StaffView;
  readonly close: () => void;
  readonly done: (entered: Entered) => void;
}

type Role = StaffRecord['roles'][number];
/** What issues by rule is no person, and comes with its key file. */
const CHOICES: readonly Role[] = ['clerk', 'reviewer', 'approver', 'auditor', 'registrar'];
const fault = (field: string) => [{ field, code: 'FIELD_MISSING' }];

const textOf = (person: StaffView | undefined, agencies: readonly Agency[]) => ({ displayName: person?.displayName ?? '', name: person?.name ?? '', agency: person?.agency ?? agencies[0]?.code ?? '' });
/** Whether the person is given a password to begin with: a new one, one without a sign-in, one who has not used it. */
const beginsWith = (person: StaffView | undefined): boolean => person === undefined || person.name === undefined || person.isInitial === true;

export function PersonForm({ agencies, person, close, done }: Props) {
  const { say } = useLanguage();
  const { session } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const heading = useFocus<HTMLHeadingElement>();
  /** The same person however often the form is sent: what is on the ledger already is written over with the same. */
  const fresh = useRef({ id: newRequestId(), person: newRequestId() });
  const [text, setText] = useState(() => textOf(person, agencies));
  const [roles, setRoles] = useState<ReadonlySet<Role>>(new Set(person?.roles ?? []));
  const [active, setActive] = useState(person?.active ?? true);
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const isMachine = person?.roles.includes('machine') === true;
  const wantsSignIn = !isMachine && beginsWith(person);

  const faultsOf = (): readonly FieldFault[] => [
    ...(wantsSignIn && (person === undefined || text.name.trim() !== '') && text.displayName.trim() === '' ? fault('displayName') : []),
    ...(person === undefined && text.name.trim() === '' ? fault('name') : []), ...(roles.size === 0 ? fault('roles') : []),
  ];
  /** The record as it is now: one that is minutes old could bring back what was changed since. */
  const record = async (): Promise<StaffRecord | Problem> => {
    if (!person) return { ...fresh.current, agency: text.agency, roles: [], active: true, keys: [] };
    const reply = await call<StaffRecord>(`/api/staff/${person.staff}/record`);
    return reply.ok ? reply.value : reply.problem;
  };
  const send = async (): Promise<Problem | undefined> => {
    if (!session) return problemOf('NOT_SIGNED_IN');
    const now = await record();
    if ('code' in now) return now;
    const wanted = { ...now, roles: isMachine ? now.roles : CHOICES.filter((role) => roles.has(role)), active };
    const isNews = person === undefined || JSON.stringify([[...now.roles].sort(), now.active]) !== JSON.stringify([[...wanted.roles].sort(), active]);
    if (isNews) {
      const signed = await signWithPasskey(session, newRequestId(), { op: 'register', act: { op: 'staff.put', ...wanted } }, false);
      if (!signed.ok) return signed.problem;
    }
    if (!wantsSignIn || !active || text.name.trim() === '') return void done({ who: person ? nameOf(person) : text.displayName.trim() });
    const invited = await call<Initial>(`/api/staff/${now.id}/account`, { method: 'POST', json: { name: text.name.trim(), displayName: text.displayName.trim() } });
    return invited.ok ? void done({ who: text.displayName.trim(), initial: invited.value }) : invited.problem;
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true });
    const faults = faultsOf();
    const problem = faults.length > 0 ? problemOf('REQUEST_MALFORMED', faults) : await send();
    if (!problem) return;
    setState({ busy: false, problem });
    focusFirstFault(form.current);
  };
  const change = (name: keyof typeof text) => (value: string): void => setText((before) => ({ ...before, [name]: value }));
  const faults = faultsByField(state.problem?.fields ?? []);
  const shown = ['displayName', 'name', 'agency', 'roles'].some((name) => faults[name] !== undefined);
  return (
    <form ref={form} class="act-form" onSubmit={(event) => void submit(event)} noValidate>
      <h3 ref={heading} tabIndex={-1}>{person ? `${say(STAFF.change)} ${nameOf(person)}` : say(STAFF.enter)}</h3>
      <p>{say(person ? STAFF.changeLead : STAFF.enterLead)}</p>
      {wantsSignIn && <SignInFields required={person === undefined} text={text} faults={faults} change={change} />}
      {!person && agencies.length > 1 && <ChoiceField name="agency" label={say(STAFF.agency)} required value={text.agency} fault={faults['agency']} change={change('agency')} choices={agencies.map(({ code, name }) => ({ value: code, text: name }))} />}
      {!isMachine && <RoleChoices roles={roles} change={setRoles} fault={faults['roles']} />}
      {person && <label class="choice"><input type="checkbox" checked={active} onChange={() => setActive(!active)} /> {say(STAFF.active)}</label>}
      {state.problem && !shown && <ProblemNotice problem={state.problem} />}
      <p class="actions-row">
        <button type="submit" class="primary" disabled={state.busy}>{say(STAFF.sign)}</button>
        <button type="button" disabled={state.busy} onClick={close}>{say(COMMON.cancel)}</button>
      </p>
    </form>
  );
}

function RoleChoices({ roles, change, fault }: { roles: ReadonlySet<Role>; change: (roles: ReadonlySet<Role>) => void; fault: Message | undefined }) {
  const { say } = useLanguage();
  const toggle = (role: Role): void => change(new Set(roles.has(role) ? [...roles].filter((each) => each !== role) : [...roles, role]));
  return (
    <fieldset class={fault ? 'field-faulty' : ''}>
      <legend>{say(STAFF.roles)}</legend>
      <div class="choices">{CHOICES.map((role) => <label key={role} class="choice"><input type="checkbox" checked={roles.has(role)} {...(fault ? { 'aria-invalid': true } : {})} onChange={() => toggle(role)} /> {say(ROLES[role])}</label>)}</div>
      {fault && <p class="field-fault">{say(fault)}</p>}
    </fieldset>
  );
}

function SignInFields({ required, text, faults, change }: { required: boolean; text: { readonly displayName: string; readonly name: string }; faults: Faults; change: (name: 'displayName' | 'name') => (value: string) => void }) {
  const { say } = useLanguage();
  return (
    <>
      <TextField name="displayName" label={say(STAFF.displayName)} required={required} hint={say(STAFF.displayNameHint)} value={text.displayName} fault={faults['displayName']} change={change('displayName')} input={{ maxLength: 60 }} />
      <TextField name="name" label={say(STAFF.signInName)} required={required} hint={say(STAFF.nameHint)} value={text.name} fault={faults['name']} change={change('name')} input={{ maxLength: 40, autocapitalize: 'off', spellcheck: false }} />
    </>
  );
}
