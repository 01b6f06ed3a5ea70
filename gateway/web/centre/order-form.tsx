/** Orders for licences by number or identifier, one a line. */
import { useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { LongField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { Answer, PrintDone } from '../types.js';
import { CENTRE } from '../words/centre.js';
import { Results } from './results.js';

/** The identifier of a line: itself, or the licence that has the number. */
async function identifierOf(line: string) {
  if (line.startsWith('1.2.156.')) return { ok: true, value: line } as const;
  const reply = await call<Answer>(`/api/numbers/${encodeURIComponent(line)}`);
  return reply.ok ? ({ ok: true, value: reply.value.licence?.identifier ?? line } as const) : reply;
}

export function OrderForm({ done }: { done: () => void }) {
  const { say } = useLanguage();
  const [text, setText] = useState('');
  const [requestId, setRequestId] = useState(newRequestId);
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; results?: readonly PrintDone[] }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    if (lines.length === 0 || state.busy) return;
    setState({ busy: true });
    const licences: string[] = [];
    for (const line of lines) {
      const found = await identifierOf(line);
      if (!found.ok) return setState({ busy: false, problem: found.problem });
      licences.push(found.value);
    }
    const reply = await call<{ results: readonly PrintDone[] }>('/api/print-orders', { method: 'POST', json: { requestId, licences } });
    if (!reply.ok) return setState({ busy: false, problem: reply.problem });
    setState({ busy: false, results: reply.value.results });
    setRequestId(newRequestId());
    setText('');
    done();
  };
  return (
    <details class="print-new">
      <summary>{say(CENTRE.order)}</summary>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <LongField name="print-licences" label={say(CENTRE.orderWhat)} required rows={3} value={text} change={setText} />
        {state.problem && <ProblemNotice problem={state.problem} />}
        <p class="actions-row"><button type="submit" disabled={state.busy || text.trim() === ''}>{say(CENTRE.order)}</button></p>
      </form>
      {state.results && <Results results={state.results} />}
    </details>
  );
}
