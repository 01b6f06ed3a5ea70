/** What a search has found, as files. */
import { useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { download } from '../download.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { AUDIT } from '../words/audit.js';

const FORMATS = ['csv', 'xlsx', 'json'] as const;

/** @param path that gives the files @param name of the file, without its ending */
export function Exports({ path, name, query }: { path: string; name: string; query: string }) {
  const { say } = useLanguage();
  const [problem, setProblem] = useState<Problem>();
  const fetchFile = async (format: (typeof FORMATS)[number]): Promise<void> => {
    const reply = await call<Blob | object>(`${path}?${query}${query === '' ? '' : '&'}format=${format}`);
    setProblem(reply.ok ? undefined : reply.problem);
    if (reply.ok) download(`${name}.${format}`, 'application/octet-stream', reply.value instanceof Blob ? reply.value : JSON.stringify(reply.value));
  };
  return <div class="actions-row audit-exports"><span>{say(AUDIT.export)}</span>{FORMATS.map((format) => <button type="button" key={format} onClick={() => void fetchFile(format)}>{format.toUpperCase()}</button>)}{problem && <ProblemNotice problem={problem} />}</div>;
}
