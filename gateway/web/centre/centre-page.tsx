/** The certificate centre: what waits at each step, the oldest first, and what is done with those that are chosen. */
import { useState } from 'preact/hooks';
import type { PrintState } from '#chaincode/facts/print-order';
import { PRINT_STATE_WORDS } from '../../messages/print-orders.js';
import { useFetched } from '../fetched.js';
import { SignIn } from '../issue/sign-in.js';
import { ChoiceField } from '../issue/field.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { mayAct, useSession } from '../session.js';
import type { PrintOrderView } from '../types.js';
import { CENTRE } from '../words/centre.js';
import { COMMON } from '../words/common.js';
import { OrderForm } from './order-form.js';
import { OrderRow } from './order-row.js';
import { StepBar } from './step-bar.js';

/** What is done moves on, and the next come up. */
const ROWS = 100;

export function CentrePage() {
  const { say } = useLanguage();
  useTitle(say(CENTRE.title));
  const { session, ready } = useSession();
  const [state, setState] = useState<PrintState>('ordered');
  const { value, problem, reload } = useFetched<{ readonly orders: readonly PrintOrderView[] }>(session ? `/api/print-orders?state=${state}&limit=${String(ROWS)}` : undefined);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(CENTRE.title)}</h1>
      <p class="fine">{say(CENTRE.lead)}</p>
      {mayAct(session) && <OrderForm done={reload} />}
      <ChoiceField name="print-state" label={say(CENTRE.state)} required value={state} change={(chosen) => setState(chosen as PrintState)} choices={Object.entries(PRINT_STATE_WORDS).map(([code, words]) => ({ value: code, text: say(words) }))} />
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!value && !problem && <Loading />}
      {value && <Orders key={state} state={state} orders={value.orders} done={reload} />}
    </section>
  );
}

function Orders({ state, orders, done }: { state: PrintState; orders: readonly PrintOrderView[]; done: () => void }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const open = mayAct(session) && state !== 'handed-over' && state !== 'cancelled';
  const among = orders.filter(({ id }) => chosen.has(id));
  const choose = (id: string, is: boolean) => setChosen((before) => new Set(is ? [...before, id] : [...before].filter((each) => each !== id)));
  return (
    <>
      {/* Stays while the list is read anew: what became of an act is said here. */}
      {open && <StepBar state={state} chosen={among} done={() => { setChosen(new Set()); done(); }} />}
      {orders.length === 0 && <p>{say(CENTRE.none)}</p>}
      {open && orders.length > 1 && <p><label class="choice"><input type="checkbox" checked={among.length === orders.length} onChange={(event) => setChosen(new Set(event.currentTarget.checked ? orders.map(({ id }) => id) : []))} /> {say(CENTRE.all)}</label></p>}
      <ul class="print-orders">{orders.map((order) => <OrderRow key={order.id} order={order} chosen={open ? chosen.has(order.id) : undefined} choose={(is) => choose(order.id, is)} done={done} />)}</ul>
    </>
  );
}
