/** The records behind one figure of a self-report, page by page, each with the way to it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Figure } from '../../documents/report.js';
import { call, type Problem } from '../api.js';
import { useFocus } from '../focus.js';
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { isAuditor, useSession } from '../session.js';
import type { ReportRow, ReportView } from '../types.js';
import { COMMON } from '../words/common.js';
import { REPORT } from '../words/reports.js';

const PAGE = 20;

export function FigureRows({ view: { file: { report } }, figure: { figure, of }, title, close }: { view: ReportView; figure: Figure; title: ComponentChildren; close: () => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ rows?: readonly ReportRow[]; next?: string | undefined; problem?: Problem; busy: boolean }>({ busy: true });
  const heading = useFocus<HTMLHeadingElement>();
  const load = async (after?: string): Promise<void> => {
    setState((before) => ({ ...before, busy: true }));
    const query = new URLSearchParams({ figure, of, block: String(report.block), limit: String(PAGE), ...(after === undefined ? {} : { after }) });
    const reply = await call<{ rows: readonly ReportRow[]; next?: string }>(`/api/reports/${report.agency}/${report.quarter}/rows?${query.toString()}`);
    setState((before) => (reply.ok ? { busy: false, rows: [...(after === undefined ? [] : (before.rows ?? [])), ...reply.value.rows], next: reply.value.next } : { ...before, busy: false, problem: reply.problem }));
  };
  useEffect(() => void load(), []);
  return (
    <div class="report-rows">
      <h3 tabIndex={-1} ref={heading}>{say(REPORT.rowsOf)}{say(COMMON.colon)}{title}</h3>
      {state.problem && <ProblemNotice problem={state.problem}><button type="button" onClick={() => void load(state.next)}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!state.rows && state.busy && <Loading />}
      <ol>{state.rows?.map((row) => <Row key={row.cursor} row={row} />)}</ol>
      <p class="action-buttons">{state.next !== undefined && <button type="button" disabled={state.busy} onClick={() => void load(state.next)}>{say(REPORT.more)}</button>}<button type="button" onClick={close}>{say(REPORT.close)}</button></p>
    </div>
  );
}

function Row({ row: { noun, id, identifier, part, day, dueOn, block, count } }: { row: ReportRow }) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  const to = identifier !== undefined ? (isAuditor(session) ? `/audit/l/${identifier}` : `/l/${identifier}`) : noun === 'application' ? `/issue/applications/${id}` : undefined;
  return (
    <li>
      <span>{dayText(day, language)} · {say(REPORT[noun])} {to === undefined ? <code>{id}</code> : <Link to={to}>{identifier ?? id}</Link>}</span>
      <span class="fine"> {say(REPORT.part)} {part}{dueOn !== undefined && ` · ${say(REPORT.due)} ${dayText(dueOn, language)}`}{block !== undefined && ` · ${say(REPORT.block)} ${String(block)}`}{count !== 1 && ` · × ${String(count)}`}</span>
    </li>
  );
}
