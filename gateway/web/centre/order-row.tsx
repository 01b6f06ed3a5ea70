/** One print order: whose certificate, what stands in the way, every step; handed over here against its code. */
import { useState } from 'preact/hooks';
import { PRINT_STATE_WORDS } from '../../messages/print-orders.js';
import { useSend } from '../applications/use-send.js';
import { dayText, instantText, todayOf } from '../format.js';
import { faultsByField, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { ActResult, PrintOrderView } from '../types.js';
import { CENTRE, PRINT_ACT_WORDS } from '../words/centre.js';
import { COMMON } from '../words/common.js';

interface Props {
  readonly order: PrintOrderView;
  /** undefined: nothing to choose for. */
  readonly chosen: boolean | undefined;
  readonly choose: (is: boolean) => void;
  readonly done: () => void;
}

const CHIPS = { ordered: 'waiting', printed: 'waiting', sealed: 'waiting', released: 'running', 'handed-over': 'done', cancelled: 'ended' } as const;

export function OrderRow({ order, chosen, choose, done }: Props) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  const { id, holderName, number, identifier, kind, state, prints, orderedAt, overtaken, printedByYou, events } = order;
  const name = holderName ?? number ?? identifier;
  return (
    <li class="print-order">
      <div class="print-head">
        {chosen !== undefined && <input type="checkbox" aria-label={`${say(CENTRE.choose)}${say(COMMON.colon)}${name} ${number ?? ''}`} checked={chosen} onChange={(event) => choose(event.currentTarget.checked)} />}
        <div class="print-what">
          <p><strong>{name}</strong> <span class={`chip chip-${CHIPS[state]}`}>{say(PRINT_STATE_WORDS[state])}</span></p>
          <p>{say(kind)} · <Link to={`/l/${identifier}`}>{number ?? identifier}</Link></p>
          <p class="fine">{say(CENTRE.orderedAt)} {dayText(todayOf(Date.parse(orderedAt)), language)} · {say(CENTRE.prints)} {prints}</p>
          {overtaken && <p class="notice notice-caution">{say(CENTRE[overtaken])}</p>}
          {state === 'printed' && printedByYou && <p class="fine">{say(CENTRE.byYou)}</p>}
          <details><summary>{say(CENTRE.steps)}</summary>
            <ol class="print-steps">{events.map(({ seq, act, at, reasonWords, transaction }) => <li key={seq}>{instantText(at, language)} · {say(PRINT_ACT_WORDS[act])}{reasonWords && `（${say(reasonWords)}）`} <span class="fine code">{transaction}</span></li>)}</ol>
          </details>
        </div>
      </div>
      {state === 'released' && !overtaken && mayAct(session) && <HandOver id={id} after={events.length} done={done} />}
      {state === 'handed-over' && <p><a class="button" href={`/api/print-orders/${id}/receipt`}>{say(CENTRE.receipt)}</a></p>}
    </li>
  );
}

function HandOver({ id, after, done }: { id: string; after: number; done: () => void }) {
  const { say } = useLanguage();
  const [code, setCode] = useState('');
  const sending = useSend<ActResult>();
  const { busy, problem, result } = sending;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (code.trim() === '') return;
    if ((await sending.send(`/api/print-orders/${id}/hand-over`, { code: code.trim(), after }))?.ok) done();
  };
  const fault = problem && faultsByField(problem.fields)['code'];
  if (result) return <p class="notice" role="status">{say(CENTRE.handed)} <a href={`/api/print-orders/${id}/receipt`}>{say(CENTRE.receipt)}</a></p>;
  return (
    <form class="print-hand" onSubmit={(event) => void submit(event)} noValidate>
      <TextField name={`code-${id}`} label={say(CENTRE.code)} required value={code} change={setCode} fault={fault} input={{ class: 'code', maxLength: 12, autocapitalize: 'characters', spellcheck: false }} />
      {problem && !fault && <ProblemNotice problem={problem} />}
      <button type="submit" disabled={busy || code.trim() === ''}>{say(CENTRE.handOver)}</button>
    </form>
  );
}
