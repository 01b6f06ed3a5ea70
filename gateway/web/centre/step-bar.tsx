/** What is done with the orders that are chosen: printed as one file, sealed, released with their codes, given up. */
import { useState } from 'preact/hooks';
import { PRINT_CANCEL_REASONS, REPRINT_REASONS, type PrintState } from '#chaincode/facts/print-order';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { download } from '../download.js';
import { ChoiceField } from '../issue/field.js';
import { signWithPasskey } from '../issue/passkey.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import type { PrintDone, PrintOrderView } from '../types.js';
import { CENTRE } from '../words/centre.js';
import { COMMON } from '../words/common.js';
import { Results } from './results.js';

const POLL_MS = 700;

interface Batch { readonly id: string; readonly state: string; readonly prepared: number; readonly total: number; readonly done: number; readonly code?: string; readonly file: boolean }
interface Shown {
  readonly busy: boolean;
  readonly problem?: Problem;
  readonly batch?: Batch;
  readonly fetched?: boolean;
  readonly results?: readonly PrintDone[];
  /** As they were when they were chosen: a list that is read anew has them no more. */
  readonly of?: readonly PrintOrderView[];
}

export function StepBar({ state, chosen, done }: { state: PrintState; chosen: readonly PrintOrderView[]; done: () => void }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const [shown, setShown] = useState<Shown>({ busy: false });
  const [reason, setReason] = useState('');
  const [why, setWhy] = useState('');
  const again = state !== 'ordered' || chosen.some(({ prints }) => prints > 0);
  const nothing = chosen.length === 0 || shown.busy;
  const nameOf = ({ id }: { id: string }): string => { const order = shown.of?.find((each) => each.id === id); return [order?.holderName, order?.number].filter((part) => part !== undefined).join(' ') || id; };

  const step = async (act: 'seal' | 'release' | 'cancel'): Promise<void> => {
    const of = chosen;
    setShown({ busy: true });
    const reply = await call<{ results: readonly PrintDone[] }>('/api/print-orders/steps', { method: 'POST', json: { requestId: newRequestId(), act, orders: of.map(({ id, events }) => ({ id, after: events.length })), ...(act === 'cancel' ? { reason: why } : {}) } });
    setShown(reply.ok ? { busy: false, results: reply.value.results, of } : { busy: false, problem: reply.problem });
    if (reply.ok) done();
  };
  const print = async (): Promise<void> => {
    setShown({ busy: true });
    const started = await call<Batch>('/api/print-batches', { method: 'POST', json: { orders: chosen.map(({ id }) => id), ...(again ? { reason } : {}) } });
    if (!started.ok) return setShown({ busy: false, problem: started.problem });
    for (let batch = started.value; ;) {
      setShown({ busy: true, batch });
      if (batch.state === 'done' || batch.state === 'failed') return printed(batch);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const reply = await call<Batch>(`/api/print-batches/${batch.id}`);
      if (!reply.ok) return setShown({ busy: false, problem: reply.problem });
      batch = reply.value;
    }
  };
  const printed = async (batch: Batch): Promise<void> => {
    const of = chosen;
    const report = await call<{ rows: readonly { order: string; result: string; code?: string }[] }>(`/api/print-batches/${batch.id}/report`);
    const file = batch.file ? await call<Blob>(`/api/print-batches/${batch.id}/file`) : undefined;
    if (file?.ok) download(`print-${batch.id}.pdf`, 'application/pdf', file.value);
    const results = report.ok ? report.value.rows.map(({ order: id, code }) => ({ id, ...(code === undefined ? {} : { code }) })) : [];
    setShown({ busy: false, results, of, fetched: file?.ok === true, ...(file && !file.ok ? { problem: file.problem } : {}) });
    setReason('');
    done();
  };
  /** Of a kind that a sign-in is not enough for. */
  const sealByKey = async (order: PrintOrderView): Promise<void> => {
    if (!session) return;
    setShown((before) => ({ ...before, busy: true }));
    const reply = await signWithPasskey(session, newRequestId(), { op: 'register', act: { op: 'print.seal', id: order.id, after: order.events.length } }, false);
    setShown((before) => ({ busy: false, of: before.of ?? [], results: (before.results ?? []).map((each) => (each.id === order.id && reply.ok ? { id: each.id, status: 'sealed' } : each)), ...(reply.ok ? {} : { problem: reply.problem }) }));
    if (reply.ok) done();
  };
  const codes = shown.results?.filter(({ pickUp }) => pickUp !== undefined) ?? [];
  const byKey = shown.results?.flatMap(({ id, code }) => (code === 'ACTOR_OWN_KEY_NEEDED' ? (shown.of?.find((each) => each.id === id) ?? []) : [])) ?? [];
  return (
    <div class="print-bar">
      <div class="print-acts">
        <p aria-live="polite">{say(CENTRE.chosen)} {chosen.length}</p>
        {state === 'printed' && <button type="button" class="primary" disabled={nothing || chosen.every(({ printedByYou }) => printedByYou)} onClick={() => void step('seal')}>{say(CENTRE.seal)}</button>}
        {(state === 'sealed' || state === 'released') && <button type="button" class={state === 'sealed' ? 'primary' : ''} disabled={nothing} onClick={() => void step('release')}>{say(state === 'sealed' ? CENTRE.release : CENTRE.rerelease)}</button>}
        {again && <ChoiceField name="reprint-reason" label={say(CENTRE.reprint)} required value={reason} change={setReason} empty={say(COMMON.choose)} choices={Object.entries(REPRINT_REASONS).map(([value, words]) => ({ value, text: say(words) }))} />}
        <button type="button" class={state === 'ordered' ? 'primary' : ''} disabled={nothing || (again && reason === '')} onClick={() => void print()}>{say(again ? CENTRE.reprint : CENTRE.print)}</button>
        <ChoiceField name="cancel-reason" label={say(CENTRE.cancel)} required value={why} change={setWhy} empty={say(COMMON.choose)} choices={Object.entries(PRINT_CANCEL_REASONS).map(([value, words]) => ({ value, text: say(words) }))} />
        <button type="button" class="quiet" disabled={nothing || why === ''} onClick={() => void step('cancel')}>{say(CENTRE.cancel)}</button>
      </div>
      {shown.busy && shown.batch && <p role="status">{say(CENTRE.printing)}{shown.batch.prepared} / {shown.batch.total}</p>}
      {shown.problem && <ProblemNotice problem={shown.problem} />}
      {shown.fetched === true && <p class="notice" role="status">{say(CENTRE.fetched)}</p>}
      {shown.results && <Results results={shown.results} nameOf={nameOf} />}
      {byKey.map((order) => <p key={order.id}><button type="button" disabled={shown.busy} onClick={() => void sealByKey(order)}>{say(CENTRE.sealByKey)}{say(COMMON.colon)}{nameOf(order)}</button></p>)}
      {codes.length > 0 && (
        <section class="notice pick-ups" aria-label={say(CENTRE.codes)}>
          <h2>{say(CENTRE.codes)}</h2>
          <p>{say(CENTRE.codesHint)}</p>
          <dl>{codes.map(({ id, pickUp = '' }) => <div key={id}><dt>{nameOf({ id })}</dt><dd class="code">{pickUp.slice(0, 4)} {pickUp.slice(4)}</dd></div>)}</dl>
          <button type="button" onClick={() => setShown({ busy: false })}>{say(CENTRE.savedCodes)}</button>
        </section>
      )}
    </div>
  );
}
