/** What to do with an upload: issue with a mapping of columns, or collect; as a trial or in earnest. */
import { useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { useKept } from '../fetched.js';
import { ChoiceField, faultsByField } from '../issue/field.js';
import { TermFields, termOf, usualTerm, type TermText } from '../issue/term-fields.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { navigate } from '../router.js';
import type { KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { JOBS } from '../words/jobs.js';
import { ACTION } from '../words/licence.js';
import { byColumn, byField, MAP_FORMAT, TERM_COLUMNS, type JobView, type Upload } from './types.js';

const TERM_WORDS = { issuedOn: ISSUE.issuedOnField, validFrom: ISSUE.validFrom, validUntil: ISSUE.validUntil, docNo: ACTION.docNo };

/** @param name of the file: by its end the gateway knows the format */
export function JobForm({ upload, name }: { upload: Upload; name: string }) {
  const { say } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const best = upload.proposals.toSorted((a, b) => a.missing.length - b.missing.length)[0];
  const [type, setType] = useState<'issue' | 'import'>(upload.publicity ? 'import' : 'issue');
  const [chosen, setChosen] = useState<string>();
  const [columns, setColumns] = useState<Readonly<Record<string, string>>>();
  const [term, setTerm] = useState<TermText>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const kindType = chosen ?? best?.kind ?? '';
  const kind = kinds?.find((each) => each.type === kindType);
  const fields = columns ?? byField(upload.proposals.find((each) => each.kind === kindType)?.map.columns ?? {});
  const shownTerm = term ?? (kind ? usualTerm(kind, Date.now()) : { issuedOn: '', validFrom: '', validUntil: '' });
  const missing = type === 'issue' && kind ? kind.fields.filter(({ name, required }) => required && (fields[name] ?? '') === '') : [];

  const start = async (dryRun: boolean): Promise<void> => {
    setBusy(true);
    const mapped = type === 'issue' && kind ? { kind: kind.type, map: { format: MAP_FORMAT, kind: kind.type, columns: byColumn(fields) }, term: termOf(shownTerm) } : {};
    const reply = await call<{ job: JobView }>('/api/jobs', { method: 'POST', json: { upload: upload.upload, name, type, dryRun, ...mapped } });
    setBusy(false);
    if (reply.ok) navigate(`/issue/jobs/${reply.value.job.id}`);
    else setProblem(reply.problem);
  };
  const faults = faultsByField(problem?.fields ?? []);
  // Without its choices a list shows nothing chosen, whatever was proposed.
  if (!kinds) return <p class="loading">{say(COMMON.loading)}</p>;
  return (
    <form onSubmit={(event) => { event.preventDefault(); void start(true); }} noValidate>
      <ChoiceField name="type" label={say(JOBS.type)} required value={type} change={(value) => setType(value as 'issue' | 'import')} choices={[{ value: 'issue', text: say(JOBS.issue) }, { value: 'import', text: say(JOBS.import) }]} />
      {type === 'issue' && <ChoiceField name="kind" label={say(JOBS.kind)} required value={kindType} empty={say(COMMON.choose)} change={(value) => { setChosen(value); setColumns(undefined); setTerm(undefined); }} choices={kinds.map((each) => ({ value: each.type, text: say(each.name) }))} />}
      {type === 'issue' && kind && (
        <>
          <fieldset>
            <legend>{say(JOBS.mapping)}</legend>
            <p class="hint">{say(JOBS.mappingHint)}</p>
            {kind.fields.map((field) => <ChoiceField key={field.name} name={field.name} label={say(field.label)} required={field.required} value={fields[field.name] ?? ''} fault={faults[field.name]} empty={say(JOBS.noColumn)} change={(column) => setColumns({ ...fields, [field.name]: column })} choices={upload.columns.map((column) => ({ value: column, text: column }))} />)}
            {TERM_COLUMNS.map((field) => <ChoiceField key={field} name={`column-${field}`} label={say(TERM_WORDS[field])} value={fields[field] ?? ''} empty={say(JOBS.noColumn)} change={(column) => setColumns({ ...fields, [field]: column })} choices={upload.columns.map((column) => ({ value: column, text: column }))} />)}
          </fieldset>
          <fieldset><legend>{say(JOBS.term)}</legend><TermFields kind={kind} term={shownTerm} faults={faults} change={(part) => setTerm({ ...shownTerm, ...part })} /></fieldset>
        </>
      )}
      {missing.length > 0 && <p class="notice notice-caution">{say(JOBS.missing)}{missing.map(({ label }) => say(label)).join(say(COMMON.comma))}</p>}
      {problem && <ProblemNotice problem={problem} />}
      <p class="hint">{say(JOBS.dryRunHint)}</p>
      <p class="actions-row">
        <button type="submit" disabled={busy || missing.length > 0}>{say(busy ? JOBS.starting : JOBS.dryRun)}</button>
        <button type="button" class="primary" disabled={busy || missing.length > 0} onClick={() => void start(false)}>{say(JOBS.start)}</button>
      </p>
    </form>
  );
}
