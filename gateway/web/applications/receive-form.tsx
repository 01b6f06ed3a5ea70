/** The one form of a trade, filled from the licences that may be used. It stands until the application is taken in, whatever the network does. */
import { useRef, useState } from 'preact/hooks';
import { useFocus } from '../focus.js';
import { ChoiceField, faultsByField, focusFirstFault, TextField } from '../issue/field.js';
import { Receipt } from '../issue/receipt.js';
import { SendRow } from '../issue/send-row.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { ActResult, FilingView, FilledField, MaterialsAnswer } from '../types.js';
import { FORM } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { DelegationChoice } from './delegation-choice.js';
import { FormFields, GivenChoices, textOf, valuesOf, type FormField } from './form-fields.js';
import type { Wanted } from './new-page.js';
import { useSend } from './use-send.js';

interface Props {
  /** Of the form: the application is taken in under it. */
  readonly requestId: string;
  readonly wanted: Wanted;
  readonly answer: MaterialsAnswer;
  readonly form: readonly FilledField[];
  /** What the applicant filed from his wallet under this request id. */
  readonly filing: FilingView | undefined;
  readonly another: () => void;
}

const fieldOf = ({ source, value, at, ...field }: FilledField): FormField => (source && value !== undefined && at !== undefined ? { ...field, origin: { kind: source.kind, identifier: source.identifier, at, value } } : field);

export function ReceiveForm({ requestId, wanted, answer, form: filled, filing, another }: Props) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const heading = useFocus<HTMLHeadingElement>();
  const fields = filled.map(fieldOf);
  const [text, setText] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(filled.map(({ name, value }) => [name, textOf(filing ? filing.form[name] : value)])));
  const [given, setGiven] = useState<readonly string[]>(filing?.given ?? []);
  const [who, setWho] = useState({ name: filing?.applicant.name ?? '', capacity: String(filing?.applicant.capacity ?? 'holder'), contact: filing?.applicant.contact ?? '', caseNo: '', delegation: '' });
  const sending = useSend<ActResult & { readonly id?: string; readonly number?: string }>(requestId);
  const faults = faultsByField(sending.problem?.fields ?? []);
  const set = (part: Partial<typeof who>) => setWho((before) => ({ ...before, ...part }));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const contact = who.contact.trim();
    const caseNo = who.caseNo.trim();
    const reply = await sending.send('/api/applications', { ...wanted, form: valuesOf(fields, text), given, channel: filing ? 'wallet' : 'counter', applicant: { name: who.name.trim(), capacity: who.capacity, ...(contact === '' ? {} : { contact }) }, ...(caseNo === '' ? {} : { caseNo }), ...(!filing && who.capacity === 'agent' && who.delegation !== '' ? { delegation: who.delegation } : {}) });
    if (reply?.ok === false) focusFirstFault(form.current);
  };
  if (sending.result) {
    const { id, number, replayed } = sending.result;
    return (
      <Receipt result={sending.result} title={`${say(replayed ? FORM.receivedBefore : FORM.received)}${number === undefined ? '' : `${say(COMMON.colon)}${number}`}`}>
        {id !== undefined && <Link class="button primary" to={`/issue/applications/${id}`}>{say(FORM.open)}</Link>}
        <button type="button" onClick={another}>{say(FORM.another)}</button>
      </Receipt>
    );
  }
  const asked = answer.materials.filter(({ state }) => state !== 'held');
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <h2 ref={heading} tabIndex={-1}>{say(FORM.title)}</h2>
      <p>{say(FORM.lead)}{answer.matters.map(({ name }) => say(name)).join(say(COMMON.comma))}</p>
      <FormFields fields={fields} text={text} faults={faults} change={(name, value) => setText((before) => ({ ...before, [name]: value }))} />
      {asked.length > 0 && <fieldset><legend>{say(FORM.given)}</legend><GivenChoices choices={asked.map(({ key, name }) => ({ key, name: say(name) }))} given={given} change={setGiven} /></fieldset>}
      <fieldset>
        <legend>{say(FORM.applicantPart)}</legend>
        <TextField name="name" label={say(FORM.applicant)} required value={who.name} fault={faults['name']} change={(name) => set({ name })} input={{ maxLength: 60 }} />
        <ChoiceField name="capacity" label={say(FORM.capacity)} required value={who.capacity} change={(capacity) => set({ capacity })} choices={[{ value: 'holder', text: say(FORM.asHolder) }, { value: 'agent', text: say(FORM.asAgent) }]} />
        {!filing && who.capacity === 'agent' && <DelegationChoice holder={wanted.holder} value={who.delegation} fault={faults['delegation'] ?? faults['by']} change={(delegation) => set({ delegation })} />}
        <TextField name="contact" label={say(FORM.contact)} value={who.contact} fault={faults['contact']} change={(contact) => set({ contact })} input={{ maxLength: 60, inputMode: 'tel' }} />
        <TextField name="caseNo" label={say(FORM.caseNo)} value={who.caseNo} fault={faults['caseNo']} change={(caseNo) => set({ caseNo })} input={{ maxLength: 64, class: 'code', spellcheck: false }} />
      </fieldset>
      <SendRow acting={sending} signing="sign-in" label={say(FORM.receive)} />
    </form>
  );
}
