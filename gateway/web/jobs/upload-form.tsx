/** Choose a table; what the gateway read of it is shown before anything is done. */
import { useState } from 'preact/hooks';
import { call, problemOf, type Problem } from '../api.js';
import { useKept } from '../fetched.js';
import { ChoiceField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { JOBS } from '../words/jobs.js';
import { JobForm } from './job-form.js';
import { tableType, type Upload } from './types.js';

export function UploadForm() {
  const { say } = useLanguage();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [upload, setUpload] = useState<Upload & { readonly name: string }>();
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setProblem(undefined);
    setUpload(undefined);
    const type = tableType(file.name);
    if (type === undefined) return setProblem(problemOf('TABLE_FORMAT'));
    setBusy(true);
    const reply = await call<Upload>(`/api/uploads?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, type });
    setBusy(false);
    if (reply.ok) return setUpload({ ...reply.value, name: file.name });
    setProblem(reply.problem);
  };
  return (
    <>
      <EmptyTable />
      <div class="field">
        <label for="table-file">{say(JOBS.file)}</label>
        <p class="hint" id="table-hint">{say(JOBS.fileHint)}</p>
        <input id="table-file" type="file" accept=".csv,.tsv,.txt,.xlsx,.ndjson,.jsonl" aria-describedby="table-hint" disabled={busy} onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </div>
      <div aria-live="polite">{busy && <p class="loading">{say(JOBS.reading)}</p>}</div>
      {problem && <ProblemNotice problem={problem} />}
      {upload && <UploadSeen upload={upload} />}
      {upload && <JobForm key={upload.upload} upload={upload} name={upload.name} />}
    </>
  );
}

/** For whoever has no table yet: one of the chosen kind, to fill in. */
function EmptyTable() {
  const { say } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const [chosen, setChosen] = useState('');
  const of = (format: string): string => `/api/kinds/${chosen}/table?format=${format}`;
  return (
    <details class="empty-table">
      <summary>{say(JOBS.empty)}</summary>
      <ChoiceField name="empty-kind" label={say(JOBS.emptyKind)} value={chosen} empty={say(COMMON.choose)} hint={say(JOBS.emptyHint)} change={setChosen} choices={kinds?.filter(({ active }) => active).map(({ type, name }) => ({ value: type, text: say(name) })) ?? []} />
      {chosen !== '' && <p class="actions-row"><a class="button" href={of('xlsx')} download>{say(JOBS.empty)} XLSX</a><a class="button" href={of('csv')} download>{say(JOBS.empty)} CSV</a></p>}
    </details>
  );
}

function UploadSeen({ upload }: { upload: Upload }) {
  const { say } = useLanguage();
  return (
    <div class="upload-seen">
      <p class="fine">{say(JOBS.readAs)} {upload.encoding} · {say(JOBS.columns)} {upload.columns.length}{upload.publicity && ` · ${say(JOBS.publicity)}`}</p>
      {upload.unknown.length > 0 && <p class="notice notice-caution">{say(JOBS.unknown)}{upload.unknown.join(say(COMMON.comma))}</p>}
      {upload.publicity && upload.missing.length > 0 && <p class="notice notice-caution">{say(JOBS.missingColumns)}{upload.missing.join(say(COMMON.comma))}</p>}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={say(JOBS.sample)}>
        <table>
          <caption>{say(JOBS.sample)}</caption>
          <thead><tr>{upload.columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
          <tbody>{upload.rowsSample.slice(0, 5).map((row, i) => <tr key={i}>{upload.columns.map((column) => <td key={column}>{row.cells?.[column] ?? ''}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </div>
  );
}
