/** Licences of a holder, for a stated purpose; asking leaves a record. */
import { useState } from 'preact/hooks';
import { PURPOSES } from '#chaincode/facts/purpose';
import { STATUS_WORDS } from '../../messages/statuses.js';
import { wordsOf } from '../../messages/applications.js';
import { call, type Problem } from '../api.js';
import { useKept } from '../fetched.js';
import { ChoiceField, faultsByField, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { KindRecord, LicenceView } from '../types.js';
import { AUDIT } from '../words/audit.js';

export function HolderForm() {
  const { say } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const [asked, setAsked] = useState({ kind: '', holder: '', purpose: 'AUDIT', caseNo: '' });
  const [state, setState] = useState<{ found?: readonly LicenceView[]; problem?: Problem; busy: boolean }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const { caseNo, ...rest } = asked;
    const reply = await call<{ licences: readonly LicenceView[] }>('/api/audit/holders', { method: 'POST', json: { ...rest, ...(caseNo === '' ? {} : { caseNo }) } });
    setState(reply.ok ? { busy: false, found: reply.value.licences } : { busy: false, problem: reply.problem });
  };
  const faults = faultsByField(state.problem?.fields ?? []);
  const change = (name: keyof typeof asked) => (value: string) => setAsked((before) => ({ ...before, [name]: value }));
  return (
    <section class="sheet">
      <h2>{say(AUDIT.holder)}</h2>
      <p class="fine">{say(AUDIT.holderLead)}</p>
      <form onSubmit={(event) => void submit(event)}>
        <div class="field-row">
          <ChoiceField name="holder-kind" label={say(AUDIT.kind)} required fault={faults['kind']} value={asked.kind} change={change('kind')} empty="" choices={(kinds ?? []).map(({ type, name }) => ({ value: type, text: say(name) }))} />
          <TextField name="holder-code" label={say(AUDIT.holderCode)} required fault={faults['holder']} value={asked.holder} change={change('holder')} />
        </div>
        <div class="field-row">
          <ChoiceField name="purpose" label={say(AUDIT.purpose)} required fault={faults['purpose']} value={asked.purpose} change={change('purpose')} choices={Object.entries(PURPOSES).map(([value, words]) => ({ value, text: say(words) }))} />
          <TextField name="case" label={say(AUDIT.caseNo)} value={asked.caseNo} change={change('caseNo')} />
        </div>
        {state.problem && <ProblemNotice problem={state.problem} />}
        <button type="submit" class="primary" disabled={state.busy || asked.kind === '' || asked.holder === ''}>{say(AUDIT.search)}</button>
      </form>
      {state.found && <ul class="licence-list">{state.found.map(({ identifier, kind, status, manager }) => <li key={identifier} class="licence-row"><span class="licence-holder">{say(kind.name)}</span><span class="licence-kind">{manager.name}</span><Link to={`/audit/l/${identifier}`} class="licence-number">{identifier}</Link><span class={`chip chip-${status.toLowerCase()}`}>{say(wordsOf(STATUS_WORDS, status))}</span></li>)}</ul>}
    </section>
  );
}
