/** The holder's objections to one licence, and a new one: which fields, why, in his words. The device signs names, a code and a commitment; the words stay off the ledger. */
import { useRef, useState } from 'preact/hooks';
import { base64url } from '#chaincode/facts/hash';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { OBJECTION_REASONS, OBJECTION_TAG, objectionDigest, wordsCommitment } from '#chaincode/facts/objection';
import type { Objection } from '#chaincode/facts/objection-commands';
import { OPENING_BYTES } from '../../documents/grant.js';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { ChoiceField, LongField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ObjectionThread } from '../licence/objection-thread.js';
import { ProblemNotice } from '../notice.js';
import type { LicenceView, ObjectionView } from '../types.js';
import { COMMON } from '../words/common.js';
import { OBJECTION, OBJECTION_REASON_WORDS } from '../words/objections.js';
import { signFor, useOwn, type Opened } from './wallet.js';

export function Objections({ opened, licence }: { opened: Opened; licence: LicenceView }) {
  const { say } = useLanguage();
  const { rows, reload } = useOwn<ObjectionView>(opened, 'objections');
  const [at, setAt] = useState<'rest' | 'objecting' | 'sent'>('rest');
  const mine = rows?.filter((each) => each.licence === licence.licence) ?? [];
  const sent = (): void => {
    setAt('sent');
    reload();
  };
  return (
    <>
      <p role="status">{at === 'sent' && <strong>{say(OBJECTION.sent)}</strong>}</p>
      {mine.map((objection) => <ObjectionThread key={objection.id} objection={objection} />)}
      {at === 'objecting' ? <ObjectForm opened={opened} licence={licence} done={sent} cancel={() => setAt('rest')} /> : mine.every(({ status }) => status !== 'open') && <p><button type="button" onClick={() => setAt('objecting')}>{say(OBJECTION.object)}</button></p>}
    </>
  );
}

type Reason = Objection['reason'];
interface Entered {
  readonly fields: readonly string[];
  readonly reason: Reason;
  readonly text: string;
}

function ObjectForm({ opened, licence, done, cancel }: { opened: Opened; licence: LicenceView; done: () => void; cancel: () => void }) {
  const { say } = useLanguage();
  const [entered, setEntered] = useState<Entered>({ fields: [], reason: 'WRONG', text: '' });
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; fault?: true }>({ busy: false });
  const signed = useRef<{ readonly of: Entered; readonly json: { readonly objection: Objection; readonly text: string; readonly opening: string; readonly by: object } } | undefined>(undefined);
  const set = (part: Partial<Entered>) => setEntered((before) => ({ ...before, ...part }));
  const signedNow = async ({ fields, reason, text }: Entered) => {
    const opening = crypto.getRandomValues(new Uint8Array(OPENING_BYTES));
    const said = text.trim();
    const objection: Objection = { id: newRequestId(), subject: opened.subject, licence: licence.licence, version: parseOwnIdentifier(licence.identifier)?.version ?? licence.version, fields: [...fields], reason, details: wordsCommitment(OBJECTION_TAG, opening, said) };
    return { of: entered, json: { objection, text: said, opening: base64url(opening), by: await signFor(opened, objectionDigest(opened.ledger, objection)) } };
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (entered.fields.length === 0 || entered.text.trim() === '') return setState({ busy: false, fault: true });
    setState({ busy: true });
    // Sent again as it was, it is the same request; what has been changed is another one.
    if (signed.current?.of !== entered) signed.current = await signedNow(entered);
    const { json } = signed.current;
    const reply = await call(`/api/objections/${json.objection.id}`, { method: 'PUT', json });
    if (reply.ok) return done();
    setState({ busy: false, problem: reply.problem });
  };
  return (
    <form class="wallet-item" onSubmit={(event) => void submit(event)} noValidate>
      <fieldset>
        <legend>{say(OBJECTION.fields)}</legend>
        {state.fault && <p class="field-fault" role="alert">{say(OBJECTION.fieldsMissing)}</p>}
        <div class="choices">{licence.face.map(({ name, label }) => <label key={name} class="choice"><input type="checkbox" checked={entered.fields.includes(name)} onChange={(event) => set({ fields: event.currentTarget.checked ? [...entered.fields, name] : entered.fields.filter((each) => each !== name) })} />{say(label)}</label>)}</div>
      </fieldset>
      <ChoiceField name="reason" label={say(OBJECTION.reason)} required value={entered.reason} change={(reason) => set({ reason: reason as Reason })} choices={OBJECTION_REASONS.map((value) => ({ value, text: say(OBJECTION_REASON_WORDS[value]) }))} />
      <LongField name="words" label={say(OBJECTION.words)} hint={say(OBJECTION.wordsHint)} required value={entered.text} change={(text) => set({ text })} />
      {state.problem && <ProblemNotice problem={state.problem} />}
      <p class="actions-row"><button type="submit" class="primary" disabled={state.busy}>{say(OBJECTION.send)}</button><button type="button" disabled={state.busy} onClick={cancel}>{say(COMMON.cancel)}</button></p>
    </form>
  );
}
