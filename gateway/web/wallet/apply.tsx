/** A new application: for what, with which agency, the one form filled from the holder's own licences. His device signs it; the agency takes it in. */
import { useRef, useState } from 'preact/hooks';
import { filingCommitment, filingDigest, type Filing } from '#chaincode/facts/application';
import { canonical } from '#chaincode/facts/canonical';
import { base64url } from '#chaincode/facts/hash';
import { OPENING_BYTES } from '../../documents/grant.js';
import { call, type Problem } from '../api.js';
import { FormFields, GivenChoices, textOf, valuesOf, type FormField } from '../applications/form-fields.js';
import { newRequestId } from '../bytes.js';
import { useKept } from '../fetched.js';
import { ChoiceField, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { AgencyView, Answer, MaterialsAnswer, MatterRecord, TradeRecord } from '../types.js';
import { FORM, MATERIALS } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { MEMBERS } from '../words/members.js';
import { pathFor, signFor, useOwn, walletCall, type Opened } from './wallet.js';

interface Catalogue {
  readonly matters: readonly MatterRecord[];
  readonly trades: readonly TradeRecord[];
}
interface Props {
  readonly opened: Opened;
  readonly done: () => void;
  readonly cancel: () => void;
}

export function Apply({ opened, done, cancel }: Props) {
  const { say } = useLanguage();
  const catalogue = useKept<Catalogue>('/api/matters');
  const agencies = useKept<readonly AgencyView[]>('/api/agencies') ?? [];
  const [chosen, setChosen] = useState<{ agency: string; trade: string; variants: Readonly<Record<string, string>> }>({ agency: '', trade: '', variants: {} });
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; answer?: MaterialsAnswer }>({ busy: false });
  const set = (part: Partial<typeof chosen>) => {
    setChosen((before) => ({ ...before, ...part }));
    setState({ busy: false });
  };
  const matters = (catalogue?.trades.find(({ code }) => code === chosen.trade)?.matters ?? []).flatMap((code) => catalogue?.matters.find((matter) => matter.code === code) ?? []);
  const look = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const { agency, trade, variants } = chosen;
    const wanted = { agency, trade, matters: matters.map(({ code, variants: all }) => ({ matter: code, variant: variants[code] ?? all[0]?.code })) };
    const reply = await walletCall<MaterialsAnswer>(opened, pathFor(opened, '/api/wallet/materials'), { method: 'POST', json: wanted });
    setState(reply.ok ? { busy: false, answer: reply.value } : { busy: false, problem: reply.problem });
  };
  return (
    <div class="wallet-item">
      <h2>{say(MEMBERS.apply)}</h2>
      <form onSubmit={(event) => void look(event)} noValidate>
        <ChoiceField name="agency" label={say(MEMBERS.agency)} required value={chosen.agency} change={(agency) => set({ agency })} empty={say(COMMON.choose)} choices={agencies.filter(({ active, rights }) => active && rights.some(({ right }) => right === 'issue')).map(({ code, name }) => ({ value: code, text: name }))} />
        <ChoiceField name="trade" label={say(MATERIALS.trade)} required value={chosen.trade} change={(trade) => set({ trade })} empty={say(COMMON.choose)} choices={(catalogue?.trades ?? []).filter(({ active }) => active).map(({ code, name }) => ({ value: code, text: say(name) }))} />
        {matters.filter(({ variants: all }) => all.length > 1).map(({ code, name, variants: all }) => (
          <ChoiceField key={code} name={`variant-${code}`} label={`${say(MATERIALS.variant)}${say(COMMON.colon)}${say(name)}`} required value={chosen.variants[code] ?? all[0]?.code ?? ''} change={(value) => set({ variants: { ...chosen.variants, [code]: value } })} choices={all.map((variant) => ({ value: variant.code, text: say(variant.name) }))} />
        ))}
        {state.problem && <ProblemNotice problem={state.problem} />}
        {!state.answer && <p class="actions-row"><button type="submit" class="primary" disabled={state.busy || chosen.agency === '' || chosen.trade === ''}>{say(MATERIALS.look)}</button><button type="button" onClick={cancel}>{say(COMMON.cancel)}</button></p>}
      </form>
      {state.answer && <FilingForm opened={opened} agency={chosen.agency} answer={state.answer} done={done} cancel={cancel} />}
    </div>
  );
}

interface Entered {
  readonly text: Readonly<Record<string, string>>;
  readonly given: readonly string[];
  readonly name: string;
  readonly contact: string;
}

function FilingForm({ opened, agency, answer, done, cancel }: Props & { agency: string; answer: MaterialsAnswer }) {
  const { say } = useLanguage();
  const { rows: licences, problem } = useOwn<Answer>(opened, 'licences');
  const [entered, setEntered] = useState<Entered>({ text: {}, given: [], name: '', contact: '' });
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const signed = useRef<{ readonly of: Entered; readonly json: { readonly filing: Filing; readonly text: string; readonly opening: string; readonly by: object } } | undefined>(undefined);
  const fields = answer.form.map(({ source, ...field }): FormField => {
    const held = licences?.find(({ licence }) => licence?.licence === source?.licence)?.licence;
    const value = held?.face.find(({ name, masked }) => name === source?.field && !masked)?.value;
    return source && held && value !== undefined ? { ...field, origin: { kind: source.kind, identifier: held.identifier, at: answer.checkedAt, value } } : field;
  });
  const set = (part: Partial<Entered>) => setEntered((before) => ({ ...before, ...part }));
  const text = { ...Object.fromEntries(fields.map(({ name, origin }) => [name, textOf(origin?.value)])), ...entered.text };
  const missing = fields.filter(({ name, required }) => required && (text[name] ?? '').trim() === '');
  const signedNow = async () => {
    const [opening, contact] = [crypto.getRandomValues(new Uint8Array(OPENING_BYTES)), entered.contact.trim()];
    const applicant = { name: entered.name.trim(), capacity: opened.mandate === undefined ? 'holder' : 'agent', ...(contact === '' ? {} : { contact }) };
    const said = canonical({ form: valuesOf(fields, text), given: [...entered.given], applicant });
    const filing: Filing = { id: newRequestId(), subject: opened.subject, agency, ...(answer.trade === undefined ? {} : { trade: answer.trade }), matters: answer.matters.map(({ matter, variant, version }) => ({ matter, variant, version })), details: filingCommitment(opening, said) };
    return { of: entered, json: { filing, text: said, opening: base64url(opening), by: await signFor(opened, filingDigest(opened.ledger, filing)) } };
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    // Sent again as it was, it is the same application; what has been changed is another one.
    if (signed.current?.of !== entered) signed.current = await signedNow();
    const { json } = signed.current;
    const reply = await call(`/api/filings/${json.filing.id}`, { method: 'PUT', json });
    // An answer that was lost: it is there already.
    if (reply.ok || reply.problem.code === 'CONFLICT') return done();
    setState({ busy: false, problem: reply.problem });
  };
  // What his own licences say is there before he begins; an agent may not see them.
  if (!licences && !problem) return <Loading />;
  const asked = answer.materials.filter((each) => each.state !== 'held');
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <p>{answer.matters.map(({ name }) => say(name)).join(say(COMMON.comma))}</p>
      <FormFields fields={fields} text={text} faults={{}} change={(name, value) => set({ text: { ...entered.text, [name]: value } })} />
      {asked.length > 0 && <fieldset><legend>{say(MEMBERS.bring)}</legend><GivenChoices choices={asked.map(({ key, name }) => ({ key, name: say(name) }))} given={entered.given} change={(given) => set({ given })} /></fieldset>}
      <TextField name="applicant" label={say(FORM.applicant)} required value={entered.name} change={(name) => set({ name })} input={{ maxLength: 60 }} />
      <TextField name="contact" label={say(FORM.contact)} value={entered.contact} change={(contact) => set({ contact })} input={{ maxLength: 60, inputMode: 'tel' }} />
      {missing.length > 0 && <p class="hint">{say(MEMBERS.stillMissing)}{missing.map(({ label }) => say(label)).join(say(COMMON.comma))}</p>}
      {state.problem && <ProblemNotice problem={state.problem} />}
      <p class="actions-row"><button type="submit" class="primary" disabled={state.busy || missing.length > 0 || entered.name.trim() === ''}>{say(MEMBERS.file)}</button><button type="button" disabled={state.busy} onClick={cancel}>{say(COMMON.cancel)}</button></p>
    </form>
  );
}
