/** For the agency that manages a licence: the thread of objections to it, and the answer. */
import { useState } from 'preact/hooks';
import { ACT_WORDS } from '../../messages/statuses.js';
import { REMEDIES } from '#chaincode/facts/objection';
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { ChoiceField, LongField } from '../issue/field.js';
import { SendRow } from '../issue/send-row.js';
import { useLanguage } from '../language.js';
import { mayAct, useSession } from '../session.js';
import { useSend } from '../applications/use-send.js';
import type { ActResult, HistoryEvent, LicenceView, ObjectionView } from '../types.js';
import { OBJECTION } from '../words/objections.js';
import { ObjectionThread } from './objection-thread.js';

export function Objections({ licence, events }: { licence: LicenceView; events: readonly HistoryEvent[] }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const { value, reload } = useFetched<{ readonly objections: readonly ObjectionView[] }>(`/api/objections?licence=${encodeURIComponent(licence.identifier)}`);
  const [done, setDone] = useState(false);
  if (!value || value.objections.length === 0) return null;
  const answered = (): void => {
    setDone(true);
    reload();
  };
  return (
    <section class="sheet">
      <h2>{say(OBJECTION.title)}</h2>
      <p role="status">{done && <strong>{say(OBJECTION.answered)}</strong>}</p>
      {value.objections.map((objection) => <ObjectionThread key={objection.id} objection={objection}>{objection.status === 'open' && mayAct(session) && <AnswerForm objection={objection} events={events} done={answered} />}</ObjectionThread>)}
    </section>
  );
}

function AnswerForm({ objection, events, done }: { objection: ObjectionView; events: readonly HistoryEvent[]; done: () => void }) {
  const { say, language } = useLanguage();
  const [entered, setEntered] = useState({ outcome: 'rejected', remedy: '', text: '' });
  const sending = useSend<ActResult>();
  const remedies = events.filter(({ seq, act }) => seq > objection.after && REMEDIES.some((each) => each === act)).map(({ seq, act, recordedAt }) => ({ value: String(seq), text: `${say(ACT_WORDS[act as keyof typeof ACT_WORDS])} · ${instantText(recordedAt, language)}` }));
  const set = (part: Partial<typeof entered>) => setEntered((before) => ({ ...before, ...part }));
  const accepted = entered.outcome === 'accepted';
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (entered.text.trim() === '') return;
    const remedy = accepted && entered.remedy !== '' ? { remedy: Number(entered.remedy) } : {};
    const reply = await sending.send(`/api/objections/${objection.id}/answer`, { outcome: entered.outcome, ...remedy, text: entered.text.trim() });
    if (reply?.ok) done();
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <p class="fine">{say(OBJECTION.how)}</p>
      <ChoiceField name="outcome" label={say(OBJECTION.outcome)} required value={entered.outcome} change={(outcome) => set({ outcome, remedy: remedies.at(-1)?.value ?? '' })} choices={[{ value: 'rejected', text: say(OBJECTION.reject) }, { value: 'accepted', text: say(OBJECTION.accept) }]} />
      {accepted && <ChoiceField name="remedy" label={say(OBJECTION.remedy)} required value={entered.remedy} change={(remedy) => set({ remedy })} choices={remedies} {...(remedies.length === 0 ? { empty: say(OBJECTION.noRemedy) } : {})} />}
      <LongField name="text" label={say(OBJECTION.words)} required value={entered.text} change={(text) => set({ text })} />
      <SendRow acting={sending} signing="sign-in" label={say(OBJECTION.give)} />
    </form>
  );
}
