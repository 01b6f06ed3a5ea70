/** What is recorded of a quarter, and how each report agrees with the ledger: counted again by this gateway, with the file where there is one. */
import { useState } from 'preact/hooks';
import type { RecordedReport } from '#chaincode/facts/report';
import { FIGURE_WORDS } from '../../messages/reports.js';
import { call, type Problem } from '../api.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { CheckedReport, ReportView } from '../types.js';
import { messageOf } from '../words/codes.js';
import { COMMON } from '../words/common.js';
import { REPORT } from '../words/reports.js';

export function RecordedReports({ base, recorded, names }: { base: string; recorded: readonly RecordedReport[]; names: ReportView['names'] }) {
  const { say } = useLanguage();
  return (
    <section aria-labelledby="report-recorded">
      <h2 id="report-recorded">{say(REPORT.recorded)}</h2>
      {recorded.length === 0 && <p>{say(REPORT.recordedNone)}</p>}
      {recorded.toReversed().map((report) => <Recorded key={report.version} base={base} report={report} names={names} />)}
    </section>
  );
}

function Recorded({ base, report, names }: { base: string; report: RecordedReport; names: ReportView['names'] }) {
  const { say, language } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; checked?: CheckedReport; problem?: Problem; wrong?: true }>({ busy: false });
  const check = async (file?: unknown): Promise<void> => {
    setState({ busy: true });
    const reply = await call<CheckedReport>(`${base}/check`, { method: 'POST', json: { version: report.version, ...(file === undefined ? {} : { file }) } });
    setState(reply.ok ? { busy: false, checked: reply.value } : { busy: false, problem: reply.problem });
  };
  const withFile = async (files: FileList | null): Promise<void> => {
    const text = await files?.[0]?.text();
    if (text === undefined) return;
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch {
      return setState({ busy: false, wrong: true });
    }
    await check(file);
  };
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{say(REPORT.version)}{report.version}{say(REPORT.versionEnd)}</h3>{state.checked && <span class={`chip chip-${{ pass: 'valid', fail: 'stopped', unchecked: 'waiting' }[state.checked.outcome]}`}>{say(messageOf(`report-${state.checked.outcome}`))}</span>}</div>
      <p class="fine">{instantText(report.at, language)} · {say(REPORT.block)} {report.block} · <code>{report.actors.map(({ staff }) => staff).join(' ')}</code></p>
      <p class="fine">{say(REPORT.digest)} <code class="code">{report.digest}</code>{report.after !== undefined && <> · {say(REPORT.after)} <code class="code">{report.after}</code></>}</p>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {state.wrong && <p class="notice notice-fault" role="alert">{say(REPORT.fileWrong)}</p>}
      {state.checked && <Result checked={state.checked} names={names} />}
      <p class="action-buttons"><button type="button" disabled={state.busy} onClick={() => void check()}>{say(REPORT.check)}</button><label class="button file-button">{say(REPORT.file)}<input type="file" accept=".json,application/json" disabled={state.busy} onChange={(event) => { void withFile(event.currentTarget.files); event.currentTarget.value = ''; }} /></label></p>
    </article>
  );
}

function Result({ checked: { checks, differences }, names }: { checked: CheckedReport; names: ReportView['names'] }) {
  const { say } = useLanguage();
  return (
    <div role="status">
      <ul class="report-checks">{checks.map(({ check, outcome, code }) => <li key={check}><span aria-hidden="true">{{ pass: '✓', fail: '✗', unchecked: '?' }[outcome]}</span> {say(messageOf(`report-check-${check}`))}{code !== undefined && <>{say(COMMON.colon)}{say(messageOf(code))}</>}</li>)}</ul>
      {differences.length > 0 && <ul class="report-differences">{differences.map(({ figure, of, said, found }) => <li key={`${figure}/${of}`}>{say(FIGURE_WORDS[figure] ?? { zh: figure, en: figure })} {of === '-' ? '' : say(names.of[of] ?? { zh: of, en: of })}{say(COMMON.colon)}{say(REPORT.said)} {said}{say(COMMON.comma)}{say(REPORT.found)} {found}</li>)}</ul>}
    </div>
  );
}
