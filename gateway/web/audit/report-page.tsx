/** The self-report of a quarter: figures, each a way to its records; what is recorded of it, and how it agrees with the ledger. For auditors at the audit door, for the agency's own approvers and registrars at theirs. */
import { useState } from 'preact/hooks';
import { addDays, type Day } from '#chaincode/facts/calendar';
import { quarterDays, quarterOf } from '#chaincode/facts/report';
import { sectionOf, SECTIONS, type Figure, type Section } from '../../documents/report.js';
import { FIGURE_WORDS, inReadingOrder, REPORT_SECTION_WORDS } from '../../messages/reports.js';
import { useFetched, useKept } from '../fetched.js';
import { dayText, todayOf } from '../format.js';
import { ActButton } from '../issue/act-button.js';
import { ChoiceField } from '../issue/field.js';
import { SignIn } from '../issue/sign-in.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { isAuditor, keepsSeals, useSession } from '../session.js';
import type { ReportView, SessionView } from '../types.js';
import { COMMON } from '../words/common.js';
import { REPORT } from '../words/reports.js';
import { RecordedReports } from './report-recorded.js';
import { FigureRows } from './report-rows.js';

/** Two years and the quarter that runs. */
const QUARTERS_SHOWN = 9;

function lastQuarters(): string[] {
  const found: string[] = [];
  for (let day = todayOf(Date.now()) as Day; found.length < QUARTERS_SHOWN; day = addDays(quarterDays(found.at(-1) ?? '')?.from ?? day, -1)) found.push(quarterOf(day));
  return found;
}

/** For the agency's own. */
export function ReportPage() {
  const { say } = useLanguage();
  useTitle(say(REPORT.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  if (!keepsSeals(session) && !isAuditor(session)) return <section class="sheet"><h1 tabIndex={-1}>{say(REPORT.title)}</h1><p>{say(REPORT.mayNot)}</p></section>;
  return <Reports session={session} />;
}

export function Reports({ session }: { session: SessionView }) {
  const { say } = useLanguage();
  const quarters = lastQuarters();
  const agencies = useKept<readonly { readonly code: string; readonly name: string; readonly parent?: string }[]>('/api/agencies');
  const [asked, setAsked] = useState({ agency: session.agency, quarter: quarters[1] ?? '' });
  const { value, problem, loading, reload } = useFetched<ReportView>(`/api/reports/${asked.agency}/${asked.quarter}`);
  const branches = isAuditor(session) ? (agencies ?? []).filter(({ code, parent }) => code === session.agency || parent === session.agency) : [];
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(REPORT.title)}</h1>
      <p class="fine">{say(REPORT.lead)}</p>
      <div class="field-row">
        <ChoiceField name="quarter" label={say(REPORT.quarter)} required value={asked.quarter} change={(quarter) => setAsked({ ...asked, quarter })} choices={quarters.map((quarter) => ({ value: quarter, text: quarterText(quarter) }))} />
        {branches.length > 1 && <ChoiceField name="agency" label={say(REPORT.agency)} required value={asked.agency} change={(agency) => setAsked({ ...asked, agency })} choices={branches.map(({ code, name }) => ({ value: code, text: name }))} />}
      </div>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {loading && <Loading />}
      {value && <Shown key={`${asked.agency}/${asked.quarter}/${value.digest}`} view={value} own={session.agency === asked.agency && keepsSeals(session)} reload={reload} />}
    </section>
  );
}

const quarterText = (quarter: string): string => `${quarter.slice(0, 4)} Q${quarter.slice(5)}`;

function Shown({ view, own, reload }: { view: ReportView; own: boolean; reload: () => void }) {
  const { say, language } = useLanguage();
  const { file: { report, uses }, digest, act, names, recorded } = view;
  const base = `/api/reports/${report.agency}/${report.quarter}`;
  const figures = inReadingOrder([...report.figures, ...uses]);
  const sections = (Object.keys(SECTIONS) as Section[]).map((section) => ({ section, rows: figures.filter(({ figure }) => sectionOf(figure) === section) })).filter(({ rows }) => rows.length > 0);
  return (
    <>
      <p><strong>{names.agency}</strong> · {say(REPORT.asOf)} {dayText(report.day, language)} · {say(REPORT.block)} {report.block}</p>
      {report.interim && <p class="notice notice-caution" role="status">{say(REPORT.interim)}</p>}
      {figures.length === 0 && <p role="status">{say(REPORT.empty)}</p>}
      {sections.map(({ section, rows }) => <SectionTable key={section} section={section} rows={rows} view={view} />)}
      <p class="fine">{say(REPORT.digest)} <code class="code">{digest}</code></p>
      <p class="actions-row audit-exports">{say(REPORT.download)}{(['pdf', 'xlsx', 'json'] as const).map((format) => <a key={format} class="button" href={`${base}/file?format=${format}&block=${String(report.block)}`} download={`${report.quarter}.${format}`}>{format.toUpperCase()}</a>)}</p>
      {act && own && <div class="notice notice-signing"><p>{say(REPORT.signLead)}</p><ActButton act={act} label={say(REPORT.sign)} signing="own" primary done={reload} /></div>}
      <RecordedReports base={base} recorded={recorded} names={names} />
    </>
  );
}

function SectionTable({ section, rows, view }: { section: Section; rows: readonly Figure[]; view: ReportView }) {
  const { say } = useLanguage();
  const [open, setOpen] = useState<string>();
  const title = say(REPORT_SECTION_WORDS[`report-${section}`]);
  const shown = rows.find((row) => keyOf(row) === open);
  return (
    <section class="report-section" aria-labelledby={`report-${section}`}>
      <h2 id={`report-${section}`}>{title}</h2>
      <table class="report-table">
        <thead class="hidden-words"><tr><th scope="col">{say(REPORT.figure)}</th><th scope="col">{say(REPORT.count)}</th></tr></thead>
        <tbody>{rows.map((row) => (
          <tr key={keyOf(row)}>
            <th scope="row"><FigureName figure={row} view={view} /></th>
            <td><button type="button" class="inline report-count" aria-expanded={open === keyOf(row)} onClick={() => setOpen(open === keyOf(row) ? undefined : keyOf(row))}>{row.count}<span class="hidden-words"> {say(REPORT.open)}</span></button></td>
          </tr>
        ))}</tbody>
      </table>
      {shown && <FigureRows key={open} view={view} figure={shown} title={<FigureName figure={shown} view={view} />} close={() => setOpen(undefined)} />}
    </section>
  );
}

const keyOf = ({ figure, of }: Figure): string => `${figure}/${of}`;

function FigureName({ figure: { figure, of }, view: { names } }: { figure: Figure; view: ReportView }) {
  const { say } = useLanguage();
  const [words, label] = [Object.hasOwn(FIGURE_WORDS, figure) ? FIGURE_WORDS[figure] : undefined, names.of[of]];
  return <>{words ? say(words) : figure}{of !== '-' && <span class="report-of">{label ? say(label) : of}</span>}</>;
}
