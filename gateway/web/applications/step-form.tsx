/** One step of an application that is no decision: accept, have corrected, take in corrected, refuse to accept, deliver, withdraw. */
import { useRef, useState } from 'preact/hooks';
import { STEP_WORDS } from '../../messages/applications.js';
import { useKept } from '../fetched.js';
import { useFocus } from '../focus.js';
import { faultsByField, focusFirstFault, LongField, TextField } from '../issue/field.js';
import { LaterPapers, type LaterPaper } from '../issue/later-papers.js';
import { SendRow } from '../issue/send-row.js';
import { useLanguage } from '../language.js';
import type { ActResult, ApplicationView, KindRecord, MatterRecord } from '../types.js';
import { APPLICATION, FORM } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { WORK } from '../words/work.js';
import { FormFields, GivenChoices, textOf, valuesOf, type FormField } from './form-fields.js';
import { useSend } from './use-send.js';

export type StepAct = 'accept' | 'correct' | 'resubmit' | 'reject' | 'deliver' | 'withdraw';
interface Props {
  readonly act: StepAct;
  readonly application: ApplicationView;
  readonly done: () => void;
}

/** Steps that may say something, and the one that must. */
const NOTED: ReadonlySet<StepAct> = new Set(['correct', 'reject', 'deliver', 'withdraw']);
/** Steps that may name their document, and the one that must. */
const DOCUMENTED: ReadonlySet<StepAct> = new Set(['accept', 'correct', 'reject']);

export function StepForm({ act, application, done }: Props) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const heading = useFocus<HTMLHeadingElement>();
  const fields = useFields(application);
  const [note, setNote] = useState('');
  const [docNo, setDocNo] = useState('');
  const [text, setText] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(application.form.map(({ name, value }) => [name, textOf(value)])));
  const [given, setGiven] = useState<readonly string[]>(() => application.materials.filter(({ state }) => state === 'handed' || state === 'promised').map(({ key }) => key));
  const [later, setLater] = useState<Readonly<Record<string, readonly LaterPaper[]>>>({});
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const sending = useSend<ActResult>();
  const faults = faultsByField(sending.problem?.fields ?? []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const again = act === 'resubmit' ? { form: valuesOf(fields, text), given } : {};
    const conditions = Object.entries(later).flatMap(([matter, papers]) => papers.map((paper) => ({ matter, ...paper })));
    const reply = await sending.send(`/api/applications/${application.id}/steps`, { act, after: application.events.length, ...again, ...(conditions.length > 0 ? { conditions } : {}), ...(note.trim() === '' ? {} : { note: note.trim() }), ...(docNo.trim() === '' ? {} : { docNo: docNo.trim() }) });
    if (reply?.ok) done();
    else focusFirstFault(form.current);
  };
  const asked = application.materials.filter(({ state }) => state !== 'held');
  return (
    <form ref={form} class="act-form" onSubmit={(event) => void submit(event)} noValidate>
      <h3 ref={heading} tabIndex={-1}>{say(STEP_WORDS[act])}</h3>
      {act === 'resubmit' && <FormFields fields={fields} text={text} faults={faults} change={(name, value) => setText((before) => ({ ...before, [name]: value }))} />}
      {act === 'resubmit' && asked.length > 0 && <fieldset><legend>{say(FORM.given)}</legend><GivenChoices choices={asked.map(({ key, name }) => ({ key, name: say(name) }))} given={given} change={setGiven} /></fieldset>}
      {act === 'accept' && application.matters.map(({ matter, name, kind }) => {
        const rule = kinds?.find(({ type }) => type === kind)?.conditions;
        return rule && <LaterPapers key={matter} rule={rule} name={matter} legend={`${say(name)}${say(COMMON.colon)}${say(WORK.later)}`} chosen={later[matter] ?? []} change={(papers) => setLater((before) => ({ ...before, [matter]: papers }))} faults={faults} />;
      })}
      {NOTED.has(act) && <LongField name="note" label={say(act === 'correct' ? APPLICATION.noteCorrect : APPLICATION.note)} required={act === 'correct'} value={note} fault={faults['note']} change={setNote} />}
      {DOCUMENTED.has(act) && <TextField name="docNo" label={say(APPLICATION.docNo)} required={act === 'reject'} value={docNo} fault={faults['docNo']} change={setDocNo} input={{ maxLength: 64 }} />}
      <SendRow acting={sending} signing="sign-in" label={`${say(APPLICATION.send)}${say(COMMON.colon)}${say(STEP_WORDS[act])}`} />
    </form>
  );
}

/** The fields of the form as the catalogue has them, with the sources that this application's values came from. */
function useFields({ form, matters }: ApplicationView): readonly FormField[] {
  const catalogue = useKept<{ matters: readonly MatterRecord[] }>('/api/matters');
  const all = (catalogue?.matters ?? []).filter(({ code }) => matters.some(({ matter }) => matter === code)).flatMap((matter) => matter.form);
  return [...new Map(all.map(({ fills: _, from: __, ...field }): [string, FormField] => {
    const kept = form.find(({ name }) => name === field.name);
    const origin = kept?.source && { kind: kept.source.kind, identifier: kept.source.identifier, at: kept.source.at, value: kept.source.value ?? kept.value };
    return [field.name, origin ? { ...field, origin } : field];
  })).values()];
}
